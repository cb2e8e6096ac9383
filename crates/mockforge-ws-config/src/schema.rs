//! JSON Schema of the config file, for editors.

use mockforge_ws_jsonpath::Dialect;
use mockforge_ws_layers::latency::LatencyProfile;
use mockforge_ws_match::Pattern;
use mockforge_ws_server::Handshakes;
use serde_json::{Map, Value, json};

use crate::By;
use crate::keys::{self, Keys};

/// JSON Schema (draft 2020-12) of a config file: the section `websocket:`; other sections may hold anything.
/// It is what `mockforge config schema` writes.
///
/// ```
/// let schema = mockforge_ws_config::schema();
/// let port = &schema["properties"]["websocket"]["properties"]["port"];
/// assert_eq!(port["maximum"], 65535);
/// ```
pub fn schema() -> Value {
    let mut section = mapping(section_key);
    section["description"] = json!("WebSocket mocks.");
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "MockForge configuration, as far as WebSockets go",
        "type": "object",
        "properties": { "websocket": section },
        "$defs": {
            "Pattern": Pattern::schema(),
            "Latency": latency(),
            "Speed": { "type": "number", "minimum": 0.001, "maximum": 1000 },
            "Faults": mapping(|_: keys::Faults| json!({ "type": "number", "minimum": 0, "maximum": 1 })),
            "Seed": { "type": "integer", "minimum": 0, "maximum": u64::MAX },
            "Path": { "type": "string", "pattern": "^/" },
            "File": { "type": "string", "minLength": 1 },
            "RateLimit": rate_limit(),
            "Route": route(),
            "Proxy": proxy(),
        }
    });
    let definitions =
        [mockforge_ws_interactive::schema(), mockforge_ws_proxy::schema(), mockforge_ws_ai::schema()];
    for (name, definition) in definitions.into_iter().flatten() {
        schema["$defs"][name] = definition;
    }
    schema
}

fn section_key(key: keys::Section) -> Value {
    use keys::Section as Key;
    match key {
        Key::Enabled => json!({ "type": "boolean", "default": true }),
        Key::Host => json!({ "type": "string", "minLength": 1, "default": "localhost" }),
        Key::Port => json!({ "type": "integer", "minimum": 0, "maximum": 65535, "default": 3001 }),
        Key::Path => refer("Path"),
        Key::ReplayFile => refer("File"),
        Key::MaxConnections => json!({ "type": "integer", "minimum": 1, "default": 10_000 }),
        Key::MaxMessageSize => json!({ "type": "integer", "minimum": 1, "default": 4 << 20 }),
        Key::MaxConnectionsPerIp | Key::MaxFrameSize => json!({ "type": "integer", "minimum": 1 }),
        Key::MissedPong => json!({ "enum": ["close", "abort"], "default": "close" }),
        Key::WriteTimeout => with_default(time(), &json!("60s")),
        Key::MaxConnectionDuration => with_default(time(), &json!("0s")),
        Key::HandshakeLimits => {
            let usual = Handshakes::default();
            let number = |default: usize| json!({ "type": "integer", "minimum": 1, "maximum": 1 << 20, "default": default });
            mapping(|key| match key {
                keys::HandshakeLimits::Timeout => with_default(time(), &json!("10s")),
                keys::HandshakeLimits::MaxPending => number(usual.max_pending),
                keys::HandshakeLimits::MaxHeaders => number(usual.max_headers),
                keys::HandshakeLimits::MaxHeaderSize => number(usual.max_header_size),
                keys::HandshakeLimits::MaxRequestLine => number(usual.max_request_line),
            })
        }
        Key::Heartbeat => json!({ "type": "integer", "minimum": 0, "default": 30 }),
        Key::OtlpEndpoint => json!({ "type": "string", "pattern": "^https?://" }),
        Key::TraceMessages => json!({ "type": "number", "minimum": 0, "maximum": 1, "default": 0.01 }),
        Key::MetricsPort => json!({ "type": "integer", "minimum": 0, "maximum": 65535 }),
        Key::ConnectionTimeout => json!({ "type": "integer", "minimum": 0, "default": 0 }),
        Key::Tls => mapping(|key| match key {
            keys::Tls::Cert | keys::Tls::Key | keys::Tls::ClientCa => refer("File"),
            keys::Tls::Auto => json!({ "type": "boolean", "default": false }),
            keys::Tls::ClientAuth => json!({ "enum": ["required", "optional"], "default": "required" }),
        }),
        Key::AllowHosts => json!({ "type": "array", "items": { "type": "string" } }),
        Key::AllowOrigins => json!({ "type": "array", "items": { "type": "string" } }),
        Key::Seed => refer("Seed"),
        Key::Now => json!({ "type": "string", "format": "date-time" }),
        Key::Latency => refer("Latency"),
        Key::Faults => refer("Faults"),
        Key::Speed => refer("Speed"),
        Key::RateLimit => refer("RateLimit"),
        Key::Reload => json!({ "enum": ["keep", "close"], "default": "keep" }),
        Key::JsonpathDialect => {
            json!({ "enum": Dialect::ALL.map(Dialect::name), "default": Dialect::default().name() })
        }
        Key::Templates => mapping(|key| match key {
            keys::Templates::Expand => json!({ "type": "boolean", "default": true }),
            keys::Templates::Env => json!({ "type": "array", "items": { "type": "string" } }),
        }),
        Key::Variables => json!({ "type": "object" }),
        Key::Routes => json!({ "type": "array", "items": refer("Route") }),
    }
}

