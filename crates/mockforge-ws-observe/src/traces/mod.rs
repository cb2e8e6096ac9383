//! Traces of connections, for OpenTelemetry.
//!
//! A [`Traces`] is a [`FactSink`](mockforge_ws_core::FactSink) that makes a span of each connection, by the semantic
//! conventions for HTTP servers, and one of each connection to another server. A span goes to the collector when
//! it is over, as a connection's is when the connection is.

mod client;
mod context;
mod export;
mod follower;
mod options;
mod sample;
mod sink;

pub(crate) use context::adopt;
pub use context::{extract_ws_trace_context, inject_ws_trace_context};
pub use export::ExportError;
pub use options::{Options, Protocol};
pub use sink::Traces;
