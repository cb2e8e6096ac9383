//! The keys of a config file, defined once: what the lowering takes, what the JSON Schema describes, and what
//! a word that is no key was probably meant to be.

use mockforge_ws_diagnostic::{Problem, did_you_mean};

/// The keys of one kind of mapping.
pub(crate) trait Keys: Copy + PartialEq + 'static {
    /// What holds them, for people.
    const HOLDER: &'static str;
    /// The keys in the order in which they are written.
    const ALL: &'static [Self];

    /// As written.
    fn name(self) -> &'static str;
    /// What it is for, in one sentence.
    fn about(self) -> &'static str;

    /// The key of that spelling.
    fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == text)
    }
}

macro_rules! keys {
    ($(#[$doc:meta])* $set:ident of $holder:literal { $($key:ident $name:literal $about:literal)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $set { $($key),* }

        impl Keys for $set {
            const HOLDER: &'static str = $holder;
            const ALL: &'static [Self] = &[$(Self::$key),*];

            fn name(self) -> &'static str {
                match self { $(Self::$key => $name),* }
            }

            fn about(self) -> &'static str {
                match self { $(Self::$key => $about),* }
            }
        }
    };
}

keys! {
    /// `websocket:`
    Section of "`websocket:`" {
        Enabled "enabled" "Whether the WebSocket server runs; `false` stops `serve` with a message."
        Host "host" "The name or address to listen on; `localhost` is both loopback addresses."
        Port "port" "The port to listen on; 0 picks a free one."
        Path "path" "The path of the route that flags, variables and `replay_file` make."
        ReplayFile "replay_file" "A replay script for the route at `path`, relative to this file."
        MaxConnections "max_connections" "How many connections may be open at once; more get 503."
        MaxConnectionsPerIp "max_connections_per_ip" "How many of them may come from one address; more get 503."
        MaxMessageSize "max_message_size" "The largest message, in bytes."
        MaxFrameSize "max_frame_size" "The largest frame of a client, in bytes; where it is left out, as large as a message."
        Heartbeat "heartbeat" "Seconds from ping to ping on a quiet connection; 0 sends none."
        OtlpEndpoint "otlp_endpoint" "The collector that traces of connections are sent to (OTLP): its URL; without it none are."
        TraceMessages "trace_messages" "Which part of a traced connection's messages become events of its span, from 0 to 1."
        MetricsPort "metrics_port" "The port for Prometheus, on loopback: /metrics, /healthz and /readyz; 0 picks a free one, and without it there is none."
        MissedPong "missed_pong" "What becomes of a client that gives no sign of life after a ping: `close` (1001, the default) or `abort` (a reset)."
        WriteTimeout "write_timeout" "How long a client may take nothing of what is sent to it before it is dropped; `0s` for ever."
        MaxConnectionDuration "max_connection_duration" "How long a connection may be open before it is closed with 1001; `0s` for ever."
        HandshakeLimits "handshake_limits" "What clients may do before they are upgraded."
        ConnectionTimeout "connection_timeout_secs" "Seconds without a message either way after which a connection is closed; 0 for never."
        Tls "tls" "TLS of the server's own: `wss://`."
        AllowHosts "allow_hosts" "`Host` names that are served on loopback beside its own; `*` for all."
        AllowOrigins "allow_origins" "Origins whose pages may use proxied routes that add credentials; `*` for all."
        Seed "seed" "The number from which everything random follows."
        Now "now" "Where wall time starts, in RFC 3339, for runs that can be compared byte for byte."
        Latency "latency" "How late messages leave, on routes that say nothing else."
        Faults "faults" "How often messages are lost, doubled or cut off, on routes that say nothing else."
        Speed "speed" "How many times as fast as the clock scripts, streams and time-outs go, on routes that say nothing else."
        RateLimit "rate_limit" "How many messages a client may send, on routes that say nothing else."
        Reload "reload" "What becomes of open connections when `--watch` takes over an edit, on routes that say nothing else."
        JsonpathDialect "jsonpath_dialect" "The dialect of JSONPaths."
        Templates "templates" "What templates may do."
        Variables "variables" "The constants of `{{var.x}}`."
        Routes "routes" "What is served at which path."
    }
}

