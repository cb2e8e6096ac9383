//! Playing: doing what is due, line after line.

use mockforge_ws_core::{Cx, Fact, Status, WaitOutcome, close};

use super::{Next, Player, State};
use crate::script::{Action, Payload, Stage, Then};
use crate::words::{OnEnd, OnTimeout};

/// So many lines are played in one go at most; then the loop has its turn. It is more than the effect
/// buffer takes, so it bounds only lines that send nothing.
const STRETCH: usize = 4_096;

impl Player {
    /// Plays what is due by now, or until the connection can take nothing more.
    pub(super) fn play(&mut self, cx: &mut Cx<'_>) {
        for _ in 0..STRETCH {
            if self.clock.stands() {
                return self.play_on_the_spot(cx);
            }
            if matches!(self.state, State::Over) {
                return;
            }
            if cx.full() {
                return self.clock.stall(cx.elapsed());
            }
            let now = self.clock.now(cx.elapsed());
            match self.upcoming().filter(|(when, _)| *when <= now) {
                Some((_, Next::Line)) => self.line(cx),
                Some((_, Next::Copy)) => self.copy(cx),
                Some((_, Next::GiveUp)) => self.give_up(cx),
                None => return,
            }
        }
    }

    /// While the clock stands nothing is sent, but patience ends all the same: the client does not read.
    fn play_on_the_spot(&mut self, cx: &mut Cx<'_>) {
        if let Some((when, Next::GiveUp)) = self.line_upcoming()
            && self.clock.elapsed(when) <= cx.elapsed()
        {
            self.give_up(cx);
        }
    }

    /// Goes to a line: it comes next.
    pub(super) fn go(&mut self, index: u32, cx: &mut Cx<'_>) {
        self.at = index;
        match self.script.line(index) {
            Some(line) if line.waits() => self.wait(cx),
            Some(_) => self.state = State::READY,
            None => self.end(cx),
        }
    }

    /// Plays the line that comes next.
    fn line(&mut self, cx: &mut Cx<'_>) {
        let Some(line) = self.script.line(self.at) else { return };
        match &line.action {
            Action::Send(_) => self.run(cx),
            Action::Expect(_) => {
                self.clock.reach(self.clock.script(line.ts));
                self.steps += 1;
                self.go(self.at + 1, cx);
            }
            Action::Step(_) => self.stage(cx),
        }
    }

    /// Sends the line that comes next, which only sends, and those of that kind after it which are due too.
    fn run(&mut self, cx: &mut Cx<'_>) {
        let script = self.script.clone();
        let until = self.clock.until(cx.elapsed());
        let mut sent = 0;
        for line in &script.0.lines[self.at as usize..] {
            let Action::Send(ready) = &line.action else { break };
            let time = self.clock.script(line.ts);
            if sent > 0 && (time > until || !self.copying.is_empty() || cx.full()) {
                break;
            }
            self.clock.reach(time);
            cx.send(ready.message());
            sent += 1;
        }
        self.steps += u64::from(sent);
        self.go(self.at + sent, cx);
    }

    fn stage(&mut self, cx: &mut Cx<'_>) {
        let script = self.script.clone();
        let Some((line, stage)) = script.line(self.at).and_then(|line| Some((line, line.stage()?))) else {
            return;
        };
        let State::Ready { to, met } = self.state else { return };
        let due = self.clock.due(line.ts);
        let time = self.clock.script(line.ts);
        self.clock.reach(time);
        self.assign(&stage.set, self.at, time, cx);
        let sent =
            stage.sends() && self.send(&stage.payload, self.at, time, self.last.clone().as_deref(), cx);
        self.steps += u64::from(sent || met);
        if let Some(copies) = stage.copies {
            let taken = if met { self.last.clone() } else { None };
            self.copying.start(self.at, copies, due, time, taken, script.0.cyclic);
        }
        match &stage.then {
            _ if to.is_some() => self.jump(to.unwrap_or_default(), cx),
            Then::Next => self.go(self.at + 1, cx),
            Then::Goto { target, times: None } => {
                if self.may_go_round(cx) {
                    self.jump(*target, cx);
                }
            }
            Then::Goto { target, times: Some(times) } => match self.may_jump(*times) {
                true => self.jump(*target, cx),
                false => self.go(self.at + 1, cx),
            },
            Then::Close(frame) => {
                self.finished(cx);
                cx.close(Some((**frame).clone()));
                self.over();
            }
            Then::Abort => {
                self.finished(cx);
                cx.abort();
                self.over();
            }
        }
    }

