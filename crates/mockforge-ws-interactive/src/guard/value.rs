//! Values of an evaluation. What comes from a message or a state is borrowed from it as it is.

use std::borrow::Cow;
use std::rc::Rc;

use serde_json::{Map, Number, Value};

use super::bounds::Budget;
use super::types::Type;

#[derive(Debug, Clone)]
pub(crate) enum Val<'v> {
    Null,
    Bool(bool),
    /// From −2^63 to 2^64−1, what JSON's whole numbers are read as.
    Int(i128),
    Double(f64),
    Text(Cow<'v, str>),
    Array(&'v [Value]),
    Object(&'v Map<String, Value>),
    /// A list that an expression made.
    List(Rc<[Val<'v>]>),
    /// An object that an expression made.
    Map(Rc<[(Cow<'v, str>, Val<'v>)]>),
    Type(Type),
}

impl<'v> Val<'v> {
    pub(crate) fn of(value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::number(number),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(items) => Self::Array(items),
            Value::Object(members) => Self::Object(members),
        }
    }

    fn number(number: &Number) -> Self {
        match (number.as_i64(), number.as_u64()) {
            (Some(int), _) => Self::Int(int.into()),
            (None, Some(int)) => Self::Int(int.into()),
            (None, None) => Self::Double(number.as_f64().unwrap_or(f64::NAN)),
        }
    }

    pub(crate) fn of_type(&self) -> Type {
        match self {
            Self::Null => Type::Null,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Double(_) => Type::Double,
            Self::Text(_) => Type::Text,
            Self::Array(_) | Self::List(_) => Type::List,
            Self::Object(_) | Self::Map(_) => Type::Map,
            Self::Type(_) => Type::Meta,
        }
    }

    /// What it is, for messages: `a text`.
    pub(crate) fn words(&self) -> &'static str {
        self.of_type().words()
    }

    /// The member of an object; nothing where it has none of this name, an error where it is no object.
    pub(crate) fn member(&self, name: &str) -> Result<Option<Val<'v>>, String> {
        match self {
            Self::Object(members) => Ok(members.get(name).map(Val::of)),
            Self::Map(entries) => {
                Ok(entries.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
            }
            _ => Err(format!("{} has no fields", self.words())),
        }
    }

    /// The items of a list, or the keys of an object.
    pub(crate) fn items(&self) -> Option<Box<dyn Iterator<Item = Val<'v>> + '_>> {
        Some(match self {
            Self::Array(items) => Box::new(items.iter().map(Val::of)),
            Self::List(items) => Box::new(items.iter().cloned()),
            Self::Object(members) => Box::new(members.keys().map(|key| Val::Text(Cow::Borrowed(&**key)))),
            Self::Map(entries) => Box::new(entries.iter().map(|(key, _)| Val::Text(key.clone()))),
            _ => return None,
        })
    }

    /// How many items or members there are; nothing where it is neither list nor object.
    pub(crate) fn count(&self) -> Option<usize> {
        match self {
            Self::Array(items) => Some(items.len()),
            Self::List(items) => Some(items.len()),
            Self::Object(members) => Some(members.len()),
            Self::Map(entries) => Some(entries.len()),
            _ => None,
        }
    }

    /// The value as JSON.
    ///
    /// # Errors
    /// Where it is larger than the budget, or is what JSON has not.
    pub(crate) fn json(&self, budget: &mut Budget) -> Result<Value, String> {
        budget.take(1)?;
        Ok(match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(int) => match (i64::try_from(*int), u64::try_from(*int)) {
                (Ok(int), _) => int.into(),
                (_, Ok(int)) => int.into(),
                (Err(_), Err(_)) => return Err("a whole number has at most 64 bits".into()),
            },
            Self::Double(double) => {
                let number = Number::from_f64(*double);
                Value::Number(number.ok_or_else(|| format!("JSON has no number {double}"))?)
            }
            Self::Text(text) => {
                budget.text(text.len())?;
                Value::String(text.clone().into_owned())
            }
            Self::Array(items) => {
                items.iter().map(|item| Val::of(item).json(budget)).collect::<Result<_, _>>()?
            }
            Self::List(items) => items.iter().map(|item| item.json(budget)).collect::<Result<_, _>>()?,
            Self::Object(members) => {
                let members = members.iter();
                let members = members.map(|(key, value)| Ok((key.clone(), Val::of(value).json(budget)?)));
                Value::Object(members.collect::<Result<_, String>>()?)
            }
            Self::Map(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, value)| Ok((key.clone().into_owned(), value.json(budget)?)));
                Value::Object(entries.collect::<Result<_, String>>()?)
            }
            Self::Type(of) => Value::String(of.name().into()),
        })
    }
}
