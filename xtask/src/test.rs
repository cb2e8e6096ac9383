//! `test`: the lints, then every test and doctest of the workspace.

use anyhow::{Result, ensure};

use crate::report::Report;
use crate::{features, lint, process};

/// Runs everything, also past a failure, and ends with the sum of the tests.
pub(crate) fn run() -> Result<()> {
    let mut report = Report::default();
    lint::steps(&mut report);
    report.step("tests", tests);
    report.finish()
}

fn tests() -> Result<()> {
    let mut sum = Sum::default();
    let mut command = process::cargo(&["test", "--workspace", "--no-fail-fast"]);
    let outcome = process::run_seeing(command.args(features::all()), |line| sum.add(line));
    println!("{} passed, {} failed, {} ignored", sum.passed, sum.failed, sum.ignored);
    outcome?;
    ensure!(sum.passed > 0, "no test ran");
    Ok(())
}

/// The counts of libtest's closing lines.
#[derive(Debug, Default, PartialEq)]
struct Sum {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Sum {
    fn add(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ") else { return };
        for count in counts.split([';', '.']) {
            if let Some((number, word)) = count.trim().split_once(' ')
                && let Ok(number) = number.parse::<u64>()
            {
                match word {
                    "passed" => self.passed += number,
                    "failed" => self.failed += number,
                    "ignored" => self.ignored += number,
                    _ => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_summed() {
        let mut sum = Sum::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.15s",
            "test mentions test result: ok. 9 passed; 0 failed",
            "test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
        ] {
            sum.add(line);
        }
        assert_eq!(sum, Sum { passed: 5, failed: 4, ignored: 1 });
    }
}
