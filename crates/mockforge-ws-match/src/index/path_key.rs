//! The conditions of a pattern that is a JSONPath.

use mockforge_ws_jsonpath::{Comparison, Operator, Segment, Step, Test as FilterTest};
use serde_json::Value;

use super::bounds::Bound;
use super::key::{Condition, Edge, Key, Place, best, is_exact, one_of};
use super::probes::{Probe, Scalar};
use crate::selection::{Selection, Sign, Test, Wanted};

/// A filter is a condition on every child, and so is what is wanted of the selected value; the more
/// selective of all these is taken.
pub(crate) fn condition(selection: &Selection) -> Condition {
    let path = &selection.path;
    let (probes, mut exact) = match &selection.wanted {
        // What is not there can be looked for nowhere.
        Wanted::Nothing => return Condition::json(),
        Wanted::Something => (vec![Probe::Exists], true),
        Wanted::Tests(tests) => probes(tests),
    };
    let mut edges = Vec::new();
    let mut filters = Vec::new();
    let segments = path.segments();
    for (index, segment) in segments.iter().enumerate() {
        match segment {
            Segment::Child(step) => edges.push(Edge::Step(step.clone())),
            Segment::Filter(test) => {
                edges.push(Edge::Each);
                if let Some(mut filter) = filter(test, &edges) {
                    let last = path.is_plain() && index + 1 == segments.len();
                    // After another filter it is not exact: that one has to let the candidate's parent through.
                    filter.exact &= last && exact && matches!(selection.wanted, Wanted::Something);
                    filters.push(filter);
                }
                exact &= !path.is_plain();
            }
            // A wildcard; were there another kind of segment, it could select no more than all children.
            _ => edges.push(Edge::Each),
        }
    }
    let query = if path.is_plain() {
        None
    } else {
        // Where the query is asked it is to be asked once only.
        edges.truncate(edges.iter().position(|edge| *edge == Edge::Each).unwrap_or(edges.len()));
        Some(path.clone())
    };
    let place = |probe| Key::Json(Place { edges: edges.clone(), query: query.clone(), probe });
    let selected = Condition { keys: probes.into_iter().map(place).collect(), exact };
    best(filters.into_iter().chain([selected])).unwrap_or_else(Condition::json)
}

/// What a filter wants of the places below `edges`, whose last leads to every candidate.
fn filter(test: &FilterTest, edges: &[Edge]) -> Option<Condition> {
    let below = |steps: &[Step], probe| {
        let edges = edges.iter().cloned().chain(steps.iter().cloned().map(Edge::Step)).collect();
        Condition::place(Place { edges, query: None, probe }, true)
    };
    match test {
        FilterTest::Exists(steps) => Some(below(steps, Probe::Exists)),
        FilterTest::Compares(comparison) => Some(below(&comparison.steps, compared(comparison)?)),
        FilterTest::All(tests) => {
            let mut best = best(tests.iter().filter_map(|test| filter(test, edges)))?;
            best.exact &= tests.len() == 1;
            Some(best)
        }
        FilterTest::Any(tests) => one_of(tests.iter().map(|test| filter(test, edges))),
        _ => None,
    }
}

/// The library compares numbers as doubles, and so do probes.
fn compared(comparison: &Comparison) -> Option<Probe> {
    let bound = |strict| Some(Bound { at: comparison.literal.as_f64()?, strict });
    let below = |strict| bound(strict).map(|bound| Bound { at: -bound.at, ..bound });
    match comparison.operator {
        Operator::Equal => Scalar::of(&comparison.literal).map(Probe::Equals),
        Operator::Greater => bound(true).map(Probe::Above),
        Operator::GreaterOrEqual => bound(false).map(Probe::Above),
        Operator::Less => below(true).map(Probe::Below),
        Operator::LessOrEqual => below(false).map(Probe::Below),
        Operator::NotEqual => None,
    }
}

/// What the most selective of several tests asks, and whether it is all that they ask.
fn probes(tests: &[Test]) -> (Vec<Probe>, bool) {
    let mut best = (0, vec![Probe::Exists], false);
    for test in tests {
        let (rank, probes, exact) = match test {
            Test::Equals(value) => scalars(std::slice::from_ref(value), 4),
            Test::In(values) => scalars(values, 3),
            Test::Matches(expression) => (2, vec![Probe::Matches(expression.as_str().to_string())], true),
            Test::Order(sign, value) => ordered(*sign, value),
        };
        if rank > best.0 {
            best = (rank, probes, exact);
        }
    }
    (best.1, best.2 && tests.len() == 1)
}

fn scalars(values: &[Value], rank: u8) -> (u8, Vec<Probe>, bool) {
    let scalars: Option<Vec<_>> = values.iter().map(Scalar::of).collect();
    match scalars {
        Some(scalars) => {
            let exact = scalars.iter().all(is_exact);
            (rank, scalars.into_iter().map(Probe::Equals).collect(), exact)
        }
        None => (0, Vec::new(), false),
    }
}

fn ordered(sign: Sign, value: &Value) -> (u8, Vec<Probe>, bool) {
    let Some(at) = value.as_f64() else { return (0, Vec::new(), false) };
    // Beyond the exact doubles an integer that is above the bound may have the bound's double.
    let exact = is_exact(&Scalar::Number(at));
    let probe = match sign {
        Sign::Greater => Probe::Above(Bound { at, strict: exact }),
        Sign::GreaterOrEqual => Probe::Above(Bound { at, strict: false }),
        Sign::Less => Probe::Below(Bound { at: -at, strict: exact }),
        Sign::LessOrEqual => Probe::Below(Bound { at: -at, strict: false }),
    };
    (1, vec![probe], exact)
}
