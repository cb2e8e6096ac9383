//! HTTP/2 of which every frame is in the hand of who abuses it (RFC 9113, RFC 7541, RFC 8441).

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use crate::tally::End;

pub(crate) const DATA: u8 = 0x0;
pub(crate) const HEADERS: u8 = 0x1;
pub(crate) const RST_STREAM: u8 = 0x3;
pub(crate) const SETTINGS: u8 = 0x4;
pub(crate) const PING: u8 = 0x6;
const GOAWAY: u8 = 0x7;
pub(crate) const CONTINUATION: u8 = 0x9;

pub(crate) const END_STREAM: u8 = 0x1;
pub(crate) const END_HEADERS: u8 = 0x4;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const INITIAL_WINDOW_SIZE: u16 = 0x4;

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).expect("no frame here is that long").to_be_bytes();
    [&len[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A header that is to be remembered by nobody, with its name written out.
pub(crate) fn literal(name: &str, value: &str) -> Vec<u8> {
    [&[0x00, name.len() as u8], name.as_bytes(), &[value.len() as u8], value.as_bytes()].concat()
}

/// The headers of a request: of a WebSocket's handshake where it is one.
pub(crate) fn request(path: &str, is_websocket: bool) -> Vec<u8> {
    let method = if is_websocket { "CONNECT" } else { "GET" };
    let mut headers: Vec<(&str, &str)> =
        vec![(":method", method), (":scheme", "http"), (":path", path), (":authority", "127.0.0.1")];
    if is_websocket {
        headers.extend([(":protocol", "websocket"), ("sec-websocket-version", "13")]);
    }
    headers.into_iter().flat_map(|(name, value)| literal(name, value)).collect()
}

/// A connection on which every frame is made by hand.
pub(crate) struct Http2 {
    pub(crate) frames: Frames,
    pub(crate) writer: OwnedWriteHalf,
}

/// What comes from the server.
pub(crate) struct Frames {
    stream: OwnedReadHalf,
    input: Vec<u8>,
}

struct Frame {
    kind: u8,
    stream: u32,
    payload: Vec<u8>,
}

impl Http2 {
    /// Connects, and lets the server send so much on each stream.
    pub(crate) async fn open(port: u16, window: u32) -> Result<Self, End> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let (stream, mut writer) = stream.into_split();
        let setting = [&INITIAL_WINDOW_SIZE.to_be_bytes()[..], &window.to_be_bytes()].concat();
        writer.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, &setting)].concat()).await?;
        Ok(Self { frames: Frames { stream, input: Vec::new() }, writer })
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<(), End> {
        Ok(self.writer.write_all(bytes).await?)
    }

    /// Begins a WebSocket on that stream; served where it is accepted.
    pub(crate) async fn shake_hands(&mut self, stream: u32, path: &str) -> Result<(), End> {
        self.send(&frame(HEADERS, END_HEADERS, stream, &request(path, true))).await?;
        loop {
            match self.frames.next().await? {
                // `:status: 200`, the eighth of the static table.
                Frame { kind: HEADERS, stream: of, payload, .. } if of == stream => {
                    let is_accepted = payload.contains(&0x88);
                    return if is_accepted { Ok(()) } else { Err(End::Wrong("refused".into())) };
                }
                Frame { kind: RST_STREAM, stream: of, .. } if of == stream => return Err(End::Reset),
                _ => {}
            }
        }
    }
}

impl Frames {
    async fn next(&mut self) -> Result<Frame, End> {
        loop {
            if let Some(frame) = self.take() {
                return match frame.kind {
                    GOAWAY => Err(gone_away(&frame.payload)),
                    _ => Ok(frame),
                };
            }
            self.input.reserve(2048);
            if self.stream.read_buf(&mut self.input).await? == 0 {
                return Err(End::CutOff);
            }
        }
    }

    fn take(&mut self) -> Option<Frame> {
        let head: [u8; 9] = *self.input.first_chunk()?;
        let len = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let payload = self.input.get(9..9 + len)?.to_vec();
        self.input.drain(..9 + len);
        Some(Frame { kind: head[3], stream, payload })
    }

    /// Reads to the end, at most for so long, and answers nothing.
    pub(crate) async fn end(&mut self, within: Duration) -> End {
        let reading = async {
            loop {
                if let Err(end) = self.next().await {
                    return end;
                }
            }
        };
        timeout(within, reading).await.unwrap_or(End::Open)
    }
}

fn gone_away(payload: &[u8]) -> End {
    match payload.get(4..8).and_then(|code| code.first_chunk()) {
        Some(code) => End::GoneAway(u32::from_be_bytes(*code)),
        None => End::Wrong("a GOAWAY without a code".into()),
    }
}
