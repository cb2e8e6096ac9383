//! Why a message did not match, and how near it came.

use mockforge_ws_core::{Inbound, Message};
use serde_json::Value;

use crate::difference::{Extent, compare};
use crate::expression::Expression;
use crate::node::{Kind, Node};
use crate::show;

/// Why a message did not match, in one line, and how near it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// What was wanted and what came: `$.symbol: wanted AAPL, got aapl`.
    pub text: String,
    /// How near the message came, from 0 (nothing in common) to 999. Of many messages, the one with the
    /// highest score is probably the one that was meant.
    pub score: u16,
}

impl NearMiss {
    pub(crate) fn new(score: u16, text: String) -> Self {
        Self { text, score: score.min(999) }
    }
}

/// The near miss of a message that `node` does not match.
pub(crate) fn explain(node: &Node, message: &Inbound) -> NearMiss {
    let got = || show::message(message);
    if !message.is_data() {
        return NearMiss::new(0, format!("wanted a data message, got {}", got()));
    }
    match node {
        Node::Type(kind) => NearMiss::new(10, format!("wanted {}, got {}", kind.words(), got())),
        Node::Binary(octets) => match message.message() {
            Message::Binary(bytes) => octets.near_miss(bytes),
            _ => NearMiss::new(0, format!("wanted {}, got {}", Kind::Binary.words(), got())),
        },
        Node::All(nodes) => all(nodes, message),
        Node::Any(nodes) => any(nodes, message),
        Node::Not(node) => NearMiss::new(
            600,
            format!("wanted no match of {}, got {}", show::quoted(&node.to_string()), got()),
        ),
        node => match message.text() {
            None => NearMiss::new(0, format!("wanted {}, got {}", Kind::Text.words(), got())),
            Some(text) => explain_text(node, text, message),
        },
    }
}

fn explain_text(node: &Node, text: &str, message: &Inbound) -> NearMiss {
    match node {
        Node::Regex(expression) => regex(expression, text),
        Node::Exact(wanted) => exact(wanted, text),
        Node::Contains(wanted) => {
            let other_case = text.to_lowercase().contains(&wanted.to_lowercase());
            let (score, hint) = if other_case { (900, " (but for case)") } else { (150, "") };
            NearMiss::new(score, format!("{} is not in {}{hint}", show::quoted(wanted), show::quoted(text)))
        }
        Node::Prefix(wanted) => {
            let beginning: String = text.chars().take(wanted.chars().count()).collect();
            let hint = likeness(wanted, &beginning);
            let score = if hint.is_empty() {
                30 + (show::similarity(wanted, &beginning) * 700.0) as u16
            } else {
                900
            };
            NearMiss::new(
                score,
                format!("{} does not begin with {}{hint}", show::quoted(text), show::quoted(wanted)),
            )
        }
        node => match message.json() {
            None => NearMiss::new(20, format!("wanted JSON, got {}", show::quoted(text))),
            Some(json) => explain_json(node, json),
        },
    }
}

fn explain_json(node: &Node, message: &Value) -> NearMiss {
    match node {
        Node::Path(selection) => selection.near_miss(message),
        Node::Json(wanted) => {
            let comparison = compare(wanted, message, Extent::Subset);
            let score = 300 + (comparison.share() * 600.0) as u16;
            NearMiss::new(score, comparison.text().unwrap_or_else(|| "the JSON differs".to_string()))
        }
        Node::Schema(schema) => schema.near_miss(message),
        // All other patterns are not about JSON and have been explained.
        _ => NearMiss::new(0, "it did not match".to_string()),
    }
}

fn regex(expression: &Expression, text: &str) -> NearMiss {
    let (score, hint) = if expression.is_match(text.trim()) {
        (900, " (but for the white space around it)")
    } else if expression.matches_ignoring_case(text) {
        (900, " (but for case)")
    } else {
        // What is left of a regex without its signs is not far from a text that it matches.
        let letters: String =
            expression.as_str().chars().filter(|c| !r"^$.*+?()[]{}|\".contains(*c)).collect();
        (30 + (show::similarity(&letters, text) * 700.0) as u16, "")
    };
    NearMiss::new(
        score,
        format!("{} did not match {}{hint}", show::quoted(expression.as_str()), show::quoted(text)),
    )
}

fn exact(wanted: &str, got: &str) -> NearMiss {
    let hint = likeness(wanted, got);
    let score = if hint.is_empty() { 30 + (show::similarity(wanted, got) * 700.0) as u16 } else { 900 };
    let common = wanted.chars().zip(got.chars()).take_while(|(wanted, got)| wanted == got).count();
    // Long texts are shown from shortly before the place where they part.
    let from = if common > 40 { common - 20 } else { 0 };
    let rest = |text: &str| show::quoted(&text.chars().skip(from).collect::<String>());
    let place = if from > 0 { format!("from character {} on, ", from + 1) } else { String::new() };
    NearMiss::new(score, format!("{place}wanted {}, got {}{hint}", rest(wanted), rest(got)))
}

/// What two texts differ in, where that is little.
fn likeness(wanted: &str, got: &str) -> &'static str {
    if wanted.trim() == got.trim() {
        " (but for the white space around it)"
    } else if wanted.to_lowercase() == got.to_lowercase() {
        " (but for case)"
    } else {
        ""
    }
}

/// How many of the unmet parts of `all` are told.
const MOST_TOLD: usize = 3;

fn all(nodes: &[Node], message: &Inbound) -> NearMiss {
    let unmet: Vec<_> =
        nodes.iter().filter(|node| !node.is_match(message)).map(|node| explain(node, message)).collect();
    let met = (nodes.len() - unmet.len()) * 1000;
    let score = (met + unmet.iter().map(|miss| usize::from(miss.score)).sum::<usize>()) / nodes.len().max(1);
    let mut told: Vec<_> = unmet.iter().take(MOST_TOLD).map(|miss| miss.text.as_str()).collect();
    let more = format!("and {} more", unmet.len().saturating_sub(MOST_TOLD));
    if unmet.len() > MOST_TOLD {
        told.push(&more);
    }
    NearMiss::new(u16::try_from(score).unwrap_or(999), told.join("; "))
}

fn any(nodes: &[Node], message: &Inbound) -> NearMiss {
    let nearest = nodes.iter().map(|node| explain(node, message)).max_by_key(|miss| miss.score);
    match (nearest, nodes.len()) {
        (Some(nearest), 1) => nearest,
        (Some(nearest), count) => {
            NearMiss::new(nearest.score, format!("{} (the nearest of {count} alternatives)", nearest.text))
        }
        (None, _) => NearMiss::new(0, "there is nothing to match".to_string()),
    }
}