fn route() -> Value {
    use keys::Route as Key;
    let mut route = mapping(|key| match key {
        Key::Path => refer("Path"),
        Key::Subprotocols => json!({ "type": "array", "items": { "type": "string", "minLength": 1 } }),
        Key::Replay => {
            let mut named = mapping(|key| match key {
                keys::Replay::File => refer("File"),
                keys::Replay::Index => json!({ "type": "integer", "minimum": 1 }),
                keys::Replay::Url => json!({ "type": "string" }),
            });
            named["required"] = json!([keys::Replay::File.name()]);
            json!({ "anyOf": [refer("File"), named] })
        }
        Key::Interactive => refer("Interactive"),
        Key::Ai => refer("Ai"),
        Key::Echo => {
            let mut echo = mapping(|_: keys::Echo| json!({ "type": "string", "default": "echo: " }));
            echo["type"] = json!(["object", "null"]);
            echo
        }
        Key::Proxy => json!({ "anyOf": [url(), refer("Proxy")] }),
        Key::Latency => refer("Latency"),
        Key::Faults => refer("Faults"),
        Key::Speed => refer("Speed"),
        Key::Seed => refer("Seed"),
        Key::Handshake => refer("Handshake"),
        Key::RateLimit => refer("RateLimit"),
        Key::Reload => json!({ "enum": ["keep", "close"] }),
        Key::Record => json!({ "anyOf": [refer("File"), record()] }),
    });
    let modes = [Key::Replay, Key::Interactive, Key::Proxy, Key::Ai, Key::Echo];
    route["required"] = json!([Key::Path.name()]);
    route["oneOf"] = modes.iter().map(|mode| json!({ "required": [mode.name()] })).collect();
    route
}

