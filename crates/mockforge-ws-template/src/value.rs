//! Values while rendering: borrowed from the message where they can be, and never copied to be looked at.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::out::Out;

/// What an expression gives.
#[derive(Debug)]
pub(crate) enum Val<'v> {
    /// There is none.
    Missing,
    Ref(&'v Value),
    Str(&'v str),
    Bytes(&'v [u8]),
    /// Several nodes of a JSONPath.
    Nodes(Vec<&'v Value>),
    Own(Value),
}

impl<'v> Val<'v> {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Own(Value::String(text.into()))
    }

    /// The JSON value behind it, where it is one.
    fn value(&self) -> Option<&Value> {
        match self {
            Self::Ref(value) => Some(value),
            Self::Own(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => self.value()?.as_str(),
        }
    }

    /// As Handlebars has it: false, null, 0, the empty text and the empty array are false, and so is what is
    /// missing.
    pub(crate) fn is_truthy(&self) -> bool {
        match self {
            Self::Missing => false,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::Nodes(nodes) => !nodes.is_empty(),
            Self::Ref(value) => is_truthy(value),
            Self::Own(value) => is_truthy(value),
        }
    }

    /// Missing or null.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Missing) || self.value().is_some_and(Value::is_null)
    }

    /// How many bytes there are to look through, where that is known at once.
    pub(crate) fn size(&self) -> Option<usize> {
        match (self, self.value()) {
            (Self::Nodes(_), _) | (_, Some(Value::Array(_) | Value::Object(_))) => None,
            _ => Some(self.str().map_or(0, str::len)),
        }
    }

    /// The number that it is, or that its text reads as.
    pub(crate) fn number(&self) -> Option<Number> {
        match (self.value(), self.str()) {
            (Some(Value::Number(n)), _) => Some(n.clone()),
            (_, Some(text)) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The text that it renders as.
    pub(crate) fn to_text(&self, limit: usize) -> Cow<'_, str> {
        if let Some(text) = self.str() {
            return Cow::Borrowed(text);
        }
        let mut text = String::new();
        self.write(&mut Out::new(&mut text, limit, false), false);
        Cow::Owned(text)
    }

    /// What `hex` and `base64` encode.
    pub(crate) fn to_bytes(&self, limit: usize) -> Cow<'_, [u8]> {
        match self {
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            _ => match self.to_text(limit) {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            },
        }
    }

    /// Writes it as text (a string bare, anything else as JSON, what is missing not at all), or where `json`
    /// as a JSON literal (what is missing as null).
    pub(crate) fn write(&self, out: &mut Out<'_>, json: bool) {
        let mut text = |text: &str| if json { out.quoted(text) } else { out.push(text) };
        match self {
            Self::Missing if json => out.raw("null"),
            Self::Missing => {}
            Self::Str(string) => text(string),
            Self::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(string) => text(string),
                // Binary that is no text shows as `bytes` does.
                Err(_) => {
                    let quote = if json { "\"" } else { "" };
                    let mut piece = [0; 128];
                    out.push(quote);
                    for chunk in bytes.chunks(64) {
                        let piece = &mut piece[..chunk.len() * 2];
                        hex::encode_to_slice(chunk, &mut *piece).expect("the buffer is twice as long");
                        out.raw(std::str::from_utf8(piece).expect("hexadecimal digits are ASCII"));
                    }
                    out.push(quote);
                }
            },
            Self::Nodes(nodes) => out.array(nodes.iter().copied()),
            Self::Ref(value) if json => out.json(value),
            Self::Own(value) if json => out.json(value),
            Self::Ref(value) => out.value(value),
            Self::Own(value) => out.value(value),
        }
    }

    /// The JSON value that it is; what is missing is null. Nodes stop at about `limit` bytes, and the second
    /// part tells whether they did.
    pub(crate) fn into_value(self, limit: usize) -> (Value, bool) {
        let value = match self {
            Self::Missing => Value::Null,
            Self::Ref(value) => value.clone(),
            Self::Own(value) => value,
            Self::Str(text) => text.into(),
            Self::Bytes(_) => self.to_text(limit).into(),
            Self::Nodes(nodes) => {
                let mut left = limit;
                let mut copied = Vec::new();
                for node in nodes {
                    let Some(rest) = left.checked_sub(weight(node, left)) else {
                        return (copied.into(), true);
                    };
                    left = rest;
                    copied.push(node.clone());
                }
                copied.into()
            }
        };
        (value, false)
    }
}

fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(n) => n.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(_) => true,
    }
}

/// About how many bytes a value takes as JSON; counting stops soon after `enough`.
pub(crate) fn weight(value: &Value, enough: usize) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => sum(items.iter(), enough),
        Value::Object(members) => sum(members.values(), enough),
        _ => 4,
    }
}

/// The same for elements or members.
pub(crate) fn sum<'v>(values: impl Iterator<Item = &'v Value>, enough: usize) -> usize {
    let mut total = 2;
    for value in values {
        total += 1 + weight(value, enough.saturating_sub(total));
        if total > enough {
            break;
        }
    }
    total
}

/// The value that the keys lead to: members of objects by name, elements of arrays by number.
pub(crate) fn lookup<'v>(value: &'v Value, keys: &[Box<str>]) -> Option<&'v Value> {
    keys.iter().try_fold(value, |value, key| match value {
        Value::Object(members) => members.get(&**key),
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Numbers by value, texts by their characters, and nothing else. Large integers compare exactly.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare_numbers(a, b),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

pub(crate) fn compare_numbers(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

/// As [`compare`], where a text that reads as a number is one if the other side is a number: captures are
/// texts.
pub(crate) fn order(a: &Val<'_>, b: &Val<'_>) -> Option<Ordering> {
    let is_number = |value: &Val<'_>| value.value().is_some_and(Value::is_number);
    if is_number(a) || is_number(b) {
        return compare_numbers(&a.number()?, &b.number()?);
    }
    Some(a.str()?.cmp(b.str()?))
}

/// Whether two values are the same, with numbers as [`order`] has them.
pub(crate) fn same(a: &Val<'_>, b: &Val<'_>) -> bool {
    if a.is_nothing() || b.is_nothing() {
        return a.is_nothing() && b.is_nothing();
    }
    if let Some(order) = order(a, b) {
        return order.is_eq();
    }
    match (a, b) {
        (Val::Nodes(a), Val::Nodes(b)) => a == b,
        (Val::Nodes(nodes), other) | (other, Val::Nodes(nodes)) => {
            let items = other.value().and_then(Value::as_array);
            items.is_some_and(|items| items.iter().eq(nodes.iter().copied()))
        }
        _ => match (a.value(), b.value()) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        },
    }
}
