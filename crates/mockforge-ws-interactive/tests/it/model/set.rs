//! `set:`, one variable after the other.

use serde_json::{Map, Value};

use super::words::About;
use super::world::World;

impl World {
    pub(super) fn set(&mut self, i: usize, name: &str, value: &Value, about: &mut About) {
        let name = self.text(i, name, about);
        let (is_shared, path) = match name.strip_prefix("shared.") {
            Some(path) => (true, path),
            None => (false, name.strip_prefix("state.").unwrap_or(&name)),
        };
        let operator = value.as_object().filter(|keys| keys.len() == 1).and_then(|keys| keys.iter().next());
        let (operator, operand) = match operator {
            Some((key, operand)) if ["add", "push", "pull", "expr", "unset", "value"].contains(&&**key) => {
                (&**key, operand)
            }
            _ => ("put", value),
        };
        let operand = match operator {
            "expr" | "unset" => operand.clone(),
            _ => self.fill(i, operand, about),
        };
        // Where a variable is null it is as if it were not there.
        let old = get(self.vars(i, is_shared), path).cloned().filter(|old| !old.is_null());
        let new = match (operator, old) {
            ("unset", _) => return self.changed(i, is_shared, path, None),
            ("expr", _) => {
                let n = self.conns[i].state.get("n").and_then(Value::as_i64);
                assert_eq!(operand, "state.n * 2", "the model knows this expression");
                n.map(|n| Value::from(n * 2))
            }
            ("add", old) => match (old, operand.as_i64()) {
                (None, Some(more)) => Some(more.into()),
                (Some(old), Some(more)) => old.as_i64().map(|old| Value::from(old + more)),
                _ => None,
            },
            ("push", None) => Some(Value::Array(vec![operand])),
            ("push", Some(Value::Array(mut items))) => {
                items.push(operand);
                Some(items.into())
            }
            ("pull", Some(Value::Array(items))) => {
                Some(items.into_iter().filter(|item| *item != operand).collect())
            }
            ("push" | "pull", _) => None,
            _ => Some(operand),
        };
        if let Some(new) = new {
            self.changed(i, is_shared, path, Some(new));
        }
    }

    fn vars(&mut self, i: usize, is_shared: bool) -> &mut Map<String, Value> {
        let conn = &mut self.conns[i];
        match &conn.scope {
            Some(scope) if is_shared => &mut self.shared.get_mut(scope).expect("it is shared").vars,
            _ => &mut conn.state,
        }
    }

    fn changed(&mut self, i: usize, is_shared: bool, path: &str, new: Option<Value>) {
        put(self.vars(i, is_shared), path, new);
        if is_shared {
            self.nudge(i);
        }
    }
}

fn get<'a>(vars: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        Some((first, rest)) => get(vars.get(first)?.as_object()?, rest),
        None => vars.get(path),
    }
}

/// Objects on the way are made; what is there and is no object stays.
fn put(vars: &mut Map<String, Value>, path: &str, new: Option<Value>) {
    match (path.split_once('.'), new) {
        (Some((first, rest)), Some(new)) => {
            let inner = vars.entry(first).or_insert(Value::Null);
            if inner.is_null() {
                *inner = Value::Object(Map::new());
            }
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, Some(new));
            }
        }
        (Some((first, rest)), None) => {
            if let Some(inner) = vars.get_mut(first).and_then(Value::as_object_mut) {
                put(inner, rest, None);
            }
        }
        (None, Some(new)) => drop(vars.insert(path.into(), new)),
        (None, None) => drop(vars.shift_remove(path)),
    }
}
