//! The exit codes, and errors that end the program with one.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::terminal::{ERROR, HELP};

/// How the program ends; the numbers are a promise to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Ok = 0,
    /// `check` found problems, or a verification failed.
    Failed = 1,
    /// A wrong command line, a file that can't be read, an invalid script or config.
    Usage = 2,
    /// An address could not be bound or reached, or a file could not be written.
    World = 3,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why the program stops before its work is done. Displayed as `error: …` with what to do next.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) exit: Exit,
    /// What is said before the error itself, as it is to appear.
    pub(crate) detail: String,
    message: String,
    hint: Option<String>,
}

impl Stop {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, detail: String::new(), message: message.into(), hint: None }
    }

    /// The command line asks for something that can't be had.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A file could not be written.
    pub(crate) fn unwritable(file: &std::path::Path, error: &io::Error) -> Self {
        Self::new(Exit::World, format!("could not write {}: {error}", file.display()))
            .hint("check that its folder exists and may be written to")
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        writeln!(f, "{ERROR}error{ERROR:#}: {}", self.message)?;
        for line in self.hint.iter().flat_map(|hint| hint.lines()) {
            writeln!(f, "  {HELP}help{HELP:#}: {line}")?;
        }
        Ok(())
    }
}
