//! An expression ready to be evaluated: names, functions and regexes are resolved, and each part knows the bytes
//! that it was written with.

use std::ops::Range;

use regex::Regex;
use serde_json::Value;

use super::types::Type;

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) at: Range<usize>,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Constant(Value),
    TypeName(Type),
    /// A name that the surroundings give a value, by its place in [`ROOTS`].
    Root(usize),
    /// A variable of a loop, counted from the outermost.
    Local(usize),
    Field(Box<Node>, Box<str>),
    Has(Box<Node>, Box<str>),
    Index(Box<[Node; 2]>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    /// `a && b && c`.
    All(Vec<Node>),
    /// `a || b || c`.
    Any(Vec<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    If(Box<[Node; 3]>),
    Binary(Operator, Box<[Node; 2]>),
    Call(Function, Vec<Node>),
    Matches(Box<Node>, Regex),
    Loop(Loop, Box<Looped>),
}

/// A loop's parts.
#[derive(Debug)]
pub(crate) struct Looped {
    pub(crate) over: Node,
    /// What a `map` of three arguments filters by.
    pub(crate) keep: Option<Node>,
    pub(crate) body: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Dyn,
    Type,
    Members,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loop {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

/// A name that the surroundings give a value.
pub(crate) struct Root {
    pub(crate) name: &'static str,
    pub(crate) of: Type,
    /// The fields that there are; empty where they are not known.
    pub(crate) fields: &'static [&'static str],
    /// The type of each field.
    pub(crate) holds: Type,
}

const fn root(name: &'static str, of: Type) -> Root {
    Root { name, of, fields: &[], holds: Type::Any }
}

const fn texts(name: &'static str) -> Root {
    Root { name, of: Type::Map, fields: &[], holds: Type::Text }
}

const fn record(name: &'static str, fields: &'static [&'static str]) -> Root {
    Root { name, of: Type::Map, fields, holds: Type::Any }
}

/// The names that an expression may begin with. `var` is not among them: its values are known at load.
pub(crate) const ROOTS: [Root; 17] = [
    root("$", Type::Any),
    root("message", Type::Text),
    root("state", Type::Map),
    root("shared", Type::Map),
    root("machine", Type::Text),
    root("capture", Type::Map),
    texts("path"),
    texts("query"),
    texts("header"),
    root("key", Type::Text),
    record("room", &["name", "size", "members"]),
    record("connection", &["id", "number"]),
    root("streams", Type::Map),
    root("sender", Type::Text),
    root("row", Type::Map),
    root("error", Type::Text),
    root("elapsed", Type::Int),
];
