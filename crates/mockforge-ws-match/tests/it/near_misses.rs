//! What is said of a message that does not match, and which of many came nearest.

use mockforge_ws_core::{Inbound, Message};
use serde_json::{Value, json};

use crate::{binary, pattern, text};

fn check(spec: Value, message: &Inbound, expected: &str) {
    assert_eq!(pattern(&spec).explain(message).as_deref(), Some(expected), "{spec}");
}

fn on(message: &str, spec: Value, expected: &str) {
    check(spec, &text(message), expected);
}

#[test]
fn jsonpaths() {
    let equals = |path: &str, value: Value| json!({ "jsonpath": path, "equals": value });
    let aapl = r#"{"symbol":"aapl","qty":5,"user":{"name":"bob","e-mail":"b@c"},"tags":[]}"#;
    on(aapl, equals("$.symbol", json!("AAPL")), "$.symbol: wanted AAPL, got aapl");
    on(aapl, equals("$.qty", json!("5")), r#"$.qty: wanted "5", got 5"#);
    on(aapl, equals("$.qty", json!(6)), "$.qty: wanted 6, got 5");
    on(aapl, json!("$.Symbol"), "$.Symbol: wanted anything, got nothing (there is $.symbol)");
    on(
        aapl,
        equals("$.user.nme", json!("bob")),
        "$.user.nme: wanted bob, got nothing (there is $.user.name)",
    );
    on(aapl, json!("$.user.zip"), "$.user.zip: wanted anything, got nothing ($.user has name, e-mail)");
    on(aapl, json!("$.symbol.name"), "$.symbol.name: wanted anything, got nothing ($.symbol is a text)");
    on(aapl, json!("$.tags[0]"), "$.tags[0]: wanted anything, got nothing");
    on("[1]", json!("$.a"), "$.a: wanted anything, got nothing ($ is a list)");
    on("{}", json!("$.a"), "$.a: wanted anything, got nothing ($ is empty)");
    on("hello", json!("$.a"), "wanted JSON, got `hello`");
    on(aapl, json!({ "jsonpath": "$.symbol", "exists": false }), r#"$.symbol: wanted nothing, got "aapl""#);
    on(aapl, json!({ "jsonpath": "$.qty", "gt": 5 }), "$.qty: wanted > 5, got 5");
    on(aapl, json!({ "jsonpath": "$.qty", "gte": 1, "lt": 4 }), "$.qty: wanted < 4, got 5");
    on(aapl, json!({ "jsonpath": "$.qty", "gt": "a" }), r#"$.qty: wanted > "a", got 5"#);
    on(
        aapl,
        json!({ "jsonpath": "$.symbol", "in": ["AAPL", "MSFT"] }),
        "$.symbol: wanted one of AAPL, MSFT, got aapl",
    );
    on(aapl, json!({ "jsonpath": "$.qty", "in": [1, "5"] }), r#"$.qty: wanted one of 1, "5", got 5"#);
    on(
        aapl,
        json!({ "jsonpath": "$.symbol", "matches": "^A" }),
        "$.symbol: wanted a match of `^A`, got aapl",
    );
    on(
        r#"["MSFT","aapl",1]"#,
        equals("$[*]", json!("AAPL")),
        "$[*]: wanted AAPL, got aapl (the nearest of 3)",
    );
    let wide = format!("[{}1]", "1,".repeat(20_000));
    on(&wide, json!("$[?count($..*) > 1]"), "$[?count($..*) > 1]: the message is too large for this path");
    assert!(
        pattern(&json!({ "jsonpath": "$[?count($..*) > 1]", "exists": false }))
            .explain(&text(&wide))
            .is_some()
    );
}

#[test]
fn regexes_and_texts() {
    on("ACKX", json!("^ACK$"), "`^ACK$` did not match `ACKX`");
    on("ack", json!("^ACK$"), "`^ACK$` did not match `ack` (but for case)");
    on("ACK\n", json!("^ACK$"), r"`^ACK$` did not match `ACK\n` (but for the white space around it)");
    on("b", json!({ "exact": "a" }), "wanted `a`, got `b`");
    on("A", json!({ "exact": "a" }), "wanted `a`, got `A` (but for case)");
    on("a ", json!({ "exact": "a" }), "wanted `a`, got `a ` (but for the white space around it)");
    on("hello", json!({ "contains": "bye" }), "`bye` is not in `hello`");
    on("HELLO", json!({ "contains": "ell" }), "`ell` is not in `HELLO` (but for case)");
    on("pub x", json!({ "prefix": "sub" }), "`pub x` does not begin with `sub`");
    on("SUB x", json!({ "prefix": "sub" }), "`SUB x` does not begin with `sub` (but for case)");
    let long = "x".repeat(100);
    let shown = "x".repeat(80);
    on(&long, json!("^y$"), &format!("`^y$` did not match `{shown}…` (100 bytes)"));
    let other = format!("{long}a");
    on(
        &format!("{long}b"),
        json!({ "exact": other }),
        &format!("from character 81 on, wanted `{0}a`, got `{0}b`", "x".repeat(20)),
    );
}

#[test]
fn json_subsets() {
    let wanted = json!({ "json": { "type": "order", "lines": [{ "qty": 2 }] } });
    on(r#"{"type":"order","lines":[{"qty":3}],"id":1}"#, wanted.clone(), "$.lines[0].qty: wanted 2, got 3");
    on(r#"{"type":"order"}"#, wanted.clone(), r#"$.lines: wanted [{"qty":2}], got nothing"#);
    on(r#"{"type":"x","lines":[]}"#, wanted.clone(), "$.type: wanted order, got x (and 1 difference more)");
    on("order", wanted, "wanted JSON, got `order`");
}

#[test]
fn binaries_and_types() {
    check(
        json!({ "binary": { "hex": "0a0b" } }),
        &binary(&[10, 12, 13]),
        "wanted 0a0b, got 0a0c0d (3 bytes)",
    );
    check(
        json!({ "binary": { "prefix": "0a0b" } }),
        &binary(&[10]),
        "wanted the beginning 0a0b, got 0a (1 byte)",
    );
    check(json!({ "binary": { "contains": "0b" } }), &binary(&[10]), "0b is not in 1 byte 0a");
    let mut long = vec![0; 100];
    let wanted = hex(&long);
    long[90] = 1;
    check(
        json!({ "binary": { "hex": wanted } }),
        &binary(&long),
        "wanted 00000000000000000000000000 from byte 86 on, got 0000000001000000000000000000 (100 bytes)"
            .replace("wanted 00000000000000000000000000 ", "wanted 0000000000000000000000000000 ")
            .as_str(),
    );
    check(json!({ "binary": { "hex": "00" } }), &text("x"), "wanted a binary message, got `x`");
    check(json!({ "type": "binary" }), &text("x"), "wanted a binary message, got `x`");
    check(json!({ "type": "text" }), &binary(&[1]), "wanted a text message, got 1 byte of binary");
    check(
        json!({ "not": "x" }),
        &Inbound::new(Message::Ping(vec![].into())),
        "wanted a data message, got a ping",
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn combinations() {
    on("a", json!({ "all": ["b", "a", { "exact": "c" }] }), "`b` did not match `a`; wanted `c`, got `a`");
    on(
        "x",
        json!({ "all": ["a", "b", "c", "d", "e"] }),
        "`a` did not match `x`; `b` did not match `x`; `c` did not match `x`; and 2 more",
    );
    on(
        "ack",
        json!({ "any": ["zzz", "^ACK$"] }),
        "`^ACK$` did not match `ack` (but for case) (the nearest of 2 alternatives)",
    );
    on("a", json!({ "any": ["b"] }), "`b` did not match `a`");
    on("ab", json!({ "not": "^a" }), "wanted no match of `^a`, got `ab`");
    on("ab", json!({ "not": { "contains": "b" } }), "wanted no match of `{\"contains\":\"b\"}`, got `ab`");
}

/// The messages from the nearest to the farthest.
fn order(spec: Value, messages: &[&str]) {
    let pattern = pattern(&spec);
    let scores: Vec<_> =
        messages.iter().map(|message| pattern.near_miss(&text(message)).unwrap().score).collect();
    assert!(scores.is_sorted_by(|a, b| a > b), "{spec}: {scores:?}");
    assert!(pattern.near_miss(&binary(b"x")).unwrap().score < *scores.last().unwrap(), "{spec}");
}

#[test]
fn the_nearest_message_has_the_highest_score() {
    order(
        json!({ "jsonpath": "$.op", "equals": "subscribe" }),
        &[r#"{"op":"subscribed"}"#, r#"{"op":"ping"}"#, r#"{"oq":1}"#, "subscribe"],
    );
    order(json!("^SUBSCRIBE \\w+$"), &["subscribe trades", "SUBSCRIBE a-b-c", "ok"]);
    order(json!({ "exact": "hello" }), &["Hello", "hallo", "bye"]);
    order(
        json!({ "json": { "a": 1, "b": 2, "c": 3 } }),
        &[r#"{"a":1,"b":2}"#, r#"{"a":1}"#, r#"{"x":1}"#, "x"],
    );
    order(json!({ "all": ["a", "b"] }), &["xa", "x-"]);
}
