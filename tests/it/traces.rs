//! Traces that arrive at a collector of this test's own, by gRPC and by HTTP.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue};
use axum::routing::post;
use futures_util::{SinkExt, StreamExt};
use mockforge_ws_config::{Environment, Flags, load};
use mockforge_ws_core::{FactSink, Hello, Seed};
use mockforge_ws_io::Context;
use mockforge_ws_observe::traces::{Options, Protocol, Traces};
use mockforge_ws_server::{Handle, Server};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// What has arrived, each request with its header `x-key`.
#[derive(Default, Clone)]
struct Collector(Arc<Mutex<Vec<(String, ExportTraceServiceRequest)>>>);

impl Collector {
    fn take(&self, key: Option<&[u8]>, request: ExportTraceServiceRequest) {
        let key = String::from_utf8_lossy(key.unwrap_or_default()).into_owned();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((key, request));
    }

    /// All spans, by the service that they come from and their kind.
    fn spans(&self) -> HashMap<(String, SpanKind), Span> {
        let mut spans = HashMap::new();
        for (key, request) in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            assert_eq!(key, "a key");
            for resource in request.resource_spans {
                let attributes = &resource.resource.as_ref().expect("spans come from somewhere").attributes;
                let name = attributes.iter().find(|attribute| attribute.key == "service.name");
                let name = match name.and_then(|name| name.value.as_ref()?.value.as_ref()) {
                    Some(Value::StringValue(name)) => name.clone(),
                    other => panic!("a service without a name: {other:?}"),
                };
                for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                    let earlier = spans.insert((name.clone(), span.kind()), span);
                    assert_eq!(earlier, None, "one of a kind");
                }
            }
        }
        spans
    }

    /// Listens, and gives the options to reach it by.
    async fn listen(&self, protocol: Protocol) -> Options {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        match protocol {
            Protocol::Grpc => {
                let service = TraceServiceServer::new(self.clone());
                let serving = tonic::transport::Server::builder().add_service(service);
                tokio::spawn(
                    serving.serve_with_incoming(tonic::transport::server::TcpIncoming::from(listener)),
                );
            }
            Protocol::Http => {
                let collector = self.clone();
                let take = move |headers: HeaderMap, body: Bytes| async move {
                    assert_eq!(headers["content-type"], "application/x-protobuf");
                    let request = ExportTraceServiceRequest::decode(body).expect("it is protobuf");
                    collector.take(headers.get("x-key").map(HeaderValue::as_bytes), request);
                    ExportTraceServiceResponse::default().encode_to_vec()
                };
                let router = Router::new().route("/v1/traces", post(take));
                tokio::spawn(async move { axum::serve(listener, router).await });
            }
        }
        let headers = vec![("x-key".to_string(), "a key".to_string())];
        Options { headers, messages: 1.0, ..Options::at(&base, protocol) }
    }
}

#[async_trait::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        let (metadata, _, request) = request.into_parts();
        self.take(metadata.get("x-key").map(tonic::metadata::MetadataValue::as_bytes), request);
        Ok(tonic::Response::new(ExportTraceServiceResponse::default()))
    }
}

/// A server that is configured by a route.
struct Mock {
    url: String,
    handle: Handle,
    task: JoinHandle<()>,
    traces: Traces,
}

impl Mock {
    async fn serve(route: &str, service: &str, options: &Options) -> Self {
        let options = Options { service: service.into(), ..options.clone() };
        let traces = Traces::export(&options, |failure| panic!("{failure}")).expect("the options are good");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("mockforge.yaml");
        std::fs::write(&file, format!("websocket: {{ routes: [{route}] }}")).expect("it is writable");
        let flags =
            Flags { config: Some(file), port: Some(0), host: Some("127.0.0.1".into()), ..Flags::default() };
        let nothing: [(&str, &str); 0] = [];
        let config = load(&flags, &Environment::with(folder.path(), nothing));
        let config = config.unwrap_or_else(|problems| panic!("{problems}"));
        let context = Context { sink: Arc::new(traces.clone()), ..Context::default() };
        let settings = config.settings(context, Seed(0));
        let server = Server::bind(&config.listen(), settings, config.routes()).await.expect("a port is free");
        let (url, handle) = (server.url_of("/ws"), server.handle().clone());
        Self { url, handle, task: tokio::spawn(server.run()), traces }
    }