keys! {
    /// `handshake_limits:`
    HandshakeLimits of "`handshake_limits:`" {
        Timeout "timeout" "How long a client may take for the handshake of TLS and its request together."
        MaxPending "max_pending" "How many may be at it at once; for one more the one that is at it longest is dropped."
        MaxHeaders "max_headers" "How many headers a request may have; 431 beyond."
        MaxHeaderSize "max_header_size" "How many bytes of them; 431 beyond."
        MaxRequestLine "max_request_line" "How long the first line of a request may be, in bytes; 414 beyond."
    }
}

keys! {
    /// `tls:` of the server.
    Tls of "`tls:`" {
        Cert "cert" "The server's certificate and its chain (PEM), relative to this file."
        Key "key" "The key of the certificate (PEM)."
        Auto "auto" "Whether the certificate is made at the start, signed by nobody: for development."
        ClientCa "client_ca" "The CAs (PEM) whose certificates clients show."
        ClientAuth "client_auth" "Whether clients must show one: `required` (the default) or `optional`."
    }
}

keys! {
    /// An element of `routes:`.
    Route of "a route" {
        Path "path" "The path, such as `/ws` or `/chat/{room}`."
        Subprotocols "subprotocols" "The first of these that the client offers is selected."
        Replay "replay" "Plays a replay script, or a WebSocket of a HAR: its file, relative to this one."
        Interactive "interactive" "Answers messages by rules."
        Proxy "proxy" "Forwards to another server: its URL, or how."
        Ai "ai" "Generates events from a narrative: it, or how."
        Echo "echo" "Sends back what comes."
        Handshake "handshake" "How opening handshakes are answered: late, with headers, or not for everybody."
        Latency "latency" "How late messages leave."
        Faults "faults" "How often messages are lost, doubled or cut off."
        Speed "speed" "How many times as fast as the clock the route's scripts, streams and time-outs go."
        RateLimit "rate_limit" "How many messages a client may send."
        Seed "seed" "The seed of this route's connections."
        Reload "reload" "What becomes of open connections when `--watch` takes over an edit: `keep` or `close`."
        Record "record" "Writes each session as a replay script: a folder, or a file that ends in `.jsonl`."
    }
}

keys! {
    /// `record:`
    Record of "`record:`" {
        Dir "dir" "The folder for a file a session, relative to this one."
        File "file" "The file of the first session; those after it get numbers."
        Correlate "correlate" "Whether identifiers, times and UUIDs become templates, for clients that choose others."
        Redact "redact" "What becomes a variable beside the usual secrets; `false` for nothing at all."
        MaxBytes "max_bytes" "The largest recording of a session, in bytes; it ends there."
        MaxFiles "max_files" "How many recordings are kept; the oldest of this run go."
    }
}

keys! {
    /// `redact:`
    Redact of "`redact:`" {
        Headers "headers" "Headers of the handshake; `*` at either end of a name stands for anything."
        Query "query" "Query parameters."
        Members "members" "Members of JSON objects, at any depth."
        Jsonpaths "jsonpaths" "JSONPaths into messages."
        Regexes "regexes" "Regexes; a group in one is what is secret."
    }
}

keys! {
    /// `replay:`
    Replay of "`replay:`" {
        File "file" "The replay script or HAR, relative to this file."
        Index "index" "Which WebSocket of the HAR, by its number from 1."
        Url "url" "Which WebSocket of the HAR, by a part of its URL."
    }
}

keys! {
    /// `proxy:`
    Proxy of "`proxy:`" {
        UpstreamUrl "upstream_url" "The server: `ws://` or `wss://`. Without a path it is asked for the client's own."
        Headers "headers" "What is changed in the client's headers."
        Host "host" "What becomes of `Host`: `upstream` (the default), `client`, or a value."
        Origin "origin" "What becomes of `Origin`: `client` (the default), `upstream`, `none`, or a value."
        Forwarded "forwarded" "Whether the server is told of the client by `X-Forwarded-For`, `-Host` and `-Proto`."
        Tls "tls" "What holds for `wss://`."
        Timeout "timeout" "How long the server may take to answer a handshake, connecting included."
        Retry "retry" "How a failed attempt to connect is repeated."
        Breaker "breaker" "When a server that keeps failing is left alone for a while."
        Pool "pool" "Connections that are opened before clients come; all with the same handshake."
        Reconnect "reconnect" "Whether a server that is lost is dialled again while the client stays."
        Interactive "interactive" "Rules that answer messages of the client; what none of them answers goes on."
        Rules "rules" "What becomes of messages on their way: the first rule that takes one decides."
        Otherwise "otherwise" "What becomes of messages that no rule takes: `forward` (the default) or `drop`."
        Fallback "fallback" "What serves clients while the server can't be reached."
    }
}

