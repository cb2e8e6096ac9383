//! Which JSONPath is meant.

use std::fmt;
use std::str::FromStr;

/// A dialect of JSONPath, written `rfc9535` or `goessner`.
///
/// ```
/// use mockforge_ws_jsonpath::Dialect;
///
/// assert_eq!("goessner".parse(), Ok(Dialect::Goessner));
/// assert_eq!(Dialect::default().to_string(), "rfc9535");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The standard: RFC 9535.
    #[default]
    Rfc9535,
    /// Stefan Goessner's notation of 2007, as `jsonpath_lib` 0.3 reads it.
    Goessner,
}

impl Dialect {
    /// Every dialect, the default first.
    pub const ALL: [Self; 2] = [Self::Rfc9535, Self::Goessner];

    /// The name that files use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rfc9535 => "rfc9535",
            Self::Goessner => "goessner",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.name() == name)
            .ok_or_else(|| UnknownDialect { name: name.to_string() })
    }
}

/// The name of no dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDialect {
    /// What stood there.
    pub name: String,
}

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no JSONPath dialect `{}`: `rfc9535` and `goessner` are known", self.name)
    }
}

impl std::error::Error for UnknownDialect {}
