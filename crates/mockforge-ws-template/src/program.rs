//! The compiled form of a template: what the parser writes and the renderer walks.

use mockforge_ws_jsonpath::Path;
use serde_json::{Number, Value};

use crate::date::Now;
use crate::faker::Faker;
use crate::replace::Replace;

/// A segment.
#[derive(Debug)]
pub(crate) enum Node {
    /// Goes out as it stands. In a JSON template it is escaped already.
    Text(Box<str>),
    /// A value as text.
    Expr(Expr),
    /// A value as a JSON literal: a string of a JSON template that is exactly one expression.
    Value(Expr),
    /// `{{#if}}` and `{{#unless}}` with their `{{else if}}`s.
    If { branches: Box<[Branch]>, otherwise: Box<[Node]> },
    /// `{{#each}}`.
    Each { over: Expr, body: Box<[Node]>, otherwise: Box<[Node]> },
    /// `{{#repeat}}`.
    Repeat { count: Expr, body: Box<[Node]>, otherwise: Box<[Node]> },
}

/// One arm of an `{{#if}}`.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) test: Expr,
    /// `{{#unless}}`.
    pub(crate) negate: bool,
    pub(crate) body: Box<[Node]>,
}

/// What has a value.
#[derive(Debug)]
pub(crate) enum Expr {
    Const(Box<Value>),
    Uuid,
    Now(Now),
    /// Milliseconds since the opening.
    Elapsed,
    /// With constant bounds, in order.
    RandInt(i64, i64),
    Faker(Faker),
    Seq(Box<str>),
    /// With its name.
    Walk(Walk, Box<str>),
    /// A value that may be missing; with what was written.
    Read(Read, Box<str>),
    /// A helper with arguments; with what was written.
    Call(Op, Box<[Expr]>, Box<str>),
    Replace(Box<Replace>),
}

/// A random walk's constants.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) start: f64,
    pub(crate) step: f64,
    /// How many digits its values have after the point: one more than was written, two at least.
    pub(crate) decimals: u64,
}

impl Walk {
    pub(crate) fn new(start: &Number, step: &Number) -> Option<Self> {
        let decimals = (decimals(start).max(decimals(step)) + 1).max(2);
        Some(Self { start: start.as_f64()?, step: step.as_f64()?, decimals })
    }
}

/// How many digits a number is written with after the point.
pub(crate) fn decimals(number: &Number) -> u64 {
    if number.is_i64() || number.is_u64() {
        return 0;
    }
    let text = number.to_string();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = mantissa.split_once('.').map_or("", |(_, digits)| digits.trim_end_matches('0')).len();
    let digits = i64::try_from(digits).unwrap_or(0) - exponent.parse::<i64>().unwrap_or(0);
    u64::try_from(digits).unwrap_or(0)
}

/// The way into an object or array.
pub(crate) type Keys = Box<[Box<str>]>;

/// Where a value that may be missing is read from.
#[derive(Debug)]
pub(crate) enum Read {
    /// The message by JSONPath. A `wide` path may visit more than one branch of the message.
    Json {
        path: Path,
        wide: bool,
    },
    Message,
    Group(usize),
    NamedGroup(Box<str>),
    Key,
    Machine,
    /// Of the variables of the connection or of those that it shares.
    Var(Vars, Keys),
    Row(Keys),
    Sender,
    Error,
    ConnectionId,
    ConnectionNumber,
    RoomName,
    RoomSize,
    RoomMembers,
    /// The keys of a stream.
    Streams(Box<str>),
    Param(Box<str>),
    Query(Box<str>),
    Header(Box<str>),
    /// Something of the loop `up` blocks out.
    Loop {
        up: usize,
        what: Loop,
    },
}

/// Whose variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vars {
    /// `{{state.x}}`
    State,
    /// `{{shared.x}}`
    Shared,
}

impl Vars {
    /// What their names begin with.
    pub(crate) fn root(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Shared => "shared",
        }
    }
}

/// What a loop offers to its body.
#[derive(Debug)]
pub(crate) enum Loop {
    This(Keys),
    Index,
    First,
    Last,
    Key,
}

/// The helpers that take arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    RandInt,
    RandFloat,
    RandString,
    OneOf,
    Seq,
    Bytes,
    Walk,
    Upper,
    Lower,
    Trim,
    Json,
    Base64,
    Hex,
    Default,
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
    And,
    Or,
    Not,
    Lookup,
    Size,
    Keys,
    Join,
    Add,
    Sub,
    Mul,
    Div,
    HexInt,
    Int,
    Members,
    RandHex,
    Sine,
    Step,
    Cycle,
}

/// How many bytes a rendering is likely to take.
pub(crate) fn estimate(nodes: &[Node]) -> usize {
    let one = |node: &Node| match node {
        Node::Text(text) => text.len(),
        Node::Expr(expr) => expr.estimate(),
        Node::Value(expr) => expr.estimate() + 2,
        Node::If { branches, otherwise } => {
            branches.iter().map(|b| estimate(&b.body)).max().unwrap_or(0).max(estimate(otherwise))
        }
        Node::Each { body, .. } | Node::Repeat { body, .. } => estimate(body).saturating_mul(4),
    };
    nodes.iter().map(one).fold(0, usize::saturating_add)
}

impl Expr {
    /// What was written, for those that may have no value.
    pub(crate) fn written(&self) -> Option<&str> {
        match self {
            Self::Read(_, written) | Self::Call(_, _, written) => Some(written),
            Self::Replace(replace) => Some(&replace.written),
            _ => None,
        }
    }

    pub(crate) fn constant_text(&self) -> Option<&str> {
        match self {
            Self::Const(value) => value.as_str(),
            _ => None,
        }
    }

    fn estimate(&self) -> usize {
        match self {
            Self::Uuid => 36,
            Self::Now(_) => 24,
            Self::RandInt(lo, hi) => {
                let width = |n: i64| n.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 2;
                width(*lo).max(width(*hi))
            }
            _ => 16,
        }
    }
}