    /// The target is due at once, and the lines after it keep their gaps from it.
    fn jump(&mut self, target: u32, cx: &mut Cx<'_>) {
        if let Some(line) = self.script.line(target) {
            self.clock.jump(line.ts);
            self.go(target, cx);
        }
    }

    /// Whether a jump is still to be made. One that is used up falls through and counts anew, so that the
    /// same lines do the same again when something else leads back to them.
    fn may_jump(&mut self, times: u64) -> bool {
        // Where nothing leads back, a line is played once and need not be remembered.
        if !self.script.0.cyclic {
            return true;
        }
        match self.jumped.iter().position(|(line, _)| *line == self.at) {
            Some(index) if self.jumped[index].1 >= times => {
                self.jumped.swap_remove(index);
                false
            }
            Some(index) => {
                self.jumped[index].1 += 1;
                true
            }
            None => {
                self.jumped.push((self.at, 1));
                true
            }
        }
    }

    fn copy(&mut self, cx: &mut Cx<'_>) {
        let Some(copy) = self.copying.next() else { return };
        let script = self.script.clone();
        let Some(stage) = script.line(copy.line).and_then(|line| line.stage()) else { return };
        let taken = copy.taken.or_else(|| self.last.clone());
        self.steps += u64::from(self.send(&stage.payload, copy.line, copy.script, taken.as_deref(), cx));
        let played = self.at as usize >= script.len() && matches!(self.state, State::Ready { .. });
        if copy.last && played && !self.copying.unfinished() {
            self.clock.align(copy.script, copy.due);
            self.end(cx);
        }
    }

    /// The last line has been played; copies that come to an end are waited for.
    fn end(&mut self, cx: &mut Cx<'_>) {
        if self.copying.unfinished() {
            self.state = State::READY;
            return;
        }
        match self.script.on_end() {
            OnEnd::Loop if !self.script.is_empty() => {
                if self.may_go_round(cx) {
                    // The timeline begins again here.
                    self.clock.jump(0);
                    self.go(0, cx);
                }
            }
            OnEnd::Keep | OnEnd::Loop => {
                self.finished(cx);
                self.state = State::Finished;
                self.kept.clear();
            }
            OnEnd::Close => {
                self.finished(cx);
                cx.close(Some(close::frame(1000, "")));
                self.over();
            }
        }
    }

    /// The line that comes next has waited long enough.
    fn give_up(&mut self, cx: &mut Cx<'_>) {
        let Some((line, timeout)) = self.script.line(self.at).and_then(|line| Some((line, line.timeout()?)))
        else {
            return;
        };
        let State::Waiting { since, .. } = self.state else { return };
        let (due, until) = (self.clock.due(line.ts), self.patience(line, since).unwrap_or(since));
        let (time, number) = (self.clock.script(line.ts), line.number);
        let outcome = match timeout.then {
            OnTimeout::Fail => WaitOutcome::Failed,
            OnTimeout::Skip => WaitOutcome::Skipped,
            OnTimeout::Close => WaitOutcome::Closed,
        };
        self.unmet(self.at, outcome, cx);
        match timeout.then {
            OnTimeout::Fail => {
                let waited = timeout.after.as_millis();
                let reason = format!("line {number}: waited {waited} ms for a message that did not come");
                let frame = close::frame(1011, &reason);
                cx.close_for(Status::Timeout, reason, frame);
                self.over();
            }
            OnTimeout::Close => {
                cx.close(Some(close::frame(1000, "")));
                self.over();
            }
            OnTimeout::Skip => {
                self.clock.reach(time);
                self.clock.delay(until.saturating_sub(due));
                self.go(self.at + 1, cx);
            }
        }
    }

    fn finished(&self, cx: &mut Cx<'_>) {
        cx.note(Fact::Finished { steps: self.steps });
    }

    pub(super) fn over(&mut self) {
        self.state = State::Over;
        self.kept.clear();
        self.copying.clear();
        self.last = None;
    }
}

impl Stage {
    /// Whether the payload is sent, rather than compared with.
    fn sends(&self) -> bool {
        !matches!(self.payload, Payload::None) && !self.expects()
    }
}
