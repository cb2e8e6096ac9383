//! One rule.

use mockforge_ws_diagnostic::Problem;
use serde_json::Value;

use super::analyse::Drafts;
use super::{At, Compiler};
use crate::actions::Actions;
use crate::rules::{Compiled, Rule, StateId};

/// The keys of a rule.
pub const RULE_KEYS: &[&str] = &[
    "on",
    "in",
    "when",
    "times",
    "name",
    "set",
    "leave",
    "join",
    "reply",
    "broadcast",
    "stop",
    "start",
    "to",
    "close",
    "abort",
];

impl Compiler<'_> {
    /// Compiles a rule; one of a state's own where that is given.
    pub(super) fn rule(
        &mut self,
        at: &At<'_>,
        own: Option<StateId>,
        compiled: &mut Compiled,
        drafts: &mut Drafts,
    ) {
        let Some(fields) = self.object(at, RULE_KEYS, "an object with `on` and `reply`") else { return };
        let id = compiled.rules.len();
        let mut states = own.map(|state| Box::from([state]));
        let (mut when, mut times, mut stops, mut name) = (None, None, true, None);
        for (key, at) in &fields {
            match *key {
                "in" if own.is_some() => {
                    let problem = Problem::new("`in` has no effect in the rules of a state");
                    self.problem(at, problem.hint("they are asked in that state only"));
                }
                "in" => states = self.states_of(at),
                "when" => when = self.guard(at),
                "times" => times = self.count(at, key).map(|times| (times, self.counter())),
                "name" => name = self.text(at, "a name").map(Into::into),
                // A bool says whether later rules are asked, anything else which streams are stopped.
                "stop" if at.value.is_boolean() => stops = at.value.as_bool() == Some(true),
                _ => {}
            }
        }
        let trigger = match at.get("on") {
            Some(on) => self.trigger(&on, id, compiled, drafts),
            None => {
                let problem = Problem::new("a rule needs `on`: a pattern, `connect`, `disconnect`, `ping` …");
                self.problem(at, problem);
                None
            }
        };
        let actions = self.actions(at, &fields);
        drafts.rules.push(at.way().to_vec());
        let (Some(trigger), Some(actions)) = (trigger, actions) else {
            // Its place is kept, so that the ids of those behind it stay right; nothing is run with problems.
            compiled.rules.push(Rule::plain(at.place(), Actions::default()));
            return;
        };
        compiled.rules.push(Rule {
            name: name.unwrap_or_else(|| at.place().into()),
            trigger,
            is_own: own.is_some(),
            states,
            when,
            times,
            stops,
            actions,
        });
    }

    fn states_of(&mut self, at: &At<'_>) -> Option<Box<[StateId]>> {
        let list = Self::list(at);
        if list.is_empty() {
            self.problem(at, Problem::new("`in` names at least one state"));
        }
        let states: Vec<_> = list
            .iter()
            .filter_map(|at| match at.value {
                Value::String(name) => self.state(at, name),
                _ => {
                    self.problem(at, Problem::new("`in` is a state's name, or a list of names"));
                    None
                }
            })
            .collect();
        Some(states.into())
    }
}
