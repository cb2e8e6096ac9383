//! The spans of one connection: the client's, and those to other servers.

use std::time::SystemTime;

use http::{HeaderMap, Uri, header};
use mockforge_ws_core::{
    CloseFrame, Dialled, Elapsed, Ended, Fact, Follower, Hello, Passed, Record, Refused, Status as End,
    Traffic, UpstreamFact, Way,
};
use opentelemetry::trace::{SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracer;

use super::context;
use super::sample::Sample;

/// Follows a connection with a span, whose attributes are those of the semantic conventions for HTTP where these
/// have a word, and begin with `mockforge.` where not.
pub(super) struct Spans {
    tracer: SdkTracer,
    /// With the connection's span.
    server: Context,
    /// Whether that is one of those that are traced.
    is_recorded: bool,
    opened: Option<SystemTime>,
    /// With that of the connection to another server, while there is one.
    client: Option<Context>,
    received: i64,
    sent: i64,
    sample: Sample,
}

impl Spans {
    pub(super) fn begin(tracer: &SdkTracer, hello: &Hello, ratio: f64) -> Self {
        let parent = context::of(&hello.headers);
        let builder = tracer
            .span_builder(format!("GET {}", hello.route))
            .with_kind(SpanKind::Server)
            .with_attributes(of_handshake(hello));
        let server = parent.with_span(tracer.build_with_context(builder, &parent));
        let is_recorded = server.span().is_recording();
        let (tracer, sample) = (tracer.clone(), Sample::of(ratio));
        Self { tracer, server, is_recorded, opened: None, client: None, received: 0, sent: 0, sample }
    }

    fn set(&self, name: &'static str, value: impl Into<opentelemetry::Value>) {
        self.server.span().set_attribute(KeyValue::new(name, value));
    }

    fn upstream(&mut self, fact: &UpstreamFact) {
        match fact {
            UpstreamFact::Closed { frame, reason } => {
                if let Some(client) = self.client.take() {
                    closed(&client, frame.as_ref());
                    if let Some(reason) = reason {
                        failed(&client, "lost", reason.clone());
                    }
                }
            }
            // Attempts are told by `dialled`, those before the opening too.
            UpstreamFact::Opened { .. } | UpstreamFact::Failed { .. } => {}
            UpstreamFact::Received(_) | UpstreamFact::Sent(_) | UpstreamFact::Spliced { .. } => {}
        }
    }

    /// Messages become events when the connection is over: until then they take an eighth of the memory, and most of
    /// the time that it takes.
    fn add_messages(&mut self) {
        let Some(opened) = self.opened else { return };
        for (at, Passed { way, is_text, len }) in self.sample.take() {
            let attributes = vec![
                KeyValue::new(
                    "network.io.direction",
                    if way == Way::FromClient { "receive" } else { "transmit" },
                ),
                KeyValue::new("mockforge.message.type", if is_text { "text" } else { "binary" }),
                KeyValue::new("mockforge.message.size", number(len)),
            ];
            self.server.span().add_event_with_timestamp("message", opened + at, attributes);
        }
    }

    fn ended(&mut self, ended: &Ended) {
        self.client = None;
        self.add_messages();
        self.set("mockforge.messages.received", self.received);
        self.set("mockforge.messages.sent", self.sent);
        self.set("mockforge.status", ended.status.as_str());
        closed(&self.server, ended.frame.as_ref());
        if !matches!(ended.status, End::Normal | End::ClientClose) {
            let reason = ended.reason.clone().unwrap_or_default();
            failed(&self.server, ended.status.as_str(), reason);
        }
        self.server.span().end();
    }
}

impl Follower for Spans {
    fn note(&mut self, record: Record<'_>) {
        if !self.is_recorded {
            return;
        }
        match record.fact {
            Fact::Upstream(fact) => self.upstream(fact),
            Fact::Opened { subprotocol } => {
                self.opened = Some(opentelemetry::time::now() - record.at);
                self.set("http.response.status_code", 101);
                self.set("mockforge.connection", record.conn.to_string());
                if let Some(subprotocol) = subprotocol {
                    self.set("mockforge.subprotocol", subprotocol.clone());
                }
            }
            Fact::Closed(ended) => self.ended(ended),
            Fact::Error { reason } => {
                let attributes = vec![KeyValue::new("exception.message", reason.clone())];
                self.server.span().add_event("exception", attributes);
            }
            Fact::WaitUnmet { .. } | Fact::Mismatch { .. } | Fact::Unsendable { .. } => {
                self.server.span().add_event(record.fact.name(), Vec::new());
            }
            _ => {}
        }
    }

    fn passed(&mut self, messages: &[Passed], at: Elapsed) {
        if !self.is_recorded {
            return;
        }
        let to_client = messages.iter().filter(|message| message.way == Way::ToClient).count();
        let from_client = messages.iter().filter(|message| message.way == Way::FromClient).count();
        self.received += number(from_client);
        self.sent += number(to_client);
        self.sample.look_at(messages, at);
    }

    fn copied(&mut self, client: Traffic, server: Traffic) {
        self.received += i64::try_from(client.messages).unwrap_or(i64::MAX);
        self.sent += i64::try_from(server.messages).unwrap_or(i64::MAX);
    }

    fn refused(&mut self, refused: Refused<'_>) {
        self.set("http.response.status_code", i64::from(refused.status));
        // What the client is to blame for is no error of a server's span.
        if refused.status >= 500 {
            failed(&self.server, &refused.status.to_string(), refused.reason.unwrap_or_default().into());
        }
    }

    fn carry(&mut self, url: &Uri, headers: &mut HeaderMap) {
        let port = url.port_u16().unwrap_or(if url.scheme_str() == Some("wss") { 443 } else { 80 });
        let builder = self.tracer.span_builder("GET").with_kind(SpanKind::Client).with_attributes([
            KeyValue::new("http.request.method", "GET"),
            KeyValue::new("network.protocol.name", "websocket"),
            KeyValue::new("server.address", url.host().unwrap_or_default().to_string()),
            KeyValue::new("server.port", i64::from(port)),
            KeyValue::new("url.full", shown(url)),
        ]);
        let client = self.server.with_span(self.tracer.build_with_context(builder, &self.server));
        context::put(&client, headers);
        self.client = Some(client);
    }

    fn dialled(&mut self, dialled: &Dialled) {
        let Some(client) = &self.client else { return };
        let status = |code: u16| {
            client.span().set_attribute(KeyValue::new("http.response.status_code", i64::from(code)));
        };
        match dialled {
            Dialled::Open(_) => return status(101),
            Dialled::Refused(refusal) => {
                let code = refusal.status.as_u16();
                status(code);
                failed(client, &code.to_string(), refusal.reason.clone().unwrap_or_default());
            }
            Dialled::Failed(error) => {
                failed(client, &format!("{:?}", error.kind).to_lowercase(), error.reason.clone());
            }
        }
        self.client = None;
    }
}

impl Drop for Spans {
    /// A connection that is dropped with its task has no other end.
    fn drop(&mut self) {
        self.add_messages();
    }
}

fn of_handshake(hello: &Hello) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("http.request.method", "GET"),
        KeyValue::new("http.route", hello.route.clone()),
        KeyValue::new("network.protocol.name", "websocket"),
        KeyValue::new("url.path", hello.path.clone()),
    ];
    if let Some(peer) = hello.peer {
        attributes.push(KeyValue::new("network.peer.address", peer.ip().to_string()));
        attributes.push(KeyValue::new("network.peer.port", i64::from(peer.port())));
    }
    if let Some(host) = hello.header(header::HOST.as_str())
        && let Ok(authority) = host.parse::<http::uri::Authority>()
    {
        attributes.push(KeyValue::new("server.address", authority.host().to_string()));
        attributes.extend(authority.port_u16().map(|port| KeyValue::new("server.port", i64::from(port))));
    }
    if let Some(agent) = hello.header(header::USER_AGENT.as_str()) {
        attributes.push(KeyValue::new("user_agent.original", agent.to_string()));
    }
    attributes
}

fn closed(context: &Context, frame: Option<&CloseFrame>) {
    if let Some(frame) = frame {
        let code = i64::from(u16::from(frame.code));
        context.span().set_attribute(KeyValue::new("mockforge.close.code", code));
    }
}

fn failed(context: &Context, kind: &str, reason: String) {
    context.span().set_attribute(KeyValue::new("error.type", kind.to_string()));
    context.span().set_status(Status::error(reason));
}

/// A URL without credentials and query, which may be secret.
fn shown(url: &Uri) -> String {
    let port = url.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    let (scheme, host) = (url.scheme_str().unwrap_or("ws"), url.host().unwrap_or_default());
    format!("{scheme}://{host}{port}{}", url.path())
}

fn number(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
