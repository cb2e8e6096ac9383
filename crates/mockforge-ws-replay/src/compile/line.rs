//! One line: which keys go together, and what they make of it.

use mockforge_ws_core::{CloseFrame, close};
use mockforge_ws_diagnostic::Problem;

use super::json::Member;
use super::report::Row;
use super::slots::LineSlots;
use super::{Before, Compiler, End, Jump, Label};
use crate::keys::LineKey;
use crate::script::{Action, Chosen, Copies, Line, Payload, Stage, Then, Wait};
use crate::words::{Dir, SyncLevel};

use LineKey::{
    Abort, Base64, Branch, Close, Goto, Hex, Json, Match, OnEnd, OnTimeout, Repeat, Set, Text, Timeout,
    Times, WaitFor,
};

/// The keys of which a line takes one: a line sends one message.
pub(super) const PAYLOADS: &[LineKey] = &[Text, Json, Base64, Hex];

/// Keys that do not go together, and why.
const CLASHES: &[(LineKey, &[LineKey], &str)] = &[
    (Branch, &[WaitFor], "the ways of a `branch` are waits themselves"),
    (Branch, PAYLOADS, "a `branch` line waits and jumps; send on the line before, or where it goes to"),
    (Branch, &[Goto, Times, Close, Abort, Repeat], "a `branch` line waits and jumps, and does nothing else"),
    (Repeat, &[Goto, Close, Abort], "put it on the next line; the copies go on meanwhile"),
    (Close, &[Abort], "a connection ends in one way"),
    (Goto, &[Close, Abort], "nothing is played after the end of the connection"),
];

/// Keys that need another, and which.
const NEEDS: &[(LineKey, &[LineKey], &str)] = &[
    (Times, &[Goto], "it bounds the jumps of a `goto`"),
    (OnTimeout, &[Timeout], "it says what follows a `timeout`"),
    (Repeat, PAYLOADS, "there is nothing to repeat"),
];

