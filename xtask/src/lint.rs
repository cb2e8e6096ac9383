//! `lint`: formatting, clippy, the documentation's links, the layers and the generated files.

use anyhow::Result;

use crate::report::Report;
use crate::workspace::root;
use crate::{codegen, features, layers, process};

/// Runs the lints, also past a failure.
pub(crate) fn run() -> Result<()> {
    let mut report = Report::default();
    steps(&mut report);
    report.finish()
}

/// The lints as steps, the quick ones first.
pub(crate) fn steps(report: &mut Report) {
    report.step("formatting", formatting);
    report.step("layers", layers::run);
    report.step("generated files", codegen::check);
    report.step("features", features::complain);
    report.step("clippy", || {
        let mut command = process::cargo(&["clippy", "--workspace", "--all-targets"]);
        process::run(command.args(features::all()).args(["--", "-D", "warnings"]))
    });
    report.step("documentation", documentation);
}

/// Naming the examples makes cargo choose the features that clippy and the tests are built with, so that the
/// dependencies are not checked once more for the documentation alone.
fn documentation() -> Result<()> {
    let mut command = process::cargo(&["doc", "--workspace", "--no-deps", "--lib", "--bins", "--examples"]);
    process::run(command.args(features::all()).env("RUSTDOCFLAGS", "-D warnings"))
}

/// The fuzz targets are a workspace of their own (they need a nightly compiler), so they are named apart.
fn formatting() -> Result<()> {
    process::run(&mut process::cargo(&["fmt", "--all", "--check"]))?;
    let fuzz = root().join("tests/fuzz/Cargo.toml");
    if fuzz.exists() {
        let fuzz = fuzz.to_string_lossy();
        process::run(&mut process::cargo(&["fmt", "--manifest-path", &fuzz, "--check"]))?;
    }
    Ok(())
}
