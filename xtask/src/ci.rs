//! `ci`: what a change must pass.

use anyhow::Result;

use crate::report::Report;
use crate::{deny, test};

/// Runs the dependency checks and the tests, both whatever becomes of the other.
pub(crate) fn run() -> Result<()> {
    let mut report = Report::default();
    report.step("deny", || deny::run(deny::Checks::Offline));
    report.step("test", test::run);
    report.finish()
}
