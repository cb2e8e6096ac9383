//! How many messages of a kind clients have sent, against how many they should have.

use std::fmt;
use std::ops::RangeInclusive;

use mockforge_ws_match::Pattern;

use crate::Ledger;

/// A pattern and how often clients should send a message that matches it: at least once, unless told
/// otherwise.
///
/// ```
/// use mockforge_ws_match::{Dialect, Pattern};
/// use mockforge_ws_verify::{Expectation, Ledger};
///
/// let hello = Pattern::parse_str("^HELLO", Dialect::Rfc9535).unwrap();
/// let unmet = Expectation::new(hello).check(&Ledger::default()).unwrap_err();
/// assert_eq!(unmet.to_string(), "expected `^HELLO` at least once, got it 0 times; no message came at all");
/// ```
#[derive(Debug, Clone)]
pub struct Expectation {
    pattern: Pattern,
    times: RangeInclusive<usize>,
    route: Option<String>,
}

impl Expectation {
    /// Expects at least one match, on any route.
    pub fn new(pattern: Pattern) -> Self {
        Self { pattern, times: 1..=usize::MAX, route: None }
    }

    /// Expects exactly `times` matches.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times: times..=times, ..self }
    }

    /// Expects at least `times` matches.
    #[must_use]
    pub fn at_least(self, times: usize) -> Self {
        Self { times: times..=usize::MAX, ..self }
    }

    /// Looks only at connections of that route.
    #[must_use]
    pub fn on(self, route: impl Into<String>) -> Self {
        Self { route: Some(route.into()), ..self }
    }

    /// Whether more messages could still break it: exactly as many as came were expected.
    pub fn has_upper_bound(&self) -> bool {
        *self.times.end() != usize::MAX
    }

    /// Whether it can't be met any more, whatever comes.
    pub fn is_exceeded(&self, ledger: &Ledger) -> bool {
        self.has_upper_bound() && self.count(ledger) > *self.times.end()
    }

    /// Counts the matches so far.
    ///
    /// # Errors
    /// When there are too few or too many, with the nearest misses.
    pub fn check(&self, ledger: &Ledger) -> Result<(), Unmet> {
        let got = self.count(ledger);
        if self.times.contains(&got) {
            return Ok(());
        }
        let state = ledger.state();
        let mut misses: Vec<_> = state
            .received
            .iter()
            .filter(|received| self.is_about(&received.conn.route))
            .filter_map(|received| Some((&received.conn, self.pattern.near_miss(&received.message)?)))
            .collect();
        misses.sort_by_key(|(_, miss)| std::cmp::Reverse(miss.score));
        Err(Unmet {
            wanted: self.pattern.to_string(),
            times: self.times.clone(),
            got,
            silent: got == 0 && misses.is_empty(),
            near: misses.into_iter().take(3).map(|(conn, miss)| format!("{conn}: {}", miss.text)).collect(),
            forgotten: state.forgotten,
        })
    }

    fn count(&self, ledger: &Ledger) -> usize {
        let state = ledger.state();
        let relevant = state.received.iter().filter(|received| self.is_about(&received.conn.route));
        relevant.filter(|received| self.pattern.is_match(&received.message)).count()
    }

    fn is_about(&self, route: &str) -> bool {
        self.route.as_deref().is_none_or(|wanted| wanted == route)
    }
}

/// An expectation that was not met. Its `Display` is one sentence and the nearest misses below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The pattern, as written.
    pub wanted: String,
    /// How often it should have matched.
    pub times: RangeInclusive<usize>,
    /// How often it did.
    pub got: usize,
    /// Whether no message came at all.
    pub silent: bool,
    /// How the nearest messages differed, nearest first.
    pub near: Vec<String>,
    /// How many messages had to be forgotten, because more came than are kept.
    pub forgotten: u64,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected `{}` ", self.wanted)?;
        match (*self.times.start(), *self.times.end()) {
            (0, 0) => f.write_str("never")?,
            (1, usize::MAX) => f.write_str("at least once")?,
            (least, usize::MAX) => write!(f, "at least {least} times")?,
            (1, 1) => f.write_str("once")?,
            (exactly, _) => write!(f, "{exactly} times")?,
        }
        let times = if self.got == 1 { "once".to_string() } else { format!("{} times", self.got) };
        write!(f, ", got it {times}")?;
        if self.silent {
            f.write_str("; no message came at all")?;
        }
        if self.forgotten > 0 {
            write!(f, " ({} older messages were forgotten)", self.forgotten)?;
        }
        self.near.iter().try_for_each(|near| write!(f, "\n  nearest: {near}"))
    }
}

impl std::error::Error for Unmet {}
