//! A mode of our own in front of the server.

use mockforge_ws_core::{Cx, Event, Fact, Hello, Message, Opening};
use mockforge_ws_testkit::{Setup, Sim};
use serde_json::json;

use crate::support::{proxy, rules};

/// Answers `ping`, and greets at the opening; all else is unanswered.
fn mode(_: &Hello) -> Opening {
    Opening::accept(|event: Event, cx: &mut Cx<'_>| match event {
        Event::Opened => cx.send(Message::text("welcome")),
        Event::Received(inbound) if inbound.text() == Some("ping") => cx.send(Message::text("pong")),
        Event::Received(_) => cx.note(Fact::Unanswered { near: None }),
        _ => {}
    })
}

#[test]
fn what_is_unanswered_goes_on() {
    let mut sim = Sim::open(&proxy().local(mode), Setup::default());
    sim.receive("ping").receive("other").upstream("ping");
    assert_eq!(
        sim.transcript(),
        "0 > welcome\n0 < ping\n0 > pong\n0 < other\n0 >> other\n0 << ping\n0 > ping\n"
    );
    // It was answered elsewhere, so that it is no news.
    assert_eq!(sim.facts().len(), 0);
}

#[test]
fn rules_hear_what_is_unanswered() {
    let rules = rules(&json!([{ "from": "client", "replace": "replaced {{message}}" }]));
    let mut sim = Sim::open(&proxy().local(mode).rules(rules), Setup::default());
    sim.receive("ping").receive("other");
    assert_eq!(sim.texts(), ["welcome", "pong"]);
    assert_eq!(sim.sent_upstream(), [Message::text("replaced other")]);
}
