//! The mistakes of a file as they are found, each with its line, column and width in characters.

use std::ops::Range;
use std::sync::Arc;

use mockforge_ws_diagnostic::{Diagnostic, Problem, Severity};

use super::json;

/// More than this many mistakes are not collected: a file of another kind has one a line.
const MOST: usize = 1_000;

/// A line of the source, without its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'s> {
    /// From 1.
    pub(crate) number: u32,
    /// A slice of the source.
    pub(crate) text: &'s str,
}

impl Row<'_> {
    /// Where `part` stands, which is a slice of this line.
    pub(crate) fn span(&self, part: &str) -> Range<usize> {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let start = start.min(self.text.len());
        start..(start + part.len()).min(self.text.len())
    }
}

/// The collected mistakes.
#[derive(Debug)]
pub(crate) struct Report {
    file: Arc<str>,
    diagnostics: Vec<Diagnostic>,
    left_out: usize,
    errors: usize,
}

impl Report {
    pub(crate) fn new(file: Arc<str>) -> Self {
        Self { file, diagnostics: Vec::new(), left_out: 0, errors: 0 }
    }

    /// The file that the mistakes are in.
    pub(crate) fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// Whether there is an error among the mistakes.
    pub(crate) fn failed(&self) -> bool {
        self.errors > 0
    }

    /// How many errors there are.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// Whether no more mistakes are collected, so that looking for their causes is for nothing.
    pub(crate) fn is_full(&self) -> bool {
        self.diagnostics.len() >= MOST
    }

    /// An error at `part`, a slice of the line.
    pub(crate) fn error(&mut self, row: Row<'_>, part: &str, problem: Problem) {
        self.at(Severity::Error, row, row.span(part), problem);
    }

    /// A warning at `part`, a slice of the line.
    pub(crate) fn warning(&mut self, row: Row<'_>, part: &str, problem: Problem) {
        self.at(Severity::Warning, row, row.span(part), problem);
    }

    /// An error within a raw value of the line, placed by the problem's own path and bytes.
    pub(crate) fn inside(&mut self, row: Row<'_>, value: &str, problem: Problem) {
        let about_key = problem.span.is_none()
            && ["unknown key", "there is no", "in the key"]
                .iter()
                .any(|words| problem.message.starts_with(words));
        let part = json::locate(value, &problem.path, about_key);
        let part = match &problem.span {
            Some(span) if part.starts_with('"') => &part[json::raw_span(part, span)],
            _ => part,
        };
        self.error(row, part, problem);
    }

    /// A mistake at these bytes of a line.
    pub(crate) fn at(&mut self, severity: Severity, row: Row<'_>, span: Range<usize>, problem: Problem) {
        let characters = |text: &str| text.chars().count();
        let column = characters(&row.text[..span.start]) + 1;
        let width = characters(&row.text[span]).max(1);
        self.push(severity, row.number as usize, column, width, problem);
    }

    /// A mistake of a line as a whole.
    pub(crate) fn line(&mut self, severity: Severity, number: u32, problem: Problem) {
        self.push(severity, number as usize, 0, 1, problem);
    }

    /// A mistake of the file as a whole.
    pub(crate) fn whole(&mut self, severity: Severity, problem: Problem) {
        self.push(severity, 0, 0, 1, problem);
    }

    fn push(&mut self, severity: Severity, line: usize, column: usize, width: usize, problem: Problem) {
        self.errors += usize::from(severity == Severity::Error);
        if self.is_full() {
            self.left_out += 1;
            return;
        }
        let Problem { message, hint, .. } = problem;
        let file = Arc::clone(&self.file);
        self.diagnostics.push(Diagnostic { severity, file, line, column, width, message, hint });
    }

    /// All of them in the order of the file.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        if self.left_out > 0 {
            self.diagnostics.push(Diagnostic {
                severity: if self.failed() { Severity::Error } else { Severity::Warning },
                file: self.file,
                line: 0,
                column: 0,
                width: 1,
                message: format!("{} more mistakes are not shown", self.left_out),
                hint: Some("is this a replay script? it holds one JSON object a line".into()),
            });
        }
        self.diagnostics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let mut report = Report::new("f".into());
        let text = r#"{"é": "ü{{x}}"}"#;
        let row = Row { number: 3, text };
        report.inside(row, &text[7..text.len() - 1], Problem::new("no").at(4..5));
        report.error(row, &text[text.len()..], Problem::new("end"));
        let shown: Vec<_> = report.finish().iter().map(|d| (d.line, d.column, d.width)).collect();
        assert_eq!(shown, [(3, 11, 1), (3, 16, 1)]);
    }

    #[test]
    fn mistakes_are_bounded() {
        let mut report = Report::new("f".into());
        let row = Row { number: 1, text: "x" };
        (0..MOST + 5).for_each(|_| report.error(row, row.text, Problem::new("no")));
        let found = report.finish();
        assert_eq!(found.len(), MOST + 1);
        assert_eq!(found[MOST].to_string(), "f: error: 5 more mistakes are not shown");
    }
}
