//! Whether one pattern leaves anything to another that comes after it.
//!
//! Only what is certain counts: where it can't be told, nothing is shadowed. Patterns are taken apart, and
//! what is left is compared kind by kind.

use std::cmp::Ordering;

use mockforge_ws_jsonpath::{Path, Segment};
use serde_json::Value;

use crate::expression::Expression;
use crate::json::{contains, order};
use crate::node::{Kind, Node};
use crate::octets::{Octets, Part};
use crate::selection::{Selection, Sign, Test, Wanted};
use crate::shape::{Form, Survives, forms, is_catch_all, survives};

/// How many pairs of parts are compared. Nested alternatives can have very many, and nobody means them.
const MAX_PAIRS: usize = 10_000;

/// Whether it is certain that each data message that `later` matches is matched by `earlier`.
pub(crate) fn shadows(earlier: &Node, later: &Node) -> bool {
    Search { left: MAX_PAIRS }.shadows(earlier, later)
}

struct Search {
    left: usize,
}

impl Search {
    fn shadows(&mut self, a: &Node, b: &Node) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        match (a, b) {
            (a, b) if a == b => true,
            (a, Node::Any(nodes)) => nodes.iter().all(|b| self.shadows(a, b)),
            (Node::All(nodes), b) => nodes.iter().all(|a| self.shadows(a, b)),
            (Node::Any(nodes), b) if nodes.iter().any(|a| self.shadows(a, b)) => true,
            (a, Node::All(nodes)) => nodes.iter().any(|b| self.shadows(a, b)),
            (Node::Not(a), Node::Not(b)) => self.shadows(&b.node, &a.node),
            (Node::Not(a), b) => {
                let apart = |one, other| a.node.is_only(one) && b.is_only(other);
                apart(Kind::Text, Kind::Binary) || apart(Kind::Binary, Kind::Text)
            }
            (a, b) => leaf(a, b),
        }
    }
}

impl Node {
    /// Whether it is certain that no message of another kind matches.
    fn is_only(&self, kind: Kind) -> bool {
        match self {
            Self::Regex(_)
            | Self::Path(_)
            | Self::Exact(_)
            | Self::Contains(_)
            | Self::Prefix(_)
            | Self::Json(_)
            | Self::Schema(_) => kind == Kind::Text,
            Self::Binary(_) => kind == Kind::Binary,
            Self::Type(own) => *own == kind,
            Self::All(nodes) => nodes.iter().any(|node| node.is_only(kind)),
            Self::Any(nodes) => nodes.iter().all(|node| node.is_only(kind)),
            Self::Not(negated) => matches!(negated.node, Node::Type(other) if other != kind),
        }
    }

    /// Whether it is certain that only text matches which is JSON.
    pub(crate) fn is_json(&self) -> bool {
        match self {
            Self::Path(_) | Self::Json(_) | Self::Schema(_) => true,
            Self::All(nodes) => nodes.iter().any(Self::is_json),
            Self::Any(nodes) => nodes.iter().all(Self::is_json),
            Self::Regex(_)
            | Self::Exact(_)
            | Self::Contains(_)
            | Self::Prefix(_)
            | Self::Binary(_)
            | Self::Type(_)
            | Self::Not(_) => false,
        }
    }
}

fn leaf(a: &Node, b: &Node) -> bool {
    match (a, b) {
        (Node::Type(kind), b) => b.is_only(*kind),
        (Node::Regex(a), b) if is_catch_all(a.as_str()) => b.is_only(Kind::Text),
        (Node::Binary(a), Node::Binary(b)) => octets(a, b),
        (Node::Json(a), Node::Json(b)) => contains(b, a),
        (Node::Path(a), b) if a.is_anything() && b.is_json() => true,
        (Node::Path(a), Node::Path(b)) => selection(a, b),
        (Node::Path(a), Node::Json(b)) => subset(a, b),
        (a, b) => forms_of(b).iter().any(|form| has_form(a, form)),
    }
}

fn octets(a: &Octets, b: &Octets) -> bool {
    match a.part {
        Part::Whole => b.part == Part::Whole && a.bytes == b.bytes,
        Part::Prefix => b.part != Part::Anywhere && b.bytes.starts_with(&a.bytes),
        Part::Anywhere => memchr::memmem::find(&b.bytes, &a.bytes).is_some(),
    }
}

fn forms_of(node: &Node) -> Vec<Form> {
    match node {
        Node::Exact(text) => vec![Form::Is(text.clone())],
        Node::Prefix(text) => vec![Form::BeginsWith(text.clone())],
        Node::Contains(text) => vec![Form::Has(text.clone())],
        Node::Regex(expression) => forms(expression.as_str()),
        _ => Vec::new(),
    }
}

