//! How values and messages appear in explanations: short, on one line, unmistakable.

use mockforge_ws_core::{Inbound, Message};
use serde_json::Value;

/// How many characters of a text are shown.
const MAX_SHOWN: usize = 80;

/// A text on one line, cut where it is long.
pub(crate) fn clipped(text: &str) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == MAX_SHOWN {
            shown.push('…');
            break;
        }
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A text in backticks, with its size where it had to be cut.
pub(crate) fn quoted(text: &str) -> String {
    let shown = clipped(text);
    if shown.ends_with('…') && !text.ends_with('…') {
        format!("`{shown}` ({} bytes)", text.len())
    } else {
        format!("`{shown}`")
    }
}

/// A value as JSON, cut where it is long.
pub(crate) fn json(value: &Value) -> String {
    match value {
        // Of a long text or list the beginning is enough; it is not written out first.
        Value::String(text) => format!("\"{}\"", clipped(&text.replace('\\', "\\\\").replace('"', "\\\""))),
        Value::Array(items) if items.len() > MAX_SHOWN => format!("a list of {} elements", items.len()),
        Value::Object(members) if members.len() > MAX_SHOWN => {
            format!("an object of {} members", members.len())
        }
        value => clipped(&value.to_string()),
    }
}

/// A value next to others of the kind `beside`: strings are bare among strings, where that is clear.
pub(crate) fn bare(value: &Value, beside: &Value) -> String {
    match value {
        Value::String(text) if beside.is_string() && clear(text) => clipped(text),
        value => json(value),
    }
}

/// Whether a text can stand bare without being taken for something else.
fn clear(text: &str) -> bool {
    !text.is_empty() && text.trim().len() == text.len() && !text.chars().any(char::is_control)
}

/// A message, for `got …`.
pub(crate) fn message(message: &Inbound) -> String {
    match message.message() {
        Message::Text(text) => quoted(text.as_str()),
        Message::Binary(bytes) => format!("{} of binary", counted(bytes.len(), "byte")),
        Message::Ping(_) => "a ping".to_string(),
        Message::Pong(_) => "a pong".to_string(),
        Message::Close(_) => "a close".to_string(),
        Message::Frame(_) => "a frame".to_string(),
    }
}

/// Bytes in hex, cut where they are many.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let shown = hex::encode(&bytes[..bytes.len().min(MAX_SHOWN / 4)]);
    if shown.len() < bytes.len() * 2 { format!("{shown}…") } else { shown }
}

/// `1 byte`, `2 bytes`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// How alike two texts are, from 0.0 to 1.0, by their beginnings.
pub(crate) fn similarity(a: &str, b: &str) -> f64 {
    let beginning = |text: &str| text.chars().take(64).collect::<String>();
    strsim::normalized_damerau_levenshtein(&beginning(a), &beginning(b))
}

/// A step into a value as JSONPath writes it.
pub(crate) fn member(name: &str) -> String {
    let plain = name.chars().enumerate().all(|(index, c)| {
        c.is_ascii_alphabetic()
            || c == '_'
            || !c.is_ascii() && !c.is_control()
            || index > 0 && c.is_ascii_digit()
    });
    if plain && !name.is_empty() {
        format!(".{}", clipped(name))
    } else {
        format!("['{}']", clipped(&name.replace('\\', "\\\\").replace('\'', "\\'")))
    }
}
