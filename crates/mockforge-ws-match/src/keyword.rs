//! Keywords of JSON Schema that are about one value by itself, and their violations in words.

use std::cmp::Ordering;
use std::collections::HashMap;

use jsonschema::Validator;
use serde_json::{Map, Value};

use crate::json::{integer, kind, order, same};
use crate::schema::options;
use crate::show;

/// The keywords of one schema, of which some are asked of the library.
#[derive(Default)]
pub(crate) struct Keywords {
    /// By where they stand in the schema, which many values of one message come by.
    compiled: HashMap<*const Value, Option<Validator>>,
}

impl Keywords {
    /// What the schema asks of this value alone and it does not have: `$.id: wanted >= 1, got 0`.
    pub(crate) fn violated(
        &mut self,
        keywords: &Map<String, Value>,
        value: &Value,
        path: &str,
    ) -> Option<String> {
        keywords.iter().find_map(|(keyword, asked)| {
            if self.fits(keywords, keyword, asked, value) {
                return None;
            }
            if let ("required", Value::Object(members)) = (keyword.as_str(), value) {
                let mut names = asked.as_array()?.iter().filter_map(Value::as_str);
                let missing = names.find(|name| !members.contains_key(*name))?;
                return Some(format!("{path}{}: wanted something, got nothing", show::member(missing)));
            }
            let wanted = wanted(keyword, asked, value)?;
            let got = match (keyword.as_str(), value) {
                ("minLength" | "maxLength", Value::String(text)) => text.chars().count().to_string(),
                ("minItems" | "maxItems", Value::Array(items)) => items.len().to_string(),
                ("minProperties" | "maxProperties", Value::Object(members)) => members.len().to_string(),
                ("type", Value::Array(_) | Value::Object(_) | Value::Null) => kind(value).to_string(),
                ("type", value) => show::json(value),
                _ => show::bare(value, if asked.is_array() { value } else { asked }),
            };
            Some(format!("{path}: wanted {wanted}, got {got}"))
        })
    }

    /// Whether a value fits one keyword. Unknown ones, and those about more than the value itself, fit.
    fn fits(&mut self, keywords: &Map<String, Value>, keyword: &str, asked: &Value, value: &Value) -> bool {
        let count = || asked.as_f64().unwrap_or(0.0);
        // In draft 4 `exclusiveMinimum` is a boolean that sharpens `minimum`.
        let strict = |keyword: &str| keywords.get(keyword) == Some(&Value::Bool(true));
        let ordered = |fits: &dyn Fn(Ordering) -> bool| order(value, asked).is_none_or(fits);
        match (keyword, value) {
            ("type", value) => match asked {
                Value::Array(names) => names.iter().any(|name| is_type(name, value)),
                name => is_type(name, value),
            },
            ("const", value) => same(asked, value),
            ("enum", value) => {
                asked.as_array().is_none_or(|asked| asked.iter().any(|asked| same(asked, value)))
            }
            ("required", Value::Object(members)) => {
                let mut names = asked.as_array().into_iter().flatten().filter_map(Value::as_str);
                names.all(|name| members.contains_key(name))
            }
            ("minimum", Value::Number(_)) if strict("exclusiveMinimum") => ordered(&Ordering::is_gt),
            ("maximum", Value::Number(_)) if strict("exclusiveMaximum") => ordered(&Ordering::is_lt),
            ("minimum", Value::Number(_)) => ordered(&Ordering::is_ge),
            ("maximum", Value::Number(_)) => ordered(&Ordering::is_le),
            ("exclusiveMinimum", Value::Number(_)) => ordered(&Ordering::is_gt),
            ("exclusiveMaximum", Value::Number(_)) => ordered(&Ordering::is_lt),
            ("minLength", Value::String(text)) => text.chars().count() as f64 >= count(),
            ("maxLength", Value::String(text)) => text.chars().count() as f64 <= count(),
            ("minItems", Value::Array(items)) => items.len() as f64 >= count(),
            ("maxItems", Value::Array(items)) => items.len() as f64 <= count(),
            ("minProperties", Value::Object(members)) => members.len() as f64 >= count(),
            ("maxProperties", Value::Object(members)) => members.len() as f64 <= count(),
            ("pattern" | "format", Value::String(_))
            | ("multipleOf", Value::Number(_))
            | ("uniqueItems", Value::Array(_)) => {
                let compiled = self.compiled.entry(std::ptr::from_ref(asked));
                let compiled = compiled.or_insert_with(|| {
                    let mut part = Map::from_iter([(keyword.to_string(), asked.clone())]);
                    part.extend(keywords.get("$schema").map(|draft| ("$schema".to_string(), draft.clone())));
                    options().build(&Value::Object(part)).ok()
                });
                compiled.as_ref().is_none_or(|keyword| keyword.is_valid(value))
            }
            _ => true,
        }
    }
}

fn is_type(name: &Value, value: &Value) -> bool {
    match (name.as_str(), value) {
        (Some("null"), Value::Null)
        | (Some("boolean"), Value::Bool(_))
        | (Some("number"), Value::Number(_))
        | (Some("string"), Value::String(_))
        | (Some("array"), Value::Array(_))
        | (Some("object"), Value::Object(_)) => true,
        (Some("integer"), Value::Number(number)) => {
            integer(number).is_some() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        _ => false,
    }
}

/// What a keyword wants, in words.
fn wanted(keyword: &str, asked: &Value, value: &Value) -> Option<String> {
    let shown = show::bare(asked, value);
    let count =
        |what| show::counted(asked.as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(0), what);
    Some(match keyword {
        "type" => match asked {
            Value::Array(names) => {
                let names: Vec<_> = names.iter().filter_map(Value::as_str).map(type_words).collect();
                names.join(" or ")
            }
            asked => type_words(asked.as_str()?).to_string(),
        },
        "const" => shown,
        "enum" => {
            let options: Vec<_> =
                asked.as_array()?.iter().take(5).map(|option| show::bare(option, value)).collect();
            format!("one of {}", options.join(", "))
        }
        "minimum" => format!(">= {shown}"),
        "maximum" => format!("<= {shown}"),
        "exclusiveMinimum" => format!("> {shown}"),
        "exclusiveMaximum" => format!("< {shown}"),
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

    /// What the library and this module say of one keyword and one value.
    #[test]
    fn agrees_with_the_library() {
        let keywords = json!({
            "type": ["number", "null"], "const": 2, "enum": [1, "ab", [1, 1]], "required": ["a"], "minimum": 2,
            "maximum": 2, "exclusiveMinimum": 2, "exclusiveMaximum": 2, "multipleOf": 2, "minLength": 2,
            "maxLength": 2, "minItems": 2, "maxItems": 2, "minProperties": 1, "maxProperties": 1,
            "uniqueItems": true, "pattern": "^a", "format": "uuid"
        });
        let values = json!([
            null, true, 1, 2, 2.0, 3, 2.5, "", "ab", "abc", "äö", "b", [], [1, 1], [1, 2, 3], {}, { "a": 1 }, { "a": 1, "b": 2 }
        ]);
        for (keyword, asked) in keywords.as_object().expect("an object") {
            let schema = json!({ keyword: asked });
            let validator = options().build(&schema).expect("a schema");
            for value in values.as_array().expect("a list") {
                let violation =
                    Keywords::default().violated(schema.as_object().expect("an object"), value, "$");
                assert_eq!(
                    violation.is_none(),
                    validator.is_valid(value),
                    "{schema} on {value}: {violation:?}"
                );
            }
        }
    }
}
