//! The built program, running.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

/// The binary that the same `cargo test --workspace` has built, beside the test's own.
pub(crate) fn binary() -> PathBuf {
    let me = std::env::current_exe().expect("the test has a path");
    let binary = me.ancestors().nth(2).expect("it lies in target/PROFILE/deps").join("mockforge");
    assert!(binary.exists(), "{} is not built: run `cargo test --workspace`", binary.display());
    binary
}

/// `mockforge serve` or `mockforge record` on a free port, killed when dropped.
pub(crate) struct Serving {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// Reads all that it says, so that it never waits for somebody who listens.
    stderr: Option<JoinHandle<String>>,
    pub(crate) url: String,
}

impl Serving {
    /// Starts `mockforge serve` with `args` and waits until it is ready.
    pub(crate) fn start(directory: &Path, args: &[&str]) -> Self {
        Self::start_with(directory, args, &[])
    }

    /// As [`start`](Self::start), with these environment variables too.
    pub(crate) fn start_with(directory: &Path, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(binary());
        Self::spawn(command.envs(variables.iter().copied()).arg("serve"), directory, args)
    }

    /// Starts `mockforge record` of the server at that URL and waits until it is ready.
    pub(crate) fn record(directory: &Path, upstream: &str, args: &[&str]) -> Self {
        Self::spawn(Command::new(binary()).args(["record", "--upstream", upstream]), directory, args)
    }

    /// Starts a command that ends with the program's own, and waits until it is ready.
    pub(crate) fn spawn(command: &mut Command, directory: &Path, args: &[&str]) -> Self {
        let mut child = command
            .args(["--ws-port", "0", "--print-url"])
            .args(args)
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut stderr = child.stderr.take().expect("stderr is piped");
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("stderr is text");
            text
        });
        let mut lines = [String::new(), String::new()];
        for line in &mut lines {
            stdout.read_line(line).expect("it prints");
        }
        let mut serving = Self {
            child,
            stdout,
            stderr: Some(stderr),
            url: lines[0].trim().replace("localhost", "127.0.0.1"),
        };
        if lines[1] != "ready\n" {
            panic!("{lines:?} is not a URL and `ready`; stderr: {}", serving.stderr());
        }
        serving
    }

    /// Waits until it ends by itself; its exit code, and all it wrote to stderr.
    pub(crate) fn wait(mut self) -> (Option<i32>, String) {
        let stderr = self.stderr();
        let status = self.child.wait().expect("it was started");
        (status.code(), stderr)
    }

    /// Ends it as a service manager would, and waits.
    pub(crate) fn terminate(self) -> (Option<i32>, String) {
        let status = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(status.is_ok_and(|status| status.success()), "SIGTERM is delivered");
        self.wait()
    }

    /// The URL without its path.
    pub(crate) fn origin(&self) -> &str {
        let path = self.url.match_indices('/').nth(2).map_or(self.url.len(), |(at, _)| at);
        &self.url[..path]
    }

    /// All that it says until it ends.
    fn stderr(&mut self) -> String {
        let stderr = self.stderr.take().expect("it is read once");
        stderr.join().expect("stderr is text")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.stdout.read_to_end(&mut Vec::new());
    }
}
