//! The first place where a value leaves its JSON Schema.
//!
//! The library can list errors, but with the errors of all alternatives inside of each other, which for a
//! schema that refers to itself doubles with each level of the message; and validators for all its parts
//! grow with the square of the schema. So the schema is walked beside the value here, through everything
//! that must hold all at once (`properties`, `items`, `allOf`, `$ref` …). What is missing on that way is
//! missing for certain. The library is asked again only about single keywords and, where the way leads
//! nowhere, about alternatives that it passed.

use serde_json::{Map, Value};

use crate::keyword::Keywords;
use crate::schema::options;
use crate::show;

/// Through how many subschemas the walk goes, and how deep.
const MAX_STEPS: usize = 5_000;
const MAX_DEPTH: usize = 200;
/// How many alternatives are asked about.
const MAX_ALTERNATIVES: usize = 20;
/// The keywords that offer alternatives or forbid something.
const ALTERNATIVES: [&str; 12] = [
    "anyOf",
    "oneOf",
    "not",
    "if",
    "contains",
    "propertyNames",
    "patternProperties",
    "dependentSchemas",
    "dependentRequired",
    "dependencies",
    "unevaluatedProperties",
    "unevaluatedItems",
];

/// `$.price: wanted a number, got cheap`, for a value that does not fit; `None` where the walk finds no
/// place.
pub(crate) fn find(document: &Value, value: &Value) -> Option<String> {
    let mut walk = Walk { document, keywords: Keywords::default(), steps: 0, alternatives: Vec::new() };
    if let Some(found) = walk.schema(document, value, "$", 0) {
        return Some(found);
    }
    let failed = walk.alternatives.iter().find(|alternative| !alternative.fits(document))?;
    let Alternative { keyword, path, value, .. } = failed;
    Some(format!("{path}: does not fit `{keyword}` of the schema, got {}", show::json(value)))
}

struct Walk<'s> {
    document: &'s Value,
    keywords: Keywords,
    steps: usize,
    /// What the walk passed without going in, with where.
    alternatives: Vec<Alternative<'s>>,
}

struct Alternative<'s> {
    keyword: &'static str,
    keywords: &'s Map<String, Value>,
    path: String,
    value: &'s Value,
}

impl<'s> Walk<'s> {
    fn schema(&mut self, schema: &'s Value, value: &'s Value, path: &str, depth: usize) -> Option<String> {
        self.steps += 1;
        if self.steps > MAX_STEPS || depth > MAX_DEPTH {
            return None;
        }
        let keywords = match schema {
            Value::Object(keywords) => keywords,
            Value::Bool(false) => {
                return Some(format!("{path}: wanted nothing, got {}", show::bare(value, value)));
            }
            _ => return None,
        };
        if let Some(found) = self.keywords.violated(keywords, value, path) {
            return Some(found);
        }
        if let Some(found) = self.children(keywords, value, path, depth) {
            return Some(found);
        }
        for part in list(keywords, "allOf") {
            if let Some(found) = self.schema(part, value, path, depth + 1) {
                return Some(found);
            }
        }
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str)
            && let Some(part) = target.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer))
            && let Some(found) = self.schema(part, value, path, depth + 1)
        {
            return Some(found);
        }
        for keyword in ALTERNATIVES.into_iter().filter(|keyword| keywords.contains_key(*keyword)) {
            if self.alternatives.len() < MAX_ALTERNATIVES {
                self.alternatives.push(Alternative { keyword, keywords, path: path.to_string(), value });
            }
        }
        None
    }

    fn children(
        &mut self,
        keywords: &'s Map<String, Value>,
        value: &'s Value,
        path: &str,
        depth: usize,
    ) -> Option<String> {
        match value {
            Value::Object(members) => {
                let properties = keywords.get("properties").and_then(Value::as_object);
                let others = keywords
                    .get("additionalProperties")
                    .filter(|_| !keywords.contains_key("patternProperties"));
                members.iter().find_map(|(name, member)| {
                    let schema = properties.and_then(|properties| properties.get(name)).or(others)?;
                    self.schema(schema, member, &format!("{path}{}", show::member(name)), depth + 1)
                })
            }
            Value::Array(items) => {
                // Until draft 2019-09 a list of schemas stood under `items` itself.
                let first: Vec<_> = list(keywords, "prefixItems").chain(list(keywords, "items")).collect();
                let others = keywords
                    .get("items")
                    .filter(|items| !items.is_array())
                    .or(keywords.get("additionalItems"));
                items.iter().enumerate().find_map(|(index, item)| {
                    let schema = first.get(index).copied().or(others)?;
                    self.schema(schema, item, &format!("{path}[{index}]"), depth + 1)
                })
            }
            _ => None,
        }
    }
}

impl Alternative<'_> {
    /// Whether the value fits the keyword. What the library does not compile out of its place counts as
    /// fitting.
    fn fits(&self, document: &Value) -> bool {
        let beside: &[&str] = match self.keyword {
            "if" => &["then", "else"],
            "contains" => &["minContains", "maxContains"],
            "patternProperties" => &["properties", "additionalProperties"],
            _ => &[],
        };
        let part: Map<String, Value> = if self.keyword.starts_with("unevaluated") {
            // It depends on everything around it.
            self.keywords.clone()
        } else {
            let keywords = beside.iter().chain([&self.keyword]);
            keywords.filter_map(|key| Some(((*key).to_string(), self.keywords.get(*key)?.clone()))).collect()
        };
        let mut schema = Map::from_iter([("allOf".to_string(), Value::Array(vec![Value::Object(part)]))]);
        for key in ["$schema", "$defs", "definitions"] {
            if let Some(kept) = document.get(key) {
                schema.insert(key.to_string(), kept.clone());
            }
        }
        options().build(&Value::Object(schema)).map_or(true, |schema| schema.is_valid(self.value))
    }
}

/// The schemas in a keyword that holds a list of them.
fn list<'s>(keywords: &'s Map<String, Value>, keyword: &str) -> impl Iterator<Item = &'s Value> + use<'s> {
    keywords.get(keyword).and_then(Value::as_array).into_iter().flatten()
}
