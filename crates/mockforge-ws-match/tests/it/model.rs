//! A set against the plain loop over its patterns, and what is told of pairs against messages.
//!
//! The patterns are of the kinds that a set enters in its index, several of each at the same place, so that
//! every table and every group of regexes comes about. Strategies are boxed, as their types would otherwise
//! be too large for the stack of a test.

use mockforge_ws_core::{Captures, Inbound, Message};
use mockforge_ws_jsonpath::Dialect;
use mockforge_ws_match::{Pattern, PatternSet};
use proptest::prelude::*;
use serde_json::{Value, json};

fn number() -> BoxedStrategy<Value> {
    prop_oneof![
        4 => (-2i64..4).prop_map(Value::from),
        1 => Just(json!(1.0)),
        1 => Just(json!(1.5)),
        1 => Just(json!(-0.0)),
        // Neighbours that are one double, and beyond.
        1 => (9_007_199_254_740_990_i64..9_007_199_254_740_995).prop_map(Value::from),
        1 => Just(json!(9_007_199_254_740_992.0)),
        1 => Just(json!(u64::MAX)),
        1 => Just(json!(1e300)),
    ]
    .boxed()
}

fn word() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a"), Just("b"), Just("order"), Just("order_1"), Just("1"), Just("")]
}

fn scalar() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => number(),
        3 => word().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
    ]
    .boxed()
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a"), Just("b"), Just("c"), Just("longer_name")]
}

fn value() -> BoxedStrategy<Value> {
    scalar()
        .prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((name(), inner), 0..4).prop_map(|members| {
                    Value::Object(
                        members.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
                    )
                }),
            ]
        })
        .boxed()
}

fn message() -> BoxedStrategy<Message> {
    prop_oneof![
        6 => value().prop_map(|value| Message::text(value.to_string())),
        2 => prop::collection::vec(
            prop_oneof![word(), Just(" "), Just("cmd_1"), Just("cmd_2 x"), Just("é"), Just("\n")], 0..4
        ).prop_map(|words| Message::text(words.concat())),
        1 => Just(Message::binary(b"order".to_vec())),
        1 => Just(Message::Pong(b"order".to_vec().into())),
    ]
    .boxed()
}

fn path() -> BoxedStrategy<String> {
    let literal = prop_oneof![
        number().prop_map(|number| number.to_string()),
        word().prop_map(|word| format!("'{word}'")),
        Just("null".to_string()),
    ];
    let step =
        prop_oneof![name().prop_map(|name| format!(".{name}")), (0i64..2).prop_map(|n| format!("[{n}]"))];
    let sign = prop_oneof![3 => Just("=="), 1 => Just("!="), 1 => Just("<"), 1 => Just("<="), 2 => Just(">"), 1 => Just(">=")];
    let comparison = (prop_oneof![Just("@"), Just("@.a"), Just("@.b")], sign, literal)
        .prop_map(|(path, sign, literal)| format!("{path} {sign} {literal}"));
    let test = prop_oneof![
        4 => comparison.clone(),
        1 => (comparison.clone(), comparison.clone()).prop_map(|(a, b)| format!("{a} && {b}")),
        1 => (comparison.clone(), comparison.clone()).prop_map(|(a, b)| format!("{a} || {b}")),
        1 => comparison.prop_map(|test| format!("!({test})")),
        1 => Just("@.a".to_string()),
        1 => Just("length(@) > 1".to_string()),
    ];
    let segment = prop_oneof![
        6 => step,
        1 => Just("[-1]".to_string()),
        1 => Just("[*]".to_string()),
        1 => Just("..a".to_string()),
        1 => Just("[0,1]".to_string()),
        3 => test.prop_map(|test| format!("[?{test}]")),
    ];
    prop::collection::vec(segment, 0..3).prop_map(|segments| format!("${}", segments.concat())).boxed()
}

fn regex() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("^cmd_1"),
        Just("^cmd_2 (?<x>\\w+)$"),
        Just("^(?<y>order)"),
        Just("order_\\d+"),
        Just("(?<x>order|cmd_)[^ ]"),
        Just("longer_(?<y>name)"),
        Just("\"b\":\\s*(?<x>\\d+)"),
        Just("(?i)ORDER"),
        Just("^\\{"),
        Just("\\d"),
        Just("a*"),
        Just("^(?s).*$"),
        Just("^.*$"),
        Just("^$"),
    ]
}

