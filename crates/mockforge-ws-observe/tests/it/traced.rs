//! The spans of connections that the event loop runs, in memory.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, HeaderValue};
use mockforge_ws_core::{
    Answer, Conn, ConnId, Cx, DialError, DialErrorKind, Dialled, Event, FactSink, Follower, Hello, Limits,
    Message, Refused, Seed, Session, Status, Wall, close, echo::Echo,
};
use mockforge_ws_io::{Context, drive, pair};
use mockforge_ws_observe::traces::{ExportError, Options, Protocol, Traces};
use mockforge_ws_observe::{create_ws_connection_span, record_ws_connection_success};
use opentelemetry::trace::{SpanKind, Status as SpanStatus};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanData, SpanExporter};
use tracing_subscriber::layer::SubscriberExt as _;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// Keeps the spans that are over.
#[derive(Debug, Default, Clone)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().expect("no test panics with it").extend(batch);
        Ok(())
    }
}

impl Kept {
    fn traces(&self, messages: f64) -> Traces {
        let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOn));
        let provider = SdkTracerProvider::builder().with_simple_exporter(self.clone()).with_sampler(sampler);
        Traces::new(provider.build(), messages)
    }

    fn spans(&self) -> Vec<SpanData> {
        std::mem::take(&mut self.0.lock().expect("no test panics with it"))
    }
}

fn attribute(span: &SpanData, name: &str) -> String {
    let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == name);
    found.map_or_else(|| "none".into(), |attribute| attribute.value.to_string())
}

fn hello(flags: &str) -> Hello {
    let mut headers = HeaderMap::new();
    let traceparent = format!("00-{TRACE}-{PARENT}-{flags}");
    headers.insert("traceparent", traceparent.parse().expect("a header"));
    headers.insert("tracestate", HeaderValue::from_static("a=b"));
    headers.insert("host", HeaderValue::from_static("mock.example:3001"));
    let peer = Some("10.0.0.9:555".parse().expect("an address"));
    Hello { route: "/chat/{room}".into(), headers, peer, ..Hello::new("/chat/lobby") }
}

/// Runs a session for a client that sends so many messages, each after the answer to the one before.
async fn run(traces: &Traces, session: impl Session + 'static, messages: usize) {
    let context = Context { sink: Arc::new(traces.clone()), ..Context::default() };
    let id = ConnId { route: "/chat/{room}".into(), number: 7 };
    let hello = Arc::new(hello("01"));
    let conn = Conn::new(id, hello, Seed::default(), Wall::default(), Limits::default());
    let (ours, mut theirs) = pair().await;
    let visited = async {
        for _ in 0..messages {
            theirs.send(Message::text("hello")).await.expect("the session reads");
            theirs.next().await.expect("an answer").expect("in order");
        }
        if messages > 0 {
            theirs.close(None).await.expect("the session reads");
        }
        while theirs.next().await.is_some() {}
        drop(theirs);
    };
    tokio::join!(drive(ours, Box::new(session), conn, &context), visited);
}

#[tokio::test]
async fn a_connection_is_a_span_of_the_clients_trace() {
    let kept = Kept::default();
    run(&kept.traces(0.5), Echo::new(""), 3).await;
    let spans = kept.spans();
    let [span] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!((&*span.name, &span.span_kind), ("GET /chat/{room}", &SpanKind::Server));
    assert_eq!(span.span_context.trace_id().to_string(), TRACE);
    assert_eq!(span.parent_span_id.to_string(), PARENT);
    assert_eq!(span.status, SpanStatus::Unset);
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.response.status_code", "101"),
        ("http.route", "/chat/{room}"),
        ("url.path", "/chat/lobby"),
        ("network.protocol.name", "websocket"),
        ("network.peer.address", "10.0.0.9"),
        ("network.peer.port", "555"),
        ("server.address", "mock.example"),
        ("server.port", "3001"),
        ("mockforge.connection", "/chat/{room}#7"),
        ("mockforge.messages.received", "3"),
        ("mockforge.messages.sent", "3"),
        ("mockforge.status", "client_close"),
        ("error.type", "none"),
    ] {
        assert_eq!(attribute(span, name), value, "{name}");
    }
    let events: Vec<_> = span.events.iter().map(|event| event.attributes[0].value.to_string()).collect();
    assert_eq!(events, ["receive", "receive", "receive"], "every other one of six");
}

#[tokio::test]
async fn a_failure_is_one_of_its_span() {
    let failing = |event: Event, cx: &mut Cx<'_>| {
        if matches!(event, Event::Opened) {
            cx.fail(Status::HandlerError, "no idea", close::frame(1011, "sorry"));
        }
    };
    let kept = Kept::default();
    run(&kept.traces(0.0), failing, 0).await;
    let span = kept.spans().remove(0);
    assert_eq!(span.status, SpanStatus::error("no idea"));
    assert_eq!(attribute(&span, "error.type"), "handler_error");
    assert_eq!(attribute(&span, "mockforge.close.code"), "1011");
    assert_eq!(span.events.iter().map(|event| &*event.name).collect::<Vec<_>>(), ["exception"]);
}

