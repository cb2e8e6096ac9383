//! Connections of each kind: every message counts once, whichever way it went.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use mockforge_ws_core::{
    Conn, Cx, Event, FromUpstream, Limits, Message, Status, ToUpstream, close, echo::Echo,
};
use mockforge_ws_io::{Connected, Context, Peer, bridge, client, drive, pair, server, splice};
use mockforge_ws_observe::metrics::Registry;
use tokio::io::duplex;

use crate::page::Page;

fn counting() -> (Registry, Context) {
    let registry = Registry::new();
    let context = Context { sink: Arc::new(registry.clone()), ..Context::default() };
    (registry, context)
}

/// Sends two data messages and a ping, hears two data messages, and closes.
async fn visit(client: &mut impl Peer) {
    for message in [Message::text("one"), Message::binary(vec![0; 2000])] {
        client.send(Message::Ping("?".into())).await.expect("the other side reads");
        client.send(message).await.expect("the other side reads");
        while !is_data(&client.next().await.expect("an answer").expect("in order")) {}
    }
    client.close().await.expect("the other side reads");
    while client.next().await.is_some() {}
}

fn is_data(message: &Message) -> bool {
    message.is_text() || message.is_binary()
}

/// Returns what comes.
async fn answer(mut server: impl Peer) {
    while let Some(Ok(message)) = server.next().await {
        if is_data(&message) {
            server.send(message).await.expect("the other side reads");
        }
    }
}

fn forward(event: Event, cx: &mut Cx<'_>) {
    match event {
        Event::Received(inbound) if inbound.is_data() => {
            cx.upstream(ToUpstream::Send(inbound.into_message()));
        }
        Event::Upstream(FromUpstream::Received(inbound)) if inbound.is_data() => {
            cx.send(inbound.into_message());
        }
        _ => {}
    }
}

#[tokio::test]
async fn an_echoed_connection() {
    let (registry, context) = counting();
    let (ours, mut theirs) = pair().await;
    let driven = drive(ours, Box::new(Echo::new("")), Conn::alone("/ws"), &context);
    let visited = async {
        theirs.send(Message::text("hello")).await.unwrap();
        theirs.next().await.unwrap().unwrap();
        assert_eq!(Page::of(&registry).get("connections_active{route=\"/ws\"}"), 1.0);
        visit(&mut theirs).await;
        drop(theirs);
    };
    tokio::join!(driven, visited);
    let page = Page::of(&registry);
    assert_eq!(
        page.counts(),
        [
            "connection_duration_seconds_count{status=\"client_close\"} 1",
            "connections_total 1",
            "handler_latency_seconds_count 3",
            "message_bytes_total{direction=\"received\"} 2008",
            "message_bytes_total{direction=\"sent\"} 2008",
            "message_size_bytes_count{direction=\"received\"} 3",
            "message_size_bytes_count{direction=\"sent\"} 3",
            "message_size_bytes_sum{direction=\"received\"} 2008",
            "message_size_bytes_sum{direction=\"sent\"} 2008",
            "messages_received_total 3",
            "messages_sent_total 3",
        ]
    );
    assert!(page.get("handler_latency_seconds_sum{route=\"/ws\"}") > 0.0, "an answer takes time");
    let bucket =
        |le| page.get(&format!("message_size_bytes_bucket{{direction=\"sent\",route=\"/ws\",le=\"{le}\"}}"));
    assert_eq!((bucket("64"), bucket("1024"), bucket("4096"), bucket("+Inf")), (2.0, 2.0, 3.0, 3.0));
}

#[tokio::test]
async fn a_connection_with_another_server_behind_it() {
    let (registry, context) = counting();
    let (near, mut theirs) = pair().await;
    let (behind, far) = pair().await;
    let upstream = Connected::new("ws://upstream/", far);
    let bridged = bridge(near, upstream, Box::new(forward), Conn::alone("/ws"), &context);
    let visited = async {
        visit(&mut theirs).await;
        drop(theirs);
    };
    tokio::join!(bridged, visited, answer(behind));
    assert_eq!(
        Page::of(&registry).counts(),
        [
            "connection_duration_seconds_count{status=\"client_close\"} 1",
            "connections_total 1",
            "handler_latency_seconds_count 2",
            "message_bytes_total{direction=\"received\"} 2003",
            "message_bytes_total{direction=\"sent\"} 2003",
            "message_size_bytes_count{direction=\"received\"} 2",
            "message_size_bytes_count{direction=\"sent\"} 2",
            "message_size_bytes_sum{direction=\"received\"} 2003",
            "message_size_bytes_sum{direction=\"sent\"} 2003",
            "messages_received_total 2",
            "messages_sent_total 2",
            "upstream_messages_total{direction=\"received\"} 2",
            "upstream_messages_total{direction=\"sent\"} 2",
            "upstream_round_trip_seconds_count 2",
        ]
    );
}

