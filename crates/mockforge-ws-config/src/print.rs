//! `mockforge config print`: the effective configuration as a config file, each value with its origin.

mod secrets;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use mockforge_ws_io::MissedPong;
use mockforge_ws_layers::faults::FaultConfig;
use mockforge_ws_server::Handshakes;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::effective::{Effective, Pick, Serves};
use crate::keys::{self, Keys as _};
use crate::{Config, Origin, Setting};

use secrets::masked;

/// Writes a configuration as YAML.
pub(crate) fn print(config: &Config) -> String {
    use keys::Section as Key;
    let mut out = Page::default();
    out.line(0, "websocket:", None);
    for key in Key::ALL.iter().copied() {
        match key {
            Key::Enabled => out.setting(key, &config.enabled, |value| json!(value)),
            Key::Host => out.setting(key, &config.host, |value| json!(value)),
            Key::Port => out.setting(key, &config.port, |value| json!(value)),
            // The routes below say what it has led to.
            Key::Path | Key::ReplayFile => {}
            Key::MaxConnections => out.setting(key, &config.max_connections, |value| json!(value)),
            Key::MaxMessageSize => out.setting(key, &config.max_message_size, |value| json!(value)),
            Key::MaxConnectionsPerIp => out.optional(key, &config.max_connections_per_ip),
            Key::MaxFrameSize => out.optional(key, &config.max_frame_size),
            // Without pings there is none to be missed.
            Key::MissedPong if config.heartbeat.value.is_none() => {}
            Key::MissedPong => out.setting(key, &config.missed_pong, |missed| {
                json!(match missed {
                    MissedPong::Close => "close",
                    MissedPong::Abort => "abort",
                })
            }),
            Key::WriteTimeout => out.setting(key, &config.write_timeout, |time| duration(*time)),
            Key::MaxConnectionDuration => {
                out.setting(key, &config.max_connection_duration, |time| duration(*time));
            }
            Key::HandshakeLimits => out.setting(key, &config.handshake_limits, handshake_limits),
            Key::Heartbeat => out.setting(key, &config.heartbeat, |value| seconds(*value)),
            Key::OtlpEndpoint => {
                if let Some(endpoint) = &config.otlp_endpoint.value {
                    let shown = json!(secrets::url(endpoint));
                    out.one(1, key.name(), &shown, &config.otlp_endpoint.origin);
                }
            }
            Key::TraceMessages => out.setting(key, &config.trace_messages, |part| json!(part)),
            Key::MetricsPort => {
                if let Some(port) = config.metrics_port.value {
                    out.one(1, key.name(), &json!(port), &config.metrics_port.origin);
                }
            }
            Key::ConnectionTimeout => out.setting(key, &config.connection_timeout, |value| seconds(*value)),
            Key::Tls => tls(&mut out, config),
            Key::AllowHosts => out.setting(key, &config.allow_hosts, |value| json!(value)),
            Key::AllowOrigins => out.setting(key, &config.allow_origins, |value| json!(value)),
            Key::Seed => match &config.seed.value {
                Some(seed) => out.one(1, key.name(), &json!(seed.0), &config.seed.origin),
                None => out.line(1, "# seed: a random one at each start", None),
            },
            Key::Now => {
                if let Some(now) = config.now.value.and_then(|now| now.format(&Rfc3339).ok()) {
                    out.one(1, key.name(), &json!(now), &config.now.origin);
                }
            }
            Key::Latency => out.setting(key, &config.latency, |value| json!(value.to_string())),
            Key::Faults => out.setting(key, &config.faults, faults),
            Key::Speed => out.setting(key, &config.speed, |speed| json!(speed)),
            Key::RateLimit => {
                if let Some(limit) = &config.rate_limit.value {
                    out.one(1, key.name(), &limit.to_value(), &config.rate_limit.origin);
                }
            }
            Key::Reload => out.setting(key, &config.close_on_reload, |close| reload(*close)),
            Key::JsonpathDialect => out.setting(key, &config.jsonpath_dialect, |value| json!(value.name())),
            Key::Templates => {
                out.line(1, "templates:", None);
                out.one(
                    2,
                    keys::Templates::Expand.name(),
                    &json!(config.expand.value),
                    &config.expand.origin,
                );
                let names = &config.template_env;
                out.one(2, keys::Templates::Env.name(), &json!(names.value), &names.origin);
            }
            Key::Variables => out.setting(key, &config.variables, masked),
            Key::Routes => routes(&mut out, config),
        }
    }
    if let Some(save) = &config.tls_save.value {
        out.line(
            0,
            &format!("# the certificate is written to {}", save.display()),
            Some(&config.tls_save.origin),
        );
    }
    if let Some(journal) = &config.journal.value {
        out.line(0, &format!("# journal: {}", journal.display()), Some(&config.journal.origin));
    }
    if config.watch.value {
        out.line(0, "# files are watched", Some(&config.watch.origin));
    }
    out.text
}

