//! A compiled path.

use std::fmt;
use std::sync::Arc;

use jsonpath_lib::Compiled;
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::bounds::{MAX_LENGTH, Shape};
use crate::tokens::tokens;
use crate::{Dialect, PathError, Segment, goessner, plain, rfc9535};

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
    segments: Vec<Segment>,
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    /// RFC 9535, where the segments say all. Its work is linear, so nothing is ever refused.
    Plain,
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
        let (segments, engine) = match dialect {
            Dialect::Rfc9535 => {
                let path = rfc9535::parse(text)?;
                let (segments, all) = plain::parse(text);
                (segments, if all { Engine::Plain } else { Engine::Rfc9535(path) })
            }
            Dialect::Goessner => (Vec::new(), Engine::Goessner(goessner::parse(text, &tokens)?)),
        };
        Ok(Self { inner: Arc::new(Inner { text: text.to_string(), shape, segments, engine }) })
    }

    /// The values that the path selects, in its order; the same value may come several times.
    pub fn query<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match &self.inner.engine {
            Engine::Plain => {
                let mut nodes = Vec::new();
                plain::find(&self.inner.segments, value, &mut |node| {
                    nodes.push(node);
                    false
                });
                nodes
            }
            Engine::Rfc9535(_) | Engine::Goessner(_) if self.refuses(value) => Vec::new(),
            Engine::Rfc9535(path) => path.query(value).all(),
            Engine::Goessner(path) => goessner::query(path, value),
        }
    }

    /// The first value that the path selects.
    pub fn first<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.find(value, |_| true)
    }

    /// The first of the selected values that `wanted` takes. A [plain](Self::is_plain) path looks no further
    /// and allocates nothing.
    ///
    /// ```
    /// use mockforge_ws_jsonpath::{Dialect, Path};
    /// use serde_json::json;
    ///
    /// let path = Path::parse("$.quantities[*]", Dialect::Rfc9535)?;
    /// let message = json!({ "quantities": [1, 5, 7] });
    /// let large = path.find(&message, |quantity| quantity.as_u64() > Some(3));
    /// assert_eq!(large, Some(&json!(5)));
    /// # Ok::<(), mockforge_ws_jsonpath::PathError>(())
    /// ```
    pub fn find<'v>(&self, value: &'v Value, mut wanted: impl FnMut(&'v Value) -> bool) -> Option<&'v Value> {
        match self.inner.engine {
            Engine::Plain => plain::find(&self.inner.segments, value, &mut wanted),
            Engine::Rfc9535(_) | Engine::Goessner(_) => {
                self.query(value).into_iter().find(|node| wanted(node))
            }
        }
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

    /// The segments up to the first that is not plain: `..`, a slice, several selectors in one bracket, a
    /// function, or a filter that looks at anything but constants and single values below `@`. A path of
    /// Goessner's dialect has none that are.
    ///
    /// ```
    /// use mockforge_ws_jsonpath::{Dialect, Path, Segment, Step};
    ///
    /// let path = Path::parse("$.orders[*]..id", Dialect::Rfc9535)?;
    /// assert_eq!(path.segments(), [Segment::Child(Step::Name("orders".into())), Segment::Wildcard]);
    /// assert!(!path.is_plain());
    /// # Ok::<(), mockforge_ws_jsonpath::PathError>(())
    /// ```
    pub fn segments(&self) -> &[Segment] {
        &self.inner.segments
    }

    /// Whether [`segments`](Self::segments) is the whole path.
    pub fn is_plain(&self) -> bool {
        matches!(self.inner.engine, Engine::Plain)
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.inner.text
    }

    /// The dialect that it is written in.
    pub fn dialect(&self) -> Dialect {
        match self.inner.engine {
            Engine::Plain | Engine::Rfc9535(_) => Dialect::Rfc9535,
            Engine::Goessner(_) => Dialect::Goessner,
        }
    }
}

/// Two paths are the same where they are written the same way in the same dialect.
impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str() && self.dialect() == other.dialect()
    }
}

impl Eq for Path {}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
