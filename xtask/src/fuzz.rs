//! `fuzz`: every target of `tests/fuzz`, for so many seconds each.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::process;
use crate::report::Report;
use crate::workspace::root;

/// How long a target runs where nothing is said.
pub(crate) const DEFAULT_SECONDS: u32 = 60;

/// Runs the targets one after the other; each runs, whatever became of those before.
pub(crate) fn run(seconds: u32) -> Result<()> {
    let folder = root().join("tests/fuzz");
    let manifest = folder.join("Cargo.toml");
    let manifest = std::fs::read_to_string(&manifest)
        .with_context(|| format!("could not read the fuzz targets' manifest {}", manifest.display()))?;
    let targets = targets(&manifest)?;
    ensure!(!targets.is_empty(), "tests/fuzz/Cargo.toml names no [[bin]]");
    ensure!(
        process::works(Command::new("rustup").args(["run", "nightly", "rustc", "--version"])),
        "there is no nightly toolchain: `rustup toolchain install nightly --profile minimal`"
    );
    ensure!(
        process::works(&mut process::cargo(&["fuzz", "--version"])),
        "cargo-fuzz is not installed: `cargo install cargo-fuzz --locked`"
    );
    let mut report = Report::default();
    for target in targets {
        report.step(target.clone(), || {
            let mut command = Command::new("rustup");
            command.args(["run", "nightly", "cargo", "fuzz", "run", "--fuzz-dir"]).arg(&folder);
            command.arg(&target).arg("--").arg(format!("-max_total_time={seconds}"));
            process::run(command.current_dir(root()))
        });
    }
    report.finish()
}

/// The names of the binaries of a manifest.
fn targets(manifest: &str) -> Result<Vec<String>> {
    let manifest: toml::Table = manifest.parse().context("tests/fuzz/Cargo.toml")?;
    let bins = manifest.get("bin").and_then(toml::Value::as_array).into_iter().flatten();
    Ok(bins.filter_map(|bin| Some(bin.get("name")?.as_str()?.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_the_binaries() {
        let manifest = "[package]\nname = 'f'\n[[bin]]\nname = 'script'\n[[bin]]\nname = 'pattern'\n";
        assert_eq!(targets(manifest).expect("it parses"), ["script", "pattern"]);
        assert!(targets("[[bin").is_err());
    }
}
