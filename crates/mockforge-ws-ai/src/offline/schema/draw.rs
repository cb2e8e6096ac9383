//! One value for one schema.

use std::collections::BTreeMap;

use mockforge_ws_core::ConnRng;
use rand::{Rng, RngExt as _, SeedableRng as _};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::fact::{Facts, coerced, hash, is_id};
use super::regex::Sampler;
use super::{Memory, fits, merge};
use crate::offline::heard::fold;

/// From this depth on values are as small as they may be.
pub(super) const DEEP: usize = 6;
/// No value is nested deeper.
const DEEPEST: usize = 32;
/// How many references and branches are followed for one value.
const MOST_HOPS: usize = 64;
/// How much work one event may be, in values drawn and keywords put together: schemas that refer to themselves
/// in several places would grow without end.
pub(super) const WORK: usize = 50_000;

pub(super) struct Draw<'d> {
    pub(super) document: &'d Value,
    pub(super) samplers: &'d mut BTreeMap<String, Option<Sampler>>,
    pub(super) memory: &'d mut Memory,
    pub(super) facts: &'d Facts,
    pub(super) rng: &'d mut dyn Rng,
    pub(super) now: OffsetDateTime,
    pub(super) trusts: bool,
    /// What is left of the work.
    pub(super) work: usize,
}

/// Where a value stands.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// The name of the member, or that of the array which holds it.
    pub(super) name: String,
    /// The name of the member that has it.
    pub(super) owner: String,
    pub(super) path: String,
    pub(super) depth: usize,
}

impl Spot {
    pub(super) fn root() -> Self {
        Self { name: String::new(), owner: String::new(), path: String::new(), depth: 0 }
    }

    pub(super) fn member(&self, name: &str) -> Self {
        Self {
            name: name.to_string(),
            owner: self.name.clone(),
            path: format!("{}/{name}", self.path),
            depth: self.depth + 1,
        }
    }

    pub(super) fn item(&self) -> Self {
        let name = self.name.strip_suffix('s').unwrap_or(&self.name).to_string();
        Self { name, owner: self.owner.clone(), path: format!("{}/*", self.path), depth: self.depth + 1 }
    }
}

