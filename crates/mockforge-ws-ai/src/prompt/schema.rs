//! A schema of events as the schema of a whole answer, for providers that hold a model to one.

use serde_json::{Map, Value, json};

/// Keywords with a schema for each name.
const NAMED: [&str; 5] = ["properties", "$defs", "definitions", "patternProperties", "dependentSchemas"];

/// Keywords with a schema or a list of schemas.
const DIRECT: [&str; 15] = [
    "items",
    "anyOf",
    "oneOf",
    "allOf",
    "prefixItems",
    "additionalItems",
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// What a strict mode does without: notes, and limits that are looked at when the event has come.
const NOTES: [&str; 8] =
    ["$schema", "$id", "$comment", "default", "examples", "discriminator", "minLength", "maxLength"];

/// What a strict mode takes as it is.
const TAKEN: [&str; 19] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "$defs",
    "definitions",
    "description",
    "title",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "pattern",
];

/// The formats that a strict mode knows.
const FORMATS: [&str; 9] =
    ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

/// Keywords that keep definitions for the whole document.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// The schema of an object whose one member is a list of events: providers want an object at the top. Where the
/// events' own schema says all that a strict mode asks for, or leaves it open, the result fits the strict mode;
/// otherwise it is the user's schema as it is.
pub(super) fn wrapped(events: &Value, name: &str) -> Value {
    let mut items = strict(events).unwrap_or_else(|| events.clone());
    refer_below(&mut items, &format!("#/properties/{name}/items"));
    let mut wrapper = json!({
        "type": "object",
        "properties": { name: { "type": "array", "items": null } },
        "required": [name],
        "additionalProperties": false,
    });
    if let Value::Object(items) = &mut items {
        items.shift_remove("$schema");
        items.shift_remove("$id");
        for keyword in DEFINITIONS {
            if let Some(definitions) = items.shift_remove(keyword) {
                wrapper[keyword] = definitions;
            }
        }
    }
    wrapper["properties"][name]["items"] = items;
    wrapper
}

/// Whether a schema is one that a strict mode of structured output takes, as OpenAI defined it: every object names
/// all of its members, requires them and has no others, and only some keywords are used.
///
/// ```
/// use mockforge_ws_ai::prompt::is_strict;
/// use serde_json::json;
///
/// let mut schema = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"] });
/// assert!(!is_strict(&schema));
/// schema["additionalProperties"] = json!(false);
/// assert!(is_strict(&schema));
/// ```
pub fn is_strict(schema: &Value) -> bool {
    strict(schema).is_some_and(|strict| strict == *schema)
}

/// The same schema for a strict mode, if what the mode asks for can be added to it: all members required where the
/// user did not say which, and no others. `oneOf` becomes `anyOf`.
fn strict(schema: &Value) -> Option<Value> {
    let mut out = Map::new();
    for (keyword, value) in schema.as_object()? {
        let keyword = match keyword.as_str() {
            note if NOTES.contains(&note) => continue,
            "format" if value.as_str().is_some_and(|format| FORMATS.contains(&format)) => "format",
            "format" => continue,
            "oneOf" => "anyOf",
            "minItems" | "maxItems" => keyword,
            taken if TAKEN.contains(&taken) => taken,
            _ => return None,
        };
        let value = match (keyword, value) {
            ("additionalProperties", value) => Some(value.clone()).filter(|value| *value == false)?,
            (named, Value::Object(schemas)) if NAMED.contains(&named) => {
                let schemas = schemas.iter().map(|(name, schema)| Some((name.clone(), strict(schema)?)));
                Value::Object(schemas.collect::<Option<_>>()?)
            }
            ("items", value) => strict(value)?,
            ("anyOf", Value::Array(schemas)) => schemas.iter().map(strict).collect::<Option<_>>()?,
            (_, value) => value.clone(),
        };
        out.insert(keyword.into(), value);
    }
    let is_object = |kind: &Value| {
        kind == "object" || kind.as_array().is_some_and(|kinds| kinds.contains(&json!("object")))
    };
    if out.get("type").is_some_and(is_object)
        || out.contains_key("properties")
        || out.contains_key("required")
    {
        let names: Vec<Value> = out.get("properties")?.as_object()?.keys().map(|name| json!(name)).collect();
        let required = out.entry("required").or_insert_with(|| names.clone().into()).as_array()?;
        if required.len() != names.len() || !names.iter().all(|name| required.contains(name)) {
            return None;
        }
        out.entry("additionalProperties").or_insert(json!(false));
    }
    let listed = match (out.get("enum"), out.get("const")) {
        (Some(Value::Array(values)), _) => Some(values.as_slice()),
        (_, value) => value.map(std::slice::from_ref),
    };
    if let Some(values) = listed.filter(|_| !out.contains_key("type")) {
        let kinds = kinds(values)?;
        out.insert("type".into(), kinds);
    }
    let says_what = ["type", "anyOf", "$ref"].iter().any(|keyword| out.contains_key(*keyword));
    says_what.then_some(Value::Object(out))
}

/// The type of values that are listed, which a strict mode wants said.
fn kinds(values: &[Value]) -> Option<Value> {
    let mut kinds: Vec<&str> = Vec::new();
    for value in values {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) | Value::Object(_) => return None,
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    match kinds[..] {
        [] => None,
        [kind] => Some(json!(kind)),
        _ => Some(json!(kinds)),
    }
}

