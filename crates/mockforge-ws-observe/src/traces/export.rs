//! Sending spans to a collector (OTLP), in batches, on a thread of its own.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::KeyValue;
use opentelemetry_otlp::tonic_types::metadata::MetadataMap;
use opentelemetry_otlp::tonic_types::transport::ClientTlsConfig;
use opentelemetry_otlp::{
    Protocol as Otlp, SpanExporter as OtlpExporter, WithExportConfig, WithHttpConfig, WithTonicConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, Sampler, SdkTracerProvider, SpanData, SpanExporter, SpanLimits,
};
use tokio::runtime::Handle;

use super::client::Client;
use super::{Options, Protocol};

/// Options that nothing can be sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportError {
    /// What is wrong, in one sentence.
    pub reason: String,
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for ExportError {}

fn wrong(reason: impl fmt::Display) -> ExportError {
    ExportError { reason: reason.to_string() }
}

/// A provider that sends its spans to the collector. Spans that it does not take wait in a queue that is bounded;
/// beyond they are dropped.
pub(super) fn provider(
    options: &Options,
    on_failure: impl Fn(&str) + Send + Sync + 'static,
) -> Result<SdkTracerProvider, ExportError> {
    let told = Told {
        inner: exporter(options)?,
        endpoint: options.endpoint.clone(),
        is_told: AtomicBool::new(false),
        on_failure: Tell(Arc::new(on_failure)),
    };
    let attributes = options.resource.iter().map(|(name, value)| KeyValue::new(name.clone(), value.clone()));
    let resource = Resource::builder_empty()
        .with_attributes(attributes)
        .with_service_name(options.service.clone())
        .build();
    let root = Sampler::TraceIdRatioBased(options.sampled);
    let sampler = if options.follows_parent { Sampler::ParentBased(Box::new(root)) } else { root };
    Ok(SdkTracerProvider::builder()
        .with_resource(resource)
        .with_sampler(sampler)
        .with_span_limits(SpanLimits::default())
        .with_span_processor(BatchSpanProcessor::builder(told).build())
        .build())
}

fn exporter(options: &Options) -> Result<OtlpExporter, ExportError> {
    let url: Option<http::Uri> = options.endpoint.parse().ok();
    let Some(scheme @ ("http" | "https")) = url.as_ref().and_then(http::Uri::scheme_str) else {
        let endpoint = &options.endpoint;
        return Err(wrong(format!("`{endpoint}` is no URL of a collector, such as http://localhost:4317")));
    };
    let runtime = Handle::try_current().map_err(|_| wrong("traces are sent from within a tokio runtime"))?;
    let built = match options.protocol {
        Protocol::Grpc => {
            let mut builder = OtlpExporter::builder()
                .with_tonic()
                .with_endpoint(&options.endpoint)
                .with_timeout(options.timeout)
                .with_metadata(MetadataMap::from_headers(headers(options)?));
            if scheme == "https" {
                builder = builder.with_tls_config(ClientTlsConfig::new().with_native_roots());
            }
            builder.build()
        }
        Protocol::Http => {
            let named = |(name, value): &(String, String)| (name.clone(), value.clone());
            headers(options)?;
            OtlpExporter::builder()
                .with_http()
                .with_protocol(Otlp::HttpBinary)
                .with_endpoint(&options.endpoint)
                .with_timeout(options.timeout)
                .with_headers(options.headers.iter().map(named).collect::<HashMap<_, _>>())
                .with_http_client(Client::new(options.timeout, runtime).map_err(wrong)?)
                .build()
        }
    };
    built.map_err(wrong)
}

fn headers(options: &Options) -> Result<HeaderMap, ExportError> {
    let header = |(name, value): &(String, String)| {
        let wrong = || wrong(format!("`{name}` with its value is no header for a collector"));
        let name: HeaderName = name.parse().map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        Ok((name, value))
    };
    options.headers.iter().map(header).collect()
}

struct Tell(Arc<dyn Fn(&str) + Send + Sync>);

impl fmt::Debug for Tell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}

/// An exporter that tells when the collector takes nothing: once, and again where it has taken something since.
#[derive(Debug)]
struct Told<E> {
    inner: E,
    endpoint: String,
    is_told: AtomicBool,
    on_failure: Tell,
}

impl<E: SpanExporter> SpanExporter for Told<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.inner.export(batch).await;
        let was_told = self.is_told.swap(result.is_err(), Ordering::Relaxed);
        if let (Err(error), false) = (&result, was_told) {
            (self.on_failure.0)(&format!("no traces reach {}: {error}", self.endpoint));
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}
