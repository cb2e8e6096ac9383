//! The rules as JSON Schema, for editors.

use serde_json::{Map, Value, json};

use super::compile::{ANSWER_KEYS, INJECT_KEYS, REPLACE_KEYS, RULE_KEYS};

/// The definitions (JSON Schema 2020-12) of the keys `rules` and `otherwise` of a `proxy:` section, by name: these
/// two are `ProxyRules` and `ProxyOtherwise`. They refer to each other, and to `Pattern`, as `#/$defs/NAME`, where
/// the schema that they become a part of has to put them.
///
/// ```
/// let definitions = mockforge_ws_proxy::schema();
/// assert_eq!(definitions["ProxyRules"]["items"]["$ref"], "#/$defs/ProxyRule");
/// assert_eq!(definitions["ProxyOtherwise"]["enum"][1], "drop");
/// ```
pub fn schema() -> Map<String, Value> {
    let definitions = [
        (
            "ProxyRules",
            described(
                json!({ "type": "array", "items": refer("ProxyRule") }),
                "What becomes of which message. The first rule that takes a message decides.",
            ),
        ),
        (
            "ProxyOtherwise",
            json!({
                "enum": ["forward", "drop"],
                "default": "forward",
                "description": "What becomes of messages that no rule takes."
            }),
        ),
        ("ProxyRule", mapping(RULE_KEYS, rule, &[])),
        ("ProxyAnswer", text_or(&mapping(ANSWER_KEYS, answer, &[]))),
        ("ProxyReplace", text_or(&mapping(REPLACE_KEYS, replace, &[]))),
        ("ProxyInject", mapping(INJECT_KEYS, inject, &["to"])),
    ];
    definitions.into_iter().map(|(name, definition)| (name.to_string(), definition)).collect()
}

fn rule(key: &str) -> Value {
    match key {
        "from" => json!({
            "enum": ["client", "upstream"],
            "description": "Whose messages it is asked about; without it those of both."
        }),
        "on" => {
            described(refer("Pattern"), "Which messages it takes; without it every text and binary message.")
        }
        "answer" => described(
            one_or_many(&refer("ProxyAnswer")),
            "What goes back in place of an answer from the other side, which hears nothing.",
        ),
        "drop" => described(json!({ "const": true }), "The message ends here."),
        "replace" => described(refer("ProxyReplace"), "What goes on in its place."),
        "delay" => described(
            time(r"(\s*\.\.\s*[0-9]+(\.[0-9]+)?(ms|s|m|h))?"),
            "How long it waits, such as `50ms`, or `20ms..80ms` for a time between these. What follows waits behind it.",
        ),
        "inject" => described(one_or_many(&refer("ProxyInject")), "What is sent beside it."),
        "close" => json!({
            "anyOf": [
                { "const": true },
                code(),
                {
                    "type": "object",
                    "properties": { "code": code(), "reason": { "type": "string" } },
                    "additionalProperties": false
                }
            ],
            "description": "Closes the client's connection with that code, and the server's."
        }),
        "forward" => described(json!({ "const": true }), "It goes on as it is, and no other rule is asked."),
        "stop" => json!({
            "type": "boolean",
            "default": true,
            "description": "`false`: the rules behind are asked too, about the message as this one has made it."
        }),
        "times" => described(
            json!({ "type": "integer", "minimum": 1 }),
            "How often it takes a message, on each connection.",
        ),
        "probability" => described(
            json!({ "type": "number", "minimum": 0, "maximum": 1 }),
            "How often it takes a message that matches.",
        ),
        _ => text("What it is called in facts."),
    }
}

fn answer(key: &str) -> Value {
    match key {
        "after" => described(time(""), "How long after the answer before it."),
        key => payload(key),
    }
}

fn replace(key: &str) -> Value {
    match key {
        "set" => described(
            json!({ "type": "object", "minProperties": 1 }),
            "JSONPaths and the values to put there.",
        ),
        "remove" => described(one_or_many(&json!({ "type": "string" })), "JSONPaths of what is taken out."),
        "merge" => described(json!({}), "A JSON Merge Patch (RFC 7396)."),
        "regex" => text("What is replaced in a text, wherever it matches."),
        "with" => text("What stands in its place: a template, in which `$1` and `${name}` are groups."),
        key => payload(key),
    }
}

fn inject(key: &str) -> Value {
    match key {
        "to" => json!({ "enum": ["client", "upstream"], "description": "To whom it goes." }),
        "when" => json!({
            "enum": ["before", "after"],
            "default": "before",
            "description": "Whether it goes before the message or behind it."
        }),
        key => payload(key),
    }
}

fn payload(key: &str) -> Value {
    match key {
        "json" => described(json!({}), "A JSON value; its strings are templates."),
        "text" => text("A text, a template."),
        _ => text("A binary message."),
    }
}

fn code() -> Value {
    json!({ "type": "integer", "minimum": 1000, "maximum": 4999 })
}

fn time(more: &str) -> Value {
    json!({ "type": "string", "pattern": format!(r"^\s*[0-9]+(\.[0-9]+)?(ms|s|m|h){more}\s*$") })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn text_or(object: &Value) -> Value {
    json!({ "anyOf": [{ "type": "string", "description": "A text, a template." }, object] })
}

fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}

fn one_or_many(one: &Value) -> Value {
    json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
}

fn refer(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// An object with these keys and no others.
fn mapping(keys: &[&str], property: impl Fn(&str) -> Value, required: &[&str]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| ((*key).to_string(), property(key))).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}