fn handshake_limits(limits: &Handshakes) -> Value {
    use keys::HandshakeLimits as Key;
    let value = |key: &Key| match key {
        Key::Timeout => duration(Some(limits.timeout)),
        Key::MaxPending => json!(limits.max_pending),
        Key::MaxHeaders => json!(limits.max_headers),
        Key::MaxHeaderSize => json!(limits.max_header_size),
        Key::MaxRequestLine => json!(limits.max_request_line),
    };
    Key::ALL.iter().map(|key| (key.name().to_string(), value(key))).collect()
}

fn tls(out: &mut Page, config: &Config) {
    use keys::Tls as Key;
    let tls = &config.tls;
    if !tls.is_on() {
        return;
    }
    out.line(1, "tls:", None);
    for key in Key::ALL.iter().copied() {
        let file = match key {
            Key::Auto => {
                out.one(2, key.name(), &json!(tls.auto.value), &tls.auto.origin);
                continue;
            }
            Key::ClientAuth => {
                if tls.client_ca.is_some() {
                    let auth = if tls.client_auth.value { "required" } else { "optional" };
                    out.one(2, key.name(), &json!(auth), &tls.client_auth.origin);
                }
                continue;
            }
            Key::Cert => &tls.cert,
            Key::Key => &tls.key,
            Key::ClientCa => &tls.client_ca,
        };
        if let Some(Setting { value, origin }) = file {
            out.one(2, key.name(), &json!(value), origin);
        }
    }
}

fn routes(out: &mut Page, config: &Config) {
    use keys::Route as Key;
    out.line(1, "routes:", None);
    for route in &config.parts.effective {
        let Effective { path, subprotocols, serves, latency, faults: route_faults, speed, .. } = route;
        let origin = Some(&serves.origin).filter(|origin| !matches!(origin, Origin::File { .. }));
        for key in Key::ALL.iter().copied() {
            match (key, &serves.value) {
                (Key::Path, _) => out.line(2, &format!("- path: {}", json!(path.value)), Some(&path.origin)),
                (Key::Subprotocols, _) if subprotocols.is_empty() => {}
                (Key::Subprotocols, _) => out.bare(3, key.name(), &json!(subprotocols)),
                (Key::Replay, Serves::Replay { shown, path, pick }) => {
                    let file = json!(relative(config, shown, path));
                    let value = if *pick == Pick::default() { file } else { replay(&file, pick) };
                    out.line(3, &format!("{}: {value}", key.name()), origin);
                }
                (Key::Interactive, Serves::Rules { file: Some((shown, path)), .. }) => {
                    out.line(3, &format!("{}: {}", key.name(), json!(relative(config, shown, path))), origin);
                }
                (Key::Interactive, Serves::Rules { section, file: None }) => {
                    out.line(3, "interactive:", origin);
                    rules(out, section);
                }
                (Key::Echo, Serves::Echo { prefix }) => {
                    let prefix =
                        prefix.as_ref().map(|prefix| (keys::Echo::Prefix.name().to_string(), json!(prefix)));
                    out.bare(3, key.name(), &Value::Object(prefix.into_iter().collect()));
                }
                (Key::Proxy, Serves::Proxy { shown, section, flags }) => {
                    out.line(3, "proxy:", origin);
                    let mut section = secrets::proxy(section, shown);
                    if let (Some((_, Some(replies))), Some(members)) = (flags, section.as_object_mut()) {
                        members.insert(keys::Proxy::Interactive.name().into(), replies.clone());
                    }
                    rules(out, &section);
                }
                (Key::Ai, Serves::Ai { section, .. }) => match section {
                    Value::Object(_) => {
                        out.line(3, "ai:", origin);
                        rules(out, section);
                    }
                    narrative => out.line(3, &format!("{}: {narrative}", key.name()), origin),
                },
                (Key::Replay | Key::Interactive | Key::Proxy | Key::Ai | Key::Echo, _) => {}
                (Key::Latency, _) if latency == &config.latency => {}
                (Key::Latency, _) => {
                    out.one(3, key.name(), &json!(latency.value.to_string()), &latency.origin);
                }
                (Key::Faults, _) if route_faults == &config.faults => {}
                (Key::Faults, _) => {
                    out.one(3, key.name(), &faults(&route_faults.value), &route_faults.origin);
                }
                (Key::Speed, _) if speed == &config.speed => {}
                (Key::Speed, _) => out.one(3, key.name(), &json!(speed.value), &speed.origin),
                (Key::RateLimit, _) if route.rate_limit == config.rate_limit => {}
                (Key::RateLimit, _) => {
                    if let Some(limit) = &route.rate_limit.value {
                        out.one(3, key.name(), &limit.to_value(), &route.rate_limit.origin);
                    }
                }
                (Key::Seed, _) => {
                    if let Some(seed) = &route.seed {
                        out.one(3, key.name(), &json!(seed.value.0), &seed.origin);
                    }
                }
                (Key::Handshake, _) => {
                    if let Some(section) = &route.handshake {
                        out.line(3, &format!("{}:", key.name()), None);
                        rules(out, &secrets::handshake(&section.value));
                    }
                }
                (Key::Record, _) => {
                    if let Some(record) = &route.record {
                        out.one(3, key.name(), &record.value, &record.origin);
                    }
                }
                (Key::Reload, _) if route.close_on_reload == config.close_on_reload => {}
                (Key::Reload, _) => {
                    let Setting { value, origin } = &route.close_on_reload;
                    out.one(3, key.name(), &reload(*value), origin);
                }
            }
        }
    }
}

