//! What patterns want of a value, by what they want.

use serde_json::Value;

use super::FEW;
use super::bits::Bits;
use super::bounds::{Bound, Bounds};
use super::fast_hash::FastMap;
use super::marks::{List, Marks};
use super::regexes::{Regexes, SIZE_LIMIT};

/// A condition on one value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Probe {
    /// It is there.
    Exists,
    Equals(Scalar),
    /// It is a number above the bound.
    Above(Bound),
    /// It is a number whose negative is above the bound.
    Below(Bound),
    /// The regex is found in it.
    Matches(String),
}

/// A scalar by which equal values are found. Numbers are doubles, so that different integers beyond 2^53
/// may be the same here.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Scalar {
    /// Lists and objects are none.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.as_f64()?),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(_) | Value::Object(_) => return None,
        })
    }
}

/// The bits of a double, the same for both zeros.
fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

/// The conditions on the value at one place.
#[derive(Debug, Default)]
pub(crate) struct Probes {
    exists: List,
    texts: FastMap<Box<str>, List>,
    /// The length of the longest of the texts; a longer one need not be looked for.
    longest: usize,
    numbers: FastMap<u64, List>,
    null: List,
    booleans: [List; 2],
    above: Bounds,
    below: Bounds,
    unbuilt: Vec<(String, usize)>,
    regexes: Option<Regexes>,
}

impl Probes {
    pub(crate) fn add(&mut self, probe: Probe, pattern: usize) {
        let list = match probe {
            Probe::Exists => &mut self.exists,
            Probe::Equals(Scalar::Null) => &mut self.null,
            Probe::Equals(Scalar::Bool(value)) => &mut self.booleans[usize::from(value)],
            Probe::Equals(Scalar::Number(number)) => self.numbers.entry(bits(number)).or_default(),
            Probe::Equals(Scalar::Text(text)) => {
                self.longest = self.longest.max(text.len());
                self.texts.entry(text.into()).or_default()
            }
            Probe::Above(bound) => return self.above.add(bound, pattern),
            Probe::Below(bound) => return self.below.add(bound, pattern),
            Probe::Matches(regex) => return self.unbuilt.push((regex, pattern)),
        };
        list.add(pattern);
    }

    /// Makes ready for messages. Patterns that are not decided here after all leave `exact`.
    pub(crate) fn finish(&mut self, exact: &mut Bits, lists: &mut usize, bounds: &mut usize) {
        let unbuilt = std::mem::take(&mut self.unbuilt);
        self.regexes = if unbuilt.len() > FEW { Regexes::new(&unbuilt, SIZE_LIMIT) } else { None };
        if self.regexes.is_none() {
            for (_, pattern) in unbuilt {
                exact.clear(pattern);
                self.exists.add(pattern);
            }
        }
        let constants = [&mut self.exists, &mut self.null].into_iter().chain(&mut self.booleans);
        let others = self.texts.values_mut().chain(self.numbers.values_mut());
        constants.chain(others).for_each(|list| list.finish(lists));
        self.above.finish(bounds);
        self.below.finish(bounds);
    }

    pub(crate) fn mark(&self, value: &Value, marks: &mut Marks) {
        self.exists.mark(marks);
        match value {
            Value::Null => self.null.mark(marks),
            Value::Bool(value) => self.booleans[usize::from(*value)].mark(marks),
            Value::String(text) if text.len() <= self.longest => {
                if let Some(list) = self.texts.get(text.as_str()) {
                    list.mark(marks);
                }
            }
            Value::Number(number) => {
                if let Some(number) = number.as_f64() {
                    if let Some(list) = self.numbers.get(&bits(number)) {
                        list.mark(marks);
                    }
                    self.above.mark(number, marks);
                    self.below.mark(-number, marks);
                }
            }
            Value::String(_) | Value::Array(_) | Value::Object(_) => {}
        }
        if let Some(regexes) = &self.regexes
            && let Some(text) = crate::selection::text_of(value)
        {
            regexes.mark(&text, marks);
        }
    }
}
