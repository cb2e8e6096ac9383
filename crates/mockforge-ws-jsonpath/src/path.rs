//! A compiled path.

use std::fmt;
use std::sync::Arc;

use jsonpath_lib::Compiled;
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::{Dialect, PathError, goessner};

/// A JSONPath, compiled once; clones share it.
///
/// Displays as it was written.
#[derive(Clone, Debug)]
pub struct Path {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    text: String,
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Rfc9535(JsonPath),
    Goessner(Compiled),
}

impl Path {
    /// Compiles `text`.
    ///
    /// # Errors
    /// Where it is no path of that dialect.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, PathError> {
        let engine = match dialect {
            Dialect::Rfc9535 => Engine::Rfc9535(
                JsonPath::parse(text)
                    .map_err(|error| PathError::new(error.message().to_string(), Some(error.position())))?,
            ),
            Dialect::Goessner => Engine::Goessner(goessner::parse(text)?),
        };
        Ok(Self { inner: Arc::new(Inner { text: text.to_string(), engine }) })
    }

    /// The values that the path selects, in its order; the same value may come several times.
    pub fn query<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match &self.inner.engine {
            Engine::Rfc9535(path) => path.query(value).all(),
            Engine::Goessner(path) => goessner::query(path, value),
        }
    }

    /// The first value that the path selects.
    pub fn first<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.query(value).into_iter().next()
    }

    /// Whether the path selects anything.
    pub fn exists(&self, value: &Value) -> bool {
        self.first(value).is_some()
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.inner.text
    }

    /// The dialect that it is written in.
    pub fn dialect(&self) -> Dialect {
        match self.inner.engine {
            Engine::Rfc9535(_) => Dialect::Rfc9535,
            Engine::Goessner(_) => Dialect::Goessner,
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
