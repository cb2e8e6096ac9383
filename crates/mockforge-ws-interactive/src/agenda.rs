//! What is to be done when: everything that waits for its time, in one order.

use std::collections::BTreeMap;

use mockforge_ws_core::Elapsed;

/// Things by the time when they are due; those of one time in the order in which they were put there.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    entries: BTreeMap<Ticket, T>,
    next: u64,
}

/// What takes an entry back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(Elapsed, u64);

impl<T> Agenda<T> {
    pub(crate) fn new() -> Self {
        Self { entries: BTreeMap::new(), next: 0 }
    }

    pub(crate) fn add(&mut self, due: Elapsed, entry: T) -> Ticket {
        self.next += 1;
        let ticket = Ticket(due, self.next);
        self.entries.insert(ticket, entry);
        ticket
    }

    pub(crate) fn cancel(&mut self, ticket: Ticket) {
        self.entries.remove(&ticket);
    }

    /// When the first is due.
    pub(crate) fn due(&self) -> Option<Elapsed> {
        self.entries.first_key_value().map(|(ticket, _)| ticket.0)
    }

    /// Takes the first, with the time at which it was due.
    pub(crate) fn pop(&mut self) -> Option<(Elapsed, T)> {
        self.entries.pop_first().map(|(ticket, entry)| (ticket.0, entry))
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}