/// Makes references to the document's root, other than to its definitions, refer to `place` in it.
fn refer_below(schema: &mut Value, place: &str) {
    let Value::Object(members) = schema else { return };
    for (keyword, value) in members {
        match value {
            Value::String(to) if keyword == "$ref" => {
                let is_definition =
                    DEFINITIONS.iter().any(|keyword| to.starts_with(&format!("#/{keyword}/")));
                if let Some(rest) =
                    to.strip_prefix('#').filter(|rest| rest.is_empty() || rest.starts_with('/'))
                    && !is_definition
                {
                    *value = format!("{place}{rest}").into();
                }
            }
            Value::Object(schemas) if NAMED.contains(&keyword.as_str()) => {
                schemas.values_mut().for_each(|schema| refer_below(schema, place));
            }
            Value::Array(schemas) if DIRECT.contains(&keyword.as_str()) => {
                schemas.iter_mut().for_each(|schema| refer_below(schema, place));
            }
            schema if DIRECT.contains(&keyword.as_str()) => refer_below(schema, place),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(schema: &Value) -> Value {
        let wrapped = wrapped(schema, "events");
        jsonschema::meta::validate(&wrapped).expect("it is a schema");
        wrapped["properties"]["events"]["items"].clone()
    }

    #[test]
    fn what_the_user_left_open_is_made_strict() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "oneOf": [
                { "type": "object", "properties": {
                    "type": { "const": "trade" },
                    "price": { "type": "number", "minimum": 0, "default": 1 },
                    "tags": { "type": "array", "items": { "type": "string", "maxLength": 9 }, "maxItems": 3 },
                } },
                { "type": "object", "required": ["at"], "properties": { "at": { "type": "string", "format": "time" } } },
            ],
        });
        let strict = items(&schema);
        assert_eq!(
            strict,
            json!({ "anyOf": [
                {
                    "type": "object",
                    "properties": {
                        "type": { "const": "trade", "type": "string" },
                        "price": { "type": "number", "minimum": 0 },
                        "tags": { "type": "array", "items": { "type": "string" }, "maxItems": 3 },
                    },
                    "required": ["type", "price", "tags"],
                    "additionalProperties": false,
                },
                {
                    "type": "object",
                    "required": ["at"],
                    "properties": { "at": { "type": "string", "format": "time" } },
                    "additionalProperties": false,
                },
            ] })
        );
        assert!(is_strict(&wrapped(&schema, "events")));
    }

    #[test]
    fn what_strict_would_change_stays_as_it_is() {
        let member = json!({ "a": { "type": "string" }, "b": { "type": "string" } });
        for schema in [
            json!({ "type": "object", "properties": member, "required": ["a"] }),
            json!({ "type": "object", "properties": member, "required": ["a", "b", "c"] }),
            json!({ "type": "object", "properties": member, "required": ["a", "c"] }),
            json!({ "type": "object", "properties": member, "additionalProperties": true }),
            json!({ "type": "object", "properties": { "a": {} } }),
            json!({ "type": "object", "properties": { "a": true } }),
            json!({ "type": "object", "patternProperties": { "^a": { "type": "string" } } }),
            json!({ "type": "object" }),
            json!({ "type": ["object", "null"] }),
            json!({ "allOf": [{ "type": "object", "properties": member }] }),
            json!({ "anyOf": [{ "required": ["a"] }, { "required": ["b"] }] }),
            json!({ "type": "array", "items": true }),
            json!({ "enum": ["a", {}] }),
            json!(true),
        ] {
            assert_eq!(items(&schema), schema);
            assert!(!is_strict(&wrapped(&schema, "events")), "{schema}");
        }
    }

    #[test]
    fn references_go_where_the_schema_went() {
        let schema = json!({
            "$id": "https://example.com/tree",
            "$defs": { "side": { "type": "string", "enum": ["buy", "sell"] } },
            "type": "object",
            "properties": {
                "side": { "$ref": "#/$defs/side" },
                "$ref": { "$ref": "#/properties/side" },
                "next": { "anyOf": [{ "$ref": "#" }, { "type": "null" }] },
                "text": { "const": { "$ref": "#" } },
            },
        });
        let wrapped = wrapped(&schema, "events");
        let members = &wrapped["properties"]["events"]["items"]["properties"];
        assert_eq!(members["side"]["$ref"], "#/$defs/side");
        assert_eq!(members["$ref"]["$ref"], "#/properties/events/items/properties/side");
        assert_eq!(members["next"]["anyOf"][0]["$ref"], "#/properties/events/items");
        assert_eq!(members["text"]["const"]["$ref"], "#");
        let validator = jsonschema::validator_for(&wrapped).expect("it is a schema");
        let event = |side: &str, next: Value| json!({ "side": side, "$ref": "buy", "next": next, "text": { "$ref": "#" } });
        assert!(validator.is_valid(&json!({ "events": [event("buy", event("sell", Value::Null))] })));
        assert!(!validator.is_valid(&json!({ "events": [event("buy", event("hold", Value::Null))] })));
    }
}
