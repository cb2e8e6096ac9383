//! What a JSONPath selects, and what is asked of it.

use std::cmp::Ordering;

use mockforge_ws_diagnostic::closest;
use mockforge_ws_jsonpath::Path;
use serde_json::Value;

use crate::expression::Expression;
use crate::groups::Groups;
use crate::near_miss::NearMiss;
use crate::{json, show};

/// A path with what one of the values that it selects has to fulfil.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Selection {
    pub(crate) path: Path,
    pub(crate) wanted: Wanted,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wanted {
    /// The path selects something.
    Something,
    /// The path selects nothing.
    Nothing,
    /// The path selects a value that passes all tests; at least one.
    Tests(Vec<Test>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Equals(Value),
    In(Vec<Value>),
    Matches(Expression),
    /// Number against number or text against text, as the sign says.
    Order(Sign, Value),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Sign {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

impl Selection {
    pub(crate) fn is_match(&self, message: &Value) -> bool {
        match &self.wanted {
            Wanted::Something => self.path.exists(message),
            Wanted::Nothing => !self.path.refuses(message) && !self.path.exists(message),
            Wanted::Tests(tests) => self.path.find(message, |node| passes(tests, node)).is_some(),
        }
    }

    /// The groups of the first regex that is asked of the value which passes; empty without one.
    pub(crate) fn captures(&self, message: &Value) -> Option<Groups> {
        let Wanted::Tests(tests) = &self.wanted else {
            return self.is_match(message).then(Groups::default);
        };
        let node = self.path.find(message, |node| passes(tests, node))?;
        let groups = tests.iter().find_map(|test| match test {
            Test::Matches(expression) => text_of(node).and_then(|text| expression.captures(&text)),
            _ => None,
        });
        Some(groups.unwrap_or_default())
    }

    pub(crate) fn has_regex(&self) -> bool {
        let Wanted::Tests(tests) = &self.wanted else { return false };
        tests.iter().any(|test| matches!(test, Test::Matches(_)))
    }

    pub(crate) fn near_miss(&self, message: &Value) -> NearMiss {
        let path = &self.path;
        if path.refuses(message) {
            return NearMiss::new(100, format!("{path}: the message is too large for this path"));
        }
        let nodes = path.query(message);
        let (tests, beside) = match &self.wanted {
            Wanted::Nothing => {
                let got = nodes.first().map_or_else(String::new, |node| show::json(node));
                return NearMiss::new(600, format!("{path}: wanted nothing, got {got}"));
            }
            Wanted::Something => {
                return NearMiss::new(
                    150,
                    format!("{path}: wanted anything, got nothing{}", whereabouts(path, message)),
                );
            }
            Wanted::Tests(tests) => (tests, nodes.first().copied()),
        };
        let Some(first) = beside else {
            let wanted = words(tests, None);
            return NearMiss::new(
                150,
                format!("{path}: wanted {wanted}, got nothing{}", whereabouts(path, message)),
            );
        };
        let (likeness, nearest) = nodes
            .iter()
            .take(MOST_COMPARED)
            .map(|node| (likeness(tests, node), *node))
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .unwrap_or((0.0, first));
        let wanted = words(tests, Some(nearest));
        let got = show::bare(nearest, beside_of(tests, nearest));
        let others = match nodes.len() {
            1 => String::new(),
            more => format!(" (the nearest of {more})"),
        };
        NearMiss::new(400 + (likeness * 500.0) as u16, format!("{path}: wanted {wanted}, got {got}{others}"))
    }
}

/// Of how many selected values the nearest is looked for.
const MOST_COMPARED: usize = 100;

fn passes(tests: &[Test], node: &Value) -> bool {
    tests.iter().all(|test| test.passes(node))
}

impl Test {
    pub(crate) fn passes(&self, node: &Value) -> bool {
        match self {
            Self::Equals(wanted) => json::same(wanted, node),
            Self::In(wanted) => wanted.iter().any(|wanted| json::same(wanted, node)),
            Self::Matches(expression) => text_of(node).is_some_and(|text| expression.is_match(&text)),
            Self::Order(sign, bound) => json::order(node, bound).is_some_and(|order| sign.holds(order)),
        }
    }

    /// What is wanted, next to a value that did not do.
    fn words(&self, got: Option<&Value>) -> String {
        let shown = |wanted: &Value| show::bare(wanted, got.unwrap_or(wanted));
        match self {
            Self::Equals(wanted) => shown(wanted),
            Self::In(wanted) => {
                let shown: Vec<_> = wanted.iter().take(5).map(shown).collect();
                let more = if wanted.len() > 5 { ", …" } else { "" };
                format!("one of {}{more}", shown.join(", "))
            }
            Self::Matches(expression) => format!("a match of {}", show::quoted(expression.as_str())),
            Self::Order(sign, bound) => format!("{} {}", sign.as_str(), shown(bound)),
        }
    }

    fn likeness(&self, node: &Value) -> f64 {
        let alike = |wanted: &Value| match (wanted, node) {
            (Value::String(wanted), Value::String(got)) => 0.3 + 0.7 * show::similarity(wanted, got),
            (wanted, got) if json::kind(wanted) == json::kind(got) => 0.3,
            _ => 0.0,
        };
        match self {
            _ if self.passes(node) => 1.0,
            Self::Equals(wanted) | Self::Order(_, wanted) => alike(wanted),
            Self::In(wanted) => wanted.iter().take(MOST_COMPARED).map(alike).fold(0.0, f64::max),
            Self::Matches(_) => 0.2,
        }
    }
}

/// How well a value does over all tests, from 0.0 to 1.0.
fn likeness(tests: &[Test], node: &Value) -> f64 {
    tests.iter().map(|test| test.likeness(node)).sum::<f64>() / tests.len().max(1) as f64
}

/// What the tests want that `got` does not have; all that they want where nothing came.
fn words(tests: &[Test], got: Option<&Value>) -> String {
    let unmet: Vec<_> = tests
        .iter()
        .filter(|test| got.is_none_or(|got| !test.passes(got)))
        .map(|test| test.words(got))
        .collect();
    unmet.join(" and ")
}

/// A wanted value next to which `got` is shown, so that `5` and `"5"` can be told apart.
fn beside_of<'v>(tests: &'v [Test], got: &'v Value) -> &'v Value {
    let wanted = tests.iter().filter(|test| !test.passes(got)).find_map(|test| match test {
        Test::Equals(wanted) | Test::Order(_, wanted) => Some(wanted),
        Test::In(wanted) => wanted.iter().find(|wanted| !wanted.is_string()).or(wanted.first()),
        Test::Matches(_) => None,
    });
    wanted.unwrap_or(got)
}

/// The text that a regex is tried on: strings as they are, numbers and booleans as JSON writes them.
pub(crate) fn text_of(node: &Value) -> Option<std::borrow::Cow<'_, str>> {
    match node {
        Value::String(text) => Some(text.as_str().into()),
        Value::Number(_) | Value::Bool(_) => Some(node.to_string().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// How far a plain path of names leads into the message, for `got nothing`: a name like the one that is
/// missing, or the names that are there.
fn whereabouts(path: &Path, message: &Value) -> String {
    let mut at = "$".to_string();
    let mut value = message;
    for name in path.as_str().split('.').skip(1) {
        let Value::Object(members) = value else {
            return format!(" ({at} is {})", json::kind(value));
        };
        if name.is_empty() || name.contains(['[', ']', '*', '?', '(', '@', ' ']) {
            return String::new();
        }
        match members.get(name) {
            Some(member) => {
                at.push_str(&show::member(name));
                value = member;
            }
            None => {
                return match closest(name, members.keys().take(MOST_COMPARED).map(String::as_str)) {
                    Some(near) => format!(" (there is {at}{})", show::member(near)),
                    None if members.is_empty() => format!(" ({at} is empty)"),
                    None => {
                        let names: Vec<_> = members.keys().take(5).map(|name| show::clipped(name)).collect();
                        let more = if members.len() > 5 { ", …" } else { "" };
                        format!(" ({at} has {}{more})", names.join(", "))
                    }
                };
            }
        }
    }
    String::new()
}
