//! What was seen, in bounded memory.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mockforge_ws_core::{ConnId, Elapsed, Fact, FactSink, Inbound, Interest, Record, Seed, WaitOutcome};

use crate::{Failure, Report, SessionReport};

/// A data message that a client sent.
#[derive(Debug, Clone)]
pub struct Received {
    /// On which connection.
    pub conn: ConnId,
    /// When, since that connection's opening.
    pub at: Elapsed,
    /// The message; its JSON is parsed once for all who look at it.
    pub message: Arc<Inbound>,
}

/// Listens to the facts of all connections and keeps what verification needs.
///
/// Messages are kept in a ring ([`KEPT`](Self::KEPT) unless told otherwise); how many fell out of it is
/// known, and an expectation that fails says so.
#[derive(Debug)]
pub struct Ledger {
    state: Mutex<State>,
    kept: usize,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) received: VecDeque<Received>,
    pub(crate) forgotten: u64,
    open: HashMap<ConnId, SessionReport>,
    over: Vec<SessionReport>,
    over_count: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::with_capacity(Self::KEPT)
    }
}

impl Ledger {
    /// The messages that a ledger keeps, and the finished sessions.
    pub const KEPT: usize = 10_000;

    /// A ledger that keeps `kept` messages and as many finished sessions.
    pub fn with_capacity(kept: usize) -> Self {
        Self { state: Mutex::default(), kept }
    }

    /// The messages that clients sent, oldest first.
    pub fn received(&self) -> Vec<Received> {
        self.state().received.iter().cloned().collect()
    }

    /// How many sessions are over.
    pub fn sessions_over(&self) -> u64 {
        self.state().over_count
    }

    /// The sessions that are over, with what they left unmet. `seed` is named in the report, so that a failing
    /// run can be repeated.
    pub fn report(&self, seed: Seed) -> Report {
        let mut sessions = self.state().over.clone();
        sessions.sort_by(|a, b| a.conn.cmp(&b.conn));
        Report { seed, sessions }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FactSink for Ledger {
    fn note(&self, record: Record<'_>) {
        match record.fact {
            Fact::Opened { .. } => {
                let session = SessionReport::new(record.conn.clone());
                self.state().open.insert(record.conn.clone(), session);
            }
            Fact::Received(message) if message.is_text() || message.is_binary() => {
                let received = Received {
                    conn: record.conn.clone(),
                    at: record.at,
                    message: Arc::new(Inbound::new(message.clone())),
                };
                let mut state = self.state();
                if state.received.len() >= self.kept {
                    state.received.pop_front();
                    state.forgotten += 1;
                }
                state.received.push_back(received);
            }
            Fact::WaitUnmet { step, wanted, near, outcome } => {
                let how = match outcome {
                    WaitOutcome::Left => "the client left",
                    WaitOutcome::Failed => "the time-out passed",
                    // What the author has foreseen is no failure.
                    WaitOutcome::Skipped | WaitOutcome::Closed => return,
                };
                self.fail(
                    record.conn,
                    Failure {
                        step: step.clone(),
                        problem: format!("waited for {wanted}; {how}"),
                        near: near.clone(),
                    },
                );
            }
            Fact::Mismatch { step, difference } => {
                self.fail(
                    record.conn,
                    Failure {
                        step: step.clone(),
                        problem: format!("the message differs: {difference}"),
                        near: None,
                    },
                );
            }
            Fact::Closed(_) => {
                let mut state = self.state();
                state.over_count += 1;
                if let Some(session) = state.open.remove(record.conn) {
                    // Failures are kept before successes when there are too many to keep all.
                    if state.over.len() < self.kept || !session.failures.is_empty() {
                        state.over.push(session);
                    }
                }
            }
            _ => {}
        }
    }

    fn interest(&self) -> Interest {
        Interest::All
    }
}

impl Ledger {
    /// A session reports a failure at most once a step of its script, but a script may loop for ever.
    const FAILURES: usize = 100;

    fn fail(&self, conn: &ConnId, failure: Failure) {
        let mut state = self.state();
        if let Some(session) = state.open.get_mut(conn)
            && session.failures.len() < Self::FAILURES
        {
            session.failures.push(failure);
        }
    }
}
