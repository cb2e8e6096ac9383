//! Which web pages may connect, by the header `Origin` (RFC 6454; RFC 6455, section 10.2).

use std::fmt;

use http::{StatusCode, header};
use mockforge_ws_core::{Hello, Refusal};
use mockforge_ws_diagnostic::Problem;

/// `origins:` and `origin: required`.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    /// Empty for all.
    pub(crate) allowed: Vec<Origin>,
    /// Whether a client without an origin, which is no web page, is refused.
    pub(crate) is_required: bool,
}

/// An origin, or all that begin with further labels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Origin {
    /// `null`: of a page that has none, from a file or in a sandbox.
    Null,
    Of {
        scheme: String,
        /// Without `*.`.
        host: String,
        /// Whether labels stand before it.
        is_suffix: bool,
        /// `None` for the scheme's own.
        port: Option<u16>,
    },
}

impl Origins {
    /// The answer to a client from elsewhere.
    pub(crate) fn refusal(&self, hello: &Hello) -> Option<Refusal> {
        let mut came = hello.headers.get_all(header::ORIGIN).iter().peekable();
        let refuse = |body: String| Some(Refusal::new(StatusCode::FORBIDDEN, body));
        if came.peek().is_none() {
            return if self.is_required { refuse("The header Origin is missing.\n".into()) } else { None };
        }
        let mut passes = |text: &str| {
            let came = Origin::read(text);
            came.is_some_and(|came| self.allowed.iter().any(|allowed| allowed.takes(&came)))
        };
        if self.allowed.is_empty() || came.all(|value| value.to_str().is_ok_and(&mut passes)) {
            return None;
        }
        let allowed: Vec<_> = self.allowed.iter().map(ToString::to_string).collect();
        refuse(format!("Pages of this origin may not connect; these may: {}.\n", allowed.join(", ")))
    }
}

impl Origin {
    /// An origin as users write it, perhaps with `*.` before the host.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let example = "an origin is a scheme and a host: `https://app.example.com`, `https://*.example.com`";
        if text == "*" {
            let problem = Problem::new("`*` has no effect: without `origins` all may connect");
            return Err(problem.hint("`origin: required` refuses those without one"));
        }
        let wrong = || Problem::new(format!("`{}` is no origin", text.escape_debug()));
        let rest = text.split_once("://").map(|(_, rest)| rest);
        if let Some((bare, _)) = rest.and_then(|rest| rest.split_once(['/', '?', '#'])) {
            let scheme = text.split("://").next().unwrap_or_default();
            return Err(wrong().hint(format!("an origin has no path: write `{scheme}://{bare}`")));
        }
        let Some(mut origin) = Self::read(text) else { return Err(wrong().hint(example)) };
        if let Self::Of { host, is_suffix, .. } = &mut origin {
            if let Some(suffix) = host.strip_prefix("*.") {
                (*host, *is_suffix) = (suffix.to_string(), true);
            }
            if host.contains('*') || host.is_empty() {
                let problem = wrong();
                return Err(
                    problem.hint("`*` stands for whole labels before a host: `https://*.example.com`")
                );
            }
        }
        Ok(origin)
    }

    /// An origin as clients write it.
    fn read(text: &str) -> Option<Self> {
        if text == "null" {
            return Some(Self::Null);
        }
        let text = text.to_ascii_lowercase();
        let (scheme, rest) = text.split_once("://")?;
        // The colons of an IPv6 address stand in brackets.
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port.parse().ok()?)),
            _ => (rest, None),
        };
        let is_wrong = |c: char| c.is_whitespace() || c.is_control() || "/?#@".contains(c) || !c.is_ascii();
        if scheme.is_empty() || host.is_empty() || host.contains(is_wrong) || scheme.contains(is_wrong) {
            return None;
        }
        let default = match scheme {
            "http" | "ws" => Some(80),
            "https" | "wss" => Some(443),
            _ => None,
        };
        let port = port.filter(|port| Some(*port) != default);
        Some(Self::Of { scheme: scheme.into(), host: host.into(), is_suffix: false, port })
    }

    fn takes(&self, came: &Self) -> bool {
        let Self::Of { scheme, host, is_suffix: true, port } = self else { return self == came };
        let Self::Of { scheme: its_scheme, host: its_host, port: its_port, .. } = came else { return false };
        let labels = its_host.strip_suffix(host.as_str()).and_then(|labels| labels.strip_suffix('.'));
        scheme == its_scheme && port == its_port && labels.is_some_and(|labels| !labels.is_empty())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Of { scheme, host, is_suffix, port } => {
                write!(f, "{scheme}://{}{host}", if *is_suffix { "*." } else { "" })?;
                port.map_or(Ok(()), |port| write!(f, ":{port}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An origin of the config, one that came, and whether it may connect.
    #[test]
    fn origins_are_compared_by_their_parts() {
        let check = |ours: &str, theirs: &str, passes: bool| {
            let ours = Origin::parse(ours).expect("it is one");
            assert_eq!(Origin::read(theirs).is_some_and(|came| ours.takes(&came)), passes, "{ours} {theirs}");
        };
        check("https://app.example.com", "https://app.example.com", true);
        check("https://App.example.com", "https://app.EXAMPLE.com:443", true);
        check("https://app.example.com", "http://app.example.com", false);
        check("https://app.example.com", "https://app.example.com:8443", false);
        check("http://localhost:3000", "http://localhost:3000", true);
        check("http://localhost", "http://localhost:3000", false);
        check("http://[::1]:3000", "http://[::1]:3000", true);
        check("http://[::1]", "http://[::1]:80", true);
        check("https://*.example.com", "https://a.example.com", true);
        check("https://*.example.com", "https://a.b.example.com", true);
        check("https://*.example.com", "https://example.com", false);
        check("https://*.example.com", "https://.example.com", false);
        check("https://*.example.com", "https://evilexample.com", false);
        check("https://*.example.com", "https://a.example.com.evil.org", false);
        check("https://*.example.com:8443", "https://a.example.com:8443", true);
        check("null", "null", true);
        check("https://a", "null", false);
        check("chrome-extension://abcd", "chrome-extension://abcd", true);
        check("https://a", "https://user@a", false);
        check("https://a", "https://a/", false);
        check("https://a", "", false);
    }

    #[test]
    fn what_is_no_origin_is_told() {
        let check = |text: &str, told: &str| {
            let problem = Origin::parse(text).expect_err("it is none").to_string();
            assert!(problem.contains(told), "{problem}");
        };
        check("*", "`*` has no effect");
        check("app.example.com", "a scheme and a host");
        check("https://app.example.com/", "write `https://app.example.com`");
        check("https://*example.com", "whole labels");
        check("https://a.*.com", "whole labels");
        check("https://*.*.com", "whole labels");
        check("https://*", "whole labels");
        check("https://a:port", "is no origin");
        check("https://é.example", "is no origin");
    }
}
