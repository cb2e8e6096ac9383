//! Everything that is wrong with an input, with the lines that the mistakes stand in.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use mockforge_ws_diagnostic::{Diagnostic, Problem, Severity};

use crate::report::Report;

/// What kind of failure it was; a command chooses its exit code by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// A script or a config can be read and is wrong: 1 for `check`, 2 for everything else.
    Invalid,
    /// A flag or an environment variable is wrong, or a file can't be read: always 2.
    Usage,
}

/// What keeps a configuration from being used: all of it, not only the first.
#[derive(Debug, Clone)]
pub struct Problems {
    /// The mistakes, in the order of their sources, with the warnings beside them.
    pub diagnostics: Vec<Diagnostic>,
    /// The lines that they stand in.
    pub sources: Sources,
    /// The worst kind among them.
    pub failure: Failure,
}

impl fmt::Display for Problems {
    /// One a line, without the lines they stand in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{diagnostic}")?;
            if let Some(hint) = &diagnostic.hint {
                write!(f, " ({hint})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl Problems {
    /// Mistakes of whole flags or files, each under its name.
    pub fn of(failure: Failure, problems: impl IntoIterator<Item = (String, Problem)>) -> Self {
        let mut report = Report::default();
        problems.into_iter().for_each(|(name, problem)| report.whole(failure, &name, problem));
        match report.warnings() {
            Err(problems) => problems,
            Ok((diagnostics, sources)) => Self { diagnostics, sources, failure },
        }
    }

    /// The errors without the warnings.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// The lines that diagnostics stand in, kept so that they can be shown.
///
/// The "file" of a diagnostic may be a flag or a variable (`--reply`, `MOCKFORGE_WS_PORT`); its value is then
/// line 1; the nth value of a flag that is repeated is line n.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    lines: BTreeMap<(Arc<str>, usize), String>,
}

impl Sources {
    /// The line that a diagnostic stands in, without its end; `None` where it means the file as a whole.
    pub fn line(&self, diagnostic: &Diagnostic) -> Option<&str> {
        self.lines.get(&(Arc::clone(&diagnostic.file), diagnostic.line)).map(String::as_str)
    }

    /// Takes the lines of other sources too.
    pub fn extend(&mut self, others: Self) {
        self.lines.extend(others.lines);
    }

    pub(crate) fn keep(&mut self, file: &Arc<str>, number: usize, line: &str) {
        self.lines.entry((Arc::clone(file), number)).or_insert_with(|| line.to_string());
    }
}
