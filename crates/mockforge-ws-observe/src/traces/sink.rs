//! The sink: who is followed, and where the spans go.

use std::time::Duration;

use mockforge_ws_core::{FactSink, Follower, Hello, Interest, Record};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

use super::Options;
use super::export::{ExportError, provider};
use super::follower::Spans;

/// Makes spans of connections. A sink of facts; clones send to the same place.
///
/// ```
/// use mockforge_ws_observe::traces::{Options, Protocol, Traces};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let options = Options::at("http://localhost:4317", Protocol::Grpc);
/// let traces = Traces::export(&options, |failure| eprintln!("warning: {failure}"))?;
/// // … and when no connection is left:
/// traces.shutdown(std::time::Duration::from_secs(2)).await;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    messages: f64,
}

impl Traces {
    /// Sends spans to a collector, in batches and behind a bounded queue. `on_failure` is told, from another
    /// thread, when the collector begins to take none; nothing else comes of that.
    ///
    /// Called within a tokio runtime, which has to outlive it.
    ///
    /// # Errors
    /// Where the options can't be meant; whether a collector is there is found out later.
    pub fn export(
        options: &Options,
        on_failure: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, ExportError> {
        Ok(Self::new(provider(options, on_failure)?, options.messages))
    }

    /// Makes spans for somebody else's provider; `messages` is the part of the messages that become events.
    pub fn new(provider: SdkTracerProvider, messages: f64) -> Self {
        let tracer = provider.tracer("mockforge-ws");
        Self { provider, tracer, messages }
    }

    /// A layer of `tracing` that sends spans to the same place, those of [`spans`](crate::spans) among them.
    pub fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: tracing::Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer().with_tracer(self.tracer.clone())
    }

    /// Sends what waits, for as long as this; then it is given up.
    pub async fn shutdown(self, patience: Duration) {
        // What could not be sent was told when it was.
        let ending = tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(patience));
        let _ = ending.await;
    }
}

impl FactSink for Traces {
    fn note(&self, _: Record<'_>) {}

    fn follow(&self, hello: &Hello) -> Option<Box<dyn Follower>> {
        Some(Box::new(Spans::begin(&self.tracer, hello, self.messages)))
    }

    fn interest(&self) -> Interest {
        Interest::Counts
    }
}
