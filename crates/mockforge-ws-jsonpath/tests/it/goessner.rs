//! Goessner's dialect: what it reads, and what its library's panics come to.

use mockforge_ws_jsonpath::{Dialect, Path};
use serde_json::{Value, json};

fn check(text: &str, message: &Value, expected: &Value) {
    let path = Path::parse(text, Dialect::Goessner).expect(text);
    let nodes: Vec<Value> = path.query(message).into_iter().cloned().collect();
    assert_eq!(&Value::from(nodes), expected, "{text}");
    assert_eq!(path.as_str(), text);
}

#[test]
fn reads_what_the_standard_does_not() {
    let store =
        json!({ "book": [{ "title": "A", "price": 8 }, { "title": "B", "price": 23 }], "user-id": 7 });
    check("$.user-id", &store, &json!([7]));
    check("$..price", &store, &json!([8, 23]));
    check("$.book[?(@.price > 10)].title", &store, &json!(["B"]));
    check("$.book[0,1].title", &store, &json!(["A", "B"]));
    check("$.book.[0].title", &store, &json!(["A"]));
    check("$.book[::2].title ", &store, &json!(["A"]));
}

#[test]
fn a_panic_at_match_is_no_match() {
    check("$[?($.b > 2)]", &json!([1]), &json!([]));
    check("$[?(2 < @[2].b)]", &json!([[1]]), &json!([]));
}

fn refused(text: &str, expected: &str) {
    let error = Path::parse(text, Dialect::Goessner).expect_err(text);
    let rest = &text[error.offset.expect("a mistake has its place")..];
    assert_eq!(format!("{} @ {rest}", error.message), expected, "{text}");
}

#[test]
fn mistakes_have_a_place() {
    refused("user", "a JSONPath begins with `$` @ user");
    refused("$.", "the goessner dialect can't read this path at its end @ ");
    refused("$.a[?(@.b = 1)]", "the goessner dialect can't read this path before `=` @ = 1)]");
    refused("$.a['ü'x]", "the goessner dialect can't read this path before `]` @ ]");
    refused("$.a b", "the path ends here and nothing may follow @ b");
    refused("$.a]", "the path ends here and nothing may follow @ ]");
    refused("$['a']b", "the path ends here and nothing may follow @ b");
}

#[test]
fn what_always_panics_is_refused() {
    refused("$[1:2:0]", "the step of a slice can't be 0 @ 0]");
    refused("$[::0]", "the step of a slice can't be 0 @ 0]");
    refused(
        "$[?(@['a', 'b'] == 1)]",
        "the goessner dialect has no lists and slices within filters @ , 'b'] == 1)]",
    );
    refused("$[?(@[0:1] == 1)]", "the goessner dialect has no lists and slices within filters @ :1] == 1)]");
    refused("$[?(@.a == 1e999)]", "this number is too large @ 1e999)]");
    refused("$[?(@.a == -inf)]", "this number is too large @ -inf)]");
}

#[test]
fn recursion_is_bounded() {
    let long = format!("${}", ".a".repeat(2000));
    assert_eq!(
        Path::parse(&long, Dialect::Goessner).unwrap_err().message,
        "a path of the goessner dialect has at most 128 signs"
    );
    check(&format!("${}", ".a".repeat(127)), &json!({}), &json!([]));
}
