//! Work is bounded whatever a path and a message say to each other.

use mockforge_ws_jsonpath::{Dialect, Path};
use serde_json::{Value, json};

/// `width` branches of objects nested `depth` deep under the one name `a`.
fn deep(width: usize, depth: usize) -> Value {
    let branch = (0..depth).fold(json!(1), |value, _| json!({ "a": value }));
    Value::from(vec![branch; width])
}

fn refuses(text: &str, dialect: Dialect, value: &Value) -> bool {
    let path = Path::parse(text, dialect).expect(text);
    let refuses = path.refuses(value);
    assert!(!refuses || path.query(value).is_empty(), "{text}");
    refuses
}

#[test]
fn paths_that_grow_with_the_message_are_never_refused() {
    let large = deep(2_000, 100);
    for text in [
        "$",
        "$[0].a.a",
        "$..a",
        "$[*]",
        "$[*].a[?@.a == 1]",
        "$[?@..a]",
        "$[0,1,2]",
        "$[?@.a == $.b.c['d'][-1]]",
    ] {
        assert!(!refuses(text, Dialect::Rfc9535, &large), "{text}");
    }
    for text in ["$..a", "$[?(@.a)]", "$[*].a", "$[0,1].a", "$[?(@.a == 1)]"] {
        assert!(!refuses(text, Dialect::Goessner, &large), "{text}");
    }
}

#[test]
fn paths_that_explode_are_refused_on_what_makes_them_explode() {
    let doubling = format!("${}", "[0,0]".repeat(64));
    let cases = [
        ("$..a..a..a..a", Dialect::Rfc9535, deep(500, 100)),
        ("$..[?@..a]..*", Dialect::Rfc9535, deep(2_000, 100)),
        ("$[?count($..a) > 1]", Dialect::Rfc9535, deep(5_000, 2)),
        ("$[?$.*]", Dialect::Rfc9535, deep(5_000, 2)),
        ("$[?$[?@.a]]", Dialect::Rfc9535, deep(5_000, 2)),
        ("$[?search(@.a, '^x+$')]", Dialect::Rfc9535, deep(20_000, 2)),
        (&doubling, Dialect::Rfc9535, deep(1, 64)),
        ("$..a..a..a..a", Dialect::Goessner, deep(500, 100)),
        ("$[?(@.a.b == 1)]", Dialect::Goessner, deep(10_000, 2)),
        ("$[?(@.a == 1 && @.b == 2)]", Dialect::Goessner, deep(10_000, 2)),
        ("$[?(@.a == $.b)]", Dialect::Goessner, deep(10_000, 2)),
    ];
    for (text, dialect, value) in cases {
        assert!(refuses(text, dialect, &value), "{text}");
        assert!(!refuses(text, dialect, &json!([])), "{text}");
    }
}

#[test]
fn the_bound_leaves_room_for_messages_of_usual_size() {
    let orders: Vec<Value> =
        (0..100).map(|id| json!({ "id": id, "lines": [{ "sku": "a", "qty": 2 }, { "sku": "b" }] })).collect();
    let message = json!({ "orders": orders });
    for (text, dialect) in [
        ("$..lines..sku", Dialect::Rfc9535),
        ("$.orders[?count($..sku) > 1].id", Dialect::Rfc9535),
        ("$.orders[?search(@.lines[0].sku, 'a')].id", Dialect::Rfc9535),
        ("$.orders[?(@.id > 1 && @.id < 9)].id", Dialect::Goessner),
    ] {
        let path = Path::parse(text, dialect).expect(text);
        assert!(!path.refuses(&message), "{text}");
        assert!(path.exists(&message), "{text}");
    }
}
