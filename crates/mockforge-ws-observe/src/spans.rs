//! Spans of `tracing` for programs that serve WebSockets themselves, with the attributes that OpenTelemetry's
//! semantic conventions give to HTTP servers. They reach whatever subscriber the program has; none is installed.

use std::net::SocketAddr;

use http::HeaderMap;
use mockforge_ws_core::Hello;
use tracing::Span;
use tracing::field::Empty;

use crate::metrics::get_global_registry;

mod sealed {
    pub trait Sealed {}
    impl Sealed for str {}
    impl<B> Sealed for http::Request<B> {}
    impl Sealed for mockforge_ws_core::Hello {}
}

/// A handshake: a [`Hello`], an [`http::Request`], or a path alone.
pub trait Handshake: sealed::Sealed {
    /// The path asked for.
    fn path(&self) -> &str;

    /// The route that took it, where that is known.
    fn route(&self) -> Option<&str> {
        None
    }

    /// Where the client connects from, where that is known.
    fn peer(&self) -> Option<SocketAddr> {
        None
    }

    /// The headers, where there are any.
    fn headers(&self) -> Option<&HeaderMap> {
        None
    }
}

impl Handshake for str {
    fn path(&self) -> &str {
        self
    }
}

impl<B> Handshake for http::Request<B> {
    fn path(&self) -> &str {
        self.uri().path()
    }

    fn headers(&self) -> Option<&HeaderMap> {
        Some(self.headers())
    }
}

impl Handshake for Hello {
    fn path(&self) -> &str {
        &self.path
    }

    fn route(&self) -> Option<&str> {
        Some(&self.route)
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    fn headers(&self) -> Option<&HeaderMap> {
        Some(&self.headers)
    }
}

/// A span of a connection. With the feature `otel` it continues the trace that the handshake comes from (W3C).
///
/// ```
/// # use mockforge_ws_observe::{create_ws_connection_span, record_ws_message_success};
/// # let request = http::Request::get("/ws").body(()).unwrap();
/// # let message_size = 11;
/// let span = create_ws_connection_span(&request);
/// let _guard = span.enter();
/// // Connection handling with tracing context
/// record_ws_message_success(&span, message_size);
/// ```
pub fn create_ws_connection_span<H: Handshake + ?Sized>(request: &H) -> Span {
    let span = tracing::info_span!(
        "websocket",
        otel.kind = "server",
        otel.name = %format_args!("GET {}", request.route().unwrap_or(request.path())),
        otel.status_code = Empty,
        otel.status_description = Empty,
        http.request.method = "GET",
        http.response.status_code = Empty,
        http.route = request.route(),
        network.protocol.name = "websocket",
        network.peer.address = Empty,
        network.peer.port = Empty,
        url.path = request.path(),
        mockforge.duration_ms = Empty,
        mockforge.message.size = Empty,
        mockforge.messages.received = Empty,
        mockforge.messages.sent = Empty,
    );
    if let Some(peer) = request.peer() {
        span.record("network.peer.address", tracing::field::display(peer.ip()));
        span.record("network.peer.port", peer.port());
    }
    #[cfg(feature = "otel")]
    if let Some(headers) = request.headers() {
        crate::traces::adopt(&span, headers);
    }
    span
}

/// A span of a message: its direction (`inbound` or `outbound`), its type (`text` or `binary`) and its size in
/// bytes.
///
/// ```
/// use mockforge_ws_observe::{create_ws_message_span, record_ws_message_success};
///
/// let span = create_ws_message_span("inbound", "text", 11);
/// record_ws_message_success(&span, 11);
/// ```
pub fn create_ws_message_span(direction: &str, message_type: &str, size: usize) -> Span {
    tracing::info_span!(
        "websocket message",
        otel.name = %format_args!("message {direction}"),
        otel.status_code = Empty,
        otel.status_description = Empty,
        network.io.direction = direction,
        network.protocol.name = "websocket",
        mockforge.message.type = message_type,
        mockforge.message.size = size,
        mockforge.duration_us = Empty,
        mockforge.duration_ms = Empty,
    )
}

/// The connection of that span was upgraded.
pub fn record_ws_connection_success(span: &Span) {
    span.record("http.response.status_code", 101);
    span.record("otel.status_code", "ok");
}

/// A message of so many bytes was dealt with in that span.
pub fn record_ws_message_success(span: &Span, size: usize) {
    span.record("mockforge.message.size", size);
    span.record("otel.status_code", "ok");
}

/// Something went wrong: in the current span, and as an error of the [global registry](get_global_registry).
pub fn record_ws_error() {
    Span::current().record("otel.status_code", "error");
    get_global_registry().record_ws_error();
}