    async fn stop(self) {
        self.handle.shutdown();
        self.task.await.expect("it ends");
        self.traces.shutdown(Duration::from_secs(10)).await;
    }
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn check(protocol: Protocol, reads: bool) {
    let collector = Collector::default();
    let options = collector.listen(protocol).await;
    let upstream = Mock::serve("{ path: /ws, echo: { prefix: '' } }", "upstream", &options).await;
    let route = format!("{{ path: /ws, proxy: {{ upstream_url: '{}', reconnect: {reads} }} }}", upstream.url);
    let proxy = Mock::serve(&route, "proxy", &options).await;

    let mut request = proxy.url.as_str().into_client_request().expect("it is a URL");
    let traceparent = format!("00-{TRACE}-{PARENT}-01");
    request.headers_mut().insert("traceparent", traceparent.parse().expect("it is a header"));
    let (mut client, _) = connect_async(request).await.expect("it is accepted");
    client.send(Message::text("hello")).await.expect("it reads");
    assert_eq!(client.next().await.expect("an echo").expect("in order"), Message::text("hello"));
    client.close(None).await.expect("it reads");
    while let Some(Ok(_)) = client.next().await {}
    drop(client);
    proxy.stop().await;
    upstream.stop().await;

    let spans = collector.spans();
    let span = |service: &str, kind| {
        let span = spans.get(&(service.to_string(), kind));
        span.unwrap_or_else(|| panic!("{service} has no {kind:?} among {:?}", spans.keys()))
    };
    let first = span("proxy", SpanKind::Server);
    let between = span("proxy", SpanKind::Client);
    let last = span("upstream", SpanKind::Server);
    assert_eq!(spans.len(), 3);
    assert!(spans.values().all(|span| hex(&span.trace_id) == TRACE), "one trace");
    assert_eq!(hex(&first.parent_span_id), PARENT);
    assert_eq!(between.parent_span_id, first.span_id);
    assert_eq!(last.parent_span_id, between.span_id);
    for span in [first, last] {
        let received = span.attributes.iter().find(|one| one.key == "mockforge.messages.received");
        let received = received.and_then(|one| one.value.as_ref()?.value.as_ref());
        assert_eq!(received, Some(&Value::IntValue(1)));
    }
    assert_eq!(last.events.len(), 2, "each message, where messages are read");
    assert_eq!(first.events.len(), if reads { 2 } else { 0 });
}

#[tokio::test]
async fn by_grpc_from_the_client_through_a_proxy_to_the_upstream() {
    check(Protocol::Grpc, true).await;
    check(Protocol::Grpc, false).await;
}

#[tokio::test]
async fn by_http_from_the_client_through_a_proxy_to_the_upstream() {
    check(Protocol::Http, true).await;
    check(Protocol::Http, false).await;
}

/// More spans than are sent at once, so that several attempts fail.
#[tokio::test]
async fn a_collector_that_is_down_costs_one_warning() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        format!("http://{}", listener.local_addr().expect("it is bound"))
    };
    for protocol in [Protocol::Grpc, Protocol::Http] {
        let warnings = Arc::new(AtomicUsize::new(0));
        let told = Arc::clone(&warnings);
        let url = closed.clone();
        let traces = Traces::export(&Options::at(&closed, protocol), move |failure| {
            assert!(failure.starts_with(&format!("no traces reach {url}")), "{failure}");
            told.fetch_add(1, Ordering::Relaxed);
        });
        let traces = traces.expect("the options are good");
        for _ in 0..600 {
            drop(traces.follow(&Hello::new("/ws")));
        }
        traces.shutdown(Duration::from_secs(10)).await;
        assert_eq!(warnings.load(Ordering::Relaxed), 1, "{protocol:?}");
    }
}

#[tokio::test]
async fn a_collector_that_says_nothing_does_not_hold_up_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let silent = format!("http://{}", listener.local_addr().expect("it is bound"));
    for protocol in [Protocol::Grpc, Protocol::Http] {
        let options = Options { timeout: Duration::from_secs(60), ..Options::at(&silent, protocol) };
        let traces = Traces::export(&options, |_| {}).expect("the options are good");
        drop(traces.follow(&Hello::new("/ws")));
        let ended = traces.shutdown(Duration::from_millis(100));
        tokio::time::timeout(Duration::from_secs(20), ended).await.expect("it is given up");
    }
}
