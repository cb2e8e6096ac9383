//! Several steps in a row: each runs, whatever became of those before, and the end names those that failed.

use anyhow::{Result, bail};

/// The steps that failed so far.
#[derive(Default)]
pub(crate) struct Report {
    failed: Vec<String>,
}

impl Report {
    /// Runs a step and says at once what went wrong.
    pub(crate) fn step(&mut self, name: impl Into<String>, step: impl FnOnce() -> Result<()>) {
        let name = name.into();
        eprintln!("== {name}");
        if let Err(error) = step() {
            eprintln!("error: {error:#}");
            self.failed.push(name);
        }
    }

    /// An error where a step failed.
    pub(crate) fn finish(self) -> Result<()> {
        if !self.failed.is_empty() {
            bail!("failed: {}", self.failed.join(", "));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_runs_and_the_failed_are_named() {
        let mut ran = 0;
        let mut report = Report::default();
        report.step("first", || bail!("no"));
        report.step("second", || {
            ran += 1;
            Ok(())
        });
        report.step("third", || bail!("no"));
        assert_eq!(ran, 1);
        assert_eq!(
            report.finish().map_err(|error| error.to_string()),
            Err("failed: first, third".to_owned())
        );
    }
}
