//! Bytes copied between two connections: what passes, what is counted, and what ends it.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use mockforge_ws_core::{CloseFrame, Conn, Ended, Limits, Message, Status, close};
use mockforge_ws_io::{ClientPeer, Context, ServerPeer, Shutdown, Timing, client, server, splice};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;

use crate::Facts;

const ROOM: usize = 64 << 10;

fn frame(code: u16, reason: &str) -> Option<CloseFrame> {
    Some(close::frame(code, reason))
}

/// Both ends as bytes.
fn raw(context: &Context, max_message_size: usize) -> (DuplexStream, DuplexStream, JoinHandle<Ended>) {
    let (near, client) = duplex(ROOM);
    let (far, server) = duplex(ROOM);
    let context = context.clone();
    let conn = Conn::alone("/ws").with_limits(Limits { max_message_size });
    let task = tokio::spawn(async move {
        splice((near, Bytes::new()), (far, Bytes::new()), "ws://upstream/", conn, &context).await
    });
    (client, server, task)
}

type Ends = (ClientPeer<DuplexStream>, ServerPeer<DuplexStream>, JoinHandle<Ended>);

/// Both ends as messages.
async fn ends(context: &Context, max: usize) -> Ends {
    let (near, far, task) = raw(context, max);
    let limits = Limits { max_message_size: 16 << 20 };
    (client(near, Bytes::new(), limits).await, server(far, Bytes::new(), limits).await, task)
}

async fn next_of(
    peer: &mut (impl StreamExt<Item = Result<Message, mockforge_ws_io::PeerError>> + Unpin),
) -> Option<Message> {
    peer.next().await.map(|message| message.expect("the other side keeps to the protocol"))
}

