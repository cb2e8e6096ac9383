//! Correlation: what the server echoes, mints and dates becomes a template, so that the recording serves a
//! client that chooses other identifiers at another time.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::leaves::{self, Step, leaves};
use super::redact::Hidden;
use super::weave::Replacement;
use super::{identifiers, line, moments};

/// So many identifiers of either side are remembered; then the oldest are forgotten.
const MOST: usize = 1_024;

/// So many are taken from one message of the client.
const FROM_ONE: usize = 16;

/// A message that is larger is recorded as it is.
const LARGEST: usize = 1 << 20;

/// Members that tell what kind of message one is.
const KINDS: &[&str] = &["type", "op", "method", "action", "event", "cmd", "command", "kind", "request"];

/// Kinds of messages that a client sends when it likes.
const OPTIONAL: &[&str] = &["ping", "pong", "heartbeat", "keepalive", "keep_alive", "keep-alive", "ka"];

/// What a session has shown of its identifiers.
#[derive(Debug, Default)]
pub(super) struct Correlation {
    /// What the client has sent, by the leaf as written: the names that it went by, each with its number.
    sent: HashMap<Box<str>, Vec<(Box<str>, u64)>>,
    order: VecDeque<Box<str>>,
    ids: u64,
    /// What the server has minted, in small letters.
    minted: HashMap<Box<str>, u64>,
    minted_order: VecDeque<Box<str>>,
    uuids: u64,
}

/// What becomes of a message of the client.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    /// Which message the line takes, as a pattern, where that can be told.
    pub(super) takes: Option<String>,
    /// Whether a client may go without sending it.
    pub(super) is_optional: bool,
    /// The variables to set, as an object; empty for none.
    pub(super) set: String,
}

/// What becomes of a message of the server.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    pub(super) replacements: Vec<Replacement>,
    /// The variables to set, as an object; empty for none.
    pub(super) set: String,
}

impl Correlation {
    /// Remembers what the client sends, so that it is known when the server says it again.
    pub(super) fn incoming(&mut self, text: &str, hidden: &[Hidden]) -> Incoming {
        let mut incoming = Incoming::default();
        if text.len() > LARGEST {
            return incoming;
        }
        if OPTIONAL.iter().any(|word| text.eq_ignore_ascii_case(word)) {
            let mut takes = String::new();
            line::quote(text, &mut takes);
            return Incoming { takes: Some(format!("{{\"exact\":{takes}}}")), is_optional: true, ..incoming };
        }
        let (mut kinds, mut candidates) = (Map::new(), Vec::new());
        leaves(text, |way, at| {
            if is_hidden(&at, hidden) {
                return;
            }
            let leaf = &text[at];
            if let [Step::Name(name)] = way
                && KINDS.contains(name)
                && let Some(kind) = kind(leaf)
            {
                incoming.is_optional |= kind.as_str().is_some_and(is_optional);
                kinds.insert(name.to_string(), kind);
                return;
            }
            let name = leaves::name(way);
            if candidates.len() < FROM_ONE && is_identifier(name, leaf) {
                candidates.extend(leaves::path(way).map(|path| (name, leaf, path)));
            }
        });
        if !kinds.is_empty() {
            incoming.takes = Some(format!("{{\"json\":{}}}", Value::Object(kinds)));
        }
        // A line that is passed over sets nothing, so nothing may depend on it.
        if !incoming.is_optional {
            for (name, leaf, path) in candidates {
                if let Some(number) = self.remember(name, leaf) {
                    assign(&mut incoming.set, &format!("id{number}"), &format!("{{{{{path}}}}}"));
                }
            }
        }
        incoming
    }

    /// A number for an identifier that is not known by that name; `None` for one that is.
    fn remember(&mut self, name: &str, leaf: &str) -> Option<u64> {
        if self.minted.contains_key(&*inside(leaf).to_ascii_lowercase()) {
            return None;
        }
        let names = self.sent.entry(leaf.into()).or_default();
        if names.iter().any(|(known, _)| **known == *name) {
            return None;
        }
        self.ids += 1;
        names.push((name.into(), self.ids));
        self.order.push_back(leaf.into());
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
            && let Some(names) = self.sent.get_mut(&oldest)
        {
            names.remove(0);
            if names.is_empty() {
                self.sent.remove(&oldest);
            }
        }
        Some(self.ids)
    }

