//! The first place where a value leaves its JSON Schema.
//!
//! The library can list errors, but with the errors of all alternatives inside of each other, which for a
//! schema that refers to itself doubles with each level of the message. Here the schema is walked beside the
//! value with nothing but yes-or-no questions, which the library answers in linear time.

use jsonschema::{Validator, ValidatorMap};
use serde_json::{Map, Value};

use crate::json::{kind, same};
use crate::schema::options;
use crate::show;

/// Through how many subschemas the walk goes.
const MAX_STEPS: usize = 200;

/// `$.price: wanted a number, got cheap`, for a value that does not fit; `None` where the walk finds no
/// place.
pub(crate) fn find(document: &Value, parts: &ValidatorMap, value: &Value) -> Option<String> {
    let mut walk = Walk { document, parts, steps: 0 };
    walk.schema("#", document, value, "$")
}

struct Walk<'s> {
    document: &'s Value,
    parts: &'s ValidatorMap,
    steps: usize,
}

impl<'s> Walk<'s> {
    fn schema(&mut self, pointer: &str, schema: &'s Value, value: &Value, path: &str) -> Option<String> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return None;
        }
        let Value::Object(keywords) = schema else {
            return Some(format!("{path}: wanted nothing, got {}", show::bare(value, value)));
        };
        if let Some(text) = own(keywords, value, path) {
            return Some(text);
        }
        if let Some(found) = self.children(pointer, keywords, value, path) {
            return Some(found);
        }
        for (index, part) in list(keywords, "allOf") {
            if let Some(found) = self.enter(&format!("{pointer}/allOf/{index}"), part, value, path) {
                return Some(found);
            }
        }
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str)
            && let Some(part) = target.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer))
            && let Some(found) = self.enter(target, part, value, path)
        {
            return Some(found);
        }
        let alternatives = ["anyOf", "oneOf"].into_iter().find(|keyword| keywords.contains_key(*keyword));
        Some(match alternatives {
            Some(keyword) => {
                format!("{path}: does not fit `{keyword}` of the schema, got {}", show::json(value))
            }
            None => format!("{path}: does not fit the schema, got {}", show::json(value)),
        })
    }

    /// Walks on into a subschema if the value does not fit it.
    fn enter(&mut self, pointer: &str, schema: &'s Value, value: &Value, path: &str) -> Option<String> {
        let fits = self.parts.get(pointer).is_none_or(|part: &Validator| part.is_valid(value));
        if fits { None } else { self.schema(pointer, schema, value, path) }
    }

    fn children(
        &mut self,
        at: &str,
        keywords: &'s Map<String, Value>,
        value: &Value,
        path: &str,
    ) -> Option<String> {
        match value {
            Value::Object(members) => {
                let properties = keywords.get("properties").and_then(Value::as_object);
                for (name, member) in members {
                    let path = format!("{path}{}", show::member(name));
                    let found = if let Some(schema) = properties.and_then(|properties| properties.get(name)) {
                        self.enter(&format!("{at}/properties/{}", escaped(name)), schema, member, &path)
                    } else {
                        let others = keywords.get("additionalProperties");
                        let others = others.filter(|_| !keywords.contains_key("patternProperties"));
                        others.and_then(|schema| {
                            self.enter(&format!("{at}/additionalProperties"), schema, member, &path)
                        })
                    };
                    if found.is_some() {
                        return found;
                    }
                }
                None
            }
            Value::Array(items) => {
                let first: Vec<_> = list(keywords, "prefixItems").collect();
                items.iter().enumerate().find_map(|(index, item)| {
                    let path = format!("{path}[{index}]");
                    match first.get(index) {
                        Some((_, schema)) => {
                            self.enter(&format!("{at}/prefixItems/{index}"), schema, item, &path)
                        }
                        None => self.enter(&format!("{at}/items"), keywords.get("items")?, item, &path),
                    }
                })
            }
            _ => None,
        }
    }
}

/// The elements of a keyword that holds a list of schemas.
fn list<'s>(keywords: &'s Map<String, Value>, keyword: &str) -> impl Iterator<Item = (usize, &'s Value)> {
    keywords.get(keyword).and_then(Value::as_array).into_iter().flatten().enumerate()
}

