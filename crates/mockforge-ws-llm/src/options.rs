//! What a client needs to know, with what is usual.

use std::fmt;
use std::time::Duration;

use crate::{Provider, Secret};

/// Whom a [`Client`](crate::Client) asks, and how patiently.
///
/// ```
/// use mockforge_ws_llm::{LlmOptions, Provider, Timeouts};
/// use std::time::Duration;
///
/// let options = LlmOptions {
///     provider: Provider::Ollama,
///     model: "qwen3:0.6b".into(),
///     timeouts: Timeouts { first: Duration::from_secs(300), ..Timeouts::default() },
///     ..LlmOptions::default()
/// };
/// assert_eq!(options.retries.times, 3);
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct LlmOptions {
    /// Who runs the model.
    pub provider: Provider,
    /// Which of its models; where empty, [`Provider::usual_model`].
    pub model: String,
    /// Where it is asked, with its version (`http://localhost:8080/v1`); without a path, the provider's usual
    /// one is added. Where nothing is said, [`Provider::usual_base_url`].
    pub base_url: Option<String>,
    /// What it is paid with. A provider that is asked at its usual address over the internet needs one.
    pub key: Option<Secret>,
    /// An HTTP proxy on the way (`http://proxy:3128`). Those that the environment names are not asked.
    pub proxy: Option<String>,
    /// Certificates in PEM to trust instead of the system's, for a provider with one of its own.
    pub roots: Option<Vec<u8>>,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How often to try again, and when.
    pub retries: Retries,
}

/// Without the credentials that a URL may hold.
impl fmt::Debug for LlmOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LlmOptions")
            .field("provider", &self.provider)
            .field("model", &self.model)
            .field("base_url", &self.base_url.as_deref().map(shown))
            .field("key", &self.key)
            .field("proxy", &self.proxy.as_deref().map(shown))
            .field("roots", &self.roots.as_deref().map(String::from_utf8_lossy))
            .field("timeouts", &self.timeouts)
            .field("retries", &self.retries)
            .finish()
    }
}

/// How long to wait for a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// From asking to the first sign of an answer. A local model may have to be loaded first.
    pub first: Duration,
    /// From one sign to the next.
    pub between: Duration,
}

/// 10 seconds for a connection, 2 minutes for the first sign, 1 minute between two.
impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first: Duration::from_secs(120),
            between: Duration::from_secs(60),
        }
    }
}

/// When to ask again after a 408, a 429, a 5xx or a failed connection. Never once an answer has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// How often, after the first time.
    pub times: usize,
    /// Before the first of them; it doubles with each, and up to as much again is added at random.
    pub wait: Duration,
    /// The longest wait. A provider that asks for more with `Retry-After` is not waited for.
    pub longest: Duration,
}

/// 3 times, from half a second to 30 seconds.
impl Default for Retries {
    fn default() -> Self {
        Self { times: 3, wait: Duration::from_millis(500), longest: Duration::from_secs(30) }
    }
}

/// A URL without its credentials, query and fragment, which may hold keys.
pub(crate) fn shown(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (scheme, rest) = url[..end].split_once("://").unwrap_or(("", &url[..end]));
    let authority = &rest[..rest.find('/').unwrap_or(rest.len())];
    let host = authority.rfind('@').map_or(0, |at| at + 1);
    match scheme {
        "" => rest[host..].to_string(),
        _ => format!("{scheme}://{}", &rest[host..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_credentials() {
        let cases = [
            ("https://api.example.com/v1/", "https://api.example.com/v1/"),
            ("https://me:pa@ss@example.com/v1?key=k#f", "https://example.com/v1"),
            ("me:pass@example.com:80", "example.com:80"),
            ("http://[::1]:8080/@v1", "http://[::1]:8080/@v1"),
            ("", ""),
        ];
        for (url, shows) in cases {
            assert_eq!(shown(url), shows, "{url}");
        }
    }

    #[test]
    fn options_are_shown_without_secrets() {
        let options = LlmOptions {
            base_url: Some("http://user:hunter2@host/v1".into()),
            key: Some("hunter2".into()),
            proxy: Some("http://user:hunter2@proxy".into()),
            ..LlmOptions::default()
        };
        let shows = format!("{options:?}");
        assert!(shows.contains("http://host/v1") && shows.contains("http://proxy"), "{shows}");
        assert!(!shows.contains("hunter2"), "{shows}");
    }
}
