//! The opening handshake with a server, as its client (RFC 6455, section 4.1).

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use mockforge_ws_core::{Answer, Dial, DialError, DialErrorKind, Dialled, Refusal};
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::tcp::{innermost, is_secure};
use crate::link::Stream;

/// The longest body of a refusal that is passed on.
const MAX_BODY: usize = 1 << 20;

/// Headers that concern one hop only (RFC 9110, section 7.6.1), and those that frame a body anew.
const HOP_BY_HOP: [header::HeaderName; 8] = [
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::CONTENT_LENGTH,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
];

/// Sends the handshake, and gives the stream back behind the answer, with what was read beyond it.
pub(super) async fn shake(stream: Stream, dial: &Dial) -> Result<(Stream, Bytes, Answer), Dialled> {
    let failed = |reason: String| {
        let reason = format!("{}: {reason}", super::shown(&dial.url));
        Dialled::Failed(DialError { kind: DialErrorKind::Handshake, reason })
    };
    let broken = |error: hyper::Error| {
        failed(match error.is_incomplete_message() || error.is_canceled() {
            true => "the connection was lost before there was an answer".to_string(),
            false => format!("no HTTP answer: {}", told(&innermost(&error))),
        })
    };
    let key = generate_key();
    let request = request(dial, &key).map_err(|error| failed(format!("no valid request: {error}")))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let driving = Driving(tokio::spawn(connection.with_upgrades()));
    let response = sender.send_request(request).await.map_err(broken)?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(refused(response, dial, &failed).await);
    }
    let answer = answer(response.headers(), dial, &key).map_err(|reason| failed(reason.to_string()))?;
    let upgraded = hyper::upgrade::on(response).await.map_err(broken)?;
    drop(driving);
    match upgraded.downcast::<TokioIo<Stream>>() {
        Ok(parts) => {
            // In memory of its own: hyper's buffer is not to live as long as the connection.
            let early = if parts.read_buf.is_empty() {
                Bytes::new()
            } else {
                Bytes::copy_from_slice(&parts.read_buf)
            };
            Ok((parts.io.into_inner(), early, answer))
        }
        Err(_) => Err(failed("the connection came back as another".into())),
    }
}

/// In TLS 1.3 a server judges the client's certificate when the handshake of TLS is over for the client.
fn told(reason: &str) -> String {
    match reason.contains("CertificateRequired") {
        true => format!("{reason} (the server asks for a certificate: name one and its key)"),
        false => reason.to_string(),
    }
}

/// The task that moves the bytes of the handshake; it ends with it.
struct Driving(tokio::task::JoinHandle<hyper::Result<()>>);

impl Drop for Driving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn request(dial: &Dial, key: &str) -> http::Result<Request<Empty<Bytes>>> {
    let target = dial.url.path_and_query().map_or("/", |target| target.as_str());
    let mut request = Request::get(target).body(Empty::new())?;
    let headers = request.headers_mut();
    *headers = dial.headers.clone();
    if !headers.contains_key(header::HOST) {
        headers.insert(header::HOST, HeaderValue::from_str(&host(dial))?);
    }
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    headers.insert(header::SEC_WEBSOCKET_KEY, HeaderValue::from_str(key)?);
    if !dial.subprotocols.is_empty() {
        let offer = dial.subprotocols.join(", ");
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_str(&offer)?);
    }
    for extension in &dial.extensions {
        headers.append(header::SEC_WEBSOCKET_EXTENSIONS, extension.clone());
    }
    Ok(request)
}

/// The authority without credentials, and without a port that goes without saying.
fn host(dial: &Dial) -> String {
    let name = dial.url.host().unwrap_or_default();
    match dial.url.port_u16() {
        Some(port) if port != if is_secure(&dial.url) { 443 } else { 80 } => format!("{name}:{port}"),
        _ => name.to_string(),
    }
}

/// What makes a 101 an upgrade (RFC 6455, section 4.1, the client's checks).
fn answer(headers: &HeaderMap, dial: &Dial, key: &str) -> Result<Answer, &'static str> {
    let names = |name: header::HeaderName, token: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(token))
    };
    if !names(header::UPGRADE, "websocket") || !names(header::CONNECTION, "upgrade") {
        return Err("a 101 that does not upgrade to websocket");
    }
    let accept = derive_accept_key(key.as_bytes());
    if headers.get(header::SEC_WEBSOCKET_ACCEPT).is_none_or(|value| value.as_bytes() != accept.as_bytes()) {
        return Err("a 101 whose Sec-WebSocket-Accept does not answer the key");
    }
    if dial.extensions.is_empty() && headers.contains_key(header::SEC_WEBSOCKET_EXTENSIONS) {
        return Err("a 101 with an extension that was not offered");
    }
    let subprotocol = match headers.get(header::SEC_WEBSOCKET_PROTOCOL) {
        None => None,
        Some(value) => {
            match dial.subprotocols.iter().find(|offered| value.as_bytes() == offered.as_bytes()) {
                Some(offered) => Some(offered.clone()),
                None => return Err("a 101 with a subprotocol that was not offered"),
            }
        }
    };
    Ok(Answer { subprotocol, headers: headers.clone() })
}

/// The server's own answer, to be passed on.
async fn refused(response: Response<Incoming>, dial: &Dial, failed: &impl Fn(String) -> Dialled) -> Dialled {
    let (mut parts, body) = response.into_parts();
    if parts.status.is_informational() {
        return failed(format!("an answer of status {}", parts.status.as_u16()));
    }
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => {
            for name in HOP_BY_HOP {
                parts.headers.remove(name);
            }
            parts.headers.remove("keep-alive");
            let reason = Some(format!("{} has refused", super::shown(&dial.url)));
            let body = body.to_bytes();
            Dialled::Refused(Box::new(Refusal { status: parts.status, headers: parts.headers, body, reason }))
        }
        Err(error) => failed(format!("a refusal with {} whose body can't be read: {error}", parts.status)),
    }
}