fn proxy() -> Value {
    use keys::Proxy as Key;
    let positive = || json!({ "type": "integer", "minimum": 1 });
    let flag = || json!({ "type": "boolean", "default": false });
    let mut proxy = mapping(|key| match key {
        Key::UpstreamUrl => url(),
        Key::Headers => mapping(|key| match key {
            keys::ProxyHeaders::Set => {
                json!({ "type": "object", "additionalProperties": { "type": "string" } })
            }
            keys::ProxyHeaders::Remove => json!({ "type": "array", "items": { "type": "string" } }),
        }),
        Key::Host => json!({ "type": "string", "default": "upstream" }),
        Key::Origin => json!({ "type": "string", "default": "client" }),
        Key::Forwarded => flag(),
        Key::Tls => mapping(|key| match key {
            keys::ProxyTls::Insecure => flag(),
            keys::ProxyTls::Ca | keys::ProxyTls::Cert | keys::ProxyTls::Key => refer("File"),
        }),
        Key::Timeout => time(),
        Key::Retry => json!({ "anyOf": [
            { "type": "integer", "minimum": 0, "maximum": 100 },
            mapping(|key| match key {
                keys::Retry::Attempts => json!({ "type": "integer", "minimum": 0, "maximum": 100, "default": 3 }),
                keys::Retry::Backoff => time(),
            })
        ] }),
        Key::Breaker => nullable(mapping(|key| match key {
            keys::Breaker::Failures => positive(),
            keys::Breaker::Rest => time(),
        })),
        Key::Pool => json!({ "anyOf": [positive(), mapping(|key| match key {
            keys::Pool::Size => positive(),
            keys::Pool::Idle => time(),
            keys::Pool::Reuse => flag(),
            keys::Pool::Subprotocols => json!({ "type": "array", "items": { "type": "string" } }),
        })] }),
        Key::Reconnect => json!({ "anyOf": [{ "type": "boolean" }, mapping(|key| match key {
            keys::Reconnect::Messages | keys::Reconnect::Bytes => positive(),
            keys::Reconnect::Overflow => json!({ "enum": ["block", "drop_oldest", "close"], "default": "block" }),
        })] }),
        Key::Interactive => refer("Interactive"),
        Key::Rules => refer("ProxyRules"),
        Key::Otherwise => refer("ProxyOtherwise"),
        Key::Fallback => json!({ "anyOf": [refer("File"), {
            "type": "object",
            "properties": {
                "replay": refer("File"),
                "interactive": refer("Interactive"),
                "ai": refer("Ai"),
                "echo": { "type": ["object", "null"] },
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        }] }),
    });
    proxy["required"] = json!([Key::UpstreamUrl.name()]);
    proxy
}

fn url() -> Value {
    json!({ "type": "string", "pattern": "^[wW][sS][sS]?://" })
}

fn nullable(mut mapping: Value) -> Value {
    mapping["type"] = json!(["object", "null"]);
    mapping
}

fn record() -> Value {
    use keys::Record as Key;
    let texts = || json!({ "type": "array", "items": { "type": "string", "minLength": 1 } });
    let mut record = mapping(|key| match key {
        Key::Dir | Key::File => refer("File"),
        Key::Correlate => json!({ "type": "boolean", "default": false }),
        Key::Redact => json!({ "anyOf": [{ "const": false }, mapping(|_: keys::Redact| texts())] }),
        Key::MaxBytes => json!({ "type": "integer", "minimum": 1024, "default": 64 << 20 }),
        Key::MaxFiles => json!({ "type": "integer", "minimum": 1 }),
    });
    record["oneOf"] = [Key::Dir, Key::File].iter().map(|key| json!({ "required": [key.name()] })).collect();
    record
}

fn rate_limit() -> Value {
    use keys::RateLimit as Key;
    let mut limit = mapping(|key| match key {
        Key::Messages => json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX }),
        Key::Per => time(),
        Key::By => json!({ "enum": By::NAMES, "default": By::default().name() }),
        Key::Over => json!({
            "anyOf": [{ "enum": ["delay", "drop", "close"] }, mapping(|_: keys::Over| json!({}))],
            "default": "delay",
        }),
    });
    limit["required"] = json!([Key::Messages.name(), Key::Per.name()]);
    limit
}

fn latency() -> Value {
    let names: Vec<_> = LatencyProfile::NAMED.iter().map(|(name, _)| *name).collect();
    json!({ "anyOf": [
        { "enum": names },
        {
            "type": "string",
            "pattern": "^\\s*[0-9]+(ms|s)\\s*(\\.\\.\\s*[0-9]+(ms|s)\\s*)?$",
            "description": "A time such as `50ms`, or a range such as `20ms..80ms`."
        },
        mapping(|_: keys::Latency| time())
    ] })
}

fn time() -> Value {
    json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m)$" })
}

fn with_default(mut schema: Value, default: &Value) -> Value {
    schema["default"] = default.clone();
    schema
}

