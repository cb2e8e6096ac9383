//! A received message and what has been learnt of it. It is parsed as JSON at most once, by whoever asks
//! first, and shared by all that look at it.

use std::sync::{Arc, OnceLock};

use serde_json::Value;
use tungstenite::protocol::Message;

/// A message from the peer, with its JSON form parsed lazily and at most once.
///
/// ```
/// use mockforge_ws_core::{Inbound, Message};
///
/// let inbound = Inbound::new(Message::text(r#"{"type":"ping"}"#));
/// assert_eq!(inbound.json().unwrap()["type"], "ping");
/// assert_eq!(Inbound::new(Message::text("plain")).json(), None);
/// ```
#[derive(Debug, Clone)]
pub struct Inbound {
    message: Message,
    json: OnceLock<Option<Value>>,
}

impl Inbound {
    /// Wraps a message; nothing is parsed yet.
    pub fn new(message: Message) -> Self {
        Self { message, json: OnceLock::new() }
    }

    /// The message as it came.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// The message itself, back.
    pub fn into_message(self) -> Message {
        self.message
    }

    /// The text of a text message; `None` for every other kind.
    pub fn text(&self) -> Option<&str> {
        match &self.message {
            Message::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The payload of a text or binary message; empty for every other kind.
    pub fn bytes(&self) -> &[u8] {
        match &self.message {
            Message::Text(text) => text.as_str().as_bytes(),
            Message::Binary(bytes) => bytes,
            _ => &[],
        }
    }

    /// Whether this is a data message (text or binary) rather than a control frame.
    pub fn is_data(&self) -> bool {
        matches!(self.message, Message::Text(_) | Message::Binary(_))
    }

    /// The text parsed as JSON (RFC 8259), or `None` where it is no JSON or not text.
    pub fn json(&self) -> Option<&Value> {
        self.json.get_or_init(|| self.text().and_then(|text| serde_json::from_str(text).ok())).as_ref()
    }
}

impl From<Message> for Inbound {
    fn from(message: Message) -> Self {
        Self::new(message)
    }
}

/// The groups of a regex that matched, by number (0 is the whole match) and by name.
///
/// ```
/// use mockforge_ws_core::Captures;
///
/// let names = vec![None, Some("user".to_string())];
/// let captures = Captures::new(names.into(), vec![Some("hi bob".into()), Some("bob".into())]);
/// assert_eq!(captures.get(1), Some("bob"));
/// assert_eq!(captures.name("user"), Some("bob"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captures {
    names: Arc<[Option<String>]>,
    groups: Vec<Option<String>>,
}

impl Captures {
    /// `names[i]` is the name of group `i`, if it has one; the regex owns and shares that list.
    pub fn new(names: Arc<[Option<String>]>, groups: Vec<Option<String>>) -> Self {
        Self { names, groups }
    }

    /// Group `index`, or `None` where it took no part in the match.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.groups.get(index)?.as_deref()
    }

    /// Every group with its number and its name, if it has one.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Option<&str>, Option<&str>)> {
        let named = |number: usize| self.names.get(number).and_then(Option::as_deref);
        self.groups.iter().enumerate().map(move |(number, group)| (number, named(number), group.as_deref()))
    }

    /// The group of that name.
    pub fn name(&self, name: &str) -> Option<&str> {
        self.get(self.names.iter().position(|n| n.as_deref() == Some(name))?)
    }
}
