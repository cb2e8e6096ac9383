//! Clients that nobody here wrote, driven by steps.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A client in another language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// npm's `ws`.
    Node,
    /// PyPI's `websockets`.
    Python,
}

impl Peer {
    /// Those that are installed here. Under `CI=true` all must be.
    pub(crate) fn installed() -> Vec<Self> {
        let all = [Self::Node, Self::Python];
        let (there, missing): (Vec<_>, Vec<_>) = all.into_iter().partition(|peer| peer.is_installed());
        if !missing.is_empty() {
            let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!ci, "{missing:?} must be installed under CI=true: .ci/prepare does it");
            println!("skipped: {missing:?} is not installed here; .ci/prepare installs it");
        }
        there
    }

    fn is_installed(self) -> bool {
        match self {
            Self::Node => {
                here().join("node_modules/ws").exists()
                    && Command::new("node").arg("--version").output().is_ok_and(|out| out.status.success())
            }
            Self::Python => python().exists(),
        }
    }

    /// Runs the client to its end and gives the lines that it printed.
    pub(crate) fn run(self, url: &str, steps: &Value, subprotocols: &[&str]) -> Vec<Value> {
        let mut command = match self {
            Self::Node => {
                let mut command = Command::new("node");
                command.arg(here().join("client.mjs"));
                command
            }
            Self::Python => {
                let mut command = Command::new(python());
                command.arg(here().join("client.py"));
                command
            }
        };
        let output = command.arg(url).arg(steps.to_string()).args(subprotocols).output().expect("it runs");
        let stdout = String::from_utf8(output.stdout).expect("it prints text");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{self:?} failed on {url}:\n{stdout}{stderr}");
        stdout.lines().map(|line| serde_json::from_str(line).expect("it prints JSON")).collect()
    }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

fn python() -> PathBuf {
    here().join(".venv/bin/python")
}
