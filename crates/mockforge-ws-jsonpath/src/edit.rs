//! What a path selects, replaced or removed.
//!
//! The values are found first and known by where they are in memory, which does not change until one of them
//! does: so nothing has to be kept of the ways to them, which together can be much longer than the message.

use std::collections::HashSet;
use std::ptr;

use serde_json::Value;

use crate::{Path, Segment, Step};

/// Values by where they are.
type Chosen = HashSet<*const Value>;

impl Path {
    /// Puts a value in the place of each that the path selects, and gives how many these were; of those that
    /// contain each other the outermost counts. Where the path leads by names and indices alone and only the last
    /// name is missing, the member is made.
    ///
    /// ```
    /// use mockforge_ws_jsonpath::{Dialect, Path};
    /// use serde_json::json;
    ///
    /// let mut message = json!({ "orders": [{ "price": 1 }, { "price": 2 }] });
    /// let prices = Path::parse("$..price", Dialect::Rfc9535)?;
    /// assert_eq!(prices.set(&mut message, &json!(9)), 2);
    /// let venue = Path::parse("$.venue", Dialect::Rfc9535)?;
    /// assert_eq!(venue.set(&mut message, &json!("mock")), 1);
    /// assert_eq!(message, json!({ "orders": [{ "price": 9 }, { "price": 9 }], "venue": "mock" }));
    /// let nowhere = Path::parse("$.a.b", Dialect::Rfc9535)?;
    /// assert_eq!(nowhere.set(&mut message, &json!(1)), 0);
    /// # Ok::<(), mockforge_ws_jsonpath::PathError>(())
    /// ```
    pub fn set(&self, value: &mut Value, new: &Value) -> usize {
        if let Some(steps) = self.steps() {
            return usize::from(put(&steps, value, new));
        }
        let chosen = self.chosen(value);
        if chosen.is_empty() { 0 } else { replace(value, &chosen, new) }
    }

    /// Takes each value that the path selects out of the object or list that has it, and gives how many these
    /// were. The whole message, `$`, stays.
    ///
    /// ```
    /// use mockforge_ws_jsonpath::{Dialect, Path};
    /// use serde_json::json;
    ///
    /// let mut message = json!({ "debug": 1, "list": [1, 5, 2, 7] });
    /// let large = Path::parse("$.list[?@ > 2]", Dialect::Rfc9535)?;
    /// assert_eq!(large.remove(&mut message), 2);
    /// assert_eq!(message, json!({ "debug": 1, "list": [1, 2] }));
    /// # Ok::<(), mockforge_ws_jsonpath::PathError>(())
    /// ```
    pub fn remove(&self, value: &mut Value) -> usize {
        let chosen = self.chosen(value);
        if chosen.is_empty() { 0 } else { remove(value, &chosen) }
    }

    /// The steps of a path that selects one value at most (RFC 9535, section 2.3.5.1), where it is plain.
    fn steps(&self) -> Option<Vec<&Step>> {
        let steps = self.segments().iter().map(|segment| match segment {
            Segment::Child(step) => Some(step),
            Segment::Wildcard | Segment::Filter(_) => None,
        });
        if self.is_plain() { steps.collect() } else { None }
    }

    fn chosen(&self, value: &Value) -> Chosen {
        self.query(value).into_iter().map(ptr::from_ref).collect()
    }
}

/// Whether there was a place for it.
fn put(steps: &[&Step], mut value: &mut Value, new: &Value) -> bool {
    for (index, step) in steps.iter().enumerate() {
        let is_last = index + 1 == steps.len();
        let next = match (step, value) {
            (Step::Name(name), Value::Object(members)) if is_last => {
                members.insert(name.clone(), new.clone());
                return true;
            }
            (Step::Name(name), Value::Object(members)) => members.get_mut(name),
            (Step::Index(index), Value::Array(items)) => {
                let from_end = || items.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?);
                let place = usize::try_from(*index).ok().or_else(from_end);
                place.and_then(|place| items.get_mut(place))
            }
            _ => None,
        };
        match next {
            Some(next) => value = next,
            None => return false,
        }
    }
    *value = new.clone();
    true
}

/// It calls itself no deeper than the message nests.
fn replace(value: &mut Value, chosen: &Chosen, new: &Value) -> usize {
    if chosen.contains(&ptr::from_ref(value)) {
        *value = new.clone();
        return 1;
    }
    match value {
        Value::Array(items) => items.iter_mut().map(|item| replace(item, chosen, new)).sum(),
        Value::Object(members) => members.values_mut().map(|member| replace(member, chosen, new)).sum(),
        _ => 0,
    }
}

/// It calls itself no deeper than the message nests.
fn remove(value: &mut Value, chosen: &Chosen) -> usize {
    let mut below = 0;
    // What is taken out moves what stands behind it, so who stays is settled before.
    let mut settle = |child: &mut Value| {
        let stays = !chosen.contains(&ptr::from_ref(child));
        if stays {
            below += remove(child, chosen);
        }
        stays
    };
    let stay: Vec<bool> = match value {
        Value::Array(items) => items.iter_mut().map(&mut settle).collect(),
        Value::Object(members) => members.values_mut().map(&mut settle).collect(),
        _ => return 0,
    };
    let removed = stay.iter().filter(|stays| !**stays).count();
    if removed > 0 {
        let mut stay = stay.into_iter();
        match value {
            Value::Array(items) => items.retain(|_| stay.next().unwrap_or(true)),
            Value::Object(members) => members.retain(|_, _| stay.next().unwrap_or(true)),
            _ => {}
        }
    }
    below + removed
}
