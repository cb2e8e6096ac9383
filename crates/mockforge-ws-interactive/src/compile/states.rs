//! `states:`: what happens on entering and leaving one, its time, and rules of its own.

use mockforge_ws_diagnostic::Problem;
use serde_json::Value;

use super::analyse::Drafts;
use super::{ACTION_KEYS, At, Compiler};
use crate::rules::{Compiled, Rule, State};

/// The keys of a state.
pub(crate) const STATE_KEYS: &[&str] = &["enter", "exit", "timeout", "rules", "final"];

impl Compiler<'_> {
    pub(super) fn states(&mut self, at: &At<'_>, compiled: &mut Compiled, drafts: &mut Drafts) {
        let Value::Object(map) = at.value else {
            let problem =
                Problem::new(format!("`states` is a mapping of names to states, found {}", at.kind()));
            return self.problem(at, problem);
        };
        for (id, (name, value)) in map.iter().enumerate() {
            let at = at.under(name.as_str(), value);
            let mut state =
                State { name: name.as_str().into(), enter: None, exit: None, timeout: None, is_final: false };
            // A state may be there just to be named.
            let fields = match value {
                Value::Null => Vec::new(),
                _ => self.object(&at, STATE_KEYS, "a state: a mapping, or nothing").unwrap_or_default(),
            };
            for (key, at) in &fields {
                match *key {
                    "enter" => state.enter = self.passage(at, "enter"),
                    "exit" => state.exit = self.passage(at, "exit"),
                    "timeout" => state.timeout = self.timeout(at, id),
                    "final" => state.is_final = self.boolean(at, key).unwrap_or_default(),
                    "rules" => match at.value {
                        Value::Array(_) => {
                            for rule in at.elements() {
                                self.rule(&rule, Some(id), compiled, drafts);
                            }
                        }
                        _ => self.problem(at, Problem::new("`rules` is a list of rules")),
                    },
                    _ => {}
                }
            }
            if state.is_final {
                for (key, at) in fields.iter().filter(|(key, _)| matches!(*key, "rules" | "timeout" | "exit"))
                {
                    let problem = Problem::new(format!("`{key}` has no effect in a final state"));
                    self.problem(at, problem.hint("entering it closes the connection"));
                }
            }
            compiled.states.push(state);
        }
    }

    /// Actions on entering or leaving: those that lead nowhere else.
    fn passage(&mut self, at: &At<'_>, key: &str) -> Option<crate::actions::Actions> {
        let fields = self.object(at, ACTION_KEYS, "an object with `reply` or another action")?;
        let actions = self.actions(at, &fields)?;
        if actions.to.is_some() {
            let problem = Problem::new(format!("`to` cannot stand in `{key}`"));
            let hint = "a state that is left at once has `timeout: { after: 0ms, to: … }`";
            self.problem(&at.under("to", at.value), problem.hint(hint));
        }
        Some(actions)
    }

    fn timeout(&mut self, at: &At<'_>, state: usize) -> Option<(std::time::Duration, Rule)> {
        let keys: Vec<&str> = ["after"].into_iter().chain(ACTION_KEYS.iter().copied()).collect();
        let fields = self.object(at, &keys, "an object with `after` and actions")?;
        let after = match at.get("after") {
            Some(after) => self.duration(&after, "after"),
            None => {
                let problem = Problem::new("a timeout says when: `after`");
                self.problem(at, problem.hint("for example `timeout: { after: 5s, to: closed }`"));
                None
            }
        };
        let actions = self.actions(at, &fields)?;
        let rule = Rule { states: Some([state].into()), ..Rule::plain(at.place(), actions) };
        after.map(|after| (after, rule))
    }

    /// The states that are only named by rules.
    pub(super) fn fill_states(&self, compiled: &mut Compiled) {
        for name in &self.known.states[compiled.states.len().min(self.known.states.len())..] {
            let name = std::sync::Arc::clone(name);
            compiled.states.push(State { name, enter: None, exit: None, timeout: None, is_final: false });
        }
        if compiled.start.is_none() && !compiled.states.is_empty() && self.known.states_declared {
            compiled.start = Some(0);
        }
    }
}
