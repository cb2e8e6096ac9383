//! Rules on simulated connections.

mod actions;
mod correlation;
mod guards;
mod guards_random;
mod handshake;
mod machine;
mod mistakes;
mod model;
mod rooms;
mod streams;
mod support;

use mockforge_ws_core::{Fact, Message};
use mockforge_ws_interactive::Conversation;
use mockforge_ws_testkit::Sim;
use serde_json::json;

use crate::support::compile;

/// Rules, what the client sends, and the transcript.
#[test]
fn the_first_rule_that_matches_answers() {
    let rules = json!({ "rules": [
        { "on": "connect", "reply": ["hello", { "after": "1s", "text": "still here" }] },
        { "on": "^a", "reply": "first" },
        { "on": "b$", "reply": "never" },
        { "on": { "jsonpath": "$.op", "equals": "add" }, "reply": { "json": { "id": "{{$.id}}", "sum": [1, "{{$.n}}"] } } },
        { "on": "binary", "reply": { "hex": "ff{{bytes 0 2}}" } },
        { "on": "^same$", "reply": "echo" },
        { "on": "^two$", "reply": [{ "after": "20ms", "text": "b" }, { "after": "10ms", "base64": "AAE" }] },
    ]});
    let cases = [
        ("ab", "0 < ab\n0 > first\n"),
        (
            r#"{"op":"add","id":null,"n":2}"#,
            "0 < {\"op\":\"add\",\"id\":null,\"n\":2}\n0 > {\"id\":null,\"sum\":[1,2]}\n",
        ),
        ("same", "0 < same\n0 > same\n"),
        ("two", "0 < two\n20 > b\n30 > 0x0001\n"),
        ("none", "0 < none\n"),
    ];
    for (message, expected) in cases {
        let mut sim = Sim::new(compile(&rules).session());
        sim.receive(message).advance(100);
        assert_eq!(sim.transcript(), format!("0 > hello\n{expected}"), "{message}");
        sim.advance(1000);
        assert!(sim.transcript().ends_with("1000 > still here\n"), "{message}");
    }
    let mut sim = Sim::new(compile(&rules).session());
    sim.receive_message(Message::binary(vec![1, 2, 3]));
    assert_eq!(sim.sent().last(), Some(&Message::binary(vec![255, 1, 2])));
}

#[test]
fn a_message_that_no_rule_takes_is_told_with_the_nearest_miss() {
    let rules = json!({ "rules": [
        { "on": "^PING$", "reply": "PONG" },
        { "on": { "jsonpath": "$.type", "equals": "login" }, "reply": "in" },
    ]});
    let mut sim = Sim::new(compile(&rules).session());
    sim.receive(r#"{"type":"logon"}"#);
    let [Fact::Unanswered { near: Some(near) }] = sim.facts()[..] else { panic!("{:?}", sim.facts()) };
    assert!(near.contains("wanted login, got logon"), "{near}");
}

#[test]
fn answers_that_wait_are_bounded() {
    let rules = json!({ "rules": [{ "on": ".", "reply": { "after": "1h", "text": "late" } }] });
    let mut sim = Sim::new(compile(&rules).session());
    for _ in 0..2_000 {
        sim.receive("x");
    }
    sim.advance(3_600_000);
    assert_eq!(sim.sent().len(), Conversation::PENDING);
    let dropped = sim.facts().iter().filter(|fact| matches!(fact, Fact::Dropped(_))).count();
    assert_eq!(dropped, 2_000 - Conversation::PENDING);
}

/// And at its own time on the schedule: when the client has sent the message does not move the clock.
#[test]
fn an_answer_is_rendered_from_the_message_that_it_answers() {
    let rules = json!({ "rules": [{ "on": "(.+)", "reply": { "after": "10ms", "text": "{{capture.1}} {{now.unixMs}}" } }] });
    let mut sim = Sim::new(compile(&rules).session());
    sim.receive("a").advance(5).receive("b").advance(100);
    assert_eq!(sim.texts(), ["a 1705314600010", "b 1705314600010"]);
}
