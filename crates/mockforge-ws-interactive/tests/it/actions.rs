//! Replies, variables, ends.

use mockforge_ws_core::{Fact, Limits, Message};
use mockforge_ws_testkit::{Setup, Sim};
use serde_json::{Value, json};

use crate::support::{compile, sim, sims};

#[test]
fn replies_take_turns_or_chances() {
    let mut turns = sim(
        &json!({ "rules": [{ "on": "x", "reply": { "sequence": ["a", ["b", "c"], { "json": [1] }] } }] }),
    );
    for _ in 0..4 {
        turns.receive("x");
    }
    assert_eq!(turns.texts(), ["a", "b", "c", "[1]", "a"]);
    let count = |reply: Value, wanted: &str| {
        let mut sim = sim(&json!({ "rules": [{ "on": "x", "reply": reply }] }));
        for _ in 0..1_000 {
            sim.receive("x");
        }
        sim.texts().iter().filter(|text| *text == wanted).count()
    };
    let random = count(json!({ "random": ["a", "b"] }), "a");
    let weighted = count(
        json!({ "weighted": [{ "weight": 9, "text": "a" }, { "weight": 1, "reply": ["b", "c"] }] }),
        "a",
    );
    assert!((400..600).contains(&random) && (850..950).contains(&weighted), "{random} {weighted}");
}

#[test]
fn parts_have_times_and_repeat() {
    let mut sim = sim(&json!({ "rules": [{ "on": "go", "reply": [
        "now",
        { "after": "10ms", "text": "tick", "repeat": { "count": 3, "every": "20ms" } },
        { "after": "15ms", "ping": "p{{seq}}" },
        { "text": "twice", "repeat": { "count": 2, "every": "100ms" } },
        { "after": "1s", "close": { "code": 4000, "reason": "{{message}}" } },
        { "text": "never" },
    ] }] }));
    sim.receive("go").advance(2_000);
    assert_eq!(
        sim.transcript(),
        "0 < go\n0 > now\n10 > tick\n25 > ping 0x7031\n25 > twice\n30 > tick\n50 > tick\n125 > twice\n1025 x close 4000 go\n"
    );
}

#[test]
fn later_rules_see_a_message_that_an_earlier_one_passes_on() {
    let mut sim = sim(&json!({
        "vars": { "n": 0 },
        "rules": [
            { "on": ".", "stop": false, "set": { "n": { "add": 1 } } },
            { "on": "^a", "when": "state.n % 2 == 0", "reply": "even" },
            { "on": "^a", "reply": "odd" },
        ],
    }));
    sim.receive("a").receive("a").receive("b");
    assert_eq!(sim.texts(), ["odd", "even"]);
}

