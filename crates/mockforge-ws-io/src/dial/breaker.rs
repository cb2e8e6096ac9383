//! A circuit breaker for a server that keeps failing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use mockforge_ws_core::Breaker;
use tokio::time::Instant;

/// Closed while things go well. So many failures in a row open it; when its rest is over one attempt is let
/// through, and what comes of that decides.
#[derive(Debug, Default)]
pub(super) struct Circuit(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Circuit {
    /// Whether an attempt may be made now.
    pub(super) fn lets_through(&self, breaker: Breaker, now: Instant) -> bool {
        let mut state = self.state();
        match state.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                // This one tries; the others wait for what comes of it.
                state.open_until = Some(now + breaker.rest);
                true
            }
            None => true,
        }
    }

    /// What came of an attempt.
    pub(super) fn record(&self, breaker: Breaker, is_success: bool, now: Instant) {
        let mut state = self.state();
        if is_success {
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= breaker.failures {
            state.open_until = Some(now + breaker.rest);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn failures_in_a_row_open_it_and_one_attempt_closes_it() {
        let breaker = Breaker { failures: 2, rest: Duration::from_secs(10) };
        let circuit = Circuit::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        circuit.record(breaker, false, at(0));
        circuit.record(breaker, true, at(0));
        circuit.record(breaker, false, at(0));
        assert!(circuit.lets_through(breaker, at(0)), "the failures were not in a row");
        circuit.record(breaker, false, at(1));
        assert!(!circuit.lets_through(breaker, at(10)));
        assert!(circuit.lets_through(breaker, at(11)));
        assert!(!circuit.lets_through(breaker, at(12)), "one tries at a time");
        circuit.record(breaker, false, at(12));
        assert!(!circuit.lets_through(breaker, at(21)));
        assert!(circuit.lets_through(breaker, at(22)));
        circuit.record(breaker, true, at(22));
        assert!(circuit.lets_through(breaker, at(22)));
        circuit.record(breaker, false, at(23));
        assert!(circuit.lets_through(breaker, at(23)), "it counts from nothing again");
    }
}
