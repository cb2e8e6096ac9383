//! The client's opening handshake, and what a server answers that does not take it.

use std::time::Duration;

use http::header::{CONTENT_LENGTH, HOST, HeaderName, SEC_WEBSOCKET_PROTOCOL};
use http::{HeaderValue, Request, Response};
use tokio::io::AsyncReadExt as _;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::{ProtocolError, SubProtocolError};

use mockforge_ws_io::Stream;

use super::target::Target;
use crate::args::Connect;
use crate::exit::{Exit, Stop};

/// The request with the headers of `-H` and the subprotocols of `-s`.
pub(super) fn request(target: &Target, args: &Connect) -> Result<Request<()>, Stop> {
    let mut request = target
        .url
        .as_str()
        .into_client_request()
        .map_err(|error| Stop::usage(format!("{}: {error}", target.url)))?;
    let headers = request.headers_mut();
    let mut hosts = 0;
    for text in &args.headers {
        let (name, value) = header(text)?;
        if name == HOST {
            hosts += 1;
            headers.insert(name, value);
        } else {
            headers.append(name, value);
        }
    }
    if hosts > 1 {
        return Err(Stop::usage("a request has one Host header").hint("give -H 'Host: …' once"));
    }
    if !args.subprotocols.is_empty() {
        let offer = args.subprotocols.join(", ");
        let value = HeaderValue::from_str(&offer)
            .map_err(|_| Stop::usage(format!("-s {offer:?}: a subprotocol is a word of ASCII")))?;
        headers.insert(SEC_WEBSOCKET_PROTOCOL, value);
    }
    Ok(request)
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), Stop> {
    let wrong = |problem: &str| {
        Stop::usage(format!("-H {text:?}: {problem}")).hint("write a header as -H 'Name: value'")
    };
    let (name, value) = text.split_once(':').ok_or_else(|| wrong("there is no `:`"))?;
    let name: HeaderName =
        name.trim().parse().map_err(|_| wrong("the name has characters that it can't have"))?;
    if name == SEC_WEBSOCKET_PROTOCOL {
        return Err(wrong("subprotocols have a flag of their own").hint("write -s NAME"));
    }
    if name.as_str().starts_with("sec-websocket-") || matches!(name.as_str(), "connection" | "upgrade") {
        return Err(wrong("the handshake sets it itself"));
    }
    let value = value.trim().parse().map_err(|_| wrong("the value has characters that it can't have"))?;
    Ok((name, value))
}

/// Why there is no connection. A server that answers with plain HTTP usually says what is wrong; `stream` has
/// what of that has not been read yet.
pub(super) async fn refusal(error: Error, stream: &mut Stream, url: &str) -> Stop {
    let response = match error {
        Error::Http(response) => *response,
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(SubProtocolError::NoSubProtocol)) => {
            return Stop::new(
                Exit::World,
                format!("{url}: the server took none of the subprotocols offered"),
            )
            .hint("-s offers them; without it none is asked for");
        }
        other => {
            return Stop::new(Exit::World, format!("{url}: the handshake failed: {other}"))
                .hint("is it a WebSocket server that listens there?");
        }
    };
    let mut stop = Stop::new(Exit::World, format!("{url}: the server answered {}", response.status()));
    let body = body(response, stream).await;
    if !body.is_empty() {
        stop.detail = format!("{}\n\n", String::from_utf8_lossy(&body).trim_end());
    }
    stop
}

/// The body, as far as the server says that it has one, and no more than a screen or two of it.
async fn body(response: Response<Option<Vec<u8>>>, stream: &mut Stream) -> Vec<u8> {
    const LONGEST: u64 = 16 * 1024;
    const PATIENCE: Duration = Duration::from_secs(2);
    let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let mut body = response.into_body().unwrap_or_default();
    let missing = length.unwrap_or(0).min(LONGEST).saturating_sub(body.len() as u64);
    // A server that stops half-way has said what it has said.
    let _ = tokio::time::timeout(PATIENCE, stream.take(missing).read_to_end(&mut body)).await;
    body.truncate(LONGEST as usize);
    body
}

#[cfg(test)]
mod tests {
    use super::header;

    #[test]
    fn headers_are_names_and_values() {
        let check = |text: &str, expect: Result<(&str, &str), &str>| match (header(text), expect) {
            (Ok((name, value)), Ok(expect)) => assert_eq!((name.as_str(), value.to_str().unwrap()), expect),
            (Err(stop), Err(part)) => assert!(stop.to_string().contains(part), "{stop}"),
            (got, _) => panic!("{text}: {got:?}"),
        };
        check("X-A: b: c", Ok(("x-a", "b: c")));
        check("x-empty:", Ok(("x-empty", "")));
        check("no colon", Err("there is no `:`"));
        check("bad name: x", Err("the name has characters"));
        check("x: a\nb", Err("the value has characters"));
        check("Upgrade: x", Err("the handshake sets it itself"));
        check("Sec-WebSocket-Protocol: x", Err("-s NAME"));
    }
}
