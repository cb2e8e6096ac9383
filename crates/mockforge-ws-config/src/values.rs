//! What values may be, whoever says them: a flag, a variable or a file.

use std::time::Duration;

use crate::rate_limit::By;
use mockforge_ws_core::Seed;
use mockforge_ws_diagnostic::{Problem, did_you_mean};
use mockforge_ws_io::MissedPong;
use mockforge_ws_layers::faults::FaultConfig;
use mockforge_ws_layers::latency::LatencyProfile;
use mockforge_ws_layers::rate::Over;
use mockforge_ws_layers::tempo::Tempo;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The longest time that a setting can name, in seconds: a year of 365 days.
const LONGEST_SECS: u64 = 365 * 24 * 60 * 60;

pub(crate) fn port(number: u64) -> Result<u16, Problem> {
    number.try_into().map_err(|_| Problem::new(format!("expected a port from 0 to 65535, found {number}")))
}

pub(crate) fn max_connections(number: u64) -> Result<usize, Problem> {
    at_least_one(number, "a number of connections")
}

pub(crate) fn max_message_size(number: u64) -> Result<usize, Problem> {
    at_least_one(number, "a size in bytes")
}

fn at_least_one(number: u64, what: &str) -> Result<usize, Problem> {
    let found = usize::try_from(number).ok().filter(|number| *number > 0);
    found.ok_or_else(|| Problem::new(format!("expected {what} from 1, found {number}")))
}

/// 0 is never.
pub(crate) fn seconds(number: u64) -> Result<Option<Duration>, Problem> {
    if number > LONGEST_SECS {
        return Err(Problem::new(format!("expected at most {LONGEST_SECS} seconds, found {number}"))
            .hint("the value is in seconds; 0 is never"));
    }
    Ok((number > 0).then(|| Duration::from_secs(number)))
}

#[expect(clippy::unnecessary_wraps, reason = "the values of all settings are checked alike")]
pub(crate) fn seed(number: u64) -> Result<Seed, Problem> {
    Ok(Seed(number))
}

pub(crate) fn host(text: &str) -> Result<String, Problem> {
    let wrong = |problem: String| {
        Err(Problem::new(problem).hint("write a name or an address: `localhost`, `0.0.0.0`, `::1`"))
    };
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return wrong(format!("`{}` is no host", text.escape_debug()));
    }
    if text.contains("://") || text.contains('/') {
        return wrong(format!("`{text}` is a URL or a path, expected a host"));
    }
    let is_address = text.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
    if text.contains(':') && !is_address {
        return wrong(format!("`{text}` is no host; the port is a setting of its own"));
    }
    Ok(text.to_string())
}

pub(crate) fn path(text: &str) -> Result<String, Problem> {
    let problem = match text {
        _ if !text.starts_with('/') => Problem::new(format!("a path begins with `/`, found `{text}`"))
            .maybe_hint((!text.contains("://")).then(|| format!("write `/{text}`"))),
        _ if text.contains(['?', '#']) => Problem::new("a route's path has no query and no fragment")
            .hint("every query is served; templates read it as `{{query.name}}`"),
        _ if text.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            Problem::new("a path holds no white space").hint("percent-encode it")
        }
        _ => return Ok(text.to_string()),
    };
    Err(problem)
}

/// What is counted from 1.
pub(crate) fn number_from_one(number: u64) -> Result<usize, Problem> {
    match usize::try_from(number) {
        Ok(number @ 1..) => Ok(number),
        _ => Err(Problem::new(format!("there is no number {number}: the first is 1"))),
    }
}

pub(crate) fn latency(text: &str) -> Result<LatencyProfile, Problem> {
    text.parse().map_err(|error: mockforge_ws_layers::latency::UnknownProfile| {
        let names = LatencyProfile::NAMED.iter().map(|(name, _)| *name);
        Problem::new(error.to_string()).maybe_hint(did_you_mean(text, names))
    })
}

pub(crate) fn speed(speed: f64) -> Result<f64, Problem> {
    Tempo::new(speed).map(|_| speed).map_err(|error| Problem::new(error.to_string()))
}

