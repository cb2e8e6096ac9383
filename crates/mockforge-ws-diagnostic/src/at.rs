//! A value of what a user wrote and the way to it, so that a mistake is told where it stands.

use serde_json::Value;

use crate::{Key, Problem};

/// A JSON-like value and the way to it from the root of what is compiled.
///
/// ```
/// use mockforge_ws_diagnostic::{At, Problem};
/// use serde_json::json;
///
/// let section = json!({ "rules": [{ "on": 7 }] });
/// let on = At::root(&section).get("rules").unwrap().elements()[0].get("on").unwrap();
/// assert_eq!((on.place().as_str(), on.kind()), ("rules[0].on", "a number"));
/// assert_eq!(on.placed(Problem::new("no pattern")).path, ["rules".into(), 0.into(), "on".into()]);
/// ```
#[derive(Debug, Clone)]
pub struct At<'v> {
    /// What stands there.
    pub value: &'v Value,
    way: Vec<Key>,
}

impl<'v> At<'v> {
    /// The root itself.
    pub fn root(value: &'v Value) -> Self {
        Self { value, way: Vec::new() }
    }

    /// A value that stands one step below this one.
    #[must_use]
    pub fn under(&self, key: impl Into<Key>, value: &'v Value) -> Self {
        let way = self.way.iter().cloned().chain([key.into()]).collect();
        Self { value, way }
    }

    /// The steps from the root.
    pub fn way(&self) -> &[Key] {
        &self.way
    }

    /// The member of that name.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.under(key, value))
    }

    /// The elements of a list; none of anything else.
    pub fn elements(&self) -> Vec<Self> {
        let elements = self.value.as_array().into_iter().flatten().enumerate();
        elements.map(|(index, value)| self.under(index, value)).collect()
    }

    /// A problem of this value, with the whole way.
    pub fn placed(&self, problem: Problem) -> Problem {
        self.way.iter().rev().fold(problem, |problem, key| problem.under(key.clone()))
    }

    /// The way in words: `states.open.rules[2]`.
    pub fn place(&self) -> String {
        let mut place = String::new();
        for key in &self.way {
            match key {
                Key::Name(name) if place.is_empty() => place.push_str(name),
                Key::Name(name) => {
                    place.push('.');
                    place.push_str(name);
                }
                Key::Index(index) => place.push_str(&format!("[{index}]")),
            }
        }
        place
    }

    /// What kind of value it is, in the words of a config file.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "a mapping",
        }
    }
}
