//! A compiled pattern as a tree, and how it is asked.

use std::fmt;

use mockforge_ws_core::{Inbound, Message};
use serde_json::Value;

use crate::expression::Expression;
use crate::groups::Groups;
use crate::json;
use crate::octets::Octets;
use crate::schema::Schema;
use crate::selection::Selection;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Regex(Expression),
    Path(Selection),
    Exact(String),
    Contains(String),
    Prefix(String),
    Json(Value),
    Schema(Schema),
    Binary(Octets),
    Type(Kind),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Negated>),
}

/// What must not match, with its text for explanations.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Negated {
    pub(crate) node: Node,
    pub(crate) spec: String,
}

impl fmt::Display for Negated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spec)
    }
}

/// The kinds of data messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Binary,
}

impl Kind {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Text => "a text message",
            Self::Binary => "a binary message",
        }
    }
}

/// The JSON of a message. A text that no JSON begins and ends like is not even tried.
pub(crate) fn json_of(message: &Inbound) -> Option<&Value> {
    if looks_like_json(message.text()?) { message.json() } else { None }
}

fn looks_like_json(text: &str) -> bool {
    let text = text.trim_matches([' ', '\t', '\n', '\r']).as_bytes();
    let (Some(first), Some(last)) = (text.first(), text.last()) else { return false };
    match first {
        b'{' => *last == b'}',
        b'[' => *last == b']',
        b'"' => *last == b'"',
        b't' | b'f' => *last == b'e',
        b'n' => *last == b'l',
        b'-' | b'0'..=b'9' => last.is_ascii_digit(),
        _ => false,
    }
}

impl Node {
    /// Whether a data message matches. Patterns about text match no binary message and the other way round.
    pub(crate) fn is_match(&self, message: &Inbound) -> bool {
        let text = |test: &dyn Fn(&str) -> bool| message.text().is_some_and(test);
        let parsed = |test: &dyn Fn(&Value) -> bool| json_of(message).is_some_and(test);
        match self {
            Self::Regex(expression) => text(&|text| expression.is_match(text)),
            Self::Exact(wanted) => text(&|text| text == wanted),
            Self::Contains(wanted) => text(&|text| text.contains(wanted.as_str())),
            Self::Prefix(wanted) => text(&|text| text.starts_with(wanted.as_str())),
            Self::Path(selection) => parsed(&|value| selection.is_match(value)),
            Self::Json(wanted) => parsed(&|value| json::contains(value, wanted)),
            Self::Schema(schema) => parsed(&|value| schema.is_match(value)),
            Self::Binary(octets) => match message.message() {
                Message::Binary(bytes) => octets.is_match(bytes),
                _ => false,
            },
            Self::Type(Kind::Text) => matches!(message.message(), Message::Text(_)),
            Self::Type(Kind::Binary) => matches!(message.message(), Message::Binary(_)),
            Self::All(nodes) => nodes.iter().all(|node| node.is_match(message)),
            Self::Any(nodes) => nodes.iter().any(|node| node.is_match(message)),
            Self::Not(negated) => !negated.node.is_match(message),
        }
    }

    /// Whether some match has captures.
    pub(crate) fn has_regex(&self) -> bool {
        match self {
            Self::Regex(_) => true,
            Self::Path(selection) => selection.has_regex(),
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(Self::has_regex),
            Self::Exact(_)
            | Self::Contains(_)
            | Self::Prefix(_)
            | Self::Json(_)
            | Self::Schema(_)
            | Self::Binary(_)
            | Self::Type(_)
            | Self::Not(_) => false,
        }
    }

    /// As [`is_match`](Self::is_match), with what the regexes captured.
    pub(crate) fn captures(&self, message: &Inbound) -> Option<Groups> {
        match self {
            Self::Regex(expression) => expression.captures(message.text()?),
            Self::Path(selection) => selection.captures(json_of(message)?),
            Self::All(nodes) => {
                let mut merged = Groups::default();
                for node in nodes {
                    merged.merge(node.captures(message)?);
                }
                Some(merged)
            }
            Self::Any(nodes) => nodes.iter().find_map(|node| node.captures(message)),
            node => node.is_match(message).then(Groups::default),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_json_looks_like_it() {
        for text in [" {} ", "[1]\n", "\"x\"", "true", "false", "null", "-1", "1.5e+3", "\t0\r"] {
            assert!(looks_like_json(text), "{text}");
            assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}");
        }
        for text in ["", "  ", "cmd 1", "[info] x", "10 go", "tell", "\u{feff}{}", "\u{a0}{}"] {
            assert!(!looks_like_json(text), "{text}");
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        }
    }
}