pub(crate) fn now(text: &str) -> Result<OffsetDateTime, Problem> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        Problem::new(format!("`{text}` is no time in RFC 3339")).hint("write it like `2026-01-31T09:30:00Z`")
    })
}

pub(crate) fn upstream(text: &str) -> Result<mockforge_ws_proxy::Target, Problem> {
    mockforge_ws_proxy::Target::new(text).map_err(|error| {
        Problem::new(format!("`{}` is no WebSocket URL: {error}", text.escape_debug()))
            .hint("write it like `wss://api.example.com/ws`")
    })
}

/// The name of a header that a proxy may change.
pub(crate) fn header_name(text: &str) -> Result<http::HeaderName, Problem> {
    let name = http::HeaderName::from_bytes(text.as_bytes())
        .map_err(|_| Problem::new(format!("`{}` is no name of a header", text.escape_debug())))?;
    match name.as_str() {
        "host" | "origin" => Err(Problem::new(format!("`{name}` has a key of its own"))
            .hint(format!("write `{name}:` beside `headers:`"))),
        "connection"
        | "upgrade"
        | "sec-websocket-key"
        | "sec-websocket-version"
        | "sec-websocket-accept"
        | "sec-websocket-extensions"
        | "sec-websocket-protocol"
        | "content-length"
        | "transfer-encoding" => {
            Err(Problem::new(format!("`{name}` belongs to the handshake itself and can't be changed")))
        }
        _ => Ok(name),
    }
}

pub(crate) fn origin(text: &str) -> Result<String, Problem> {
    let is_origin = |text: &str| {
        text.split_once("://")
            .is_some_and(|(scheme, host)| !scheme.is_empty() && !host.is_empty() && !host.contains('/'))
    };
    if text == "*" || is_origin(text) {
        return Ok(text.to_string());
    }
    Err(Problem::new(format!("`{}` is no origin", text.escape_debug()))
        .hint("an origin is a scheme and a host: `https://app.example.com`"))
}

/// A time as `50ms`, `2s` or `1m`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok()?;
    let millis = match &text[digits..] {
        "ms" => number,
        "s" => number.checked_mul(1000)?,
        "m" => number.checked_mul(60_000)?,
        _ => return None,
    };
    (millis <= LONGEST_SECS * 1000).then(|| Duration::from_millis(millis))
}

pub(crate) fn probability(number: f64) -> Result<f64, Problem> {
    if (0.0..=1.0).contains(&number) {
        return Ok(number);
    }
    let hint =
        (1.0..=100.0).contains(&number).then(|| format!("for {number} percent write {}", number / 100.0));
    Err(Problem::new(format!("expected a probability from 0 to 1, found {number}")).maybe_hint(hint))
}

/// One draw decides on a message, so the probabilities share it.
pub(crate) fn faults(faults: FaultConfig) -> Result<FaultConfig, Problem> {
    let sum = faults.drop + faults.duplicate + faults.abort;
    if sum > 1.0 + 1e-9 {
        return Err(Problem::new(format!("the probabilities of faults add up to {sum}, more than 1"))
            .hint("at most one fault happens to a message"));
    }
    Ok(faults)
}

/// Whether a reload closes open connections.
pub(crate) fn reload(text: &str) -> Result<bool, Problem> {
    match text {
        "keep" => Ok(false),
        "close" => Ok(true),
        _ => Err(Problem::new(format!("expected `keep` or `close`, found `{}`", text.escape_debug()))
            .hint("`close` closes open connections with 1012 when an edit is taken over")),
    }
}

/// A number or size of what a handshake may have.
pub(crate) fn handshake_limit(number: u64, what: &str) -> Result<usize, Problem> {
    const MOST: u64 = 1 << 20;
    match usize::try_from(number) {
        Ok(limit @ 1..) if number <= MOST => Ok(limit),
        _ => Err(Problem::new(format!("expected {what} from 1 to {MOST}, found {number}"))),
    }
}