keys! {
    /// `headers:` of `proxy:`
    ProxyHeaders of "`headers:`" {
        Set "set" "Headers that are put in place of the client's; templates of constants."
        Remove "remove" "Headers of the client's that do not go on."
    }
}

keys! {
    /// `tls:` of `proxy:`
    ProxyTls of "`tls:`" {
        Ca "ca" "A file of certificates (PEM) to trust in place of the system's."
        Cert "cert" "The client certificate and its chain (PEM)."
        Key "key" "The key of the client certificate (PEM)."
        Insecure "insecure" "Whether any certificate will do, of whomever."
    }
}

keys! {
    /// `retry:`
    Retry of "`retry:`" {
        Attempts "attempts" "How often a failed attempt is repeated."
        Backoff "backoff" "The pause before the first repetition; it doubles each time, with jitter."
    }
}

keys! {
    /// `breaker:`
    Breaker of "`breaker:`" {
        Failures "failures" "How many failures in a row it takes."
        Rest "rest" "How long nobody connects then."
    }
}

keys! {
    /// `pool:`
    Pool of "`pool:`" {
        Size "size" "How many connections wait, at most."
        Idle "idle" "How long one waits, at most."
        Reuse "reuse" "Whether one that a client has used goes to the next; for protocols without state."
        Subprotocols "subprotocols" "What is offered to the server."
    }
}

keys! {
    /// `reconnect:`
    Reconnect of "`reconnect:`" {
        Messages "messages" "How many of the client's messages are kept meanwhile."
        Bytes "bytes" "How many bytes of them."
        Overflow "overflow" "What happens beyond: `block`, `drop_oldest` or `close`."
    }
}

keys! {
    /// `echo:`
    Echo of "`echo:`" {
        Prefix "prefix" "What stands before each text that is sent back."
    }
}

keys! {
    /// `latency:` as a mapping.
    Latency of "`latency:`" {
        Base "base" "The least delay of a message."
        Jitter "jitter" "The most that is added to it at random."
    }
}

keys! {
    /// `faults:`
    Faults of "`faults:`" {
        Drop "drop" "The probability that a message is not sent."
        Duplicate "duplicate" "The probability that a message is sent twice."
        Abort "abort" "The probability that the connection is dropped instead of sending the message."
    }
}

keys! {
    /// `rate_limit:`
    RateLimit of "`rate_limit:`" {
        Messages "messages" "How many messages; who was silent may send all of them at once."
        Per "per" "In which time they come back, evenly."
        By "by" "What is counted together: a `connection` (the default), all of an `ip`, or all of a `route`."
        Over "over" "What becomes of those beyond: `delay` (the default), `drop`, `close` (1008), or a `reply`."
    }
}

keys! {
    /// `over:` as a mapping.
    Over of "`over:`" {
        Reply "reply" "The answer to a message beyond the limit, which is dropped: a text, or JSON."
    }
}

keys! {
    /// `templates:`
    Templates of "`templates:`" {
        Expand "expand" "Whether templates are expanded; otherwise every text is sent as it stands."
        Env "env" "The environment variables that templates may read as `{{env.NAME}}`."
    }
}

