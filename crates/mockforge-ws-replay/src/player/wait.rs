//! Waiting: what takes a message, and what becomes of one that was taken.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Captures, Cx, Fact, Inbound, WaitOutcome};

use super::near::Nearest;
use super::{Player, State, Taken, compare};
use crate::preview::{preview, preview_bytes};
use crate::script::{Action, Line, Payload, Ready, Stage, Wait};
use crate::words::SyncLevel;

/// What a wait makes of a message that it takes.
#[derive(Debug, Default)]
pub(super) struct Hit {
    captures: Captures,
    /// The line to go to.
    to: Option<u32>,
}

/// Whether a line takes a message. An `in` line takes any, and a strict one looks at it afterwards.
pub(super) fn hit(line: &Line, message: &Inbound) -> Option<Hit> {
    match line.stage().and_then(|stage| stage.wait.as_ref()) {
        Some(Wait::Pattern(pattern)) => Some(Hit { captures: pattern.matches(message)?, to: None }),
        Some(Wait::Chosen(chosen)) => Some(Hit { captures: chosen.takes.matches(message)?, to: None }),
        Some(Wait::Branch(patterns, targets)) => {
            let (way, captures) = patterns.first(message)?;
            Some(Hit { captures, to: targets.get(way).copied() })
        }
        Some(Wait::Payload | Wait::Match(_)) | None => Some(Hit::default()),
    }
}

impl Stage {
    /// Whether this is an `in` line.
    pub(crate) fn expects(&self) -> bool {
        matches!(self.wait, Some(Wait::Payload | Wait::Match(_) | Wait::Chosen(_)))
    }
}

impl Player {
    /// The line that comes next waits; perhaps what it waits for has come already.
    pub(super) fn wait(&mut self, cx: &mut Cx<'_>) {
        self.state = State::Waiting { since: self.clock.now(cx.elapsed()), near: Nearest::default() };
        let Some(line) = self.script.line(self.at) else { return };
        if let Some((message, hit)) = self.kept.take_first(|message| hit(line, message)) {
            self.meet(message, hit, true, cx);
        }
    }

    /// The line that comes next takes a message. One that `came_early` delays nothing, however late the
    /// line itself has come.
    pub(super) fn meet(&mut self, message: Inbound, hit: Hit, came_early: bool, cx: &mut Cx<'_>) {
        let script = self.script.clone();
        let Some(line) = script.line(self.at) else { return };
        let late = match came_early {
            true => Duration::ZERO,
            false => self.clock.now(cx.elapsed()).saturating_sub(self.clock.due(line.ts)),
        };
        self.clock.delay(late);
        let taken = Arc::new(Taken { message, captures: hit.captures });
        let step = script.step(self.at);
        let difference = match script.sync() {
            SyncLevel::Strict => self.difference(line, &taken, cx),
            SyncLevel::Loose | SyncLevel::Off => None,
        };
        cx.note(match difference {
            Some(difference) => Fact::Mismatch { step, difference },
            None => Fact::WaitMet { step, late },
        });
        self.mark_met();
        self.rounds.begin_anew();
        if script.0.renders {
            self.last = Some(taken);
        }
        self.state = State::Ready { to: hit.to, met: true };
    }

    /// How a message differs from what an `in` line says.
    fn difference(&mut self, line: &Line, taken: &Arc<Taken>, cx: &mut Cx<'_>) -> Option<String> {
        let stage = match &line.action {
            Action::Send(_) => return None,
            Action::Expect(ready) => return compare::difference(&ready.message(), &taken.message),
            Action::Step(stage) => stage,
        };
        let pattern = match &stage.wait {
            Some(Wait::Match(pattern)) => Some(pattern),
            Some(Wait::Chosen(chosen)) => chosen.wanted.as_ref(),
            _ => None,
        };
        match (pattern, &stage.wait) {
            (Some(pattern), _) => pattern.explain(&taken.message),
            (None, Some(Wait::Payload | Wait::Chosen(_))) => {
                let time = self.clock.script(line.ts);
                match self.build(&stage.payload, time, Some(taken), cx)? {
                    Ok(wanted) => compare::difference(&wanted, &taken.message),
                    Err(reason) => Some(format!("the expected message cannot be built: {reason}")),
                }
            }
            _ => None,
        }
    }

    /// Reports that a line was left without the message that it waits for.
    pub(super) fn unmet(&self, index: u32, outcome: WaitOutcome, cx: &mut Cx<'_>) {
        let Some(line) = self.script.line(index) else { return };
        let near = self.nearest(line);
        cx.note(Fact::WaitUnmet { step: self.script.step(index), wanted: wanted(line), near, outcome });
    }
}

/// What a line waits for, in the author's words.
fn wanted(line: &Line) -> String {
    let any = |payload: String| match payload.is_empty() {
        true => "any message".to_string(),
        false => format!("any message, such as {payload}"),
    };
    match &line.action {
        Action::Send(_) => String::new(),
        Action::Expect(ready) => any(ready.preview()),
        Action::Step(stage) => match &stage.wait {
            Some(Wait::Pattern(pattern) | Wait::Match(pattern)) => pattern.to_string(),
            Some(Wait::Chosen(chosen)) => chosen.takes.to_string(),
            Some(Wait::Branch(patterns, _)) => {
                patterns.patterns().iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
            }
            Some(Wait::Payload) => any(stage.payload.preview()),
            None => String::new(),
        },
    }
}

impl Ready {
    /// The message in a few words.
    pub(crate) fn preview(&self) -> String {
        match self {
            Self::Text(text) => preview(text),
            Self::Binary(bytes) => preview_bytes(bytes),
        }
    }
}

impl Payload {
    /// The message in a few words, templates as they are written.
    pub(crate) fn preview(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Ready(ready) => ready.preview(),
            Self::Text(template) => preview(&template.to_string()),
            Self::Json(template) => preview(&template.to_string()),
            Self::Base64(template) => format!("base64 {}", preview(&template.to_string())),
            Self::Hex(template) => format!("hex {}", preview(&template.to_string())),
        }
    }
}
