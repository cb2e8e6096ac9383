//! The proxy settings of the owner's page, as plain data.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Hello, Mode, Opening, Pool, Refusal, Upstream};
use serde::{Deserialize, Serialize};

use crate::{Proxy, Target, TargetError, TransformFn};

/// How long a connection of the pool waits.
const POOL_IDLE: Duration = Duration::from_secs(60);

/// Where and how to forward.
///
/// ```
/// use mockforge_ws_proxy::{WsProxyConfig, WsProxyHandler};
///
/// let config = WsProxyConfig {
///     upstream_url: "wss://api.example.com/ws".to_string(),
///     should_proxy: true,
///     ..Default::default()
/// };
/// let handler = WsProxyHandler::new(config);
/// assert_eq!(handler.upstream_for("/ws"), Some("wss://api.example.com/ws"));
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WsProxyConfig {
    /// The server: `ws://` or `wss://`.
    pub upstream_url: String,
    /// Whether anything is forwarded; otherwise every path echoes.
    pub should_proxy: bool,
    /// What becomes of each message; without it all go on as they are.
    #[serde(skip)]
    pub message_transform: Option<TransformFn>,
    /// How many connections to the server wait to be used; 0 dials for each client, with that client's headers.
    pub connection_pool_size: usize,
    /// How often a failed connection attempt is repeated.
    pub retry_attempts: u32,
    /// How many seconds the server may take to answer a handshake.
    pub connect_timeout_secs: u64,
    /// Paths with servers of their own; the first that takes a path decides.
    pub rules: Vec<WsProxyRule>,
    /// Whether a path that no rule takes is forwarded too.
    pub passthrough_by_default: bool,
}

impl Default for WsProxyConfig {
    /// Forwards every path, without a transform, a pool or repetitions; ten seconds to connect.
    fn default() -> Self {
        Self {
            upstream_url: String::new(),
            should_proxy: true,
            message_transform: None,
            connection_pool_size: 0,
            retry_attempts: 0,
            connect_timeout_secs: 10,
            rules: Vec::new(),
            passthrough_by_default: true,
        }
    }
}

/// A path with a server of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WsProxyRule {
    /// The path: `*` stands for any part of a segment, `**` for any number of segments.
    pub path_pattern: String,
    /// The server; `None` for that of the config.
    #[serde(default)]
    pub target_url: Option<String>,
    /// Whether it is forwarded; otherwise it echoes.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

impl WsProxyRule {
    fn takes(&self, path: &str) -> bool {
        let segments =
            |text: &'_ str| text.trim_matches('/').split('/').map(str::to_string).collect::<Vec<_>>();
        fits(&segments(&self.path_pattern), &segments(path))
    }
}

fn fits(pattern: &[String], path: &[String]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((first, rest)) if first == "**" => (0..=path.len()).any(|skip| fits(rest, &path[skip..])),
        Some((first, rest)) => {
            path.split_first().is_some_and(|(here, below)| segment_fits(first, here) && fits(rest, below))
        }
    }
}

fn segment_fits(pattern: &str, segment: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == segment };
    let Some(rest) = segment.strip_prefix(before) else { return false };
    rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| segment_fits(after, &rest[at..]))
}

/// A [`WsProxyConfig`] at work: a mode.
///
/// A URL that is none is told to every client, by a 500 that says what is wrong with it; [`check`](Self::check)
/// says so before.
#[derive(Debug, Clone)]
pub struct WsProxyHandler {
    config: Arc<WsProxyConfig>,
    /// The server of the config, then those of its rules.
    proxies: Vec<Result<Proxy, TargetError>>,
}

impl WsProxyHandler {
    /// Forwards as the config says.
    pub fn new(config: WsProxyConfig) -> Self {
        let urls = config.rules.iter().map(|rule| rule.target_url.as_ref().unwrap_or(&config.upstream_url));
        let proxies =
            std::iter::once(&config.upstream_url).chain(urls).map(|url| proxy(url, &config)).collect();
        Self { config: Arc::new(config), proxies }
    }

    /// Whether every URL that is used is one.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), TargetError> {
        let is_used = self.config.should_proxy && self.config.passthrough_by_default;
        let used = self.proxies.iter().skip(usize::from(!is_used));
        used.filter_map(|proxy| proxy.as_ref().err()).next().map_or(Ok(()), |error| Err(error.clone()))
    }

    /// The URL of the server for a path; `None` where it is not forwarded.
    pub fn upstream_for(&self, path: &str) -> Option<&str> {
        let index = self.index(path)?;
        let own = index.checked_sub(1).and_then(|rule| self.config.rules[rule].target_url.as_deref());
        Some(own.unwrap_or(&self.config.upstream_url))
    }

    /// Whether messages at that path are forwarded.
    pub fn should_proxy(&self, path: &str) -> bool {
        self.index(path).is_some()
    }

    fn index(&self, path: &str) -> Option<usize> {
        if !self.config.should_proxy {
            return None;
        }
        match self.config.rules.iter().position(|rule| rule.takes(path)) {
            Some(rule) => self.config.rules[rule].enabled.then_some(rule + 1),
            None => self.config.passthrough_by_default.then_some(0),
        }
    }
}

fn proxy(url: &str, config: &WsProxyConfig) -> Result<Proxy, TargetError> {
    let size = config.connection_pool_size;
    let upstream = Upstream {
        timeout: Duration::from_secs(config.connect_timeout_secs.max(1)),
        retries: config.retry_attempts,
        pool: (size > 0).then_some(Pool { size, idle: POOL_IDLE, reuse: false }),
        ..Upstream::default()
    };
    let proxy = Proxy::new(Target::new(url)?.under("/ws")).upstream(upstream, Vec::new());
    Ok(match &config.message_transform {
        Some(transform) => proxy.transform(transform.clone()),
        None => proxy,
    })
}

impl Mode for WsProxyHandler {
    fn open(&self, hello: &Hello) -> Opening {
        match self.index(&hello.path).map(|index| &self.proxies[index]) {
            None => mockforge_ws_core::echo::Echo::default().open(hello),
            Some(Ok(proxy)) => proxy.open(hello),
            Some(Err(error)) => {
                let body = format!("The upstream's URL is wrong: {error}.\n");
                let refusal = Refusal::new(http::StatusCode::INTERNAL_SERVER_ERROR, body);
                Refusal { reason: Some(format!("the upstream's URL is wrong: {error}")), ..refusal }.into()
            }
        }
    }
}