pub(crate) fn missed_pong(text: &str) -> Result<MissedPong, Problem> {
    match text {
        "close" => Ok(MissedPong::Close),
        "abort" => Ok(MissedPong::Abort),
        _ => Err(Problem::new(format!("expected `close` or `abort`, found `{}`", text.escape_debug()))
            .hint("`close` says 1001 and waits for an answer, `abort` resets the connection")),
    }
}

/// What a rate limit counts together.
pub(crate) fn by(text: &str) -> Result<By, Problem> {
    let found = [By::Connection, By::Ip, By::Route].into_iter().find(|by| by.name() == text);
    found.ok_or_else(|| {
        let problem = format!("expected `connection`, `ip` or `route`, found `{}`", text.escape_debug());
        Problem::new(problem).maybe_hint(did_you_mean(text, By::NAMES))
    })
}

/// What becomes of messages beyond a rate limit, where that is a word.
pub(crate) fn over(text: &str) -> Result<Over, Problem> {
    match text {
        "delay" => Ok(Over::Delay),
        "drop" => Ok(Over::Drop),
        "close" => Ok(Over::Close),
        _ => {
            let problem = format!("expected `delay`, `drop` or `close`, found `{}`", text.escape_debug());
            Err(Problem::new(problem).hint("an answer is written `over: { reply: slow down }`"))
        }
    }
}

/// Whether clients have to show a certificate.
pub(crate) fn client_auth(text: &str) -> Result<bool, Problem> {
    match text {
        "required" => Ok(true),
        "optional" => Ok(false),
        _ => Err(Problem::new(format!("expected `required` or `optional`, found `{}`", text.escape_debug()))
            .hint("to ask for no certificates, take `client_ca` away")),
    }
}

/// A name that can stand in `Sec-WebSocket-Protocol`: a token (RFC 9110, section 5.6.2).
pub(crate) fn subprotocol(text: &str) -> Result<String, Problem> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !text.is_empty() && text.bytes().all(token) {
        return Ok(text.to_string());
    }
    let hint = text.contains(',').then_some("write each name as an element of the list");
    Err(Problem::new(format!("`{}` can't be the name of a subprotocol", text.escape_debug()))
        .maybe_hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked() {
        let told = |result: Result<String, Problem>| result.unwrap_or_else(|problem| problem.to_string());
        let check = |result: Result<String, Problem>, wanted: &str| {
            assert!(told(result.clone()).contains(wanted), "{result:?}");
        };
        check(host("localhost"), "localhost");
        check(host("[::1]"), "[::1]");
        check(host("::1"), "::1");
        check(host("localhost:3001"), "the port is a setting of its own");
        check(host("ws://x"), "is a URL");
        check(host("a b"), "is no host");
        check(path("ws"), "write `/ws`");
        check(path("/ws?x=1"), "no query");
        check(path("/chat/{room}"), "/chat/{room}");
        check(subprotocol("chat.v2"), "chat.v2");
        check(subprotocol("a, b"), "element of the list");
        check(reload("close").map(|closes| closes.to_string()), "true");
        check(reload("restart").map(|closes| closes.to_string()), "expected `keep` or `close`");
        check(now("2026-01-31T09:30:00Z").map(|t| t.to_string()), "2026-01-31 9:30");
        check(now("2026-01-31").map(|t| t.to_string()), "RFC 3339");
        check(latency("norml").map(|l| l.to_string()), "did you mean `normal`?");
        check(seconds(0).map(|s| format!("{s:?}")), "None");
        check(seconds(u64::MAX).map(|s| format!("{s:?}")), "at most 31536000 seconds");
        check(probability(5.0).map(|p| p.to_string()), "write 0.05");
        check(max_connections(0).map(|n| n.to_string()), "from 1, found 0");
        assert_eq!(duration("50ms"), Some(Duration::from_millis(50)));
        assert_eq!(duration("2s"), Some(Duration::from_secs(2)));
        assert_eq!(
            ["", "5", "ms", "5h", "99999999999999999999s", "9999999999999999999s"].map(duration),
            [None; 6]
        );
        let sum = |drop, abort| faults(FaultConfig { drop, abort, ..FaultConfig::default() });
        assert!(sum(0.5, 0.5).is_ok() && sum(0.6, 0.5).is_err());
    }
}
