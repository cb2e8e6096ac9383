//! Functions of one value: its size, its type, and the same as another type.

use std::borrow::Cow;

use super::arithmetic::whole;
use super::bounds::Budget;
use super::node::Function;
use super::value::Val;

/// # Errors
/// Where the value is none that the function takes.
pub(crate) fn convert<'v>(
    function: Function,
    value: Val<'v>,
    budget: &mut Budget,
) -> Result<Val<'v>, String> {
    if let Val::Text(text) = &value {
        budget.text(text.len())?;
    }
    match function {
        Function::Size => match (&value, value.count()) {
            (_, Some(count)) => Ok(Val::Int(count as i128)),
            (Val::Text(text), None) => Ok(Val::Int(text.chars().count() as i128)),
            _ => Err(format!("`size` takes a text, a list or an object, this is {}", value.words())),
        },
        Function::Bool => match &value {
            Val::Bool(_) => Ok(value),
            Val::Text(text) => match &**text {
                "true" | "True" | "TRUE" | "t" | "1" => Ok(Val::Bool(true)),
                "false" | "False" | "FALSE" | "f" | "0" => Ok(Val::Bool(false)),
                text => Err(format!("`bool` makes nothing of the text {}", short(text))),
            },
            _ => Err(format!("`bool` takes a text, this is {}", value.words())),
        },
        Function::Int => int("int", value),
        Function::Uint => match int("uint", value)? {
            Val::Int(int) if int < 0 => Err(format!("`uint` takes no number below zero, this is {int}")),
            int => Ok(int),
        },
        Function::Double => match &value {
            Val::Int(int) => Ok(Val::Double(*int as f64)),
            Val::Double(_) => Ok(value),
            Val::Text(text) => match text.parse() {
                Ok(double) => Ok(Val::Double(double)),
                Err(_) => Err(format!("`double` makes nothing of the text {}", short(text))),
            },
            _ => Err(format!("`double` takes a number or a text, this is {}", value.words())),
        },
        Function::String => match &value {
            Val::Text(_) => Ok(value),
            Val::Bool(value) => Ok(Val::Text(Cow::Owned(value.to_string()))),
            Val::Int(int) => Ok(Val::Text(Cow::Owned(int.to_string()))),
            Val::Double(double) => Ok(Val::Text(Cow::Owned(double.to_string()))),
            _ => Err(format!("`string` takes a number, a text or a truth, this is {}", value.words())),
        },
        Function::Type => Ok(Val::Type(value.of_type())),
        Function::Dyn
        | Function::Contains
        | Function::StartsWith
        | Function::EndsWith
        | Function::Members => Ok(value),
    }
}

fn int<'v>(name: &str, value: Val<'v>) -> Result<Val<'v>, String> {
    match &value {
        Val::Int(_) => Ok(value),
        // What is beyond the bounds is so after the cast too, and what is no number at all is made one here.
        Val::Double(double) if double.is_finite() => whole(*double as i128),
        Val::Double(double) => Err(format!("`{name}` makes nothing of {double}")),
        Val::Text(text) => match decimal_or_hexadecimal(text) {
            Some(int) => whole(int),
            None => Err(format!("`{name}` makes nothing of the text {}", short(text))),
        },
        _ => Err(format!("`{name}` takes a number or a text, this is {}", value.words())),
    }
}

/// The whole number that a text is. CEL has no hexadecimal here, while JSON-RPC has no other numbers.
fn decimal_or_hexadecimal(text: &str) -> Option<i128> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // Rust's parser would take a sign here.
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            i128::from_str_radix(digits, 16).ok()
        }
        Some(_) => None,
        None => text.parse().ok(),
    }
}

/// The beginning of a text, in quotes.
fn short(text: &str) -> String {
    let begin: String = text.chars().take(30).collect();
    format!("{begin:?}{}", if begin.len() < text.len() { "…" } else { "" })
}
