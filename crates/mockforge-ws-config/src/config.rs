//! The effective configuration: every setting with its origin, and what the server is started with.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Limits, Seed};
use mockforge_ws_diagnostic::Diagnostic;
use mockforge_ws_io::{Context, Dialer, MissedPong};
use mockforge_ws_jsonpath::Dialect;
use mockforge_ws_layers::faults::FaultConfig;
use mockforge_ws_layers::latency::LatencyProfile;
use mockforge_ws_server::{Handshakes, Listen, Routes, ServerTls, Settings};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::effective::Effective;
use crate::{Environment, Flags, Problems, RateLimited, Recordings, Setting, Sources, Tls, Traces};

/// What a server runs with. Made by [`load`](crate::load); the fields are for reading.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Whether anything is served; a configuration that is switched off does not load.
    pub enabled: Setting<bool>,
    /// The name or address to listen on.
    pub host: Setting<String>,
    /// The port to listen on; 0 for a free one.
    pub port: Setting<u16>,
    /// The path of the route that flags and variables make.
    pub path: Setting<String>,
    /// How many connections may be open at once.
    pub max_connections: Setting<usize>,
    /// How many of them may come from one address.
    pub max_connections_per_ip: Setting<Option<usize>>,
    /// The largest message in bytes.
    pub max_message_size: Setting<usize>,
    /// The largest frame of a client in bytes, where that is less.
    pub max_frame_size: Setting<Option<usize>>,
    /// How often a quiet connection is pinged.
    pub heartbeat: Setting<Option<Duration>>,
    /// What becomes of a client that gives no sign of life.
    pub missed_pong: Setting<MissedPong>,
    /// How long a client may take nothing of what is sent to it.
    pub write_timeout: Setting<Option<Duration>>,
    /// How long a connection may be open.
    pub max_connection_duration: Setting<Option<Duration>>,
    /// What clients may do before they are upgraded.
    pub handshake_limits: Setting<Handshakes>,
    /// How long a connection may go without a message either way before it is closed.
    pub connection_timeout: Setting<Option<Duration>>,
    /// The collector of traces, where one is named.
    pub otlp_endpoint: Setting<Option<String>>,
    /// Which part of a traced connection's messages become events of its span.
    pub trace_messages: Setting<f64>,
    /// What of connections is traced and where that goes, by all that is said of it; nothing without a collector.
    pub traces: Option<Traces>,
    /// The port for Prometheus and health checks, where there is one.
    pub metrics_port: Setting<Option<u16>>,
    /// TLS of the server's own.
    pub tls: Tls,
    /// Where the server's certificate is written to.
    pub tls_save: Setting<Option<PathBuf>>,
    /// The seed of the run, where one is set.
    pub seed: Setting<Option<Seed>>,
    /// Where wall time starts, where that is fixed.
    pub now: Setting<Option<OffsetDateTime>>,
    /// The latency of routes that say nothing else.
    pub latency: Setting<LatencyProfile>,
    /// The faults of routes that say nothing else.
    pub faults: Setting<FaultConfig>,
    /// How fast time passes on routes that say nothing else.
    pub speed: Setting<f64>,
    /// How many messages clients may send, on routes that say nothing else.
    pub rate_limit: Setting<Option<RateLimited>>,
    /// Whether a reload closes the open connections of routes that say nothing else.
    pub close_on_reload: Setting<bool>,
    /// `Host` names that are served on loopback beside its own.
    pub allow_hosts: Setting<Vec<String>>,
    /// Origins whose pages may use proxied routes that add credentials.
    pub allow_origins: Setting<Vec<String>>,
    /// Whether the frames of connections whose bytes are copied are counted.
    pub taps: Setting<bool>,
    /// The dialect of JSONPaths.
    pub jsonpath_dialect: Setting<Dialect>,
    /// The constants of `{{var.x}}`.
    pub variables: Setting<Map<String, Value>>,
    /// The environment variables that templates may read.
    pub template_env: Setting<Vec<String>>,
    /// Whether templates are expanded.
    pub expand: Setting<bool>,
    /// Whether files are watched and changes taken over.
    pub watch: Setting<bool>,
    /// Where facts are written.
    pub journal: Setting<Option<PathBuf>>,
    pub(crate) parts: Parts,
}

