//! Random expressions: none panics, and what CEL's own interpreter gives a value to has that value here.

use std::collections::HashMap;

use cel::{Context, Program};
use mockforge_ws_interactive::{Expression, Guard, Vocabulary};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn message() -> Value {
    json!({
        "user": "Ada", "n": 2, "price": 2.5, "none": null, "yes": true, "empty": "", "list": [1, 2, 3],
        "items": [{ "id": 1, "tags": ["a"] }, { "id": 2, "tags": [] }],
    })
}

fn names(message: Value) -> Map<String, Value> {
    Map::from_iter([("$".to_owned(), message)])
}

/// Expressions that mostly make sense.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "$", "$.user", "$.n", "$.price", "$.none", "$.yes", "$.empty", "$.list", "$.items", "$.zz", "1",
            "-2", "0", "2.0", "'a'", "'Ada'", "'é'", "true", "false", "null", "[]", "{}", "'tags'",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let operator = prop::sample::select(vec![
            "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||",
        ]);
        let function = prop::sample::select(vec!["size", "int", "double", "string", "dyn", "!", "-"]);
        let method = prop::sample::select(vec!["contains", "startsWith", "endsWith"]);
        let loops = prop::sample::select(vec!["all", "exists", "exists_one", "filter", "map"]);
        // Not over `$` itself: its keys have no order in CEL.
        let over = prop_oneof![
            prop::sample::select(vec!["$.list", "$.items", "$.user", "$.zz"]).prop_map(str::to_owned),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            inner.clone().prop_map(|a| format!("{{'k': {a}}}")),
        ];
        let body = prop::sample::select(vec![
            "x == 1",
            "x.id > 1",
            "has(x.id)",
            "x + 1 > 2",
            "x in $.list",
            "size(x) > 1",
            "true",
            "x.tags.exists(y, y == 'a')",
        ]);
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(a, operator, b)| format!("({a} {operator} {b})")),
            (function, inner.clone()).prop_map(|(function, a)| format!("{function}({a})")),
            (inner.clone(), method, inner.clone()).prop_map(|(a, method, b)| format!("({a}).{method}({b})")),
            (over, loops, body).prop_map(|(over, loops, body)| format!("{over}.{loops}(x, {body})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            inner.prop_map(|a| format!("{{'k': {a}}}")),
        ]
    })
}

/// A message as a value of CEL.
fn to_cel(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => number
            .as_i64()
            .map_or_else(|| cel::Value::Float(number.as_f64().expect("it is a number")), cel::Value::Int),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(to_cel).collect::<Vec<_>>().into(),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.clone(), to_cel(value)));
            members.collect::<HashMap<_, _>>().into()
        }
    }
}

/// A value of CEL as JSON; nothing where JSON has none.
fn to_json(value: &cel::Value) -> Option<Value> {
    Some(match value {
        cel::Value::Null => Value::Null,
        cel::Value::Bool(value) => json!(value),
        cel::Value::Int(value) => json!(value),
        cel::Value::Float(value) => Value::Number(serde_json::Number::from_f64(*value)?),
        cel::Value::String(text) => json!(**text),
        cel::Value::List(items) => Value::Array(items.iter().map(to_json).collect::<Option<_>>()?),
        cel::Value::Map(map) => {
            let members = map.map.iter().map(|(key, value)| Some((key.to_string(), to_json(value)?)));
            Value::Object(members.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn cel_has_the_same_value(text in expression()) {
        let Ok(expression) = Expression::parse(&text, &Vocabulary::default()) else { return Ok(()) };
        let program = Program::compile(&text.replace('$', "_")).expect("it is CEL");
        let mut context = Context::default();
        context.add_variable_from_value("_", to_cel(&message()));
        // What CEL refuses may have a value here, as whole numbers and others mix.
        if let Some(theirs) = program.execute(&context).ok().as_ref().and_then(to_json) {
            let ours = expression.value(&names(message()));
            // The crate adds an object's keys to a list, which CEL does not.
            if !matches!(&ours, Err(reason) if reason.contains("not a list and an object")) {
                prop_assert_eq!(ours, Ok(theirs), "{}", text);
            }
        }
    }

    #[test]
    fn no_message_panics(text in expression(), message in json()) {
        if let Ok(expression) = Expression::parse(&text, &Vocabulary::default()) {
            let _ = expression.value(&names(message.clone()));
        }
        if let Ok(guard) = Guard::parse(&text, &Vocabulary::default()) {
            let names = names(message);
            prop_assert_eq!(guard.explain(&names).is_none(), guard.holds(&names) == Ok(true));
        }
    }

    #[test]
    fn no_text_panics(parts in prop::collection::vec(part(), 0..24)) {
        let text = parts.concat();
        if let Err(problems) = Guard::parse(&text, &Vocabulary::default()) {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                // A place is one of the text, between its characters.
                prop_assert!(problem.span.is_none_or(|at| text.get(at).is_some()), "{}", text);
            }
        }
    }
}

/// Parts of expressions, and of what is none.
fn part() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "$",
        ".",
        "a",
        "var",
        "_",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ",",
        ":",
        "?",
        "'a'",
        "\"é",
        "'''",
        "r'\\",
        "1",
        "1.5e",
        "0x",
        "9223372036854775808",
        "-",
        "!",
        "&&",
        "||",
        "==",
        "<",
        "in",
        "has(",
        ".exists(x,",
        "size(",
        " ",
        "\n",
        "//",
        "é",
        "`",
        "\\",
        "\u{0}",
        "b'",
        "u",
        "null",
        "as",
        "=",
        "#",
        "@",
        "😀",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zé]{0,4}".prop_map(Value::from),
    ];
    let key = prop::sample::select(vec!["user", "n", "price", "list", "items", "id", "tags", "yes"]);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..8).prop_map(|members| {
                Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}
