//! The flags that make a configuration, shared by all commands that load one.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use mockforge_ws_config::Flags;

/// What to serve, where, and how. Defaults and environment variables stand in the help texts only: it is the
/// configuration that reads the variables, after the flags and before the file.
#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// A script (.jsonl), a recording (.har) or a config (.yaml, .yml, .toml, .json); without one, echo
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,

    #[command(flatten)]
    what: What,
    #[command(flatten)]
    upstream: Upstream,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    tls: Tls,
    #[command(flatten)]
    run: Run,
    #[command(flatten)]
    limits: Limits,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What to serve")]
struct What {
    /// The config file [default: the nearest mockforge.yaml, .yml, .toml or .json]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,

    /// The script to play at --ws-path
    ///
    /// [env: MOCKFORGE_WS_REPLAY_FILE]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    ws_replay_file: Option<PathBuf>,

    /// Forward to this server: ws:// or wss://
    ///
    /// A URL without a path takes every client's path and query as they are. With a path, that stands for --ws-path,
    /// and what follows is appended. With --reply, what a reply answers is not passed on.
    ///
    /// [env: MOCKFORGE_WS_PROXY_UPSTREAM_URL]
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,

    /// Answer messages that match PATTERN with TEMPLATE; repeatable, the first match answers
    ///
    /// A pattern that begins with `$` is a JSONPath, any other a regex. A template may use `{{uuid}}`,
    /// `{{now}}`, `{{$.field}}` of the message, `{{capture.1}}` of the regex, and more.
    #[arg(long, value_name = "PATTERN=TEMPLATE", allow_hyphen_values = true)]
    reply: Vec<String>,

    /// What to put before an echoed text [default: "echo: "]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    echo_prefix: Option<String>,

    /// Whether templates are expanded, or sent as they are written [default: true]
    ///
    /// [env: MOCKFORGE_RESPONSE_TEMPLATE_EXPAND]
    #[arg(long, value_name = "BOOL")]
    template_expand: Option<bool>,
}

/// How a server is reached that is forwarded to.
#[derive(Debug, Args)]
#[command(next_help_heading = "The other server")]
pub(super) struct Upstream {
    /// Send this header to the other server; repeatable
    #[arg(long, value_name = "NAME: VALUE")]
    upstream_header: Vec<String>,

    /// Trust the certificates in this file (PEM) in place of the system's
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    upstream_ca: Option<PathBuf>,

    /// Show this client certificate (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    upstream_cert: Option<PathBuf>,

    /// The key of the client certificate (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    upstream_key: Option<PathBuf>,

    /// Trust any certificate of the other server, of whomever
    #[arg(long)]
    insecure: bool,

    /// Let pages of this origin use routes that add credentials; repeatable, `*` for all
    ///
    /// Pages on this machine always may, and programs that send no Origin.
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,

    /// Do not look at the frames of connections that are only forwarded: no counts, no size limit
    #[arg(long)]
    no_metrics: bool,
}

impl Upstream {
    pub(super) fn put_into(self, flags: &mut Flags) {
        flags.upstream_headers = self.upstream_header;
        flags.upstream_ca = self.upstream_ca;
        flags.upstream_cert = self.upstream_cert;
        flags.upstream_key = self.upstream_key;
        flags.insecure = self.insecure;
        flags.allow_origins = self.allow_origin;
        flags.no_metrics = self.no_metrics;
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where to listen")]
pub(super) struct Place {
    /// The port; 0 picks a free one [default: 3001]
    ///
    /// [env: MOCKFORGE_WS_PORT]
    #[arg(long, value_name = "PORT")]
    ws_port: Option<u16>,

    /// The name or address; `localhost` is 127.0.0.1 and ::1 [default: localhost]
    ///
    /// [env: MOCKFORGE_WS_HOST]
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Hostname)]
    host: Option<String>,

    /// The path of what the flags serve [default: /ws]
    ///
    /// [env: MOCKFORGE_WS_PATH]
    #[arg(long, value_name = "PATH")]
    ws_path: Option<String>,

    /// Send traces of connections to this collector (OTLP): http://localhost:4317 by gRPC, other ports by HTTP
    ///
    /// [env: OTEL_EXPORTER_OTLP_ENDPOINT, and the other OTEL_* variables for headers, sampling and names]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    otlp_endpoint: Option<String>,

    /// Answer Prometheus (/metrics) and health checks (/healthz, /readyz) at this port of loopback; 0 picks a free one
    #[arg(long, value_name = "PORT")]
    metrics_port: Option<u16>,

    /// Serve this Host name too while listening on loopback; repeatable, `*` for all
    ///
    /// On loopback a handshake under a foreign Host name is refused, because a web page could send it (DNS
    /// rebinding).
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
}

