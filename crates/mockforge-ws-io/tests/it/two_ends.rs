//! A session with a client and another server: what passes, what waits, and how one ends with the other.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use mockforge_ws_core::{
    CloseFrame, Conn, Cx, Effect, Ended, Event, FromUpstream, Message, Session, Status, ToUpstream, close,
};
use mockforge_ws_io::{Connected, Context, PairPeer, Shutdown, Timing, bridge, pair};
use tokio::task::JoinHandle;

use crate::{Facts, next};

fn frame(code: u16, reason: &str) -> Option<CloseFrame> {
    Some(close::frame(code, reason))
}

/// Passes everything on.
pub(crate) fn forward(event: Event, cx: &mut Cx<'_>) {
    match event {
        Event::Received(inbound) if inbound.is_data() => {
            cx.upstream(ToUpstream::Send(inbound.into_message()));
        }
        Event::Upstream(FromUpstream::Received(inbound)) if inbound.is_data() => {
            cx.send(inbound.into_message());
        }
        Event::Upstream(FromUpstream::Closed { frame, failure: None }) => cx.close(frame),
        Event::Upstream(FromUpstream::Closed { failure: Some(reason), .. }) => {
            cx.fail(Status::ProxyError, reason, close::frame(1014, "the upstream was lost"));
        }
        _ => {}
    }
}

/// The client's end, the server's end, and the loop between them.
async fn between(
    session: impl Session + 'static,
    context: &Context,
) -> (PairPeer, PairPeer, JoinHandle<Ended>) {
    let (near, client) = pair().await;
    let (server, far) = pair().await;
    let context = context.clone();
    let task = tokio::spawn(async move {
        let upstream = Connected::new("ws://upstream/", far);
        bridge(near, upstream, Box::new(session), Conn::alone("/ws"), &context).await
    });
    (client, server, task)
}

