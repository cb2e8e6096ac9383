//! Equality, containment and order of JSON values.
//!
//! Numbers are compared as numbers, so 1 and 1.0 are the same; integers are compared exactly.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Whether two values are the same, whatever the order of keys and however numbers are written.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => order_numbers(a, b) == Some(Ordering::Equal),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

/// Whether `got` has all that `wanted` has: every member of an object, every element of an array of the
/// same length, and the same scalars.
pub(crate) fn contains(got: &Value, wanted: &Value) -> bool {
    match (got, wanted) {
        (Value::Object(got), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| got.get(key).is_some_and(|got| contains(got, wanted)))
        }
        (Value::Array(got), Value::Array(wanted)) => {
            got.len() == wanted.len() && got.iter().zip(wanted).all(|(got, wanted)| contains(got, wanted))
        }
        (got, wanted) => same(got, wanted),
    }
}

/// The order of two numbers or of two strings (by code point); nothing else has one.
pub(crate) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => order_numbers(a, b),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn order_numbers(a: &Number, b: &Number) -> Option<Ordering> {
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        // One of them has a fraction or is beyond the integers, where a double is all that is known.
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

/// A number without a fraction, exactly.
pub(crate) fn integer(number: &Number) -> Option<i128> {
    if let Some(number) = number.as_i64() {
        return Some(number.into());
    }
    if let Some(number) = number.as_u64() {
        return Some(number.into());
    }
    let number = number.as_f64()?;
    // Beyond 2^100 no double is written as an integer in JSON by anyone who means one.
    (number.fract() == 0.0 && number.abs() < 2f64.powi(100)).then_some(number as i128)
}

/// The name of a value's type.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(same(&json!([1, { "a": 2.0 }]), &json!([1.0, { "a": 2 }])));
        assert!(!same(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_740_992_i64)));
        assert!(!same(&json!(u64::MAX), &json!(-1)));
        assert!(!same(&json!(1), &json!("1")));
        assert_eq!(order(&json!(2), &json!(2.5)), Some(Ordering::Less));
        assert_eq!(order(&json!(2), &json!("1")), None);
    }

    #[test]
    fn containment_goes_into_objects_and_lists() {
        let got = json!({ "type": "order", "lines": [{ "sku": "a", "qty": 1 }], "note": null });
        for wanted in [json!({}), json!({ "lines": [{ "qty": 1.0 }] }), json!({ "note": null }), got.clone()]
        {
            assert!(contains(&got, &wanted), "{wanted}");
        }
        for wanted in
            [json!([]), json!({ "lines": [] }), json!({ "lines": [{ "qty": 2 }] }), json!({ "other": null })]
        {
            assert!(!contains(&got, &wanted), "{wanted}");
        }
    }
}
