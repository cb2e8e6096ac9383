//! Expectations that wait.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use mockforge_ws_core::Seed;
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_match::{Dialect, Pattern};
use mockforge_ws_verify::{Expectation, Ledger, Unmet};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// An expectation of [`MockServer::expect`](crate::MockServer::expect); await it for the verdict.
///
/// It is met as soon as enough matching messages have come. Where more would break it (`times`), it still
/// fails at once when too many have come; `times(0)` waits the whole time.
#[derive(Debug)]
#[must_use = "an expectation is checked when it is awaited"]
pub struct Expecting<'s> {
    ledger: &'s Ledger,
    changed: &'s Notify,
    seed: Seed,
    expectation: Result<Expectation, Vec<Problem>>,
    never: bool,
    within: Duration,
}

impl<'s> Expecting<'s> {
    pub(crate) fn new(ledger: &'s Ledger, changed: &'s Notify, seed: Seed, pattern: &str) -> Self {
        let expectation = Pattern::parse_str(pattern, Dialect::default()).map(Expectation::new);
        Self { ledger, changed, seed, expectation, never: false, within: Duration::from_secs(5) }
    }

    /// Exactly so often.
    pub fn times(self, times: usize) -> Self {
        let expectation = self.expectation.map(|expectation| expectation.times(times));
        Self { expectation, never: times == 0, ..self }
    }

    /// So often or more.
    pub fn at_least(self, times: usize) -> Self {
        Self { expectation: self.expectation.map(|expectation| expectation.at_least(times)), ..self }
    }

    /// Waits no longer than this; five seconds unless told otherwise.
    pub fn within(self, time: Duration) -> Self {
        Self { within: time, ..self }
    }

    async fn verdict(self) -> Result<(), ExpectationFailed> {
        let failed = |kind| ExpectationFailed { kind, seed: self.seed };
        let expectation = self.expectation.map_err(|problems| failed(Kind::Pattern(problems)))?;
        let deadline = Instant::now() + self.within;
        loop {
            let changed = self.changed.notified();
            let met = expectation.check(self.ledger);
            if (met.is_ok() && !self.never) || expectation.is_exceeded(self.ledger) {
                return met.map_err(|unmet| failed(Kind::Unmet(unmet)));
            }
            if timeout_at(deadline, changed).await.is_err() {
                return expectation.check(self.ledger).map_err(|unmet| failed(Kind::Unmet(unmet)));
            }
        }
    }
}

impl<'s> IntoFuture for Expecting<'s> {
    type Output = Result<(), ExpectationFailed>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 's>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.verdict())
    }
}

/// An expectation that was not met: what was wanted, what came, the nearest misses, and the seed of the run.
#[derive(Clone, PartialEq, Eq)]
pub struct ExpectationFailed {
    kind: Kind,
    seed: Seed,
}

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Pattern(Vec<Problem>),
    Unmet(Unmet),
}

impl fmt::Display for ExpectationFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Pattern(problems) => {
                f.write_str("the pattern is no pattern:")?;
                problems.iter().try_for_each(|problem| write!(f, " {problem}"))
            }
            Kind::Unmet(unmet) => write!(f, "{unmet}\n  seed {}", self.seed),
        }
    }
}

/// As its `Display`, so that `unwrap` in a test is readable.
impl fmt::Debug for ExpectationFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ExpectationFailed {}