impl<'s> Compiler<'s> {
    /// Reads a line. One with mistakes takes its place all the same, so that what is said of other lines holds.
    pub(super) fn line(&mut self, row: Row<'s>, members: &[Member<'s>]) {
        let errors = self.report.errors();
        let slots = LineSlots::of_line(row, members, &mut self.report);
        let ts = self.ts(row, &slots);
        let dir = match slots.value(LineKey::Dir) {
            Some(raw) => self.field(row, "dir", raw).word().unwrap_or_default(),
            None => Dir::Out,
        };
        self.together(row, &slots, dir);
        self.label(row, &slots);
        if let Some(raw) = slots.value(OnEnd)
            && let Some(what) = self.field(row, "onEnd", raw).word()
        {
            let index = Some(self.index());
            self.ends.push(End { index, what, row, raw });
        }
        let stage = match dir {
            Dir::Out => self.out(row, &slots),
            Dir::In => self.expected(row, &slots),
        };
        self.idle(row, &slots, self.report.errors() > errors);
        let line = Line { ts, number: row.number, action: action(stage) };
        self.before = Before { ts, goes_on: line.leads_on() };
        self.lines.push(line);
    }

    fn ts(&mut self, row: Row<'s>, slots: &LineSlots<'s>) -> u64 {
        let Some(raw) = slots.value(LineKey::Ts) else { return self.before.ts };
        let Some(ts) = self.field(row, "ts", raw).milliseconds() else { return self.before.ts };
        if ts < self.before.ts && self.before.goes_on {
            let problem = Problem::new(format!("`ts` goes back from {} to {ts}", self.before.ts));
            let hint = "times count from the opening of the connection; this line is due at once";
            self.report.warning(row, raw, problem.hint(hint));
        }
        ts
    }

    /// Which keys do not go together.
    fn together(&mut self, row: Row<'s>, slots: &LineSlots<'s>, dir: Dir) {
        let mut wrong = |key: LineKey, message: String, hint: &str| {
            self.report.error(row, slots.key(key), Problem::new(message).hint(hint));
        };
        let mut payloads = PAYLOADS.iter().copied().filter(|key| slots.has(*key));
        if let Some(kept) = payloads.next() {
            for second in payloads {
                let message = format!("the line has a message already, in `{}`", kept.name());
                wrong(second, message, &format!("`{}` would be another; a line sends one", second.name()));
            }
        }
        if dir == Dir::In {
            for key in [Repeat, Branch, Goto, Times, Close, Abort] {
                if slots.has(key) {
                    let hint = "an `in` line is what the client is expected to send; put it on an `out` line";
                    wrong(key, format!("`{}` does not go on an `in` line", key.name()), hint);
                }
            }
        } else {
            if slots.has(Match) {
                let hint = "to wait for a message before this line is sent, write `waitFor`";
                wrong(Match, "`match` goes on an `in` line".into(), hint);
            }
            for (key, others, why) in CLASHES {
                for other in others.iter().filter(|other| slots.has(*key) && slots.has(**other)) {
                    wrong(*other, format!("`{}` does not go with `{}`", other.name(), key.name()), why);
                }
            }
            if slots.has(Timeout) && slots.first(&[WaitFor, Branch]).is_none() {
                let hint = "it bounds a wait: `waitFor`, `branch`, or an `in` line";
                wrong(Timeout, "`timeout` without a wait".into(), hint);
            }
        }
        for (key, others, why) in NEEDS.iter().filter(|(key, ..)| dir == Dir::Out || *key == OnTimeout) {
            if slots.has(*key) && slots.first(others).is_none() {
                let needed = others[0].name();
                wrong(*key, format!("`{}` without `{needed}`", key.name()), why);
            }
        }
    }

    fn label(&mut self, row: Row<'s>, slots: &LineSlots<'s>) {
        let Some(raw) = slots.value(LineKey::Label) else { return };
        let Some(name) = self.field(row, "label", raw).string("it is a name that `goto` uses") else {
            return;
        };
        if name.is_empty() {
            let problem = Problem::new("a label has a name, found an empty string");
            return self.report.error(row, raw, problem);
        }
        if let Some(other) = self.named.get(&name).map(|place| &self.labels[*place]) {
            let problem = Problem::new(format!("the label `{name}` is on line {} already", other.row.number));
            return self.report.error(row, raw, problem.hint("a label names one line"));
        }
        let index = self.index();
        self.named.insert(name.clone(), self.labels.len());
        self.labels.push(Label { name, index, row, raw, used: false });
    }

    fn out(&mut self, row: Row<'s>, slots: &LineSlots<'s>) -> Stage {
        let payload = self.payload(row, slots);
        let wait = match (slots.value(Branch), slots.value(WaitFor)) {
            (Some(raw), _) => Some(self.branch(row, raw)),
            // A pattern with a mistake waits for something all the same.
            (None, Some(raw)) => Some(self.pattern(row, "waitFor", raw).map_or(Wait::Payload, Wait::Pattern)),
            (None, None) => None,
        };
        let timeout = self.timeout(row, slots);
        let copies = slots.value(Repeat).and_then(|raw| self.copies(row, raw));
        let set = self.assignments(row, slots);
        Stage { wait, timeout, set, payload, copies, then: self.then(row, slots) }
    }

    /// An `in` line. What is not compared is compiled all the same, for its mistakes.
    fn expected(&mut self, row: Row<'s>, slots: &LineSlots<'s>) -> Stage {
        let payload = self.payload(row, slots);
        let pattern = slots.value(Match).and_then(|raw| self.pattern(row, "match", raw));
        let takes = slots.value(WaitFor).and_then(|raw| self.pattern(row, "waitFor", raw));
        let timeout = self.timeout(row, slots);
        let set = self.assignments(row, slots);
        let sync = self.header.sync;
        if slots.has(Match) && sync != SyncLevel::Strict {
            let problem = Problem::new(format!("`match` is compared with nothing while `sync` is `{sync}`"));
            let hint = "put \"sync\":\"strict\" into the header, or wait with `waitFor` on an `out` line";
            self.report.warning(row, slots.key(Match), problem.hint(hint));
        }
        if slots.has(Set) && sync == SyncLevel::Off {
            let problem =
                Problem::new("`set` has no effect: `in` lines are passed over while `sync` is `off`");
            self.report.warning(row, slots.key(Set), problem.hint("put it on an `out` line"));
        }
        let wait = match (sync, takes, pattern) {
            (SyncLevel::Off, ..) => {
                return Stage {
                    wait: None,
                    timeout: None,
                    set: [].into(),
                    payload: Payload::None,
                    copies: None,
                    then: Then::Next,
                };
            }
            (_, Some(takes), wanted) => Wait::Chosen(Chosen { takes, wanted }.into()),
            (_, None, Some(pattern)) => Wait::Match(pattern),
            (_, None, None) => Wait::Payload,
        };
        Stage { wait: Some(wait), timeout, set, payload, copies: None, then: Then::Next }
    }

    fn copies(&mut self, row: Row<'s>, raw: &'s str) -> Option<Copies> {
        let mut field = self.field(row, "repeat", raw);
        let [count, every] = field.object(["count", "every"], "write {\"count\":5,\"every\":100}")?;
        let count = count.and_then(|raw| Some((field.part("count", raw).whole("")?, raw)));
        if let Some((0, raw)) = count {
            field.part("count", raw).wrong(Problem::new("`count` is 0: the line would never be sent"));
        }
        let Some(raw) = every else {
            let problem = Problem::new("`repeat` needs `every`, the milliseconds from one copy to the next");
            field.wrong(problem.hint("write {\"every\":100}"));
            return None;
        };
        let mut part = field.part("every", raw);
        let every = part.milliseconds()?;
        if every == 0 {
            let problem = Problem::new("`every` is 0: the copies would leave without any time between");
            part.wrong(problem.hint("write at least 1 millisecond"));
            return None;
        }
        Some(Copies { count: count.map(|(count, _)| count), every })
    }

    fn then(&mut self, row: Row<'s>, slots: &LineSlots<'s>) -> Then {
        let times = slots.value(Times).and_then(|raw| {
            let mut field = self.field(row, "times", raw);
            let times = field.whole("")?;
            if times == 0 {
                field.wrong(Problem::new("`times` is 0: the jump would never be made"));
            }
            Some(times)
        });
        if let Some(raw) = slots.value(Goto) {
            if let Some(to) = self.field(row, "goto", raw).string("it is the label of a line") {
                self.jumps.push(Jump { from: self.index(), way: None, to, row, raw });
            }
            return Then::Goto { target: u32::MAX, times };
        }
        if let Some(raw) = slots.value(Abort)
            && self.field(row, "abort", raw).boolean() == Some(true)
        {
            return Then::Abort;
        }
        match slots.value(Close).and_then(|raw| self.close(row, raw)) {
            Some(frame) => Then::Close(frame.into()),
            None => Then::Next,
        }
    }

    fn close(&mut self, row: Row<'s>, raw: &'s str) -> Option<CloseFrame> {
        let mut field = self.field(row, "close", raw);
        if raw == "true" {
            return Some(close::frame(1000, ""));
        }
        let hint = "write `true`, or {\"code\":4001,\"reason\":\"…\"}";
        let [code, reason] = field.object(["code", "reason"], hint)?;
        let code = code.map_or(Some(1000), |raw| {
            let mut field = field.part("code", raw);
            let code = field.whole("")?;
            let objection = match u16::try_from(code) {
                Ok(code) => close::objection(code),
                Err(_) => Some("is above 4999, the largest close code"),
            };
            if let Some(objection) = objection {
                let problem = Problem::new(format!("close code {code} {objection}"));
                field.wrong(problem.hint("1000 is a normal close; 3000 to 4999 are yours to use"));
            }
            u16::try_from(code).ok()
        });
        let reason = reason.map_or(Some("".into()), |raw| {
            let mut field = field.part("reason", raw);
            let reason = field.string("")?;
            if reason.len() > close::MAX_REASON {
                let most = close::MAX_REASON;
                let problem = Problem::new(format!(
                    "the reason has {} bytes, a close frame has room for {most}",
                    reason.len()
                ));
                field.wrong(problem.hint("shorten it"));
            }
            Some(reason)
        });
        Some(close::frame(code?, &reason?))
    }

    /// A line that only lets time pass has a use at the end of a script, and nowhere else.
    fn idle(&mut self, row: Row<'s>, slots: &LineSlots<'s>, failed: bool) {
        if let Some(row) = self.idle.take() {
            let problem = Problem::new("the line does nothing");
            let hint = "it has neither a message nor a wait, an end or a label";
            self.report.warning(row, row.text.trim_ascii(), problem.hint(hint));
        }
        self.idle = (!failed && slots.all_but(LineKey::Ts).next().is_none()).then_some(row);
    }
}

/// The usual lines in their small form.
fn action(stage: Stage) -> Action {
    let usual = stage.timeout.is_none()
        && stage.set.is_empty()
        && stage.copies.is_none()
        && matches!(stage.then, Then::Next);
    match stage {
        Stage { wait: None, payload: Payload::Ready(ready), .. } if usual => Action::Send(ready),
        Stage { wait: Some(Wait::Payload), payload: Payload::Ready(ready), .. } if usual => {
            Action::Expect(ready)
        }
        stage => Action::Step(Box::new(stage)),
    }
}
