//! Properties over generated patterns and messages; nothing here may panic.

use mockforge_ws_core::{Inbound, Message};
use mockforge_ws_jsonpath::Dialect;
use mockforge_ws_match::{Pattern, PatternSet, json_difference};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..4).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[abc]", inner), 0..4)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        4 => value().prop_map(|value| Message::text(value.to_string())),
        2 => any::<String>().prop_map(Message::text),
        2 => "[abx1 ]{0,4}".prop_map(Message::text),
        1 => prop::collection::vec(any::<u8>(), 0..6).prop_map(Message::binary),
        1 => Just(Message::Ping(vec![1].into())),
    ]
}

/// Specs that mostly compile.
fn spec() -> impl Strategy<Value = Value> {
    let path = prop_oneof![
        Just("$"),
        Just("$.a"),
        Just("$.a.b"),
        Just("$..a"),
        Just("$[*]"),
        Just("$[?@.a == 1]"),
        Just("$.c[0]")
    ];
    let regex =
        prop_oneof![Just("^a$"), Just("(a)|(?<n>b)"), Just("x\\d"), Just(""), Just("\\s+$"), Just("(?i)A")];
    let leaf = prop_oneof![
        path.clone().prop_map(Value::from),
        regex.clone().prop_map(Value::from),
        regex.clone().prop_map(|regex| json!({ "regex": regex })),
        (path.clone(), value()).prop_map(|(path, value)| json!({ "jsonpath": path, "equals": value })),
        (path.clone(), prop::collection::vec(value(), 1..3))
            .prop_map(|(path, values)| json!({ "jsonpath": path, "in": values })),
        (path.clone(), regex).prop_map(|(path, regex)| json!({ "jsonpath": path, "matches": regex })),
        (path.clone(), -2i64..3, "[ab]")
            .prop_map(|(path, n, t)| json!({ "jsonpath": path, "gt": n, "lte": t })),
        (path.clone(), any::<bool>())
            .prop_map(|(path, exists)| json!({ "jsonpath": path, "exists": exists })),
        any::<String>().prop_map(|text| json!({ "exact": text })),
        "[ab]{1,2}".prop_map(|text| json!({ "contains": text })),
        "[ab]{1,2}".prop_map(|text| json!({ "prefix": text })),
        value().prop_map(|value| json!({ "json": value })),
        prop_oneof![Just("object"), Just("integer"), Just("string")]
            .prop_map(|kind| json!({ "schema": { "type": kind } })),
        "([0-9a-f]{2}){1,3}".prop_map(|hex| json!({ "binary": { "hex": hex } })),
        "([0-9a-f]{2}){1,3}".prop_map(|hex| json!({ "binary": { "prefix": hex } })),
        prop_oneof![Just("text"), Just("binary")].prop_map(|kind| json!({ "type": kind })),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(|specs| json!({ "all": specs })),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|specs| json!({ "any": specs })),
            inner.prop_map(|spec| json!({ "not": spec })),
        ]
    })
}

/// Anything that looks a little like a spec.
fn wild_spec() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        Just("regex"),
        Just("jsonpath"),
        Just("equals"),
        Just("in"),
        Just("gt"),
        Just("exists"),
        Just("exact"),
        Just("json"),
        Just("schema"),
        Just("binary"),
        Just("hex"),
        Just("base64"),
        Just("prefix"),
        Just("type"),
        Just("all"),
        Just("any"),
        Just("not"),
        Just("$ref"),
        Just("pattern"),
        Just("properties"),
        Just("items"),
    ];
    let text = prop_oneof![any::<String>(), "[$.\\[\\]?@a0'*(){}^\\\\ ]{0,8}", "[0-9a-fA-F=+/]{0,6}"];
    let leaf = prop_oneof![4 => text.prop_map(Value::from), 1 => value()];
    leaf.prop_recursive(4, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4).prop_map(|members| Value::Object(
                members.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
            )),
        ]
    })
}

fn agree(pattern: &Pattern, message: &Inbound) -> bool {
    let matched = pattern.is_match(message);
    assert_eq!(pattern.matches(message).is_some(), matched, "{pattern}");
    let miss = pattern.near_miss(message);
    assert_eq!(miss.is_none(), matched, "{pattern}");
    if let Some(miss) = miss {
        assert!(
            !miss.text.is_empty() && !miss.text.contains('\n') && miss.score < 1000,
            "{pattern}: {miss:?}"
        );
    }
    matched
}

proptest! {
    #[test]
    fn a_printed_pattern_reads_back_as_itself(spec in spec(), messages in prop::collection::vec(message(), 4)) {
        let pattern = Pattern::parse(&spec, Dialect::default()).unwrap();
        let again = Pattern::parse_arg(&pattern.to_string(), Dialect::default()).unwrap();
        prop_assert_eq!(pattern.to_string(), again.to_string());
        for message in messages {
            let message = Inbound::new(message);
            prop_assert_eq!(agree(&pattern, &message), agree(&again, &message));
        }
    }

    #[test]
    fn a_value_is_a_subset_of_itself_and_differs_in_nothing(value in value()) {
        // Through text and back, as a message would come: some doubles change on the way.
        let value: Value = serde_json::from_str(&value.to_string()).unwrap();
        let pattern = Pattern::parse(&json!({ "json": value }), Dialect::default()).unwrap();
        prop_assert!(pattern.is_match(&Inbound::new(Message::text(value.to_string()))));
        prop_assert_eq!(json_difference(&value, &value), None);
    }

    #[test]
    fn a_difference_is_found_from_both_sides(a in value(), b in value()) {
        let (there, back) = (json_difference(&a, &b), json_difference(&b, &a));
        prop_assert_eq!(there.is_some(), back.is_some());
        let subset = Pattern::parse(&json!({ "json": a }), Dialect::default()).unwrap();
        let message = Inbound::new(Message::text(b.to_string()));
        if message.json() == Some(&b) && there.is_none() {
            prop_assert!(subset.is_match(&message));
        }
    }

    #[test]
    fn a_set_does_what_its_patterns_do(specs in prop::collection::vec(spec(), 0..8), message in message()) {
        let set: PatternSet = specs.iter().map(|spec| Pattern::parse(spec, Dialect::default()).unwrap()).collect();
        let message = Inbound::new(message);
        let alone: Vec<_> = (0..specs.len()).filter(|index| set.patterns()[*index].is_match(&message)).collect();
        let first = alone.first().map(|index| (*index, set.patterns()[*index].matches(&message).unwrap()));
        prop_assert_eq!(set.first(&message), first);
        prop_assert_eq!(set.all(&message), alone);
    }

    #[test]
    fn nothing_panics(spec in wild_spec(), message in message()) {
        for dialect in Dialect::ALL {
            match Pattern::parse(&spec, dialect) {
                Ok(pattern) => {
                    agree(&pattern, &Inbound::new(message.clone()));
                }
                Err(problems) => {
                    prop_assert!(!problems.is_empty());
                    for problem in problems {
                        prop_assert!(!problem.message.contains('\n'), "{problem}");
                    }
                }
            }
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>(), message in message()) {
        for dialect in Dialect::ALL {
            if let Ok(pattern) = Pattern::parse_arg(&text, dialect) {
                agree(&pattern, &Inbound::new(message.clone()));
            }
        }
    }
}
