//! `deny`: the dependencies' bans, licences and sources, by cargo-deny and `deny.toml`.

use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::workspace::Workspace;

/// The version that is installed where there is none.
const VERSION: &str = "0.20.2";

/// What to look at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checks {
    /// What the sources say: bans, licences, sources.
    Offline,
    /// Those and the advisories, whose database is fetched.
    All,
}

/// Runs cargo-deny, and installs it under `target/tools` first where it is missing.
pub(crate) fn run(checks: Checks) -> Result<()> {
    let target = Workspace::metadata()?.target_directory.into_std_path_buf();
    let tools = target.join("tools");
    let local = tools.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    let program = if local.exists() {
        local
    } else if process::works(Command::new("cargo-deny").arg("--version")) {
        "cargo-deny".into()
    } else {
        let tools = tools.to_string_lossy();
        let install = ["install", "cargo-deny", "--locked", "--version", VERSION, "--root", &tools];
        process::run(&mut process::cargo(&install))?;
        local
    };
    let mut command = Command::new(program);
    command.args(["check", "bans", "licenses", "sources"]);
    if checks == Checks::All {
        command.arg("advisories");
    }
    process::run(command.current_dir(crate::workspace::root()))
}
