//! Objects and arrays.

use mockforge_ws_core::ConnRng;
use rand::RngExt as _;
use serde_json::{Map, Value, json};

use super::draw::{DEEP, Draw, Spot};
use super::{fits, merge, order};
use crate::bank;

/// How likely a member that may be left out is there, and how much less for each level further in.
const OPTIONAL: f64 = 0.88;
const LESS: f64 = 0.1;
/// No list and no object is made longer, whatever is asked for.
const MOST_ITEMS: usize = 1000;
/// Names of members that a schema leaves open.
const NAMES: &str = "alpha,beta,gamma,delta,region,source,note,label,group,tag,stage,origin";

impl Draw<'_> {
    pub(super) fn object(&mut self, mut schema: Map<String, Value>, spot: &Spot) -> Value {
        let mut names = self.names(&schema, spot);
        for (name, more) in object_of(&schema, "dependentSchemas") {
            if names.contains(&name) {
                let joined = merge::both(schema, &more);
                schema = self.settled(&Value::Object(joined), spot);
            }
        }
        names.extend(required(&schema));
        self.add_dependent(&schema, &mut names);
        let properties = object_of(&schema, "properties");
        let open = schema.get("additionalProperties").cloned().unwrap_or(Value::Bool(true));
        let least = size(&schema, "minProperties").unwrap_or(0).min(MOST_ITEMS);
        let most = size(&schema, "maxProperties").unwrap_or(usize::MAX);
        names.sort();
        names.dedup();
        // In the schema's order, and what it does not name after that.
        let mut ordered: Vec<String> =
            properties.keys().filter(|name| names.contains(name)).cloned().collect();
        ordered.extend(names.into_iter().filter(|name| !properties.contains_key(name)));
        let spare: Vec<&String> = properties.keys().filter(|name| !ordered.contains(name)).collect();
        let missing = least.saturating_sub(ordered.len());
        ordered.extend(spare.into_iter().take(missing).cloned().collect::<Vec<_>>());
        // A map: no names are given, so some are made up.
        let is_map = properties.is_empty() && (open.is_object() || schema.contains_key("patternProperties"));
        let extra = if is_map && spot.depth < DEEP { self.rng.random_range(1..=3) } else { 0 };
        let wanted = least.max(extra).min(most);
        for _ in 0..4 * wanted {
            if ordered.len() >= wanted
                || (open == Value::Bool(false) && !schema.contains_key("patternProperties"))
            {
                break;
            }
            let name = self.made_up(&schema, ordered.len());
            if !ordered.contains(&name) {
                ordered.push(name);
            }
        }
        if ordered.len() > most {
            let needed = required(&schema);
            let mut surplus = ordered.len() - most;
            ordered.reverse();
            ordered.retain(|name| {
                let drop = surplus > 0 && !needed.contains(name);
                surplus -= usize::from(drop);
                !drop
            });
            ordered.reverse();
        }
        let says_nothing = properties.is_empty() && !is_map && open == Value::Bool(true);
        let mut object = match spot.depth {
            0 if says_nothing && self.trusts => self.facts.event().clone(),
            _ => Map::new(),
        };
        for name in ordered {
            let member = self.member(&schema, &properties, &open, &name);
            object.insert(name.clone(), self.value(&member, &spot.member(&name)));
        }
        if let Some(order) = schema.get(order::KEYWORD) {
            order::keep(order, &mut object);
        }
        Value::Object(object)
    }

    /// The members that are there: all that have to be, and most others.
    fn names(&mut self, schema: &Map<String, Value>, spot: &Spot) -> Vec<String> {
        let required = required(schema);
        let keep = |draw: &mut Self, name: &String, property: &Value| {
            let simple = spot.depth < DEEP && *property != Value::Bool(false);
            required.contains(name)
                || simple && draw.rng.random_bool((OPTIONAL - LESS * spot.depth as f64).max(0.2))
        };
        let properties = object_of(schema, "properties");
        let there = properties.iter().filter(|(name, property)| keep(self, name, property));
        let mut names: Vec<String> = there.map(|(name, _)| name.clone()).collect();
        self.add_dependent(schema, &mut names);
        names
    }

    /// Adds the members that come with others.
    fn add_dependent(&self, schema: &Map<String, Value>, names: &mut Vec<String>) {
        let mut index = 0;
        while index < names.len() {
            for keyword in ["dependentRequired", "dependencies"] {
                let more =
                    schema.get(keyword).and_then(|all| all.get(&names[index])).and_then(Value::as_array);
                for name in more.into_iter().flatten().filter_map(Value::as_str) {
                    if !names.iter().any(|other| other == name) {
                        names.push(name.to_string());
                    }
                }
            }
            index += 1;
        }
    }

    /// The schema of one member.
    fn member(
        &mut self,
        schema: &Map<String, Value>,
        properties: &Map<String, Value>,
        open: &Value,
        name: &str,
    ) -> Value {
        let mut parts: Vec<Value> = properties.get(name).cloned().into_iter().collect();
        for (pattern, property) in object_of(schema, "patternProperties") {
            if fits::sampler(self.samplers, &pattern).is_some_and(|sampler| sampler.is_match(name)) {
                parts.push(property);
            }
        }
        match parts.len() {
            0 => open.clone(),
            1 => parts.remove(0),
            _ => json!({ "allOf": parts }),
        }
    }

    /// A name that fits `patternProperties` or `propertyNames`.
    fn made_up(&mut self, schema: &Map<String, Value>, index: usize) -> String {
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        let patterns = object_of(schema, "patternProperties");
        let pattern = patterns.keys().next().filter(|_| closed || index.is_multiple_of(2));
        if let Some(sampler) = pattern.and_then(|pattern| fits::sampler(self.samplers, pattern)) {
            return sampler.sample(self.rng, 5);
        }
        if let Some(names) = schema.get("propertyNames")
            && let Value::String(name) =
                self.value(names, &Spot { name: "name".to_string(), ..Spot::root().item() })
        {
            return name;
        }
        let count = bank::parts(NAMES).count();
        let name = bank::parts(NAMES).nth(self.rng.random_range(0..count)).unwrap_or("field");
        if index < count / 2 { name.to_string() } else { format!("{name}_{index}") }
    }

    pub(super) fn array(&mut self, schema: &Map<String, Value>, spot: &Spot) -> Value {
        let tuple = schema.get("prefixItems").or(schema.get("items").filter(|items| items.is_array()));
        let tuple: Vec<Value> = tuple.and_then(Value::as_array).cloned().unwrap_or_default();
        let rest = match schema.get("items") {
            Some(Value::Array(_)) => schema.get("additionalItems"),
            items => items,
        };
        let rest = rest.cloned().unwrap_or(Value::Bool(true));
        let told = match self.told(spot, "array") {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        };
        let length = self.length(schema, spot, &tuple, told.len(), rest == Value::Bool(false));
        let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let mut items: Vec<Value> = Vec::new();
        for index in 0..length {
            let item_schema = tuple.get(index).unwrap_or(&rest);
            let mut item = Value::Null;
            for _ in 0..if unique { 20 } else { 1 } {
                item = self.item(item_schema, spot, index, told.get(index));
                if !unique || !items.contains(&item) {
                    break;
                }
            }
            if !unique || !items.contains(&item) {
                items.push(item);
            }
        }
        if let Some(wanted) = schema.get("contains") {
            let least = size(schema, "minContains").unwrap_or(1).min(MOST_ITEMS);
            while items.len() < least.max(tuple.len()) {
                items.push(Value::Null);
            }
            let last = items.len();
            let slots = last - least..last;
            for slot in slots {
                let joined =
                    if rest.is_object() { json!({ "allOf": [rest, wanted] }) } else { wanted.clone() };
                items[slot] = self.value(&joined, &spot.item());
            }
        }
        items.into()
    }

    /// How many items an array has.
    fn length(
        &mut self,
        schema: &Map<String, Value>,
        spot: &Spot,
        tuple: &[Value],
        told: usize,
        closed: bool,
    ) -> usize {
        let least = size(schema, "minItems").unwrap_or(0);
        let most = size(schema, "maxItems").unwrap_or(usize::MAX);
        let most = if closed { most.min(tuple.len()) } else { most }.min(MOST_ITEMS);
        let length = if told > 0 {
            told
        } else if spot.depth >= DEEP {
            least
        } else if !tuple.is_empty() {
            tuple.len()
        } else {
            let low = if spot.depth < 3 { least.max(1) } else { least };
            self.rng.random_range(low..=most.clamp(low, low + 2))
        };
        length.clamp(least.min(most), most)
    }

    /// One item; where the simulation tells of it, from what it tells.
    fn item(&mut self, schema: &Value, spot: &Spot, index: usize, told: Option<&Value>) -> Value {
        let spot = spot.item();
        let mut facts = None;
        match told {
            Some(Value::Object(members)) => facts = Some(self.facts.within(members)),
            Some(value) => {
                facts = Some(self.facts.within(&Map::from_iter([(spot.name.clone(), value.clone())])));
            }
            None => {}
        }
        let mut inner = Draw {
            document: self.document,
            samplers: &mut *self.samplers,
            memory: &mut *self.memory,
            facts: facts.as_ref().unwrap_or(self.facts),
            rng: &mut *self.rng,
            now: self.now,
            // The same facts in every item would make them all alike.
            trusts: self.trusts && (told.is_some() || index == 0 && spot.depth <= 2),
            work: self.work,
        };
        let item = inner.value(schema, &spot);
        self.work = inner.work;
        item
    }

    /// The same drawing with another generator.
    pub(super) fn with_rng<T>(&mut self, rng: &mut ConnRng, draw: impl FnOnce(&mut Draw<'_>) -> T) -> T {
        draw(&mut Draw {
            document: self.document,
            samplers: &mut *self.samplers,
            memory: &mut *self.memory,
            facts: self.facts,
            rng,
            now: self.now,
            trusts: self.trusts,
            work: self.work,
        })
    }
}

fn required(schema: &Map<String, Value>) -> Vec<String> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(ToString::to_string).collect()
}

fn object_of(schema: &Map<String, Value>, keyword: &str) -> Map<String, Value> {
    schema.get(keyword).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn size(schema: &Map<String, Value>, keyword: &str) -> Option<usize> {
    schema.get(keyword)?.as_f64().map(|size| size.clamp(0.0, 1e6) as usize)
}
