//! Sets: the order of mixed patterns, and that a set agrees with its patterns one by one.

use mockforge_ws_core::{Inbound, Message};
use mockforge_ws_match::PatternSet;
use serde_json::{Value, json};

use crate::{binary, pattern, text};

fn set(specs: &[Value]) -> PatternSet {
    specs.iter().map(pattern).collect()
}

fn check(set: &PatternSet, message: &Inbound) {
    let alone: Vec<_> =
        (0..set.patterns().len()).filter(|index| set.patterns()[*index].is_match(message)).collect();
    assert_eq!(set.all(message), alone, "{:?} on {message:?}", set.patterns());
    let first = alone.first().map(|index| (*index, set.patterns()[*index].matches(message).unwrap()));
    assert_eq!(set.first(message), first, "{:?} on {message:?}", set.patterns());
}

#[test]
fn the_first_counts_whatever_its_kind() {
    let type_is = |value: Value| json!({ "jsonpath": "$.type", "equals": value });
    let specs = [
        type_is(json!("ping")),
        json!("^x(\\d)$"),
        json!({ "contains": "ping" }),
        type_is(json!("pong")),
        json!("ping|pong"),
        json!("$.type"),
        type_is(json!("ping")),
        json!({ "type": "binary" }),
        type_is(json!(1)),
        json!("^x"),
        type_is(json!(null)),
        type_is(json!({ "deep": true })),
        type_is(json!(1.5)),
        json!({ "jsonpath": "$[*]", "equals": 1 }),
        json!({ "jsonpath": "$[*]", "equals": 2 }),
        json!({ "jsonpath": "$[*]", "equals": "a" }),
        json!({ "not": "x" }),
    ];
    let messages = [
        text(r#"{"type":"ping"}"#),
        text(r#"{"type":"pong"}"#),
        text(r#"{"type":1.0}"#),
        text(r#"{"type":1.5}"#),
        text(r#"{"type":null}"#),
        text(r#"{"type":{"deep":true}}"#),
        text(r#"{"type":"other"}"#),
        text("[2,1,2]"),
        text(r#"["a"]"#),
        text("x1"),
        text("xy"),
        text("ping"),
        text(""),
        binary(b"x1"),
        Inbound::new(Message::Ping(b"x1".to_vec().into())),
    ];
    // Every way to cut the list makes another mix of automaton, table and single patterns.
    let patterns: Vec<_> = specs.iter().map(pattern).collect();
    for start in 0..patterns.len() {
        for end in start..=patterns.len() {
            let set = PatternSet::new(patterns[start..end].iter().cloned());
            messages.iter().for_each(|message| check(&set, message));
        }
    }
}

#[test]
fn captures_are_those_of_the_first() {
    let set =
        set(&[json!("^cmd_1 (\\w+)$"), json!("^cmd_2 (?<arg>\\w+)$"), json!("^cmd_\\d (?<other>\\w+)$")]);
    let (index, captures) = set.first(&text("cmd_2 go")).expect("a match");
    assert_eq!((index, captures.name("arg"), captures.name("other")), (1, Some("go"), None));
}

#[test]
fn a_hundred_rules_and_an_empty_set() {
    let specs: Vec<_> = (0..100).map(|n| json!(format!("^cmd_{n:02} ([a-z]+)$"))).collect();
    let set = set(&specs);
    assert_eq!(
        set.first(&text("cmd_73 go")).map(|(index, captures)| (index, captures.get(1).map(str::to_string))),
        Some((73, Some("go".to_string())))
    );
    assert_eq!(set.first(&text("cmd_100 go")), None);
    assert_eq!(PatternSet::default().first(&text("x")), None);
    assert_eq!(PatternSet::default().all(&text("x")), [0; 0]);
}
