//! Values for a JSON Schema, told by the simulation where names match and drawn otherwise.
//!
//! Each value is checked by the validator of `mockforge-ws-match`. Keywords are solved where that is simple (types,
//! bounds, patterns, formats, `required`, `items`, `allOf`, `oneOf`, `$ref` …); others, such as `not`, are left to
//! chance: values are drawn until one fits.

mod draw;
mod fact;
mod fits;
mod infer;
mod merge;
mod number;
mod object;
mod order;
mod regex;
mod text;

use std::collections::BTreeMap;

use mockforge_ws_core::{ConnRng, Inbound, Message};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_match::{Dialect, Pattern};
use rand::SeedableRng as _;
use serde_json::{Map, Value, json};

use self::draw::{Draw, Spot};
pub(crate) use self::fact::Facts;
pub(crate) use self::infer::near;
use self::regex::Sampler;
use super::heard::fold;
use super::world::Scene;

/// How often a value is drawn until it fits.
const MOST_TRIES: usize = 24;
/// With how many seeds a schema is tried before it is used, and how many events each gives.
const TRIALS: u64 = 4;
const EVENTS_A_TRIAL: usize = 8;
/// How many places of numbers are remembered.
const MOST_PLACES: usize = 512;
/// Names of the member that says what an event is.
const TYPE_NAMES: [&str; 7] = ["type", "event", "eventtype", "kind", "action", "op", "method"];
/// Keywords that are not solved but left to chance.
const CHANCY: &str = "not,if,propertyNames,contains,unevaluatedProperties,unevaluatedItems,dependentSchemas,uniqueItems,\
    $dynamicRef,maxProperties,oneOf,allOf,multipleOf,pattern,format";

/// A compiled schema, and what was drawn before.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    document: Value,
    pattern: Pattern,
    samplers: BTreeMap<String, Option<Sampler>>,
    memory: Memory,
    /// Whether the last value was found, or else why not.
    verdict: Verdict,
    /// A value that fits, for when none is found.
    spare: Value,
}

/// What came of a trial: a value that fits, or why none does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict {
    pub(crate) value: Option<Value>,
    why: String,
    chancy: Vec<&'static str>,
}

/// Numbers by their places: where walks and counters stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory(BTreeMap<String, f64>);

impl Memory {
    pub(crate) fn last(&self, place: &str) -> Option<f64> {
        self.0.get(place).copied()
    }

    pub(crate) fn put(&mut self, place: &str, value: f64) {
        if self.0.len() < MOST_PLACES || self.0.contains_key(place) {
            self.0.insert(place.to_string(), value);
        }
    }
}

impl Shape {
    /// The shape of a schema, or else of examples; `None` where there is neither.
    pub(crate) fn new(schema: Option<&Value>, examples: &[Value]) -> Result<Option<Self>, Vec<Problem>> {
        let document = match (schema, examples) {
            (Some(schema), _) => schema.clone(),
            (None, []) => return Ok(None),
            (None, examples) => infer::schema(examples),
        };
        let pattern = Pattern::parse(&json!({ "schema": document }), Dialect::default())?;
        let shape = Self {
            document,
            pattern,
            samplers: BTreeMap::new(),
            memory: Memory::default(),
            verdict: Verdict::default(),
            spare: Value::Null,
        };
        let misfit = |(index, example): (usize, &Value)| {
            let why = shape.misfit(example)?;
            let problem = Problem::new(format!("this example does not fit the schema: {why}"));
            Some(problem.under(index).under("examples"))
        };
        let misfits: Vec<Problem> = examples.iter().enumerate().filter_map(misfit).collect();
        if misfits.is_empty() { Ok(Some(shape)) } else { Err(misfits) }
    }

    /// Why a value does not fit; `None` where it does.
    fn misfit(&self, value: &Value) -> Option<String> {
        self.pattern.explain(&Inbound::new(Message::text(value.to_string())))
    }

