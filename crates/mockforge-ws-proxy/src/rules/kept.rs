//! What one connection keeps for its rules.

use std::collections::BTreeMap;

use mockforge_ws_core::{Elapsed, Message};

use crate::Side;

/// How many answers wait for their time; more are dropped.
const MOST: usize = 1024;
/// How many bytes of them; a single one may be longer.
const MOST_BYTES: usize = 1 << 20;

/// Made when the first rule needs it.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// How often each rule has taken a message; short of those that have not.
    counts: Vec<u64>,
    /// Answers that are not due yet, by their time and then in the order in which they came.
    late: BTreeMap<(Elapsed, u64), (Side, Message)>,
    number: u64,
    bytes: usize,
}

impl Kept {
    pub(super) fn count(&self, rule: usize) -> u64 {
        self.counts.get(rule).copied().unwrap_or(0)
    }

    pub(super) fn count_up(&mut self, rule: usize) {
        if self.counts.len() <= rule {
            self.counts.resize(rule + 1, 0);
        }
        self.counts[rule] += 1;
    }

    /// Keeps a message that travels away from a side; false where there is no room for it.
    pub(crate) fn keep(&mut self, due: Elapsed, from: Side, message: Message) -> bool {
        let fits = self.late.len() < MOST && self.bytes + message.len() <= MOST_BYTES;
        let has_room = self.late.is_empty() || fits;
        if has_room {
            self.number += 1;
            self.bytes += message.len();
            self.late.insert((due, self.number), (from, message));
        }
        has_room
    }

    /// The next message that is due.
    pub(crate) fn due(&mut self, now: Elapsed) -> Option<(Side, Message)> {
        let next = self.late.first_entry().filter(|entry| entry.key().0 <= now)?;
        let (from, message) = next.remove();
        self.bytes -= message.len();
        Some((from, message))
    }

    pub(crate) fn deadline(&self) -> Option<Elapsed> {
        self.late.first_key_value().map(|((due, _), _)| *due)
    }

    pub(crate) fn held_bytes(&self) -> usize {
        self.bytes
    }
}
