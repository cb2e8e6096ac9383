//! What a connection may not do for ever, and what may not come at once.

use std::time::Duration;

use bytes::Bytes;
use futures_util::SinkExt;
use mockforge_ws_core::{Conn, Cx, Ended, Event, Limits, Message, Session, Status, close, echo::Echo};
use mockforge_ws_io::{Context, MissedPong, Timing, drive, server, splice};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::{next, start};

const SECOND: Duration = Duration::from_secs(1);

fn timed(timing: Timing) -> Context {
    Context { timing, ..Context::default() }
}

/// A session on bytes, of which so many find room on the way.
fn raw(session: impl Session + 'static, context: &Context, room: usize) -> (DuplexStream, JoinHandle<Ended>) {
    let (ours, theirs) = duplex(room);
    let context = context.clone();
    let task = tokio::spawn(async move {
        let peer = server(ours, Bytes::new(), context.framing(Limits::default())).await;
        drive(peer, Box::new(session), Conn::alone("/ws"), &context).await
    });
    (theirs, task)
}

/// A client and a server with the bytes copied between them.
fn spliced(context: &Context, room: usize) -> (DuplexStream, DuplexStream, JoinHandle<Ended>) {
    let ((near, client), (far, server)) = (duplex(room), duplex(room));
    let context = context.clone();
    let task = tokio::spawn(async move {
        let (near, far) = ((near, Bytes::new()), (far, Bytes::new()));
        splice(near, far, "ws://upstream/", Conn::alone("/ws"), &context).await
    });
    (client, server, task)
}

/// A text frame of that length, as a client sends it.
fn text(len: u8) -> Vec<u8> {
    [&[0x81, 0x80 | len, 0, 0, 0, 0][..], &vec![b'x'; len.into()]].concat()
}

/// Sends as much as there is room for, always.
fn firehose(_: Event, cx: &mut Cx<'_>) {
    while !cx.full() {
        cx.send(Message::text("x".repeat(1000)));
    }
}

#[tokio::test]
async fn a_frame_may_be_smaller_than_a_message() {
    let context = Context { max_frame_size: Some(10), ..Context::default() };
    let (mut client, task) = raw(Echo::new(""), &context, 1 << 16);
    // Sixteen bytes in two frames are a message.
    let halves = [&[0x01, 0x88, 0, 0, 0, 0][..], b"01234567", &[0x80, 0x88, 0, 0, 0, 0], b"89abcdef"];
    client.write_all(&halves.concat()).await.unwrap();
    let mut echo = [0; 18];
    client.read_exact(&mut echo).await.unwrap();
    assert_eq!(&echo[2..], b"0123456789abcdef");
    client.write_all(&text(11)).await.unwrap();
    let mut end = Vec::new();
    client.shutdown().await.unwrap();
    client.read_to_end(&mut end).await.unwrap();
    assert_eq!((end[0], u16::from_be_bytes([end[2], end[3]])), (0x88, 1009));
    assert_eq!(task.await.unwrap().status, Status::Limit);

    // A message is never larger than is allowed, whatever its frames may be.
    let (client, _server, task) = spliced(&context, 1 << 16);
    let mut client = client;
    client.write_all(&text(11)).await.unwrap();
    drop(client);
    let ended = task.await.unwrap();
    assert_eq!(ended.reason.as_deref(), Some("a frame of the client has 11 bytes, of 10 allowed"));
    assert_eq!(ended.frame.map(|frame| frame.code.into()), Some(1009_u16));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_dropped() {
    let timing = Timing { write: Some(10 * SECOND), ..Timing::default() };
    let started = Instant::now();
    let (_deaf, task) = raw(firehose, &timed(timing), 1 << 16);
    let ended = task.await.unwrap();
    assert_eq!((ended.status, &ended.frame), (Status::Timeout, &None));
    assert_eq!(ended.reason.as_deref(), Some("the client took nothing of what waits for it for 10s"));
    assert_eq!(started.elapsed().as_secs(), 10);

    let started = Instant::now();
    let (_deaf, mut upstream, task) = spliced(&timed(timing), 1000);
    let sending = tokio::spawn(async move {
        let _ = upstream.write_all(&[&[0x82, 126, 0xff, 0xff][..], &vec![0; 0xffff]].concat()).await;
        upstream
    });
    let ended = task.await.unwrap();
    assert_eq!((ended.status, ended.frame), (Status::Timeout, None));
    assert_eq!(started.elapsed().as_secs(), 10);
    drop(sending);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_slow_stays() {
    let timing = Timing { write: Some(10 * SECOND), ..Timing::default() };
    let (mut slow, task) = raw(firehose, &timed(timing), 1000);
    for _ in 0..20 {
        tokio::time::sleep(9 * SECOND).await;
        slow.read_exact(&mut [0; 100]).await.unwrap();
    }
    assert!(!task.is_finished());
    // And so does one that has nothing to take.
    let (client, task) = start(Echo::default(), &timed(timing)).await;
    tokio::time::sleep(60 * SECOND).await;
    assert!(!task.is_finished());
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn a_connection_has_a_longest_time() {
    let timing = Timing { lifetime: Some(60 * SECOND), ..Timing::default() };
    let (mut client, task) = start(Echo::new(""), &timed(timing)).await;
    let started = Instant::now();
    for _ in 0..5 {
        tokio::time::sleep(10 * SECOND).await;
        client.send(Message::text("a")).await.unwrap();
        assert_eq!(next(&mut client).await, Some(Message::text("a")));
    }
    let over = Message::Close(Some(close::frame(1001, "open for too long")));
    assert_eq!(next(&mut client).await, Some(over));
    assert_eq!(started.elapsed().as_secs(), 60);
    assert_eq!(next(&mut client).await, None);
    assert_eq!(task.await.unwrap().status, Status::Timeout);

    let (mut client, server, task) = spliced(&timed(timing), 1000);
    let mut end = Vec::new();
    let reading = tokio::spawn(async move { client.read_to_end(&mut end).await.map(|_| end) });
    let ended = task.await.unwrap();
    assert_eq!(ended.frame, Some(close::frame(1001, "open for too long")));
    assert_eq!(reading.await.unwrap().unwrap()[..4], [0x88, 19, 0x03, 0xe9]);
    drop(server);
}

#[tokio::test(start_paused = true)]
async fn who_gives_no_sign_of_life_is_dropped_where_that_is_asked_for() {
    for (missed_pong, sees) in [(MissedPong::Abort, 0x89), (MissedPong::Close, 0x88)] {
        let timing = Timing { heartbeat: Some(30 * SECOND), missed_pong, ..Timing::default() };
        let started = Instant::now();
        let (mut dead, task) = raw(Echo::default(), &timed(timing), 1000);
        let ended = task.await.unwrap();
        assert_eq!((ended.status, ended.frame.is_some()), (Status::Timeout, sees == 0x88));
        // Who is told has five seconds to answer.
        assert_eq!(started.elapsed().as_secs(), if sees == 0x88 { 65 } else { 60 });
        let mut got = Vec::new();
        dead.read_to_end(&mut got).await.unwrap();
        // The ping, and a close frame or none.
        assert_eq!(got[..2], [0x89, 0]);
        assert_eq!(got.get(2).copied().unwrap_or(0x89), sees);
    }
}
