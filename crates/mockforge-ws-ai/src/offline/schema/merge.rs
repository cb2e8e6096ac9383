//! Schemas put together: references, and what `allOf` and chosen branches add.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// What a reference within the document means: a pointer, an anchor or an `$id`.
pub(super) fn target<'d>(document: &'d Value, reference: &str) -> Option<&'d Value> {
    match reference.strip_prefix('#') {
        Some("") => Some(document),
        Some(pointer) if pointer.starts_with('/') => {
            document.pointer(&pointer.replace("%25", "%").replace("%20", " "))
        }
        Some(anchor) => find(document, &|members| {
            ["$anchor", "$dynamicAnchor"]
                .iter()
                .any(|key| members.get(*key).is_some_and(|name| name == anchor))
        }),
        None => find(document, &|members| members.get("$id").is_some_and(|id| id == reference)),
    }
}

fn find<'d>(value: &'d Value, wanted: &impl Fn(&Map<String, Value>) -> bool) -> Option<&'d Value> {
    match value {
        Value::Object(members) if wanted(members) => Some(value),
        Value::Object(members) => members.values().find_map(|member| find(member, wanted)),
        Value::Array(items) => items.iter().find_map(|item| find(item, wanted)),
        _ => None,
    }
}

/// A schema that asks for what both ask for. Keywords that can't be put together are kept apart in `allOf`.
pub(super) fn both(mut a: Map<String, Value>, b: &Value) -> Map<String, Value> {
    let Value::Object(b) = b else {
        if *b == Value::Bool(false) {
            a.insert("not".to_string(), json!({}));
        }
        return a;
    };
    // Definitions are looked up in the document and need not be carried along.
    for (key, value) in b.iter().filter(|(key, _)| !["$defs", "definitions"].contains(&key.as_str())) {
        let Some(old) = a.get(key).cloned() else {
            a.insert(key.clone(), value.clone());
            continue;
        };
        if old == *value {
            continue;
        }
        let new = match (key.as_str(), &old, value) {
            ("properties" | "patternProperties" | "dependentSchemas", old, new) => members(old, new),
            ("required" | "allOf", Value::Array(old), Value::Array(new)) => {
                let mut all = old.clone();
                all.extend(new.iter().filter(|item| !old.contains(item)).cloned());
                all.into()
            }
            ("enum", Value::Array(old), Value::Array(new)) => {
                old.iter().filter(|item| new.contains(item)).cloned().collect()
            }
            ("type", old, new) => kinds(old, new),
            (
                "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties",
                Value::Number(x),
                Value::Number(y),
            ) => {
                if x.as_f64() >= y.as_f64() {
                    old.clone()
                } else {
                    value.clone()
                }
            }
            (
                "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties",
                Value::Number(x),
                Value::Number(y),
            ) => {
                if x.as_f64() <= y.as_f64() {
                    old.clone()
                } else {
                    value.clone()
                }
            }
            ("items" | "additionalProperties" | "propertyNames", Value::Object(_), Value::Object(_)) => {
                json!({ "allOf": [old, value] })
            }
            ("items" | "additionalProperties", Value::Bool(true), new) => new.clone(),
            ("items" | "additionalProperties", old, Value::Bool(true)) => old.clone(),
            ("title" | "description" | "examples" | "default" | "$id" | "$schema" | "$comment", ..) => {
                continue;
            }
            ("const" | "format" | "additionalProperties", ..) => value.clone(),
            _ => {
                let apart = json!([{ (key.as_str()): value }]);
                a = both(a, &json!({ "allOf": apart }));
                continue;
            }
        };
        a.insert(key.clone(), new);
    }
    a
}

fn members(old: &Value, new: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return new.clone() };
    let mut all = old.clone();
    for (name, schema) in new {
        let joined = match all.get(name) {
            Some(other) if other != schema => json!({ "allOf": [other, schema] }),
            _ => schema.clone(),
        };
        all.insert(name.clone(), joined);
    }
    Value::Object(all)
}

fn kinds(old: &Value, new: &Value) -> Value {
    let list = |value: &Value| -> BTreeSet<String> {
        let one = value.as_str().map(ToString::to_string);
        let many =
            value.as_array().into_iter().flatten().filter_map(|kind| kind.as_str().map(ToString::to_string));
        let mut kinds: BTreeSet<String> = one.into_iter().chain(many).collect();
        if kinds.contains("number") {
            kinds.insert("integer".to_string());
        }
        kinds
    };
    let common: Vec<String> = list(old).intersection(&list(new)).cloned().collect();
    match common.as_slice() {
        [one] => one.clone().into(),
        _ => common.into(),
    }
}
