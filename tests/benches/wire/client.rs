//! A client that costs little: frames are made once, answers are counted in bytes.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::header::header;

/// A masked text frame of `len` bytes; the mask is zero, which is as good as any (RFC 6455, section 5.3).
pub(crate) fn frame(len: usize) -> Vec<u8> {
    let mut frame = header(true, 0x1, len as u64);
    frame.extend([0; 4]);
    frame.extend(std::iter::repeat_n(b'x', len));
    frame
}

/// The size of an unmasked frame with `len` bytes of payload.
pub(crate) fn answer_len(len: usize) -> usize {
    len + match len {
        0..=125 => 2,
        126..=0xffff => 4,
        _ => 10,
    }
}

/// One thread of tokio, which looks for news between any two tasks.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .event_interval(1)
        .enable_all()
        .build()
        .expect("a runtime starts")
}

/// Connects and shakes hands.
pub(crate) async fn connect(port: u16) -> TcpStream {
    let mut stream = connect_tcp(port).await;
    let request = "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("the server answers"));
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    stream
}

async fn connect_tcp(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a server listens before it says so");
    stream.set_nodelay(true).expect("the socket is open");
    stream
}
