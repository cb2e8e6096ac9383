//! Messages leave late, in order, and never pile up.

use std::time::Duration;

use mockforge_ws_core::echo::Echo;
use mockforge_ws_core::{Cx, Effects, Event, Layer, Message, close};
use mockforge_ws_layers::latency::{Latency, LatencyProfile};
use mockforge_ws_testkit::{Entry, Setup, Sim};

use crate::{Burst, numbers};

fn latency(profile: LatencyProfile) -> Latency {
    Latency::new(profile)
}

#[test]
fn every_message_is_as_late_as_the_profile_says() {
    let mut sim = Sim::new(latency(LatencyProfile::between_ms(20, 60)).wrap(Box::new(Echo::new(""))));
    for n in 0..200 {
        sim.receive(&n.to_string()).advance(100);
    }
    assert_eq!(sim.texts(), numbers(200));
    let mut received = Duration::ZERO;
    let mut delays = Vec::new();
    for entry in sim.entries() {
        match entry {
            Entry::Received(at, _) => received = *at,
            Entry::Sent(at, _) => delays.push((*at - received).as_millis()),
            _ => {}
        }
    }
    assert!(delays.iter().all(|delay| (20..=60).contains(delay)), "{delays:?}");
    assert!(delays.iter().min() < Some(&25) && delays.iter().max() > Some(&55), "{delays:?}");
}

#[test]
fn jitter_does_not_reorder() {
    let mut sim = Sim::new(latency(LatencyProfile::flaky()).wrap(Burst::of(500)));
    sim.advance(5_000);
    assert_eq!(sim.texts(), numbers(500));
}

#[test]
fn closes_and_aborts_wait_for_the_messages_before_them() {
    let leave = |event: Event, cx: &mut Cx<'_>| {
        if let Event::Opened = event {
            cx.send(Message::text("bye"));
            cx.close(Some(close::frame(4000, "")));
        }
    };
    let mut sim = Sim::new(latency(LatencyProfile::fixed_ms(50)).wrap(Box::new(leave)));
    assert_eq!(sim.transcript(), "");
    sim.advance(50);
    assert_eq!(sim.transcript(), "50 > bye\n50 x close 4000\n");
}

#[test]
fn a_burst_larger_than_the_buffer_is_slowed_and_not_kept() {
    let count = 10 * Effects::MAX_LEN;
    let mut sim = Sim::new(latency(LatencyProfile::fixed_ms(10)).wrap(Burst::of(count)));
    sim.advance(10);
    assert_eq!(sim.sent().len(), Effects::MAX_LEN, "one buffer a delay");
    sim.advance(1_000);
    assert_eq!(sim.texts(), numbers(count));
}

#[test]
fn a_client_that_does_not_read_makes_no_ticks_without_end() {
    let setup = Setup { max_effects: 4, ..Setup::default() };
    let mut sim = Sim::with(latency(LatencyProfile::fixed_ms(10)).wrap(Burst::of(100)), setup);
    // The simulator panics at a session that ticks without time passing.
    sim.block(true).advance(1_000);
    assert!(sim.sent().is_empty());
    sim.block(false).advance(1_000);
    assert_eq!(sim.texts(), numbers(100));
}

#[test]
fn profiles_are_read_as_they_are_written() {
    for text in ["none", "fast", "normal", "slow", "mobile", "satellite", "flaky", "50ms", "20ms..80ms"] {
        let profile: LatencyProfile = text.parse().unwrap();
        assert_eq!(profile.to_string(), text);
    }
    assert_eq!("1s..2s".parse(), Ok(LatencyProfile::between_ms(1_000, 2_000)));
    for text in ["", "quick", "50", "80ms..20ms", "-1ms"] {
        let error = text.parse::<LatencyProfile>().unwrap_err().to_string();
        assert!(error.contains("satellite") && error.contains("20ms..80ms"), "{error}");
    }
}
