//! Clients that send garbage, never read, or vanish: each costs its own connection and leaves a fact.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use futures_util::StreamExt;
use serde_json::Value;
use tokio_tungstenite::connect_async;

use crate::mockforge::{Serving, binary};

const LINES: usize = 20_000;

/// Shakes hands on a plain socket.
fn shake_hands(server: &Serving) -> TcpStream {
    let host = server.url.trim_start_matches("ws://").split('/').next().expect("a host");
    let mut stream = TcpStream::connect(host).expect("the server listens");
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("the server reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the server answers");
        head.extend(byte);
    }
    stream
}

#[test]
fn bad_clients_cost_only_their_own_connection() {
    let directory = tempfile::tempdir().expect("a directory");
    let line = format!("{{\"text\":\"{}\"}}\n", "x".repeat(1000));
    std::fs::write(directory.path().join("script.jsonl"), line.repeat(LINES)).expect("it is writable");
    let server = Serving::start(directory.path(), &["script.jsonl", "--journal", "journal.jsonl"]);

    // Connection 1 never reads 20 MB that are due at once.
    let deaf = shake_hands(&server);
    // Connection 2 sends what is no frame, and reads to the end of what it earns.
    let mut garbler = shake_hands(&server);
    garbler.write_all(&[0xff; 64]).expect("the server reads");
    std::io::copy(&mut garbler, &mut std::io::sink()).expect("the server closes");
    drop(garbler);
    // Connection 3 is gone at once.
    drop(shake_hands(&server));
    // Connection 4 keeps to the protocol and has its messages.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
    let got = runtime.block_on(async {
        let (mut client, _) = connect_async(server.url.as_str()).await.expect("the server accepts");
        let mut got = 0;
        while got < LINES && matches!(client.next().await, Some(Ok(_))) {
            got += 1;
        }
        client.close(None).await.expect("the server is there");
        while client.next().await.is_some() {}
        got
    });
    assert_eq!(got, LINES);
    drop(deaf);

    let (code, stderr) = server.terminate();
    assert_eq!(code, Some(0), "{stderr}");
    let journal = std::fs::read_to_string(directory.path().join("journal.jsonl")).expect("it was written");
    let end = |conn: u64| {
        let facts = journal.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON lines"));
        let mut facts = facts.filter(|fact| fact["conn"] == conn && fact["fact"] == "closed");
        facts.next().unwrap_or_else(|| panic!("connection {conn} has no end"))
    };
    assert_eq!((&end(2)["status"], &end(2)["code"]), (&"error".into(), &1002.into()), "{}", end(2));
    assert!(["error", "send_error"].map(Value::from).contains(&end(3)["status"]), "{}", end(3));
    assert_eq!(end(4)["status"], "client_close");
    assert!(["error", "send_error"].map(Value::from).contains(&end(1)["status"]), "{}", end(1));
}

/// A hundred clients that never finish their request, and a server that has sixty file descriptors.
#[test]
fn those_who_never_shake_hands_keep_nobody_out() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 60; exec \"$0\" \"$@\""]).arg(binary()).arg("serve");
    let server = Serving::spawn(&mut command, directory.path(), &[]);
    let host = server.url.trim_start_matches("ws://").split('/').next().expect("a host").to_string();
    let half_open: Vec<_> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(&host).expect("the system takes it");
            stream.write_all(b"GET /ws HTTP/1.1\r\n").expect("the system takes it");
            stream
        })
        .collect();
    let mut polite = shake_hands(&server);
    // A text of one letter, masked with nothing; its echo.
    polite.write_all(&[0x81, 0x81, 0, 0, 0, 0, b'a']).expect("the server reads");
    let mut echo = [0; 9];
    polite.read_exact(&mut echo).expect("the server answers");
    assert_eq!(&echo[2..], b"echo: a");
    drop(half_open);
    let (code, stderr) = server.terminate();
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("no connection can be accepted: Too many open files"), "{stderr}");
    assert!(stderr.contains("with 408: it made room for others"), "{stderr}");
}