fn refer(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// A mapping with these keys and no others.
fn mapping<K: Keys>(describe: impl Fn(K) -> Value) -> Value {
    let property = |key: &K| {
        let mut value = describe(*key);
        value["description"] = json!(key.about());
        (key.name().to_string(), value)
    };
    let properties: Map<String, Value> = K::ALL.iter().map(property).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;
    use crate::source::Source;
    use crate::tree::Notation;
    use std::path::Path;

    #[test]
    fn the_schema_is_one() {
        assert!(jsonschema::meta::is_valid(&schema()));
        assert!(jsonschema::validator_for(&schema()).is_ok(), "every reference leads somewhere");
    }

    fn read(name: &str, text: &str) -> Value {
        let notation = Notation::of(Path::new(name)).unwrap();
        notation.read(&Source::new(name, text)).unwrap().to_value()
    }

    fn fixture(name: &str) -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
        read(name, std::str::from_utf8(&files::config(&path).unwrap()).unwrap())
    }

    #[test]
    fn it_takes_what_is_served() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let check = |name: &str, value: &Value| {
            let errors: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}");
        };
        check("starter", &read("mockforge.yaml", crate::starter()[0].1));
        for name in ["good/full.yaml", "good/full.toml", "good/full.json"] {
            check(name, &fixture(name));
        }
    }

    /// Mistakes of shape; what it takes a file, a template or a pattern to see is left to `check`.
    #[test]
    fn it_refuses_what_is_refused() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        for name in [
            "unknown-key.yaml",
            "values.yaml",
            "types.yaml",
            "faults.yaml",
            "handshake.yaml",
            "routes.yaml",
            "rules.yaml",
            "routes-mapping.yaml",
            "values.toml",
            "values.json",
        ] {
            assert!(!validator.is_valid(&fixture(&format!("broken/{name}"))), "{name}");
        }
    }

    /// The fixture that the tests above and those of printing rest on has every key.
    #[test]
    fn the_full_fixture_is_full() {
        fn check<K: Keys>(value: &Value) {
            for key in K::ALL {
                assert!(value.get(key.name()).is_some(), "`{}` of {} is missing", key.name(), K::HOLDER);
            }
        }
        let section = &fixture("good/full.yaml")["websocket"];
        check::<keys::Section>(section);
        check::<keys::Templates>(&section["templates"]);
        check::<keys::Faults>(&section["faults"]);
        check::<keys::Tls>(&section["tls"]);
        check::<keys::HandshakeLimits>(&section["handshake_limits"]);
        check::<keys::RateLimit>(&section["rate_limit"]);
        let routes = section["routes"].as_array().unwrap();
        let all: Map<String, Value> =
            routes.iter().flat_map(|route| route.as_object().unwrap().clone()).collect();
        check::<keys::Route>(&Value::Object(all));
        check::<keys::Latency>(&routes[0]["latency"]);
        check::<keys::Echo>(&routes[0]["echo"]);
        check::<keys::Replay>(&routes[2]["replay"]);
        let proxies: Vec<&Value> = routes.iter().filter_map(|route| route.get("proxy")).collect();
        let all: Map<String, Value> =
            proxies.iter().filter_map(|proxy| proxy.as_object().cloned()).flatten().collect();
        check::<keys::Proxy>(&Value::Object(all));
        let stories = routes.iter().filter_map(|route| route.get("ai")?.as_object().cloned());
        let all: Map<String, Value> = stories.flatten().collect();
        assert!(mockforge_ws_ai::AI_KEYS.iter().all(|(key, _)| all.contains_key(*key)));
        check::<keys::ProxyHeaders>(&proxies[0]["headers"]);
        check::<keys::Retry>(&proxies[0]["retry"]);
        check::<keys::Breaker>(&proxies[0]["breaker"]);
        check::<keys::Reconnect>(&proxies[0]["reconnect"]);
        check::<keys::Pool>(&proxies[1]["pool"]);
        check::<keys::Redact>(&routes[0]["record"]["redact"]);
    }
}
