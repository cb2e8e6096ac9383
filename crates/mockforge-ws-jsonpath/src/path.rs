//! A compiled path.

use std::fmt;
use std::sync::Arc;

use jsonpath_lib::Compiled;
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::bounds::{MAX_LENGTH, Shape};
use crate::tokens::tokens;
use crate::{Dialect, PathError, goessner, rfc9535};

/// A JSONPath, compiled once; clones share it. Displays as it was written.
///
/// A path asks nothing of a value on which its work would explode, see [`refuses`](Self::refuses).
#[derive(Clone, Debug)]
pub struct Path {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    text: String,
    shape: Shape,
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
    /// Where it is no path of that dialect, is longer than 4,096 bytes, nests brackets and parentheses
    /// deeper than 32 or filters deeper than 4, or (in Goessner's dialect) has more than 128 signs.
    ///
    /// ```
    /// use mockforge_ws_jsonpath::{Dialect, Path};
    ///
    /// let error = Path::parse("$.items[?@.id = 7]", Dialect::Rfc9535).unwrap_err();
    /// assert_eq!((error.to_string().as_str(), error.offset), ("`==` was expected", Some(14)));
    /// ```
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, PathError> {
        if text.len() > MAX_LENGTH {
            return Err(PathError::new(format!(
                "a path has at most {MAX_LENGTH} bytes, this one {}",
                text.len()
            )));
        }
        let tokens = tokens(text, dialect);
        let shape = Shape::read(&tokens, dialect)?;
        let engine = match dialect {
            Dialect::Rfc9535 => Engine::Rfc9535(rfc9535::parse(text)?),
            Dialect::Goessner => Engine::Goessner(goessner::parse(text, &tokens)?),
        };
        Ok(Self { inner: Arc::new(Inner { text: text.to_string(), shape, engine }) })
    }

    /// The values that the path selects, in its order; the same value may come several times.
    pub fn query<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        if self.refuses(value) {
            return Vec::new();
        }
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

    /// Whether the work on `value` could exceed about 16 million steps, so that every query answers as if
    /// nothing were there.
    ///
    /// Most paths grow with the value as a whole and are never refused: the steps are counted only for
    /// those with several `..`, with lists of selectors that select the same value again and again, with a
    /// filter that searches the whole message for each candidate (`$..[?count($..*) > 3]`), with `match` or
    /// `search`, and, in Goessner's dialect, for filters with `&&`, `||` or paths of several steps, which
    /// `jsonpath_lib` answers by comparing every candidate with every other.
    ///
    /// ```
    /// use mockforge_ws_jsonpath::{Dialect, Path};
    /// use serde_json::{Value, json};
    ///
    /// let path = Path::parse("$[?count($..*) > 3]", Dialect::Rfc9535)?;
    /// assert!(!path.refuses(&json!([1, 2, 3, 4])));
    /// assert!(path.refuses(&Value::from(vec![0; 10_000])));
    /// # Ok::<(), mockforge_ws_jsonpath::PathError>(())
    /// ```
    pub fn refuses(&self, value: &Value) -> bool {
        self.inner.shape.refuses(value)
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
