//! Mistakes in what users write, with where, what was expected, and a hint.
//!
//! Compilers of small texts (a template, a pattern) report [`Problem`]s relative to that text; compilers of
//! files turn them into [`Diagnostic`]s with a line and a column, and collect all of a file's.

mod at;
pub mod encoding;
mod values;

use std::fmt;
use std::sync::Arc;

pub use at::At;
pub use values::{duration, meant_key};

/// How bad a mistake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It works, but hardly as meant. `--strict` makes it an error.
    Warning,
    /// It can't work.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One step on the way into a JSON-like value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A member of an object.
    Name(String),
    /// An element of an array, from 0.
    Index(usize),
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Self::Name(name.to_string())
    }
}

impl From<usize> for Key {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// A mistake, placed within the value that was compiled: first by the way to the string that holds it
/// (empty where the value is that string), then by the bytes within it.
///
/// ```
/// use mockforge_ws_diagnostic::Problem;
///
/// let problem = Problem::new("no such helper `uid`").at(2..5).hint("did you mean `uuid`?").under("text");
/// assert_eq!(problem.span, Some(2..5));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The way from the value's root to where the mistake stands.
    pub path: Vec<Key>,
    /// The bytes of the decoded string there; `None` for the whole value.
    pub span: Option<std::ops::Range<usize>>,
    /// What is wrong and what was expected, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    /// A mistake of the whole value.
    pub fn new(message: impl Into<String>) -> Self {
        Self { path: Vec::new(), span: None, message: message.into(), hint: None }
    }

    /// The same at these bytes.
    #[must_use]
    pub fn at(mut self, span: std::ops::Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with a hint where there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<impl Into<String>>) -> Self {
        self.hint = hint.map(Into::into);
        self
    }

    /// The same one step further from the root: what compiled a member or an element puts its key in front.
    #[must_use]
    pub fn under(mut self, key: impl Into<Key>) -> Self {
        self.path.insert(0, key.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// A mistake in a file.
///
/// Displayed as `feed.jsonl:3:24: error: no such helper …`, the form that editors and terminals link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The file, as the user named it.
    pub file: Arc<str>,
    /// From 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// In characters, from 1; 0 where the line as a whole is meant.
    pub column: usize,
    /// How many characters are meant; at least 1.
    pub width: usize,
    /// What is wrong and what was expected, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        write!(f, ": {}: {}", self.severity, self.message)
    }
}

/// The candidate that `word` was probably meant to be, if one is close enough.
///
/// ```
/// use mockforge_ws_diagnostic::closest;
///
/// assert_eq!(closest("waitfor", ["text", "waitFor"]), Some("waitFor"));
/// assert_eq!(closest("xyzzy", ["text", "waitFor"]), None);
/// ```
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let fold = |text: &str| text.to_lowercase().replace(['_', '-'], "");
    let word = fold(word);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(word.len()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// As [`closest`], in words: ``did you mean `waitFor`?``
pub fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}