#[tokio::test]
async fn a_connection_whose_bytes_are_copied() {
    let (registry, context) = counting();
    let (near, theirs) = duplex(1 << 16);
    let (far, behind) = duplex(1 << 16);
    let ends = ((near, Bytes::new()), (far, Bytes::new()));
    let spliced = splice(ends.0, ends.1, "ws://upstream/", Conn::alone("/ws"), &context);
    let mut theirs = client(theirs, Bytes::new(), Limits::default()).await;
    let behind = server(behind, Bytes::new(), Limits::default()).await;
    let visited = async {
        theirs.send(Message::text("hello")).await.unwrap();
        theirs.next().await.unwrap().unwrap();
        let page = Page::of(&registry);
        let now = |series| page.get(&format!("{series}{{route=\"/ws\"}}"));
        assert_eq!(
            (now("messages_received_total"), now("messages_sent_total")),
            (1.0, 1.0),
            "while it is open"
        );
        visit(&mut theirs).await;
        drop(theirs);
    };
    tokio::join!(spliced, visited, answer(behind));
    assert_eq!(
        Page::of(&registry).counts(),
        [
            "connection_duration_seconds_count{status=\"client_close\"} 1",
            "connections_total 1",
            "message_bytes_total{direction=\"received\"} 2008",
            "message_bytes_total{direction=\"sent\"} 2008",
            "messages_received_total 3",
            "messages_sent_total 3",
            "upstream_messages_total{direction=\"received\"} 3",
            "upstream_messages_total{direction=\"sent\"} 3",
        ]
    );
}

/// What a session reports, and how its connection ended, are one failure where the one led to the other.
#[tokio::test]
async fn a_failure_counts_once() {
    let fact = |reason: &str| mockforge_ws_core::Fact::Error { reason: reason.into() };
    let check = async |session: Box<dyn mockforge_ws_core::Session>, errors: &[&str]| {
        let (registry, context) = counting();
        let (ours, mut theirs) = pair().await;
        let visited = async { while theirs.next().await.is_some() {} };
        tokio::join!(drive(ours, session, Conn::alone("/ws"), &context), visited);
        let counts = Page::of(&registry).counts();
        let counted: Vec<_> =
            counts.iter().filter_map(|series| series.strip_prefix("errors_total")).collect();
        assert_eq!(counted, errors);
    };
    let failing = |event: Event, cx: &mut Cx<'_>| {
        if matches!(event, Event::Opened) {
            cx.fail(Status::HandlerError, "no idea", close::frame(1011, "sorry"));
        }
    };
    check(Box::new(failing), &["{kind=\"handler_error\"} 1"]).await;
    let reporting = move |event: Event, cx: &mut Cx<'_>| {
        if matches!(event, Event::Opened) {
            cx.note(fact("one"));
            cx.note(fact("two"));
            cx.send(Message::text("and on it goes"));
            cx.close(None);
        }
    };
    check(Box::new(reporting), &["{kind=\"session\"} 2"]).await;
}

#[tokio::test]
async fn a_connection_that_is_dropped_with_its_task_is_active_no_more() {
    let (registry, context) = counting();
    let (ours, mut theirs) = pair().await;
    let task = tokio::spawn(async move {
        drive(ours, Box::new(Echo::new("")), Conn::alone("/ws"), &context).await;
    });
    theirs.send(Message::text("hello")).await.unwrap();
    theirs.next().await.unwrap().unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let page = Page::of(&registry);
    assert_eq!(page.get("connections_active{route=\"/ws\"}"), 0.0);
    assert_eq!(page.get("connections_total{route=\"/ws\"}"), 1.0);
}
