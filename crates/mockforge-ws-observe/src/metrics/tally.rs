//! What has been added up and is not in the series yet. These are shared by all connections, and so by all
//! threads: adding to them once for all that came together costs a part of adding to them for each message.

use mockforge_ws_core::Elapsed;

use super::route::Way;

/// The messages of one direction.
#[derive(Default)]
pub(super) struct Tally {
    /// The size that the last messages had, and how many had it in a row: those are added up last.
    size: usize,
    row: usize,
    messages: u64,
    bytes: u64,
}

impl Tally {
    #[inline]
    pub(super) fn add(&mut self, size: usize, way: &Way) {
        if size != self.size {
            self.end_row(way);
            self.size = size;
        }
        self.row += 1;
    }

    fn end_row(&mut self, way: &Way) {
        let row = std::mem::take(&mut self.row);
        if row > 0 {
            way.sizes.record_many(self.size as f64, row);
            self.messages += row as u64;
            self.bytes += (row * self.size) as u64;
        }
    }

    pub(super) fn tell(&mut self, way: &Way) {
        self.end_row(way);
        if self.messages > 0 {
            way.messages.increment(std::mem::take(&mut self.messages));
            way.bytes.increment(std::mem::take(&mut self.bytes));
        }
    }
}

/// How long somebody takes to answer: the first of the messages that come together, until the next one back.
#[derive(Default)]
pub(super) struct Answering {
    asked: Option<Elapsed>,
    answered: Option<Elapsed>,
}

impl Answering {
    #[inline]
    pub(super) fn ask(&mut self, at: Elapsed) {
        if self.answered.is_none() {
            self.asked.get_or_insert(at);
        }
    }

    #[inline]
    pub(super) fn answer(&mut self) {
        if let Some(asked) = self.asked.take() {
            self.answered = Some(asked);
        }
    }

    /// How long the answer took that has been given, if one has, where it is this time now.
    pub(super) fn take(&mut self, now: Elapsed) -> Option<Elapsed> {
        Some(now.saturating_sub(self.answered.take()?))
    }
}
