//! Pings on a quiet connection, and how a dead one is told.

use std::time::Duration;

use tokio::time::Instant;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Nothing yet.
    Wait,
    /// Send a ping.
    Ping,
    /// The last ping was answered with nothing at all for a whole interval.
    Dead,
}

/// One ping an interval; anything received counts as a sign of life (RFC 6455, section 5.5.2).
#[derive(Debug)]
pub(crate) struct Heartbeat {
    interval: Option<Duration>,
    next: Option<Instant>,
    unanswered: bool,
}

impl Heartbeat {
    pub(crate) fn new(interval: Option<Duration>, now: Instant) -> Self {
        Self { interval, next: interval.map(|interval| now + interval), unanswered: false }
    }

    #[inline]
    pub(crate) fn alive(&mut self) {
        self.unanswered = false;
    }

    pub(crate) fn stop(&mut self) {
        self.next = None;
    }

    #[inline]
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.next
    }

    #[inline]
    pub(crate) fn beat(&mut self, now: Instant) -> Beat {
        let (Some(next), Some(interval)) = (self.next, self.interval) else { return Beat::Wait };
        if now < next {
            return Beat::Wait;
        }
        if self.unanswered {
            self.next = None;
            return Beat::Dead;
        }
        self.unanswered = true;
        self.next = Some(now + interval);
        Beat::Ping
    }
}
