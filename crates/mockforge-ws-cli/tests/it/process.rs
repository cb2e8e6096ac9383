//! Processes of the binary: run to the end, or running and killed when dropped.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// A test that waits this long hangs.
const HANG: Duration = Duration::from_secs(60);

pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mockforge"));
    // Nothing of the surroundings may say what is served.
    let names = ["PORT", "HOST", "PATH", "REPLAY_FILE", "MAX_CONNECTIONS", "MAX_MESSAGE_SIZE"];
    for name in names.iter().chain(&["PING_INTERVAL", "HOTRELOAD", "PROXY_UPSTREAM_URL"]) {
        command.env_remove(format!("MOCKFORGE_WS_{name}"));
    }
    command.env_remove("MOCKFORGE_RESPONSE_TEMPLATE_EXPAND");
    command
}

/// What a process that has ended left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command line to its end.
pub(crate) fn run(args: &[&str]) -> Ended {
    run_with(args, b"")
}

/// The same with something on stdin.
pub(crate) fn run_with(args: &[&str], stdin: &[u8]) -> Ended {
    let mut child = command()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // A process that needs no input may be gone before it is written.
    let _ = child.stdin.take().expect("it is piped").write_all(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is text");
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A process that goes on; killed when dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) stdout: Lines,
    pub(crate) stderr: Lines,
}

/// The lines of a stream as they come.
pub(crate) struct Lines {
    coming: Receiver<String>,
    seen: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let stdout = Lines::of(child.stdout.take().expect("it is piped"));
        let stderr = Lines::of(child.stderr.take().expect("it is piped"));
        Self { child, stdout, stderr }
    }

    /// Reads stderr up to a line that contains `part`.
    pub(crate) fn hear(&mut self, part: &str) -> String {
        self.stderr.find(part, |line| line.contains(part))
    }

    /// Sends a signal by its name.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(status.expect("there is a kill").success());
    }

    /// Waits for the end.
    pub(crate) fn end(mut self) -> Ended {
        while self.stdout.next().is_some() {}
        while self.stderr.next().is_some() {}
        Ended {
            code: self.child.wait().expect("it ends").code(),
            stdout: std::mem::take(&mut self.stdout.seen),
            stderr: std::mem::take(&mut self.stderr.seen),
        }
    }
}

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let (sender, coming) = channel();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        std::thread::spawn(move || lines.try_for_each(|line| sender.send(line)));
        Self { coming, seen: String::new() }
    }

    /// The next line; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<String> {
        match self.coming.recv_timeout(HANG) {
            Ok(line) => {
                self.seen += &line;
                self.seen.push('\n');
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing more comes after\n{}", self.seen),
        }
    }

    /// Reads up to a line that is meant by `is_it`; `what` says in words which.
    pub(crate) fn find(&mut self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        loop {
            match self.next() {
                Some(line) if is_it(&line) => return line,
                Some(_) => {}
                None => panic!("{what:?} was not said, but this:\n{}", self.seen),
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended by now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server on a free port, in a folder, ready.
pub(crate) struct Server {
    pub(crate) process: Running,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::start_in(Path::new(env!("CARGO_TARGET_TMPDIR")), args)
    }

    pub(crate) fn start_in(folder: &Path, args: &[&str]) -> Self {
        let mut command = command();
        command.current_dir(folder).arg("serve").args(args).args(["--ws-port", "0", "--print-url"]);
        let mut process = Running::start(&mut command);
        let Some(url) = process.stdout.next() else {
            panic!("it does not serve: {}", process.end().stderr);
        };
        assert_eq!(process.stdout.next().as_deref(), Some("ready"));
        Self { process, url }
    }

    pub(crate) fn port(&self) -> &str {
        let after = self.url.rsplit_once(':').expect("a URL with a port").1;
        after.split('/').next().expect("split has a first part")
    }
}
