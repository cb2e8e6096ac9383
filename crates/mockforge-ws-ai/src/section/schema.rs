//! JSON Schema of an `ai:` section.

use serde_json::{Map, Value, json};

use super::{AI_KEYS, OFFLINE};

/// The definition (JSON Schema 2020-12) of an `ai:` section, under the name `Ai`. It refers to `Time`
/// and `Interactive` as `#/$defs/NAME`, where the schema that it becomes a part of has to put them.
///
/// ```
/// assert_eq!(mockforge_ws_ai::schema()["Ai"]["anyOf"][1]["required"][0], "narrative");
/// ```
pub fn schema() -> Map<String, Value> {
    let properties: Map<String, Value> = AI_KEYS
        .iter()
        .map(|(key, about)| {
            let mut value = member(key);
            value["description"] = json!(about);
            (key.to_string(), value)
        })
        .collect();
    let mapping = json!({
        "type": "object",
        "properties": properties,
        "required": ["narrative"],
        "additionalProperties": false
    });
    let narrative = json!({ "type": "string", "description": "What happens, in your words." });
    Map::from_iter([("Ai".to_string(), json!({ "anyOf": [narrative, mapping] }))])
}

fn member(key: &str) -> Value {
    let rate = json!({ "type": "number", "exclusiveMinimum": 0, "maximum": crate::pace::MAX_RATE });
    match key {
        "event_count" | "max_tokens" | "token_budget" => json!({ "type": "integer", "minimum": 1 }),
        "cost_budget" => json!({ "type": "number", "exclusiveMinimum": 0 }),
        "price" => {
            let price = json!({ "type": "number", "minimum": 0 });
            let properties = json!({ "input": price, "output": price });
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        }
        "duration" => json!({ "$ref": "#/$defs/Time" }),
        "events_per_second" => rate,
        "pace" => json!({ "anyOf": [
            rate,
            { "type": "object", "properties": { "poisson": rate }, "required": ["poisson"], "additionalProperties": false },
            { "type": "object", "properties": { "burst": { "type": "object" } }, "required": ["burst"], "additionalProperties": false },
            { "type": "object", "properties": { "on_off": { "type": "object" } }, "required": ["on_off"], "additionalProperties": false },
        ]}),
        "schema" => json!({ "type": ["object", "string"] }),
        "examples" => json!({ "type": "array" }),
        "event_types" => json!({ "anyOf": [
            { "type": "array", "items": { "type": "string" } },
            { "type": "object", "additionalProperties": { "type": "number", "exclusiveMinimum": 0 } },
        ]}),
        "temperature" => json!({ "type": "number", "minimum": 0, "maximum": 2 }),
        "answers_only" | "cache" => json!({ "type": "boolean" }),
        "interactive" => json!({ "$ref": "#/$defs/Interactive" }),
        "on_failure" => json!({ "enum": ["close", OFFLINE], "default": "close" }),
        "on_end" => json!({ "enum": ["keep", "close"], "default": "keep" }),
        _ => json!({ "type": "string" }),
    }
}
