//! Followers from the handshake on, where another server is asked before the client is answered.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, HeaderValue, Uri};
use mockforge_ws_core::{
    Cx, Dial, Dialled, Dialling, Event, Fact, FactSink, Follower, FromUpstream, Hello, Interest, Message,
    Opening, Pool, Record, Refusal, Refused, Stack, ToUpstream, Upstream, UpstreamFact,
};
use mockforge_ws_io::Context;
use mockforge_ws_server::{Route, Settings};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::{Running, run};

/// What followers hear, with the messages that went by in copied bytes.
#[derive(Clone)]
struct Watch(Arc<Mutex<Vec<String>>>, Interest);

impl Watch {
    fn new(interest: Interest) -> Self {
        Self(Arc::default(), interest)
    }

    fn tell(&self, news: impl Into<String>) {
        self.0.lock().expect("no test panics with it").push(news.into());
    }

    fn settings(&self) -> Settings {
        let context = Context { sink: Arc::new(self.clone()), ..Context::default() };
        Settings { context, ..Settings::default() }
    }
}

impl FactSink for Watch {
    fn note(&self, _: Record<'_>) {}

    fn follow(&self, hello: &Hello) -> Option<Box<dyn Follower>> {
        self.tell(format!("follow {}", hello.route));
        Some(Box::new(self.clone()))
    }

    fn interest(&self) -> Interest {
        self.1
    }
}

impl Follower for Watch {
    fn note(&mut self, record: Record<'_>) {
        self.tell(match record.fact {
            Fact::Upstream(UpstreamFact::Spliced { client, server }) => {
                format!("spliced {} {}", client.messages, server.messages)
            }
            fact => fact.name().to_string(),
        });
    }

    fn refused(&mut self, refused: Refused<'_>) {
        self.tell(format!("refused {}", refused.status));
    }

    fn carry(&mut self, _: &Uri, headers: &mut HeaderMap) {
        self.tell("carry");
        headers.insert("traceparent", HeaderValue::from_static("ours"));
        headers.remove("tracestate");
    }

    fn dialled(&mut self, dialled: &Dialled) {
        self.tell(if matches!(dialled, Dialled::Open(_)) { "open" } else { "not open" });
    }
}

fn forward(event: Event, cx: &mut Cx<'_>) {
    match event {
        Event::Received(inbound) if inbound.is_data() => {
            cx.upstream(ToUpstream::Send(inbound.into_message()));
        }
        Event::Upstream(FromUpstream::Received(inbound)) => cx.send(inbound.into_message()),
        _ => {}
    }
}

/// Passes the client's trace context and messages on, as a proxy does.
fn proxy(port: u16, upstream: Upstream) -> Route {
    let upstream = Arc::new(upstream);
    let open = move |hello: &Hello| {
        let url = format!("ws://127.0.0.1:{port}/up").parse().expect("it is a URL");
        let mut dial = Dial::new(url, Arc::clone(&upstream));
        for name in ["traceparent", "tracestate"] {
            hello.headers.get(name).map(|value| dial.headers.insert(name, value.clone()));
        }
        let then = |dialled| match dialled {
            Dialled::Open(_) => Opening::accept(forward),
            Dialled::Refused(refusal) => Opening::Refuse(*refusal),
            Dialled::Failed(error) => Refusal::new(error.status(), "nobody is there\n").into(),
        };
        Opening::Dial(Box::new(Dialling { dial, splice: true, then: Box::new(then) }))
    };
    Route::new("/ws", Stack::new(open))
}

/// Tells its clients what trace context they came with.
async fn upstream() -> Running {
    let open = |hello: &Hello| {
        let header = |name| hello.header(name).unwrap_or("none").to_string();
        let said = format!("{} {}", header("traceparent"), header("tracestate"));
        Opening::accept(move |event: Event, cx: &mut Cx<'_>| {
            if matches!(event, Event::Opened) {
                cx.send(Message::text(said.clone()));
            }
        })
    };
    run([Route::new("/up", Stack::new(open))], Settings::default()).await
}

/// What the server behind is told of the client's trace context, once the connection is over.
async fn said(proxy: Running) -> String {
    let stream = TcpStream::connect(("127.0.0.1", proxy.port)).await.expect("the proxy listens");
    let mut request = format!("ws://localhost:{}/ws", proxy.port).into_client_request().expect("a URL");
    request.headers_mut().insert("traceparent", HeaderValue::from_static("the-client's"));
    request.headers_mut().insert("tracestate", HeaderValue::from_static("a=b"));
    let (mut client, _) = client_async(request, stream).await.expect("the proxy accepts");
    let said = client.next().await.expect("the greeting").expect("and no error").to_string();
    client.send(Message::text("thanks")).await.expect("the proxy reads");
    client.close(None).await.expect("the proxy reads");
    while client.next().await.is_some() {}
    proxy.handle.site().empty().await;
    said
}

#[tokio::test]
async fn what_is_only_counted_is_copied_and_the_trace_goes_on_as_ours() {
    let behind = upstream().await;
    for (interest, news) in [
        (Interest::Counts, "opened upstream_opened spliced 1 1 closed"),
        (
            Interest::All,
            "opened upstream_opened upstream_received sent received upstream_sent upstream_closed closed",
        ),
    ] {
        let watch = Watch::new(interest);
        let proxy = run([proxy(behind.port, Upstream::default())], watch.settings()).await;
        assert_eq!(said(proxy).await, "ours none");
        let told = watch.0.lock().unwrap().join(" ");
        assert_eq!(told, format!("follow /ws carry open {news}"));
    }
}

#[tokio::test]
async fn a_trace_context_passes_as_it_is_where_nobody_carries_one_and_by_a_pool() {
    let behind = upstream().await;
    let unfollowed = run([proxy(behind.port, Upstream::default())], Settings::default()).await;
    assert_eq!(said(unfollowed).await, "the-client's a=b");
    let pool = Some(Pool { size: 1, idle: std::time::Duration::from_secs(60), reuse: false });
    let pooled = Upstream { pool, ..Upstream::default() };
    let watch = Watch::new(Interest::Counts);
    let proxy = run([proxy(behind.port, pooled)], watch.settings()).await;
    assert_eq!(said(proxy).await, "the-client's a=b", "it is made for anybody");
    assert_eq!(watch.0.lock().unwrap()[..3], ["follow /ws", "carry", "open"]);
}

#[tokio::test]
async fn a_follower_hears_that_its_handshake_is_refused() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let watch = Watch::new(Interest::Counts);
    let proxy = run([proxy(closed, Upstream::default())], watch.settings()).await;
    let stream = TcpStream::connect(("127.0.0.1", proxy.port)).await.unwrap();
    let refused = client_async(format!("ws://localhost:{}/ws", proxy.port), stream).await;
    assert!(refused.unwrap_err().to_string().contains("502"));
    assert_eq!(*watch.0.lock().unwrap(), ["follow /ws", "carry", "not open", "refused 502"]);
}
