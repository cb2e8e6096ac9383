//! The functions of [`spans`](crate::spans) with the arguments that the wider MockForge project calls them with.

use tracing::Span;

pub use crate::spans::create_ws_message_span;
#[cfg(feature = "otel")]
pub use crate::traces::{extract_ws_trace_context, inject_ws_trace_context};

/// A span of a connection to that path.
///
/// ```
/// use mockforge_ws_observe::ws_tracing::{create_ws_connection_span, record_ws_connection_success};
///
/// let span = create_ws_connection_span("/ws/chat");
/// record_ws_connection_success(&span, 5000, 10, 12);
/// ```
pub fn create_ws_connection_span(path: &str) -> Span {
    crate::spans::create_ws_connection_span(path)
}

/// The connection of that span is over, in order, after so many milliseconds and messages.
pub fn record_ws_connection_success(
    span: &Span,
    duration_ms: u64,
    messages_sent: usize,
    messages_received: usize,
) {
    span.record("mockforge.duration_ms", duration_ms);
    span.record("mockforge.messages.sent", messages_sent);
    span.record("mockforge.messages.received", messages_received);
    span.record("otel.status_code", "ok");
}

/// The connection or message of that span failed after so many milliseconds.
pub fn record_ws_error(span: &Span, error_message: &str, duration_ms: u64) {
    span.record("mockforge.duration_ms", duration_ms);
    span.record("otel.status_code", "error");
    span.record("otel.status_description", error_message);
}

/// The message of that span was dealt with in so many microseconds.
pub fn record_ws_message_success(span: &Span, processing_time_us: u64) {
    span.record("mockforge.duration_us", processing_time_us);
    span.record("otel.status_code", "ok");
}
