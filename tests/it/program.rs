//! Programs that run beside a test and say what happens to them line by line.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::peer::Peer;

/// A program that prints JSON, a value a line; killed when dropped.
pub(crate) struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { child, stdout }
    }

    /// The next line that it prints; waits for it.
    pub(crate) fn line(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it prints text");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("it printed `{line}`: {error}"))
    }

    /// Ends it, and gives the lines that nobody has read.
    pub(crate) fn end(mut self) -> Vec<Value> {
        self.child.kill().expect("it runs");
        let lines = self.stdout.by_ref().lines().map(|line| line.expect("it prints text"));
        lines.map(|line| serde_json::from_str(&line).expect("it prints JSON")).collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A WebSocket server that others wrote: `upstream.mjs` or `upstream.py`.
pub(crate) struct Upstream {
    pub(crate) program: Program,
    pub(crate) port: u16,
}

impl Upstream {
    pub(crate) fn start(peer: Peer, args: &[&str]) -> Self {
        let mut program = Program::start(peer.program("upstream").args(args));
        let port = program.line().as_u64().and_then(|port| port.try_into().ok()).expect("it prints its port");
        Self { program, port }
    }
}
