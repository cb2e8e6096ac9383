//! Where traces go: a flag, a key, and the variables of OpenTelemetry.

use std::time::Duration;

use mockforge_ws_diagnostic::{Problem, did_you_mean};
use percent_encoding::percent_decode_str;

use crate::layers::Layers;
use crate::section::Located;
use crate::{Flags, Origin, Setting};

/// A collector, and what is sent to it.
///
/// The variables are those of OpenTelemetry's specification ("Environment Variables" and "OTLP Exporter
/// Configuration"), those for traces before those for all signals.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces {
    /// Its URL, for HTTP with the whole path.
    pub endpoint: String,
    /// Whether it is spoken to by gRPC; otherwise by HTTP, both with protocol buffers.
    pub is_grpc: bool,
    /// What it is sent with each request: a key, say.
    pub headers: Vec<(String, String)>,
    /// How long it may take to answer.
    pub timeout: Duration,
    /// The name of this service.
    pub service: String,
    /// More about it.
    pub resource: Vec<(String, String)>,
    /// Which part of all connections is traced, from 0 to 1.
    pub sampled: f64,
    /// Whether the client's trace context decides that, where it has one.
    pub follows_parent: bool,
}

/// By habit the port of collectors that speak gRPC.
const GRPC: &str = ":4317";

const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const PROTOCOLS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
const HEADERS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];
const TIMEOUTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];

/// The collector that is said to be there; without one nothing is sent, whatever the other variables say.
pub(crate) fn endpoint(
    layers: &mut Layers<'_>,
    flags: &Flags,
    key: Option<Located<String>>,
) -> Setting<Option<String>> {
    let found = layers
        .setting(url)
        .flag("--otlp-endpoint", flags.otlp_endpoint.as_ref())
        .variable(ENDPOINTS[0])
        .variable(ENDPOINTS[1])
        .key(key)
        .found();
    found.map_or(Setting::default(None), |endpoint| endpoint.map(Some))
}

/// All that is said of traces, where there is a collector for them.
pub(crate) fn read(layers: &mut Layers<'_>, endpoint: &Setting<Option<String>>) -> Option<Traces> {
    let url = endpoint.value.clone()?;
    let is_by_flag = matches!(endpoint.origin, Origin::Flag(_));
    let said = |name: &str| layers.environment.var(name).filter(|value| !value.trim().is_empty());
    if !is_by_flag && said("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return None;
    }
    let exporter = layers.setting(exporter).variable("OTEL_TRACES_EXPORTER").or(true);
    if !exporter.value && !is_by_flag {
        return None;
    }
    let by_port = url.trim_end_matches('/').ends_with(GRPC);
    let is_grpc = layers.setting(protocol).variable(PROTOCOLS[0]).variable(PROTOCOLS[1]).or(by_port).value;
    // The variable for traces alone has the whole URL; all else is a base for several signals.
    let is_whole = endpoint.origin == Origin::Env(ENDPOINTS[0]);
    let endpoint = match is_grpc || is_whole {
        true => url,
        false => format!("{}/v1/traces", url.trim_end_matches('/')),
    };
    let resource = layers.setting(pairs).variable("OTEL_RESOURCE_ATTRIBUTES").or(Vec::new()).value;
    let (named, resource): (Vec<_>, Vec<_>) =
        resource.into_iter().partition(|(name, _)| name == "service.name");
    let named = named.into_iter().next().map_or("mockforge".to_string(), |(_, name)| name);
    let service = layers.setting(|name| Ok(name.to_string())).variable("OTEL_SERVICE_NAME").or(named).value;
    let sampler = layers.setting(sampler).variable("OTEL_TRACES_SAMPLER").or(Sampler::default()).value;
    let part = layers.setting(part).variable("OTEL_TRACES_SAMPLER_ARG").or(1.0).value;
    let timeout = layers.setting(millis).variable(TIMEOUTS[0]).variable(TIMEOUTS[1]);
    Some(Traces {
        endpoint,
        is_grpc,
        timeout: timeout.or(Duration::from_secs(10)).value,
        headers: layers.setting(pairs).variable(HEADERS[0]).variable(HEADERS[1]).or(Vec::new()).value,
        service,
        resource,
        sampled: sampler.part.unwrap_or(part),
        follows_parent: sampler.follows_parent,
    })
}

