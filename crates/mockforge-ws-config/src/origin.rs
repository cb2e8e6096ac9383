//! Where a value comes from.

use std::fmt;
use std::sync::Arc;

/// Where a setting's value comes from, displayed as users know the place: `--ws-port`, `MOCKFORGE_WS_PORT`,
/// `mockforge.yaml:3`, `default`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag.
    Flag(&'static str),
    /// An environment variable.
    Env(&'static str),
    /// A line of a file.
    File {
        /// The file, as the user named it.
        file: Arc<str>,
        /// From 1.
        line: usize,
    },
    /// Nobody has said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Env(name) => f.write_str(name),
            Self::File { file, line } => write!(f, "{file}:{line}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value with its origin.
///
/// ```
/// use mockforge_ws_config::{Origin, Setting};
///
/// let port = Setting { value: 3001, origin: Origin::Default };
/// assert_eq!(format!("{} ({})", port.value, port.origin), "3001 (default)");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Setting<T> {
    /// The value in effect.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// A value that nobody has said anything about.
    pub fn default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}
