//! What is counted and traced of connections that the event loop runs, in memory.

mod counted;
mod facts;
mod logs;
mod page;
#[cfg(feature = "otel")]
mod traced;
