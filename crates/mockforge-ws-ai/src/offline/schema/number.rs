//! Numbers: counters, times, identifiers, and walks within bounds.

use rand::{Rng, RngExt as _};
use serde_json::{Map, Number, Value};

use super::draw::{Draw, Spot};
use super::fact::{is_id, unix};
use super::fits;
use crate::offline::heard::fold;
use crate::offline::world::round;

/// Names of numbers that count.
const COUNTERS: &str = "seq,seqno,seqnum,sequence,sequencenumber,sequenceid,counter,index,idx,n,no,offset,tick,revision,\
    version,blocknumber,ordinal,position,updateid,lastupdateid";
/// Beyond this, not every integer has its own double.
const SAFE: f64 = 9_007_199_254_740_991.0;

/// Names, and from where to where numbers with such a name usually are.
const RANGES: &[(&str, f64, f64)] = &[
    ("percent", 0.0, 100.0),
    ("pct", 0.0, 100.0),
    ("humidity", 20.0, 80.0),
    ("temp", 15.0, 30.0),
    ("price", 10.0, 500.0),
    ("amount", 5.0, 900.0),
    ("quantity", 1.0, 20.0),
    ("qty", 1.0, 20.0),
    ("count", 0.0, 100.0),
    ("age", 18.0, 90.0),
    ("year", 1990.0, 2030.0),
    ("lat", -85.0, 85.0),
    ("lon", -180.0, 180.0),
    ("lng", -180.0, 180.0),
    ("heading", 0.0, 359.0),
    ("speed", 0.0, 120.0),
    ("duration", 1.0, 600.0),
    ("latency", 5.0, 400.0),
    ("score", 0.0, 100.0),
    ("rating", 1.0, 5.0),
    ("probability", 0.0, 1.0),
    ("confidence", 0.0, 1.0),
    ("ratio", 0.0, 1.0),
    ("port", 1024.0, 65_535.0),
];

impl Draw<'_> {
    pub(super) fn number(&mut self, schema: &Map<String, Value>, spot: &Spot, whole: bool) -> Value {
        let range = Range::of(schema, &spot.name, whole);
        if whole && is_counter(&spot.name) {
            return self.count(&range, &spot.path);
        }
        let kind = if whole { "integer" } else { "number" };
        if let Some(value) = self.told_fitting(schema, spot, kind) {
            return value;
        }
        if self.facts.is_time(&spot.name) {
            let in_seconds = in_seconds(schema, &spot.name);
            let time = unix(self.now, in_seconds);
            if fits::fits(schema, &time, self.samplers) {
                return time;
            }
        }
        if whole && is_id(&spot.name) {
            return match self.identity(spot) {
                Some(mut rng) => range.drawn(&mut rng, 0.0, true),
                None => self.count(&range, &spot.path),
            };
        }
        let last = self.memory.last(&spot.path);
        let spread = match last {
            None => range.drawn(self.rng, 0.0, true),
            Some(last) => range.drawn(self.rng, last, false),
        };
        if let Some(value) = spread.as_f64() {
            self.memory.put(&spot.path, value);
        }
        spread
    }

    fn count(&mut self, range: &Range, place: &str) -> Value {
        let first = range.snapped(if range.named { range.low.max(1.0) } else { range.low });
        let next =
            self.memory.last(place).map_or(first, |last| range.snapped(last + range.step.unwrap_or(1.0)));
        let next = if next > range.high { first } else { next };
        self.memory.put(place, next);
        (next as i64).into()
    }
}

/// From where to where a number may be, and on which grid.
#[derive(Debug)]
pub(super) struct Range {
    low: f64,
    high: f64,
    step: Option<f64>,
    whole: bool,
    decimals: i32,
    /// Whether the lower end is a guess by the name.
    named: bool,
}

