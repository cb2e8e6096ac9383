//! The settings that are no routes.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_io::MissedPong;
use mockforge_ws_layers::faults::FaultConfig;
use mockforge_ws_layers::latency::LatencyProfile;

use mockforge_ws_server::Handshakes;

use super::{File, Loader, Purpose};
use crate::config::Parts;
use crate::layers::{Layers, number};
use crate::rate_limit;
use crate::report::Report;
use crate::section::{Located, RouteSpec, Section};
use crate::source::{Source, Span};
use crate::{Config, Environment, Failure, Flags, Origin, Setting, Tls, traces, values};

/// How long a client may take nothing of what is sent to it, where nothing else is said.
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);
/// The variable that turns templates off.
const EXPAND: &str = "MOCKFORGE_RESPONSE_TEMPLATE_EXPAND";

/// What of a config file is about routes.
#[derive(Default)]
pub(super) struct FileRoutes {
    pub(super) file: Option<File>,
    pub(super) routes: Vec<RouteSpec>,
    pub(super) replay_file: Option<Located<String>>,
    /// Where the file says `path`.
    pub(super) path_at: Option<Span>,
    /// Where the file says `speed` for all routes.
    pub(super) speed_at: Option<Span>,
}

/// Reads all settings, and what templates may do.
pub(super) fn settings(
    loader: &mut Loader<'_>,
    flags: &Flags,
    mut file: Option<File>,
    purpose: Purpose,
) -> (Config, FileRoutes) {
    let mut section = file.as_mut().map(|file| std::mem::take(&mut file.section)).unwrap_or_default();
    let source = file.as_ref().map(|file| &file.source);
    if let (Some(enabled), Some(source)) = (&section.enabled, source) {
        check_enabled(&mut loader.report, source, enabled, purpose);
    }
    let mut layers = Layers { report: &mut loader.report, environment: loader.environment, file: source };
    let path_at = section.path.as_ref().map(|path| path.span);
    let speed_at = section.speed.as_ref().map(|speed| speed.span);
    let (frame_at, pong_at) = (span(&section.max_frame_size), span(&section.missed_pong));
    let hosts_at = section.allow_hosts.as_ref().map(|hosts| hosts.span);
    let mut config = read(&mut layers, flags, &mut section);
    check_allow_hosts(&mut layers, &config, hosts_at);
    check_limits(&mut layers, &config, frame_at, pong_at);
    let tls = std::mem::take(&mut section.tls);
    config.tls = loader.server_tls(flags, tls, file.as_ref(), &config.host.value);
    let env = section.env.take().map_or(Vec::new(), |env| env.value);
    loader.templates.expand = config.expand.value;
    loader.templates.dialect = config.jsonpath_dialect.value;
    loader.templates.vars = Arc::new(config.variables.value.clone());
    loader.templates.env = env.into_iter().map(|name| allowed(loader, source, name)).collect();
    (config, FileRoutes { routes: section.routes, replay_file: section.replay_file, path_at, speed_at, file })
}

