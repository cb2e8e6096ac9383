//! What several messages mean together.

use mockforge_ws_core::Fact;
use serde_json::{Value, json};

use crate::support::sim;

/// A trigger, messages at times, and when the rule fired.
fn check(on: &Value, messages: &[(u64, &str)], expected: &[&str]) {
    let mut sim = sim(&json!({
        "rules": [{ "on": on, "reply": "fired {{default $.id message \"nothing\"}}" }],
        "default": { "set": { "rest": 1 } },
    }));
    let mut now = 0;
    for (at, message) in messages {
        sim.advance(at - now).receive(message);
        now = *at;
    }
    sim.advance(10_000);
    let fired: Vec<String> = sim
        .transcript()
        .lines()
        .filter(|line| line.contains(" > "))
        .map(|line| line.replace("> fired ", ""))
        .collect();
    assert_eq!(fired, expected, "{messages:?}");
}

#[test]
fn sequences() {
    let ab = json!({ "sequence": ["^a", "^b"], "within": "5s" });
    check(&ab, &[(0, "a1"), (10, "x"), (20, "b1")], &["20 b1"]);
    check(&ab, &[(0, "b1"), (10, "a1")], &[]);
    check(&ab, &[(0, "a1"), (5_000, "b1")], &["5000 b1"]);
    check(&ab, &[(0, "a1"), (5_001, "b1")], &[]);
    // A later beginning counts from its own time.
    check(&ab, &[(0, "a1"), (4_000, "a2"), (8_000, "b1")], &["8000 b1"]);
    check(&ab, &[(0, "a1"), (1, "b1"), (2, "b2"), (3, "a2"), (4, "b3")], &["1 b1", "4 b3"]);
    check(&json!({ "sequence": ["^a$", "^a$", "^a$"] }), &[(0, "a"), (1, "a"), (2, "a"), (3, "a")], &["2 a"]);
    let by = json!({ "sequence": [{ "jsonpath": "$.t", "equals": "order" }, { "jsonpath": "$.t", "equals": "pay" }], "by": "$.id" });
    check(
        &by,
        &[
            (0, r#"{"t":"order","id":1}"#),
            (1, r#"{"t":"order","id":2}"#),
            (2, r#"{"t":"pay","id":2}"#),
            (3, r#"{"t":"pay"}"#),
        ],
        &["2 2"],
    );
}

#[test]
fn counts() {
    let three = json!({ "count": 3, "of": "^x", "within": "10s" });
    check(&three, &[(0, "x1"), (4_000, "x2"), (10_000, "x3"), (10_001, "x4")], &["10000 x3"]);
    check(&three, &[(0, "x1"), (4_000, "x2"), (10_001, "x3"), (14_000, "x4")], &["14000 x4"]);
    check(
        &json!({ "count": "2 in 1s", "of": "^x" }),
        &[(0, "x1"), (1_500, "x2"), (2_000, "x3")],
        &["2000 x3"],
    );
}

#[test]
fn absences() {
    let ack = json!({ "absent": "^ack", "for": "2s", "after": "^order" });
    check(&ack, &[(0, "order"), (1_000, "ack")], &[]);
    check(&ack, &[(500, "order"), (1_000, "x")], &["2500 order"]);
    check(&ack, &[(0, "order"), (100, "ack"), (200, "order"), (300, "order")], &["2200 order"]);
    check(&json!({ "absent": "^hello for 2s" }), &[(1_999, "hello")], &[]);
    check(&json!({ "absent": "^hello for 2s" }), &[(2_001, "hello")], &["2000 nothing"]);
    let by = json!({ "absent": { "jsonpath": "$.t", "equals": "ack" }, "for": "1s", "after": { "jsonpath": "$.t", "equals": "order" }, "by": "$.id" });
    check(
        &by,
        &[(0, r#"{"t":"order","id":1}"#), (10, r#"{"t":"order","id":2}"#), (20, r#"{"t":"ack","id":1}"#)],
        &["1010 2"],
    );
}

#[test]
fn a_rule_about_several_messages_has_its_place_among_the_others() {
    let mut sim = sim(&json!({ "rules": [
        { "on": "^special$", "reply": "first" },
        { "on": { "count": 2, "of": "^ping$" }, "stop": false, "reply": "twice" },
        { "on": "^ping$", "reply": "pong" },
    ]}));
    sim.receive("ping").receive("special").receive("ping");
    assert_eq!(sim.texts(), ["pong", "first", "twice", "pong"]);
}

#[test]
fn cases_are_bounded() {
    let mut sim = sim(&json!({ "rules": [
        { "on": { "sequence": ["$.a", "$.b"], "by": "$.id" }, "reply": "{{$.id}}" },
    ], "default": { "set": { "n": 1 } } }));
    for id in 0..3_000 {
        sim.receive(&format!(r#"{{"a":1,"id":{id}}}"#));
    }
    sim.receive(r#"{"b":1,"id":0}"#).receive(r#"{"b":1,"id":2999}"#);
    assert_eq!(sim.texts(), ["2999"]);
    let told = sim.facts().iter().filter(|fact| matches!(fact, Fact::Error { .. })).count();
    assert_eq!(told, 3_000 - 1_024);
}
