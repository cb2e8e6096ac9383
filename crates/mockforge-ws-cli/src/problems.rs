//! Diagnostics for people: the place, the line with the mistake marked, and what to do about it.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use mockforge_ws_config::{Problems, Sources};
use mockforge_ws_diagnostic::{Diagnostic, Severity};

use crate::exit::{Exit, Stop};
use crate::terminal::counted;

/// Characters that a mark may span: enough to see what is meant.
const MARK: usize = 60;

/// The diagnostics, each followed by an empty line, with colours.
pub(crate) fn render(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let renderer = Renderer::styled().term_width(110);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let group = Group::with_title(level.primary_title(diagnostic.message.as_str()));
        let mut group = locate(group, diagnostic, sources.line(diagnostic));
        if let Some(hint) = &diagnostic.hint {
            group = group.element(Level::HELP.message(hint.as_str()));
        }
        // Writing to a string does not fail.
        let _ = writeln!(out, "{}\n", renderer.render(&[group]));
    }
    out
}

/// Adds the place and, where it is known, the line. The renderer fits long lines to the screen.
fn locate<'d>(group: Group<'d>, diagnostic: &'d Diagnostic, line: Option<&'d str>) -> Group<'d> {
    let file = &*diagnostic.file;
    match line {
        Some(line) if diagnostic.column > 0 => {
            let mark = mark(line, diagnostic.column - 1, diagnostic.width.clamp(1, MARK));
            let snippet = Snippet::source(line).path(file).line_start(diagnostic.line);
            group.element(snippet.annotation(AnnotationKind::Primary.span(mark)))
        }
        _ => {
            let origin = Origin::path(file);
            let has_line = diagnostic.line > 0;
            let origin = if has_line { origin.line(diagnostic.line) } else { origin };
            let has_column = diagnostic.column > 0;
            group.element(if has_column { origin.char_column(diagnostic.column) } else { origin })
        }
    }
}

/// The bytes of these characters of the line.
fn mark(line: &str, column: usize, width: usize) -> std::ops::Range<usize> {
    let mut bytes = line.char_indices().map(|(byte, _)| byte).chain([line.len()]).skip(column);
    let start = bytes.next().unwrap_or(line.len());
    start..bytes.nth(width - 1).unwrap_or(line.len())
}

/// How many errors and warnings there are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
}

impl Tally {
    pub(crate) fn of(diagnostics: &[Diagnostic]) -> Self {
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        Self { errors, warnings: diagnostics.len() - errors }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.errors += other.errors;
        self.warnings += other.warnings;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self { errors, warnings: 0 } => f.write_str(&counted(*errors, "error")),
            Self { errors: 0, warnings } => f.write_str(&counted(*warnings, "warning")),
            Self { errors, warnings } => {
                write!(f, "{}, {}", counted(*errors, "error"), counted(*warnings, "warning"))
            }
        }
    }
}

/// What keeps a command from starting: every problem, then their number and what that means.
pub(crate) fn stop(problems: &Problems, meaning: &str) -> Stop {
    let mut stop = Stop::new(Exit::Usage, format!("{}; {meaning}", Tally::of(&problems.diagnostics)));
    stop.detail = render(&problems.diagnostics, &problems.sources);
    stop
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_characters() {
        let check = |line: &str, column: usize, width: usize, marked: &str| {
            assert_eq!(&line[mark(line, column, width)], marked, "{line} {column} {width}");
        };
        check("{\"é\":1}", 1, 3, "\"é\"");
        check("short", 0, 1, "s");
        check("short", 2, 100, "ort");
        check("short", 5, 1, "");
        check("short", 99, 1, "");
        check("", 0, 1, "");
    }
}
