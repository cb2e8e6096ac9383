//! Where two JSON values part.

use mockforge_ws_match::json_difference;
use serde_json::{Value, json};

fn check(wanted: Value, got: Value, expected: &str) {
    assert_eq!(json_difference(&wanted, &got).as_deref(), Some(expected), "{wanted} / {got}");
}

#[test]
fn the_same_whatever_its_order_and_spelling() {
    let parse = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    for (wanted, got) in [
        ("null", "null"),
        ("1", "1.0"),
        ("100", "1e2"),
        (r#"{"a":1,"b":[{"c":2}]}"#, r#"{"b":[{"c":2.0}],"a":1}"#),
    ] {
        assert_eq!(json_difference(&parse(wanted), &parse(got)), None, "{wanted} / {got}");
    }
}

#[test]
fn values_differ() {
    check(
        json!({ "items": [0, 1, { "price": 5 }] }),
        json!({ "items": [0, 1, { "price": 6 }] }),
        "$.items[2].price: wanted 5, got 6",
    );
    check(json!({ "symbol": "AAPL" }), json!({ "symbol": "aapl" }), "$.symbol: wanted AAPL, got aapl");
    check(json!(1), json!("1"), r#"$: wanted 1, got "1""#);
    check(json!("1"), json!(1), r#"$: wanted "1", got 1"#);
    check(json!("a"), json!("a "), r#"$: wanted a, got "a ""#);
    check(json!("a"), json!(""), r#"$: wanted a, got """#);
    check(json!("a"), json!("a\n"), r#"$: wanted a, got "a\n""#);
    check(
        json!({ "a b": { "c'd": null } }),
        json!({ "a b": { "c'd": [] } }),
        r"$['a b']['c\'d']: wanted null, got []",
    );
    check(
        json!(9_007_199_254_740_993_i64),
        json!(9_007_199_254_740_992_i64),
        "$: wanted 9007199254740993, got 9007199254740992",
    );
}

#[test]
fn members_and_elements_are_missing_or_too_many() {
    check(json!({ "a": 1, "id": "x" }), json!({ "a": 1 }), "$.id: wanted x, got nothing");
    check(
        json!({ "user": 1 }),
        json!({ "usr": 1 }),
        "$.user: wanted 1, got nothing (there is `usr`) (and 1 difference more)",
    );
    check(json!({}), json!({ "a": { "b": 1 } }), r#"$.a: wanted nothing, got {"b":1}"#);
    check(json!([1, 2, 3]), json!([1, 2]), "$: wanted 3 elements, got 2");
    check(json!({ "l": [1] }), json!({ "l": [] }), "$.l: wanted 1 element, got 0");
    check(json!({ "l": {} }), json!({ "l": [] }), "$.l: wanted {}, got []");
}

#[test]
fn what_differs_is_told_before_what_is_missing() {
    check(
        json!({ "id": 1, "type": "a", "x": 1 }),
        json!({ "type": "b", "y": 1, "x": 2 }),
        "$.type: wanted a, got b (and 3 differences more)",
    );
}

#[test]
fn long_values_are_cut() {
    let long = "x".repeat(10_000);
    let text = json_difference(&json!({ "a": 1 }), &json!({ "a": long })).unwrap();
    assert!(text.chars().count() < 120, "{text}");
    let wide = Value::from(vec![0; 10_000]);
    check(json!({ "a": 1 }), json!({ "a": wide }), "$.a: wanted 1, got a list of 10000 elements");
}
