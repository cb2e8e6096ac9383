//! Whether somebody takes what is written for them, be it ever so slowly.

use std::time::Duration;

use tokio::time::Instant;

/// Looks at writing that has to wait.
#[derive(Debug)]
pub(crate) struct Stall {
    limit: Option<Duration>,
    /// Since when nothing has been taken.
    since: Option<Instant>,
    /// What had been taken in all by then.
    taken: u64,
}

impl Stall {
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self { limit, since: None, taken: 0 }
    }

    /// Whether something waits to be written at this moment, and how many bytes have been taken in all.
    #[inline]
    pub(crate) fn observe(&mut self, now: Instant, waits: bool, taken: u64) {
        if !waits || self.limit.is_none() {
            self.since = None;
        } else if self.since.is_none() || taken != self.taken {
            (self.since, self.taken) = (Some(now), taken);
        }
    }

    /// When it has been too long, unless something is taken before.
    #[inline]
    pub(crate) fn deadline(&self) -> Option<Instant> {
        Some(self.since? + self.limit?)
    }

    /// What is told of it.
    pub(crate) fn reason(&self) -> String {
        let limit = self.limit.unwrap_or_default();
        format!("the client took nothing of what waits for it for {limit:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_a_byte_has_the_whole_time_again() {
        let second = Duration::from_secs(1);
        let start = Instant::now();
        let mut stall = Stall::new(Some(10 * second));
        stall.observe(start, true, 5);
        stall.observe(start + second, true, 5);
        assert_eq!(stall.deadline(), Some(start + 10 * second));
        stall.observe(start + 2 * second, true, 6);
        assert_eq!(stall.deadline(), Some(start + 12 * second));
        stall.observe(start + 3 * second, false, 6);
        assert_eq!(stall.deadline(), None);
        stall.observe(start + 4 * second, true, 6);
        assert_eq!(stall.deadline(), Some(start + 14 * second));
    }
}
