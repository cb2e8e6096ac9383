//! Every form of the language: what it matches, what it does not, what it captures.

use mockforge_ws_core::{Inbound, Message};
use mockforge_ws_jsonpath::Dialect;
use mockforge_ws_match::Pattern;
use serde_json::{Value, json};

use crate::{binary, pattern, text};

/// A pattern matches all of the one and none of the other; its explanation agrees.
fn check(spec: Value, matched: &[&str], unmatched: &[&str]) {
    let pattern = pattern(&spec);
    for (texts, wanted) in [(matched, true), (unmatched, false)] {
        for sent in texts {
            let message = text(sent);
            assert_eq!(pattern.is_match(&message), wanted, "{spec} on {sent}");
            assert_eq!(pattern.matches(&message).is_some(), wanted, "{spec} on {sent}");
            assert_eq!(pattern.explain(&message).is_none(), wanted, "{spec} on {sent}");
        }
    }
    let others = [
        Message::Ping(b"AAPL".to_vec().into()),
        Message::Pong(b"AAPL".to_vec().into()),
        Message::Close(None),
    ];
    for message in others {
        assert!(!pattern.is_match(&Inbound::new(message)), "{spec} takes a control frame");
    }
}

#[test]
fn regexes_are_searched_and_not_anchored() {
    check(json!("ACK"), &["ACK", "xACKx"], &["ack", ""]);
    check(json!("^CLIENT_READY$"), &["CLIENT_READY"], &["XCLIENT_READY", "CLIENT_READY\n", "anything"]);
    check(json!({ "regex": "^\\d+$" }), &["42", "٤٢"], &["4x"]);
    check(json!("(?i)^ping$"), &["PING", "ping"], &["pings"]);
    check(json!({ "regex": "$.a" }), &[], &["{\"a\":1}", "x"]);
    check(json!(r"\$\.a"), &["x$.a"], &[r#"{"a":1}"#]);
}

#[test]
fn jsonpaths_select_something() {
    check(json!("$.id"), &[r#"{"id":null}"#, r#"{"id":0}"#], &[r#"{"ID":1}"#, "[1]", "id", ""]);
    check(json!("$"), &["1", "null", "{}"], &["not json"]);
    check(json!("$[1]"), &["[1,2]"], &["[1]"]);
    check(json!("$['user-id']"), &[r#"{"user-id":1}"#], &[]);
    check(json!({ "jsonpath": "$.a" }), &[r#"{"a":1}"#], &["{}"]);
    check(json!({ "jsonpath": "$.a", "exists": true }), &[r#"{"a":1}"#], &["{}"]);
    check(json!({ "jsonpath": "$.a", "exists": false }), &["{}", "1"], &[r#"{"a":1}"#, "not json"]);
    check(json!({ "jsonpath": "$[?@.qty > 1]" }), &[r#"[{"qty":2}]"#], &[r#"[{"qty":1}]"#]);
}

#[test]
fn jsonpaths_compare() {
    let on_a = |test: &str, value: Value| json!({ "jsonpath": "$.a", test: value });
    check(on_a("equals", json!("x")), &[r#"{"a":"x"}"#], &[r#"{"a":"X"}"#, r#"{"b":"x"}"#, "x"]);
    check(on_a("equals", json!(1)), &[r#"{"a":1}"#, r#"{"a":1.0}"#, r#"{"a":1e0}"#], &[r#"{"a":"1"}"#]);
    check(on_a("equals", json!({ "b": [1] })), &[r#"{"a":{"b":[1.0]}}"#], &[r#"{"a":{"b":[1],"c":2}}"#]);
    check(on_a("equals", json!(null)), &[r#"{"a":null}"#], &["{}"]);
    check(on_a("in", json!(["x", 1])), &[r#"{"a":"x"}"#, r#"{"a":1}"#], &[r#"{"a":2}"#]);
    check(
        on_a("matches", json!("^o\\d$")),
        &[r#"{"a":"o1"}"#],
        &[r#"{"a":"o"}"#, r#"{"a":null}"#, r#"{"a":["o1"]}"#],
    );
    check(on_a("matches", json!("^\\d+$")), &[r#"{"a":17}"#, r#"{"a":"17"}"#], &[r#"{"a":-17}"#]);
    check(on_a("gt", json!(5)), &[r#"{"a":6}"#, r#"{"a":5.1}"#], &[r#"{"a":5}"#, r#"{"a":"6"}"#]);
    check(on_a("gte", json!(5)), &[r#"{"a":5}"#], &[r#"{"a":4}"#]);
    check(on_a("lt", json!(5)), &[r#"{"a":-1}"#], &[r#"{"a":5}"#]);
    check(on_a("lte", json!(5)), &[r#"{"a":5.0}"#], &[r#"{"a":6}"#]);
    check(
        on_a("gt", json!("2026-01-01")),
        &[r#"{"a":"2026-06-01"}"#],
        &[r#"{"a":"2025-06-01"}"#, r#"{"a":3000}"#],
    );
    check(
        on_a("gt", json!(9_007_199_254_740_992_i64)),
        &[r#"{"a":9007199254740993}"#],
        &[r#"{"a":9007199254740992}"#],
    );
}

#[test]
fn several_tests_are_about_one_value() {
    let range = json!({ "jsonpath": "$[*]", "gt": 1, "lt": 5 });
    check(range, &["[0,3]", "[4]"], &["[0,9]", "[]"]);
    check(json!({ "jsonpath": "$[*]", "equals": 2 }), &["[1,2]"], &["[1,3]"]);
}

#[test]
fn texts() {
    check(json!({ "exact": "a b" }), &["a b"], &["a b ", "A b", ""]);
    check(json!({ "exact": "" }), &[""], &[" "]);
    check(json!({ "contains": "a.c" }), &["xa.cx"], &["abc"]);
    check(json!({ "prefix": "SUB " }), &["SUB x"], &["sub x", " SUB x"]);
    check(json!({ "type": "text" }), &["", "x"], &[]);
}

#[test]
fn json_subsets() {
    check(
        json!({ "json": { "type": "order", "lines": [{ "qty": 1 }] } }),
        &[r#"{"lines":[{"qty":1.0,"sku":"a"}],"type":"order","id":1}"#],
        &[
            r#"{"type":"order"}"#,
            r#"{"type":"order","lines":[]}"#,
            r#"{"type":"order","lines":[{"qty":1},{}]}"#,
            "order",
        ],
    );
    check(json!({ "json": {} }), &["{}", r#"{"a":1}"#], &["[]", "1"]);
    check(json!({ "json": "x" }), &[r#""x""#], &["x"]);
    check(json!({ "json": null }), &["null"], &["0", ""]);
}

#[test]
fn schemas() {
    let schema =
        json!({ "type": "object", "properties": { "id": { "type": "integer" } }, "required": ["id"] });
    check(json!({ "schema": schema }), &[r#"{"id":1}"#], &[r#"{"id":"1"}"#, "{}", "1", "id"]);
    check(json!({ "schema": true }), &["1"], &["not json"]);
}

#[test]
fn combinations() {
    let both = json!({ "all": ["$.a", { "jsonpath": "$.b", "equals": 1 }] });
    check(both, &[r#"{"a":0,"b":1}"#], &[r#"{"a":0}"#, r#"{"b":1}"#]);
    check(json!({ "any": ["^a$", { "exact": "b" }] }), &["a", "b"], &["c"]);
    check(json!({ "not": "x" }), &["a", ""], &["x"]);
    check(json!({ "not": { "not": "x" } }), &["x"], &["a"]);
    check(json!({ "all": [{ "type": "text" }, { "not": { "contains": "x" } }] }), &["a"], &["x"]);
}

#[test]
fn texts_and_bytes_are_told_apart() {
    let bytes = binary(b"AAPL");
    for spec in [
        json!("AAPL"),
        json!({ "regex": "" }),
        json!({ "exact": "AAPL" }),
        json!({ "contains": "AA" }),
        json!({ "prefix": "AA" }),
        json!("$"),
        json!({ "json": {} }),
        json!({ "schema": true }),
        json!({ "jsonpath": "$.a", "exists": false }),
        json!({ "type": "text" }),
    ] {
        let pattern = pattern(&spec);
        assert!(!pattern.is_match(&bytes), "{spec}");
        assert!(pattern.explain(&bytes).unwrap().ends_with(", got 4 bytes of binary"), "{spec}");
    }
    for spec in [
        json!({ "binary": { "hex": "4141504c" } }),
        json!({ "binary": { "hex": "4141504C" } }),
        json!({ "binary": { "base64": "QUFQTA==" } }),
        json!({ "binary": { "base64": "QUFQTA" } }),
        json!({ "binary": { "prefix": "4141" } }),
        json!({ "binary": { "prefix": { "base64": "QUE" } } }),
        json!({ "binary": { "contains": "4150" } }),
        json!({ "binary": { "contains": { "hex": "50" } } }),
        json!({ "type": "binary" }),
        json!({ "not": "AAPL" }),
    ] {
        let pattern = pattern(&spec);
        assert!(pattern.is_match(&bytes), "{spec}");
        let unlike = if spec.get("not").is_some() { text("AAPL") } else { text("x") };
        assert!(!pattern.is_match(&unlike), "{spec} takes text");
        assert!(
            spec.get("binary").is_none()
                || !pattern.is_match(&binary(b"APL?"))
                || spec["binary"]["contains"] == "4150"
                || spec["binary"]["contains"].is_object()
        );
    }
    assert!(pattern(&json!({ "binary": { "hex": "" } })).is_match(&binary(b"")));
}

#[test]
fn captures_come_from_the_first_regex_that_took_part() {
    let message = r#"{"op":"sub:trades","id":7}"#;
    let op = json!({ "jsonpath": "$.op", "matches": "^sub:(?<topic>\\w+)(?<rest>!)?$" });
    for spec in [
        op.clone(),
        json!({ "all": ["$.id", op.clone(), "id"] }),
        json!({ "any": ["^nothing$", op.clone()] }),
    ] {
        let captures = pattern(&spec).matches(&text(message)).expect("it matches");
        assert_eq!(captures.get(0), Some("sub:trades"), "{spec}");
        assert_eq!((captures.get(1), captures.name("topic")), (Some("trades"), Some("trades")), "{spec}");
        assert_eq!(
            (captures.name("rest"), captures.name("other"), captures.get(9)),
            (None, None, None),
            "{spec}"
        );
    }
    let whole = pattern(&json!("b+")).matches(&text("abbc")).expect("it matches");
    assert_eq!((whole.get(0), whole.get(1)), (Some("bb"), None));
    for spec in [json!("$.op"), json!({ "json": {} }), json!({ "not": "x" }), json!({ "type": "text" })] {
        let captures = pattern(&spec).matches(&text(message)).expect("it matches");
        assert_eq!(captures.get(0), None, "{spec}");
    }
}

#[test]
fn all_adds_the_named_groups_of_its_regexes() {
    let all = pattern(&json!({ "all": [
        { "type": "text" },
        { "jsonpath": "$.id", "gt": 1 },
        { "jsonpath": "$.op", "matches": "^(?<verb>\\w+):(\\w+)$" },
        { "any": ["nothing", "\"(?<verb>id)\":(?<id>\\d+)(?<more>x)?"] },
        { "jsonpath": "$.user", "matches": "^(?<user>\\w+)$" },
    ] }));
    let captures = all.matches(&text(r#"{"op":"sub:trades","id":7,"user":"ann"}"#)).expect("it matches");
    // Numbers are the first regex's, and of two groups with one name the first counts.
    let numbers: Vec<_> = (0..3).map(|index| captures.get(index)).collect();
    assert_eq!(numbers, [Some("sub:trades"), Some("sub"), Some("trades")]);
    let names = ["verb", "id", "more", "user", "other"].map(|name| captures.name(name));
    assert_eq!(names, [Some("sub"), Some("7"), None, Some("ann"), None]);
    assert!(all.matches(&text(r#"{"op":"sub:trades","id":7}"#)).is_none());
}

#[test]
fn the_dialect_is_the_one_asked_for() {
    let older = Pattern::parse_str("$.user-id", Dialect::Goessner).expect("a path of the older dialect");
    assert!(older.is_match(&text(r#"{"user-id":1}"#)));
    assert!(Pattern::parse_str("$.user-id", Dialect::Rfc9535).is_err());
}
