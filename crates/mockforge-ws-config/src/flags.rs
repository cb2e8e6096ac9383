//! What the command line says, taken apart by whoever owns the command line.

use std::path::PathBuf;

/// The flags of `mockforge serve`, as plain values; `None`, empty and `false` mean "not given".
///
/// Texts that need explaining when they are wrong (`--latency`, `--now`, `--reply`) come as texts, so that
/// [`load`](crate::load) reports them together with everything else. The environment is none of the flags'
/// business: it comes in by an [`Environment`](crate::Environment), and whoever parses flags must not read it.
///
/// ```
/// use mockforge_ws_config::Flags;
///
/// let flags = Flags { port: Some(0), reply: vec!["^ping$=pong".into()], ..Flags::default() };
/// # let _ = flags;
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flags {
    /// `FILE`: a script (`.jsonl`) or a config (`.yaml`, `.yml`, `.toml`, `.json`).
    pub file: Option<PathBuf>,
    /// `--config F`
    pub config: Option<PathBuf>,
    /// `--ws-port N`; 0 picks a free one.
    pub port: Option<u16>,
    /// `--host NAME`
    pub host: Option<String>,
    /// `--ws-path /PATH`: the path of the route that the flags make.
    pub path: Option<String>,
    /// `--ws-replay-file F`
    pub replay_file: Option<PathBuf>,
    /// `--proxy URL`
    pub proxy: Option<String>,
    /// Whether `proxy` is all there is to serve: no config file is looked for.
    pub proxy_only: bool,
    /// `--upstream-header 'NAME: VALUE'`, repeatable.
    pub upstream_headers: Vec<String>,
    /// `--upstream-ca F`
    pub upstream_ca: Option<PathBuf>,
    /// `--upstream-cert F`
    pub upstream_cert: Option<PathBuf>,
    /// `--upstream-key F`
    pub upstream_key: Option<PathBuf>,
    /// `--insecure`
    pub insecure: bool,
    /// `--no-metrics`
    pub no_metrics: bool,
    /// `--reply PATTERN=TEMPLATE`, in the order given.
    pub reply: Vec<String>,
    /// `--echo-prefix TEXT`
    pub echo_prefix: Option<String>,
    /// `--template-expand BOOL`
    pub expand: Option<bool>,
    /// `--seed N`
    pub seed: Option<u64>,
    /// `--now RFC3339`
    pub now: Option<String>,
    /// `--latency PROFILE`
    pub latency: Option<String>,
    /// `--speed N`
    pub speed: Option<f64>,
    /// `--max-connections N`
    pub max_connections: Option<usize>,
    /// `--max-message-size BYTES`
    pub max_message_size: Option<usize>,
    /// `--heartbeat SECONDS`; 0 is off.
    pub heartbeat: Option<u64>,
    /// `--rate-limit N/SECONDS`
    pub rate_limit: Option<String>,
    /// `--tls-cert F`
    pub tls_cert: Option<PathBuf>,
    /// `--tls-key F`
    pub tls_key: Option<PathBuf>,
    /// `--tls-auto`
    pub tls_auto: bool,
    /// `--tls-client-ca F`
    pub tls_client_ca: Option<PathBuf>,
    /// `--tls-save F`
    pub tls_save: Option<PathBuf>,
    /// `--otlp-endpoint URL`
    pub otlp_endpoint: Option<String>,
    /// `--metrics-port PORT`; 0 picks a free one.
    pub metrics_port: Option<u16>,
    /// `--allow-host NAME`, repeatable.
    pub allow_hosts: Vec<String>,
    /// `--record PATH`: a folder, or a file that ends in `.jsonl`.
    pub record: Option<PathBuf>,
    /// `--correlate`
    pub correlate: bool,
    /// `--allow-origin ORIGIN`, repeatable.
    pub allow_origins: Vec<String>,
    /// `--watch`
    pub watch: bool,
    /// `--journal F`
    pub journal: Option<PathBuf>,
}
