//! What a WebSocket mock server lets others see of it: numbers for Prometheus, traces for OpenTelemetry.
//!
//! [`metrics::Registry`] is a [`FactSink`](mockforge_ws_core::FactSink). It follows each connection and counts what
//! happens there, in every mode alike, since all of them report the same facts.
//!
//! ```
//! use mockforge_ws_core::FactSink;
//! use mockforge_ws_observe::metrics::Registry;
//!
//! let registry = Registry::new();
//! let _sink: &dyn FactSink = &registry; // Belongs into the event loop's `Context`.
//! registry.record_ws_connection_established();
//! assert!(registry.render().contains("mockforge_ws_connections_total 1\n"));
//! ```
//!
//! With the feature `otel`, `traces` makes spans of connections in the same way, and sends them to a collector.
//! Programs that serve WebSockets themselves have [`spans`] of `tracing`, and count by hand.
//!
//! It installs nothing that is global, reads no environment, and serves no HTTP.

pub mod logs;
pub mod metrics;
pub mod spans;
#[cfg(feature = "otel")]
pub mod traces;
pub mod ws_tracing;

pub use metrics::{Registry, get_global_registry};
pub use spans::{
    create_ws_connection_span, create_ws_message_span, record_ws_connection_success, record_ws_error,
    record_ws_message_success,
};