impl Draw<'_> {
    pub(super) fn value(&mut self, schema: &Value, spot: &Spot) -> Value {
        if spot.depth > DEEPEST || self.work == 0 {
            return Value::Null;
        }
        self.work -= 1;
        let schema = self.settled(schema, spot);
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            return self.one_of(&schema, values, spot);
        }
        match self.kind(&schema, spot).as_str() {
            "object" => self.object(schema, spot),
            "array" => self.array(&schema, spot),
            "integer" => self.number(&schema, spot, true),
            "number" => self.number(&schema, spot, false),
            "boolean" => self.told(spot, "boolean").unwrap_or_else(|| self.rng.random::<bool>().into()),
            "null" => Value::Null,
            _ => self.text(&schema, spot),
        }
    }

    fn facts_of(&self, spot: &Spot) -> Vec<&Value> {
        if self.trusts { self.facts.named(&spot.owner, &spot.name) } else { Vec::new() }
    }

    /// What the simulation says of the member, as the given type.
    pub(super) fn told(&self, spot: &Spot, kind: &str) -> Option<Value> {
        // One letter is too little to tell a text by.
        let vague = kind == "string" && spot.name.len() < 2 && !["s", "p"].contains(&spot.name.as_str());
        self.facts_of(spot).into_iter().filter(|_| !vague).find_map(|fact| coerced(fact, kind))
    }

    /// The same where it fits the schema.
    pub(super) fn told_fitting(
        &mut self,
        schema: &Map<String, Value>,
        spot: &Spot,
        kind: &str,
    ) -> Option<Value> {
        let value = self.told(spot, kind)?;
        fits::fits(schema, &value, self.samplers).then_some(value)
    }

    /// For an identifier that the simulation knows and that is written in another way here: a generator from which
    /// the same one is drawn each time.
    pub(super) fn identity(&self, spot: &Spot) -> Option<ConnRng> {
        let fact = self.facts_of(spot).into_iter().next().filter(|_| is_id(&spot.name))?;
        Some(ConnRng::seed_from_u64(hash(fact)))
    }

    fn one_of(&mut self, schema: &Map<String, Value>, values: &[Value], spot: &Spot) -> Value {
        let fact = self.facts_of(spot).into_iter().next();
        let alike = |value: &&Value| match (fact, value) {
            (Some(Value::String(fact)), Value::String(value)) => fold(fact) == fold(value),
            (Some(fact), value) => fact == *value,
            (None, _) => false,
        };
        if let Some(value) = values.iter().find(alike) {
            return value.clone();
        }
        let kinds = schema.get("type");
        let usable: Vec<&Value> = values.iter().filter(|value| fits::is_kind(kinds, value)).collect();
        if usable.is_empty() {
            return values.first().cloned().unwrap_or(Value::Null);
        }
        usable[self.rng.random_range(0..usable.len())].clone()
    }

    /// The schema with its references followed, its parts put together and its branches chosen.
    pub(super) fn settled(&mut self, schema: &Value, spot: &Spot) -> Map<String, Value> {
        let mut settled = merge::both(Map::new(), schema);
        for _ in 0..MOST_HOPS {
            self.work = self.work.saturating_sub(keywords(&settled));
            if self.work == 0 {
                break;
            }
            if let Some(reference) = settled.remove("$ref").or_else(|| settled.remove("$dynamicRef")) {
                if let Some(target) = merge::target(self.document, reference.as_str().unwrap_or_default()) {
                    settled = merge::both(settled, target);
                }
            } else if let Some(Value::Array(parts)) = settled.remove("allOf") {
                settled = parts.iter().fold(settled, merge::both);
            } else if let Some(Value::Array(branches)) =
                settled.remove("oneOf").or_else(|| settled.remove("anyOf"))
            {
                let branch = self.branch(&branches, spot);
                settled = merge::both(settled, &branch);
            } else if let Some(condition) = settled.remove("if") {
                let (then, otherwise) = (settled.remove("then"), settled.remove("else"));
                if self.rng.random::<bool>() {
                    settled = merge::both(settled, &condition);
                    settled = merge::both(settled, &then.unwrap_or(Value::Bool(true)));
                } else {
                    settled = merge::both(settled, &otherwise.unwrap_or(Value::Bool(true)));
                }
            } else {
                break;
            }
        }
        settled
    }

    /// One of the branches: among those that agree most with what the simulation says, by chance.
    fn branch(&mut self, branches: &[Value], spot: &Spot) -> Value {
        let mut usable: Vec<&Value> = branches.iter().collect();
        if spot.depth >= DEEP {
            let ends: Vec<&Value> =
                branches.iter().filter(|branch| !branch.to_string().contains("\"$ref\"")).collect();
            usable = if ends.is_empty() { usable } else { ends };
        }
        let scores: Vec<i32> = usable.iter().map(|branch| self.agreement(branch)).collect();
        let best = scores.iter().max().copied().unwrap_or_default();
        let mut best = usable.into_iter().zip(scores).filter(|(_, score)| *score == best || !self.trusts);
        let count = best.clone().count();
        if count == 0 {
            return Value::Bool(true);
        }
        best.nth(self.rng.random_range(0..count)).map_or(Value::Bool(true), |(branch, _)| branch.clone())
    }

    /// How many fixed members of a branch are as the simulation says, less those that are not.
    fn agreement(&self, branch: &Value) -> i32 {
        let mut branch = branch;
        if let Some(reference) = branch.get("$ref").and_then(Value::as_str) {
            branch = merge::target(self.document, reference).unwrap_or(branch);
        }
        let properties = branch.get("properties").and_then(Value::as_object).into_iter().flatten();
        let mut score = 0;
        for (name, property) in properties {
            let fixed = property.get("const").into_iter();
            let fixed: Vec<&Value> =
                fixed.chain(property.get("enum").and_then(Value::as_array).into_iter().flatten()).collect();
            let Some(fact) = self.facts.named("", name).into_iter().next().filter(|_| !fixed.is_empty())
            else {
                continue;
            };
            let text = fact.as_str().map(fold);
            let same = fixed
                .iter()
                .any(|value| **value == *fact || text.is_some() && value.as_str().map(fold) == text);
            score += if same { 1 } else { -1 };
        }
        score
    }

    /// The type of the value.
    fn kind(&mut self, schema: &Map<String, Value>, spot: &Spot) -> String {
        let kinds: Vec<&str> = match schema.get("type") {
            Some(Value::String(kind)) => vec![kind],
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => return self.implied(schema, spot).to_string(),
        };
        let has_null = kinds.contains(&"null");
        let others: Vec<&str> = kinds.iter().copied().filter(|kind| *kind != "null").collect();
        if others.is_empty() || has_null && (spot.depth >= DEEP || self.rng.random_bool(0.1)) {
            return if has_null { "null" } else { "string" }.to_string();
        }
        // `number` includes integers.
        let others: Vec<&str> =
            others.iter().copied().filter(|kind| *kind != "integer" || !others.contains(&"number")).collect();
        let told = others.iter().find(|kind| self.told(spot, kind).is_some());
        told.copied().unwrap_or_else(|| others[self.rng.random_range(0..others.len())]).to_string()
    }

    /// The type that other keywords imply.
    fn implied(&self, schema: &Map<String, Value>, spot: &Spot) -> &'static str {
        const KEYWORDS: &[(&str, &str)] = &[
            (
                "object",
                "properties,required,additionalProperties,patternProperties,minProperties,propertyNames",
            ),
            ("array", "items,prefixItems,minItems,maxItems,contains,uniqueItems"),
            ("string", "pattern,format,minLength,maxLength,contentEncoding"),
            ("number", "minimum,maximum,exclusiveMinimum,exclusiveMaximum,multipleOf"),
        ];
        let implied =
            KEYWORDS.iter().find(|(_, keywords)| keywords.split(',').any(|key| schema.contains_key(key)));
        match (implied, self.facts_of(spot).first()) {
            (Some((kind, _)), _) => kind,
            (None, Some(Value::Number(_))) => "number",
            (None, Some(Value::Bool(_))) => "boolean",
            // A document that says nothing of its type is most likely that of an object.
            (None, _) if spot.depth == 0 => "object",
            (None, _) => "string",
        }
    }
}

/// How many keywords a schema has, at all depths.
fn keywords(schema: &Map<String, Value>) -> usize {
    fn within(value: &Value) -> usize {
        match value {
            Value::Object(members) => keywords(members),
            Value::Array(items) => items.iter().map(within).sum(),
            _ => 0,
        }
    }
    schema.len() + schema.values().map(within).sum::<usize>()
}
