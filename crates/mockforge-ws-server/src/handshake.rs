//! A client's opening handshake (RFC 6455, section 4.2.1): checked, or answered with what was wrong.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use hyper::ext::Protocol;
use mockforge_ws_core::Refusal;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::upgrade::is_secure;

/// How a correct handshake is answered.
#[derive(Debug)]
pub(crate) enum Answer {
    /// HTTP/1.1: 101, with this value of `Sec-WebSocket-Accept`.
    Switch(HeaderValue),
    /// HTTP/2: 200 (RFC 8441, section 5).
    Open,
}

/// Looks at a handshake, and gives the answer to an incorrect one.
pub(crate) fn check(parts: &Parts) -> Result<Answer, Box<Refusal>> {
    let headers = &parts.headers;
    if parts.method == Method::CONNECT
        && let Some(protocol) = parts.extensions.get::<Protocol>()
    {
        if protocol.as_str() != "websocket" {
            let problem = format!("The protocol {} is not spoken here, only websocket.\n", protocol.as_str());
            return Err(Box::new(Refusal::new(StatusCode::NOT_IMPLEMENTED, problem)));
        }
        return speaks_version_13(headers).map(|()| Answer::Open);
    }
    if parts.method != Method::GET {
        let refusal =
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "A WebSocket begins with a GET request.\n");
        return Err(Box::new(refusal.header(header::ALLOW, HeaderValue::from_static("GET"))));
    }
    if !has_token(headers, header::UPGRADE, "websocket") || !has_token(headers, header::CONNECTION, "upgrade")
    {
        return Err(upgrade_required(how_to_connect(parts)));
    }
    speaks_version_13(headers)?;
    if parts.version < http::Version::HTTP_11 {
        return Err(bad_request("A WebSocket handshake needs HTTP/1.1."));
    }
    match headers.get(header::SEC_WEBSOCKET_KEY) {
        None => Err(bad_request("The header Sec-WebSocket-Key is missing.")),
        // Sixteen bytes in base64.
        Some(key) if key.len() != 24 || !key.as_bytes().ends_with(b"==") => {
            Err(bad_request("The header Sec-WebSocket-Key is not 16 bytes in base64."))
        }
        Some(key) => HeaderValue::from_str(&derive_accept_key(key.as_bytes()))
            .map(Answer::Switch)
            .map_err(|_| bad_request("The header Sec-WebSocket-Key can't be answered.")),
    }
}

fn speaks_version_13(headers: &HeaderMap) -> Result<(), Box<Refusal>> {
    match headers.get(header::SEC_WEBSOCKET_VERSION).map(HeaderValue::as_bytes) {
        Some(b"13") => Ok(()),
        _ => Err(upgrade_required("This server speaks WebSocket version 13 (RFC 6455).\n")),
    }
}

/// The host that was asked: in HTTP/2 it is the authority of the target, as a rule.
pub(crate) fn host(parts: &Parts) -> Option<HeaderValue> {
    let authority = || HeaderValue::from_str(parts.uri.authority()?.as_str()).ok();
    parts.headers.get(header::HOST).cloned().or_else(authority)
}

/// The subprotocols on offer, in the client's order; the header may stand more than once.
pub(crate) fn offered_subprotocols(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_string)
        .collect()
}

pub(crate) fn bad_request(problem: &str) -> Box<Refusal> {
    Box::new(Refusal::new(StatusCode::BAD_REQUEST, format!("{problem}\n")))
}

fn upgrade_required(body: impl Into<Bytes>) -> Box<Refusal> {
    let refusal = Refusal::new(StatusCode::UPGRADE_REQUIRED, body)
        .header(header::UPGRADE, HeaderValue::from_static("websocket"))
        .header(header::CONNECTION, HeaderValue::from_static("upgrade"))
        .header(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    Box::new(refusal)
}

fn how_to_connect(parts: &Parts) -> String {
    let host = host(parts);
    let host = host.as_ref().and_then(|host| host.to_str().ok()).unwrap_or("localhost:3001");
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let scheme = if is_secure(&parts.extensions) { "wss" } else { "ws" };
    format!(
        "This is a WebSocket endpoint; a plain HTTP request gets no further. Connect with\n\n    \
         mockforge connect {scheme}://{host}{target}\n\nor, in a browser's console,\n\n    \
         new WebSocket(\"{scheme}://{host}{target}\").onmessage = (e) => console.log(e.data)\n"
    )
}

fn has_token(headers: &HeaderMap, name: header::HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(token))
}