/// TLS of the server's own.
#[derive(Debug, Args)]
#[command(next_help_heading = "TLS")]
pub(super) struct Tls {
    /// Serve wss:// with a certificate made at the start, signed by nobody: for development
    ///
    /// It is for localhost, 127.0.0.1, ::1 and --host. Its fingerprint is told; clients trust it by --tls-save.
    #[arg(long)]
    tls_auto: bool,

    /// Serve wss:// with this certificate and its chain (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    tls_cert: Option<PathBuf>,

    /// The key of the certificate (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    tls_key: Option<PathBuf>,

    /// Let in clients only that show a certificate of one of these CAs (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    tls_client_ca: Option<PathBuf>,

    /// Write the server's certificate (PEM) to this file, for clients to trust
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    tls_save: Option<PathBuf>,
}

impl Tls {
    pub(super) fn put_into(self, flags: &mut Flags) {
        flags.tls_auto = self.tls_auto;
        flags.tls_cert = self.tls_cert;
        flags.tls_key = self.tls_key;
        flags.tls_client_ca = self.tls_client_ca;
        flags.tls_save = self.tls_save;
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How to run")]
struct Run {
    /// Fix all random values: the same seed and the same messages give the same run
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Start the clock of templates here; it then advances by scheduled time only
    #[arg(long, value_name = "RFC3339")]
    now: Option<String>,

    /// Delay what is sent: none, fast, normal, slow, mobile, satellite, flaky, 50ms, or 20ms..80ms
    #[arg(long, value_name = "PROFILE")]
    latency: Option<String>,

    /// Let scripts, streams and their time-outs go this many times as fast: 10, or 0.5
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    speed: Option<f64>,

    /// Record each session as a script in this folder, or file (.jsonl; later sessions get a number)
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    record: Option<PathBuf>,

    /// Make identifiers, times and UUIDs of recordings templates, so that they serve any client
    #[arg(long)]
    correlate: bool,

    /// Take over changes to the files; a bad edit keeps the last good version
    ///
    /// [env: MOCKFORGE_WS_HOTRELOAD]
    #[arg(long)]
    watch: bool,

    /// Write what happens, one JSON object a line, to this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    journal: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct Limits {
    /// Refuse more open connections than this [default: 10000]
    ///
    /// [env: MOCKFORGE_WS_MAX_CONNECTIONS]
    #[arg(long, value_name = "N")]
    max_connections: Option<usize>,

    /// The largest message, either way [default: 4194304]
    ///
    /// [env: MOCKFORGE_WS_MAX_MESSAGE_SIZE]
    #[arg(long, value_name = "BYTES")]
    max_message_size: Option<usize>,

    /// Ping quiet connections this often; 0 never [default: 30]
    ///
    /// [env: MOCKFORGE_WS_PING_INTERVAL]
    #[arg(long, value_name = "SECONDS")]
    heartbeat: Option<u64>,

    /// Let a connection send no more messages than this in such a time; those beyond wait
    ///
    /// A config can count by address or route, and drop, answer, or close (`rate_limit:`).
    #[arg(long, value_name = "N/SECONDS")]
    rate_limit: Option<String>,
}

impl Place {
    pub(super) fn put_into(self, flags: &mut Flags) {
        flags.port = self.ws_port;
        flags.host = self.host;
        flags.path = self.ws_path;
        flags.metrics_port = self.metrics_port;
        flags.otlp_endpoint = self.otlp_endpoint;
        flags.allow_hosts = self.allow_host;
    }
}

impl Limits {
    pub(super) fn put_into(self, flags: &mut Flags) {
        flags.max_connections = self.max_connections;
        flags.max_message_size = self.max_message_size;
        flags.heartbeat = self.heartbeat;
        flags.rate_limit = self.rate_limit;
    }
}

impl From<Inputs> for Flags {
    fn from(Inputs { file, what, upstream, place, tls, run, limits }: Inputs) -> Self {
        let mut flags = Self {
            file,
            config: what.config,
            replay_file: what.ws_replay_file,
            proxy: what.proxy,
            reply: what.reply,
            echo_prefix: what.echo_prefix,
            expand: what.template_expand,
            seed: run.seed,
            now: run.now,
            latency: run.latency,
            speed: run.speed,
            watch: run.watch,
            journal: run.journal,
            record: run.record,
            correlate: run.correlate,
            ..Self::default()
        };
        upstream.put_into(&mut flags);
        place.put_into(&mut flags);
        tls.put_into(&mut flags);
        limits.put_into(&mut flags);
        flags
    }
}
