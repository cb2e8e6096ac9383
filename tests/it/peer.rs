//! Programs in other languages, on clients that nobody here wrote.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What runs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Packages of npm.
    Node,
    /// Packages of PyPI.
    Python,
}

impl Peer {
    /// Those that are installed here with the client that is driven by steps.
    pub(crate) fn installed() -> Vec<Self> {
        let all = [(Self::Node, "ws"), (Self::Python, "websockets")];
        all.into_iter().filter(|(peer, package)| peer.has(package)).map(|(peer, _)| peer).collect()
    }

    /// Whether it is installed here with the package. Says so where it is not; under `CI=true` it must be.
    pub(crate) fn has(self, package: &str) -> bool {
        let has = self.finds(package);
        if !has {
            let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!ci, "{self:?} with {package} must be installed under CI=true: .ci/prepare does it");
            println!("skipped: {self:?} with {package} is not installed here; .ci/prepare installs it");
        }
        has
    }

    fn finds(self, package: &str) -> bool {
        let mut command = self.command();
        match self {
            Self::Node => {
                here().join("node_modules").join(package).exists()
                    && command.arg("--version").output().is_ok_and(|out| out.status.success())
            }
            // Isolated: what lies in the working folder is no package.
            Self::Python => command
                .args(["-I", "-c", &format!("import {package}")])
                .output()
                .is_ok_and(|out| out.status.success()),
        }
    }

    /// Runs the client to its end and gives the lines that it printed.
    pub(crate) fn run(self, url: &str, steps: &Value, subprotocols: &[&str]) -> Vec<Value> {
        self.script("client", &[&[url, &steps.to_string()], subprotocols].concat())
            .unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// Runs one of the programs in `tests/peers` to its end and gives the lines that it printed, or all that
    /// it said before it failed.
    pub(crate) fn script(self, name: &str, args: &[&str]) -> Result<Vec<Value>, String> {
        self.lines(self.program(name).args(args))
    }

    /// The lines that a program prints, or all that it said before it failed.
    pub(crate) fn lines(self, command: &mut Command) -> Result<Vec<Value>, String> {
        let output = command.output().expect("it runs");
        let stdout = String::from_utf8(output.stdout).expect("it prints text");
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{self:?}'s {command:?} failed:\n{stdout}{stderr}"));
        }
        Ok(stdout.lines().map(|line| serde_json::from_str(line).expect("it prints JSON")).collect())
    }

    /// One of the programs in `tests/peers`.
    pub(crate) fn program(self, name: &str) -> Command {
        let extension = match self {
            Self::Node => "mjs",
            Self::Python => "py",
        };
        let mut command = self.command();
        command.arg(here().join(format!("{name}.{extension}")));
        command
    }

    /// A program that one of its packages has brought.
    pub(crate) fn tool(self, name: &str) -> Command {
        Command::new(match self {
            Self::Node => here().join("node_modules/.bin").join(name),
            Self::Python => here().join(".venv/bin").join(name),
        })
    }

    fn command(self) -> Command {
        match self {
            Self::Node => Command::new("node"),
            Self::Python => Command::new(here().join(".venv/bin/python")),
        }
    }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}