fn read(layers: &mut Layers<'_>, flags: &Flags, section: &mut Section) -> Config {
    let words = |text: &str| Ok(text.to_string());
    let otlp_endpoint = traces::endpoint(layers, flags, section.otlp_endpoint.take());
    Config {
        enabled: key_only(layers, section.enabled.take(), true),
        host: layers
            .setting(values::host)
            .flag("--host", flags.host.as_ref())
            .variable("MOCKFORGE_WS_HOST")
            .key(section.host.take())
            .or("localhost".into()),
        port: layers
            .setting(number("a port", values::port))
            .flag("--ws-port", flags.port)
            .variable("MOCKFORGE_WS_PORT")
            .key(section.port.take())
            .or(3001),
        path: layers
            .setting(values::path)
            .flag("--ws-path", flags.path.as_ref())
            .variable("MOCKFORGE_WS_PATH")
            .key(section.path.take())
            .or("/ws".into()),
        max_connections: layers
            .setting(number("a number of connections", values::max_connections))
            .flag("--max-connections", flags.max_connections)
            .variable("MOCKFORGE_WS_MAX_CONNECTIONS")
            .key(section.max_connections.take())
            .or(10_000),
        max_connections_per_ip: key_only(layers, some(section.max_connections_per_ip.take()), None),
        max_frame_size: key_only(layers, some(section.max_frame_size.take()), None),
        missed_pong: key_only(layers, section.missed_pong.take(), MissedPong::default()),
        write_timeout: key_only(layers, section.write_timeout.take(), Some(WRITE_TIMEOUT)),
        max_connection_duration: key_only(layers, section.max_connection_duration.take(), None),
        handshake_limits: key_only(layers, section.handshake_limits.take(), Handshakes::default()),
        max_message_size: layers
            .setting(number("a size in bytes", values::max_message_size))
            .flag("--max-message-size", flags.max_message_size)
            .variable("MOCKFORGE_WS_MAX_MESSAGE_SIZE")
            .key(section.max_message_size.take())
            .or(4 << 20),
        heartbeat: layers
            .setting(number("a number of seconds", values::seconds))
            .flag("--heartbeat", flags.heartbeat)
            .variable("MOCKFORGE_WS_PING_INTERVAL")
            .key(section.heartbeat.take())
            .or(Some(Duration::from_secs(30))),
        traces: traces::read(layers, &otlp_endpoint),
        otlp_endpoint,
        trace_messages: key_only(layers, section.trace_messages.take(), 0.01),
        metrics_port: layers
            .setting(number("a port", values::port))
            .flag("--metrics-port", flags.metrics_port)
            .key(section.metrics_port.take())
            .found()
            .map_or(Setting::default(None), |port| port.map(Some)),
        connection_timeout: layers
            .setting(number("a number of seconds", values::seconds))
            .key(section.connection_timeout.take())
            .or(None),
        tls: Tls::default(),
        tls_save: layers
            .setting(words)
            .flag("--tls-save", flags.tls_save.as_ref().map(|path| path.display()))
            .found()
            .map_or(Setting::default(None), |save| Setting {
                value: flags.tls_save.as_ref().map(|path| layers.environment.cwd().join(path)),
                origin: save.origin,
            }),
        seed: layers
            .setting(number("a seed", values::seed))
            .flag("--seed", flags.seed)
            .key(section.seed.take())
            .found()
            .map_or(Setting::default(None), |seed| seed.map(Some)),
        now: layers
            .setting(values::now)
            .flag("--now", flags.now.as_ref())
            .key(section.now.take())
            .found()
            .map_or(Setting::default(None), |now| now.map(Some)),
        latency: layers
            .setting(values::latency)
            .flag("--latency", flags.latency.as_ref())
            .key(section.latency.take())
            .or(LatencyProfile::none()),
        faults: key_only(layers, section.faults.take(), FaultConfig::default()),
        speed: layers
            .setting(|text| values::speed(text.parse().unwrap_or(f64::NAN)))
            .flag("--speed", flags.speed)
            .key(section.speed.take())
            .or(1.0),
        rate_limit: layers
            .setting(rate_limit::of_flag)
            .flag("--rate-limit", flags.rate_limit.as_ref())
            .key(section.rate_limit.take())
            .found()
            .map_or(Setting::default(None), |limit| limit.map(Some)),
        close_on_reload: key_only(layers, section.reload.take(), false),
        allow_hosts: if flags.allow_hosts.is_empty() {
            key_only(layers, section.allow_hosts.take(), Vec::new())
        } else {
            let name = "--allow-host";
            for host in &flags.allow_hosts {
                layers.setting(values::host).flag(name, Some(host));
            }
            Setting { value: flags.allow_hosts.clone(), origin: Origin::Flag(name) }
        },
        allow_origins: if flags.allow_origins.is_empty() {
            key_only(layers, section.allow_origins.take(), Vec::new())
        } else {
            let name = "--allow-origin";
            for origin in &flags.allow_origins {
                layers.setting(values::origin).flag(name, Some(origin));
            }
            Setting { value: flags.allow_origins.clone(), origin: Origin::Flag(name) }
        },
        taps: match flags.no_metrics {
            true => Setting { value: false, origin: Origin::Flag("--no-metrics") },
            false => Setting::default(true),
        },
        jsonpath_dialect: key_only(layers, section.dialect.take(), mockforge_ws_jsonpath::Dialect::default()),
        variables: key_only(layers, section.variables.take(), serde_json::Map::new()),
        template_env: {
            let names = section.env.as_ref().map(|env| Located {
                value: env.value.iter().map(|name| name.value.clone()).collect(),
                span: env.span,
            });
            key_only(layers, names, Vec::new())
        },
        expand: expand(layers.report, flags.expand, layers.environment, layers.file, section.expand.take()),
        watch: {
            let flag = flags.watch.then_some("true");
            layers.setting(switch).flag("--watch", flag).variable("MOCKFORGE_WS_HOTRELOAD").or(false)
        },
        journal: layers
            .setting(words)
            .flag("--journal", flags.journal.as_ref().map(|path| path.display()))
            .found()
            .map_or(Setting::default(None), |journal| Setting {
                value: flags.journal.as_ref().map(|path| layers.environment.cwd().join(path)),
                origin: journal.origin,
            }),
        parts: Parts::new(flags, layers.environment),
    }
}

