//! Traces of the program, as the variables of OpenTelemetry have them, at a collector in another language.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Stdio};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::mockforge::Serving;
use crate::peer::Peer;

struct Collector {
    child: Child,
    stdout: BufReader<ChildStdout>,
    ports: Value,
}

impl Collector {
    fn start() -> Self {
        let mut command = Peer::Python.program("collector");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("it prints its ports");
        let ports = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Self { child, stdout, ports }
    }

    fn url(&self, protocol: &str) -> String {
        format!("http://127.0.0.1:{}", self.ports[protocol])
    }

    /// Ends it, and gives the spans that have come.
    fn spans(mut self) -> Vec<Value> {
        drop(self.child.stdin.take());
        let mut all = String::new();
        self.stdout.read_to_string(&mut all).expect("it prints text");
        self.child.wait().expect("it was started");
        all.lines().map(|line| serde_json::from_str(line).expect("it prints JSON")).collect()
    }
}

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// A client, a proxy and an upstream, which each tell their part.
fn visited(protocol: &str, said: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let collector = Collector::start();
    let url = collector.url(protocol);
    let variables = |service: &'static str| {
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", said),
            ("OTEL_SERVICE_NAME", service),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=ci"),
        ]
    };
    let upstream = Serving::start_with(folder.path(), &["--echo-prefix", ""], &variables("upstream"));
    let proxy = Serving::start_with(folder.path(), &["--proxy", &upstream.url], &variables("proxy"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
    runtime.block_on(async {
        use tokio_tungstenite::tungstenite::client::IntoClientRequest;
        let mut request = proxy.url.as_str().into_client_request().expect("it is a URL");
        request.headers_mut().insert("traceparent", TRACEPARENT.parse().expect("it is a header"));
        let (mut client, _) = connect_async(request).await.expect("it is accepted");
        client.send(Message::text("hello")).await.expect("it reads");
        assert_eq!(client.next().await.expect("an echo").expect("in order"), Message::text("hello"));
        client.close(None).await.expect("it reads");
        while let Some(Ok(_)) = client.next().await {}
    });
    for served in [proxy, upstream] {
        let (code, stderr) = served.terminate();
        assert_eq!(code, Some(0), "{stderr}");
        assert!(!stderr.contains("warning"), "{stderr}");
    }
    let mut spans = collector.spans();
    spans.sort_by_key(|span| (span["service"].to_string(), span["kind"].as_u64()));
    let told: Vec<_> = spans.iter().map(|span| (span["service"].as_str(), span["kind"].as_u64())).collect();
    // Kinds are numbers in OTLP: 2 is a server's span, 3 a client's.
    assert_eq!(told, [(Some("proxy"), Some(2)), (Some("proxy"), Some(3)), (Some("upstream"), Some(2))]);
    let (first, between, last) = (&spans[0], &spans[1], &spans[2]);
    assert!(spans.iter().all(|span| span["by"] == protocol && TRACEPARENT.contains(span["trace"].as_str().expect("text"))));
    assert_eq!(first["parent"], "b7ad6b7169203331");
    assert_eq!((&between["parent"], &last["parent"]), (&first["span"], &between["span"]));
    assert_eq!(first["resource"]["deployment.environment.name"], "ci");
}

#[test]
fn traces_reach_a_collector_that_nobody_here_wrote() {
    if Peer::Python.has("grpc")
        && Peer::Python.has("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    {
        visited("http", "http/protobuf");
        visited("grpc", "grpc");
    }
}

#[test]
fn a_collector_that_is_away_is_one_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = ["--otlp-endpoint", "http://127.0.0.1:9"];
    let server = Serving::start(folder.path(), &flags);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
    runtime.block_on(async {
        let (mut client, _) = connect_async(&server.url).await.expect("it is accepted");
        client.close(None).await.expect("it reads");
        while let Some(Ok(_)) = client.next().await {}
    });
    let (code, stderr) = server.terminate();
    assert_eq!((code, stderr.matches("warning: ").count()), (Some(0), 1), "{stderr}");
    assert!(stderr.contains("127.0.0.1:9"), "{stderr}");
}
