//! A schema in words: a line for each member.

use serde_json::{Map, Value};

use super::text::cut;

/// The most lines; a longer schema ends with a line that says so.
const LINES: usize = 60;

/// How deep members are told one by one.
const DEPTH: usize = 5;

/// The most characters of a part of a schema that is told as it is written.
const RAW: usize = 1_500;

/// Keywords that words do not tell; a schema with one is told as it is written.
const BEYOND_WORDS: [&str; 9] = [
    "oneOf",
    "anyOf",
    "allOf",
    "not",
    "if",
    "patternProperties",
    "prefixItems",
    "dependentSchemas",
    "contains",
];

/// What an event is: its members, one a line, or the schema as it is written where that says more.
pub(super) fn outline(schema: &Value) -> String {
    let mut outline = Outline { root: schema, lines: Vec::new() };
    if let Some(schema) = outline.resolved(schema) {
        outline.members("", schema, 0);
    }
    if outline.lines.is_empty() {
        return format!("a JSON object that fits the JSON Schema {}", cut(&schema.to_string(), RAW));
    }
    if outline.lines.len() > LINES {
        outline.lines.truncate(LINES);
        outline.lines.push("- and more".into());
    }
    format!("a JSON object with\n{}", outline.lines.join("\n"))
}

struct Outline<'s> {
    root: &'s Value,
    lines: Vec<String>,
}

type Schema = Map<String, Value>;

impl<'s> Outline<'s> {
    /// Adds the members of an object.
    fn members(&mut self, path: &str, schema: &'s Schema, depth: usize) {
        let Some(members) = schema.get("properties").and_then(Value::as_object) else { return };
        if depth >= DEPTH || is_beyond_words(schema) {
            return;
        }
        let required = schema.get("required").and_then(Value::as_array);
        for (name, member) in members {
            if self.lines.len() > LINES {
                return;
            }
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let is_optional = required.is_some_and(|required| !required.iter().any(|key| key == name));
            let optional = if is_optional { ", optional" } else { "" };
            match self.resolved(member) {
                Some(schema) if !is_beyond_words(schema) => {
                    let elements = schema.get("items").and_then(|items| self.resolved(items));
                    let words = words(schema, elements);
                    self.lines.push(format!("- `{path}`: {words}{optional}"));
                    match elements {
                        Some(elements) => self.members(&format!("{path}[]"), elements, depth + 1),
                        None => self.members(&path, schema, depth + 1),
                    }
                }
                _ => {
                    let raw = member.to_string();
                    self.lines.push(format!("- `{path}`: fits the JSON Schema {}{optional}", cut(&raw, RAW)));
                }
            }
        }
    }

    /// Follows references within the schema, a few.
    fn resolved(&self, schema: &'s Value) -> Option<&'s Schema> {
        let mut schema = schema;
        for _ in 0..8 {
            match schema.get("$ref").and_then(Value::as_str) {
                Some(to) => schema = self.root.pointer(to.strip_prefix('#')?)?,
                None => return schema.as_object(),
            }
        }
        None
    }
}

fn is_beyond_words(schema: &Schema) -> bool {
    BEYOND_WORDS.iter().any(|keyword| schema.contains_key(*keyword))
}

/// One value in words.
fn words(schema: &Schema, elements: Option<&Schema>) -> String {
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ if schema.contains_key("properties") => "object".into(),
        _ => String::new(),
    };
    let mut words: Vec<String> = Some(kind).filter(|kind| !kind.is_empty()).into_iter().collect();
    for (keyword, value) in schema {
        words.push(match (keyword.as_str(), value) {
            ("const", value) => format!("always {value}"),
            ("enum", Value::Array(values)) => {
                let values: Vec<String> = values.iter().take(20).map(Value::to_string).collect();
                format!("one of {}", values.join(", "))
            }
            ("minimum", least) => format!("at least {least}"),
            ("maximum", most) => format!("at most {most}"),
            ("exclusiveMinimum", bound) => format!("more than {bound}"),
            ("exclusiveMaximum", bound) => format!("less than {bound}"),
            ("multipleOf", step) => format!("a multiple of {step}"),
            ("minLength", least) => format!("at least {least} characters"),
            ("maxLength", most) => format!("at most {most} characters"),
            ("minItems", least) => format!("{least} or more elements"),
            ("maxItems", most) => format!("at most {most} elements"),
            ("pattern", Value::String(pattern)) => format!("matching the regex `{pattern}`"),
            ("format", Value::String(format)) => format!("in the format {format}"),
            _ => continue,
        });
    }
    if let Some(elements) = elements {
        words.push(format!("each element: {}", self::words(elements, None)));
    }
    if words.is_empty() {
        words.push("any value".into());
    }
    let note = schema.get("description").and_then(Value::as_str);
    let note = note.map(|note| format!(" ({})", cut(note, 200))).unwrap_or_default();
    format!("{}{note}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_told_with_their_limits() {
        let schema = json!({
            "type": "object",
            "required": ["type", "price", "legs"],
            "$defs": { "side": { "enum": ["buy", "sell"] } },
            "properties": {
                "type": { "const": "trade" },
                "price": { "type": "number", "exclusiveMinimum": 0, "description": "in dollars" },
                "side": { "$ref": "#/$defs/side" },
                "at": { "type": ["string", "null"], "format": "date-time" },
                "user": { "properties": { "name": { "type": "string", "maxLength": 9, "pattern": "^a" } } },
                "legs": {
                    "type": "array",
                    "minItems": 1,
                    "items": { "type": "object", "properties": { "size": { "type": "integer" } } },
                },
                "tags": { "type": "array", "items": { "type": "string" } },
                "either": { "anyOf": [{ "type": "string" }, { "type": "integer" }] },
                "any": {},
            },
        });
        insta::assert_snapshot!(outline(&schema), @r#"
        a JSON object with
        - `type`: always "trade"
        - `price`: number, more than 0 (in dollars)
        - `side`: one of "buy", "sell", optional
        - `at`: string or null, in the format date-time, optional
        - `user`: object, optional
        - `user.name`: string, at most 9 characters, matching the regex `^a`
        - `legs`: array, 1 or more elements, each element: object
        - `legs[].size`: integer
        - `tags`: array, each element: string, optional
        - `either`: fits the JSON Schema {"anyOf":[{"type":"string"},{"type":"integer"}]}, optional
        - `any`: any value, optional
        "#);
    }

    #[test]
    fn what_words_do_not_tell_is_told_as_written() {
        let schema = json!({ "oneOf": [{ "type": "object" }] });
        assert_eq!(
            outline(&schema),
            r#"a JSON object that fits the JSON Schema {"oneOf":[{"type":"object"}]}"#
        );
        assert_eq!(outline(&json!(true)), "a JSON object that fits the JSON Schema true");
    }

    #[test]
    fn an_outline_ends() {
        let members: Schema = (0..100).map(|n| (format!("m{n}"), json!({ "$ref": "#" }))).collect();
        let schema = json!({ "properties": members, "$ref": "#/a" });
        assert!(outline(&schema).chars().count() < 2_000);
        let schema = json!({ "properties": members });
        assert_eq!(outline(&schema).lines().count(), LINES + 2);
        let tree = json!({ "properties": { "next": { "$ref": "#" } } });
        assert_eq!(outline(&tree).lines().count(), DEPTH + 1);
        assert!(outline(&json!({ "$ref": "#" })).contains("JSON Schema"));
    }
}
