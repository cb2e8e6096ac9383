//! How much of what came in waits for the handler's task, and whether the peer is to wait too.

use super::sync::{AtomicBool, AtomicUsize, Ordering};

/// From when much waits until little does, the peer is held. The connection's loop adds and asks, the task takes.
///
/// Each side writes what it does before it reads what the other did, in the one order that all of them see
/// (`SeqCst`), so of a hold and a take at once at least one sees the other.
#[derive(Debug)]
pub(crate) struct Backlog {
    max_messages: usize,
    max_bytes: usize,
    messages: AtomicUsize,
    bytes: AtomicUsize,
    held: AtomicBool,
}

impl Backlog {
    /// Nothing waits; so many messages, or so many bytes of them, are much, and half of it is little.
    pub(crate) fn new(max_messages: usize, max_bytes: usize) -> Self {
        Self {
            max_messages,
            max_bytes,
            messages: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            held: AtomicBool::new(false),
        }
    }

    /// A message of that length waits for the task.
    pub(crate) fn add(&self, len: usize) {
        self.messages.fetch_add(1, Ordering::SeqCst);
        self.bytes.fetch_add(len, Ordering::SeqCst);
    }

    /// A message of that length was taken by the task. Says whether the loop has to be told that it may listen
    /// again.
    #[must_use]
    pub(crate) fn take(&self, len: usize) -> bool {
        self.messages.fetch_sub(1, Ordering::SeqCst);
        self.bytes.fetch_sub(len, Ordering::SeqCst);
        self.is_low() && self.held.swap(false, Ordering::SeqCst)
    }

    /// Whether the peer is not to be listened to. Where it is not, a take will say when it is again.
    pub(crate) fn holds(&self) -> bool {
        if self.messages.load(Ordering::SeqCst) >= self.max_messages || self.bytes() >= self.max_bytes {
            self.held.store(true, Ordering::SeqCst);
            // The task may have taken all of it just before it could know that it has to tell.
            if self.is_low() {
                self.held.store(false, Ordering::SeqCst);
            }
        }
        self.held.load(Ordering::SeqCst)
    }

    /// The bytes that wait.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::SeqCst)
    }

    fn is_low(&self) -> bool {
        self.messages.load(Ordering::SeqCst) <= self.max_messages / 2 && self.bytes() <= self.max_bytes / 2
    }
}
