//! The trace context in headers (W3C Trace Context).

use std::collections::HashMap;

use http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The context that a request comes from; an empty one where it names none.
pub(super) fn of(headers: &HeaderMap) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers))
}

/// Puts a context in place of the one in the headers.
pub(super) fn put(context: &Context, headers: &mut HeaderMap) {
    headers.remove("traceparent");
    TraceContextPropagator::new().inject_context(context, &mut HeaderInjector(headers));
    // The propagator writes an empty state where there is none.
    if context.span().span_context().trace_state().header().is_empty() {
        headers.remove("tracestate");
    }
}

/// Makes a span continue the trace that a request comes from.
pub(crate) fn adopt(span: &Span, headers: &HeaderMap) {
    let parent = of(headers);
    if parent.span().span_context().is_valid() {
        // Without a layer for OpenTelemetry there is no trace to continue.
        let _ = span.set_parent(parent);
    }
}

/// The context that headers by name name, to be the parent of spans.
///
/// ```
/// use std::collections::HashMap;
/// use mockforge_ws_observe::ws_tracing::{extract_ws_trace_context, inject_ws_trace_context};
///
/// let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let asked = HashMap::from([("traceparent".to_string(), traceparent.to_string())]);
/// let mut passed_on = HashMap::new();
/// inject_ws_trace_context(&extract_ws_trace_context(&asked), &mut passed_on);
/// assert_eq!(passed_on["traceparent"], traceparent);
/// ```
pub fn extract_ws_trace_context(headers: &HashMap<String, String>) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), headers)
}

/// Writes a context into headers by name.
pub fn inject_ws_trace_context(context: &Context, headers: &mut HashMap<String, String>) {
    TraceContextPropagator::new().inject_context(context, headers);
}
