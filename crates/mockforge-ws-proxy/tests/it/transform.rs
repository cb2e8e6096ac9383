//! What functions make of messages.

use std::time::Duration;

use mockforge_ws_core::{DropReason, Fact, Message, close};
use mockforge_ws_proxy::{Side, Transform, Transit, Verdict};
use mockforge_ws_testkit::{Setup, Sim};

use crate::support::{play, proxy};

/// A function that does as the message says.
fn obey(transit: &Transit) -> Verdict {
    let message = transit.message.clone();
    let Message::Text(text) = &message else { return message.into() };
    match text.as_str().split_once(' ').unwrap_or((text, "")) {
        ("drop", _) => Verdict::drop(),
        ("upper", rest) => Message::text(rest.to_uppercase()).into(),
        ("twice", rest) => vec![Message::text(rest), Message::text(rest)].into(),
        ("answer", rest) => Verdict::answer([Message::text(format!("{rest} from {:?}", transit.from))]),
        ("close", _) => Verdict::close(close::frame(4001, "enough")),
        ("all", rest) => Verdict {
            forward: vec![Message::text(rest)],
            answer: vec![Message::text("ok")],
            close: Some(close::frame(4002, "")),
            delay: Duration::from_millis(5),
        },
        ("slow", _) => Verdict::from(message).after(Duration::from_millis(20)),
        _ => message.into(),
    }
}

/// The same at once, and after a while.
fn both() -> [Transform; 2] {
    [
        Transform::new(|transit: Transit| obey(&transit)),
        Transform::future(|transit: Transit| async move { obey(&transit) }),
    ]
}

#[track_caller]
fn check(script: &[&str], expect: &[&str]) {
    for transform in both() {
        let mut sim = Sim::open(&proxy().transform(transform.clone()), Setup::default());
        let transcript = play(&mut sim, script);
        assert_eq!(transcript.lines().collect::<Vec<_>>(), expect, "{transform:?}");
    }
}

#[test]
fn verdicts_are_carried_out() {
    check(&["< hi", "<< ho", "< 0x01"], &["0 < hi", "0 >> hi", "0 << ho", "0 > ho", "0 < 0x01", "0 >> 0x01"]);
    check(&["< drop it", "<< drop it"], &["0 < drop it", "0 << drop it"]);
    check(&["< upper a", "<< upper a"], &["0 < upper a", "0 >> A", "0 << upper a", "0 > A"]);
    check(
        &["< twice a", "<< twice a"],
        &["0 < twice a", "0 >> a", "0 >> a", "0 << twice a", "0 > a", "0 > a"],
    );
    check(
        &["< answer x", "<< answer y"],
        &["0 < answer x", "0 > x from Client", "0 << answer y", "0 >> y from Upstream"],
    );
    check(&["< close", "< more"], &["0 < close", "0 x close 4001 enough"]);
    check(&["<< close"], &["0 << close", "0 x close 4001 enough"]);
    check(&["< all x", "+ 10"], &["0 < all x", "5 > ok", "5 >> x", "5 x close 4002"]);
}

#[test]
fn delays_keep_the_order_of_a_direction() {
    check(
        &["< slow", "< quick", "<< other", "+ 10", "< slow", "+ 100", "< quick"],
        &[
            "0 < slow",
            "0 < quick",
            "0 << other",
            "0 > other",
            "10 < slow",
            "20 >> slow",
            "20 >> quick",
            "30 >> slow",
            "110 < quick",
            "110 >> quick",
        ],
    );
}

#[test]
fn what_is_dropped_is_told() {
    for transform in both() {
        let mut sim = Sim::open(&proxy().transform(transform), Setup::default());
        sim.receive("drop").upstream("drop").receive("answer x");
        assert_eq!(sim.facts(), [&Fact::Dropped(DropReason::Rule), &Fact::Dropped(DropReason::Rule)]);
    }
}

/// A function sees the handshake and which side a message comes from.
#[test]
fn a_function_sees_where_a_message_comes_from() {
    let transform = Transform::new(|transit: Transit| match transit.from {
        Side::Client => Some(Message::text(format!("{} {}", transit.hello.path, transit.message))),
        Side::Upstream => None,
    });
    let mut sim = Sim::open(&proxy().transform(transform), Setup::default());
    sim.receive("a").upstream("b");
    assert_eq!((sim.sent_upstream(), sim.sent()), (vec![Message::text("/ws a")], Vec::new()));
}

/// What waits is passed on before the server's end is.
#[test]
fn the_end_comes_last() {
    for transform in both() {
        let mut sim = Sim::open(&proxy().transform(transform), Setup::default());
        sim.upstream("slow").upstream_leaves(Some(close::frame(1000, "bye")), None).advance(50);
        assert_eq!(sim.transcript(), "0 << slow\n0 << close 1000 bye\n20 > slow\n20 x close 1000 bye\n");
    }
}