impl Range {
    fn of(schema: &Map<String, Value>, name: &str, whole: bool) -> Self {
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        let step = bound("multipleOf").filter(|step| *step > 0.0);
        let examples: Vec<f64> = schema
            .get("examples")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_f64)
            .collect();
        let decimals = match (step, schema.get("examples")) {
            (Some(step), _) => decimals(step),
            (None, Some(Value::Array(examples))) => {
                examples.iter().filter_map(Value::as_f64).map(decimals).max().unwrap_or(2)
            }
            _ => 2,
        };
        // A narrow range has more digits.
        let ends = ["Minimum", "Maximum"]
            .map(|end| bound(&end.to_lowercase()).or_else(|| bound(&format!("exclusive{end}"))));
        let width = if let [Some(low), Some(high)] = ends { high - low } else { 1.0 };
        let finer = (decimals..12).find(|digits| 10_f64.powi(-digits) <= width / 50.0).unwrap_or(12);
        let decimals = if width > 0.0 && width < 1.0 { finer } else { decimals };
        // The smallest step away from an excluded bound.
        let away = step.unwrap_or(if whole { 1.0 } else { 10_f64.powi(-decimals) });
        let exclusive = |key: &str, old: &str, inclusive: Option<f64>| match schema.get(key) {
            // Draft 4 has a flag beside the bound.
            Some(Value::Bool(true)) => bound(old),
            Some(Value::Number(number)) => {
                number.as_f64().filter(|number| inclusive.is_none_or(|bound| beyond(old, *number, bound)))
            }
            _ => None,
        };
        let least = exclusive("exclusiveMinimum", "minimum", bound("minimum")).map(|least| least + away);
        let most = exclusive("exclusiveMaximum", "maximum", bound("maximum")).map(|most| most - away);
        let (least, most) = (least.or(bound("minimum")), most.or(bound("maximum")));
        let folded = fold(name);
        let usual = RANGES.iter().find(|(known, ..)| folded.ends_with(known) || folded.starts_with(known));
        let (mut low, mut high) = usual.map_or((0.0, 1000.0), |(_, low, high)| (*low, *high));
        if is_id(name) {
            (low, high) = (1000.0, 999_999.0);
        }
        (low, high) = around(&examples, whole).unwrap_or((low, high));
        let (low, high) = match (least, most) {
            (Some(least), Some(most)) => (least, most),
            (Some(least), None) if high > least => (least.max(low), high),
            (Some(least), None) => (least, least + least.abs().max(100.0)),
            (None, Some(most)) if low < most => (low, most.min(high)),
            (None, Some(most)) => (most - most.abs().max(100.0), most),
            (None, None) => (low, high),
        };
        let (low, high) = (low.clamp(-SAFE, SAFE), high.clamp(-SAFE, SAFE));
        Self { low, high: high.max(low), step, whole, decimals, named: least.is_none() }
    }

    /// A number by chance: anywhere, or a short way from the last one.
    fn drawn(&self, rng: &mut dyn Rng, last: f64, anywhere: bool) -> Value {
        let width = self.high - self.low;
        let value = if anywhere {
            self.low + width * rng.random::<f64>()
        } else {
            last + width * 0.06 * (rng.random::<f64>() + rng.random::<f64>() - 1.0)
        };
        let value = self.snapped(value.clamp(self.low, self.high));
        if self.whole || self.step.is_some() && value.fract() == 0.0 {
            return (value as i64).into();
        }
        Number::from_f64(value).map_or(Value::Null, Value::Number)
    }

    /// The nearest number that is on the grid and within the bounds.
    fn snapped(&self, value: f64) -> f64 {
        let step = match self.step {
            Some(step) if self.whole && step.fract() != 0.0 => {
                Some(if step < 1.0 { 1.0 } else { step.ceil() })
            }
            None if self.whole => Some(1.0),
            step => step,
        };
        let Some(step) = step else {
            let rounded = round(value, self.decimals);
            // Bounds may be finer than what is shown.
            return if (self.low..=self.high).contains(&rounded) { rounded } else { value };
        };
        let (least, most) = ((self.low / step - 1e-9).ceil(), (self.high / step + 1e-9).floor());
        let times = (value / step).round().clamp(least.min(most), most);
        round(times * step, decimals(step))
    }
}

/// From where to where numbers like these may be.
pub(super) fn around(numbers: &[f64], whole: bool) -> Option<(f64, f64)> {
    let (min, max) = (numbers.iter().copied().reduce(f64::min)?, numbers.iter().copied().reduce(f64::max)?);
    let margin = ((max - min) / 4.0).max(max.abs() / 10.0).max(if whole { 1.0 } else { 0.1 });
    let low = if min >= 0.0 { (min - margin).max(0.0) } else { min - margin };
    Some((low.clamp(-SAFE, SAFE), (max + margin).clamp(-SAFE, SAFE)))
}

/// Whether a whole number with that name counts.
pub(super) fn is_counter(name: &str) -> bool {
    COUNTERS.split(',').any(|counter| counter == fold(name))
}

/// Whether an excluded bound is at least as strict as the other.
fn beyond(side: &str, excluded: f64, bound: f64) -> bool {
    if side == "minimum" { excluded >= bound } else { excluded <= bound }
}

/// How many digits a number has after the point, 12 at most.
pub(super) fn decimals(number: f64) -> i32 {
    (0..12).find(|digits| (round(number, *digits) - number).abs() < 1e-12).unwrap_or(12)
}

/// Whether a time is told in seconds rather than milliseconds.
fn in_seconds(schema: &Map<String, Value>, name: &str) -> bool {
    let most = schema.get("maximum").and_then(Value::as_f64);
    let example = schema.get("examples").and_then(|examples| examples.get(0)?.as_f64());
    let by_value = most.or(example).map(|value| value < 1e11);
    by_value
        .unwrap_or_else(|| fold(name).ends_with("sec") || fold(name).ends_with("seconds") || name == "epoch")
}

#[cfg(test)]
mod tests {
    use mockforge_ws_core::ConnRng;
    use rand::SeedableRng as _;
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_on_their_grid_and_within_their_bounds() {
        let rng = &mut ConnRng::seed_from_u64(1);
        for (schema, whole) in [
            (json!({ "minimum": 0, "maximum": 1 }), false),
            (json!({ "minimum": 0.05, "maximum": 10, "multipleOf": 0.05 }), false),
            (json!({ "exclusiveMinimum": 0, "exclusiveMaximum": 3 }), true),
            (json!({ "multipleOf": 7, "minimum": 8, "maximum": 30 }), true),
            (json!({ "maximum": -5 }), true),
            (json!({ "minimum": 5000 }), false),
            (json!({ "minimum": 0.12345, "maximum": 0.12346 }), false),
            (json!({ "minimum": 3, "maximum": 3 }), true),
            (json!({ "exclusiveMinimum": 0, "maximum": 0.001 }), false),
        ] {
            let schema = schema.as_object().unwrap();
            let range = Range::of(schema, "x", whole);
            let mut last = 0.0;
            for round in 0..200 {
                let value = range.drawn(rng, last, round % 2 == 0);
                last = value.as_f64().unwrap();
                assert!(
                    fits::is_kind(Some(&json!(if whole { "integer" } else { "number" })), &value),
                    "{value}"
                );
                assert!(
                    fits::fits(schema, &value, &mut std::collections::BTreeMap::new()),
                    "{schema:?}: {value}"
                );
            }
        }
    }

    #[test]
    fn digits_are_counted() {
        assert_eq!([1.0, 0.5, 0.01, 189.25, 1e-4].map(decimals), [0, 1, 2, 2, 4]);
    }
}
