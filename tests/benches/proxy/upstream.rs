//! The server that is proxied to: it echoes, on the benchmark's own thread.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Listens on a port that is free, for as long as the runtime lives.
pub(crate) async fn start() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("the listener lives");
            stream.set_nodelay(true).expect("the socket is open");
            tokio::spawn(echo(stream));
        }
    });
    port
}

async fn echo(mut stream: TcpStream) -> Option<()> {
    let mut input = Vec::with_capacity(4096);
    let head = loop {
        if stream.read_buf(&mut input).await.ok()? == 0 {
            return None;
        }
        if let Some(at) = input.windows(4).position(|four| four == b"\r\n\r\n") {
            break String::from_utf8(input.drain(..at + 4).collect()).ok()?;
        }
    };
    let key = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("sec-websocket-key").then(|| value.trim().to_string())
    })?;
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n\r\n",
        derive_accept_key(key.as_bytes())
    );
    stream.write_all(answer.as_bytes()).await.ok()?;
    let mut output = Vec::new();
    loop {
        // Otherwise it would read what little the vector has left.
        input.reserve(32 * 1024);
        let read = stream.read_buf(&mut input).await.ok()?;
        if read == 0 {
            return None;
        }
        let mut at = 0;
        while let Some(len) = answer_frame(&input[at..], &mut output) {
            at += len;
        }
        input.drain(..at);
        stream.write_all(&output).await.ok()?;
        output.clear();
    }
}

/// Puts the first frame's echo behind the output; gives the frame's length, if all of it is there.
fn answer_frame(input: &[u8], output: &mut Vec<u8>) -> Option<usize> {
    let (first, second) = (*input.first()?, *input.get(1)?);
    let (len, extended) = match second & 0x7f {
        126 => (u64::from(u16::from_be_bytes(input.get(2..4)?.try_into().ok()?)), 2),
        127 => (u64::from_be_bytes(input.get(2..10)?.try_into().ok()?), 8),
        short => (u64::from(short), 0),
    };
    let header = 2 + extended;
    let mask: [u8; 4] = input.get(header..header + 4)?.try_into().ok()?;
    let end = header + 4 + usize::try_from(len).ok()?;
    let payload = input.get(header + 4..end)?;
    output.extend([first, second & 0x7f]);
    output.extend(&input[2..header]);
    let start = output.len();
    output.extend_from_slice(payload);
    if mask != [0; 4] {
        for four in output[start..].chunks_mut(4) {
            four.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
        }
    }
    Some(end)
}