/// A name within a JSON pointer that is a URI's fragment.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// What the schema asks of this value alone, and it does not have.
fn own(keywords: &Map<String, Value>, value: &Value, path: &str) -> Option<String> {
    keywords.iter().find_map(|(keyword, asked)| {
        let wanted = wanted(keyword, asked, value)?;
        if fits(keywords, keyword, asked, value) {
            return None;
        }
        if let ("required", Value::Object(members)) = (keyword.as_str(), value) {
            let names = asked.as_array()?.iter().filter_map(Value::as_str);
            let missing = names.into_iter().find(|name| !members.contains_key(*name))?;
            return Some(format!("{path}{}: wanted something, got nothing", show::member(missing)));
        }
        let beside = if asked.is_array() { value } else { asked };
        let got = match (keyword.as_str(), value) {
            ("minLength" | "maxLength", Value::String(text)) => format!("{}", text.chars().count()),
            ("minItems" | "maxItems", Value::Array(items)) => format!("{}", items.len()),
            ("minProperties" | "maxProperties", Value::Object(members)) => format!("{}", members.len()),
            ("type", value) => match value {
                Value::Array(_) | Value::Object(_) | Value::Null => kind(value).to_string(),
                value => show::json(value),
            },
            _ => show::bare(value, beside),
        };
        Some(format!("{path}: wanted {wanted}, got {got}"))
    })
}

/// Whether a value fits one keyword, with those beside it that the keyword depends on.
fn fits(keywords: &Map<String, Value>, keyword: &str, asked: &Value, value: &Value) -> bool {
    // Simple ones need no validator, which also keeps their answer free of any draft's finer points.
    match (keyword, asked, value) {
        ("const", asked, value) => return same(asked, value),
        ("enum", Value::Array(asked), value) => return asked.iter().any(|asked| same(asked, value)),
        _ => {}
    }
    let mut part = Map::from_iter([(keyword.to_string(), asked.clone())]);
    for beside in ["$schema", "exclusiveMinimum", "exclusiveMaximum"] {
        // In draft 4 these are booleans that sharpen `minimum` and `maximum`.
        if let Some(asked) = keywords.get(beside).filter(|asked| beside == "$schema" || asked.is_boolean()) {
            part.insert(beside.to_string(), asked.clone());
        }
    }
    options().build(&Value::Object(part)).is_ok_and(|part| part.is_valid(value))
}

/// What a keyword wants, in words; `None` for those that are about more than the value alone.
fn wanted(keyword: &str, asked: &Value, value: &Value) -> Option<String> {
    let shown = show::bare(asked, value);
    let count =
        |what| show::counted(asked.as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(0), what);
    Some(match keyword {
        "type" => match asked {
            Value::Array(kinds) => {
                let kinds: Vec<_> = kinds.iter().filter_map(Value::as_str).map(type_words).collect();
                kinds.join(" or ")
            }
            asked => type_words(asked.as_str()?).to_string(),
        },
        "const" => shown,
        "enum" => {
            let options: Vec<_> =
                asked.as_array()?.iter().take(5).map(|option| show::bare(option, value)).collect();
            format!("one of {}", options.join(", "))
        }
        "required" => String::new(),
        "minimum" => format!(">= {shown}"),
        "maximum" => format!("<= {shown}"),
        "exclusiveMinimum" if asked.is_number() => format!("> {shown}"),
        "exclusiveMaximum" if asked.is_number() => format!("< {shown}"),
        "multipleOf" => format!("a multiple of {shown}"),
        "minLength" => format!("at least {}", count("character")),
        "maxLength" => format!("at most {}", count("character")),
        "minItems" => format!("at least {}", count("element")),
        "maxItems" => format!("at most {}", count("element")),
        "minProperties" => format!("at least {}", count("member")),
        "maxProperties" => format!("at most {}", count("member")),
        "uniqueItems" => "no element twice".to_string(),
        "pattern" => format!("a match of {}", show::quoted(asked.as_str()?)),
        "format" => format!("the format {}", asked.as_str()?),
        _ => return None,
    })
}

fn type_words(name: &str) -> &str {
    match name {
        "string" => "a text",
        "number" => "a number",
        "integer" => "a whole number",
        "boolean" => "a boolean",
        "object" => "an object",
        "array" => "a list",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_keyword_in_words_is_a_keyword() {
        let asked = json!({
            "type": "number", "const": 1, "enum": [1], "required": ["a"], "minimum": 1, "maximum": 1,
            "exclusiveMinimum": 1, "exclusiveMaximum": 1, "multipleOf": 1, "minLength": 1, "maxLength": 1,
            "minItems": 1, "maxItems": 1, "minProperties": 1, "maxProperties": 1, "uniqueItems": true,
            "pattern": "a", "format": "uuid"
        });
        for (keyword, asked) in asked.as_object().expect("an object") {
            assert!(wanted(keyword, asked, &Value::Null).is_some(), "{keyword}");
            assert!(options().build(&json!({ keyword: asked })).is_ok(), "{keyword}");
        }
    }
}