    /// Finds in what the server sends what it depends on.
    pub(super) fn outgoing(&mut self, text: &str, wall: OffsetDateTime, hidden: &[Hidden]) -> Outgoing {
        let mut outgoing = Outgoing::default();
        if text.len() > LARGEST {
            return outgoing;
        }
        let Outgoing { replacements, set } = &mut outgoing;
        leaves(text, |way, at| {
            if is_hidden(&at, hidden) {
                return;
            }
            let leaf = &text[at.clone()];
            if let Some(number) = self.echoed(leaves::name(way), leaf) {
                // As a literal of its own, for the next client may have a number where this one has a text.
                replacements.push(Replacement { at, expression: format!("json state.id{number}") });
            } else if let Some(expression) = moments::expression(leaf, wall) {
                let quotes = usize::from(leaf.starts_with('"'));
                replacements.push(Replacement { at: at.start + quotes..at.end - quotes, expression });
            }
        });
        let mut minted = Vec::new();
        identifiers::uuids(text, |at| {
            let after = replacements.partition_point(|other| other.at.end <= at.start);
            let is_taken = replacements.get(after).is_some_and(|other| other.at.start < at.end);
            if !is_taken && !is_hidden(&at, hidden) {
                let expression = self.minted(&text[at.clone()], set);
                minted.push(Replacement { at, expression });
            }
        });
        replacements.append(&mut minted);
        replacements.sort_by_key(|replacement| replacement.at.start);
        outgoing
    }

    /// The number of what the client has sent, if the server says it again.
    fn echoed(&self, name: &str, leaf: &str) -> Option<u64> {
        let names = self.sent.get(leaf)?;
        let same = names.iter().rev().find(|(known, _)| **known == *name);
        let is_name = identifiers::is_name(name);
        let other = || {
            let alike =
                |known: &str| (is_name && identifiers::is_name(known)) || identifiers::is_shape(inside(leaf));
            names.iter().rev().find(|(known, _)| alike(known))
        };
        same.or_else(other).map(|(_, number)| *number)
    }

    /// The expression for a UUID, the same for the same one.
    fn minted(&mut self, uuid: &str, set: &mut String) -> String {
        let key = uuid.to_ascii_lowercase();
        // One that the client has sent stands within something longer here.
        if let Some((_, number)) = self.sent.get(&*format!("\"{uuid}\"")).and_then(|names| names.last()) {
            return format!("state.id{number}");
        }
        let number = match self.minted.get(&*key) {
            Some(number) => *number,
            None => {
                self.uuids += 1;
                if self.minted_order.len() >= MOST
                    && let Some(oldest) = self.minted_order.pop_front()
                {
                    self.minted.remove(&oldest);
                }
                self.minted_order.push_back(key.as_str().into());
                self.minted.insert(key.as_str().into(), self.uuids);
                assign(set, &format!("uuid{}", self.uuids), "{{uuid}}");
                self.uuids
            }
        };
        match key == uuid {
            true => format!("state.uuid{number}"),
            false => format!("upper state.uuid{number}"),
        }
    }
}

fn is_hidden(at: &Range<usize>, hidden: &[Hidden]) -> bool {
    let after = hidden.partition_point(|hidden| hidden.at.end <= at.start);
    hidden.get(after).is_some_and(|hidden| hidden.at.start < at.end)
}

/// What may be an identifier of the client's.
fn is_identifier(name: &str, leaf: &str) -> bool {
    let text = inside(leaf);
    let (is_text, is_whole) = (leaf.starts_with('"'), text.bytes().all(|byte| byte.is_ascii_digit()));
    let has_size = (1..=256).contains(&text.len());
    has_size
        && ((identifiers::is_name(name) && (is_text || is_whole)) || (is_text && identifiers::is_shape(text)))
}

/// A leaf without its quotes.
fn inside(leaf: &str) -> &str {
    leaf.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(leaf)
}

/// What a member that tells the kind of a message says, where it is a short word or a small number.
fn kind(leaf: &str) -> Option<Value> {
    let short = leaf.len() <= 64 && (leaf.starts_with('"') || leaf.bytes().all(|byte| byte.is_ascii_digit()));
    short.then(|| serde_json::from_str(leaf).ok()).flatten()
}

fn is_optional(kind: &str) -> bool {
    OPTIONAL.iter().any(|word| kind.eq_ignore_ascii_case(word))
}

/// Adds a member to an object that is built as text.
fn assign(set: &mut String, name: &str, value: &str) {
    match set.pop() {
        Some(_) => set.push(','),
        None => set.push('{'),
    }
    line::quote(name, set);
    set.push(':');
    line::quote(value, set);
    set.push('}');
}
