//! Which patterns leave nothing to later ones. That what is told is true is a property, in `properties.rs`.

use mockforge_ws_jsonpath::Dialect;
use mockforge_ws_match::Pattern;
use serde_json::{Value, json};

use crate::pattern;

fn check(shadowed: &[(Value, Value)], reached: &[(Value, Value)]) {
    for (pairs, wanted) in [(shadowed, true), (reached, false)] {
        for (earlier, later) in pairs {
            assert_eq!(pattern(earlier).shadows(&pattern(later)), wanted, "{earlier} before {later}");
        }
    }
}

#[test]
fn texts() {
    let (exact, prefix) = (|t: &str| json!({ "exact": t }), |t: &str| json!({ "prefix": t }));
    let contains = |t: &str| json!({ "contains": t });
    check(
        &[
            (json!("^a$"), json!({ "regex": "^a$" })),
            (json!(".*"), exact("a")),
            (json!(""), json!({ "jsonpath": "$.a", "exists": false })),
            (json!({ "type": "text" }), json!({ "schema": {} })),
            (json!({ "type": "binary" }), json!({ "binary": { "hex": "00" } })),
            (exact("a"), json!("^a$")),
            (prefix("cmd"), prefix("cmd_1")),
            (prefix("cmd"), exact("cmd_1")),
            (prefix("cmd"), json!("^cmd_1 (\\w+)$")),
            (contains("b"), contains("abc")),
            (contains("b"), prefix("ab")),
            (contains("md"), json!("cmd \\d+")),
            (json!("^cmd_\\d"), json!("^cmd_17 go$")),
            (json!("^cmd_\\d+ \\w+$"), exact("cmd_17 go")),
            (json!("b+"), contains("abc")),
            (json!("^a"), prefix("ab")),
        ],
        &[
            (exact("a"), json!(".*")),
            (json!("^.*$"), contains("a")),
            (json!("^a"), contains("ab")),
            (json!("a$"), prefix("ba")),
            (json!("a\\b"), prefix("a")),
            (prefix("cmd_1"), prefix("cmd")),
            (prefix("a"), contains("a")),
            (contains("abc"), contains("b")),
            (json!(".*"), json!({ "type": "binary" })),
            (json!(".*"), json!({ "not": "a" })),
            (json!({ "type": "text" }), json!({ "type": "binary" })),
            (prefix("a"), json!("(?m)^a")),
            (json!("^cmd_1$"), json!("^cmd_\\d$")),
        ],
    );
}

#[test]
fn json_and_bytes() {
    let a = |test: &str, value: Value| json!({ "jsonpath": "$.a", test: value });
    let bytes = |part: &str, hex: &str| json!({ "binary": { part: hex } });
    check(
        &[
            (json!("$.a"), a("equals", json!(1))),
            (json!("$['a']"), a("in", json!([1]))),
            (json!("$.a"), json!("$.a..b")),
            (json!("$"), json!({ "json": [] })),
            (a("exists", json!(false)), json!({ "jsonpath": "$.a", "exists": false })),
            (json!({ "jsonpath": "$.a.b", "exists": false }), a("exists", json!(false))),
            (a("in", json!([1, "x"])), a("equals", json!("x"))),
            (a("equals", json!(1)), a("equals", json!(1.0))),
            (a("gt", json!(5)), json!({ "jsonpath": "$['a']", "gt": 5, "lt": 9 })),
            (a("gte", json!(5)), a("gt", json!(5))),
            (a("gte", json!(5)), a("in", json!([5, 6.5]))),
            (a("lt", json!("c")), a("lte", json!("b"))),
            (a("matches", json!("^x")), a("equals", json!("xy"))),
            (a("matches", json!("^x")), a("matches", json!("^xy\\d"))),
            (a("matches", json!("")), a("gt", json!(1))),
            (json!({ "jsonpath": "$..a", "gt": 1 }), json!({ "jsonpath": "$..a", "gt": 2 })),
            (json!({ "json": { "a": 1 } }), json!({ "json": { "a": 1.0, "b": 2 } })),
            (a("equals", json!("x")), json!({ "json": { "a": "x", "b": 1 } })),
            (json!("$.a[0].b"), json!({ "json": { "a": [{ "b": {} }] } })),
            (bytes("prefix", "00"), bytes("hex", "0001")),
            (bytes("contains", "01"), bytes("prefix", "0001")),
        ],
        &[
            (a("equals", json!(1)), json!("$.a")),
            (json!("$.a.b"), json!("$.a")),
            (json!("$.a"), a("exists", json!(false))),
            (json!("$..a"), json!("$..a.b")),
            (json!({ "jsonpath": "$.a..b", "exists": false }), a("exists", json!(false))),
            (a("gt", json!(5)), a("gte", json!(5))),
            (a("gt", json!(5)), a("lt", json!(9))),
            (a("gt", json!(5)), a("gt", json!("a"))),
            (a("matches", json!("^1$")), a("equals", json!(1.0))),
            (a("matches", json!("")), json!("$.a")),
            (a("equals", json!({})), json!({ "json": { "a": {} } })),
            (json!({ "json": { "a": 1, "b": 2 } }), json!({ "json": { "a": 1 } })),
            (bytes("hex", "00"), bytes("prefix", "00")),
            (bytes("prefix", "00"), bytes("contains", "00")),
        ],
    );
    let older = Pattern::parse_str("$.a", Dialect::Goessner).expect("a path");
    assert!(older.shadows(&older) && !older.shadows(&pattern(&json!("$.a"))));
}

#[test]
fn combinations() {
    let ping = json!({ "exact": "ping" });
    check(
        &[
            (json!({ "any": ["^x", "^p"] }), ping.clone()),
            (json!({ "all": ["^p", "g$"] }), ping.clone()),
            (json!("^p"), json!({ "all": [{ "not": "x" }, ping.clone()] })),
            (json!({ "any": ["$.a", "^p"] }), json!({ "any": [ping.clone(), "$.a.b"] })),
            (json!({ "not": { "exact": "ping" } }), json!({ "not": "^p" })),
            (json!({ "not": { "type": "binary" } }), json!("^p")),
            (json!({ "type": "text" }), json!({ "not": { "type": "binary" } })),
        ],
        &[
            (json!({ "all": ["^p", "x"] }), ping.clone()),
            (json!("^p"), json!({ "any": [ping.clone(), "x"] })),
            (json!({ "not": "^p" }), json!({ "not": { "exact": "ping" } })),
            (json!({ "not": "x" }), ping),
        ],
    );
}

#[test]
fn nested_alternatives_end() {
    let nest = |key: &str, leaf: &str| {
        let others = [format!("1{leaf}"), format!("2{leaf}")];
        (0..30).fold(json!(leaf), |inner, _| json!({ key: [inner, others[0], others[1]] }))
    };
    assert!(!pattern(&nest("any", "a")).shadows(&pattern(&nest("all", "b"))));
    assert!(!pattern(&nest("all", "a")).shadows(&pattern(&nest("any", "b"))));
}
