//! Order, backpressure and time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::SinkExt;
use mockforge_ws_core::{Cx, Effects, Elapsed, Event, Message, Session, echo::Echo};
use mockforge_ws_io::{Budget, Context};
use tokio::time::Instant;

use crate::{Facts, next, start};

#[tokio::test]
async fn pipelined_messages_are_answered_in_order() {
    let (mut client, _task) = start(Echo::new(""), &Context::default()).await;
    for i in 0..5_000 {
        client.feed(Message::text(i.to_string())).await.unwrap();
        if i % 100 == 99 {
            client.flush().await.unwrap();
            for got in i - 99..=i {
                assert_eq!(next(&mut client).await, Some(Message::text(got.to_string())));
            }
        }
    }
}

/// Whoever has much to say, or to be told, keeps the others waiting for a few hundred messages at most.
#[tokio::test]
async fn a_flood_gives_way_to_others() {
    let heard = Arc::new(AtomicUsize::new(0));
    let session = {
        let heard = Arc::clone(&heard);
        move |event: Event, _: &mut Cx<'_>| {
            if matches!(event, Event::Received(_)) {
                heard.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    let (mut client, _task) = start(session, &Context::default()).await;
    // As many as find room before the server has its first turn.
    for _ in 0..9_000 {
        client.feed(Message::text("x")).await.unwrap();
    }
    client.flush().await.unwrap();
    turns(heard, 9_000).await;

    let told = Arc::new(AtomicUsize::new(0));
    let (_client, _task) = start(Chatter { told: Arc::clone(&told) }, &Context::default()).await;
    // Somewhat fewer than the connection and what waits for it have room for.
    turns(told, 20_000).await;
}

/// Sends messages of one byte for ever, as room allows.
struct Chatter {
    told: Arc<AtomicUsize>,
}

impl Session for Chatter {
    fn on(&mut self, _: Event, cx: &mut Cx<'_>) {
        while !cx.full() {
            self.told.fetch_add(1, Ordering::Relaxed);
            cx.send(Message::text("x"));
        }
    }
}

/// Takes turns with a connection until the count is reached; it grows by no more than a buffer in each.
async fn turns(count: Arc<AtomicUsize>, last: usize) {
    let mut before = 0;
    let taking = std::future::poll_fn(move |task| {
        let now = count.load(Ordering::Relaxed);
        assert!(now - before <= 1024, "{} in one turn", now - before);
        before = now;
        task.waker().wake_by_ref();
        if now >= last { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    });
    // A task among others; the test itself is one that has its turn less often.
    tokio::spawn(taking).await.expect("no turn takes too long");
}

#[tokio::test]
async fn large_messages_come_back_whole() {
    let (mut client, _task) = start(Echo::new(""), &Context::default()).await;
    for size in [0, 1, 125, 126, 4_095, 4_096, 16_384, 65_536, 1 << 20, 4 << 20] {
        let message = Message::binary((0..size).map(|i| (i % 253) as u8).collect::<Vec<_>>());
        let (sending, mut receiving) = futures_util::StreamExt::split(client);
        let sent = message.clone();
        let sending = tokio::spawn(async move {
            let mut sending = sending;
            sending.send(sent).await.unwrap();
            sending
        });
        let got = futures_util::StreamExt::next(&mut receiving).await.unwrap().unwrap();
        assert!(got == message, "{size} bytes");
        client = sending.await.unwrap().reunite(receiving).unwrap();
    }
}

#[tokio::test]
async fn received_and_sent_are_told_in_order() {
    let facts = Facts::default();
    let (mut client, _task) = start(Echo::default(), &facts.context()).await;
    client.send(Message::text("a")).await.unwrap();
    assert_eq!(next(&mut client).await, Some(Message::text("echo: a")));
    assert_eq!(facts.taken(), [r#"{"fact":"received","text":"a"}"#, r#"{"fact":"sent","text":"echo: a"}"#]);
}

/// Sends numbered messages for ever, as room allows, and counts ticks.
struct Firehose {
    sent: Arc<AtomicUsize>,
    ticks: Arc<AtomicUsize>,
    next_tick: Elapsed,
}

impl Session for Firehose {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        if matches!(event, Event::Tick) {
            self.ticks.fetch_add(1, Ordering::Relaxed);
            self.next_tick += Duration::from_secs(1);
        }
        while !cx.full() {
            let n = self.sent.fetch_add(1, Ordering::Relaxed);
            cx.send(Message::text(format!("{n:04}{}", "x".repeat(996))));
        }
    }

    fn deadline(&self) -> Option<Elapsed> {
        Some(self.next_tick)
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_costs_a_bounded_amount_and_ticks_go_on() {
    let (sent, ticks) = (Arc::default(), Arc::default());
    let hose =
        Firehose { sent: Arc::clone(&sent), ticks: Arc::clone(&ticks), next_tick: Duration::from_secs(1) };
    let context = Context { budget: Arc::new(Budget::new(1 << 20)), ..Context::default() };
    let (mut client, _task) = start(hose, &context).await;
    tokio::time::advance(Duration::from_millis(1)).await;
    let deadline = Instant::now() + Duration::from_secs(20);
    tokio::time::timeout_at(deadline, std::future::pending::<()>()).await.unwrap_err();
    assert!((19..=21).contains(&ticks.load(Ordering::Relaxed)), "ticks are delivered while blocked");
    let waiting = sent.load(Ordering::Relaxed);
    assert!(waiting <= Effects::MAX_LEN + 256, "{waiting} messages are kept");
    assert!(context.budget.used() > 0 && context.budget.used() <= Effects::MAX_BYTES + 1000);
    assert_eq!(context.budget.is_spent(), context.budget.used() >= 1 << 20);
    for n in 0..5_000 {
        let message = next(&mut client).await.unwrap();
        assert_eq!(&message.to_text().unwrap()[..4], format!("{n:04}"));
    }
}

/// Sends one message each 250 µs of its own schedule.
struct Metronome(u32);

impl Session for Metronome {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        if let Event::Tick = event {
            while self.deadline().is_some_and(|due| due <= cx.elapsed()) {
                cx.send(Message::text(self.0.to_string()));
                self.0 += 1;
            }
        }
    }

    fn deadline(&self) -> Option<Elapsed> {
        Some(Duration::from_micros(250) * self.0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_schedule_does_not_drift() {
    let started = Instant::now();
    let (mut client, _task) = start(Metronome(1), &Context::default()).await;
    for n in 1..=8_000 {
        assert_eq!(next(&mut client).await, Some(Message::text(n.to_string())));
    }
    let late = started.elapsed() - Duration::from_secs(2);
    assert!(late <= Duration::from_millis(1), "late by {late:?} on the virtual clock");
}