fn url(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let problem = |why: &str| {
        Problem::new(format!("`{}` is no URL of a collector: {why}", text.escape_debug()))
            .hint("write it like `http://localhost:4317` (gRPC) or `http://localhost:4318` (HTTP)")
    };
    let uri: http::Uri = text.parse().map_err(|error: http::uri::InvalidUri| problem(&error.to_string()))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(text.to_string()),
        _ => Err(problem("it begins with neither http:// nor https://")),
    }
}

/// The endpoint as a key has it.
pub(crate) fn endpoint_of_key(text: &str) -> Result<String, Problem> {
    url(text)
}

/// Whether traces are exported.
fn exporter(name: &str) -> Result<bool, Problem> {
    match name.trim() {
        "otlp" => Ok(true),
        "none" => Ok(false),
        other => Err(Problem::new(format!("traces are exported by `otlp`, or `none` are; found `{other}`"))),
    }
}

fn protocol(name: &str) -> Result<bool, Problem> {
    match name.trim() {
        "grpc" => Ok(true),
        "http/protobuf" => Ok(false),
        other => Err(Problem::new(format!("the protocols are `grpc` and `http/protobuf`, found `{other}`"))
            .maybe_hint(did_you_mean(other, ["grpc", "http/protobuf"]))),
    }
}

/// `name=value,name=value`, percent-encoded.
fn pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    let decoded = |text: &str| percent_decode_str(text.trim()).decode_utf8_lossy().into_owned();
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((decoded(name), decoded(value))),
        // What it holds may be a key.
        _ => Err(Problem::new("expected name=value,name=value")),
    };
    text.split(',').filter(|text| !text.trim().is_empty()).map(pair).collect()
}

fn millis(text: &str) -> Result<Duration, Problem> {
    let number = text.trim().parse().map(Duration::from_millis);
    number.map_err(|_| Problem::new(format!("expected milliseconds, found `{}`", text.escape_debug())))
}

/// Which connections are traced.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sampler {
    follows_parent: bool,
    /// Where it is not for another variable to say.
    part: Option<f64>,
}

impl Default for Sampler {
    /// `parentbased_always_on`, as the specification has it.
    fn default() -> Self {
        Self { follows_parent: true, part: Some(1.0) }
    }
}

fn sampler(name: &str) -> Result<Sampler, Problem> {
    const NAMES: [&str; 6] = [
        "always_on",
        "always_off",
        "traceidratio",
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
    ];
    let name = name.trim();
    let (kind, follows_parent) = match name.strip_prefix("parentbased_") {
        Some(kind) => (kind, true),
        None => (name, false),
    };
    let part = match kind {
        "always_on" => Some(1.0),
        "always_off" => Some(0.0),
        "traceidratio" => None,
        _ => {
            return Err(Problem::new(format!("the samplers are {}, found `{name}`", NAMES.join(", ")))
                .maybe_hint(did_you_mean(name, NAMES)));
        }
    };
    Ok(Sampler { follows_parent, part })
}

