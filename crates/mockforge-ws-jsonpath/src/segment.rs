//! What a path says, segment by segment, for those who look at many paths at once.
//!
//! This is the part of RFC 9535 that needs no search: every segment has one selector, and filters compare
//! with literals. [`Path::segments`](crate::Path::segments) says how far a path is of that kind.

use serde_json::{Map, Value};

/// Up to how many members a name is looked for one by one, which is quicker than to hash it.
const FEW_MEMBERS: usize = 8;

/// A segment with one selector (RFC 9535, sections 2.3 and 2.5.1).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Segment {
    /// `.name`, `['name']`, `[0]`
    Child(Step),
    /// `.*`, `[*]`
    Wildcard,
    /// `[?…]`
    Filter(Test),
}

/// To one member or one element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The member of an object.
    Name(String),
    /// The element of a list, from the end where it is negative.
    Index(i64),
}

impl Step {
    /// Where the step leads from `value`.
    ///
    /// ```
    /// use mockforge_ws_jsonpath::Step;
    /// use serde_json::json;
    ///
    /// let list = json!([1, 2, 3]);
    /// assert_eq!(Step::Index(-1).follow(&list), Some(&json!(3)));
    /// assert_eq!(Step::Name("a".into()).follow(&list), None);
    /// ```
    pub fn follow<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match (self, value) {
            (Self::Name(name), Value::Object(members)) => member(members, name),
            (Self::Index(index), Value::Array(items)) => items.get(match usize::try_from(*index) {
                Ok(index) => index,
                Err(_) => items.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
            }),
            _ => None,
        }
    }
}

fn member<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    if members.len() > FEW_MEMBERS {
        return members.get(name);
    }
    members.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// What a filter asks of a candidate, `@`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Test {
    /// `@.a.b`: there is such a value, whatever it is.
    Exists(Vec<Step>),
    /// `@.a.b == 1`, also written `1 == @.a.b`.
    Compares(Comparison),
    /// `… && …`
    All(Vec<Test>),
    /// `… || …`
    Any(Vec<Test>),
    /// `!…`
    Not(Box<Test>),
}

/// A value beside a literal.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The way from the candidate to the value.
    pub steps: Vec<Step>,
    /// With the value on its left.
    pub operator: Operator,
    /// A number, a string, a boolean or null, on its right.
    pub literal: Value,
}

/// An operator of comparison (RFC 9535, section 2.3.5.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}
