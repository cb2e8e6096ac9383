//! The message that came closest to what a line waits for.

use mockforge_ws_core::Inbound;
use mockforge_ws_match::{NearMiss, Pattern};

use super::{Player, State};
use crate::script::{Line, Wait};

/// The closest miss so far.
#[derive(Debug, Default)]
pub(super) struct Nearest(Option<Box<NearMiss>>);

impl Nearest {
    fn offer(&mut self, miss: NearMiss) {
        if self.0.as_ref().is_none_or(|closest| closest.score < miss.score) {
            self.0 = Some(Box::new(miss));
        }
    }
}

impl Player {
    /// How the closest of the messages that were kept, or let go meanwhile, differs from what a line wants.
    pub(super) fn nearest(&self, line: &Line) -> Option<String> {
        let mut nearest = Nearest::default();
        let messages = self.kept.iter();
        let misses = messages
            .flat_map(|message| patterns(line).iter().filter_map(|pattern| pattern.near_miss(message)));
        misses.for_each(|miss| nearest.offer(miss));
        let gone = match &self.state {
            State::Waiting { near, .. } => near.0.as_ref(),
            _ => None,
        };
        let closest = match (&nearest.0, gone) {
            (Some(kept), Some(gone)) if kept.score < gone.score => gone,
            (Some(kept), _) => kept,
            (None, gone) => gone?,
        };
        Some(closest.text.clone())
    }

    /// A message is let go; how close it came is remembered.
    pub(super) fn regret(&mut self, message: &Inbound) {
        if let (State::Waiting { near, .. }, Some(line)) = (&mut self.state, self.script.line(self.at)) {
            patterns(line)
                .iter()
                .filter_map(|pattern| pattern.near_miss(message))
                .for_each(|miss| near.offer(miss));
        }
    }
}

/// What a line compares messages with. An `in` line takes any message, so nothing misses it.
fn patterns(line: &Line) -> &[Pattern] {
    match line.stage().and_then(|stage| stage.wait.as_ref()) {
        Some(Wait::Pattern(pattern)) => std::slice::from_ref(pattern),
        Some(Wait::Chosen(chosen)) => std::slice::from_ref(&chosen.takes),
        Some(Wait::Branch(patterns, _)) => patterns.patterns(),
        Some(Wait::Payload | Wait::Match(_)) | None => &[],
    }
}