#[tokio::test]
async fn messages_pass_both_ways_and_the_clients_close_reaches_the_server() {
    let facts = Facts::default();
    let (mut client, mut server, task) = between(forward, &facts.context()).await;
    client.send(Message::text("up")).await.unwrap();
    assert_eq!(next(&mut server).await, Some(Message::text("up")));
    server.send(Message::binary(vec![1, 2])).await.unwrap();
    assert_eq!(next(&mut client).await, Some(Message::binary(vec![1, 2])));
    client.send(Message::text("last words")).await.unwrap();
    client.send(Message::Close(frame(4000, "bye"))).await.unwrap();
    assert_eq!(next(&mut server).await, Some(Message::text("last words")));
    assert_eq!(next(&mut server).await, Some(Message::Close(frame(4000, "bye"))));
    assert_eq!(next(&mut server).await, None);
    assert_eq!(task.await.unwrap().status, Status::ClientClose);
    let told: Vec<String> = facts.taken();
    assert_eq!(
        told,
        [
            r#"{"fact":"upstream_opened","url":"ws://upstream/"}"#,
            r#"{"fact":"received","text":"up"}"#,
            r#"{"fact":"upstream_sent","text":"up"}"#,
            r#"{"fact":"upstream_received","base64":"AQI="}"#,
            r#"{"fact":"sent","base64":"AQI="}"#,
            r#"{"fact":"received","text":"last words"}"#,
            r#"{"fact":"upstream_sent","text":"last words"}"#,
            r#"{"fact":"upstream_closed","code":4000,"close_reason":"bye"}"#,
            r#"{"fact":"closed","status":"client_close","by":"client","code":4000,"close_reason":"bye"}"#,
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_servers_close_reaches_the_client_behind_its_last_words() {
    let (mut client, mut server, task) = between(forward, &Context::default()).await;
    server.send(Message::text("last words")).await.unwrap();
    server.send(Message::Close(frame(4002, "enough"))).await.unwrap();
    assert_eq!(next(&mut client).await, Some(Message::text("last words")));
    assert_eq!(next(&mut client).await, Some(Message::Close(frame(4002, "enough"))));
    assert_eq!(next(&mut client).await, None);
    assert_eq!(next(&mut server).await, Some(Message::Close(frame(4002, "enough"))));
    let ended = task.await.unwrap();
    assert_eq!((ended.status, ended.frame), (Status::Normal, frame(4002, "enough")));
}

#[tokio::test]
async fn who_is_lost_on_one_side_is_lost_on_the_other() {
    let (client, mut server, task) = between(forward, &Context::default()).await;
    drop(client);
    assert!(matches!(server.next().await, Some(Err(_))), "it would be a close frame");
    assert_eq!(task.await.unwrap().status, Status::Error);

    let (mut client, server, task) = between(forward, &Context::default()).await;
    drop(server);
    // The library on the client's side here knows no 1014, and makes 1002 of it.
    assert!(matches!(next(&mut client).await, Some(Message::Close(Some(_)))));
    assert_eq!(next(&mut client).await, None);
    let ended = task.await.unwrap();
    assert_eq!((ended.status, ended.frame), (Status::ProxyError, frame(1014, "the upstream was lost")));
}

#[tokio::test]
async fn what_the_session_or_a_shutdown_ends_is_told_to_the_server() {
    let shutdown = Shutdown::default();
    let context = Context { shutdown: shutdown.clone(), ..Context::default() };
    let (mut client, mut server, task) = between(forward, &context).await;
    client.send(Message::text("x")).await.unwrap();
    assert_eq!(next(&mut server).await, Some(Message::text("x")));
    shutdown.begin();
    assert_eq!(next(&mut client).await, Some(Message::Close(frame(1001, "the server is going away"))));
    assert_eq!(next(&mut server).await, Some(Message::Close(frame(1001, "the client's connection is over"))));
    assert_eq!(next(&mut client).await, None);
    assert_eq!(next(&mut server).await, None);
    assert_eq!(task.await.unwrap().status, Status::Normal);
}

/// A client that does not read holds up the server, and what it says itself goes on.
#[tokio::test]
async fn a_stalled_direction_does_not_stall_the_other() {
    let (mut client, server, _task) = between(forward, &Context::default()).await;
    let (mut sink, mut stream) = server.split();
    let flood = tokio::spawn(async move {
        for _ in 0..1000 {
            sink.send(Message::binary(vec![0; 100_000])).await.unwrap();
        }
    });
    for number in 0..2000 {
        client.send(Message::text(number.to_string())).await.unwrap();
        let passed = stream.next().await.unwrap().unwrap();
        assert_eq!(passed, Message::text(number.to_string()));
    }
    assert!(!flood.is_finished(), "100 MB have gone nowhere");
    for _ in 0..1000 {
        assert_eq!(next(&mut client).await.unwrap().len(), 100_000);
    }
    flood.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_no_ping_is_lost() {
    let timing = Timing { heartbeat: Some(Duration::from_secs(1)), ..Timing::default() };
    let facts = Facts::default();
    let (mut client, _server, task) = between(forward, &Context { timing, ..facts.context() }).await;
    loop {
        match next(&mut client).await {
            Some(Message::Ping(_)) => {}
            other => break assert!(matches!(other, Some(Message::Close(_))), "{other:?}"),
        }
    }
    assert_eq!(next(&mut client).await, None);
    assert_eq!(task.await.unwrap().reason.as_deref(), Some("it answered no ping"));
}

/// Work that takes its time is waited for, and nothing overtakes it.
#[tokio::test(start_paused = true)]
async fn async_work_keeps_the_order() {
    let session = |event: Event, cx: &mut Cx<'_>| match event {
        Event::Received(inbound) if inbound.is_data() => {
            let message = inbound.into_message();
            cx.hold(true);
            cx.call(0, async move {
                let text = message.to_text().unwrap();
                tokio::time::sleep(Duration::from_millis(text.parse().unwrap())).await;
                vec![Effect::Upstream(ToUpstream::Send(message.clone()))]
            });
        }
        Event::Returned(0, effects) => {
            effects.into_iter().for_each(|effect| cx.emit(effect));
            cx.hold(false);
        }
        event => forward(event, cx),
    };
    let (mut client, mut server, task) = between(session, &Context::default()).await;
    for text in ["500", "10", "0"] {
        client.send(Message::text(text)).await.unwrap();
    }
    client.send(Message::Close(None)).await.unwrap();
    for text in ["500", "10", "0"] {
        assert_eq!(next(&mut server).await, Some(Message::text(text)));
    }
    assert_eq!(next(&mut server).await, Some(Message::Close(None)));
    assert_eq!(next(&mut server).await, None);
    task.await.unwrap();
}
