//! Which sessions left something unmet, for people.

use std::fmt;

use mockforge_ws_core::{ConnId, Seed, Step};

/// Something that a script expected of a client and did not get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which step of the script.
    pub step: Step,
    /// What was expected and what happened.
    pub problem: String,
    /// How the nearest message differed.
    pub near: Option<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.problem)?;
        self.near.as_ref().map_or(Ok(()), |near| write!(f, "\n    nearest: {near}"))
    }
}

/// One session's verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionReport {
    /// Which connection.
    pub conn: ConnId,
    /// What it left unmet; empty for a session that passed.
    pub failures: Vec<Failure>,
}

impl SessionReport {
    pub(crate) fn new(conn: ConnId) -> Self {
        Self { conn, failures: Vec::new() }
    }
}

/// The verdict on all sessions that are over. Its `Display` is what `serve --verify` prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The seed to repeat the run with.
    pub seed: Seed,
    /// By route and number.
    pub sessions: Vec<SessionReport>,
}

impl Report {
    /// Whether no session left anything unmet.
    pub fn passed(&self) -> bool {
        self.failed() == 0
    }

    /// How many sessions left something unmet.
    pub fn failed(&self) -> usize {
        self.sessions.iter().filter(|session| !session.failures.is_empty()).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.sessions.len();
        let sessions = if count == 1 { "session" } else { "sessions" };
        if self.passed() {
            return writeln!(f, "verified: {count} {sessions}, nothing left unmet (seed {})", self.seed);
        }
        writeln!(f, "verification failed: {} of {count} {sessions} (seed {})", self.failed(), self.seed)?;
        for session in &self.sessions {
            for failure in &session.failures {
                writeln!(f, "  {}  {failure}", session.conn)?;
            }
        }
        Ok(())
    }
}
