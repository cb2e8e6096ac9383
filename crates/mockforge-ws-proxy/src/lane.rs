//! One direction's verdicts that are not due yet, in order.

use std::collections::VecDeque;

use mockforge_ws_core::{Elapsed, Message};

use crate::Verdict;

/// How many verdicts wait before nothing more is read from their side.
const MOST: usize = 1024;
/// How many bytes of messages wait before nothing more is read from their side.
const MOST_BYTES: usize = 1 << 20;

#[derive(Debug, Default)]
pub(crate) struct Lane {
    waiting: VecDeque<(Elapsed, Verdict)>,
    bytes: usize,
}

impl Lane {
    /// Takes a verdict that was given at `now`; back it comes where it may be carried out at once.
    pub(crate) fn pass(&mut self, now: Elapsed, verdict: Verdict) -> Option<Verdict> {
        let due = self.turn(now + verdict.delay);
        if self.waiting.is_empty() && due == now {
            return Some(verdict);
        }
        self.push(due, verdict);
        None
    }

    /// When it is the turn of what is to wait until `due`: not before what waits already.
    pub(crate) fn turn(&self, due: Elapsed) -> Elapsed {
        self.waiting.back().map_or(due, |(last, _)| due.max(*last))
    }

    fn push(&mut self, due: Elapsed, verdict: Verdict) {
        self.bytes += size(&verdict);
        self.waiting.push_back((due, verdict));
    }

    /// The next verdict that is due.
    pub(crate) fn due(&mut self, now: Elapsed) -> Option<Verdict> {
        self.waiting.front().filter(|(due, _)| *due <= now)?;
        let (_, verdict) = self.waiting.pop_front()?;
        self.bytes -= size(&verdict);
        Some(verdict)
    }

    pub(crate) fn deadline(&self) -> Option<Elapsed> {
        self.waiting.front().map(|(due, _)| *due)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= MOST || self.bytes >= MOST_BYTES
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn held_bytes(&self) -> usize {
        self.bytes
    }
}

fn size(verdict: &Verdict) -> usize {
    verdict.forward.iter().chain(&verdict.answer).map(Message::len).sum()
}
