//! Where to connect to: a URL, or a short form of one.

use http::Uri;

use crate::exit::Stop;

/// A `ws` or `wss` URL, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) url: String,
    pub(super) uri: Uri,
    /// Whether it is reached by TLS.
    pub(super) is_secure: bool,
    /// Without the brackets of an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Target {
    /// Takes `ws://HOST:PORT/PATH?QUERY`, the same with `wss`, or `[HOST][:PORT][/PATH]`, in which localhost, 3001 and /ws are
    /// understood, or a port alone.
    ///
    /// # Errors
    /// With exit code 2, and what to write instead.
    pub(super) fn parse(text: &str) -> Result<Self, Stop> {
        let url = match text.split_once("://") {
            Some(("ws" | "wss", _)) => text.to_string(),
            Some(("http", rest)) => {
                return Err(Stop::usage(format!("{text} is not the URL of a WebSocket"))
                    .hint(format!("the same place as a WebSocket is ws://{rest}")));
            }
            Some(("https", rest)) => {
                return Err(Stop::usage(format!("{text} is not the URL of a WebSocket"))
                    .hint(format!("the same place as a WebSocket is wss://{rest}")));
            }
            Some((scheme, rest)) => {
                return Err(Stop::usage(format!("{text}: `{scheme}://` is no WebSocket scheme"))
                    .hint(format!("write ws://{rest}")));
            }
            None => in_full(text),
        };
        let wrong = |problem: &str| {
            Stop::usage(format!("{text} is no URL: {problem}"))
                .hint("write ws://HOST:PORT/PATH, or in short :3001/ws; percent-encode what is special in it")
        };
        let uri: Uri = url.parse().map_err(|error: http::uri::InvalidUri| wrong(&error.to_string()))?;
        let authority = uri.authority().ok_or_else(|| wrong("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(Stop::usage(format!("{text}: a user name in the URL is not sent"))
                .hint("send it as a header: -H 'Authorization: Basic …'"));
        }
        if authority.as_str().rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'))
            && authority.port_u16().is_none()
        {
            return Err(wrong("the port is no number from 1 to 65535"));
        }
        let host = authority.host().trim_matches(['[', ']']).to_string();
        let is_secure = uri.scheme_str() == Some("wss");
        let port = authority.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        Ok(Self { url, uri, is_secure, host, port })
    }
}

fn in_full(text: &str) -> String {
    let (place, path) =
        text.split_once('/').map_or((text, "/ws".to_string()), |(place, path)| (place, format!("/{path}")));
    if !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("ws://localhost:{place}{path}");
    }
    let (host, port) = match place.rsplit_once(':') {
        // The last colon of an address in brackets is its own.
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (place, "3001"),
    };
    let host = if host.is_empty() { "localhost" } else { host };
    format!("ws://{host}:{port}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_short_forms() {
        let check = |text: &str, url: &str, host: &str, port: u16| {
            let (uri, is_secure) = (url.parse().expect("it is one"), url.starts_with("wss"));
            let expect = Target { url: url.into(), uri, is_secure, host: host.into(), port };
            assert_eq!(Target::parse(text).expect("it is a URL"), expect, "{text}");
        };
        check("ws://localhost:3001/ws", "ws://localhost:3001/ws", "localhost", 3001);
        check("ws://example.com", "ws://example.com", "example.com", 80);
        check("wss://example.com", "wss://example.com", "example.com", 443);
        check("wss://localhost:3001/ws", "wss://localhost:3001/ws", "localhost", 3001);
        check("ws://[::1]:9/a?q=1", "ws://[::1]:9/a?q=1", "::1", 9);
        check(":4000", "ws://localhost:4000/ws", "localhost", 4000);
        check("4000", "ws://localhost:4000/ws", "localhost", 4000);
        check("localhost", "ws://localhost:3001/ws", "localhost", 3001);
        check("/chat/lobby", "ws://localhost:3001/chat/lobby", "localhost", 3001);
        check("10.0.0.7:81/x?y=/z", "ws://10.0.0.7:81/x?y=/z", "10.0.0.7", 81);
        check("[::1]/x", "ws://[::1]:3001/x", "::1", 3001);
        check("[::1]:8/x", "ws://[::1]:8/x", "::1", 8);
    }

    #[test]
    fn mistakes_say_what_to_write() {
        let check = |text: &str, part: &str| {
            let stop = Target::parse(text).expect_err(text).to_string();
            assert!(stop.contains(part), "{stop}");
        };
        check("http://localhost:3001/ws", "ws://localhost:3001/ws");
        check("https://localhost:3001/ws", "wss://localhost:3001/ws");
        check("ftp://example.com/", "`ftp://` is no WebSocket scheme");
        check("ws://user:secret@example.com/", "Authorization");
        check(":99999", "the port is no number");
        check(":x", "is no URL");
        check("ws://exa mple/", "is no URL");
    }
}
