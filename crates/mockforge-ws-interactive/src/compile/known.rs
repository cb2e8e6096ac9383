//! The names that a section defines, gathered before anything of it is compiled: a rule may name a state, a
//! stream or a variable that stands below it.

use std::collections::BTreeSet;
use std::sync::Arc;

use mockforge_ws_template::Options;
use serde_json::{Map, Value};

use crate::guard::{Declared, Vocabulary};

/// The names of a section.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The states, in the order in which they are met, those of `states:` first.
    pub(super) states: Vec<Arc<str>>,
    /// Whether `states:` names all there are.
    pub(super) states_declared: bool,
    /// The streams, in their order.
    pub(super) streams: Vec<Arc<str>>,
    state: Variables,
    shared: Variables,
}

/// Variables of one kind.
#[derive(Debug, Default)]
struct Variables {
    /// With their initial values; null for those that only `set:` names.
    values: Map<String, Value>,
    /// Those that may get values of other types than they begin with.
    varying: BTreeSet<String>,
    /// Whether a name is made by a template, so that any may come to be there.
    any: bool,
}

impl Known {
    pub(super) fn of(section: &Value) -> Self {
        let map = |key: &str| section.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
        let names = |key: &str| map(key).keys().map(|name| Arc::from(name.as_str())).collect();
        let variables = |key: &str| Variables { values: map(key), ..Variables::default() };
        let mut known = Self {
            states: names("states"),
            states_declared: section.get("states").is_some(),
            streams: names("streams"),
            state: variables("vars"),
            shared: variables("shared"),
        };
        if let Some(start) = section.get("state").and_then(Value::as_str) {
            known.name_state(start);
        }
        known.gather(section);
        known
    }

    /// Takes a state's name where states are not declared.
    fn name_state(&mut self, name: &str) {
        if !self.states_declared && !self.states.iter().any(|known| **known == *name) {
            self.states.push(name.into());
        }
    }

    fn gather(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.gather(item)),
            Value::Object(map) => {
                if let Some(Value::Object(set)) = map.get("set") {
                    set.iter().for_each(|(key, value)| self.assigned(key, value));
                }
                // `to` of a broadcast or a stream is the name of a room.
                if let Some(Value::String(to)) = map.get("to")
                    && !to.contains([':', '{'])
                    && to != "route"
                {
                    self.name_state(to);
                }
                map.values().for_each(|value| self.gather(value));
            }
            _ => {}
        }
    }

    fn assigned(&mut self, key: &str, value: &Value) {
        let key = key.strip_prefix("state.").unwrap_or(key);
        let (variables, key) = match key.strip_prefix("shared.") {
            Some(key) => (&mut self.shared, key),
            None => (&mut self.state, key),
        };
        let (first, is_whole) = key.split_once('.').map_or((key, true), |(first, _)| (first, false));
        if first.contains("{{") {
            variables.any = true;
            return;
        }
        variables.values.entry(first).or_insert(Value::Null);
        // A number to which something is added stays one, and a member of an object leaves it an object.
        if is_whole && value.get("add").is_none() {
            variables.varying.insert(first.to_string());
        }
    }

    /// The options of templates that know the variables and streams.
    pub(super) fn template_options(&self, options: &Options) -> Options {
        Options {
            state: self.state.names(),
            shared: self.shared.names(),
            streams: Some(Arc::new(self.streams.iter().map(ToString::to_string).collect())),
            ..options.clone()
        }
    }

    /// Compiles something with what guards may name.
    pub(super) fn with_vocabulary<T>(
        &self,
        options: &Options,
        compile: impl FnOnce(&Vocabulary<'_>) -> T,
    ) -> T {
        let state = |name: &str| self.state.varies(name);
        let shared = |name: &str| self.shared.varies(name);
        compile(&Vocabulary {
            state: self.state.declared(&state),
            shared: self.shared.declared(&shared),
            vars: Declared::fixed(&options.vars),
        })
    }
}

impl Variables {
    /// The names that are there or may come to be there; `None` where any may.
    fn names(&self) -> Option<Arc<BTreeSet<String>>> {
        (!self.any).then(|| Arc::new(self.values.keys().cloned().collect()))
    }

    fn varies(&self, name: &str) -> bool {
        self.varying.contains(name) || self.values.get(name).is_none_or(Value::is_null)
    }

    fn declared<'v>(&'v self, varies: &'v dyn Fn(&str) -> bool) -> Declared<'v> {
        if self.any { Declared::default() } else { Declared::varying(&self.values, varies) }
    }
}