fn replay(file: &Value, pick: &Pick) -> Value {
    use keys::Replay as Key;
    let mut value = json!({ Key::File.name(): file });
    if let Some(index) = pick.index {
        value[Key::Index.name()] = json!(index);
    }
    if let Some(url) = &pick.url {
        value[Key::Url.name()] = json!(url);
    }
    value
}

/// A section, its rules and other lists one a line.
fn rules(out: &mut Page, section: &Value) {
    for (key, value) in section.as_object().into_iter().flatten() {
        match value {
            Value::Array(rules) if !rules.is_empty() => {
                out.line(4, &format!("{key}:"), None);
                for rule in rules {
                    out.line(5, &format!("- {rule}"), None);
                }
            }
            value => out.bare(4, key, value),
        }
    }
}

/// The script as it is named from the working directory.
fn relative(config: &Config, shown: &str, path: &Path) -> String {
    let cwd = config.parts.environment.cwd();
    path.strip_prefix(cwd).map_or_else(|_| shown.to_string(), |path| path.display().to_string())
}

/// A time as it is written; none at all is for ever.
pub(crate) fn duration(time: Option<Duration>) -> Value {
    let millis = time.unwrap_or_default().as_millis();
    json!(if millis.is_multiple_of(1000) { format!("{}s", millis / 1000) } else { format!("{millis}ms") })
}

fn seconds(time: Option<Duration>) -> Value {
    json!(time.map_or(0, |time| time.as_secs()))
}

fn reload(closes: bool) -> Value {
    json!(if closes { "close" } else { "keep" })
}

fn faults(faults: &FaultConfig) -> Value {
    json!({ "drop": faults.drop, "duplicate": faults.duplicate, "abort": faults.abort })
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn setting<T>(&mut self, key: keys::Section, setting: &Setting<T>, value: impl FnOnce(&T) -> Value) {
        self.one(1, key.name(), &value(&setting.value), &setting.origin);
    }

    /// One that holds only where somebody has said so.
    fn optional(&mut self, key: keys::Section, setting: &Setting<Option<usize>>) {
        if let Some(value) = setting.value {
            self.one(1, key.name(), &json!(value), &setting.origin);
        }
    }

    /// JSON is YAML, on one line.
    fn one(&mut self, depth: usize, key: &str, value: &Value, origin: &Origin) {
        self.line(depth, &format!("{key}: {value}"), Some(origin));
    }

    fn bare(&mut self, depth: usize, key: &str, value: &Value) {
        self.line(depth, &format!("{key}: {value}"), None);
    }

    fn line(&mut self, depth: usize, text: &str, origin: Option<&Origin>) {
        // Writing to a string does not fail.
        let _ = write!(self.text, "{:indent$}{text}", "", indent = depth * 2);
        if let Some(origin) = origin {
            let _ = write!(self.text, "  # {origin}");
        }
        self.text.push('\n');
    }
}