#[test]
fn a_refusal_is_an_error_where_the_server_is_to_blame() {
    for (status, expected) in [(404, SpanStatus::Unset), (502, SpanStatus::error("nobody is there"))] {
        let kept = Kept::default();
        let mut follower = kept.traces(0.0).follow(&hello("01")).expect("all are followed");
        let reason = Some("nobody is there");
        follower.refused(Refused { path: "/chat/lobby", peer: None, status, reason });
        drop(follower);
        let span = kept.spans().remove(0);
        assert_eq!(span.status, expected);
        assert_eq!(attribute(&span, "http.response.status_code"), status.to_string());
    }
}

/// Carries the context to another server, and tells what came of it.
fn dial(follower: &mut dyn Follower, headers: &mut HeaderMap, dialled: &Dialled) {
    let url = "wss://user:secret@up.example/feed?key=secret".parse().expect("a URL");
    follower.carry(&url, headers);
    follower.dialled(dialled);
}

#[test]
fn another_server_has_a_span_below_that_is_carried_there() {
    let kept = Kept::default();
    let traces = kept.traces(0.0);
    let mut follower = traces.follow(&hello("01")).expect("all are followed");
    let error = DialError { kind: DialErrorKind::Timeout, reason: "no answer".into() };
    let mut headers = HeaderMap::new();
    dial(&mut *follower, &mut headers, &Dialled::Failed(error));
    let failed = kept.spans().remove(0);
    assert_eq!((&failed.span_kind, &failed.status), (&SpanKind::Client, &SpanStatus::error("no answer")));
    assert_eq!(attribute(&failed, "error.type"), "timeout");

    // What the client's handshake brought along is replaced.
    let mut headers = hello("01").headers;
    dial(&mut *follower, &mut headers, &Dialled::Open(Box::<Answer>::default()));
    drop(follower);
    let spans = kept.spans();
    let client = spans.iter().find(|span| span.span_kind == SpanKind::Client).expect("one was opened");
    let server = spans.iter().find(|span| span.span_kind == SpanKind::Server).expect("one was opened");
    assert_eq!(client.parent_span_id, server.span_context.span_id());
    assert_eq!(headers["traceparent"], format!("00-{TRACE}-{}-01", client.span_context.span_id()));
    assert_eq!(headers["tracestate"], "a=b", "the trace's state goes with it");
    for (name, value) in [
        ("url.full", "wss://up.example/feed"),
        ("server.address", "up.example"),
        ("server.port", "443"),
        ("http.response.status_code", "101"),
    ] {
        assert_eq!(attribute(client, name), value, "{name}");
    }

    // A trace that is new has no state, whatever the client's broken one says.
    let mut broken = hello("01");
    broken.headers.insert("traceparent", HeaderValue::from_static("nonsense"));
    let mut headers = broken.headers.clone();
    let mut follower = traces.follow(&broken).expect("all are followed");
    dial(&mut *follower, &mut headers, &Dialled::Open(Box::<Answer>::default()));
    assert!(
        headers["traceparent"].to_str().is_ok_and(|value| value.starts_with("00-") && !value.contains(TRACE))
    );
    assert!(!headers.contains_key("tracestate"), "{headers:?}");
}

#[test]
fn a_client_that_is_not_traced_is_not_and_says_so_further_on() {
    let kept = Kept::default();
    let mut follower = kept.traces(1.0).follow(&hello("00")).expect("all are followed");
    let mut headers = HeaderMap::new();
    dial(&mut *follower, &mut headers, &Dialled::Open(Box::<Answer>::default()));
    drop(follower);
    assert_eq!(kept.spans().len(), 0);
    let carried = headers["traceparent"].to_str().expect("it is ASCII");
    assert!(carried.starts_with(&format!("00-{TRACE}-")) && carried.ends_with("-00"), "{carried}");
}

#[test]
fn spans_of_tracing_continue_the_trace_too() {
    let kept = Kept::default();
    let subscriber = tracing_subscriber::registry().with(kept.traces(0.0).layer());
    tracing::subscriber::with_default(subscriber, || {
        let hello = hello("01");
        let span = create_ws_connection_span(&hello);
        record_ws_connection_success(&span);
    });
    let span = kept.spans().remove(0);
    assert_eq!(span.span_context.trace_id().to_string(), TRACE);
    assert_eq!(span.parent_span_id.to_string(), PARENT);
    assert_eq!((&*span.name, &span.span_kind), ("GET /chat/{room}", &SpanKind::Server));
    assert_eq!((attribute(&span, "url.path").as_str(), &span.status), ("/chat/lobby", &SpanStatus::Ok));
}

#[tokio::test]
async fn options_that_cannot_be_meant_are_told() {
    let check = |options: Options, word: &str| {
        let ExportError { reason } = Traces::export(&options, |_| {}).expect_err("they are wrong");
        assert!(reason.contains(word), "{reason}");
    };
    for protocol in [Protocol::Grpc, Protocol::Http] {
        check(Options::at("localhost:4317", protocol), "such as http://localhost:4317");
        check(Options::at("http://a b", protocol), "is no URL of a collector");
        let headers = vec![("x-key".to_string(), "secret\n".to_string())];
        let options = Options { headers, ..Options::at("http://localhost:1", protocol) };
        check(options, "`x-key` with its value is no header");
    }
}
