//! A data message: which rules take it, and what is said where none does.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Captures, Cx, Elapsed, Fact, Inbound};

use super::{Conversation, What};
use crate::about::{About, Seen};
use crate::correlate::{Told, Tracked};
use crate::rules::{Compiled, RuleId, Trigger};

/// How many messages that no rule took were explained, and when the last was: to look for the nearest of a
/// thousand rules takes longer than to find that none matches.
#[derive(Debug, Default)]
pub(super) struct Explained {
    count: u32,
    last: Elapsed,
}

impl Explained {
    const ALWAYS: u32 = 100;
    const PAUSE: Duration = Duration::from_millis(100);

    fn may(&mut self, now: Elapsed) -> bool {
        let may = self.count < Self::ALWAYS || now >= self.last + Self::PAUSE;
        if may {
            self.count += 1;
            self.last = now;
        }
        may
    }
}

impl Conversation {
    pub(super) fn message(&mut self, rules: &Compiled, message: &Arc<Inbound>, cx: &mut Cx<'_>) {
        self.asked_in = self.state;
        let mut complete = self.track(rules, message, cx).into_iter().peekable();
        let plain = About::message(Arc::clone(message));
        let (mut answered, mut done, mut rejected) = (false, false, None);
        let found = rules.patterns.find(message, |index| {
            let id = rules.pattern_rules[index];
            // What several messages mean stands among the rules too.
            while let Some(first) = complete.next_if(|first| *first < id) {
                answered |= self.offer(rules, first, &plain, &mut done, cx);
                if done {
                    return true;
                }
            }
            let rule = &rules.rules[id];
            let pattern = &rules.patterns.patterns()[index];
            // Groups are looked for only where somebody may read them before the rule is chosen.
            let with_groups = (rule.when.is_some() || !rule.stops)
                .then(|| About { captures: pattern.matches(message).unwrap_or_default(), ..plain.clone() });
            if !self.admits(rule, with_groups.as_ref().unwrap_or(&plain), cx) {
                rejected.get_or_insert(id);
                return false;
            }
            if rule.stops {
                return true;
            }
            answered = true;
            self.fire(rules, rule, &Arc::new(with_groups.unwrap_or_default()), cx);
            done = self.over;
            done
        });
        if let (Some((index, captures)), false) = (found, done) {
            let rule = &rules.rules[rules.pattern_rules[index]];
            let about = About { captures, ..plain };
            return self.fire(rules, rule, &Arc::new(about), cx);
        }
        while let Some(next) = complete.next().filter(|_| !done) {
            answered |= self.offer(rules, next, &plain, &mut done, cx);
        }
        if !answered && !done {
            self.unanswered(rules, plain, rejected, cx);
        }
    }

    /// Asks a rule about several messages. Whether it took them; `done` where no other is to be asked.
    fn offer(
        &mut self,
        rules: &Compiled,
        id: RuleId,
        about: &About,
        done: &mut bool,
        cx: &mut Cx<'_>,
    ) -> bool {
        let rule = &rules.rules[id];
        let admitted = self.admits(rule, about, cx);
        if admitted {
            self.fire(rules, rule, &Arc::new(about.clone()), cx);
            *done = rule.stops || self.over;
        }
        admitted
    }

    /// Tells the tracks, and gives the rules that the message completes.
    fn track(&mut self, rules: &Compiled, message: &Arc<Inbound>, cx: &mut Cx<'_>) -> Vec<RuleId> {
        let mut complete = Vec::new();
        for (index, tracker) in rules.trackers.iter().enumerate() {
            let number = self.number();
            let (told, dropped) = self.tracks[index].tell(tracker, message, cx.elapsed(), number);
            if dropped {
                let rule = &rules.rules[tracker.rule].name;
                let reason = format!("{rule}: too many cases at once, the oldest is forgotten");
                cx.note(Fact::Error { reason });
            }
            match told {
                Told::Nothing => {}
                Told::Complete => complete.push(tracker.rule),
                Told::Armed(number) => {
                    if let Tracked::Absent { wait, .. } = &tracker.what {
                        self.put(*wait, What::Absence { tracker: index, number });
                    }
                }
            }
        }
        complete
    }

    fn unanswered(&mut self, rules: &Compiled, about: About, rejected: Option<RuleId>, cx: &mut Cx<'_>) {
        let is_text = about.message.as_ref().and_then(|message| message.text());
        let broken = is_text.filter(|_| rules.expects_json).and_then(|text| {
            let parsed = serde_json::from_str::<serde::de::IgnoredAny>(text);
            parsed.err().map(|error| error.to_string())
        });
        if let Some(reason) = broken {
            cx.note(Fact::InvalidJson { reason: reason.clone() });
            if let Some(rule) = &rules.invalid_json {
                let about = About { error: Some(reason.into()), ..about };
                return self.fire(rules, rule, &Arc::new(about), cx);
            }
        }
        match &rules.default {
            Some(rule) => self.fire(rules, rule, &Arc::new(about), cx),
            None => {
                let near = if self.explained.may(cx.elapsed()) {
                    self.near(rules, &about, rejected, cx)
                } else {
                    None
                };
                cx.note(Fact::Unanswered { near });
            }
        }
    }

    /// What came nearest to answering: a rule whose pattern matches before one whose does not.
    fn near(&self, rules: &Compiled, about: &About, rejected: Option<RuleId>, cx: &Cx<'_>) -> Option<String> {
        if let Some(id) = rejected {
            return Some(self.why_rejected(rules, id, about, cx));
        }
        let message = about.message.as_ref()?;
        let misses = rules.patterns.patterns().iter().zip(&rules.pattern_rules);
        let misses = misses.filter_map(|(pattern, id)| Some((pattern.near_miss(message)?, *id)));
        let (miss, id) = misses.max_by_key(|(miss, id)| (miss.score, std::cmp::Reverse(*id)))?;
        Some(format!("{}: {}", rules.rules[id].name, miss.text))
    }

    fn why_rejected(&self, rules: &Compiled, id: RuleId, about: &About, cx: &Cx<'_>) -> String {
        let rule = &rules.rules[id];
        let name = &rule.name;
        let elsewhere =
            rule.states.as_deref().filter(|states| !self.state.is_some_and(|s| states.contains(&s)));
        if let Some(states) = elsewhere {
            let names: Vec<_> = states.iter().map(|state| &*rules.states[*state].name).collect();
            return format!(
                "{name}: matches, but only in {} (the state is {})",
                names.join(", "),
                cx.machine()
            );
        }
        if let Some((times, _)) = rule.times.filter(|(times, counter)| self.count(*counter) >= *times) {
            return format!("{name}: matches, but has answered its {times} times");
        }
        let captures = match rule.trigger {
            Trigger::Message(index) => {
                let message = about.message.as_ref();
                message.and_then(|message| rules.patterns.patterns()[index].matches(message))
            }
            _ => None,
        };
        let about = About { captures: captures.unwrap_or_else(Captures::default), ..about.clone() };
        let seen = Seen { about: &about, cx, streams: &self.streams };
        let why = rule.when.as_ref().and_then(|guard| guard.explain(&seen));
        match why {
            Some(why) => format!("{name}: matches, but {why}"),
            None => format!("{name}: matches, but did not take it"),
        }
    }
}
