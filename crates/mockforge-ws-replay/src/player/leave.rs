//! The end of a connection, and what the client has left undone.

use mockforge_ws_core::{Cx, WaitOutcome};

use super::{Player, State};
use crate::script::Then;

/// So many waits of a script that goes round are told apart; a connection spends a bit on each.
const TOLD_APART: usize = 8_192;

/// So many jumps are followed to find the wait that would have come next.
const HOPS: usize = 64;

impl Player {
    /// The connection is over. A wait that the client has never met, pending or still to come, is its doing.
    pub(super) fn closed(&mut self, cx: &mut Cx<'_>) {
        if !self.leaving
            && let Some(index) = self.next_wait()
            && !self.was_met(index)
        {
            self.unmet(index, WaitOutcome::Left, cx);
        }
        self.over();
    }

    /// The next wait on the way, following jumps that are sure to be made.
    fn next_wait(&self) -> Option<u32> {
        let (mut index, mut met) = match self.state {
            State::Waiting { .. } => return Some(self.at),
            State::Ready { to: Some(to), .. } => (to, false),
            State::Ready { to: None, met } => (self.at, met),
            State::Finished | State::Over => return None,
        };
        for _ in 0..HOPS {
            let stops = &self.script.0.stops;
            let stop = *stops.get(stops.partition_point(|stop| *stop < index))?;
            let line = self.script.line(stop)?;
            if line.waits() && !(met && stop == self.at) {
                return Some(stop);
            }
            index = match line.stage().map(|stage| &stage.then) {
                Some(Then::Goto { target, times: None }) => *target,
                Some(Then::Close(_) | Then::Abort) => return None,
                _ => stop + 1,
            };
            met = false;
        }
        None
    }

    /// Whether a wait may still come, so that messages are worth keeping.
    pub(super) fn may_wait(&self) -> bool {
        let playing = matches!(self.state, State::Ready { .. } | State::Waiting { .. });
        playing && (self.script.0.cyclic || self.script.0.last_wait.is_some_and(|last| last >= self.at))
    }

    /// Remembers that the wait of the present line has been met, where it may come again.
    pub(super) fn mark_met(&mut self) {
        if let Some((word, bit)) = self.place(self.at) {
            if self.met.len() <= word {
                self.met.resize(word + 1, 0);
            }
            self.met[word] |= bit;
        }
    }

    fn was_met(&self, index: u32) -> bool {
        self.place(index).is_some_and(|(word, bit)| self.met.get(word).is_some_and(|met| met & bit != 0))
    }

    fn place(&self, index: u32) -> Option<(usize, u64)> {
        let place = self.script.0.stops.binary_search(&index).ok()?;
        (self.script.0.cyclic && place < TOLD_APART).then_some((place / 64, 1 << (place % 64)))
    }
}