/// What a configuration keeps beside its settings.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) flags: Flags,
    pub(crate) environment: Environment,
    pub(crate) routes: Routes,
    pub(crate) effective: Vec<Effective>,
    pub(crate) recordings: Recordings,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) sources: Sources,
}

impl Config {
    /// Where to listen.
    pub fn listen(&self) -> Listen {
        Listen { host: self.host.value.clone(), port: self.port.value }
    }

    /// Where Prometheus and health checks are answered, if they are: on loopback, whatever the mock listens on.
    pub fn metrics(&self) -> Option<Listen> {
        self.metrics_port.value.map(|port| Listen { port, ..Listen::default() })
    }

    /// The server's settings. `context` brings the sink, the budget and the shutdown; its timing is set here.
    /// `otherwise` is the seed where none is configured.
    pub fn settings(&self, mut context: Context, otherwise: Seed) -> Settings {
        context.timing.heartbeat = self.heartbeat.value;
        context.timing.missed_pong = self.missed_pong.value;
        context.timing.idle = self.connection_timeout.value;
        context.timing.write = self.write_timeout.value;
        context.timing.lifetime = self.max_connection_duration.value;
        context.max_frame_size = self.max_frame_size.value;
        context.taps = self.taps.value;
        context.dialer = Arc::new(Dialer::new(self.parts.environment.proxies()));
        Settings {
            max_connections: self.max_connections.value,
            max_connections_per_ip: self.max_connections_per_ip.value,
            handshakes: self.handshake_limits.value,
            limits: Limits { max_message_size: self.max_message_size.value },
            seed: self.seed.value.unwrap_or(otherwise),
            now: self.now.value,
            allow_hosts: self.allow_hosts.value.clone(),
            context,
        }
    }

    /// TLS for the server, where it speaks it. A certificate that is made at the start is made by this.
    pub fn server_tls(&self) -> Option<ServerTls> {
        self.tls.server(&self.host.value).expect("what is wrong with it was told when it was loaded")
    }

    /// TLS of a configuration that was reloaded, where another certificate is to be shown, or other clients are to be
    /// let in, than by `old`. `None` where that takes another start: between TLS and none, and for a certificate that
    /// is made at the start.
    pub fn renewed_tls(&self, old: &Self) -> Option<ServerTls> {
        let is_renewed = self.tls.cert.is_some() && old.tls.cert.is_some() && self.tls != old.tls;
        let is_made = self.tls.auto.value || old.tls.auto.value;
        if is_renewed && !is_made { self.server_tls() } else { None }
    }

    /// The routes, ready to serve: scripts and rules are compiled once and shared by all clones.
    pub fn routes(&self) -> Routes {
        self.parts.routes.clone()
    }

    /// The recordings of routes with `record:`, the same after a reload.
    pub fn recordings(&self) -> &Recordings {
        &self.parts.recordings
    }

    /// The files that were read, absolute: what `--watch` watches.
    pub fn files(&self) -> &[PathBuf] {
        &self.parts.files
    }

    /// What works, but hardly as meant.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.parts.warnings
    }

    /// The lines that the warnings stand in.
    pub fn sources(&self) -> &Sources {
        &self.parts.sources
    }

    /// Reads the same inputs again.
    ///
    /// # Errors
    /// As [`load`](crate::load). The present configuration stays as it is.
    pub fn reload(&self) -> Result<Self, Problems> {
        crate::load::load_with(&self.parts.flags, &self.parts.environment, &self.parts.recordings)
    }

    /// The effective configuration as YAML, each value with its origin in a comment, secrets masked. It is
    /// what `mockforge config print` writes.
    pub fn print(&self) -> String {
        crate::print::print(self)
    }
}
