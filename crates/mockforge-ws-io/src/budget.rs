//! One bound on the memory of all queues of a process.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the bytes of messages that wait in the queues of all connections. Past the limit the server
/// refuses handshakes (503), so that a crowd of slow clients cannot take the process down.
///
/// ```
/// use mockforge_ws_io::Budget;
///
/// let budget = Budget::new(1024);
/// assert!(!budget.is_spent());
/// ```
#[derive(Debug)]
pub struct Budget {
    used: AtomicUsize,
    limit: usize,
}

impl Budget {
    /// A budget of that many bytes.
    pub fn new(limit: usize) -> Self {
        Self { used: AtomicUsize::new(0), limit }
    }

    /// The bytes that wait.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether the limit has been reached.
    pub fn is_spent(&self) -> bool {
        self.used() >= self.limit
    }
}

impl Default for Budget {
    /// 1 GiB.
    fn default() -> Self {
        Self::new(1 << 30)
    }
}

/// One connection's part of a budget, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share<'b> {
    budget: &'b Budget,
    bytes: usize,
}

impl<'b> Share<'b> {
    pub(crate) fn new(budget: &'b Budget) -> Self {
        Self { budget, bytes: 0 }
    }

    #[inline]
    pub(crate) fn set(&mut self, bytes: usize) {
        if bytes > self.bytes {
            self.budget.used.fetch_add(bytes - self.bytes, Ordering::Relaxed);
        } else if bytes < self.bytes {
            self.budget.used.fetch_sub(self.bytes - bytes, Ordering::Relaxed);
        }
        self.bytes = bytes;
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_are_given_back() {
        let budget = Budget::new(100);
        let mut one = Share::new(&budget);
        let mut two = Share::new(&budget);
        one.set(60);
        two.set(50);
        assert!(budget.is_spent());
        one.set(10);
        assert_eq!(budget.used(), 60);
        drop(two);
        assert_eq!(budget.used(), 10);
    }
}
