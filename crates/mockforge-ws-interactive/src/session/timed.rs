//! What is done when its time has come.

use std::sync::Arc;

use mockforge_ws_core::{Cx, Elapsed, Status, close};

use super::{Base, Conversation, Item, What};
use crate::about::About;
use crate::rules::{Compiled, RuleId, Trigger};

impl Conversation {
    /// Does all that is due, as far as there is room for it.
    pub(super) fn work_off(&mut self, rules: &Compiled, cx: &mut Cx<'_>) {
        loop {
            let ready = !self.over && self.agenda.due().is_some_and(|due| due <= cx.elapsed());
            self.blocked = ready && cx.full();
            if !ready || self.blocked {
                return;
            }
            if let Some((due, Item { scheduled, what })) = self.agenda.pop() {
                // The schedule of one thing may be behind that of another; time does not go back for it.
                let scheduled = scheduled.max(cx.scheduled());
                if self.spins(due) {
                    let frame = close::frame(1011, "the mock's rules go round");
                    cx.fail(Status::HandlerError, "the rules go round and no time passes", frame);
                    return self.quiet();
                }
                self.base = Base { due, scheduled };
                cx.schedule(scheduled);
                self.asked_in = self.state;
                self.do_item(rules, what, cx);
                // Here and not after the last: what is done does not depend on how late it is.
                self.settle(rules, cx);
            }
        }
    }

    /// Whether so much was due at one instant that there is no end to it, as with time-outs of no time.
    fn spins(&mut self, due: Elapsed) -> bool {
        /// All that may wait or run on a connection can be due at once, several times over.
        const MOST: u32 = 10_000;
        self.instant = if self.instant.0 == due { (due, self.instant.1 + 1) } else { (due, 0) };
        self.instant.1 > MOST
    }

    fn do_item(&mut self, rules: &Compiled, what: What, cx: &mut Cx<'_>) {
        match what {
            What::Part { parts, index, about, left } => self.late_part(&parts, index, &about, left, cx),
            What::Timed(id) => self.timed(rules, id, cx),
            What::Timeout { entered } => {
                let timeout = self.state.and_then(|state| rules.states[state].timeout.as_ref());
                if let Some((_, rule)) = timeout.filter(|_| entered == self.entered) {
                    self.fire(rules, rule, &Arc::default(), cx);
                }
            }
            What::Absence { tracker, number } => {
                if let Some(waiting) = self.tracks[tracker].take(number) {
                    let rule = &rules.rules[rules.trackers[tracker].rule];
                    let about = About { message: waiting.about, ..About::default() };
                    if self.admits(rule, &about, cx) {
                        self.fire(rules, rule, &Arc::new(about), cx);
                    }
                }
            }
            What::Stream(number) => self.stream_message(rules, number, cx),
        }
    }

    fn timed(&mut self, rules: &Compiled, id: RuleId, cx: &mut Cx<'_>) {
        let rule = &rules.rules[id];
        match rule.trigger {
            Trigger::Every(period) => {
                self.again(id, rule.is_own, period);
            }
            Trigger::Idle(silence) => {
                let quiet = if rule.is_own { self.heard.max(self.since) } else { self.heard };
                if let Some(rest) =
                    (quiet + silence).checked_sub(self.base.due).filter(|rest| !rest.is_zero())
                {
                    self.again(id, rule.is_own, rest);
                    return;
                }
                self.spent.push(id);
            }
            _ => {}
        }
        let about = About::default();
        if self.admits(rule, &about, cx) {
            self.fire(rules, rule, &Arc::new(about), cx);
        }
    }

    fn again(&mut self, id: RuleId, is_own: bool, after: std::time::Duration) {
        let ticket = self.put(after, What::Timed(id));
        if is_own {
            self.of_state.push(ticket);
        }
    }

    /// The client was heard: silence is counted anew.
    pub(super) fn heard(&mut self, rules: &Compiled, cx: &Cx<'_>) {
        self.heard = cx.elapsed();
        for id in std::mem::take(&mut self.spent) {
            if let Trigger::Idle(silence) = rules.rules[id].trigger {
                self.again(id, rules.rules[id].is_own, silence);
            }
        }
    }
}
