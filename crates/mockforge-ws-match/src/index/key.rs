//! Under which conditions a pattern is entered: at least one of them holds for every message that it matches.

use mockforge_ws_jsonpath::{Path, Step};
use serde_json::Value;

use super::path_key;
use super::probes::{Probe, Scalar};
use crate::node::Node;

/// Of a longer text only the beginning is looked for.
const MAX_TEXT: usize = 64;
/// Of how many values of a `json` pattern one is chosen.
const MAX_VALUES: usize = 256;
/// Below this doubles are exact integers: equal doubles are equal numbers, whatever the other is.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// One of `keys` holds for every message that the pattern matches.
#[derive(Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) keys: Vec<Key>,
    /// Whether the pattern matches every message for which one of them holds.
    pub(crate) exact: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Key {
    /// The text has a match of this regex.
    Text(String),
    /// The message is JSON, with such a value at such a place.
    Json(Place),
}

/// A place and what is wanted there.
#[derive(Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) edges: Vec<Edge>,
    /// What is wanted is wanted of what this query selects, rather than of the value at the place. It
    /// selects something only where there is one.
    pub(crate) query: Option<Path>,
    pub(crate) probe: Probe,
}

impl Place {
    /// A place where something is wanted, whatever it is.
    pub(crate) fn of(edges: Vec<Edge>) -> Self {
        Self { edges, query: None, probe: Probe::Exists }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Edge {
    Step(Step),
    /// To every element of a list and every member of an object.
    Each,
}

/// The most selective condition that is found easily.
pub(crate) fn condition(node: &Node) -> Option<Condition> {
    match node {
        Node::Regex(expression) => Some(text(expression.as_str().to_string(), true)),
        Node::Exact(wanted) => Some(escaped(wanted, "^", "$")),
        Node::Prefix(wanted) => Some(escaped(wanted, "^", "")),
        Node::Contains(wanted) => Some(escaped(wanted, "", "")),
        Node::Path(selection) => Some(path_key::condition(selection)),
        Node::Json(wanted) => Some(subset(wanted)),
        Node::Schema(_) => Some(Condition::json()),
        Node::All(nodes) => {
            let mut best = best(nodes.iter().filter_map(condition))?;
            best.exact &= nodes.len() == 1;
            Some(best)
        }
        Node::Any(nodes) => one_of(nodes.iter().map(condition)),
        Node::Binary(_) | Node::Type(_) | Node::Not(_) => None,
    }
}

impl Condition {
    pub(crate) fn place(place: Place, exact: bool) -> Self {
        Self { keys: vec![Key::Json(place)], exact }
    }

    /// The message is JSON; that is never all that is wanted.
    pub(crate) fn json() -> Self {
        Self::place(Place::of(Vec::new()), false)
    }

    /// How few messages fulfil it, in comparison with others.
    fn rank(&self) -> u8 {
        let rank = |key: &Key| match key {
            Key::Text(_) => 2,
            Key::Json(place) => match place.probe {
                Probe::Exists => u8::from(!place.edges.is_empty()),
                Probe::Above(_) | Probe::Below(_) => 3,
                Probe::Matches(_) => 4,
                Probe::Equals(_) => 5,
            },
        };
        self.keys.iter().map(rank).min().unwrap_or(0)
    }
}

/// The most selective; the first of several.
pub(crate) fn best(conditions: impl Iterator<Item = Condition>) -> Option<Condition> {
    conditions.reduce(|best, other| if other.rank() > best.rank() { other } else { best })
}

/// Of alternatives one has to hold, so that each has to have a condition.
pub(crate) fn one_of(conditions: impl Iterator<Item = Option<Condition>>) -> Option<Condition> {
    conditions.reduce(|all, other| {
        let (mut all, other) = (all?, other?);
        all.keys.extend(other.keys);
        all.exact &= other.exact;
        Some(all)
    })?
}

fn text(regex: String, exact: bool) -> Condition {
    Condition { keys: vec![Key::Text(regex)], exact }
}

/// A text to look for, as a regex.
fn escaped(wanted: &str, before: &str, after: &str) -> Condition {
    let end = (0..=MAX_TEXT.min(wanted.len())).rev().find(|at| wanted.is_char_boundary(*at)).unwrap_or(0);
    let whole = end == wanted.len();
    let after = if whole { after } else { "" };
    text(format!("{before}{}{after}", regex::escape(&wanted[..end])), whole)
}

/// Whether equality with this scalar as a double is equality.
pub(crate) fn is_exact(scalar: &Scalar) -> bool {
    match scalar {
        Scalar::Number(number) => number.abs() < EXACT,
        Scalar::Null | Scalar::Bool(_) | Scalar::Text(_) => true,
    }
}

/// JSON that has all of `wanted` has one of its scalars: a text rather than something else.
fn subset(wanted: &Value) -> Condition {
    let mut search = Scalars { edges: Vec::new(), left: MAX_VALUES, best: None };
    search.visit(wanted);
    let Some((edges, scalar)) = search.best else { return Condition::json() };
    let mut only = wanted;
    while let Value::Object(members) = only
        && members.len() == 1
        && let Some(member) = members.values().next()
    {
        only = member;
    }
    // Below objects of one member each, that scalar is all that is wanted.
    let exact = is_exact(&scalar) && Scalar::of(only).is_some();
    Condition::place(Place { edges, query: None, probe: Probe::Equals(scalar) }, exact)
}

struct Scalars {
    edges: Vec<Edge>,
    left: usize,
    best: Option<(Vec<Edge>, Scalar)>,
}

impl Scalars {
    fn visit(&mut self, value: &Value) {
        let Some(left) = self.left.checked_sub(1) else { return };
        self.left = left;
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| self.under(Step::Name(name.clone()), member));
            }
            Value::Array(items) => {
                for (index, item) in (0..).zip(items.iter().take(self.left)) {
                    self.under(Step::Index(index), item);
                }
            }
            value => {
                let text = |scalar: &Scalar| matches!(scalar, Scalar::Text(_));
                if let Some(scalar) = Scalar::of(value)
                    && self.best.as_ref().is_none_or(|(_, best)| text(&scalar) && !text(best))
                {
                    self.best = Some((self.edges.clone(), scalar));
                }
            }
        }
    }

    fn under(&mut self, step: Step, value: &Value) {
        self.edges.push(Edge::Step(step));
        self.visit(value);
        self.edges.pop();
    }
}
