//! JSON Schemas in patterns, and the schema of the language itself.

use mockforge_ws_jsonpath::Dialect;
use mockforge_ws_match::Pattern;
use serde_json::{Value, json};

use crate::{pattern, text};

fn refused(schema: Value, path: &str, message: &str) {
    let spec = json!({ "schema": schema });
    let problems = Pattern::parse(&spec, Dialect::default()).expect_err(&spec.to_string());
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    let way: Vec<_> = problem.path.iter().map(|key| format!("{key:?}")).collect();
    assert_eq!((way.join(" ").as_str(), problem.to_string().as_str()), (path, message), "{spec}");
}

#[test]
fn broken_schemas() {
    refused(json!([]), r#"Name("schema")"#, "a JSON Schema is an object, not a list");
    refused(
        json!({ "properties": { "id": { "type": "strin" } } }),
        r#"Name("schema") Name("properties") Name("id") Name("type")"#,
        "schema: there is no type `strin` (did you mean `string`?)",
    );
    refused(
        json!({ "minimum": "x" }),
        r#"Name("schema") Name("minimum")"#,
        r#"schema: "x" is not of type "number""#,
    );
    refused(
        json!({ "pattern": "a(" }),
        r#"Name("schema") Name("pattern")"#,
        r"regex, column 2: this group is never closed with `)` (write `\(` for the character)",
    );
    refused(
        json!({ "anyOf": [{ "pattern": "(?=a)" }] }),
        r#"Name("schema") Name("anyOf") Index(0) Name("pattern")"#,
        "regex, column 1: looking ahead and behind is not supported (every regex runs in linear time; combine patterns with `all` and `not`)",
    );
}

#[test]
fn nothing_is_fetched() {
    for target in ["http://localhost/a.json", "file:///etc/passwd", "other.json", "#/$defs/missing"] {
        let problems =
            Pattern::parse(&json!({ "schema": { "$ref": target } }), Dialect::default()).expect_err(target);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(
            problems[0].hint.as_deref(),
            Some("references work within the schema only, as in `#/$defs/name`; nothing is fetched"),
            "{target}: {problems:?}"
        );
    }
    let local = json!({ "schema": { "$defs": { "id": { "type": "integer" } }, "properties": { "id": { "$ref": "#/$defs/id" } } } });
    assert_eq!(
        pattern(&local).explain(&text(r#"{"id":"x"}"#)).as_deref(),
        Some(r#"$.id: wanted a whole number, got "x""#)
    );
}

#[test]
fn formats_count() {
    let uuid = pattern(&json!({ "schema": { "format": "uuid" } }));
    assert!(uuid.is_match(&text(r#""67e55044-10b1-426f-9247-bb680e5fe0c8""#)));
    assert_eq!(
        uuid.explain(&text(r#""67e55044""#)).as_deref(),
        Some("$: wanted the format uuid, got 67e55044")
    );
}

fn explained(schema: &Value, message: &str, expected: &str) {
    let explained = pattern(&json!({ "schema": schema })).explain(&text(message));
    assert_eq!(explained.as_deref(), Some(expected), "{schema} on {message}");
}

#[test]
fn the_first_violation_is_told_with_its_place() {
    let order = json!({
        "type": "object",
        "required": ["id", "items"],
        "properties": {
            "id": { "type": "integer", "minimum": 1 },
            "side": { "enum": ["buy", "sell"] },
            "note": { "type": ["string", "null"], "maxLength": 3 },
            "kind": { "const": "order" },
            "items": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/item" } },
            "a/b~c": { "type": "string" }
        },
        "additionalProperties": false,
        "$defs": {
            "item": { "type": "object", "required": ["sku"], "properties": { "sku": { "pattern": "^[A-Z]+$" }, "qty": { "multipleOf": 5 } } }
        }
    });
    for (message, expected) in [
        ("[]", "$: wanted an object, got a list"),
        ("{}", "$.id: wanted something, got nothing"),
        (r#"{"id":1}"#, "$.items: wanted something, got nothing"),
        (r#"{"id":"1","items":[]}"#, r#"$.id: wanted a whole number, got "1""#),
        (r#"{"id":0,"items":[]}"#, "$.id: wanted >= 1, got 0"),
        (r#"{"id":1,"items":[]}"#, "$.items: wanted at least 1 element, got 0"),
        (r#"{"id":1,"items":[{"sku":"A"},{}]}"#, "$.items[1].sku: wanted something, got nothing"),
        (r#"{"id":1,"items":[{"sku":"a"}]}"#, "$.items[0].sku: wanted a match of `^[A-Z]+$`, got a"),
        (r#"{"id":1,"items":[{"sku":"A","qty":7}]}"#, "$.items[0].qty: wanted a multiple of 5, got 7"),
        (r#"{"id":1,"items":[{"sku":"A"}],"side":"hold"}"#, "$.side: wanted one of buy, sell, got hold"),
        (r#"{"id":1,"items":[{"sku":"A"}],"note":"long"}"#, "$.note: wanted at most 3 characters, got 4"),
        (r#"{"id":1,"items":[{"sku":"A"}],"note":7}"#, "$.note: wanted a text or null, got 7"),
        (r#"{"id":1,"items":[{"sku":"A"}],"kind":"x"}"#, "$.kind: wanted order, got x"),
        (r#"{"id":1,"items":[{"sku":"A"}],"other":7}"#, "$.other: wanted nothing, got 7"),
        (r#"{"id":1,"items":[{"sku":"A"}],"a/b~c":7}"#, "$['a/b~c']: wanted a text, got 7"),
    ] {
        explained(&order, message, expected);
    }
    explained(
        &json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }),
        "1",
        "$: does not fit `anyOf` of the schema, got 1",
    );
    explained(&json!({ "allOf": [{ "minimum": 1 }, { "maximum": 3 }] }), "5", "$: wanted <= 3, got 5");
    explained(
        &json!({ "not": { "type": "string" } }),
        r#""x""#,
        r#"$: does not fit `not` of the schema, got "x""#,
    );
    let inner = json!({ "properties": { "a": { "oneOf": [{ "$ref": "#/$defs/n" }, { "const": 1 }] } }, "$defs": { "n": { "type": "number" } } });
    explained(&inner, r#"{"b":0,"a":1}"#, "$.a: does not fit `oneOf` of the schema, got 1");
    explained(&json!(false), "1", "$: wanted nothing, got 1");
    explained(
        &json!({ "prefixItems": [{ "const": 1 }], "items": { "type": "null" } }),
        "[1,2]",
        "$[1]: wanted null, got 2",
    );
}

/// A schema that refers to itself in two alternatives, on a deep message: the library's list of errors
/// doubles with each level, its yes or no does not.
#[test]
fn recursive_alternatives_are_answered_and_explained_in_time() {
    let branch = |k: u32| json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/n" }, "k": { "const": k } } });
    let spec = json!({ "schema": { "$defs": { "n": { "oneOf": [branch(1), branch(2), { "type": "number" }] } }, "$ref": "#/$defs/n" } });
    let pattern = pattern(&spec);
    let nested = |leaf: Value| (0..100).fold(leaf, |value, _| json!({ "a": value, "k": 1 })).to_string();
    assert!(pattern.is_match(&text(&nested(json!(1)))));
    let explained = pattern.explain(&text(&nested(json!("x")))).expect("a near miss");
    assert!(explained.starts_with("$: does not fit `oneOf` of the schema"), "{explained}");
}

#[test]
fn references_in_circles_are_no_harm() {
    for schema in [
        json!({ "$ref": "#" }),
        json!({ "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } }, "$ref": "#/$defs/a" }),
        json!({ "not": { "$ref": "#" } }),
        json!({ "allOf": [{ "$ref": "#" }, { "type": "string" }] }),
    ] {
        if let Ok(pattern) = Pattern::parse(&json!({ "schema": schema }), Dialect::default()) {
            let message = text("1");
            assert_eq!(pattern.is_match(&message), pattern.explain(&message).is_none(), "{schema}");
        }
    }
}

/// The language's own schema takes what the parser takes and refuses what it refuses.
#[test]
fn the_language_has_a_schema() {
    let schema = json!({ "$defs": { "Pattern": Pattern::schema() }, "$ref": "#/$defs/Pattern" });
    let schema = pattern(&json!({ "schema": schema }));
    let valid = [
        json!("^a$"),
        json!({ "regex": "a" }),
        json!({ "jsonpath": "$.a" }),
        json!({ "jsonpath": "$.a", "equals": null, "in": [1], "matches": "a", "gt": 1, "gte": "a", "lt": 2, "lte": 3 }),
        json!({ "jsonpath": "$.a", "exists": false }),
        json!({ "exact": "" }),
        json!({ "contains": "a" }),
        json!({ "prefix": "a" }),
        json!({ "json": null }),
        json!({ "schema": { "type": "object" } }),
        json!({ "binary": { "hex": "00" } }),
        json!({ "binary": { "base64": "AA" } }),
        json!({ "binary": { "prefix": "00" } }),
        json!({ "binary": { "contains": { "base64": "AA" } } }),
        json!({ "type": "binary" }),
        json!({ "all": ["a", { "not": { "any": ["b"] } }] }),
    ];
    let invalid = [
        json!(1),
        json!([]),
        json!({}),
        json!({ "regex": 1 }),
        json!({ "regx": "a" }),
        json!({ "regex": "a", "exact": "a" }),
        json!({ "equals": 1 }),
        json!({ "jsonpath": "$.a", "exists": true, "equals": 1 }),
        json!({ "jsonpath": "$.a", "in": [] }),
        json!({ "jsonpath": "$.a", "gt": true }),
        json!({ "contains": "" }),
        json!({ "binary": "00" }),
        json!({ "binary": {} }),
        json!({ "binary": { "hex": "00", "base64": "AA" } }),
        json!({ "type": "json" }),
        json!({ "all": [] }),
        json!({ "all": "a" }),
        json!({ "not": 1 }),
        json!({ "any": ["a", { "regx": "a" }] }),
    ];
    for (specs, wanted) in [(&valid[..], true), (&invalid[..], false)] {
        for spec in specs {
            assert_eq!(Pattern::parse(spec, Dialect::default()).is_ok(), wanted, "the parser on {spec}");
            assert_eq!(schema.is_match(&text(&spec.to_string())), wanted, "the schema on {spec}");
        }
    }
}
