//! The section as a whole.

use std::sync::Arc;

use mockforge_ws_diagnostic::{Problem, did_you_mean};
use mockforge_ws_match::{Pattern, PatternSet};
use serde_json::{Map, Value};

use super::{At, Compiler, analyse};
use crate::rules::{Compiled, Occasions, Rule, Scope, StateId, Trigger};

/// The keys of an `interactive:` section.
pub const KEYS: &[&str] = &[
    "state",
    "scope",
    "room",
    "vars",
    "shared",
    "split",
    "states",
    "rules",
    "default",
    "invalid_json",
    "streams",
];

impl Compiler<'_> {
    pub(super) fn section(&mut self, at: &At<'_>) -> Option<Compiled> {
        let fields = self.object(at, KEYS, "an object with `rules`")?;
        let mut compiled = Compiled::default();
        let mut drafts = analyse::Drafts::default();
        for (key, at) in &fields {
            match *key {
                "state" => {
                    compiled.start = self.text(at, "the start state").and_then(|name| self.state(at, name));
                }
                "scope" => compiled.scope = self.scope(at),
                "room" => compiled.room = self.address(at),
                "vars" => compiled.vars = self.variables(at),
                "shared" => compiled.shared = self.variables(at),
                "split" => compiled.split = self.separator(at),
                "states" => self.states(at, &mut compiled, &mut drafts),
                "streams" => self.streams(at, &mut compiled),
                "default" => compiled.default = self.otherwise(at),
                "invalid_json" => compiled.invalid_json = self.otherwise(at),
                _ => {}
            }
        }
        // The rules of states were asked for above, so that they come before the common ones.
        if let Some(rules) = at.get("rules") {
            match rules.value {
                Value::Array(_) => {
                    for rule in rules.elements() {
                        self.rule(&rule, None, &mut compiled, &mut drafts);
                    }
                }
                _ => self.problem(&rules, Problem::new("`rules` is a list of rules")),
            }
        }
        let says_something = ["rules", "states", "default", "invalid_json"];
        if !says_something.iter().any(|key| at.value.get(key).is_some()) {
            let problem = Problem::new("`interactive` needs `rules`, a list, or a `default`");
            self.problem(at, problem);
        }
        self.index(&mut compiled, &mut drafts);
        self.fill_states(&mut compiled);
        if self.problems.is_empty() {
            self.analyse(at, &mut compiled, &drafts);
        }
        compiled.counters = self.counters;
        Some(compiled)
    }

    /// Puts the rules where they are asked.
    fn index(&mut self, compiled: &mut Compiled, drafts: &mut analyse::Drafts) {
        compiled.pattern_rules = drafts.patterns.iter().map(|(rule, _)| *rule).collect();
        compiled.patterns = PatternSet::new(drafts.patterns.iter().map(|(_, pattern)| pattern.clone()));
        let mut occasions = Occasions::default();
        for (id, rule) in compiled.rules.iter().enumerate() {
            match rule.trigger {
                Trigger::Connect => occasions.connect.push(id),
                Trigger::Disconnect => occasions.disconnect.push(id),
                Trigger::Ping => occasions.ping.push(id),
                Trigger::Pong => occasions.pong.push(id),
                Trigger::Room { .. } => occasions.room.push(id),
                Trigger::Idle(_) | Trigger::Every(_) | Trigger::After(_) => occasions.timed.push(id),
                Trigger::Becomes(_) => occasions.becomes.push(id),
                Trigger::Any | Trigger::Message(_) | Trigger::Tracker => {}
            }
        }
        compiled.occasions = occasions;
        let patterns = compiled.patterns.patterns();
        compiled.expects_json = compiled.invalid_json.is_some()
            || (!patterns.is_empty() && patterns.iter().all(Pattern::is_json));
    }

    /// `default` and `invalid_json`: actions for what no rule takes.
    fn otherwise(&mut self, at: &At<'_>) -> Option<Rule> {
        let fields = self.object(at, super::ACTION_KEYS, "an object with `reply` or another action")?;
        let actions = self.actions(at, &fields)?;
        Some(Rule::plain(at.place(), actions))
    }

    fn scope(&mut self, at: &At<'_>) -> Scope {
        match at.value.as_str() {
            Some("connection") => Scope::Connection,
            Some("room") => Scope::Room,
            Some("route") => Scope::Route,
            other => {
                let hint = other.and_then(|word| did_you_mean(word, ["connection", "room", "route"]));
                let problem = Problem::new("`scope` is `connection`, `room` or `route`").maybe_hint(hint);
                self.problem(at, problem);
                Scope::Connection
            }
        }
    }

    fn variables(&mut self, at: &At<'_>) -> Map<String, Value> {
        match at.value {
            Value::Object(map) => map.clone(),
            _ => {
                let problem =
                    Problem::new(format!("this is a mapping of names to values, found {}", at.kind()));
                self.problem(at, problem);
                Map::new()
            }
        }
    }

    fn separator(&mut self, at: &At<'_>) -> Option<Box<str>> {
        let separator = self.text(at, "`split`")?;
        if separator.is_empty() {
            self.problem(at, Problem::new("`split` is the text between two messages and not empty"));
            return None;
        }
        Some(separator.into())
    }

    /// A state by its name.
    pub(super) fn state(&mut self, at: &At<'_>, name: &str) -> Option<StateId> {
        let none = "no rule goes to a state: give one `to: STATE`, and the start with `state:`";
        let found = find("state", name, &self.known.states, none);
        self.take(found.map_err(|problem| vec![problem]), at)
    }
}

/// The place of a name among those that are known; `none` is the hint where none is.
pub(super) fn find(what: &str, name: &str, known: &[Arc<str>], none: &str) -> Result<usize, Problem> {
    known.iter().position(|known| **known == *name).ok_or_else(|| {
        let hint = did_you_mean(name, known.iter().map(|known| &**known)).unwrap_or_else(|| match known {
            [] => none.to_string(),
            known => {
                let known: Vec<_> = known.iter().take(8).map(|name| format!("`{name}`")).collect();
                format!("there are {}", known.join(", "))
            }
        });
        Problem::new(format!("no such {what} `{name}`")).hint(hint)
    })
}
