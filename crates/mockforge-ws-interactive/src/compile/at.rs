//! A value of the section and the way to it, so that a mistake is told where it stands.

use mockforge_ws_diagnostic::{Key, Problem};
use serde_json::Value;

#[derive(Debug, Clone)]
pub(super) struct At<'v> {
    pub(super) value: &'v Value,
    way: Vec<Key>,
}

impl<'v> At<'v> {
    pub(super) fn root(value: &'v Value) -> Self {
        Self { value, way: Vec::new() }
    }

    pub(super) fn under(&self, key: impl Into<Key>, value: &'v Value) -> Self {
        let way = self.way.iter().cloned().chain([key.into()]).collect();
        Self { value, way }
    }

    pub(super) fn way(&self) -> &[Key] {
        &self.way
    }

    /// The member of that name.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.under(key, value))
    }

    /// The elements of a list; none of anything else.
    pub(super) fn elements(&self) -> Vec<Self> {
        let elements = self.value.as_array().into_iter().flatten().enumerate();
        elements.map(|(index, value)| self.under(index, value)).collect()
    }

    /// A problem of this value, with the whole way.
    pub(super) fn placed(&self, problem: Problem) -> Problem {
        self.way.iter().rev().fold(problem, |problem, key| problem.under(key.clone()))
    }

    /// The way in words: `states.open.rules[2]`.
    pub(super) fn place(&self) -> String {
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

    pub(super) fn kind(&self) -> &'static str {
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
