//! TCP to a server, directly or through the proxies that the environment names.

use std::error::Error;

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use mockforge_ws_core::{DialError, DialErrorKind};
use tokio::net::TcpStream;
use tower_service::Service;

/// The ways out of the house: what the variables `HTTP_PROXY` (for `ws://`), `HTTPS_PROXY` (for `wss://`),
/// `ALL_PROXY` and `NO_PROXY` say, in curl's sense. The schemes are `http://` (HTTP CONNECT), `socks5://`,
/// `socks5h://`, `socks4://` and `socks4a://`.
///
/// ```
/// use mockforge_ws_io::Proxies;
///
/// let proxies = Proxies::new("", "socks5://localhost:1080", "", "localhost,10.0.0.0/8");
/// assert!(proxies.lead_to("wss://api.example.com/feed").is_some());
/// assert!(proxies.lead_to("wss://localhost/feed").is_none());
/// ```
#[derive(Debug, Default)]
pub struct Proxies(Option<Matcher>);

impl Proxies {
    /// The values of the four variables; empty ones say nothing.
    pub fn new(http: &str, https: &str, all: &str, no: &str) -> Self {
        if [http, https, all].iter().all(|value| value.is_empty()) {
            return Self(None);
        }
        let builder = Matcher::builder().all(all.to_string()).http(http.to_string());
        Self(Some(builder.https(https.to_string()).no(no.to_string()).build()))
    }

    /// The proxy on the way to a WebSocket URL, without its credentials.
    pub fn lead_to(&self, url: &str) -> Option<String> {
        let intercept = self.intercept(&target(&url.parse().ok()?)?)?;
        let uri = intercept.uri();
        Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?))
    }

    fn intercept(&self, target: &Uri) -> Option<Intercept> {
        self.0.as_ref()?.intercept(target)
    }
}

/// A WebSocket URL as the HTTP URL of its host, with its port.
fn target(url: &Uri) -> Option<Uri> {
    let scheme = if is_secure(url) { Scheme::HTTPS } else { Scheme::HTTP };
    let authority = format!("{}:{}", url.host()?, port(url));
    Uri::builder().scheme(scheme).authority(authority).path_and_query("/").build().ok()
}

pub(super) fn is_secure(url: &Uri) -> bool {
    url.scheme_str() == Some("wss")
}

pub(super) fn port(url: &Uri) -> u16 {
    url.port_u16().unwrap_or(if is_secure(url) { 443 } else { 80 })
}

/// Connects to the host of `url`.
pub(super) async fn connect(url: &Uri, proxies: &Proxies) -> Result<TcpStream, DialError> {
    let failed =
        |kind, reason: String| DialError { kind, reason: format!("{}: {reason}", super::shown(url)) };
    let target =
        target(url).ok_or_else(|| failed(DialErrorKind::Resolve, "there is no host in it".into()))?;
    let mut direct = HttpConnector::new();
    direct.enforce_http(false);
    direct.set_nodelay(true);
    let Some(proxy) = proxies.intercept(&target) else {
        return direct.call(target).await.map(TokioIo::into_inner).map_err(|error| {
            let kind = if error.to_string().contains("dns") {
                DialErrorKind::Resolve
            } else {
                DialErrorKind::Connect
            };
            failed(kind, innermost(&error))
        });
    };
    let uri = proxy.uri().clone();
    let shown = format!("{}://{}", uri.scheme_str().unwrap_or_default(), uri.host().unwrap_or_default());
    let through =
        |reason: String| failed(DialErrorKind::Connect, format!("through the proxy {shown}: {reason}"));
    let connected = match uri.scheme_str() {
        Some("http") => {
            let mut tunnel = Tunnel::new(uri, direct);
            if let Some(auth) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(auth.clone());
            }
            tunnel.call(target).await.map_err(|error| through(innermost(&error)))
        }
        Some(scheme @ ("socks5" | "socks5h")) => {
            let mut socks = SocksV5::new(uri.clone(), direct).local_dns(scheme == "socks5");
            if let Some((user, password)) = proxy.raw_auth() {
                socks = socks.with_auth(user.to_string(), password.to_string());
            }
            socks.call(target).await.map_err(|error| through(innermost(&error)))
        }
        Some(scheme @ ("socks4" | "socks4a")) => {
            let mut socks = SocksV4::new(uri.clone(), direct).local_dns(scheme == "socks4");
            socks.call(target).await.map_err(|error| through(innermost(&error)))
        }
        _ => Err(through("only http://, socks5:// and socks4:// proxies are spoken to".into())),
    };
    connected.map(TokioIo::into_inner)
}

/// The cause of causes, which says what the others only hint at.
pub(super) fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
