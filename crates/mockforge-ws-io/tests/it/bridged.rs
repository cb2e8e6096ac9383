//! What a session needs that stands for somebody outside of the loop: holding the peer, failing with a
//! status, posts to its connection, and time after the end.

use std::sync::Arc;
use std::time::Duration;

use futures_util::SinkExt;
use mockforge_ws_core::{Cx, Delivery, Elapsed, Event, Inbound, Message, Session, Status, close};
use mockforge_ws_io::{Context, Timing};
use tokio::sync::oneshot;

use crate::{next, on_open, start};

/// Listens from a minute after the opening, and echoes.
#[derive(Default)]
struct Deaf {
    listens: bool,
}

impl Session for Deaf {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        match event {
            Event::Tick => self.listens = true,
            Event::Received(inbound) if inbound.is_data() => cx.send(inbound.into_message()),
            _ => {}
        }
        cx.hold(!self.listens);
    }

    fn deadline(&self) -> Option<Elapsed> {
        (!self.listens).then_some(Duration::from_secs(60))
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_is_held_is_heard_later_and_not_told_dead() {
    let timing = Timing { heartbeat: Some(Duration::from_secs(1)), ..Timing::default() };
    let (mut client, _task) = start(Deaf::default(), &Context { timing, ..Context::default() }).await;
    let opened = tokio::time::Instant::now();
    client.send(Message::text("are you there?")).await.unwrap();
    loop {
        match next(&mut client).await {
            Some(Message::Ping(_)) => {}
            other => break assert_eq!(other, Some(Message::text("are you there?"))),
        }
    }
    assert!(opened.elapsed() >= Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_how_it_ended_even_where_the_client_does_not_answer() {
    for answers in [true, false] {
        let failing = on_open(|cx| cx.fail(Status::HandlerError, "no idea", close::frame(1011, "sorry")));
        let (mut client, task) = start(failing, &Context::default()).await;
        if answers {
            assert_eq!(next(&mut client).await, Some(Message::Close(Some(close::frame(1011, "sorry")))));
            assert_eq!(next(&mut client).await, None);
        }
        let ended = task.await.unwrap();
        assert_eq!(
            (ended.status, ended.reason.as_deref(), ended.frame),
            (Status::HandlerError, Some("no idea"), Some(close::frame(1011, "sorry")))
        );
    }
}

#[tokio::test]
async fn posts_and_publications_leave_in_order_and_a_posted_close_after_them() {
    let (told, mailbox) = oneshot::channel();
    let mut told = Some(told);
    let session = move |event: Event, cx: &mut Cx<'_>| match event {
        Event::Opened => {
            cx.join("room", None, "me").unwrap();
            told.take().expect("it opens once").send(cx.mailbox()).unwrap();
        }
        Event::Room(delivery) => cx.deliver(&delivery),
        _ => {}
    };
    let (mut client, task) = start(session, &Context::default()).await;
    let mailbox = mailbox.await.unwrap();
    let post = |message| {
        let message = Arc::new(Inbound::new(message));
        mailbox.post(Delivery { room: "".into(), key: None, sender: "me".into(), message });
    };
    post(Message::text("1"));
    mailbox.rooms().publish("room", "me", Message::text("2"), mockforge_ws_core::Audience::All);
    mailbox.rooms().publish("room", "me", Message::text("-"), mockforge_ws_core::Audience::Others(&mailbox));
    post(Message::text("3"));
    post(Message::Close(Some(close::frame(4000, "done"))));
    for text in ["1", "2", "3"] {
        assert_eq!(next(&mut client).await, Some(Message::text(text)));
    }
    assert_eq!(next(&mut client).await, Some(Message::Close(Some(close::frame(4000, "done")))));
    assert_eq!(next(&mut client).await, None);
    assert_eq!(task.await.unwrap().status, Status::Normal);
}

#[tokio::test(start_paused = true)]
async fn what_goes_on_after_the_end_is_waited_for_without_the_socket_and_not_for_ever() {
    for (rest, waited) in [(2, 2), (3600, 5)] {
        let session = on_open(move |cx| {
            cx.linger(tokio::time::sleep(Duration::from_secs(rest)));
            cx.close(None);
        });
        let (mut client, task) = start(session, &Context::default()).await;
        let opened = tokio::time::Instant::now();
        assert_eq!(next(&mut client).await, Some(Message::Close(None)));
        assert_eq!(next(&mut client).await, None);
        assert_eq!(opened.elapsed().as_secs(), 0, "the client is let go at once");
        task.await.unwrap();
        assert_eq!(opened.elapsed().as_secs(), waited);
    }
}
