//! What the rules make of a message.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Captures, Cx, DropReason, Fact, Inbound, Message, close};
use mockforge_ws_template::Scope;
use rand::RngExt as _;

use super::rewrite::Unchanged;
use super::{Answer, Fate, Inject, Kept, Rule, Rules};
use crate::{Side, Verdict};

/// What becomes of a message.
pub(crate) enum Ruling {
    /// No rule took it: it goes on as it is.
    Pass(Message),
    Taken(Box<Ruled>),
    /// It ends here, and nothing else is done.
    Nothing,
}

/// What rules have made of a message, and what they have put beside it.
#[derive(Debug, Default)]
pub(crate) struct Ruled {
    /// What goes on, where something does.
    pub(crate) message: Option<Message>,
    /// What goes before it and all else that happens.
    around: Verdict,
    /// What goes behind it.
    behind: Vec<Message>,
    /// What goes back later, each by how long after the rest.
    pub(crate) late: Vec<(Duration, Message)>,
}

impl Ruled {
    /// With what has become of the message since.
    pub(crate) fn with(self, message: Verdict) -> Verdict {
        let mut whole = self.around;
        whole.forward.extend(message.forward);
        whole.forward.extend(self.behind);
        whole.answer.extend(message.answer);
        whole.close = whole.close.or(message.close);
        whole.delay += message.delay;
        whole
    }

    /// How long all of it waits.
    pub(crate) fn delay(&self) -> Duration {
        self.around.delay
    }

    fn is_nothing(&self) -> bool {
        let Verdict { forward, answer, close, .. } = &self.around;
        let is_silent =
            forward.is_empty() && answer.is_empty() && self.behind.is_empty() && self.late.is_empty();
        self.message.is_none() && close.is_none() && is_silent
    }
}

impl Rules {
    /// Asks the rules for that direction, in their order.
    #[inline]
    pub(crate) fn judge(
        &self,
        from: Side,
        inbound: Inbound,
        kept: &mut Option<Box<Kept>>,
        cx: &mut Cx<'_>,
    ) -> Ruling {
        match self.find(from, &inbound, 0, kept, cx) {
            None if self.compiled.drops_others => {
                cx.note(Fact::Dropped(DropReason::Rule));
                Ruling::Nothing
            }
            None => Ruling::Pass(inbound.into_message()),
            Some(found) => self.taken(from, inbound, found, kept, cx),
        }
    }

    /// The first pattern from `start` on that matches, and whose rule takes the message.
    fn find(
        &self,
        from: Side,
        inbound: &Inbound,
        start: usize,
        kept: &mut Option<Box<Kept>>,
        cx: &mut Cx<'_>,
    ) -> Option<(usize, Captures)> {
        let asked = &self.compiled.asked[from as usize];
        asked
            .patterns
            .find(inbound, |index| index >= start && self.admits(asked.rules[index], kept.as_deref(), cx))
    }

    /// Whether a rule that matches takes the message.
    fn admits(&self, id: usize, kept: Option<&Kept>, cx: &mut Cx<'_>) -> bool {
        let rule = &self.compiled.rules[id];
        let is_left = rule.times.is_none_or(|times| kept.map_or(0, |kept| kept.count(id)) < times);
        is_left && rule.probability.is_none_or(|probability| cx.rng().random_bool(probability))
    }

    fn taken(
        &self,
        from: Side,
        mut inbound: Inbound,
        mut found: (usize, Captures),
        kept: &mut Option<Box<Kept>>,
        cx: &mut Cx<'_>,
    ) -> Ruling {
        let mut ruled = Ruled::default();
        loop {
            let (index, captures) = found;
            let id = self.compiled.asked[from as usize].rules[index];
            let rule = &self.compiled.rules[id];
            if rule.times.is_some() {
                kept.get_or_insert_default().count_up(id);
            }
            cx.note(Fact::Fired { rule: Arc::clone(&rule.name) });
            let scope = Scope { message: Some(&inbound), captures: Some(&captures), ..Scope::default() };
            let goes_on = rule.act(from, &scope, &mut ruled, cx);
            match goes_on {
                Onward::Nothing => break,
                Onward::Changed(message) => inbound = Inbound::new(message),
                Onward::Same => {}
            }
            let next = if rule.stops { None } else { self.find(from, &inbound, index + 1, kept, cx) };
            match next {
                Some(next) => found = next,
                None => {
                    ruled.message = Some(inbound.into_message());
                    break;
                }
            }
        }
        if ruled.is_nothing() { Ruling::Nothing } else { Ruling::Taken(Box::new(ruled)) }
    }
}

/// What of a message is left for the rules behind.
enum Onward {
    Same,
    Changed(Message),
    Nothing,
}

impl Rule {
    fn act(&self, from: Side, scope: &Scope<'_>, ruled: &mut Ruled, cx: &mut Cx<'_>) -> Onward {
        if let Some(delay) = self.delay {
            ruled.around.delay += match delay.least == delay.most {
                true => delay.least,
                false => cx.rng().random_range(delay.least..=delay.most),
            };
        }
        self.inject(from, true, scope, ruled, cx);
        let onward = match &self.fate {
            Fate::Forward => Onward::Same,
            Fate::Replace(rewrite) => match rewrite.message(scope, cx) {
                Ok(message) => Onward::Changed(message),
                Err(unchanged) => {
                    match unchanged {
                        Unchanged::Same => {}
                        Unchanged::Fact(fact) => cx.note(fact),
                        Unchanged::Unsendable(why) => self.failed("the message goes on unchanged", &why, cx),
                    }
                    Onward::Same
                }
            },
            Fate::Answer(answers) => {
                self.answer(answers, scope, ruled, cx);
                Onward::Nothing
            }
            Fate::Drop => {
                if self.close.is_none() {
                    cx.note(Fact::Dropped(DropReason::Rule));
                }
                Onward::Nothing
            }
        };
        self.inject(from, false, scope, ruled, cx);
        if let Some(close) = &self.close {
            let mut reason = String::new();
            close.reason.render(scope, cx, &mut reason);
            ruled.around.close = Some(close::frame(close.code, &reason));
        }
        onward
    }

    fn answer(&self, answers: &[Answer], scope: &Scope<'_>, ruled: &mut Ruled, cx: &mut Cx<'_>) {
        let mut after = Duration::ZERO;
        for answer in answers {
            after += answer.after;
            match answer.payload.render(scope, cx) {
                Ok(message) if after.is_zero() => ruled.around.answer.push(message),
                Ok(message) => ruled.late.push((after, message)),
                Err(why) => self.failed("an answer could not be sent", &why, cx),
            }
        }
    }

    /// What is put before the message, or behind it.
    fn inject(&self, from: Side, is_before: bool, scope: &Scope<'_>, ruled: &mut Ruled, cx: &mut Cx<'_>) {
        for Inject { to, payload, .. } in self.inject.iter().filter(|one| one.is_before == is_before) {
            let list = match (*to == from, is_before) {
                (true, _) => &mut ruled.around.answer,
                (false, true) => &mut ruled.around.forward,
                (false, false) => &mut ruled.behind,
            };
            match payload.render(scope, cx) {
                Ok(message) => list.push(message),
                Err(why) => self.failed("nothing could be injected", &why, cx),
            }
        }
    }

    fn failed(&self, what: &str, why: &str, cx: &mut Cx<'_>) {
        cx.note(Fact::Error { reason: format!("{}: {what}: {why}", self.name) });
    }
}
