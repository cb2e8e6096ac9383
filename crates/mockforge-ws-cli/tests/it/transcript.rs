//! Terminal transcripts, run as they stand: those of this crate and the one in the README.
//!
//! A transcript is a Markdown file whose `console` blocks hold commands (`$ …`, continued by `> …`) and, below
//! each, what it prints. They run in order in one temporary folder, through the shell, with the binary of this
//! build in the path.
//!
//! - `mockforge serve` runs on while the following commands do, up to the next `mockforge serve` or the end of
//!   the file. What stands below it is the beginning of what it says; nothing there means nothing is compared.
//!   It gets a free port; the transcript's port (3001, or that of `--ws-port`) stands for it everywhere. `^C`
//!   is for the reader.
//! - Any other command must print exactly what stands below it, stdout and stderr together, and where that ends
//!   with a line `[N]`, exit with N.
//! - Client ports, seeds, durations and times of day are not compared.
//!
//! `TRANSCRIPTS=overwrite cargo test -p mockforge-ws-cli` writes down what is printed instead of comparing.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

use crate::process::{Running, command};

#[test]
fn transcripts() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::fs::read_dir(here.join("tests/transcripts")).expect("it is there");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("it can be read").path()).collect();
    files.push(here.join("../../README.md"));
    let differences: String = files.iter().filter(|file| file.is_file()).map(|file| run(file)).collect();
    assert!(differences.is_empty(), "{differences}");
}

/// Runs a file; what differs, in words.
fn run(file: &Path) -> String {
    #[expect(clippy::disallowed_methods, reason = "the test reads its own input")]
    let text = std::fs::read_to_string(file).expect("it is text");
    let steps = steps(&text);
    assert!(!steps.is_empty(), "{} has no command", file.display());
    let mut session = Session::new();
    steps.iter().for_each(|step| session.run(step));
    session.stop();
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever maintains the transcripts")]
    if std::env::var("TRANSCRIPTS").is_ok_and(|mode| mode == "overwrite") {
        std::fs::write(file, rewritten(&text, &session.differences)).expect("it can be written");
        return String::new();
    }
    let differences = session.differences.iter();
    differences
        .map(|Difference { step, printed }| {
            let (place, command) = (step.output.start, &step.command);
            let expected = &step.expected;
            format!("{}:{place}: {command}\n--- expected\n{expected}--- printed\n{printed}\n", file.display())
        })
        .collect()
}

/// A command with what it is to print.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    command: String,
    expected: String,
    /// The lines of the file, from 0, where that stands.
    output: Range<usize>,
}

/// A command that printed something else.
struct Difference {
    step: Step,
    printed: String,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        let next = index + 1..index + 1;
        if let Some(info) = line.strip_prefix("```") {
            inside = !inside && info == "console";
        } else if !inside {
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.into(), expected: String::new(), output: next });
        } else {
            let step = steps.last_mut().unwrap_or_else(|| panic!("line {}: output of no command", index + 1));
            if let Some(more) = line.strip_prefix("> ").or((line == ">").then_some("")) {
                step.command += &format!("\n{more}");
                step.output = next;
            } else {
                step.expected += &format!("{line}\n");
                step.output.end = index + 1;
            }
        }
    }
    steps
}

fn rewritten(text: &str, differences: &[Difference]) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let mut differences: Vec<_> = differences.iter().collect();
    // From the end, so that the lines before stay where they are; servers are judged late.
    differences.sort_by_key(|difference| std::cmp::Reverse(difference.step.output.start));
    for Difference { step, printed } in differences {
        lines.splice(step.output.clone(), printed.trim_end().lines());
    }
    lines.join("\n") + "\n"
}

/// The state between commands.
struct Session {
    home: tempfile::TempDir,
    cwd: PathBuf,
    server: Option<Served>,
    differences: Vec<Difference>,
}

struct Served {
    process: Running,
    step: Step,
    /// The port in the transcript, and the real one.
    ports: (String, String),
}

