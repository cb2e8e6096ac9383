//! Where a client's handshake goes: the server's URL for the path and query that the client asked for.

use std::fmt;

use http::Uri;
use http::uri::{Authority, PathAndQuery};
use mockforge_ws_core::Hello;

/// The URL of a server, and how clients' paths are put on it.
///
/// As nginx's `proxy_pass` has it: a URL without a path (a single `/` counts as none) takes every client's path and
/// query unchanged. One with a path has that in place of the route's own, what follows the route's path is
/// appended, and queries are joined. Paths are put together as text and never resolved: `..` stays `..`.
///
/// ```
/// use mockforge_ws_core::Hello;
/// use mockforge_ws_proxy::Target;
///
/// let check = |url: &str, path: &str, expect: Option<&str>| {
///     let mut hello = Hello::new(path.split('?').next().unwrap());
///     hello.raw_query = path.split_once('?').map(|(_, query)| query.into());
///     let target = Target::new(url).unwrap().under("/ws");
///     assert_eq!(target.url(&hello).map(|url| url.to_string()).as_deref(), expect);
/// };
/// check("ws://example.com", "/ws/a?q", Some("ws://example.com/ws/a?q"));
/// check("ws://example.com/v2", "/ws/a?q", Some("ws://example.com/v2/a?q"));
/// check("ws://example.com/v2?key=1", "/ws?q", Some("ws://example.com/v2?key=1&q"));
/// check("ws://example.com/v2", "/other", None);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    url: Uri,
    /// Without a slash at its end; only of use where the URL has a path.
    under: String,
    credentials: Option<String>,
}

/// A URL that no WebSocket server can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetError(String);

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TargetError {}

impl Target {
    /// A server by its URL, `ws://` or `wss://`, for a route at `/`. User and password in it become a header.
    ///
    /// # Errors
    /// Where the text is no such URL; the words say what to write.
    ///
    /// ```
    /// use mockforge_ws_proxy::Target;
    ///
    /// let error = Target::new("https://example.com").unwrap_err();
    /// assert_eq!(error.to_string(), "a WebSocket URL begins with `ws://` or `wss://`: did you mean `wss://example.com`?");
    /// ```
    pub fn new(text: &str) -> Result<Self, TargetError> {
        let error = |text: String| Err(TargetError(text));
        let lower = text.to_ascii_lowercase();
        for (http, ws) in [("http://", "ws://"), ("https://", "wss://")] {
            if lower.starts_with(http) {
                let meant = format!("{ws}{}", &text[http.len()..]);
                return error(format!(
                    "a WebSocket URL begins with `ws://` or `wss://`: did you mean `{meant}`?"
                ));
            }
        }
        if !lower.starts_with("ws://") && !lower.starts_with("wss://") {
            return error("a WebSocket URL begins with `ws://` or `wss://`".into());
        }
        if text.contains('#') {
            return error("a WebSocket URL has no fragment (`#`): it is not sent to servers".into());
        }
        let parsed: Uri = text.parse().map_err(|problem| TargetError(format!("no valid URL: {problem}")))?;
        let Some(authority) = parsed.authority().filter(|authority| !authority.host().is_empty()) else {
            return error("the host is missing".into());
        };
        if authority.as_str().ends_with(':') {
            return error("the port is missing after `:`".into());
        }
        let (credentials, place) = match authority.as_str().rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials.to_string()), place.to_string()),
            None => (None, authority.as_str().to_string()),
        };
        let mut parts = parsed.into_parts();
        parts.scheme = parts.scheme.and_then(|scheme| scheme.as_str().to_ascii_lowercase().parse().ok());
        parts.authority = place.parse::<Authority>().ok();
        let url =
            Uri::from_parts(parts).map_err(|problem| TargetError(format!("no valid URL: {problem}")))?;
        // A number that is none of a port is not seen as one by the parser.
        let port =
            url.authority().and_then(|place| place.as_str().strip_prefix(place.host())?.strip_prefix(':'));
        if port.is_some_and(|port| port.parse::<u16>().ok().is_none_or(|port| port == 0)) {
            return error("the port is a number from 1 to 65535".into());
        }
        Ok(Self { url, under: String::new(), credentials })
    }

    /// The same for a route at this path. Of a path with parameters the whole segments before the first count.
    #[must_use]
    pub fn under(mut self, route: &str) -> Self {
        let literal = match route.split_once('{') {
            Some((before, _)) => before.rsplit_once('/').map_or("", |(segments, _)| segments),
            None => route,
        };
        self.under = literal.trim_end_matches('/').to_string();
        self
    }

    /// Whether the URL has a path of its own.
    pub fn has_path(&self) -> bool {
        !matches!(self.url.path(), "" | "/")
    }

    /// The URL, without credentials.
    pub fn base(&self) -> &Uri {
        &self.url
    }

    /// `user:password` of the URL, as written.
    pub fn credentials(&self) -> Option<&str> {
        self.credentials.as_deref()
    }

    /// The URL for a client; `None` where the client's path is not the route's.
    pub fn url(&self, hello: &Hello) -> Option<Uri> {
        let path = if self.has_path() {
            let rest = hello.path.strip_prefix(&self.under)?;
            if !rest.is_empty() && !rest.starts_with('/') {
                return None;
            }
            match rest {
                "" => self.url.path().to_string(),
                "/" if self.under.is_empty() => self.url.path().to_string(),
                rest => format!("{}{rest}", self.url.path().trim_end_matches('/')),
            }
        } else {
            hello.path.clone()
        };
        let queries = [self.url.query(), hello.raw_query.as_deref()];
        let query: Vec<&str> = queries.into_iter().flatten().filter(|query| !query.is_empty()).collect();
        let target = match query.is_empty() {
            true => path,
            false => format!("{path}?{}", query.join("&")),
        };
        let mut parts = self.url.clone().into_parts();
        parts.path_and_query = Some(target.parse::<PathAndQuery>().ok()?);
        Uri::from_parts(parts).ok()
    }
}
