//! Numbers and times.

use std::time::Duration;

use mockforge_ws_diagnostic::Problem;

use super::{At, Compiler};

impl Compiler<'_> {
    /// A time with its unit.
    pub(super) fn duration(&mut self, at: &At<'_>, key: &str) -> Option<Duration> {
        self.take(at.duration(key).map_err(|problem| vec![problem]), at)
    }

    /// A time that is not zero.
    pub(super) fn period(&mut self, at: &At<'_>, key: &str) -> Option<Duration> {
        let period = self.duration(at, key)?;
        if period.is_zero() {
            let problem = Problem::new(format!("`{key}` is longer than nothing"));
            self.problem(at, problem.hint("with no time between them they would never end"));
            return None;
        }
        Some(period)
    }

    /// A whole number from 1.
    pub(super) fn count(&mut self, at: &At<'_>, key: &str) -> Option<u64> {
        self.take(at.count(key).map_err(|problem| vec![problem]), at)
    }

    pub(super) fn probability(&mut self, at: &At<'_>, key: &str) -> Option<f64> {
        self.take(at.probability(key).map_err(|problem| vec![problem]), at)
    }

    pub(super) fn boolean(&mut self, at: &At<'_>, key: &str) -> Option<bool> {
        self.take(at.boolean(key).map_err(|problem| vec![problem]), at)
    }
}
