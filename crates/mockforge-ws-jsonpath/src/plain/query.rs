//! What the segments of a plain path select, in the order of RFC 9535.

use serde_json::{Number, Value};

use crate::segment::{Comparison, Operator, Segment, Step, Test};

/// The first selected value that `wanted` takes.
///
/// It calls itself once for each wildcard and filter, and no deeper than the message nests.
pub(crate) fn find<'v>(
    segments: &[Segment],
    value: &'v Value,
    wanted: &mut dyn FnMut(&'v Value) -> bool,
) -> Option<&'v Value> {
    let mut segments = segments.iter();
    let mut value = value;
    loop {
        let test = match segments.next() {
            None => return wanted(value).then_some(value),
            Some(Segment::Child(step)) => {
                value = step.follow(value)?;
                continue;
            }
            Some(Segment::Wildcard) => None,
            Some(Segment::Filter(test)) => Some(test),
        };
        let rest = segments.as_slice();
        let mut child = |child: &'v Value| {
            if test.is_none_or(|test| test.passes(child)) { find(rest, child, wanted) } else { None }
        };
        return match value {
            Value::Array(items) => items.iter().find_map(child),
            Value::Object(members) => members.values().find_map(&mut child),
            _ => None,
        };
    }
}

impl Test {
    fn passes(&self, candidate: &Value) -> bool {
        match self {
            Self::Exists(steps) => follow(steps, candidate).is_some(),
            Self::Compares(comparison) => comparison.holds(candidate),
            Self::All(tests) => tests.iter().all(|test| test.passes(candidate)),
            Self::Any(tests) => tests.iter().any(|test| test.passes(candidate)),
            Self::Not(test) => !test.passes(candidate),
        }
    }
}

fn follow<'v>(steps: &[Step], value: &'v Value) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| step.follow(value))
}

impl Comparison {
    /// Where there is no value, only `!=` holds: a literal is never nothing.
    fn holds(&self, candidate: &Value) -> bool {
        let Some(value) = follow(&self.steps, candidate) else { return self.operator == Operator::NotEqual };
        let literal = &self.literal;
        match self.operator {
            Operator::Equal => equal(value, literal),
            Operator::NotEqual => !equal(value, literal),
            Operator::Less => less(value, literal),
            Operator::LessOrEqual => less(value, literal) || equal(value, literal),
            Operator::Greater => less(literal, value),
            Operator::GreaterOrEqual => less(literal, value) || equal(value, literal),
        }
    }
}

/// Equality with a literal. Numbers are doubles, as in `serde_json_path`.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => doubles(a, b).is_some_and(|(a, b)| a == b),
        (a, b) => a == b,
    }
}

/// Numbers and strings have an order, and nothing else.
fn less(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => doubles(a, b).is_some_and(|(a, b)| a < b),
        (Value::String(a), Value::String(b)) => a < b,
        _ => false,
    }
}

fn doubles(a: &Number, b: &Number) -> Option<(f64, f64)> {
    Some((a.as_f64()?, b.as_f64()?))
}
