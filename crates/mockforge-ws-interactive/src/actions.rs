//! What a rule does, compiled.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_template::{JsonTemplate, MessageTemplate, Template};
use serde_json::Value;

use crate::guard::Expression;
use crate::rules::StateId;

/// Actions, in the order in which they are carried out.
#[derive(Debug, Default)]
pub(crate) struct Actions {
    pub(crate) set: Vec<Assignment>,
    pub(crate) leave: Vec<Leave>,
    pub(crate) join: Vec<Join>,
    pub(crate) reply: Option<Replies>,
    pub(crate) broadcast: Vec<Broadcast>,
    pub(crate) stop: Vec<Stop>,
    pub(crate) start: Vec<Start>,
    pub(crate) to: Option<StateId>,
    pub(crate) end: Option<End>,
}

/// `set:` of one variable.
#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) is_shared: bool,
    /// The way to it, the variable's name first.
    pub(crate) path: Vec<Template>,
    pub(crate) operation: Operation,
}

#[derive(Debug)]
pub(crate) enum Operation {
    Put(Given),
    Add(Given),
    Push(Given),
    Pull(Given),
    Evaluate(Expression),
    Unset,
}

/// A value that is known, or rendered.
#[derive(Debug)]
pub(crate) enum Given {
    Known(Value),
    Rendered(JsonTemplate),
}

#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) room: Template,
    pub(crate) key: Option<Template>,
    pub(crate) name: Option<Template>,
}

#[derive(Debug)]
pub(crate) struct Leave {
    pub(crate) room: Option<Template>,
    pub(crate) key: Option<Template>,
}

#[derive(Debug)]
pub(crate) struct Broadcast {
    pub(crate) to: Template,
    pub(crate) spares_sender: bool,
    pub(crate) only: Option<Template>,
    pub(crate) payload: MessageTemplate,
}

#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) stream: usize,
    pub(crate) key: Option<Template>,
}

#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) stream: Option<usize>,
    pub(crate) key: Option<Template>,
}

/// How a connection is ended.
#[derive(Debug, Clone)]
pub(crate) enum End {
    Close { code: u16, reason: Template },
    Abort,
}

/// Which parts a reply has.
#[derive(Debug)]
pub(crate) enum Replies {
    All(Parts),
    /// The next one each time, by a counter.
    Sequence(Vec<Parts>, usize),
    Random(Vec<Parts>),
    /// With the sum of the weights up to each.
    Weighted(Vec<(f64, Parts)>),
}

/// Shared, so that parts that wait for their time do not copy them.
pub(crate) type Parts = Arc<[Part]>;

/// One part of a reply.
#[derive(Debug)]
pub(crate) struct Part {
    /// How long after the part before.
    pub(crate) after: Duration,
    pub(crate) repeat: Option<Repeat>,
    pub(crate) what: What,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Repeat {
    /// How often in all; `None` until the connection closes.
    pub(crate) count: Option<u64>,
    pub(crate) every: Duration,
}

#[derive(Debug)]
pub(crate) enum What {
    Message(MessageTemplate),
    Ping(Template),
    End(End),
}
