//! `--verify`: waits for the sessions, and judges them.

use std::sync::Arc;

use mockforge_ws_core::{Fact, FactSink, Interest, Record, Seed};
use mockforge_ws_verify::{Ledger, Report};
use tokio::sync::Notify;

use super::output::Output;
use crate::args::ServeOutputs;
use crate::exit::{Exit, Stop};
use crate::terminal::{self, counted};

/// A verification under way.
pub(super) struct Verification {
    ledger: Arc<Ledger>,
    ended: Arc<Ended>,
    wanted: u64,
    seed: Seed,
    junit: Option<Output>,
}

/// The ledger without the messages: only unmet waits and mismatches are judged.
struct Deaf(Arc<Ledger>);

impl FactSink for Deaf {
    fn note(&self, record: Record<'_>) {
        self.0.note(record);
    }

    fn interest(&self) -> Interest {
        Interest::Nothing
    }
}

/// Wakes whoever waits for the sessions. It stands behind the ledger, which has counted the session by then.
#[derive(Default)]
struct Ended(Notify);

impl FactSink for Ended {
    fn note(&self, record: Record<'_>) {
        if matches!(record.fact, Fact::Closed(_)) {
            self.0.notify_one();
        }
    }

    fn interest(&self) -> Interest {
        Interest::Nothing
    }
}

impl Verification {
    /// # Errors
    /// When the JUnit file can't be written.
    pub(super) fn new(outputs: &ServeOutputs, seed: Seed) -> Result<Self, Stop> {
        Ok(Self {
            ledger: Arc::default(),
            ended: Arc::default(),
            wanted: outputs.connections.unwrap_or(1),
            seed,
            junit: outputs.junit.as_deref().map(Output::open).transpose()?,
        })
    }

    /// Who is to hear the facts.
    pub(super) fn sinks(&self) -> [Arc<dyn FactSink>; 2] {
        [Arc::new(Deaf(Arc::clone(&self.ledger))), Arc::clone(&self.ended) as _]
    }

    /// Serving begins: an old verdict is not left to be taken for the new one.
    pub(super) fn begin(&self) {
        self.junit.iter().for_each(Output::empty);
    }

    /// Waits until as many sessions as wanted are over.
    async fn done(&self) {
        while self.ledger.sessions_over() < self.wanted {
            self.ended.0.notified().await;
        }
    }

    /// The verdict on the sessions that are over at this moment.
    pub(super) fn verdict(self) -> Verdict {
        Verdict {
            over: self.ledger.sessions_over(),
            report: self.ledger.report(self.seed),
            wanted: self.wanted,
            junit: self.junit,
        }
    }
}

/// Waits until the verification has seen enough; for ever where there is none.
pub(super) async fn done(verification: Option<&Verification>) {
    match verification {
        Some(verification) => verification.done().await,
        None => std::future::pending().await,
    }
}

/// What came out.
pub(super) struct Verdict {
    report: Report,
    over: u64,
    wanted: u64,
    junit: Option<Output>,
}

impl Verdict {
    /// Prints the report and writes the JUnit file.
    ///
    /// # Errors
    /// When the verification failed, or its result could not be written.
    pub(super) fn tell(self) -> Result<(), Stop> {
        let Self { report, over, wanted, junit } = self;
        terminal::stdout(&report.to_string())?;
        if let Some(mut junit) = junit {
            let xml = report.junit().map_err(|error| Stop::new(Exit::World, error.to_string()))?;
            junit.write(&xml)?;
        }
        if !report.passed() {
            let failed = counted(report.failed(), "session");
            let message = format!("verification failed: {failed} left something unmet");
            return Err(Stop::new(Exit::Failed, message)
                .hint(format!("run again with --seed {} for the same random values", report.seed)));
        }
        if over < wanted {
            let message = format!("verification failed: {over} of {} ended", counted_u64(wanted, "session"));
            return Err(Stop::new(Exit::Failed, message)
                .hint("the server was stopped before; --connections says how many to wait for"));
        }
        Ok(())
    }
}

fn counted_u64(count: u64, word: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), word)
}
