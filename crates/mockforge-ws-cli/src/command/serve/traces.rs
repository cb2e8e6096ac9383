//! Traces, as the configuration and the variables of OpenTelemetry have them.

use std::sync::Arc;

use mockforge_ws_config::Config;
use mockforge_ws_observe::traces::{Options, Protocol, Traces};
use tracing::Level;

use super::narrator::Narrator;
use crate::exit::{Exit, Stop};
use crate::terminal::{WARNING, printable};

/// Begins to send them; within a runtime.
///
/// # Errors
/// Where they can't be sent as it is said, whether or not a collector is there.
pub(super) fn export(
    said: &mockforge_ws_config::Traces,
    config: &Config,
    narrator: &Arc<Narrator>,
) -> Result<Traces, Stop> {
    let protocol = if said.is_grpc { Protocol::Grpc } else { Protocol::Http };
    let options = Options {
        endpoint: said.endpoint.clone(),
        headers: said.headers.clone(),
        timeout: said.timeout,
        service: said.service.clone(),
        resource: said.resource.clone(),
        sampled: said.sampled,
        follows_parent: said.follows_parent,
        messages: config.trace_messages.value,
        ..Options::at(&said.endpoint, protocol)
    };
    let narrator = Arc::clone(narrator);
    let warn = move |failure: &str| {
        let warning = format!("{WARNING}warning{WARNING:#}: {}\n", printable(failure));
        narrator.say(Level::WARN, warning);
    };
    Traces::export(&options, warn).map_err(|error| {
        Stop::new(Exit::Usage, format!("traces can't be sent: {error}"))
            .hint("look at --otlp-endpoint and the variables OTEL_EXPORTER_OTLP_*")
    })
}
