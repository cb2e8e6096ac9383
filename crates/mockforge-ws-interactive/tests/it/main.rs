//! Rules on simulated connections.

mod actions;
mod correlation;
mod guards;
mod guards_random;
mod machine;
mod rooms;
mod streams;
mod support;

use mockforge_ws_core::{Fact, Message};
use mockforge_ws_interactive::{Conversation, Rules};
use mockforge_ws_testkit::Sim;
use serde_json::{Value, json};

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

/// A section, and the places and texts of its mistakes.
#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let check = |section: Value, expected: &[&str]| {
        let problems = Rules::compile(&section, &Default::default()).expect_err("there are mistakes");
        let place = |key: &mockforge_ws_core::diagnostic::Key| match key {
            mockforge_ws_core::diagnostic::Key::Name(name) => format!("/{name}"),
            mockforge_ws_core::diagnostic::Key::Index(index) => format!("/{index}"),
        };
        let told: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {problem}", problem.path.iter().map(place).collect::<String>()))
            .collect();
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.starts_with(expected), "{told}\nshould begin with\n{expected}");
        }
        assert_eq!(told.len(), expected.len(), "{told:#?}");
    };
    check(json!([]), &[" this is an object with `rules`"]);
    check(json!({}), &[" `interactive` needs `rules`"]);
    check(
        json!({ "rules": 1, "defualt": {} }),
        &["/defualt unknown key `defualt` (did you mean `default`?)", "/rules `rules` is a list of rules"],
    );
    check(
        json!({ "rules": [
            { "reply": "a" },
            { "on": "a" },
            { "on": "a", "reply": "{{uid}}", "replay": 1 },
            { "on": "a", "reply": [{ "text": "a", "hex": "00" }, { "after": "soon", "text": "x" }, 7] },
            { "on": "disconnect", "broadcast": { "to": "lobby", "text": "a" }, "when": "stat.x" },
            { "on": "a", "reply": { "hex": "0g" } },
        ]}),
        &[
            "/rules/0 a rule needs `on`",
            "/rules/1 a rule without `reply` or another action does nothing",
            "/rules/2/replay unknown key `replay` (did you mean `reply`?)",
            "/rules/2/reply ",
            "/rules/3/reply/0 a reply has one of",
            "/rules/3/reply/1/after `after` is a time with its unit",
            "/rules/3/reply/2 this is a text, or an object",
            "/rules/4/when no such name `stat` (did you mean `state`?)",
            "/rules/4/broadcast/to `lobby` is no room (write `room:lobby`)",
            "/rules/5/reply/hex ",
        ],
    );
}
