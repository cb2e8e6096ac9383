//! What a WebSocket mock server lets others see of it: numbers for Prometheus.
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
//! It installs nothing that is global, reads no environment, and serves no HTTP.

pub mod logs;
pub mod metrics;
