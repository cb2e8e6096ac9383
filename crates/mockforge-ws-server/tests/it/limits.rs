//! What clients may not do before they are upgraded, and how many there may be.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_io::Context;
use mockforge_ws_server::{Handshakes, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::refusals::Refusals;
use crate::{KEY, UPGRADE, ask, echo, request, run};

fn settings(handshakes: Handshakes) -> (Arc<Refusals>, Settings) {
    let sink = Arc::new(Refusals::default());
    let context = Context { sink: sink.clone(), ..Context::default() };
    (sink, Settings { handshakes, context, ..Settings::default() })
}

/// A connection with its answer: an upgrade, or all that came.
async fn upgraded(from: &str, port: u16) -> (TcpStream, String) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(format!("{from}:0").parse().expect("an address")).expect("all of 127/8 is ours");
    let to = format!("127.0.0.1:{port}").parse().expect("an address");
    let mut stream = socket.connect(to).await.expect("the server listens");
    let handshake = request("/ws", "localhost", &format!("{UPGRADE}{KEY}"));
    stream.write_all(handshake.as_bytes()).await.expect("the server reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("the server answers"));
    }
    (stream, String::from_utf8(head).expect("a head is text"))
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_others_have_theirs() {
    let (sink, settings) = settings(Handshakes::default());
    let server = run([echo("/ws")], Settings { max_connections_per_ip: Some(2), ..settings }).await;
    let first = upgraded("127.0.0.1", server.port).await;
    let second = upgraded("127.0.0.1", server.port).await;
    assert!(first.1.starts_with("HTTP/1.1 101 ") && second.1.starts_with("HTTP/1.1 101 "));
    let (_, third) = upgraded("127.0.0.1", server.port).await;
    assert!(third.starts_with("HTTP/1.1 503 ") && third.contains("retry-after: 1"), "{third}");
    assert_eq!(sink.next().await, (503, "too many connections from your address".to_string()));
    let (other, answer) = upgraded("127.0.0.2", server.port).await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    drop((first, other));
    // Whoever leaves makes room.
    while server.handle.site().active() > 1 {
        tokio::task::yield_now().await;
    }
    let (_, answer) = upgraded("127.0.0.1", server.port).await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
}

#[tokio::test]
async fn a_head_is_no_larger_than_it_may_be() {
    let handshakes =
        Handshakes { max_headers: 12, max_header_size: 1000, max_request_line: 100, ..Handshakes::default() };
    let (sink, settings) = settings(handshakes);
    let server = run([echo("/ws")], settings).await;
    let handshake = |target: &str, more: &str| {
        let headers = format!(
            "Upgrade: websocket\r\nConnection: upgrade, close\r\nSec-WebSocket-Version: 13\r\n{KEY}{more}"
        );
        request(target, "localhost", &headers)
    };
    let target = |len: usize| format!("/ws?{}", "x".repeat(len - "GET /ws? HTTP/1.1\r\n".len()));
    // Five headers are there anyway.
    let many = |count: usize| "X-A: b\r\n".repeat(count - 5);
    let base = handshake("/ws", "").len() - "GET /ws HTTP/1.1\r\n\r\n".len();
    let large = |size: usize| format!("X-A: {}\r\n", "b".repeat(size - base - "X-A: \r\n".len()));
    for (handshake, status) in [
        (handshake("/ws", ""), 101),
        (handshake(&target(100), ""), 101),
        (handshake(&target(101), ""), 414),
        (handshake("/ws", &many(12)), 101),
        (handshake("/ws", &many(13)), 431),
        (handshake("/ws", &large(1000)), 101),
        (handshake("/ws", &large(1001)), 431),
        // More than would even be read.
        (handshake("/ws", &large(100_000)), 431),
        (handshake(&target(100_000), ""), 431),
        ("GET /ws HTTP/9\r\n\r\n".to_string(), 400),
    ] {
        let answer = ask(server.port, &handshake).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{status}: {handshake}{answer}");
        if status != 101 {
            assert_eq!(sink.next().await.0, status, "what is refused is told");
        }
    }
}

/// Half a request, half a handshake of TLS, and nothing at all.
#[tokio::test]
async fn who_is_slow_is_cut_off() {
    let handshakes = Handshakes { timeout: Duration::from_millis(100), ..Handshakes::default() };
    let (sink, settings) = settings(handshakes);
    let server = run([echo("/ws")], settings).await;
    for begun in ["GET /ws HTTP/1.1\r\nHost: localhost\r\n", ""] {
        let mut slow = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
        slow.write_all(begun.as_bytes()).await.unwrap();
        let mut got = Vec::new();
        let end = tokio::time::timeout(Duration::from_secs(5), slow.read_to_end(&mut got)).await;
        assert_eq!(end.expect("it is cut off").unwrap(), 0, "{begun}");
    }
    let told = sink.next().await;
    assert_eq!(told, (408, "it did not finish its request in time".to_string()));
}

#[tokio::test]
async fn those_who_stand_in_the_door_make_room() {
    let handshakes = Handshakes { max_pending: 4, grace: Duration::from_millis(50), ..Handshakes::default() };
    let (sink, settings) = settings(handshakes);
    let server = run([echo("/ws")], settings).await;
    let mut silent = Vec::new();
    for _ in 0..10 {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
        stream.write_all(b"GET /ws").await.unwrap();
        silent.push(stream);
    }
    let (_, answer) = upgraded("127.0.0.1", server.port).await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert_eq!(sink.next().await, (408, "it made room for others".to_string()));
    assert_eq!(silent[0].read(&mut [0; 1]).await.unwrap_or(0), 0, "the oldest is gone");
}
