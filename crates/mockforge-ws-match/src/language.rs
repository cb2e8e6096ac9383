//! The pattern language as a JSON Schema, for editors.

use serde_json::{Value, json};

use crate::pattern::Pattern;

impl Pattern {
    /// The JSON Schema (2020-12) of a pattern. It refers to itself as `#/$defs/Pattern`, where the schema
    /// that it becomes a part of has to put it.
    ///
    /// ```
    /// use mockforge_ws_match::Pattern;
    /// use serde_json::json;
    ///
    /// let rule = json!({
    ///     "$defs": { "Pattern": Pattern::schema() },
    ///     "properties": { "on": { "$ref": "#/$defs/Pattern" } }
    /// });
    /// assert_eq!(rule["$defs"]["Pattern"]["title"], "Pattern");
    /// ```
    pub fn schema() -> Value {
        let form = |key: &str, description: &str, schema: Value| {
            let mut schema = schema;
            schema["description"] = description.into();
            json!({ "properties": { key: schema }, "required": [key], "additionalProperties": false })
        };
        let text = || json!({ "type": "string" });
        let some_text = || json!({ "type": "string", "minLength": 1 });
        let patterns = || json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/Pattern" } });
        let bound = |sign: &str| json!({ "type": ["number", "string"], "description": format!("One of the selected values is {sign} this number or text.") });
        json!({
            "title": "Pattern",
            "description": "What a message has to be.",
            "anyOf": [
                {
                    "type": "string",
                    "description": "A JSONPath where it begins with `$.` or `$[` or is `$`: the path selects something. A regex otherwise: it is found in the text."
                },
                { "type": "object", "anyOf": [
                    form("regex", "A regex that is found in the text.", text()),
                    {
                        "properties": {
                            "jsonpath": { "type": "string", "description": "A JSONPath that selects something in the JSON, or a value of which more is said." },
                            "equals": { "description": "One of the selected values is this one." },
                            "in": { "type": "array", "minItems": 1, "description": "One of the selected values is one of these." },
                            "matches": { "type": "string", "description": "A regex that is found in one of the selected values." },
                            "gt": bound("greater than"),
                            "gte": bound("greater than or equal to"),
                            "lt": bound("less than"),
                            "lte": bound("less than or equal to")
                        },
                        "required": ["jsonpath"],
                        "additionalProperties": false
                    },
                    {
                        "properties": {
                            "jsonpath": { "type": "string" },
                            "exists": { "type": "boolean", "description": "Whether the path selects something or nothing." }
                        },
                        "required": ["jsonpath", "exists"],
                        "additionalProperties": false
                    },
                    form("exact", "The whole text.", text()),
                    form("contains", "A part of the text.", some_text()),
                    form("prefix", "The beginning of the text.", some_text()),
                    form("json", "JSON of which the message has all: members of objects, and lists element by element.", json!({})),
                    form("schema", "A JSON Schema that the message fits.", json!({ "type": ["object", "boolean"] })),
                    form("binary", "The bytes of a binary message.", json!({ "type": "object", "anyOf": [
                        form("hex", "All bytes, in hex.", text()),
                        form("base64", "All bytes, in base64.", text()),
                        form("prefix", "The first bytes, in hex or as `{base64: …}`.", Self::bytes()),
                        form("contains", "Bytes anywhere, in hex or as `{base64: …}`.", Self::bytes())
                    ] })),
                    form("type", "The kind of message.", json!({ "enum": ["text", "binary"] })),
                    form("all", "Patterns that all match.", patterns()),
                    form("any", "Patterns of which one matches.", patterns()),
                    form("not", "A pattern that does not match.", json!({ "$ref": "#/$defs/Pattern" }))
                ] }
            ]
        })
    }

    fn bytes() -> Value {
        let encoded = |key: &str| json!({ "type": "object", "properties": { key: { "type": "string", "minLength": 1 } }, "required": [key], "additionalProperties": false });
        json!({ "anyOf": [{ "type": "string", "minLength": 1 }, encoded("hex"), encoded("base64")] })
    }
}