impl Session {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let cwd = home.path().canonicalize().expect("the folder is there");
        Self { home, cwd, server: None, differences: Vec::new() }
    }

    fn run(&mut self, step: &Step) {
        if let Some(folder) = step.command.strip_prefix("cd ") {
            self.cwd = self.cwd.join(folder).canonicalize().expect("the folder is there");
            let home = self.home.path().canonicalize().expect("the folder is there");
            assert!(self.cwd.starts_with(home), "{}", self.cwd.display());
        } else if step.command.contains("mockforge serve") && !step.expected.starts_with("error") {
            self.serve(step);
        } else {
            self.run_to_the_end(step);
        }
    }

    fn shell(&self, script: &str) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_mockforge")).parent().expect("it lies in a folder");
        let mut path = binary.as_os_str().to_owned();
        path.push(":/usr/local/bin:/usr/bin:/bin");
        let mut shell = Command::new("sh");
        // The surroundings are those of every other test.
        for (name, _) in command().get_envs() {
            shell.env_remove(name);
        }
        shell.args(["-c", script]).current_dir(&self.cwd).env("PATH", path);
        shell
    }

    fn serve(&mut self, step: &Step) {
        self.stop();
        let port = Regex::new(r"--ws-port[ =](\d+)").expect("it is a regex");
        let shown = port.captures(&step.command).map_or("3001".into(), |found| found[1].to_string());
        let command = port.replace(&step.command, "");
        let script = format!("exec env {command} --ws-port 0 --print-url 2>&1");
        let mut process = Running::start(&mut self.shell(&script));
        let url = process.stdout.find(&step.command, is_url);
        process.stdout.find("ready", |line| line == "ready");
        let real = url.rsplit_once(':').and_then(|(_, rest)| rest.split('/').next()).expect("it has a port");
        let ports = (format!(":{shown}"), format!(":{real}"));
        self.server = Some(Served { process, step: step.clone(), ports });
    }

    fn run_to_the_end(&mut self, step: &Step) {
        let (shown, real) = match &self.server {
            Some(server) => (&*server.ports.0, &*server.ports.1),
            None => ("", ""),
        };
        let ported = |text: &str, from: &str, to: &str| {
            if from.is_empty() { text.to_string() } else { text.replace(from, to) }
        };
        let script = format!("exec 2>&1\n{}\n", ported(&step.command, shown, real));
        let output = self.shell(&script).output().expect("the shell runs");
        let mut printed = ported(&String::from_utf8_lossy(&output.stdout), real, shown);
        let last = step.expected.lines().last().unwrap_or_default();
        let code = output.status.code().expect("it was not killed");
        if last.starts_with('[') && last.ends_with(']') || step.expected.is_empty() && code != 0 {
            printed += &format!("[{code}]\n");
        }
        if comparable(&printed) != comparable(&step.expected) {
            self.differences.push(Difference { step: step.clone(), printed });
        }
    }

    /// Ends the server that runs, if one does, and compares what it said.
    fn stop(&mut self) {
        let Some(Served { process, step, ports }) = self.server.take() else { return };
        if !step.command.contains("--verify") {
            process.signal("INT");
        }
        let printed = process.end().stdout;
        let expected = step.expected.replace("^C\n", "");
        // How the test ends it is part of the story only where the story has it.
        let is_told = |line: &&str| {
            let is_stopping = line.starts_with("stopping") && !expected.contains("stopping");
            !is_url(line) && *line != "ready" && !is_stopping
        };
        let printed: String = printed.lines().filter(is_told).map(|line| format!("{line}\n")).collect();
        let printed = printed.replace(&ports.1, &ports.0);
        if !expected.is_empty() && !comparable(&printed).starts_with(&comparable(&expected)) {
            self.differences.push(Difference { step, printed });
        }
    }
}

/// Whether the line is what `--print-url` prints: nothing else is a URL alone.
fn is_url(line: &str) -> bool {
    line.starts_with("ws://") && !line.contains(' ')
}

/// The text without what differs from run to run, and without empty lines at its end.
fn comparable(text: &str) -> String {
    let patterns = [
        (r"from (127\.0\.0\.1|\[::1\]):\d+", "from CLIENT"),
        (r"\bseed \d+", "seed N"),
        (r"\bafter \d+\.\d s", "after T s"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    ];
    let plain = patterns.iter().fold(text.to_string(), |text, (pattern, with)| {
        Regex::new(pattern).expect("it is a regex").replace_all(&text, *with).into_owned()
    });
    format!("{}\n", plain.trim_end())
}

#[test]
fn steps_are_commands_with_their_output() {
    let text = "# T\n```console\n$ cat > f <<E\n> a\n>\n> E\n$ ls\nf\n\ng\n```\n```sh\n$ not this\n```\n";
    let step = |command: &str, expected: &str, output| Step {
        command: command.into(),
        expected: expected.into(),
        output,
    };
    let steps = steps(text);
    assert_eq!(steps, [step("cat > f <<E\na\n\nE", "", 6..6), step("ls", "f\n\ng\n", 7..10)]);
    let difference =
        |index: usize, printed: &str| Difference { step: steps[index].clone(), printed: printed.into() };
    let differences = [difference(1, "other\n"), difference(0, "new\n")];
    let expected =
        "# T\n```console\n$ cat > f <<E\n> a\n>\n> E\nnew\n$ ls\nother\n```\n```sh\n$ not this\n```\n";
    assert_eq!(rewritten(text, &differences), expected);
}
