//! A client of which every byte is in the hand of who abuses it.

use std::ops::Range;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::task::JoinSet;
use tokio::time::timeout;

pub(crate) use crate::header::header;
use crate::tally::{End, Tally};

pub(crate) const TEXT: u8 = 0x1;
pub(crate) const CONTINUATION: u8 = 0x0;
pub(crate) const CLOSE: u8 = 0x8;
pub(crate) const PING: u8 = 0x9;
pub(crate) const PONG: u8 = 0xa;

const MASK: [u8; 4] = [0x5a, 0xc3, 0x17, 0x88];

/// One thread of tokio.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

/// A masked frame.
pub(crate) fn frame(fin: bool, opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = header(fin, opcode, payload.len() as u64);
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// A masked text message.
pub(crate) fn text(text: &str) -> Vec<u8> {
    frame(true, TEXT, text.as_bytes())
}

/// The request of a handshake.
pub(crate) fn request(path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// A connection that has shaken hands, or not yet.
pub(crate) struct Client {
    pub(crate) reader: Reader,
    pub(crate) writer: OwnedWriteHalf,
}

/// What comes from the server.
pub(crate) struct Reader {
    stream: OwnedReadHalf,
    input: Vec<u8>,
    at: usize,
}

impl Client {
    /// Connects and says nothing.
    pub(crate) async fn tcp(port: u16) -> Result<Self, End> {
        Self::tcp_of(TcpSocket::new_v4()?, port).await
    }

    async fn tcp_of(socket: TcpSocket, port: u16) -> Result<Self, End> {
        let stream = socket.connect(([127, 0, 0, 1], port).into()).await?;
        stream.set_nodelay(true)?;
        let (stream, writer) = stream.into_split();
        Ok(Self { reader: Reader { stream, input: Vec::new(), at: 0 }, writer })
    }

    /// Connects and shakes hands.
    pub(crate) async fn connect(port: u16, path: &str) -> Result<Self, End> {
        Self::tcp(port).await?.shake_hands(path).await
    }

    /// As [`connect`](Self::connect), with a buffer in which little waits to be read.
    pub(crate) async fn connect_small(port: u16, path: &str) -> Result<Self, End> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(64 << 10)?;
        Self::tcp_of(socket, port).await?.shake_hands(path).await
    }

    async fn shake_hands(mut self, path: &str) -> Result<Self, End> {
        self.send(request(path).as_bytes()).await?;
        match self.reader.status().await? {
            101 => Ok(self),
            status => Err(End::Status(status)),
        }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<(), End> {
        Ok(self.writer.write_all(bytes).await?)
    }

    /// The next text message; pings are answered, a close frame is the end.
    pub(crate) async fn message(&mut self) -> Result<String, End> {
        loop {
            let (opcode, payload) = self.reader.next().await?;
            let payload = self.reader.input[payload].to_vec();
            match opcode {
                TEXT => return String::from_utf8(payload).map_err(|_| End::Wrong("no UTF-8".into())),
                CLOSE => return Err(closed(&payload)),
                PING => self.send(&frame(true, PONG, &payload)).await?,
                PONG => {}
                other => return Err(End::Wrong(format!("opcode {other}"))),
            }
        }
    }

    /// Closes with 1000, and reads to the end of the connection: served is who has the same code for an answer.
    pub(crate) async fn leave(mut self) -> Result<End, End> {
        self.send(&frame(true, CLOSE, &1000_u16.to_be_bytes())).await?;
        match self.reader.end(Duration::from_secs(10)).await {
            End::Closed(1000) => {}
            other => return Err(other),
        }
        match self.reader.end(Duration::from_secs(10)).await {
            End::CutOff => Ok(End::Served),
            other => Err(other),
        }
    }
}

impl Client {
    /// Leaves with a reset.
    pub(crate) fn hang_up(self) {
        if let Ok(stream) = self.writer.reunite(self.reader.stream) {
            let _ = stream.set_zero_linger();
        }
    }
}

impl Reader {
    /// Reads the head of an answer.
    pub(crate) async fn status(&mut self) -> Result<u16, End> {
        loop {
            if let Some(end) = self.input.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.input[..end]).into_owned();
                self.at = end + 4;
                let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
                return status.ok_or(End::Wrong(head));
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Result<(), End> {
        if self.at > 0 {
            self.input.drain(..self.at);
            self.at = 0;
        }
        // A large vector on thousands of idle clients would be this program's memory, not the server's.
        self.input.reserve(2048);
        match self.stream.read_buf(&mut self.input).await? {
            0 => Err(End::CutOff),
            _ => Ok(()),
        }
    }

    /// The next frame: its opcode, and where its payload is in the input.
    pub(crate) async fn next(&mut self) -> Result<(u8, Range<usize>), End> {
        loop {
            if let Some((opcode, payload)) = parse(&self.input[self.at..]) {
                let payload = self.at + payload.start..self.at + payload.end;
                self.at = payload.end;
                return Ok((opcode, payload));
            }
            self.more().await?;
        }
    }

    /// Reads to the end, at most for so long, and answers nothing.
    pub(crate) async fn end(&mut self, within: Duration) -> End {
        let reading = async {
            loop {
                match self.next().await {
                    Ok((CLOSE, payload)) => return closed(&self.input[payload]),
                    Ok(_) => {}
                    Err(end) => return end,
                }
            }
        };
        timeout(within, reading).await.unwrap_or(End::Open)
    }

    /// Reads the answer to a request, or how it ended without one.
    pub(crate) async fn answer(&mut self, within: Duration) -> End {
        match timeout(within, self.status()).await {
            Ok(Ok(status)) => End::Status(status),
            Ok(Err(end)) => end,
            Err(_) => End::Open,
        }
    }
}

fn closed(payload: &[u8]) -> End {
    End::Closed(payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code)))
}

/// The first frame of a server in these bytes, if all of it is there.
fn parse(input: &[u8]) -> Option<(u8, Range<usize>)> {
    let (first, second) = (*input.first()?, *input.get(1)?);
    let (len, start) = match second & 0x7f {
        126 => (u64::from(u16::from_be_bytes(input.get(2..4)?.try_into().ok()?)), 4),
        127 => (u64::from_be_bytes(input.get(2..10)?.try_into().ok()?), 10),
        short => (u64::from(short), 2),
    };
    let end = start + usize::try_from(len).ok()?;
    (input.len() >= end).then_some((first & 0xf, start..end))
}

/// Runs so many clients at once, and counts how they ended.
pub(crate) async fn crowd<F>(count: usize, mut one: impl FnMut(usize) -> F) -> Tally
where
    F: Future<Output = Result<End, End>> + Send + 'static,
{
    let mut clients = JoinSet::new();
    for number in 0..count {
        let client = one(number);
        clients.spawn(async move {
            let start = Instant::now();
            let end = client.await.unwrap_or_else(|end| end);
            (end, start.elapsed())
        });
    }
    let mut tally = Tally::default();
    while let Some(client) = clients.join_next().await {
        let (end, after) = client.expect("a client does not panic");
        tally.add(end, after);
    }
    tally
}
