//! What is wrong with a path's text.

use std::fmt;

/// Why a text is no JSONPath of the dialect asked for.
///
/// ```
/// use mockforge_ws_jsonpath::{Dialect, Path};
///
/// let error = Path::parse("$.user-id", Dialect::Rfc9535).unwrap_err();
/// assert_eq!(error.message, "`-` can't stand in a name after a dot");
/// assert_eq!(error.offset, Some(6));
/// assert_eq!(error.hint.as_deref(), Some("write `['user-id']` in place of `.user-id`"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// What is wrong and what was expected, in one line.
    pub message: String,
    /// The byte of the text where it stands, where that is known; at most the text's length, and always
    /// between two characters.
    pub offset: Option<usize>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl PathError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), offset: None, hint: None }
    }

    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.offset = Some(offset);
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

impl std::error::Error for PathError {}
