//! What paths select, replaced and removed.

use mockforge_ws_jsonpath::{Dialect, Path};
use proptest::prelude::*;
use serde_json::{Value, json};

fn path(text: &str) -> Path {
    Path::parse(text, Dialect::Rfc9535).unwrap()
}

#[test]
fn values_are_set() {
    let check = |text: &str, count: usize, expect: Value| {
        let mut value = json!({ "a": { "b": 1, "c": [1, 2, { "b": 3 }] }, "d": null });
        assert_eq!(path(text).set(&mut value, &json!("x")), count, "{text}");
        assert_eq!(value, expect, "{text}");
    };
    let whole = json!({ "a": { "b": 1, "c": [1, 2, { "b": 3 }] }, "d": null });
    check("$", 1, json!("x"));
    check("$.a.b", 1, json!({ "a": { "b": "x", "c": [1, 2, { "b": 3 }] }, "d": null }));
    check(
        "$['a']['new key']",
        1,
        json!({ "a": { "b": 1, "c": [1, 2, { "b": 3 }], "new key": "x" }, "d": null }),
    );
    check("$.a.c[-1].b", 1, json!({ "a": { "b": 1, "c": [1, 2, { "b": "x" }] }, "d": null }));
    check("$.a.c[2].e", 1, json!({ "a": { "b": 1, "c": [1, 2, { "b": 3, "e": "x" }] }, "d": null }));
    check("$.a.c[*]", 3, json!({ "a": { "b": 1, "c": ["x", "x", "x"] }, "d": null }));
    check("$.a.c[?@ == 2]", 1, json!({ "a": { "b": 1, "c": [1, "x", { "b": 3 }] }, "d": null }));
    check("$..b", 2, json!({ "a": { "b": "x", "c": [1, 2, { "b": "x" }] }, "d": null }));
    check("$.a.c[0:2]", 2, json!({ "a": { "b": 1, "c": ["x", "x", { "b": 3 }] }, "d": null }));
    // The same value twice, and values within values.
    check("$.a['b','b']", 1, json!({ "a": { "b": "x", "c": [1, 2, { "b": 3 }] }, "d": null }));
    check("$..*", 2, json!({ "a": "x", "d": "x" }));
    // There is no place for these.
    for nowhere in ["$.x.y", "$.d.x", "$.a.c[3]", "$.a.c[-4]", "$.a.c.x", "$.a[0]", "$..nothing", "$.a.b.c"] {
        check(nowhere, 0, whole.clone());
    }
}

#[test]
fn values_are_removed() {
    let check = |text: &str, count: usize, expect: Value| {
        let mut value = json!({ "a": { "b": 1, "c": [1, 2, { "b": 3 }] }, "d": null });
        assert_eq!(path(text).remove(&mut value), count, "{text}");
        // As text, so that the order of the members counts.
        assert_eq!(value.to_string(), expect.to_string(), "{text}");
    };
    let whole = json!({ "a": { "b": 1, "c": [1, 2, { "b": 3 }] }, "d": null });
    check("$", 0, whole.clone());
    check("$.nothing", 0, whole);
    check("$.a.b", 1, json!({ "a": { "c": [1, 2, { "b": 3 }] }, "d": null }));
    check("$.a", 1, json!({ "d": null }));
    check("$.a.c[0,2]", 2, json!({ "a": { "b": 1, "c": [2] }, "d": null }));
    check("$..b", 2, json!({ "a": { "c": [1, 2, {}] }, "d": null }));
    check("$.*", 2, json!({}));
    check("$..*", 2, json!({}));
}

/// Objects and lists, three deep.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(1)), Just(json!("t")), Just(Value::Null)];
    leaf.prop_recursive(3, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::hash_map("[abc]", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Afterwards the path selects the new value wherever it selected one that no other contained, and what
    /// was removed is gone.
    #[test]
    fn what_is_selected_changes(value in values(), index in 0_usize..7) {
        let text = ["$.a", "$.a.b", "$[0]", "$[*]", "$..a", "$[?@.a]", "$[0:2]"][index];
        let path = path(text);
        let new = json!("new");
        let selected = path.query(&value).len();
        let mut set = value.clone();
        let count = path.set(&mut set, &new);
        prop_assert!(count <= selected.max(1));
        prop_assert_eq!(count == 0, set == value);
        let mut removed = value.clone();
        let count = path.remove(&mut removed);
        prop_assert!(count <= selected && (count > 0) == (selected > 0));
        if text == "$..a" {
            prop_assert!(!path.exists(&removed));
        }
    }
}
