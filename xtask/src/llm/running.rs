//! A program that is running: what it says is printed as it comes, and it is killed when it takes too long.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::process;

/// A program at work; killed when dropped.
pub(super) struct Running {
    name: String,
    child: Child,
    lines: Receiver<Line>,
    began: Instant,
    limit: Duration,
    said: Said,
}

enum Line {
    Out(String),
    Err(String),
}

/// What a program has said, and the code that it ended with.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Runs a program to its end, which has to come within the limit.
pub(super) fn run(command: &mut Command, limit: Duration) -> Result<Said> {
    Running::start(command, limit)?.end()
}

impl Running {
    /// Starts a program.
    pub(super) fn start(command: &mut Command, limit: Duration) -> Result<Self> {
        let name = process::show(command);
        println!("$ {name}");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not run `{name}`"))?;
        let (sender, lines) = channel();
        forward(child.stdout.take().expect("it is piped"), Line::Out, sender.clone());
        forward(child.stderr.take().expect("it is piped"), Line::Err, sender);
        Ok(Self { name, child, lines, began: Instant::now(), limit, said: Said::default() })
    }

    /// The next line of its standard output; what it says beside that is heard on the way.
    pub(super) fn next_line(&mut self) -> Result<Option<String>> {
        loop {
            let (all, line, is_out) = match self
                .lines
                .recv_timeout(self.limit.saturating_sub(self.began.elapsed()))
            {
                Ok(Line::Out(line)) => (&mut self.said.stdout, line, true),
                Ok(Line::Err(line)) => (&mut self.said.stderr, line, false),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => bail!("`{}` took longer than {:?}", self.name, self.limit),
            };
            println!("{line}");
            all.push_str(&line);
            all.push('\n');
            if is_out {
                return Ok(Some(line));
            }
        }
    }

    /// Waits for its end.
    pub(super) fn end(mut self) -> Result<Said> {
        while self.next_line()?.is_some() {}
        let status = self.child.wait()?;
        let seconds = self.began.elapsed().as_secs_f64();
        self.said.code = status.code().with_context(|| format!("`{}` was killed ({status})", self.name))?;
        println!("(exit code {}, after {seconds:.1} s)\n", self.said.code);
        Ok(std::mem::take(&mut self.said))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended by now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn forward(stream: impl Read + Send + 'static, line: fn(String) -> Line, sender: Sender<Line>) {
    let mut lines = BufReader::new(stream).split(b'\n').map_while(Result::ok);
    std::thread::spawn(move || {
        lines.try_for_each(|bytes| sender.send(line(String::from_utf8_lossy(&bytes).into_owned())))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_is_heard_to_its_end() {
        let said = run(&mut shell("echo one; echo two >&2; exit 3"), Duration::from_secs(60)).unwrap();
        assert_eq!((said.code, &*said.stdout, &*said.stderr), (3, "one\n", "two\n"));
    }

    #[test]
    fn a_program_that_takes_too_long_is_an_error() {
        let error = run(&mut shell("exec sleep 1000"), Duration::from_millis(50)).unwrap_err();
        assert!(error.to_string().contains("took longer than 50ms"), "{error}");
    }
}