fn part(text: &str) -> Result<f64, Problem> {
    let part = text.trim().parse().ok().filter(|part| (0.0..=1.0).contains(part));
    part.ok_or_else(|| {
        Problem::new(format!("expected a number from 0 to 1, found `{}`", text.escape_debug()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;
    use crate::report::Report;

    fn told(flag: Option<&str>, variables: &[(&str, &str)]) -> Result<Option<Traces>, String> {
        let mut report = Report::default();
        let environment = Environment::with("/", variables.iter().copied());
        let mut layers = Layers { report: &mut report, environment: &environment, file: None };
        let flags = Flags { otlp_endpoint: flag.map(str::to_string), ..Flags::default() };
        let endpoint = endpoint(&mut layers, &flags, None);
        let traces = read(&mut layers, &endpoint);
        let problems = report.finish().0;
        match problems.is_empty() {
            true => Ok(traces),
            false => {
                let told = problems.iter().map(|problem| format!("{problem} {:?}; ", problem.hint));
                Err(told.collect())
            }
        }
    }

    #[test]
    fn a_collector_is_said_to_be_there_or_nothing_is_sent() {
        assert_eq!(told(None, &[("OTEL_SERVICE_NAME", "feeds"), ("OTEL_TRACES_SAMPLER", "x")]), Ok(None));
        let on = |variables: &[(&str, &str)]| {
            let all = [&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318")], variables].concat();
            told(None, &all).map(|traces| traces.is_some())
        };
        assert_eq!(on(&[]), Ok(true));
        assert_eq!(on(&[("OTEL_SDK_DISABLED", "TRUE")]), Ok(false));
        assert_eq!(on(&[("OTEL_TRACES_EXPORTER", "none")]), Ok(false));
        let by_flag = told(Some("http://c:4318"), &[("OTEL_SDK_DISABLED", "true")]).unwrap();
        assert!(by_flag.is_some(), "a flag is stronger than a variable");
    }

    #[test]
    fn the_endpoint_and_the_port_say_how() {
        let at = |flag: Option<&str>, variables: &[(&str, &str)]| {
            let traces = told(flag, variables).unwrap().expect("a collector");
            (traces.endpoint, traces.is_grpc)
        };
        let own = |url: &str, is_grpc| (url.to_string(), is_grpc);
        assert_eq!(at(Some("http://c:4317"), &[]), own("http://c:4317", true));
        assert_eq!(at(Some("http://c:4318/"), &[]), own("http://c:4318/v1/traces", false));
        assert_eq!(at(Some("https://c/otlp"), &[]), own("https://c/otlp/v1/traces", false));
        let whole = [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:4318/x"), (ENDPOINTS[1], "http://d")];
        assert_eq!(at(None, &whole), own("http://c:4318/x", false));
        assert_eq!(at(Some("http://c:9"), &[(PROTOCOLS[1], "grpc")]), own("http://c:9", true));
    }

    #[test]
    fn the_rest_is_as_the_specification_has_it() {
        let variables = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b, x=y,"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=feeds,deployment.environment.name=ci"),
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
        ];
        let traces = told(None, &variables).unwrap().expect("a collector");
        let pair = |name: &str, value: &str| (name.to_string(), value.to_string());
        assert_eq!(traces.headers, [pair("api-key", "a b"), pair("x", "y")]);
        assert_eq!(traces.resource, [pair("deployment.environment.name", "ci")]);
        assert_eq!((traces.service.as_str(), traces.timeout), ("feeds", Duration::from_millis(2_500)));
        assert_eq!((traces.sampled, traces.follows_parent), (0.25, false));
        let plain = told(Some("http://c"), &[]).unwrap().expect("a collector");
        assert_eq!((plain.service.as_str(), plain.sampled, plain.follows_parent), ("mockforge", 1.0, true));
    }

    #[test]
    fn mistakes_are_told_by_variable() {
        let wrong = [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "s3cr3t"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
            ("OTEL_TRACES_SAMPLER", "alwayson"),
            ("OTEL_TRACES_SAMPLER_ARG", "2"),
            ("OTEL_TRACES_EXPORTER", "jaeger"),
        ];
        let told =
            told(Some("collector:4317"), &[]).unwrap_err() + &told(Some("http://c"), &wrong).unwrap_err();
        assert!(told.contains("--otlp-endpoint:1:1: error: `collector:4317` is no URL"), "{told}");
        assert!(wrong.iter().all(|(name, _)| told.contains(&format!("{name}:1:1"))), "{told}");
        assert!(told.contains("did you mean `always_on`?") && !told.contains("s3cr3t"), "{told}");
    }
}