    fn fits(&self, value: &Value) -> bool {
        self.pattern.is_match(&Inbound::new(Message::text(value.to_string())))
    }

    /// A value that fits.
    pub(crate) fn draw(&mut self, facts: &Facts, scene: &mut Scene<'_>) -> Value {
        let mut last = Value::Null;
        for attempt in 0..MOST_TRIES {
            let mut memory = self.memory.clone();
            let mut draw = Draw {
                document: &self.document,
                samplers: &mut self.samplers,
                memory: &mut memory,
                facts,
                rng: &mut *scene.rng,
                now: scene.now,
                // What the simulation says may be what does not fit.
                trusts: attempt < MOST_TRIES / 2,
                work: draw::WORK,
            };
            last = draw.value(&self.document, &Spot::root());
            if self.fits(&last) {
                self.memory = memory;
                self.verdict.value = Some(last.clone());
                return last;
            }
        }
        self.verdict = Verdict {
            value: None,
            why: self.misfit(&last).unwrap_or_default(),
            chancy: super::super::bank::parts(CHANCY)
                .filter(|keyword| has_key(&self.document, keyword))
                .collect(),
        };
        self.spare.clone()
    }

    /// What came of the last draw.
    pub(crate) fn verdict(&mut self) -> Verdict {
        std::mem::take(&mut self.verdict)
    }

    /// Keeps a value that fits for when none is found.
    pub(crate) fn keep(&mut self, spare: Value) {
        self.spare = spare;
    }

    /// The names of all members, titles and descriptions.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        visit(&self.document, &mut |members| {
            names.extend(
                members.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned(),
            );
            let told = ["title", "description"].iter().filter_map(|key| members.get(*key)?.as_str());
            names.extend(told.map(ToString::to_string));
        });
        names.truncate(500);
        names
    }

    /// The values that the member has which says what an event is, where the schema lists them.
    pub(crate) fn types(&self) -> Vec<String> {
        for wanted in TYPE_NAMES {
            let mut types: Vec<String> = Vec::new();
            visit(&self.document, &mut |members| {
                let Some(properties) = members.get("properties").and_then(Value::as_object) else { return };
                for (_, property) in properties.iter().filter(|(name, _)| fold(name) == wanted) {
                    let values = property.get("enum").and_then(Value::as_array).into_iter().flatten();
                    for name in values.chain(property.get("const")).filter_map(Value::as_str) {
                        if !types.iter().any(|other| other == name) {
                            types.push(name.to_string());
                        }
                    }
                }
            });
            if !types.is_empty() {
                return types;
            }
        }
        Vec::new()
    }
}

/// Tries a schema with fixed seeds.
///
/// # Errors
/// Where a value is not found, with the reason and the keywords that may be to blame.
pub(crate) fn prove(mut draw: impl FnMut(&mut ConnRng) -> Verdict) -> Result<Value, Vec<Problem>> {
    let mut found = Value::Null;
    for seed in 0..TRIALS {
        let rng = &mut ConnRng::seed_from_u64(seed);
        for _ in 0..EVENTS_A_TRIAL {
            let verdict = draw(rng);
            let Some(value) = verdict.value else {
                let problem =
                    Problem::new(format!("no event was found that fits the schema: {}", verdict.why));
                let chancy = verdict.chancy.join("`, `");
                let hint = (!verdict.chancy.is_empty()).then(|| {
                    format!("what `{chancy}` ask for together could not be met; say it more simply")
                });
                return Err(vec![problem.maybe_hint(hint).under("schema")]);
            };
            found = value;
        }
    }
    Ok(found)
}

fn has_key(value: &Value, key: &str) -> bool {
    let mut found = false;
    visit(value, &mut |members| found |= members.contains_key(key));
    found
}

/// Shows all objects within a value.
fn visit(value: &Value, seen: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            seen(members);
            members.values().for_each(|member| visit(member, seen));
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, seen)),
        _ => {}
    }
}
