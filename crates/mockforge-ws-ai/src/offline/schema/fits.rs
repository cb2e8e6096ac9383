//! Whether a plain value fits the keywords about plain values. The whole event is checked by the validator.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fact::is_date_time;
use super::regex::Sampler;

pub(super) fn fits(
    schema: &Map<String, Value>,
    value: &Value,
    samplers: &mut BTreeMap<String, Option<Sampler>>,
) -> bool {
    is_kind(schema.get("type"), value)
        && match value {
            Value::String(text) => is_text(schema, text, samplers),
            Value::Number(number) => number.as_f64().is_some_and(|number| is_number(schema, number)),
            _ => true,
        }
}

/// Whether a value is of the type, or of one of the types.
pub(super) fn is_kind(kinds: Option<&Value>, value: &Value) -> bool {
    let is = |kind: &str| match (kind, value) {
        ("integer", Value::Number(number)) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
        ("number", Value::Number(_))
        | ("string", Value::String(_))
        | ("boolean", Value::Bool(_))
        | ("null", Value::Null)
        | ("object", Value::Object(_))
        | ("array", Value::Array(_)) => true,
        _ => false,
    };
    match kinds {
        Some(Value::String(kind)) => is(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

fn is_number(schema: &Map<String, Value>, number: f64) -> bool {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    bound("minimum").is_none_or(|least| number >= least)
        && bound("maximum").is_none_or(|most| number <= most)
        && bound("exclusiveMinimum").is_none_or(|least| number > least)
        && bound("exclusiveMaximum").is_none_or(|most| number < most)
        && bound("multipleOf").is_none_or(|step| {
            let times = number / step;
            (times - times.round()).abs() < 1e-9
        })
}

pub(super) fn is_text(
    schema: &Map<String, Value>,
    text: &str,
    samplers: &mut BTreeMap<String, Option<Sampler>>,
) -> bool {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let length = text.chars().count() as f64;
    let form = schema.get("format").and_then(Value::as_str);
    bound("minLength").is_none_or(|least| length >= least)
        && bound("maxLength").is_none_or(|most| length <= most)
        && match form {
            None => true,
            Some("date-time") => is_date_time(text),
            // Other formats have their own ways to be made.
            Some(_) => false,
        }
        && match schema.get("pattern").and_then(Value::as_str) {
            None => true,
            Some(pattern) => sampler(samplers, pattern).is_some_and(|sampler| sampler.is_match(text)),
        }
}

/// The compiled regex of a pattern: each is compiled once.
pub(super) fn sampler<'s>(
    samplers: &'s mut BTreeMap<String, Option<Sampler>>,
    pattern: &str,
) -> Option<&'s Sampler> {
    if !samplers.contains_key(pattern) {
        samplers.insert(pattern.to_string(), Sampler::new(pattern));
    }
    samplers.get(pattern)?.as_ref()
}
