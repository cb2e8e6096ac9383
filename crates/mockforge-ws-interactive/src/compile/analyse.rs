//! What can be told of rules before any message comes: those that can never fire, states that nothing leads
//! to, streams that nothing starts, keys without an effect.

use mockforge_ws_diagnostic::{Key, Problem};
use mockforge_ws_match::Pattern;
use serde_json::Value;

use super::{At, Compiler};
use crate::actions::Actions;
use crate::rules::{Compiled, Rule, RuleId, Scope, StateId};

/// What is known of the rules beside what they compile to.
#[derive(Default)]
pub(super) struct Drafts {
    /// The way to each rule.
    pub(super) rules: Vec<Vec<Key>>,
    /// The patterns of the rules for data messages.
    pub(super) patterns: Vec<(RuleId, Pattern)>,
}

impl Compiler<'_> {
    pub(super) fn analyse(&mut self, at: &At<'_>, compiled: &mut Compiled, drafts: &Drafts) {
        self.sharing(at, compiled);
        self.shadows(compiled, drafts);
        self.reachability(at, compiled, drafts);
        self.idle_streams(at, compiled);
        let all = all_actions(compiled);
        let addresses = || {
            let broadcasts = all.iter().flat_map(|actions| actions.broadcast.iter().map(|one| &one.to));
            broadcasts
                .chain(compiled.streams.iter().filter_map(|stream| stream.room.as_ref()))
                .map(ToString::to_string)
        };
        // An address that begins with an expression may turn out to be either.
        let may_be = |word: &str| addresses().any(|to| to.starts_with(word) || to.starts_with("{{"));
        let (route, connection) = (may_be("route"), may_be("connection:"));
        (compiled.uses_route, compiled.uses_connection) = (route, connection);
    }

    /// Whose the machine and the shared variables are.
    fn sharing(&mut self, at: &At<'_>, compiled: &mut Compiled) {
        let sets_shared = |actions: &&Actions| actions.set.iter().any(|set| set.is_shared);
        let shares = all_actions(compiled).iter().any(sets_shared);
        compiled.shares = shares || !compiled.shared.is_empty() || compiled.scope != Scope::Connection;
        if compiled.scope == Scope::Room && compiled.room.is_none() {
            let problem =
                Problem::new("`scope: room` needs `room`, the room that a connection joins when it opens");
            self.problem(&scope(at), problem.hint("for example `room: \"room:{{path.room}}\"`"));
        }
        if compiled.scope != Scope::Connection
            && compiled.states.is_empty()
            && !shares
            && compiled.shared.is_empty()
        {
            let problem =
                Problem::new("`scope` has no effect: there are neither states nor `shared` variables");
            self.problem(&scope(at), problem);
        }
    }

    /// Rules behind one that takes every message that they would take.
    fn shadows(&mut self, compiled: &Compiled, drafts: &Drafts) {
        // A message that is passed on after it has moved the machine is not asked of the next state's own rules.
        let passes_on = compiled.rules.iter().any(|rule| !rule.stops && rule.actions.to.is_some());
        let always = |rule: &Rule| rule.when.is_none() && rule.times.is_none() && rule.stops;
        let mut told = Vec::new();
        for (index, (later_id, later)) in drafts.patterns.iter().enumerate() {
            let later_rule = &compiled.rules[*later_id];
            let shadow = drafts.patterns[..index].iter().find(|(id, pattern)| {
                let rule = &compiled.rules[*id];
                always(rule)
                    && !(passes_on && rule.is_own && !later_rule.is_own)
                    && covers(rule.states.as_deref(), later_rule.states.as_deref())
                    && pattern.shadows(later)
            });
            if let Some((id, _)) = shadow {
                told.push((*later_id, *id));
            }
        }
        // Of the occasions the first rule takes all.
        let occasions = &compiled.occasions;
        for rules in [&occasions.connect, &occasions.disconnect, &occasions.ping, &occasions.pong] {
            for (index, later) in rules.iter().enumerate() {
                let states = compiled.rules[*later].states.as_deref();
                let shadow = rules[..index].iter().find(|id| {
                    let rule = &compiled.rules[**id];
                    always(rule) && covers(rule.states.as_deref(), states)
                });
                told.extend(shadow.map(|id| (*later, *id)));
            }
        }
        for (later, id) in told {
            let by = &compiled.rules[id].name;
            let problem =
                Problem::new(format!("this rule can never fire: `{by}` takes all that it would take"));
            let hint = "put the narrower one first, or give the other `stop: false`, `when` or `times`";
            self.problem_at(&drafts.rules[later], problem.hint(hint));
        }
    }

    /// States that nothing leads to, and rules in them.
    fn reachability(&mut self, at: &At<'_>, compiled: &Compiled, drafts: &Drafts) {
        if compiled.states.is_empty() {
            return;
        }
        let Some(start) = compiled.start else {
            let uses =
                compiled.rules.iter().position(|rule| rule.states.is_some() || rule.actions.to.is_some());
            if let Some(rule) = uses {
                let problem = Problem::new("there are states and no start state");
                let first = &compiled.states[0].name;
                self.problem_at(&drafts.rules[rule], problem.hint(format!("write `state: {first}`, say")));
            }
            return;
        };
        let mut reached = vec![false; compiled.states.len()];
        let mut open = vec![start];
        while let Some(state) = open.pop() {
            if std::mem::replace(&mut reached[state], true) || compiled.states[state].is_final {
                continue;
            }
            let in_state = |rule: &&Rule| rule.states.as_deref().is_none_or(|states| states.contains(&state));
            let rules =
                compiled.rules.iter().chain(compiled.default.iter()).chain(compiled.invalid_json.iter());
            open.extend(rules.filter(in_state).filter_map(|rule| rule.actions.to));
            open.extend(compiled.streams.iter().filter_map(|stream| stream.end.as_ref()?.actions.to));
            open.extend(compiled.states[state].timeout.as_ref().and_then(|(_, rule)| rule.actions.to));
        }
        for (_, state) in compiled.states.iter().enumerate().filter(|(id, _)| !reached[*id]) {
            if self.known.states_declared {
                let at = at.get("states").and_then(|states| states.get(&state.name));
                let problem = Problem::new(format!("nothing leads to the state `{}`", state.name));
                self.problem(
                    &at.unwrap_or_else(|| At::root(&Value::Null)),
                    problem.hint(format!("give a rule `to: {}`, or take it away", state.name)),
                );
            }
        }
        for (id, rule) in compiled.rules.iter().enumerate() {
            let Some(states) = rule.states.as_deref() else { continue };
            let is_final = |state: &StateId| compiled.states[*state].is_final;
            if !states.is_empty() && states.iter().all(|state| !reached[*state] || is_final(state)) {
                let names: Vec<_> =
                    states.iter().map(|state| format!("`{}`", compiled.states[*state].name)).collect();
                let why = if states.iter().all(is_final) { "is final" } else { "is never entered" };
                let problem = Problem::new(format!("this rule can never fire: {} {why}", names.join(", ")));
                self.problem_at(&drafts.rules[id], problem);
            }
        }
    }

    fn idle_streams(&mut self, at: &At<'_>, compiled: &Compiled) {
        let all = all_actions(compiled);
        for (id, stream) in compiled.streams.iter().enumerate() {
            if !all.iter().any(|actions| actions.start.iter().any(|start| start.stream == id)) {
                let at = at.get("streams").and_then(|streams| streams.get(&stream.name));
                let problem = Problem::new(format!("nothing starts the stream `{}`", stream.name));
                let hint = format!("give a rule `start: {}`", stream.name);
                self.problem(&at.unwrap_or_else(|| At::root(&Value::Null)), problem.hint(hint));
            }
        }
    }

    fn problem_at(&mut self, way: &[Key], problem: Problem) {
        self.problems.push(Problem { path: way.to_vec(), ..problem });
    }
}

/// Whether a rule for these states is asked in all of those.
fn covers(states: Option<&[StateId]>, others: Option<&[StateId]>) -> bool {
    match (states, others) {
        (None, _) => true,
        (Some(states), Some(others)) => others.iter().all(|other| states.contains(other)),
        (Some(_), None) => false,
    }
}

fn scope<'v>(at: &At<'v>) -> At<'v> {
    at.get("scope").unwrap_or_else(|| at.clone())
}

/// The actions of everything that has some.
pub(crate) fn all_actions(compiled: &Compiled) -> Vec<&Actions> {
    let rules = compiled.rules.iter().chain(&compiled.default).chain(&compiled.invalid_json);
    let of_states = compiled.states.iter().flat_map(|state| {
        let timeout = state.timeout.as_ref().map(|(_, rule)| &rule.actions);
        [state.enter.as_ref(), state.exit.as_ref(), timeout].into_iter().flatten()
    });
    let of_streams =
        compiled.streams.iter().filter_map(|stream| stream.end.as_ref()).map(|rule| &rule.actions);
    rules.map(|rule| &rule.actions).chain(of_states).chain(of_streams).collect()
}
