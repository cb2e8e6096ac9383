//! What of a client's handshake reaches the server, and of the server's answer the client.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Uri};
use mockforge_ws_core::{Answer, Hello};
use percent_encoding::percent_decode_str;

/// The changes to the headers of a handshake on its way to the server.
///
/// All that the client sent goes on, but for what concerns one hop (RFC 9110, section 7.6.1) and what the handshake
/// with the server says itself. `Host` becomes the server's.
#[derive(Debug, Clone, Default)]
pub struct Passage {
    /// What becomes of `Host`.
    pub host: Host,
    /// What becomes of `Origin`.
    pub origin: Origin,
    /// Headers that are put in place of the client's of the same names.
    pub set: HeaderMap,
    /// Headers of the client's that do not go on.
    pub remove: Vec<HeaderName>,
    /// Whether the server is told of the client by `X-Forwarded-For`, `-Host` and `-Proto`.
    pub forwarded: bool,
    /// Whether none of the client's headers go on and nothing is said of the client, so that every handshake is
    /// the same.
    pub fixed: bool,
}

/// What becomes of `Host`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Host {
    /// It is the server's.
    #[default]
    Upstream,
    /// It is what the client sent.
    Client,
    /// It is this.
    Fixed(HeaderValue),
}

/// What becomes of `Origin`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// It is what the client sent.
    #[default]
    Client,
    /// It is the server's own.
    Upstream,
    /// There is none.
    Remove,
    /// It is this.
    Fixed(HeaderValue),
}

/// Headers of one hop only.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What a handshake says itself.
const HANDSHAKE: [HeaderName; 7] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
    header::SEC_WEBSOCKET_ACCEPT,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_EXTENSIONS,
];

impl Passage {
    /// The headers for the server.
    pub(crate) fn outward(&self, hello: &Hello, url: &Uri, credentials: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if !self.fixed {
            headers = end_to_end(&hello.headers);
            self.remove.iter().for_each(|name| drop(headers.remove(name)));
        }
        match &self.host {
            Host::Upstream => {}
            Host::Client if self.fixed => {}
            Host::Client => {
                hello.headers.get(header::HOST).map(|host| headers.insert(header::HOST, host.clone()));
            }
            Host::Fixed(host) => drop(headers.insert(header::HOST, host.clone())),
        }
        match &self.origin {
            Origin::Client => {}
            Origin::Remove => drop(headers.remove(header::ORIGIN)),
            Origin::Upstream => {
                if let Some(origin) = own_origin(url) {
                    headers.insert(header::ORIGIN, origin);
                }
            }
            Origin::Fixed(origin) => drop(headers.insert(header::ORIGIN, origin.clone())),
        }
        if self.forwarded && !self.fixed {
            forwarded(hello, &mut headers);
        }
        if let Some(value) = credentials.and_then(basic) {
            headers.insert(header::AUTHORIZATION, value);
        }
        headers.extend(self.set.clone());
        headers
    }

    /// Whether it adds what only the user's own pages may make use of.
    pub(crate) fn adds_credentials(&self) -> bool {
        let secret = |name: &HeaderName| {
            let name = name.as_str();
            ["auth", "cookie", "token", "key", "secret"].iter().any(|part| name.contains(part))
        };
        self.set.keys().any(secret)
    }
}

/// The headers of a server's answer that go on to the client. An extension that was agreed on is one of them.
pub(crate) fn inward(answer: &Answer) -> HeaderMap {
    let extensions: Vec<_> =
        answer.headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS).iter().cloned().collect();
    let mut headers = end_to_end(&answer.headers);
    for extension in extensions {
        headers.append(header::SEC_WEBSOCKET_EXTENSIONS, extension);
    }
    headers
}

/// Without what concerns one hop, or what a handshake says itself.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut passing = headers.clone();
    let named = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let named = named.flat_map(|value| value.split(',')).map(str::trim);
    named.chain(HOP_BY_HOP).for_each(|name| drop(passing.remove(name)));
    HANDSHAKE.iter().for_each(|name| drop(passing.remove(name)));
    passing
}

fn forwarded(hello: &Hello, headers: &mut HeaderMap) {
    let mut put = |name: &'static str, value: Option<HeaderValue>| {
        if let Some(value) = value {
            headers.append(HeaderName::from_static(name), value);
        }
    };
    let peer = hello.peer.and_then(|peer| HeaderValue::from_str(&peer.ip().to_string()).ok());
    put("x-forwarded-for", peer);
    put("x-forwarded-host", hello.headers.get(header::HOST).cloned());
    let proto = if hello.secure { "wss" } else { "ws" };
    put("x-forwarded-proto", Some(HeaderValue::from_static(proto)));
}

/// The origin of a page that the server itself would serve.
fn own_origin(url: &Uri) -> Option<HeaderValue> {
    let scheme = if url.scheme_str() == Some("wss") { "https" } else { "http" };
    let port = url.port_u16().filter(|port| *port != if scheme == "https" { 443 } else { 80 });
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    HeaderValue::from_str(&format!("{scheme}://{}{port}", url.host()?)).ok()
}

/// `Authorization: Basic` (RFC 7617).
fn basic(credentials: &str) -> Option<HeaderValue> {
    let plain: Vec<u8> = percent_decode_str(credentials).collect();
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(plain))).ok()?;
    value.set_sensitive(true);
    Some(value)
}
