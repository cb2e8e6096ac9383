//! A key that can't be shown by accident.

use std::fmt;

/// A key or a password. `Debug` and `Display` show that it is there, and never what it is.
///
/// ```
/// use mockforge_ws_llm::Secret;
///
/// let key = Secret::from("sk-1234\n");
/// assert_eq!(format!("{key} {key:?}"), "[secret] [secret]");
/// assert_eq!(key.expose(), "sk-1234");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// What it is: for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A text in which it is not to be read.
    pub(crate) fn blot_out(&self, text: &str) -> String {
        match self.0.is_empty() {
            true => text.to_string(),
            false => text.replace(&self.0, &self.to_string()),
        }
    }
}

/// Without the white space around it, which a file or a shell leaves there.
impl<T: AsRef<str>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self(text.as_ref().trim().to_string())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}
