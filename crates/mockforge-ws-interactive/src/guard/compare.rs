//! Equality and order of values. Numbers compare by what they are worth, whether whole or not.

use std::cmp::Ordering;

use super::bounds::Budget;
use super::value::Val;

/// Whether two values are the same. Values of different kinds are not.
pub(crate) fn equal(left: &Val<'_>, right: &Val<'_>, budget: &mut Budget) -> Result<bool, String> {
    budget.take(1)?;
    match (left, right) {
        (Val::Null, Val::Null) => Ok(true),
        (Val::Bool(left), Val::Bool(right)) => Ok(left == right),
        (Val::Type(left), Val::Type(right)) => Ok(left == right),
        (Val::Text(left), Val::Text(right)) => {
            budget.text(left.len().min(right.len()))?;
            Ok(left == right)
        }
        (Val::Int(_) | Val::Double(_), Val::Int(_) | Val::Double(_)) => {
            Ok(numbers(left, right) == Some(Ordering::Equal))
        }
        (Val::Array(_) | Val::List(_), Val::Array(_) | Val::List(_)) => {
            let (Some(lefts), Some(rights)) = (left.items(), right.items()) else { return Ok(false) };
            if left.count() != right.count() {
                return Ok(false);
            }
            for (left, right) in lefts.zip(rights) {
                if !equal(&left, &right, budget)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Val::Object(_) | Val::Map(_), Val::Object(_) | Val::Map(_)) => {
            let Some(keys) = left.items().filter(|_| left.count() == right.count()) else { return Ok(false) };
            for key in keys {
                let Val::Text(key) = key else { return Ok(false) };
                let (left, right) = (member(left, &key, budget)?, member(right, &key, budget)?);
                let same = match (left, right) {
                    (Some(left), Some(right)) => equal(&left, &right, budget)?,
                    _ => false,
                };
                if !same {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// A member, at the cost of finding it.
pub(crate) fn member<'v>(of: &Val<'v>, name: &str, budget: &mut Budget) -> Result<Option<Val<'v>>, String> {
    if let Val::Map(entries) = of {
        budget.take(entries.len() / 8)?;
    }
    of.member(name)
}

/// Whether a list has an item that is `what`, or an object a key.
pub(crate) fn contains(within: &Val<'_>, what: &Val<'_>, budget: &mut Budget) -> Result<bool, String> {
    if let Val::Object(_) | Val::Map(_) = within {
        return match what {
            Val::Text(name) => Ok(member(within, name, budget)?.is_some()),
            Val::Bool(_) | Val::Int(_) | Val::Double(_) => Ok(false),
            _ => Err(format!("a key of an object is a text, this is {}", what.words())),
        };
    }
    let Some(items) = within.items() else {
        return Err(format!("`in` looks into a list or an object, not into {}", within.words()));
    };
    for item in items {
        if equal(&item, what, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How two values stand to each other; nothing where one of them is no number at all.
///
/// # Errors
/// Where they are not two numbers, two texts or two truths.
pub(crate) fn order(
    left: &Val<'_>,
    right: &Val<'_>,
    budget: &mut Budget,
) -> Result<Option<Ordering>, String> {
    match (left, right) {
        (Val::Int(_) | Val::Double(_), Val::Int(_) | Val::Double(_)) => Ok(numbers(left, right)),
        (Val::Text(left), Val::Text(right)) => {
            budget.text(left.len().min(right.len()))?;
            Ok(Some(left.cmp(right)))
        }
        (Val::Bool(left), Val::Bool(right)) => Ok(Some(left.cmp(right))),
        _ => {
            Err(format!("two numbers or two texts are compared, not {} and {}", left.words(), right.words()))
        }
    }
}

fn numbers(left: &Val<'_>, right: &Val<'_>) -> Option<Ordering> {
    match (left, right) {
        (Val::Int(left), Val::Int(right)) => Some(left.cmp(right)),
        (Val::Double(left), Val::Double(right)) => left.partial_cmp(right),
        (Val::Int(left), Val::Double(right)) => mixed(*left, *right),
        (Val::Double(left), Val::Int(right)) => mixed(*right, *left).map(Ordering::reverse),
        _ => None,
    }
}

/// Exact also where the double could not tell the whole number from its neighbours.
fn mixed(int: i128, double: f64) -> Option<Ordering> {
    if double.is_nan() {
        return None;
    }
    // The cast keeps to the bounds of `i128`, which are far outside of those of the whole numbers here.
    let whole = double.trunc();
    Some(
        int.cmp(&(whole as i128)).then_with(|| 0.0.partial_cmp(&(double - whole)).unwrap_or(Ordering::Equal)),
    )
}