/// Whether each text of a form is matched by a pattern.
fn has_form(node: &Node, form: &Form) -> bool {
    match (node, form) {
        (Node::Exact(wanted), Form::Is(text)) => wanted == text,
        (Node::Prefix(wanted), Form::Is(text) | Form::BeginsWith(text)) => text.starts_with(wanted.as_str()),
        (Node::Contains(wanted), Form::Is(text) | Form::BeginsWith(text) | Form::Has(text)) => {
            text.contains(wanted.as_str())
        }
        (Node::Regex(expression), form) => is_found_in(expression, form),
        _ => false,
    }
}

fn is_found_in(expression: &Expression, form: &Form) -> bool {
    let (text, stays) = match form {
        Form::Is(text) => (text, true),
        Form::BeginsWith(text) => (text, survives(expression.as_str()) != Survives::Nothing),
        Form::Has(text) => (text, survives(expression.as_str()) == Survives::Around),
    };
    stays && expression.is_match(text)
}

impl Selection {
    /// Whether it is `$`, which every JSON has.
    fn is_anything(&self) -> bool {
        matches!(self.wanted, Wanted::Something) && self.path.is_plain() && self.path.segments().is_empty()
    }
}

fn selection(a: &Selection, b: &Selection) -> bool {
    match (&a.wanted, &b.wanted) {
        (Wanted::Something, Wanted::Something | Wanted::Tests(_)) => leads_through(&b.path, &a.path),
        // A path that is not plain may refuse a message, in which it then finds not even nothing.
        (Wanted::Nothing, Wanted::Nothing) => {
            a.path == b.path || (a.path.is_plain() && leads_through(&a.path, &b.path))
        }
        (Wanted::Tests(a_tests), Wanted::Tests(b_tests)) => {
            let same = a.path == b.path
                || (a.path.is_plain() && b.path.is_plain() && a.path.segments() == b.path.segments());
            same && a_tests.iter().all(|a| b_tests.iter().any(|b| implies(b, a)))
        }
        _ => false,
    }
}

/// Whether `path` selects something only where `through` does. A plain path answers for every message; of
/// the others each refuses those that are too large for it.
fn leads_through(path: &Path, through: &Path) -> bool {
    path == through || (through.is_plain() && path.segments().starts_with(through.segments()))
}

/// JSON that has all of `wanted` has what the path leads to in `wanted`.
fn subset(selection: &Selection, wanted: &Value) -> bool {
    let step = |value, segment: &Segment| match segment {
        Segment::Child(step) => step.follow(value),
        _ => None,
    };
    let found = selection.path.segments().iter().try_fold(wanted, step);
    match (&selection.wanted, found) {
        _ if !selection.path.is_plain() => false,
        (Wanted::Something, Some(_)) => true,
        (Wanted::Tests(tests), Some(value)) if !value.is_array() && !value.is_object() => {
            tests.iter().all(|test| passes(value, test))
        }
        _ => false,
    }
}

/// Whether each value that passes `b` passes `a`.
fn implies(b: &Test, a: &Test) -> bool {
    match (b, a) {
        (Test::Equals(value), a) => passes(value, a),
        (Test::In(values), a) => values.iter().all(|value| passes(value, a)),
        (Test::Order(b, bound), Test::Order(a, other)) => {
            let order = order(bound, other);
            let strictly = |sign: Sign| matches!(sign, Sign::Greater | Sign::Less);
            let upwards = |sign: Sign| matches!(sign, Sign::Greater | Sign::GreaterOrEqual);
            let touches = order.is_some_and(Ordering::is_eq) && (strictly(*b) || !strictly(*a));
            let within = order.is_some_and(|order| if upwards(*a) { order.is_gt() } else { order.is_lt() });
            upwards(*a) == upwards(*b) && (touches || within)
        }
        // Both tests are about texts, or about numbers, which have a text.
        (Test::Order(..) | Test::Matches(_), Test::Matches(a)) if is_catch_all(a.as_str()) => true,
        (Test::Matches(b), Test::Matches(a)) => {
            a == b || forms(b.as_str()).iter().any(|form| is_found_in(a, form))
        }
        _ => false,
    }
}

/// Whether each value that is the same as `value` passes. The same number can be written in several ways,
/// of which a regex may match one.
fn passes(value: &Value, test: &Test) -> bool {
    test.passes(value) && !(value.is_number() && matches!(test, Test::Matches(_)))
}
