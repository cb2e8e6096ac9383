//! What is wrong with a path's text.

use std::fmt;

/// Why a text is no JSONPath of the dialect asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// What is wrong, in one line.
    pub message: String,
    /// The byte of the text where it stands, where that is known.
    pub offset: Option<usize>,
}

impl PathError {
    pub(crate) fn new(message: impl Into<String>, offset: Option<usize>) -> Self {
        Self { message: message.into(), offset }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PathError {}
