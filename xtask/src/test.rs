//! `test`: the lints, then every test and doctest of the workspace.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::report::Report;
use crate::{lint, process};

/// Runs everything, also past a failure, and ends with the sum of the tests.
pub(crate) fn run() -> Result<()> {
    let mut report = Report::default();
    lint::steps(&mut report);
    report.step("tests", tests);
    report.step("llm-chain", llm_chain);
    report.finish()
}

fn tests() -> Result<()> {
    let mut sum = Sum::default();
    let mut command = process::cargo(&["test", "--workspace", "--no-fail-fast"]);
    let outcome = process::run_seeing(&mut command, |line| sum.add(line));
    println!("{} passed, {} failed, {} ignored", sum.passed, sum.failed, sum.ignored);
    outcome?;
    ensure!(sum.passed > 0, "no test ran");
    Ok(())
}

/// The one feature that no default build has, because of what it brings (docs/adr/0011). It takes OpenSSL's
/// headers, so that it is passed over where they are not.
fn llm_chain() -> Result<()> {
    if !process::works(Command::new("pkg-config").args(["--exists", "openssl"])) {
        let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        ensure!(!ci, "pkg-config finds no OpenSSL (apt: libssl-dev pkg-config)");
        println!("(skipped: pkg-config finds no OpenSSL, which this feature is built with)");
        return Ok(());
    }
    let package = ["--package", "mockforge-ws-llm", "--features", "llm-chain"];
    process::run(process::cargo(&["clippy", "--all-targets"]).args(package).args(["--", "-D", "warnings"]))?;
    process::run(process::cargo(&["test"]).args(package))
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
