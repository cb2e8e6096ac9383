//! Plain paths: what counts as one, and that our own evaluator agrees with `serde_json_path`, save where the
//! library departs from the RFC.

use mockforge_ws_jsonpath::{Dialect, Path};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use serde_json_path::JsonPath;

fn path(text: &str) -> Path {
    Path::parse(text, Dialect::Rfc9535).expect(text)
}

#[test]
fn what_is_plain() {
    for text in [
        "$",
        "$ .a [ 'b' ] [ -1 ]",
        "$['\\u00e9\\'\"'][\"'\\\"\\uD83D\\uDE00\"]",
        "$[*].é_1.*",
        "$[?@.a]",
        "$[?!@.a && (@['b'][0] == 'x' || 1.5e0 >= @)]",
        "$[ ? ! ( @.a != null && true == @ .b ) ] .c",
        "$[?@.a<-1&&@.b>'z']",
    ] {
        assert!(path(text).is_plain(), "{text}");
        assert!(path(text).segments().len() <= 5, "{text}");
    }
    for (text, leading) in [
        ("$..a", 0),
        ("$.a[0]..b", 2),
        ("$.a[0,1]", 1),
        ("$.a[1:2].b", 1),
        ("$[?@.a == @.b]", 0),
        ("$[?@.a == $.b]", 0),
        ("$[?1 == 1]", 0),
        ("$[?@[*]]", 0),
        ("$[?@..a]", 0),
        ("$[?@[?@.a]]", 0),
        ("$.a[?length(@.b) == 1]", 1),
        ("$[?match(@.a, 'b')]", 0),
        ("$[?$.a]", 0),
    ] {
        assert_eq!((path(text).is_plain(), path(text).segments().len()), (false, leading), "{text}");
    }
    let older = Path::parse("$.a", Dialect::Goessner).expect("a path");
    assert_eq!((older.is_plain(), older.segments().len()), (false, 0));
}

/// `serde_json_path` 0.7 takes a negative index within a comparison for one that selects nothing, and
/// `true > false` for true. By sections 2.3.3.2 and 2.3.5.2.2 of the RFC neither is so.
#[test]
fn comparisons_are_those_of_the_rfc() {
    let lists = json!([[1, 2], [2, 1], []]);
    assert_eq!(path("$[?@[-1] == 2]").query(&lists), [&json!([1, 2])]);
    assert_eq!(path("$[?@[-1] != 2]").query(&lists), [&json!([2, 1]), &json!([])]);
    let constants = json!([true, false, null]);
    for text in ["$[?@ > true]", "$[?@ < true]", "$[?true > @]", "$[?@ > null]"] {
        assert!(!path(text).exists(&constants), "{text}");
    }
    assert_eq!(path("$[?@ >= true]").query(&constants), [&json!(true)]);
    assert_eq!(path("$[?@ <= null]").query(&constants), [&json!(null)]);
}

/// A path as long as is allowed, and a message that nests deeper than any that can be parsed.
#[test]
fn deep_paths_end() {
    let mut deep = json!(1);
    for _ in 0..300 {
        deep = json!([deep]);
    }
    assert!(path(&format!("${}", ".*".repeat(300))).exists(&deep));
    assert!(!path(&format!("${}", ".*".repeat(2_047))).exists(&deep));
    // A value that deep can only be taken apart level by level.
    while let Value::Array(mut items) = deep {
        deep = items.pop().unwrap_or_default();
    }
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a"), Just("b"), Just("c"), Just("é\""), Just("it's")]
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "\\'"))
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2i64..3).prop_map(Value::from),
        Just(json!(1.0)),
        Just(json!(1.5)),
        Just(json!(9_007_199_254_740_993_i64)),
        Just(json!(9_007_199_254_740_992_i64)),
        name().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name().prop_map(str::to_string), inner.clone()), 0..4)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
            // Wide enough for the look-up by hash.
            inner.prop_map(|inner| {
                let filler = (0..9).map(|n| (format!("filler{n}"), json!(n)));
                Value::Object(filler.chain([("a".to_string(), inner)]).collect())
            }),
        ]
    })
}

/// Steps that select one value; within filters without negative indices, which the library gets wrong there.
fn steps(lowest: i64) -> impl Strategy<Value = String> {
    let step = prop_oneof![
        prop_oneof![Just(".a"), Just(".b"), Just(" .c")].prop_map(str::to_string),
        name().prop_map(|name| format!("[{}]", quoted(name))),
        (lowest..3).prop_map(|index| format!("[ {index} ]")),
    ];
    prop::collection::vec(step, 0..3).prop_map(|steps| steps.concat())
}

fn test() -> impl Strategy<Value = String> {
    let number =
        prop_oneof![Just("1"), Just("-1"), Just("1.5"), Just("1E0"), Just("9007199254740993"), Just("-0")];
    let ordered = prop_oneof![number.prop_map(str::to_string), name().prop_map(quoted)];
    let constant = prop_oneof![Just("true"), Just("false"), Just("null")].prop_map(str::to_string);
    let order = prop_oneof![Just("<"), Just("<="), Just(">"), Just(">=")];
    let equality = prop_oneof![Just("=="), Just("!=")];
    let comparison = prop_oneof![
        (ordered.clone(), prop_oneof![order, equality.clone()]),
        // The library orders booleans, the RFC does not.
        (constant, equality),
    ];
    let leaf = prop_oneof![
        steps(-2).prop_map(|steps| format!("@{steps}")),
        steps(-2).prop_map(|steps| format!("!@{steps}")),
        (steps(0), comparison.clone())
            .prop_map(|(steps, (literal, sign))| format!("@{steps} {sign}{literal}")),
        (steps(0), comparison).prop_map(|(steps, (literal, sign))| format!("{literal}{sign} @{steps}")),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|tests| tests.join(" && ")),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|tests| tests.join("||")),
            inner.clone().prop_map(|test| format!("({test})")),
            inner.prop_map(|test| format!("!({test})")),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        3 => steps(-2),
        2 => prop_oneof![Just(".*"), Just("[ * ]")].prop_map(str::to_string),
        3 => test().prop_map(|test| format!("[?{test}]")),
    ];
    prop::collection::vec(segment, 0..4).prop_map(|segments| format!("${}", segments.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn agrees_with_the_library(text in text(), values in prop::collection::vec(value(), 8)) {
        let path = path(&text);
        prop_assert!(path.is_plain(), "{}", text);
        let library = JsonPath::parse(&text).expect("it is a path");
        for value in &values {
            let nodes = library.query(value).all();
            prop_assert_eq!(path.query(value), nodes.clone(), "{}", text);
            prop_assert_eq!(path.first(value), nodes.first().copied());
            prop_assert_eq!(path.exists(value), !nodes.is_empty());
            let last = nodes.last().copied();
            prop_assert_eq!(path.find(value, |node| Some(node) == last).is_some(), last.is_some());
        }
    }
}
