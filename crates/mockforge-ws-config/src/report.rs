//! The mistakes of all inputs as they are found.

use std::sync::Arc;

use mockforge_ws_diagnostic::{Diagnostic, Problem, Severity};

use crate::source::{Source, Span};
use crate::{Failure, Problems, Sources};

/// More mistakes than this are counted and not told: a file of another kind has one a line.
const MOST: usize = 1_000;

/// Collects mistakes, with the lines that they stand in.
#[derive(Debug, Default)]
pub(crate) struct Report {
    diagnostics: Vec<Diagnostic>,
    sources: Sources,
    failure: Option<Failure>,
    untold: usize,
}

impl Report {
    /// A mistake in the contents of a file.
    pub(crate) fn invalid(&mut self, source: &Source, span: Span, problem: Problem) {
        self.at(Some(Failure::Invalid), source, span, problem);
    }

    /// A mistake in the value of a flag or a variable.
    pub(crate) fn usage(&mut self, source: &Source, span: Span, problem: Problem) {
        self.at(Some(Failure::Usage), source, span, problem);
    }

    /// Something that works, but hardly as meant.
    pub(crate) fn warning(&mut self, source: &Source, span: Span, problem: Problem) {
        self.at(None, source, span, problem);
    }

    /// A mistake of a file, a flag or a variable as a whole.
    pub(crate) fn whole(&mut self, failure: Failure, name: &str, problem: Problem) {
        self.failure = self.failure.max(Some(failure));
        let Problem { message, hint, .. } = problem;
        let (file, severity) = (name.into(), Severity::Error);
        self.diagnostics.push(Diagnostic { severity, file, line: 0, column: 0, width: 1, message, hint });
    }

    /// What another compiler has said about a file.
    pub(crate) fn adopt(&mut self, bytes: &[u8], diagnostics: Vec<Diagnostic>) {
        let mut wanted: Vec<usize> = diagnostics.iter().map(|diagnostic| diagnostic.line).collect();
        wanted.sort_unstable();
        wanted.dedup();
        // In step with the lines, so that a large file is gone through once.
        let mut lines = bytes.split(|byte| *byte == b'\n').enumerate();
        for number in wanted.into_iter().filter(|number| *number > 0) {
            let Some((_, line)) = lines.find(|(index, _)| index + 1 == number) else { break };
            let line = String::from_utf8_lossy(line);
            let line = line.strip_prefix('\u{feff}').unwrap_or(&line).trim_end_matches('\r');
            if let Some(diagnostic) = diagnostics.first() {
                self.sources.keep(&diagnostic.file, number, line);
            }
        }
        self.extend(diagnostics);
    }

    /// What is said about a file whose lines are not shown.
    pub(crate) fn extend(&mut self, diagnostics: Vec<Diagnostic>) {
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            self.failure = self.failure.max(Some(Failure::Invalid));
        }
        self.diagnostics.extend(diagnostics);
    }

    fn at(&mut self, failure: Option<Failure>, source: &Source, span: Span, problem: Problem) {
        self.failure = self.failure.max(failure);
        if self.diagnostics.len() >= MOST {
            self.untold += 1;
            return;
        }
        let place = source.place(span);
        self.sources.keep(&source.name, place.line, source.text_of(place.line).unwrap_or_default());
        let Problem { message, hint, .. } = problem;
        self.diagnostics.push(Diagnostic {
            severity: if failure.is_some() { Severity::Error } else { Severity::Warning },
            file: Arc::clone(&source.name),
            line: place.line,
            column: place.column,
            width: place.width,
            message,
            hint,
        });
    }

    /// Whether there is an error.
    pub(crate) fn failed(&self) -> bool {
        self.failure.is_some()
    }

    /// The mistakes, source by source in the order in which the sources were met, each in the order of its
    /// lines; with the worst failure, if any.
    pub(crate) fn finish(mut self) -> (Vec<Diagnostic>, Sources, Option<Failure>) {
        let mut order: Vec<Arc<str>> = Vec::new();
        for diagnostic in &self.diagnostics {
            if !order.contains(&diagnostic.file) {
                order.push(Arc::clone(&diagnostic.file));
            }
        }
        let rank = |file: &Arc<str>| order.iter().position(|other| other == file);
        self.diagnostics
            .sort_by_key(|diagnostic| (rank(&diagnostic.file), diagnostic.line, diagnostic.column));
        self.diagnostics.dedup();
        if let (Some(last), 1..) = (self.diagnostics.last(), self.untold) {
            let message = format!("{} more mistakes are not shown", self.untold);
            let more = Diagnostic { line: 0, column: 0, width: 1, message, hint: None, ..last.clone() };
            self.diagnostics.push(more);
        }
        (self.diagnostics, self.sources, self.failure)
    }

    /// The warnings, if there is no error.
    pub(crate) fn warnings(self) -> Result<(Vec<Diagnostic>, Sources), Problems> {
        let (diagnostics, sources, failure) = self.finish();
        match failure {
            Some(failure) => Err(Problems { diagnostics, sources, failure }),
            None => Ok((diagnostics, sources)),
        }
    }
}
