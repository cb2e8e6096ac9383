//! `set:`: variables get values, within bounds.

use mockforge_ws_core::{Cx, Fact};
use serde_json::{Map, Number, Value};

use super::{Conversation, bare};
use crate::about::{About, Seen};
use crate::actions::{Assignment, Given, Operation};

impl Conversation {
    pub(super) fn assign(&mut self, assignment: &Assignment, about: &About, cx: &mut Cx<'_>) {
        let Assignment { is_shared, path, operation } = assignment;
        let way: Vec<String> = path.iter().map(|step| self.text(step, about, cx)).collect();
        let value = match operation {
            Operation::Unset => None,
            Operation::Evaluate(expression) => {
                let seen = Seen { about, cx, streams: &self.streams };
                match expression.value(&seen) {
                    Ok(value) => Some(value),
                    Err(reason) => {
                        let reason = format!("`{}` keeps its value: {expression}: {reason}", way.join("."));
                        return cx.note(Fact::Error { reason });
                    }
                }
            }
            Operation::Put(given)
            | Operation::Add(given)
            | Operation::Push(given)
            | Operation::Pull(given) => Some(match given {
                Given::Known(value) => value.clone(),
                Given::Rendered(template) => template.value(&about.scope(&self.streams), cx),
            }),
        };
        let bound = cx.limits().max_message_size;
        let vars = if *is_shared { cx.shared_mut() } else { cx.state_mut() };
        // What is shared is counted anew: others have changed it since.
        let held = if *is_shared { vars.values().map(weight).sum() } else { self.variables };
        match change(vars, &way, operation, value, bound.saturating_sub(held)) {
            Ok(more) => {
                if *is_shared {
                    self.touched = true;
                } else {
                    self.variables = self.variables.saturating_add_signed(more);
                }
            }
            Err(reason) => {
                let reason = format!("`{}` keeps its value: {reason}", way.join("."));
                cx.note(Fact::Error { reason });
            }
        }
    }
}

/// Changes a variable; gives by how many bytes the variables have grown.
fn change(
    vars: &mut Map<String, Value>,
    way: &[String],
    operation: &Operation,
    value: Option<Value>,
    room: usize,
) -> Result<isize, String> {
    let (last, steps) = way.split_last().ok_or("it has no name")?;
    let fits = |bytes: usize| {
        let too_much = "what the variables hold would be larger than the largest message";
        if bytes <= room { Ok(()) } else { Err(too_much.to_string()) }
    };
    let Some(map) = reach(vars, steps)? else {
        let value = match (operation, value) {
            (Operation::Pull(_), _) | (_, None) => return Ok(0),
            (Operation::Add(_), Some(value)) => sum(None, &value)?,
            (Operation::Push(_), Some(value)) => Value::Array(vec![value]),
            (_, Some(value)) => value,
        };
        // The objects on the way count too: their names may come from clients.
        let way: usize = steps.iter().map(|step| 2 * size_of::<Value>() + step.len()).sum();
        fits(way + weight(&value))?;
        return Ok(signed(way) + put(build(vars, steps), last, value));
    };
    let Some(value) = value else {
        let removed = map.shift_remove(last.as_str());
        return Ok(-signed(removed.as_ref().map_or(0, |removed| weight(removed) + last.len())));
    };
    let old = map.get_mut(last.as_str());
    match (operation, old) {
        (Operation::Add(_), old) => {
            let sum = sum(old.as_deref(), &value)?;
            Ok(put(map, last, sum))
        }
        (Operation::Push(_), Some(Value::Array(items))) => {
            fits(weight(&value))?;
            let grown = signed(weight(&value));
            items.push(value);
            Ok(grown)
        }
        (Operation::Push(_), None | Some(Value::Null)) => {
            fits(weight(&value))?;
            Ok(put(map, last, Value::Array(vec![value])))
        }
        (Operation::Pull(_), Some(Value::Array(items))) => {
            let before: usize = items.iter().map(weight).sum();
            items.retain(|item| *item != value);
            Ok(signed(items.iter().map(weight).sum()) - signed(before))
        }
        (Operation::Pull(_), None | Some(Value::Null)) => Ok(0),
        (Operation::Push(_) | Operation::Pull(_), Some(_)) => Err("it is no list".into()),
        (_, old) => {
            fits(weight(&value).saturating_sub(old.map_or(0, |old| weight(old))))?;
            Ok(put(map, last, value))
        }
    }
}

/// The object that the steps lead to; nothing where one of them is not there yet.
fn reach<'v>(
    vars: &'v mut Map<String, Value>,
    steps: &[String],
) -> Result<Option<&'v mut Map<String, Value>>, String> {
    let mut map = vars;
    for step in steps {
        map = match map.get_mut(step.as_str()) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(inner)) => inner,
            Some(_) => return Err(format!("`{step}` is no object")),
        };
    }
    Ok(Some(map))
}

/// The object that the steps lead to, made where it is not there; what else stands on the way was found out
/// before.
fn build<'v>(vars: &'v mut Map<String, Value>, steps: &[String]) -> &'v mut Map<String, Value> {
    let mut map = vars;
    for step in steps {
        let slot = map.entry(step.as_str()).or_insert(Value::Null);
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        map = slot.as_object_mut().expect("it was just made one");
    }
    map
}

fn put(map: &mut Map<String, Value>, name: &str, value: Value) -> isize {
    let new = signed(weight(&value) + name.len());
    let old = map.insert(name.to_string(), value);
    new - old.map_or(0, |old| signed(weight(&old) + name.len()))
}

/// The sum of a variable, 0 where there is none yet, and a number or a text that reads as one.
fn sum(old: Option<&Value>, more: &Value) -> Result<Value, String> {
    let number = |value: &Value| match value {
        Value::Null => Ok(Number::from(0)),
        Value::Number(number) => Ok(number.clone()),
        other => bare(other).trim().parse().map_err(|_| format!("{other} is no number")),
    };
    let (old, more) = (number(old.unwrap_or(&Value::Null))?, number(more)?);
    if let (Some(old), Some(more)) = (old.as_i64(), more.as_i64()) {
        return old.checked_add(more).map(Value::from).ok_or_else(|| "the sum is too large".into());
    }
    let sum = old.as_f64().zip(more.as_f64()).map(|(old, more)| old + more);
    sum.and_then(Number::from_f64).map(Value::Number).ok_or_else(|| "the sum is too large".into())
}

/// About how many bytes a value takes.
pub(super) fn weight(value: &Value) -> usize {
    /// Of a value itself.
    const EACH: usize = size_of::<Value>();
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => EACH,
        Value::String(text) => EACH + text.len(),
        Value::Array(items) => EACH + items.iter().map(weight).sum::<usize>(),
        Value::Object(map) => {
            EACH + map.iter().map(|(key, value)| EACH + key.len() + weight(value)).sum::<usize>()
        }
    }
}

fn signed(bytes: usize) -> isize {
    isize::try_from(bytes).unwrap_or(isize::MAX)
}
