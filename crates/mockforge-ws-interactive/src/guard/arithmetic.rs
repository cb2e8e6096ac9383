//! Arithmetic. Whole numbers stay whole and exact; where one side is not whole, both are taken as doubles.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::bounds::Budget;
use super::node::Operator;
use super::value::Val;

/// The whole numbers that there are.
const WHOLE: RangeInclusive<i128> = i64::MIN as i128..=u64::MAX as i128;

/// # Errors
/// Where the operator is not for these values, or the result is out of bounds.
pub(crate) fn arithmetic<'v>(
    operator: Operator,
    left: Val<'v>,
    right: Val<'v>,
    budget: &mut Budget,
) -> Result<Val<'v>, String> {
    match (left, right) {
        (Val::Int(left), Val::Int(right)) => ints(operator, left, right),
        (Val::Double(left), Val::Double(right)) => doubles(operator, left, right),
        (Val::Int(left), Val::Double(right)) => doubles(operator, left as f64, right),
        (Val::Double(left), Val::Int(right)) => doubles(operator, left, right as f64),
        (Val::Text(left), Val::Text(right)) if operator == Operator::Add => {
            budget.text(left.len() + right.len())?;
            Ok(Val::Text(Cow::Owned(left.into_owned() + &right)))
        }
        (left @ (Val::Array(_) | Val::List(_)), right @ (Val::Array(_) | Val::List(_)))
            if operator == Operator::Add =>
        {
            budget.take(left.count().unwrap_or(0) + right.count().unwrap_or(0))?;
            let items = left.items().into_iter().chain(right.items()).flatten();
            Ok(Val::List(items.collect()))
        }
        (left, right) => {
            let does = match operator {
                Operator::Add => "`+` adds two numbers, two texts or two lists",
                _ => "this is for two numbers",
            };
            Err(format!("{does}, not {} and {}", left.words(), right.words()))
        }
    }
}

/// # Errors
/// Where it is no number.
pub(crate) fn negate(value: &Val<'_>) -> Result<Val<'static>, String> {
    match value {
        Val::Int(int) => whole(-int),
        Val::Double(double) => Ok(Val::Double(-double)),
        _ => Err(format!("`-` is for numbers, this is {}", value.words())),
    }
}

/// A whole number that is one of 64 bits.
pub(crate) fn whole(int: i128) -> Result<Val<'static>, String> {
    if WHOLE.contains(&int) { Ok(Val::Int(int)) } else { Err("a whole number has at most 64 bits".into()) }
}

fn ints<'v>(operator: Operator, left: i128, right: i128) -> Result<Val<'v>, String> {
    // Two numbers of 64 bits make one of at most 128, so nothing overflows before `whole` looks at it.
    whole(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left.checked_mul(right).ok_or("a whole number has at most 64 bits")?,
        Operator::Divide => left.checked_div(right).ok_or("a whole number is divided by zero")?,
        Operator::Modulo => left.checked_rem(right).ok_or("a whole number is divided by zero")?,
        _ => return Err("this is no arithmetic".into()),
    })
}

fn doubles<'v>(operator: Operator, left: f64, right: f64) -> Result<Val<'v>, String> {
    Ok(Val::Double(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        _ => return Err("`%` is for whole numbers".into()),
    }))
}
