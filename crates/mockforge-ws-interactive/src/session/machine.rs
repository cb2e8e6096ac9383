//! The machine: from state to state.

use std::sync::Arc;

use mockforge_ws_core::{Cx, Fact, close};

use super::{Base, Conversation, Item, What};
use crate::about::About;
use crate::actions::Actions;
use crate::rules::{Compiled, RuleId, Scope, StateId, Trigger};

impl Conversation {
    /// Carries out actions: those on leaving a state, these, and those on entering the next.
    pub(super) fn carry_out(
        &mut self,
        rules: &Compiled,
        actions: &Actions,
        about: &Arc<About>,
        cx: &mut Cx<'_>,
    ) {
        let Some(to) = actions.to else {
            self.steps(rules, actions, about, cx);
            return self.end(actions.end.as_ref(), about, cx);
        };
        if let Some(exit) = self.state.and_then(|state| rules.states[state].exit.as_ref()) {
            self.steps(rules, exit, about, cx);
            self.end(exit.end.as_ref(), about, cx);
        }
        if self.over {
            return;
        }
        self.move_to(rules, to, cx);
        self.steps(rules, actions, about, cx);
        if let Some(enter) = &rules.states[to].enter {
            self.steps(rules, enter, about, cx);
            self.end(enter.end.as_ref(), about, cx);
        }
        self.end(actions.end.as_ref(), about, cx);
        self.end_if_final(rules, to, cx);
    }

    fn move_to(&mut self, rules: &Compiled, to: StateId, cx: &mut Cx<'_>) {
        let name = Arc::clone(&rules.states[to].name);
        let from = Arc::clone(cx.machine());
        self.entered += 1;
        let shared = (rules.scope != Scope::Connection).then_some(self.entered);
        cx.note(Fact::Moved { from, to: Arc::clone(&name), shared });
        cx.set_machine(name);
        self.begin_state(rules, to, cx);
    }

    /// Follows a machine that others have moved.
    pub(super) fn follow(&mut self, entered: u64, cx: &mut Cx<'_>) {
        if self.entered == entered && self.state.is_some() {
            return;
        }
        let rules = Arc::clone(&self.rules);
        let name = Arc::clone(cx.machine());
        let Some(state) = rules.states.iter().position(|state| state.name == name) else {
            // An earlier version of the rules may have left it in a state that there is no more.
            self.state = rules.start;
            cx.set_machine(rules.start_name());
            return;
        };
        let is_first = self.state.is_none();
        self.entered = entered;
        self.state = Some(state);
        if !is_first {
            self.base = Base { due: cx.elapsed(), scheduled: cx.scheduled() };
            self.begin_state(&rules, state, cx);
        }
    }

    /// Closes the connection in a final state.
    pub(super) fn end_if_final(&mut self, rules: &Compiled, state: StateId, cx: &mut Cx<'_>) {
        if rules.states[state].is_final && !self.over {
            cx.close(Some(close::frame(1000, "")));
            self.quiet();
        }
    }

    /// Starts the times of a state, and ends those of the one before.
    pub(super) fn begin_state(&mut self, rules: &Compiled, state: StateId, cx: &mut Cx<'_>) {
        for ticket in std::mem::take(&mut self.of_state) {
            self.agenda.cancel(ticket);
        }
        self.state = Some(state);
        self.since = cx.elapsed();
        self.spent.retain(|id| !rules.rules[*id].is_own);
        if let Some((after, _)) = &rules.states[state].timeout {
            let what = What::Timeout { entered: self.entered };
            let ticket = self.put(*after, what);
            self.of_state.push(ticket);
        }
        let own = |id: &&RuleId| {
            let rule = &rules.rules[**id];
            rule.is_own && rule.states.as_deref().is_some_and(|states| states.contains(&state))
        };
        for id in rules.occasions.timed.iter().filter(own) {
            let ticket = self.begin_time(rules, *id);
            self.of_state.push(ticket);
        }
    }

    /// Starts the times that count from the opening.
    pub(super) fn begin_times(&mut self, rules: &Compiled, _: &Cx<'_>) {
        for id in rules.occasions.timed.iter().filter(|id| !rules.rules[**id].is_own) {
            self.begin_time(rules, *id);
        }
        for (tracker, tracked) in rules.trackers.iter().enumerate() {
            if let crate::correlate::Tracked::Absent { wait, after: None, .. } = &tracked.what {
                let number = self.number();
                self.tracks[tracker].arm_at_opening(number);
                self.put(*wait, What::Absence { tracker, number });
            }
        }
    }

    fn begin_time(&mut self, rules: &Compiled, id: RuleId) -> crate::agenda::Ticket {
        let after = match rules.rules[id].trigger {
            Trigger::Idle(time) | Trigger::Every(time) | Trigger::After(time) => time,
            _ => std::time::Duration::ZERO,
        };
        self.put(after, What::Timed(id))
    }

    /// Puts something on the agenda, that long after the present time.
    pub(super) fn put(&mut self, after: std::time::Duration, what: What) -> crate::agenda::Ticket {
        let item = Item { scheduled: self.base.scheduled + after, what };
        self.agenda.add(self.base.due + after, item)
    }
}
