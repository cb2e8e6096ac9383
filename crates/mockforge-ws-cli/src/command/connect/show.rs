//! What came, on stdout; what happened, on stderr.

use base64::Engine as _;
use mockforge_ws_core::{CloseFrame, Message};
use serde_json::json;

use crate::exit::Stop;
use crate::terminal::{self, QUIET, counted, printable};

/// A message as it is printed: text as it came, binary in hex with its length. Says whether anybody reads.
pub(super) fn plain(message: &Message) -> Result<bool, Stop> {
    match message {
        Message::Text(text) => terminal::stdout(&format!("{text}\n")),
        Message::Binary(bytes) => {
            let length = counted(bytes.len(), "byte");
            terminal::stdout(&format!("[binary, {length}] {}\n", hex::encode(bytes)))
        }
        _ => Ok(true),
    }
}

/// A message or the close frame as one JSON object; `elapsed` is in milliseconds since the opening.
/// Says whether anybody reads.
pub(super) fn as_json(message: &Message, elapsed: f64) -> Result<bool, Stop> {
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let object = match message {
        Message::Text(text) => json!({ "type": "text", "data": text.as_str(), "elapsed": elapsed }),
        Message::Binary(bytes) => json!({ "type": "binary", "data": base64(bytes), "elapsed": elapsed }),
        Message::Close(frame) => {
            let code = frame.as_ref().map(|frame| u16::from(frame.code));
            let reason = frame.as_ref().map_or("", |frame| frame.reason.as_str());
            json!({ "type": "close", "code": code, "reason": reason, "elapsed": elapsed })
        }
        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(true),
    };
    terminal::stdout(&format!("{object}\n"))
}

pub(super) fn connected(url: &str, subprotocol: Option<&str>) {
    let with = subprotocol.map(|name| format!(" (subprotocol {})", printable(name))).unwrap_or_default();
    notice(&format!("connected to {url}{with}"));
}

pub(super) fn pinged(message: &Message) {
    match message {
        Message::Ping(_) => notice("ping"),
        Message::Pong(_) => notice("pong"),
        _ => {}
    }
}

/// The end, by whoever began it.
pub(super) fn closed(by_server: bool, frame: Option<&CloseFrame>) {
    let by = if by_server { " by the server" } else { "" };
    let code = frame.map(|frame| format!(" with {}", u16::from(frame.code))).unwrap_or_default();
    let reason = frame.filter(|frame| !frame.reason.is_empty());
    let reason = reason.map(|frame| format!(" {:?}", printable(&frame.reason))).unwrap_or_default();
    notice(&format!("closed{by}{code}{reason}"));
}

pub(super) fn notice(text: &str) {
    terminal::stderr(&format!("{QUIET}{text}{QUIET:#}\n"));
}