fn span<T>(located: &Option<Located<T>>) -> Option<Span> {
    located.as_ref().map(|located| located.span)
}

fn some<T>(located: Option<Located<T>>) -> Option<Located<Option<T>>> {
    located.map(|Located { value, span }| Located { value: Some(value), span })
}

/// A setting that only files have.
fn key_only<T>(layers: &Layers<'_>, located: Option<Located<T>>, default: T) -> Setting<T> {
    match located {
        Some(Located { value, span }) => Setting { value, origin: layers.origin(span) },
        None => Setting::default(default),
    }
}

/// Whether templates are expanded: unless the flag or the file says otherwise, or the variable is `0` or
/// `false`.
pub(super) fn expand(
    report: &mut Report,
    flag: Option<bool>,
    environment: &Environment,
    file: Option<&Source>,
    key: Option<Located<bool>>,
) -> Setting<bool> {
    if let Some(value) = flag {
        return Setting { value, origin: Origin::Flag("--template-expand") };
    }
    if let Some(text) = environment.var(EXPAND).filter(|text| !text.is_empty()) {
        if switch(text).is_err() {
            let problem = Problem::new(format!("`{}` counts as on", text.escape_debug()));
            let source = Source::new(EXPAND, text);
            report.warning(
                &source,
                Span { start: 0, end: text.len() },
                problem.hint("`0` and `false` are off"),
            );
        }
        return Setting { value: !matches!(switch(text), Ok(false)), origin: Origin::Env(EXPAND) };
    }
    let mut layers = Layers { report, environment, file };
    layers.setting(switch).key(key).or(true)
}

fn switch(text: &str) -> Result<bool, Problem> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(Problem::new(format!(
            "expected `1`, `true`, `0` or `false`, found `{}`",
            text.escape_debug()
        ))),
    }
}

/// A server that is switched off serves nothing, which is better told than done in silence.
fn check_enabled(report: &mut Report, source: &Source, enabled: &Located<bool>, purpose: Purpose) {
    if enabled.value {
        return;
    }
    let problem = Problem::new("`enabled` is false, so nothing is served");
    match purpose {
        Purpose::Serve => {
            report.invalid(source, enabled.span, problem.hint("set it to true, or take it away"));
        }
        Purpose::Check => report.warning(source, enabled.span, problem),
    }
}

/// The `Host` header is checked on loopback only.
fn check_allow_hosts(layers: &mut Layers<'_>, config: &Config, at: Option<Span>) {
    let away = |ip: IpAddr| !ip.is_loopback() && !ip.is_unspecified();
    let host = &config.host.value;
    if config.allow_hosts.value.is_empty() || !host.trim_matches(['[', ']']).parse().is_ok_and(away) {
        return;
    }
    let problem = |name: &str| {
        Problem::new(format!(
            "`{name}` has no effect: {host} is no loopback address, so every host name is served"
        ))
    };
    match (&config.allow_hosts.origin, layers.file, at) {
        (Origin::Flag(flag), ..) => layers.report.whole(Failure::Usage, flag, problem(flag)),
        (Origin::File { .. }, Some(source), Some(at)) => {
            layers.report.invalid(source, at, problem("allow_hosts"));
        }
        _ => {}
    }
}

/// Limits that no client could pass, and what is to happen when nothing can.
fn check_limits(layers: &mut Layers<'_>, config: &Config, frame: Option<Span>, pong: Option<Span>) {
    let Some(source) = layers.file else { return };
    let max = config.max_message_size.value;
    if let (Some(at), true) = (frame, config.max_frame_size.value.is_some_and(|size| size >= max)) {
        let problem =
            Problem::new(format!("`max_frame_size` has no effect: a message has {max} bytes at most"));
        layers.report.invalid(source, at, problem.hint("`max_message_size` is the limit to both"));
    }
    if let (Some(at), None) = (pong, config.heartbeat.value) {
        let problem = Problem::new("`missed_pong` has no effect: no pings are sent");
        layers.report.invalid(source, at, problem.hint("`heartbeat: 30` sends one every 30 seconds"));
    }
}

/// A variable that templates may read, with its value. One that is not set reads as empty.
fn allowed(loader: &mut Loader<'_>, source: Option<&Source>, name: Located<String>) -> (String, String) {
    let value = loader.environment.var(&name.value).map(str::to_string);
    if let (None, Some(source)) = (&value, source) {
        let problem = Problem::new(format!("the environment variable `{}` is not set", name.value));
        loader.report.warning(source, name.span, problem.hint("templates read it as empty"));
    }
    (name.value, value.unwrap_or_default())
}
