//! What a config file asks for, as plain data with places.

use std::time::Duration;

use http::HeaderName;
use mockforge_ws_core::{Seed, Upstream};
use mockforge_ws_io::MissedPong;
use mockforge_ws_jsonpath::Dialect;
use mockforge_ws_layers::faults::FaultConfig;
use mockforge_ws_layers::latency::LatencyProfile;
use mockforge_ws_proxy::{Passage, Reconnect, Target};
use mockforge_ws_replay::record::RecordOptions;
use mockforge_ws_server::Handshakes;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::effective::Pick;
use crate::rate_limit::RateLimited;
use crate::source::Span;
use crate::tree::Node;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// The section `websocket:`; `None` where the file does not say.
#[derive(Debug, Default)]
pub(crate) struct Section {
    pub(crate) enabled: Option<Located<bool>>,
    pub(crate) host: Option<Located<String>>,
    pub(crate) port: Option<Located<u16>>,
    pub(crate) path: Option<Located<String>>,
    pub(crate) replay_file: Option<Located<String>>,
    pub(crate) max_connections: Option<Located<usize>>,
    pub(crate) max_connections_per_ip: Option<Located<usize>>,
    pub(crate) max_message_size: Option<Located<usize>>,
    pub(crate) max_frame_size: Option<Located<usize>>,
    pub(crate) heartbeat: Option<Located<Option<Duration>>>,
    pub(crate) otlp_endpoint: Option<Located<String>>,
    pub(crate) trace_messages: Option<Located<f64>>,
    pub(crate) metrics_port: Option<Located<u16>>,
    pub(crate) missed_pong: Option<Located<MissedPong>>,
    pub(crate) write_timeout: Option<Located<Option<Duration>>>,
    pub(crate) max_connection_duration: Option<Located<Option<Duration>>>,
    pub(crate) handshake_limits: Option<Located<Handshakes>>,
    pub(crate) connection_timeout: Option<Located<Option<Duration>>>,
    pub(crate) tls: ServerTlsSpec,
    pub(crate) allow_hosts: Option<Located<Vec<String>>>,
    pub(crate) allow_origins: Option<Located<Vec<String>>>,
    pub(crate) seed: Option<Located<Seed>>,
    pub(crate) now: Option<Located<OffsetDateTime>>,
    pub(crate) latency: Option<Located<LatencyProfile>>,
    pub(crate) faults: Option<Located<FaultConfig>>,
    pub(crate) speed: Option<Located<f64>>,
    pub(crate) rate_limit: Option<Located<RateLimited>>,
    /// Whether a reload closes open connections.
    pub(crate) reload: Option<Located<bool>>,
    pub(crate) dialect: Option<Located<Dialect>>,
    pub(crate) expand: Option<Located<bool>>,
    pub(crate) env: Option<Located<Vec<Located<String>>>>,
    pub(crate) variables: Option<Located<Map<String, Value>>>,
    pub(crate) routes: Vec<RouteSpec>,
}

/// `tls:` of the server: files as they are named.
#[derive(Debug, Default)]
pub(crate) struct ServerTlsSpec {
    pub(crate) cert: Option<Located<String>>,
    pub(crate) key: Option<Located<String>>,
    pub(crate) auto: Option<Located<bool>>,
    pub(crate) client_ca: Option<Located<String>>,
    /// Whether clients have to show a certificate.
    pub(crate) client_auth: Option<Located<bool>>,
}

/// A route.
#[derive(Debug)]
pub(crate) struct RouteSpec {
    pub(crate) path: Located<String>,
    pub(crate) subprotocols: Vec<Located<String>>,
    pub(crate) mode: Located<ModeSpec>,
    pub(crate) latency: Option<Located<LatencyProfile>>,
    pub(crate) faults: Option<Located<FaultConfig>>,
    pub(crate) speed: Option<Located<f64>>,
    pub(crate) rate_limit: Option<Located<RateLimited>>,
    pub(crate) seed: Option<Located<Seed>>,
    /// The section, as written.
    pub(crate) handshake: Option<Node>,
    /// Whether a reload closes open connections.
    pub(crate) reload: Option<Located<bool>>,
    pub(crate) record: Option<Located<RecordSpec>>,
}

/// How the sessions of a route are recorded.
#[derive(Debug)]
pub(crate) struct RecordSpec {
    /// A file or a folder, as named in the file.
    pub(crate) name: String,
    pub(crate) is_folder: bool,
    pub(crate) options: RecordOptions,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) max_files: Option<usize>,
    /// As written.
    pub(crate) node: Node,
}

/// What serves a route.
#[derive(Debug)]
pub(crate) enum ModeSpec {
    /// The script or the HAR, as named in the file, and which of the latter's WebSockets.
    Replay(Located<String>, Pick),
    /// The prefix, where it is not the usual one.
    Echo(Option<String>),
    /// Rules, as written, or the file that they stand in.
    Interactive(Node),
    /// Another server.
    Proxy(Box<ProxySpec>),
    /// A narrative, as written.
    Ai(Node),
}

/// `proxy:`
#[derive(Debug, Default)]
pub(crate) struct ProxySpec {
    pub(crate) target: Option<Located<Target>>,
    pub(crate) passage: Passage,
    /// Headers that are set, with templates of constants.
    pub(crate) set: Vec<(HeaderName, Located<String>)>,
    pub(crate) upstream: Upstream,
    pub(crate) tls: TlsSpec,
    pub(crate) subprotocols: Vec<String>,
    pub(crate) reconnect: Option<Reconnect>,
    /// The whole section, where it has rules for messages on their way.
    pub(crate) rules: Option<Node>,
    /// The rules that answer first, as written.
    pub(crate) interactive: Option<Node>,
    pub(crate) fallback: Option<Located<ModeSpec>>,
    /// All of it, as written.
    pub(crate) section: Value,
}

/// `tls:`: files as they are named.
#[derive(Debug, Default)]
pub(crate) struct TlsSpec {
    pub(crate) ca: Option<Located<String>>,
    pub(crate) cert: Option<Located<String>>,
    pub(crate) key: Option<Located<String>>,
    /// Where it is said that any certificate will do.
    pub(crate) insecure: Option<Span>,
}