fn spec() -> BoxedStrategy<Value> {
    let test = prop_oneof![
        4 => scalar().prop_map(|value| ("equals", value)),
        1 => value().prop_map(|value| ("equals", value)),
        1 => prop::collection::vec(value(), 1..3).prop_map(|values| ("in", values.into())),
        1 => regex().prop_map(|regex| ("matches", regex.into())),
        1 => number().prop_map(|bound| ("gt", bound)),
        1 => number().prop_map(|bound| ("gte", bound)),
        1 => number().prop_map(|bound| ("lt", bound)),
        1 => prop_oneof![number(), word().prop_map(Value::from)].prop_map(|bound| ("lte", bound)),
    ];
    let leaf = prop_oneof![
        3 => regex().prop_map(Value::from),
        2 => path().prop_map(Value::from),
        1 => (path(), any::<bool>()).prop_map(|(path, exists)| json!({ "jsonpath": path, "exists": exists })),
        6 => (prop_oneof![3 => Just("$.a".to_string()), 1 => Just("$..a".to_string()), 2 => path()],
              prop::collection::vec(test, 1..3))
            .prop_map(|(path, tests)| {
                let tests = tests.into_iter().map(|(test, value)| (test.to_string(), value));
                Value::Object([("jsonpath".to_string(), path.into())].into_iter().chain(tests).collect())
            }),
        1 => word().prop_map(|text| json!({ "exact": text })),
        1 => Just(json!({ "contains": "order" })),
        1 => Just(json!({ "prefix": "cmd_" })),
        2 => value().prop_map(|value| json!({ "json": value })),
        1 => prop_oneof![Just("text"), Just("binary")].prop_map(|kind| json!({ "type": kind })),
        1 => Just(json!({ "schema": { "type": "object" } })),
        1 => Just(json!({ "binary": { "prefix": "6f" } })),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|specs| json!({ "all": specs })),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|specs| json!({ "any": specs })),
            inner.prop_map(|spec| json!({ "not": spec })),
        ]
    })
    .boxed()
}

fn patterns(specs: &[Value]) -> Vec<Pattern> {
    specs.iter().map(|spec| Pattern::parse(spec, Dialect::default()).unwrap()).collect()
}

/// What a set has to find: the patterns that match, with their captures.
fn alone(patterns: &[Pattern], message: &Inbound) -> Vec<(usize, Captures)> {
    let found = patterns.iter().map(|pattern| pattern.matches(message));
    found.enumerate().filter_map(|(index, captures)| Some((index, captures?))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_set_finds_what_a_loop_finds(
        specs in prop::collection::vec(spec(), 0..40),
        messages in prop::collection::vec(message(), 8),
        refused in 0usize..4,
    ) {
        let patterns = patterns(&specs);
        let set = PatternSet::new(patterns.iter().cloned());
        for message in messages {
            let alone = alone(&patterns, &Inbound::new(message.clone()));
            let all: Vec<_> = alone.iter().map(|(index, _)| *index).collect();
            // Each question has a message of its own, which nobody has parsed yet.
            let fresh = || Inbound::new(message.clone());
            prop_assert_eq!(set.all(&fresh()), all.clone(), "{:?} on {:?}", patterns, message);
            prop_assert_eq!(set.first(&fresh()), alone.first().cloned(), "{:?} on {:?}", patterns, message);
            let mut asked = Vec::new();
            let found = set.find(&fresh(), |index| {
                asked.push(index);
                asked.len() > refused
            });
            prop_assert_eq!(found, alone.get(refused).cloned(), "{:?} on {:?}", patterns, message);
            prop_assert_eq!(&asked[..], &all[..all.len().min(refused + 1)]);
        }
    }

    #[test]
    fn what_is_shadowed_is_never_reached(
        specs in prop::collection::vec(spec(), 2..12),
        messages in prop::collection::vec(message(), 24),
    ) {
        let patterns = patterns(&specs);
        let messages: Vec<_> = messages.into_iter().map(Inbound::new).collect();
        for pattern in &patterns {
            prop_assert!(pattern.shadows(pattern), "{}", pattern);
            for message in messages.iter().filter(|message| pattern.is_match(message)) {
                prop_assert!(!pattern.is_json() || message.json().is_some(), "{} on {:?}", pattern, message);
            }
            for later in patterns.iter().filter(|later| pattern.shadows(later)) {
                for message in messages.iter().filter(|message| later.is_match(message)) {
                    prop_assert!(pattern.is_match(message), "{} before {} on {:?}", pattern, later, message);
                }
            }
        }
    }
}

/// The last filter alone decided once, whatever those before it said.
#[test]
fn every_filter_of_a_path_counts() {
    let patterns = ["$[?@ < 'a'][?@ < 1.0]", "$[?@ != 1][?@ < 1.0]", "$[?@.b][?@.a == 0]"];
    let patterns: Vec<_> =
        patterns.iter().map(|text| Pattern::parse(&json!(text), Dialect::Rfc9535).unwrap()).collect();
    let set = PatternSet::new(patterns.iter().cloned());
    for text in [r#"[{"a":0}]"#, r#"[1]"#, r#"[{"c":{"a":0}}]"#, r#"[{"b":{"a":0}}]"#] {
        let message = Inbound::new(Message::text(text));
        let expect: Vec<_> = (0..3).filter(|index| patterns[*index].is_match(&message)).collect();
        assert_eq!(set.all(&message), expect, "{text}");
    }
}
