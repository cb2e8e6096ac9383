//! Every way in which a connection ends: what the client sees and what is told.

use std::time::Duration;

use futures_util::SinkExt;
use mockforge_ws_core::{CloseCode, CloseFrame, Message, Status, close, echo::Echo};
use mockforge_ws_io::{Context, Timing};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{Facts, next, on_open, start};

fn frame(code: u16, reason: &str) -> Option<CloseFrame> {
    Some(close::frame(code, reason))
}

#[tokio::test]
async fn the_client_closes_and_its_code_is_told() {
    let facts = Facts::default();
    let (mut client, task) = start(Echo::default(), &facts.context()).await;
    client.send(Message::Close(frame(4000, "bye"))).await.unwrap();
    assert_eq!(next(&mut client).await, Some(Message::Close(frame(4000, "bye"))));
    assert_eq!(next(&mut client).await, None);
    let ended = task.await.unwrap();
    assert_eq!((ended.status, ended.frame), (Status::ClientClose, frame(4000, "bye")));
    assert_eq!(
        facts.taken(),
        [r#"{"fact":"closed","status":"client_close","by":"client","code":4000,"close_reason":"bye"}"#]
    );
}

#[tokio::test]
async fn the_session_closes_after_what_it_sent() {
    let session = on_open(|cx| {
        cx.send(Message::text("last words"));
        cx.close(frame(4001, "done"));
        cx.send(Message::text("never sent"));
    });
    let (mut client, task) = start(session, &Context::default()).await;
    assert_eq!(next(&mut client).await, Some(Message::text("last words")));
    assert_eq!(next(&mut client).await, Some(Message::Close(frame(4001, "done"))));
    assert_eq!(next(&mut client).await, None);
    assert_eq!(task.await.unwrap().status, Status::Normal);
}

#[tokio::test]
async fn an_abort_drops_the_connection_after_what_was_sent() {
    let session = on_open(|cx| {
        cx.send(Message::text("last words"));
        cx.abort();
    });
    let (mut client, task) = start(session, &Context::default()).await;
    assert_eq!(next(&mut client).await, Some(Message::text("last words")));
    let error = futures_util::StreamExt::next(&mut client).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("without closing handshake"), "{error}");
    assert_eq!(task.await.unwrap().frame, None);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_answer_the_close_frame_is_dropped() {
    let (_client, task) = start(on_open(|cx| cx.close(None)), &Context::default()).await;
    let ended = task.await.unwrap();
    assert_eq!(ended.status, Status::Timeout);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_closes_with_1001() {
    let context = Context::default();
    let (mut client, task) = start(Echo::default(), &context).await;
    client.send(Message::text("a")).await.unwrap();
    assert_eq!(next(&mut client).await, Some(Message::text("echo: a")));
    context.shutdown.begin();
    let Some(Message::Close(Some(frame))) = next(&mut client).await else { panic!("expected a close") };
    assert_eq!(frame.code, CloseCode::Away);
    assert_eq!(next(&mut client).await, None);
    assert_eq!(task.await.unwrap().status, Status::Normal);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_does_not_wait_for_ever() {
    let context = Context::default();
    let flood = on_open(|cx| (0..100_000).for_each(|_| cx.send(Message::text("x".repeat(100)))));
    let (_client, task) = start(flood, &context).await;
    context.shutdown.begin();
    assert_eq!(task.await.unwrap().status, Status::Timeout);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_no_ping_is_closed() {
    let timing = Timing { heartbeat: Some(Duration::from_secs(30)), ..Timing::default() };
    let facts = Facts::default();
    let (_client, task) = start(Echo::default(), &Context { timing, ..facts.context() }).await;
    let ended = task.await.unwrap();
    assert_eq!(ended.status, Status::Timeout);
    assert_eq!(facts.taken()[0], r#"{"fact":"sent","ping":""}"#);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_pings_stays() {
    let timing = Timing { heartbeat: Some(Duration::from_secs(30)), ..Timing::default() };
    let (mut client, task) = start(Echo::default(), &Context { timing, ..Context::default() }).await;
    for _ in 0..3 {
        assert_eq!(next(&mut client).await, Some(Message::Ping(bytes::Bytes::new())));
    }
    client.close(None).await.unwrap();
    while next(&mut client).await.is_some() {}
    assert_eq!(task.await.unwrap().status, Status::ClientClose);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_idle_for_too_long_is_closed() {
    let timing = Timing {
        heartbeat: Some(Duration::from_secs(3)),
        idle: Some(Duration::from_secs(10)),
        ..Timing::default()
    };
    let (mut client, task) = start(Echo::default(), &Context { timing, ..Context::default() }).await;
    let started = tokio::time::Instant::now();
    tokio::time::advance(Duration::from_secs(5)).await;
    client.send(Message::text("a")).await.unwrap();
    let closed = loop {
        match next(&mut client).await {
            Some(Message::Close(frame)) => break frame,
            Some(_) => {}
            None => panic!("expected a close frame"),
        }
    };
    assert_eq!(closed, frame(1001, "idle for too long"));
    assert_eq!(started.elapsed().as_secs(), 15);
    assert_eq!(next(&mut client).await, None);
    assert_eq!(task.await.unwrap().status, Status::Timeout);
}

/// Raw bytes after the handshake, the close code they earn, and the status that is told.
#[tokio::test(start_paused = true)]
async fn bad_bytes_earn_a_close_code() {
    let masked = |head: &[u8], payload: &[u8]| [head, &[0, 0, 0, 0], payload].concat();
    let too_big = [&[0x82, 0xff][..], &(5_u64 << 20).to_be_bytes()].concat();
    let cases = [
        (masked(&[0x81, 0x82], &[0xff, 0xff]), 1007, Status::Error),
        (vec![0x81, 0x01, b'a'], 1002, Status::Error),
        (masked(&[0xf1, 0x80], &[]), 1002, Status::Error),
        (masked(&[0x83, 0x80], &[]), 1002, Status::Error),
        (masked(&[0x80, 0x80], &[]), 1002, Status::Error),
        ([&too_big[..], &[0; 4]].concat(), 1009, Status::Limit),
    ];
    for (bytes, code, status) in cases {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let task = tokio::spawn(async move {
            let limits = mockforge_ws_core::Limits::default();
            let peer = mockforge_ws_io::server(ours, bytes::Bytes::new(), limits).await;
            let conn = mockforge_ws_core::Conn::alone("/ws");
            mockforge_ws_io::drive(peer, Box::new(Echo::default()), conn, &Context::default()).await
        });
        let (mut read, mut write) = tokio::io::split(theirs);
        write.write_all(&bytes).await.unwrap();
        let mut got = Vec::new();
        read.read_to_end(&mut got).await.unwrap();
        assert_eq!(got[0], 0x88, "a close frame answers {bytes:02x?}");
        assert_eq!(u16::from_be_bytes([got[2], got[3]]), code, "for {bytes:02x?}");
        write.shutdown().await.unwrap();
        drop((read, write));
        assert_eq!(task.await.unwrap().status, status, "for {bytes:02x?}");
    }
}

#[tokio::test]
async fn a_client_that_vanishes_is_told_as_an_error() {
    let (client, task) = start(Echo::default(), &Context::default()).await;
    drop(client);
    let ended = task.await.unwrap();
    assert_eq!(ended.status, Status::Error);
    assert!(ended.reason.unwrap().contains("without a closing handshake"));
}

#[tokio::test]
async fn who_sends_and_leaves_or_errs_at_once_is_answered_before() {
    let hello = [0x81, 0x85, 0, 0, 0, 0, b'h', b'e', b'l', b'l', b'o'];
    let close = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8];
    for (last, code) in [(&close[..], 1000_u16), (&[0x83, 0x80, 0, 0, 0, 0][..], 1002)] {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let task = tokio::spawn(async move {
            let limits = mockforge_ws_core::Limits::default();
            let peer = mockforge_ws_io::server(ours, bytes::Bytes::new(), limits).await;
            let conn = mockforge_ws_core::Conn::alone("/ws");
            mockforge_ws_io::drive(peer, Box::new(Echo::new("")), conn, &Context::default()).await
        });
        let (mut read, mut write) = tokio::io::split(theirs);
        write.write_all(&[&hello[..], &hello, last].concat()).await.unwrap();
        write.shutdown().await.unwrap();
        let mut got = Vec::new();
        read.read_to_end(&mut got).await.unwrap();
        assert_eq!(got[..14], *b"\x81\x05hello\x81\x05hello", "{got:02x?}");
        assert_eq!((got[14], u16::from_be_bytes([got[16], got[17]])), (0x88, code), "{got:02x?}");
        drop(write);
        task.await.unwrap();
    }
}
