//! What is known of a value before there is one.

use serde_json::Value;

/// The type of an expression, as far as its text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// It is known only when the value is there.
    Any,
    Null,
    Bool,
    Int,
    Double,
    /// One of the two above.
    Number,
    Text,
    List,
    Map,
    /// What `type(x)` gives.
    Meta,
}

impl Type {
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Bool,
            Value::Number(number) if number.is_f64() => Self::Double,
            Value::Number(_) => Self::Int,
            Value::String(_) => Self::Text,
            Value::Array(_) => Self::List,
            Value::Object(_) => Self::Map,
        }
    }

    /// Whether a value of this type could be one of those.
    pub(crate) fn may_be(self, types: &[Self]) -> bool {
        self == Self::Any || types.contains(&self)
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Double | Self::Number)
    }

    /// What both of two arms have in common.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (first, second) if first.is_number() && second.is_number() => Self::Number,
            _ => Self::Any,
        }
    }

    /// In words: `this gives a number`.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Int | Self::Double | Self::Number => "a number",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Map => "an object",
            Self::Meta => "a type",
        }
    }

    /// CEL's name, as `type(x) == string` has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any | Self::Number => "dyn",
            Self::Null => "null_type",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Double => "double",
            Self::Text => "string",
            Self::List => "list",
            Self::Map => "map",
            Self::Meta => "type",
        }
    }

    /// The type of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all =
            [Self::Null, Self::Bool, Self::Int, Self::Double, Self::Text, Self::List, Self::Map, Self::Meta];
        all.into_iter().find(|each| each.name() == name)
    }
}
