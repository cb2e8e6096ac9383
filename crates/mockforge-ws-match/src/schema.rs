//! JSON Schemas by `jsonschema`: linear regexes only, nothing read from files or the network.

use std::fmt;
use std::sync::Arc;

use jsonschema::{PatternOptions, ValidationOptions, Validator};
use mockforge_ws_diagnostic::{Key, Problem, did_you_mean};
use serde_json::Value;

use crate::near_miss::NearMiss;
use crate::{show, syntax, violation};

/// How large one compiled `pattern` of a schema may be, in bytes.
const PATTERN_SIZE_LIMIT: usize = 1 << 20;
/// How many mistakes of one schema are told.
const MOST_TOLD: usize = 20;

/// A compiled JSON Schema; the draft is the one that `$schema` names, or 2020-12.
#[derive(Clone)]
pub(crate) struct Schema {
    inner: Arc<Inner>,
}

struct Inner {
    document: Value,
    validator: Validator,
}

/// Two schemas are the same where they are written the same way.
impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.inner.document == other.inner.document
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").field(&self.inner.document).finish()
    }
}

impl Schema {
    pub(crate) fn parse(document: &Value) -> Result<Self, Vec<Problem>> {
        let mistakes = mistakes(document);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let validator = options().build(document).map_err(|error| vec![problem(&error, document)])?;
        Ok(Self { inner: Arc::new(Inner { document: document.clone(), validator }) })
    }

    /// Memoized by the library, so that it takes time in proportion to the message even for schemas that
    /// refer to themselves in several alternatives.
    pub(crate) fn is_match(&self, value: &Value) -> bool {
        self.inner.validator.is_valid(value)
    }

    pub(crate) fn near_miss(&self, value: &Value) -> NearMiss {
        let found = violation::find(&self.inner.document, value);
        NearMiss::new(500, found.unwrap_or_else(|| format!("{} does not fit the schema", show::json(value))))
    }
}

pub(crate) fn options<'i>() -> ValidationOptions<'i> {
    jsonschema::options()
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_SIZE_LIMIT))
        .should_validate_formats(true)
        .offline()
}

/// What the schema's own schema has against it.
fn mistakes(document: &Value) -> Vec<Problem> {
    match jsonschema::meta::validator_for(document) {
        Ok(meta) => {
            meta.iter_errors(document).take(MOST_TOLD).map(|error| problem(&error, document)).collect()
        }
        Err(error) => vec![problem(&error, document)],
    }
}

fn problem(error: &jsonschema::ValidationError<'_>, document: &Value) -> Problem {
    let mut path = Vec::new();
    let mut value = document;
    for step in error.instance_path().as_str().split('/').skip(1) {
        let name = step.replace("~1", "/").replace("~0", "~");
        let (key, inner) = match value {
            Value::Array(items) => {
                let index = name.parse().unwrap_or(0);
                (Key::Index(index), items.get(index))
            }
            value => {
                let inner = value.get(&name);
                (Key::Name(name), inner)
            }
        };
        path.push(key);
        value = inner.unwrap_or(&Value::Null);
    }
    let mut problem = explained(error, path.last(), value);
    problem.path = path;
    problem
}

fn explained(error: &jsonschema::ValidationError<'_>, keyword: Option<&Key>, value: &Value) -> Problem {
    const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "object", "array", "null"];
    let keyword = match keyword {
        Some(Key::Name(name)) => name.as_str(),
        _ => "",
    };
    if let jsonschema::error::ValidationErrorKind::Referencing(_) = error.kind() {
        return Problem::new(format!("schema: {}", show::clipped(&error.to_string())))
            .hint("references work within the schema only, as in `#/$defs/name`; nothing is fetched");
    }
    match (keyword, value) {
        ("type", Value::String(name)) => {
            Problem::new(format!("schema: there is no type `{}`", show::clipped(name))).maybe_hint(
                did_you_mean(name, TYPES).or_else(|| Some(format!("types are {}", TYPES.join(", ")))),
            )
        }
        ("pattern", Value::String(text)) => match regex::Regex::new(text) {
            Err(error) => syntax::problem(text, &error),
            Ok(_) => Problem::new("schema: this pattern can't be compiled").hint("it may be too large"),
        },
        _ => Problem::new(format!("schema: {}", show::clipped(&error.to_string()))),
    }
}
