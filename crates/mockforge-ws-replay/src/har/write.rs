//! Recordings as a HAR file.

use std::io::{self, Write};

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::lines::{Event, Recording, What};
use super::{times, url};
use crate::script::Ready;
use crate::words::Dir;

/// Writes recordings as a HAR of version 1.2, one entry each, message by message.
///
/// ```
/// use mockforge_ws_replay::{Options, compile, har};
///
/// let script = compile("{\"ts\":50,\"text\":\"hello\"}", &Options::new("feed.jsonl")).script.unwrap();
/// let recording = har::Recording::of(&script, Some("wss://example.com/feed")).recording.unwrap();
/// let mut file = Vec::new();
/// har::write(&[recording], &mut file).unwrap();
/// let back = har::read(&*file, "feed.har").unwrap();
/// assert_eq!(back.sockets[0].to_string(), "wss://example.com/feed: 1 received, 0 sent, 0.05 s");
/// ```
///
/// # Errors
/// Those of the writer. It is written to in small pieces, so a file is best buffered.
pub fn write(recordings: &[Recording], mut writer: impl Write) -> io::Result<()> {
    let creator = json!({ "name": "mockforge", "version": env!("CARGO_PKG_VERSION") });
    write!(writer, "{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"pages\":[],\"entries\":[")?;
    for (index, recording) in recordings.iter().enumerate() {
        writer.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        entry(recording, &mut writer)?;
    }
    writer.write_all(b"\n]}}\n")?;
    writer.flush()
}

fn entry(recording: &Recording, writer: &mut impl Write) -> io::Result<()> {
    let entry = members(recording).to_string();
    // The messages, which may be many, take the place of the closing brace.
    write!(writer, "{},\"_webSocketMessages\":[", &entry[..entry.len() - 1])?;
    let opened = recording.opened.unix_timestamp_nanos();
    for (index, event) in recording.events.iter().enumerate() {
        writer.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        let time = times::seconds(opened + i128::from(event.ts) * 1_000_000);
        serde_json::to_writer(&mut *writer, &Written::of(event, time))?;
    }
    writer.write_all(b"\n]}")
}

/// All but the messages.
fn members(recording: &Recording) -> Value {
    let Recording { url, opened, subprotocol, events } = recording;
    let header = |name: &str, value: &str| json!({ "name": name, "value": value });
    let mut request = vec![
        header("Host", url::host(url)),
        header("Upgrade", "websocket"),
        header("Connection", "Upgrade"),
        header("Sec-WebSocket-Version", "13"),
    ];
    let mut response = vec![header("Upgrade", "websocket"), header("Connection", "Upgrade")];
    if let Some(subprotocol) = subprotocol {
        request.push(header("Sec-WebSocket-Protocol", subprotocol));
        response.push(header("Sec-WebSocket-Protocol", subprotocol));
    }
    let query: Vec<_> = url::query(url).map(|(name, value)| header(name, value)).collect();
    let time = events.last().map_or(0, |event| event.ts);
    json!({
        "startedDateTime": times::shown(*opened),
        "time": time,
        "request": {
            "method": "GET", "url": url, "httpVersion": "HTTP/1.1", "cookies": [], "headers": request,
            "queryString": query, "headersSize": -1, "bodySize": 0
        },
        "response": {
            "status": 101, "statusText": "Switching Protocols", "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": response, "content": { "size": 0, "mimeType": "x-unknown" }, "redirectURL": "",
            "headersSize": -1, "bodySize": 0
        },
        "cache": {},
        "timings": { "send": 0, "wait": 0, "receive": time },
        "_resourceType": "websocket"
    })
}

/// An element of `_webSocketMessages`.
#[derive(Serialize)]
struct Written<'e> {
    r#type: &'static str,
    time: f64,
    opcode: u8,
    data: Data<'e>,
}

enum Data<'e> {
    Text(&'e str),
    Bytes(&'e [u8]),
    Close(Vec<u8>),
}

impl<'e> Written<'e> {
    fn of(event: &'e Event, time: f64) -> Self {
        let (opcode, data) = match &event.what {
            What::Message(Ready::Text(text)) => (1, Data::Text(text)),
            What::Message(Ready::Binary(bytes)) => (2, Data::Bytes(bytes)),
            What::Close(frame) => {
                (8, Data::Close([&u16::from(frame.code).to_be_bytes(), frame.reason.as_bytes()].concat()))
            }
        };
        let r#type = match event.dir {
            Dir::In => "send",
            Dir::Out => "receive",
        };
        Self { r#type, time, opcode, data }
    }
}

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.collect_str(&Base64Display::new(bytes, &STANDARD)),
            Self::Close(bytes) => serializer.collect_str(&Base64Display::new(bytes, &STANDARD)),
        }
    }
}
