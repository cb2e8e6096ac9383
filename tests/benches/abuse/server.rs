//! The built `mockforge serve` with a config of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::vitals::Vitals;

/// What the well-behaved talk to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    Echo,
    Replay,
    Rule,
}

impl Mode {
    pub(crate) const ALL: [Self; 3] = [Self::Echo, Self::Replay, Self::Rule];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Echo => "/echo",
            Self::Replay => "/replay",
            Self::Rule => "/rule",
        }
    }

    pub(crate) fn asked(self, number: u64) -> String {
        match self {
            Self::Echo => format!("message {number}"),
            Self::Replay => format!("ask {number}"),
            Self::Rule => format!("{{\"ask\":{number}}}"),
        }
    }

    pub(crate) fn answered(self, number: u64) -> String {
        match self {
            Self::Echo => format!("message {number}"),
            Self::Replay => format!("answer {number}"),
            Self::Rule => format!("{{\"answer\":{number}}}"),
        }
    }
}

const CONFIG: &str = "\
websocket:
  routes:
    - { path: /echo, echo: { prefix: '' } }
    - { path: /replay, replay: answers.jsonl }
    - { path: /firehose, replay: firehose.jsonl }
    - { path: /clock, replay: clock.jsonl }
    - path: /rule
      interactive:
        rules:
          - { on: { jsonpath: $.ask }, reply: { json: { answer: '{{$.ask}}' } } }
";
const ANSWERS: &str =
    r#"{"label":"again","waitFor":"^ask (\\d+)$","text":"answer {{capture.1}}","goto":"again"}"#;
const CLOCK: &str = r#"{"ts":0,"text":"{{now.unixMs}}","repeat":{"every":100}}"#;

fn firehose() -> String {
    format!(r#"{{"ts":0,"text":"{}","repeat":{{"every":1}}}}"#, "x".repeat(1000))
}

/// Builds the server in the profile of this program.
pub(crate) fn build() {
    let build = ["build", "--release", "--package", "mockforge-ws-cli", "--bin", "mockforge"];
    let status = Command::new(env!("CARGO")).args(build).status();
    assert!(status.is_ok_and(|status| status.success()), "the server does not build");
}

/// The binary, beside this program's own.
pub(crate) fn binary() -> PathBuf {
    let me = std::env::current_exe().expect("this program has a path");
    let binary = me.ancestors().nth(2).expect("it lies in target/PROFILE/deps").join("mockforge");
    assert!(binary.exists(), "{} is not built", binary.display());
    binary
}

/// A server in a process of its own, killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    told: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

impl Server {
    /// Starts with the config of the table; the command ends with the binary's path.
    pub(crate) fn start(command: Command) -> Self {
        let folder = folder(&[("firehose.jsonl", firehose()), ("clock.jsonl", CLOCK.into())]);
        Self::start_with(command, folder, CONFIG, &[])
    }

    /// Starts with that config and these flags.
    pub(crate) fn start_with(
        mut command: Command,
        folder: tempfile::TempDir,
        config: &str,
        flags: &[&str],
    ) -> Self {
        write(folder.path(), "mockforge.yaml", config);
        let mut child = command
            .args(["serve", "--host", "127.0.0.1", "--ws-port", "0", "--print-url"])
            .args(flags)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let told = Arc::new(Mutex::new(Vec::new()));
        let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let reader = std::thread::spawn({
            let told = Arc::clone(&told);
            move || {
                for line in stderr.lines().map_while(Result::ok) {
                    told.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                }
            }
        });
        let mut url = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        stdout.read_line(&mut url).expect("stdout is text");
        let port = url.split(':').nth(2).and_then(|rest| rest.split('/').next()?.trim().parse().ok());
        let server =
            Self { child, port: port.unwrap_or_default(), told, reader: Some(reader), _folder: folder };
        assert!(server.port > 0, "no URL but `{url}`; stderr: {:?}", server.told());
        server
    }

    pub(crate) fn vitals(&self) -> Vitals {
        Vitals::of(self.child.id()).unwrap_or_default()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has told on stderr so far.
    pub(crate) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends it as a service manager would; its exit code and all that it has told.
    pub(crate) fn terminate(mut self) -> (Option<i32>, Vec<String>) {
        signal("TERM", self.child.id());
        let status = self.child.wait().expect("it was started");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("a reader does not panic");
        }
        (status.code(), self.told())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process.
pub(crate) fn signal(name: &str, pid: u32) {
    let status = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "SIG{name} is delivered");
}

/// A folder with these files, and the script that the well-behaved talk to.
pub(crate) fn folder(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "answers.jsonl", ANSWERS);
    files.iter().for_each(|(name, text)| write(folder.path(), name, text));
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("the folder is writable");
}
