//! Messages that came before anything took them.

use std::collections::VecDeque;

use mockforge_ws_core::Inbound;

/// The messages that no wait has taken, oldest first.
#[derive(Debug, Default)]
pub(super) struct Kept {
    messages: VecDeque<Inbound>,
    bytes: usize,
}

impl Kept {
    /// As many are kept.
    pub(super) const MOST: usize = 64;

    /// Keeps one more; the oldest comes out where there are too many.
    pub(super) fn push(&mut self, message: Inbound) -> Option<Inbound> {
        self.bytes += message.bytes().len();
        self.messages.push_back(message);
        if self.messages.len() > Self::MOST { self.take(0) } else { None }
    }

    /// Takes the oldest of which `hit` makes something; the others stay in order.
    pub(super) fn take_first<T>(&mut self, hit: impl FnMut(&Inbound) -> Option<T>) -> Option<(Inbound, T)> {
        let mut hit = hit;
        let found =
            self.messages.iter().enumerate().find_map(|(index, message)| Some((index, hit(message)?)));
        let (index, hit) = found?;
        Some((self.take(index)?, hit))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Inbound> {
        self.messages.iter()
    }

    /// Lets go of all, and of their memory.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn take(&mut self, index: usize) -> Option<Inbound> {
        let message = self.messages.remove(index)?;
        self.bytes -= message.bytes().len();
        Some(message)
    }
}