/// What is set, and the variables after it.
#[test]
fn variables_are_set_added_to_pushed_and_taken_away() {
    let check = |set: Value, expected: &str| {
        let mut sim = sim(&json!({
            "vars": { "n": 1, "list": [1, 2], "map": { "a": 1 }, "text": "5" },
            "rules": [{ "on": "$", "set": set, "reply": "{{json state}}" }],
        }));
        sim.receive(r#"{"id":"k","v":[1,{"x":null}],"n":2.5}"#);
        let text = sim.texts().pop().expect("there is an answer");
        assert_eq!(text, expected, "{set}");
    };
    let state = |change: &str| change.to_string();
    check(json!({ "n": "{{$.v}}" }), &state(r#"{"n":[1,{"x":null}],"list":[1,2],"map":{"a":1},"text":"5"}"#));
    check(json!({ "n": { "add": 2 } }), r#"{"n":3,"list":[1,2],"map":{"a":1},"text":"5"}"#);
    check(json!({ "n": { "add": "{{$.n}}" } }), r#"{"n":3.5,"list":[1,2],"map":{"a":1},"text":"5"}"#);
    check(json!({ "text": { "add": 1 } }), r#"{"n":1,"list":[1,2],"map":{"a":1},"text":6}"#);
    check(
        json!({ "list": { "push": { "id": "{{$.id}}" } } }),
        r#"{"n":1,"list":[1,2,{"id":"k"}],"map":{"a":1},"text":"5"}"#,
    );
    check(json!({ "list": { "pull": 1 } }), r#"{"n":1,"list":[2],"map":{"a":1},"text":"5"}"#);
    check(json!({ "fresh": { "push": 1 } }), r#"{"n":1,"list":[1,2],"map":{"a":1},"text":"5","fresh":[1]}"#);
    check(json!({ "map.{{$.id}}": true }), r#"{"n":1,"list":[1,2],"map":{"a":1,"k":true},"text":"5"}"#);
    check(
        json!({ "new.deep.{{$.id}}": "{{$.id}}!" }),
        r#"{"n":1,"list":[1,2],"map":{"a":1},"text":"5","new":{"deep":{"k":"k!"}}}"#,
    );
    check(json!({ "map.a": { "unset": true } }), r#"{"n":1,"list":[1,2],"map":{},"text":"5"}"#);
    check(
        json!({ "n": { "expr": "state.n * 10 + size(state.list)" } }),
        r#"{"n":12,"list":[1,2],"map":{"a":1},"text":"5"}"#,
    );
    check(
        json!({ "n": { "value": { "add": 1 } } }),
        r#"{"n":{"add":1},"list":[1,2],"map":{"a":1},"text":"5"}"#,
    );
    // What can't be done leaves all as it is.
    check(json!({ "map": { "add": 1 } }), r#"{"n":1,"list":[1,2],"map":{"a":1},"text":"5"}"#);
    check(json!({ "n.x": 1 }), r#"{"n":1,"list":[1,2],"map":{"a":1},"text":"5"}"#);
}

#[test]
fn variables_hold_no_more_than_a_message() {
    let rules = compile(&json!({ "rules": [{ "on": "^(.)", "set": { "all": { "push": "{{message}}" } } }] }));
    let limits = Limits { max_message_size: 10_000 };
    let mut sim = Sim::with(rules.session(), Setup { limits, ..Setup::default() });
    for _ in 0..1_000 {
        sim.receive("0123456789");
    }
    let refused = sim
        .facts()
        .iter()
        .filter(|fact| matches!(fact, Fact::Error { reason } if reason.contains("keeps its value")))
        .count();
    assert!((700..990).contains(&refused), "{refused}");
}

/// Names on the way come from clients: taking away what is not there made empty objects, which nobody counted.
#[test]
fn variables_that_are_not_there_are_not_made_by_taking_away() {
    let way = |operator: Value| {
        compile(
            &json!({ "rules": [{ "on": "^n", "set": { "all.{{message}}.x": operator } }, { "on": "^show$", "reply": "{{json state}}" }] }),
        )
    };
    for operator in [json!({ "unset": true }), json!({ "pull": 1 }), json!({ "add": "no number" })] {
        let mut sim = Sim::new(way(operator.clone()).session());
        sim.receive("n1").receive("show");
        assert_eq!(sim.texts(), ["{}"], "{operator}");
    }
    let limits = Limits { max_message_size: 10_000 };
    let mut sim = Sim::with(way(json!(1)).session(), Setup { limits, ..Setup::default() });
    for n in 0..1_000 {
        sim.receive(&format!("n{n}"));
    }
    sim.receive("show");
    assert!(sim.texts()[0].len() < 10_000, "{}", sim.texts()[0].len());
}

#[test]
fn pings_binary_and_records_have_rules() {
    let mut sim = sim(&json!({
        "split": "\u{1e}",
        "rules": [
            { "on": "ping", "reply": "pinged" },
            { "on": "pong", "reply": "ponged" },
            { "on": "binary", "reply": { "hex": "{{bytes 0 2}}" } },
            { "on": "$.n", "reply": "{{$.n}}" },
        ],
    }));
    sim.receive_message(Message::Ping("x".into())).receive_message(Message::Pong("".into()));
    sim.receive_message(Message::binary(vec![1, 2, 3])).receive("{\"n\":1}\u{1e}{\"n\":2}\u{1e}");
    assert_eq!(
        sim.transcript().lines().filter(|line| line.contains(" > ")).collect::<Vec<_>>(),
        ["0 > pinged", "0 > ponged", "0 > 0x0102", "0 > 1", "0 > 2"]
    );
}

#[test]
fn a_message_that_is_no_json_gets_its_own_answer() {
    let mut sim = sim(&json!({
        "rules": [{ "on": { "jsonpath": "$.op", "equals": "add" }, "reply": "added" }, { "on": "^plain$", "reply": "text" }],
        "invalid_json": { "reply": { "json": { "error": "Invalid JSON format", "why": "{{error}}" } } },
        "default": { "reply": "unknown" },
    }));
    sim.receive("plain").receive("{\"op\":").receive(r#"{"op":"sub"}"#).receive(r#"{"op":"add"}"#);
    let texts = sim.texts();
    assert_eq!(texts.len(), 4);
    assert!(
        texts[1].starts_with(r#"{"error":"Invalid JSON format","why":"EOF while parsing"#),
        "{}",
        texts[1]
    );
    assert_eq!((&*texts[0], &*texts[2], &*texts[3]), ("text", "unknown", "added"));
    assert!(!sim.is_over());
    assert_eq!(sim.facts().iter().filter(|fact| matches!(fact, Fact::InvalidJson { .. })).count(), 1);
}

/// What was already closed by its reply started its streams again, and their snapshots went out to the room.
#[test]
fn nothing_starts_once_the_connection_is_closed() {
    let [mut ada, mut bob] = sims(&json!({
        "room": "room:all",
        "rules": [{ "on": "^bye$", "reply": { "close": true }, "broadcast": { "to": "room:all", "text": "gone" }, "start": "news" }],
        "streams": { "news": { "every": "1s", "to": "room:all", "snapshot": { "text": "never" }, "text": "news" } },
    }));
    ada.receive("bye");
    assert_eq!(bob.collect().texts(), ["gone"]);
}

#[test]
fn a_connection_can_be_dropped() {
    let mut sim = sim(
        &json!({ "rules": [{ "on": "die", "reply": "last words", "abort": true }, { "on": ".", "reply": "x" }] }),
    );
    sim.receive("die").receive("more");
    assert_eq!(sim.transcript(), "0 < die\n0 > last words\n0 x abort\n");
}
