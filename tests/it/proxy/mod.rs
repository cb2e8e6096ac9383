//! `mockforge serve --proxy` between clients and servers that others wrote.

mod broken;
mod browser;
mod passing;
mod refused;
mod secure;
mod ways_out;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use crate::mockforge::Serving;

/// What becomes of messages in the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Bytes are copied.
    Spliced,
    /// Messages are read, since they are written to a journal.
    Inspected,
}

const WAYS: [Way; 2] = [Way::Spliced, Way::Inspected];

/// A proxy to `url`, with more flags.
fn serve(directory: &Path, url: &str, way: Way, more: &[&str]) -> Serving {
    let journal: &[&str] = match way {
        Way::Spliced => &[],
        Way::Inspected => &["--journal", "journal.jsonl"],
    };
    Serving::start(directory, &[&["--proxy", url], journal, more].concat())
}

/// Asks for an upgrade on a plain socket, and gives the head of the answer.
fn ask(server: &Serving, target: &str) -> (TcpStream, String) {
    let host = server.origin().trim_start_matches("ws://");
    let mut stream = TcpStream::connect(host).expect("the proxy listens");
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("the proxy reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the proxy answers");
        head.extend(byte);
    }
    (stream, String::from_utf8(head).expect("a head is text"))
}

/// The body of an answer that says how long it is.
fn body(stream: &mut TcpStream, head: &str) -> String {
    let len = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; len.expect("it says so")];
    stream.read_exact(&mut body).expect("the proxy answers");
    String::from_utf8(body).expect("it is text")
}

/// An upgraded connection behind the server's greeting.
fn upgraded(server: &Serving) -> TcpStream {
    let (mut stream, head) = ask(server, "/ws");
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let (first, greeting) = frame(&mut stream).expect("the server greets");
    assert_eq!(first, 0x81);
    assert!(greeting.starts_with(b"{\"url\":"), "{}", String::from_utf8_lossy(&greeting));
    stream
}

/// Sends a short text as a client does.
fn say(stream: &mut TcpStream, text: &str) {
    let len = u8::try_from(text.len()).expect("it is short");
    let frame = [&[0x81, 0x80 | len, 0, 0, 0, 0], text.as_bytes()].concat();
    stream.write_all(&frame).expect("the proxy reads");
}

/// The next short frame: its first byte and its payload; `None` where the connection ends before its end.
fn frame(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut header = [0; 2];
    stream.read_exact(&mut header).ok()?;
    let len = match header[1] {
        126 => {
            let mut long = [0; 2];
            stream.read_exact(&mut long).ok()?;
            usize::from(u16::from_be_bytes(long))
        }
        short => usize::from(short),
    };
    let mut payload = vec![0; len];
    stream.read_exact(&mut payload).ok()?;
    Some((header[0], payload))
}

/// The code of the close frame that comes next; `None` where the connection ends without one.
fn close_code(stream: &mut TcpStream) -> Option<u16> {
    let (first, payload) = frame(stream)?;
    assert_eq!(first, 0x88, "{payload:?}");
    Some(u16::from_be_bytes([payload[0], payload[1]]))
}