#[tokio::test]
async fn everything_passes_and_is_counted() {
    let facts = Facts::default();
    let (mut client, mut server, task) = ends(&facts.context(), 4 << 20).await;
    let large = Message::binary(vec![7; 1 << 20]);
    let echoing = tokio::spawn(async move {
        let mut got = Vec::new();
        while let Some(Ok(message)) = server.next().await {
            if message.is_text() || message.is_binary() {
                server.send(message.clone()).await.unwrap();
            }
            got.push(message);
        }
        got
    });
    for message in [Message::text("a"), large.clone(), Message::Ping("p".into())] {
        client.send(message.clone()).await.unwrap();
        let answer = next_of(&mut client).await.unwrap();
        assert!(answer == message || answer == Message::Pong("p".into()));
    }
    client.send(Message::Close(frame(4000, "bye"))).await.unwrap();
    assert_eq!(next_of(&mut client).await, Some(Message::Close(frame(4000, "bye"))));
    assert_eq!(next_of(&mut client).await, None);
    drop(client);
    assert_eq!(echoing.await.unwrap().last(), Some(&Message::Close(frame(4000, "bye"))));
    let ended = task.await.unwrap();
    assert_eq!((ended.status, ended.frame), (Status::ClientClose, frame(4000, "bye")));
    assert_eq!(
        facts.taken(),
        [
            r#"{"fact":"upstream_opened","url":"ws://upstream/"}"#,
            r#"{"fact":"spliced","client":{"messages":2,"bytes":1048577},"server":{"messages":2,"bytes":1048577}}"#,
            r#"{"fact":"closed","status":"client_close","by":"client","code":4000,"close_reason":"bye"}"#,
        ]
    );
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_both_in_order() {
    let (mut client, mut server, task) = ends(&Context::default(), 10).await;
    client.send(Message::text("0123456789")).await.unwrap();
    client.send(Message::text("0123456789a")).await.unwrap();
    assert_eq!(next_of(&mut server).await, Some(Message::text("0123456789")));
    let leaving = frame(1001, "the client's connection is over");
    assert_eq!(next_of(&mut server).await, Some(Message::Close(leaving)));
    let told = next_of(&mut client).await.unwrap();
    assert!(matches!(&told, Message::Close(Some(frame)) if u16::from(frame.code) == 1009), "{told:?}");
    drop((client, server));
    assert_eq!(task.await.unwrap().status, Status::Limit);
}

#[tokio::test]
async fn a_server_that_is_lost_between_frames_is_told_and_within_one_is_not() {
    let (mut client_end, mut server, task) = raw(&Context::default(), 100);
    server.write_all(&[0x81, 2, b'h', b'i']).await.unwrap();
    drop(server);
    let mut got = Vec::new();
    client_end.read_to_end(&mut got).await.unwrap();
    assert_eq!(got[..4], [0x81, 2, b'h', b'i']);
    assert_eq!((got[4], u16::from_be_bytes([got[6], got[7]])), (0x88, 1014));
    drop(client_end);
    assert_eq!(task.await.unwrap().status, Status::ProxyError);

    let (mut client_end, mut server, task) = raw(&Context::default(), 100);
    server.write_all(&[0x81, 20, b'h', b'i']).await.unwrap();
    drop(server);
    let mut got = Vec::new();
    client_end.read_to_end(&mut got).await.unwrap();
    assert_eq!(got, [0x81, 20, b'h', b'i'], "a close frame would be read as a part of the message");
    assert_eq!(task.await.unwrap().status, Status::ProxyError);
}

#[tokio::test]
async fn malformed_frames_are_not_passed_on() {
    let (mut client_end, mut server, task) = raw(&Context::default(), 100);
    client_end.write_all(&[0x89, 0xfe, 0, 126, 1, 2, 3, 4]).await.unwrap();
    let mut got = vec![0; 4];
    client_end.read_exact(&mut got).await.unwrap();
    assert_eq!(got[..1], [0x88]);
    assert_eq!(u16::from_be_bytes([got[2], got[3]]), 1002);
    let mut got = vec![0; 2];
    server.read_exact(&mut got).await.unwrap();
    assert_eq!(got[0], 0x88, "the server hears of a close, and nothing of the frame");
    drop((client_end, server));
    assert_eq!(task.await.unwrap().status, Status::Error);

    let (mut client_end, mut server, task) = raw(&Context::default(), 100);
    server.write_all(&[0x82, 127, 255, 0, 0, 0, 0, 0, 0, 0]).await.unwrap();
    let mut got = vec![0; 4];
    client_end.read_exact(&mut got).await.unwrap();
    assert_eq!((got[0], u16::from_be_bytes([got[2], got[3]])), (0x88, 1014));
    drop((client_end, server));
    assert_eq!(task.await.unwrap().status, Status::ProxyError);
}

#[tokio::test(start_paused = true)]
async fn idle_connections_and_those_of_a_server_that_goes_are_closed() {
    let timing = Timing { idle: Some(Duration::from_secs(60)), ..Timing::default() };
    let (mut client, mut server, task) = ends(&Context { timing, ..Context::default() }, 100).await;
    assert_eq!(next_of(&mut client).await, Some(Message::Close(frame(1001, "idle for too long"))));
    assert!(matches!(next_of(&mut server).await, Some(Message::Close(Some(_)))));
    drop((client, server));
    assert_eq!(task.await.unwrap().status, Status::Timeout);

    let shutdown = Shutdown::default();
    let context = Context { shutdown: shutdown.clone(), ..Context::default() };
    let (mut client, mut server, task) = ends(&context, 100).await;
    client.send(Message::text("x")).await.unwrap();
    assert_eq!(next_of(&mut server).await, Some(Message::text("x")));
    shutdown.begin();
    assert_eq!(next_of(&mut client).await, Some(Message::Close(frame(1001, "the server is going away"))));
    assert!(matches!(next_of(&mut server).await, Some(Message::Close(Some(_)))));
    // Neither leaves, and the time to drain passes.
    assert_eq!(task.await.unwrap().status, Status::Normal);
    drop((client, server));
}

/// Without a look at the frames, whatever comes passes, and nothing is known of it.
#[tokio::test]
async fn without_taps_bytes_are_bytes() {
    let facts = Facts::default();
    let context = Context { taps: false, ..facts.context() };
    let (mut client, mut server, task) = raw(&context, 1);
    client.write_all(b"anything at all").await.unwrap();
    let mut got = vec![0; 15];
    server.read_exact(&mut got).await.unwrap();
    assert_eq!(got, b"anything at all");
    server.write_all(b"answer").await.unwrap();
    drop(server);
    let mut got = Vec::new();
    client.read_to_end(&mut got).await.unwrap();
    assert_eq!(got, b"answer");
    drop(client);
    assert_eq!(task.await.unwrap().status, Status::Normal);
    let told = facts.taken();
    assert!(!told.iter().any(|fact| fact.contains("spliced")), "{told:?}");
}