/// Words that other tools, or a guess, use for a key of ours.
const ALIASES: &[(&str, &str)] = &[
    ("address", "host"),
    ("bind", "host"),
    ("listen", "port"),
    ("url", "path"),
    ("endpoint", "path"),
    ("endpoints", "routes"),
    ("mocks", "routes"),
    ("script", "replay"),
    ("file", "replay"),
    ("replay_file", "replay"),
    ("replay", "replay_file"),
    ("ping_interval", "heartbeat"),
    ("heartbeat_interval", "heartbeat"),
    ("heartbeat_interval_secs", "heartbeat"),
    ("heartbeat_secs", "heartbeat"),
    ("timeout", "connection_timeout_secs"),
    ("metrics", "metrics_port"),
    ("otel", "otlp_endpoint"),
    ("tracing", "otlp_endpoint"),
    ("prometheus_port", "metrics_port"),
    ("idle_timeout", "connection_timeout_secs"),
    ("delay", "latency"),
    ("tempo", "speed"),
    ("max_size", "max_message_size"),
    ("send_timeout", "write_timeout"),
    ("throttle", "rate_limit"),
    ("rate", "rate_limit"),
    ("limit", "messages"),
    ("period", "per"),
    ("max_age", "max_connection_duration"),
    ("lifetime", "max_connection_duration"),
    ("handshake_timeout", "handshake_limits"),
    ("connections", "max_connections"),
    ("protocols", "subprotocols"),
    ("upgrade", "handshake"),
    ("recording", "record"),
    ("folder", "dir"),
    ("directory", "dir"),
    ("out", "file"),
    ("max_size", "max_bytes"),
    ("on_reload", "reload"),
    ("ssl", "tls"),
    ("certificate", "cert"),
    ("private_key", "key"),
    ("self_signed", "auto"),
    ("ca", "client_ca"),
    ("subprotocol", "subprotocols"),
    ("upstream", "proxy"),
    ("upstream", "upstream_url"),
    ("target", "upstream_url"),
    ("target_url", "upstream_url"),
    ("retries", "retry"),
    ("circuit_breaker", "breaker"),
    ("dialect", "jsonpath_dialect"),
    ("vars", "variables"),
    ("duplicates", "duplicate"),
];

/// A key that this kind of mapping does not have.
pub(crate) fn unknown<K: Keys>(key: &str) -> Problem {
    let names = || K::ALL.iter().map(|key| key.name());
    let alias = ALIASES.iter().find(|(alias, meant)| *alias == key && names().any(|name| name == *meant));
    let hint = match alias {
        Some((_, meant)) => format!("did you mean `{meant}`?"),
        None => watched(key)
            .or_else(|| did_you_mean(key, names()))
            .or_else(|| elsewhere(key, K::HOLDER))
            .unwrap_or_else(|| format!("{} takes {}", K::HOLDER, names().collect::<Vec<_>>().join(", "))),
    };
    Problem::new(format!("unknown key `{key}` in {}", K::HOLDER)).hint(hint)
}

/// What others call the flag that watches files.
fn watched(key: &str) -> Option<String> {
    let means_watch = ["watch", "hot_reload", "hotreload"].contains(&key);
    means_watch.then(|| "files are watched with the flag `--watch`".into())
}

/// A key of another kind of mapping.
fn elsewhere(key: &str, here: &str) -> Option<String> {
    fn holder<K: Keys>(key: &str) -> Option<&'static str> {
        K::named(key).map(|_| K::HOLDER)
    }
    let holders = [
        holder::<Section>,
        holder::<Route>,
        holder::<Proxy>,
        holder::<Echo>,
        holder::<Templates>,
        holder::<Faults>,
        holder::<RateLimit>,
        holder::<Tls>,
        holder::<HandshakeLimits>,
        holder::<Record>,
        holder::<Redact>,
    ];
    let holder = match key {
        key if mockforge_ws_interactive::KEYS.contains(&key) => "`interactive:`",
        key if mockforge_ws_proxy::RULE_KEYS.contains(&key) && here != "`proxy:`" => "a rule of `proxy:`",
        key if mockforge_ws_interactive::HANDSHAKE_KEYS.contains(&key) => "`handshake:`",
        key => holders.iter().find_map(|holder| holder(key)).filter(|holder| *holder != here)?,
    };
    Some(format!("`{key}` belongs in {holder}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_get_a_hint() {
        fn hint<K: Keys>(key: &str) -> String {
            unknown::<K>(key).hint.unwrap_or_default()
        }
        assert_eq!(hint::<Section>("prot"), "did you mean `port`?");
        assert_eq!(hint::<Section>("maxConnections"), "did you mean `max_connections`?");
        assert_eq!(hint::<Section>("replay"), "did you mean `replay_file`?");
        assert_eq!(hint::<Route>("replay_file"), "did you mean `replay`?");
        assert_eq!(hint::<Route>("rules"), "`rules` belongs in `interactive:`");
        assert_eq!(hint::<Route>("origins"), "`origins` belongs in `handshake:`");
        assert_eq!(hint::<Route>("port"), "`port` belongs in `websocket:`");
        assert_eq!(hint::<Section>("hot_reload"), "files are watched with the flag `--watch`");
        assert_eq!(hint::<Echo>("zzzzzzzz"), "`echo:` takes prefix");
        assert_eq!(hint::<Section>("proxy"), "`proxy` belongs in a route");
        assert_eq!(hint::<Section>("client_ca"), "`client_ca` belongs in `tls:`");
    }
}
