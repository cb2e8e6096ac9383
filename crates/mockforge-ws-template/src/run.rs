//! One rendering: walks the segments, writes, and keeps to the limits.

use std::cell::Cell;

use mockforge_ws_core::{Cx, Fact};
use serde_json::Value;

use crate::Scope;
use crate::date::{self, Form, Now};
use crate::out::Out;
use crate::program::{Expr, Node, Read};
use crate::read::variables;
use crate::strftime;
use crate::uuid;
use crate::value::{Val, lookup};

/// How much work one rendering may do where the limit of the output does not end it: turns of loops, pieces
/// of the message that are searched in them, and pieces of text that are converted.
const STEPS: usize = 2 << 20;

/// A rendering in progress. `'r` is how long the template and the scope live.
pub(crate) struct Run<'r, 'c> {
    pub(crate) scope: &'r Scope<'r>,
    pub(crate) cx: &'r mut Cx<'c>,
    pub(crate) limit: usize,
    steps: Cell<usize>,
    /// Whether something was cut before it reached the output.
    pub(crate) cut: Cell<bool>,
    /// The expressions whose lack was reported; each is once.
    missing: Vec<&'r str>,
}

/// A turn of a loop.
pub(crate) struct Frame<'f> {
    pub(crate) this: Option<&'f Value>,
    pub(crate) key: Option<&'f str>,
    pub(crate) index: usize,
    pub(crate) is_last: bool,
    pub(crate) up: Option<&'f Frame<'f>>,
}

/// Renders segments onto the end of `text`; `json` where they are those of a JSON template.
pub(crate) fn render(
    nodes: &[Node],
    estimate: usize,
    scope: &Scope<'_>,
    cx: &mut Cx<'_>,
    text: &mut String,
    json: bool,
) {
    let mut run = Run::new(scope, cx);
    let mut out = Out::new(text, run.limit, json);
    out.expect(estimate);
    run.nodes(nodes, None, &mut out);
    let cut = out.cut;
    run.finish(cut);
}

/// Appends a text that is always the same.
pub(crate) fn literal(text: &str, cx: &mut Cx<'_>, out: &mut String) {
    let limit = cx.limits().max_message_size;
    let mut bounded = Out::new(out, limit, false);
    bounded.raw(text);
    if bounded.cut {
        cx.note(Fact::Truncated { limit });
    }
}

/// The value of one expression, with its type.
pub(crate) fn value(expr: &Expr, scope: &Scope<'_>, cx: &mut Cx<'_>) -> Value {
    let mut run = Run::new(scope, cx);
    let (value, cut) = run.eval(expr, None, false).into_value(run.limit);
    run.finish(cut);
    value
}

impl<'r, 'c> Run<'r, 'c> {
    pub(crate) fn new(scope: &'r Scope<'r>, cx: &'r mut Cx<'c>) -> Self {
        let limit = cx.limits().max_message_size;
        Self { scope, cx, limit, steps: Cell::new(STEPS), cut: Cell::new(false), missing: Vec::new() }
    }

    pub(crate) fn finish(self, cut: bool) {
        if cut || self.cut.get() {
            self.cx.note(Fact::Truncated { limit: self.limit });
        }
    }

    /// Takes `n` steps of those that are left; false where there are none, and then the rendering ends.
    pub(crate) fn step(&self, n: usize) -> bool {
        let left = self.steps.get().checked_sub(n);
        self.steps.set(left.unwrap_or(0));
        if left.is_none() {
            self.cut.set(true);
        }
        left.is_some()
    }

    /// Reports that an expression had no value.
    #[cold]
    pub(crate) fn missing(&mut self, written: &'r str) {
        if !self.missing.contains(&written) {
            self.missing.push(written);
            self.cx.note(Fact::MissingValue { expression: written.to_string() });
        }
    }

    fn nodes<'f>(&mut self, nodes: &'r [Node], frame: Option<&'f Frame<'f>>, out: &mut Out<'_>)
    where
        'r: 'f,
    {
        for node in nodes {
            if out.cut || self.cut.get() {
                return;
            }
            match node {
                Node::Text(text) => out.raw(text),
                Node::Expr(expr) => self.write(expr, frame, out, false),
                Node::Value(expr) => {
                    out.escape = false;
                    self.write(expr, frame, out, true);
                    out.escape = true;
                }
                Node::If { branches, otherwise } => {
                    let mut taken = otherwise;
                    for branch in branches {
                        if self.eval(&branch.test, frame, true).is_truthy() != branch.negate {
                            taken = &branch.body;
                            break;
                        }
                    }
                    self.nodes(taken, frame, out);
                }
                Node::Each { over, body, otherwise } => {
                    if !self.each(over, body, frame, out) {
                        self.nodes(otherwise, frame, out);
                    }
                }
                Node::Repeat { count, body, otherwise } => {
                    let count = self.count(count, frame);
                    if count == 0 {
                        self.nodes(otherwise, frame, out);
                    } else if !body.is_empty() {
                        for index in 0..count {
                            let is_last = index + 1 == count;
                            let frame = Frame { this: None, key: None, index, is_last, up: frame };
                            if !self.turn(body, &frame, out) {
                                break;
                            }
                        }
                    }
                }
            }
        }
    }

    /// One turn of a loop; false where it was the last that the limits allow.
    fn turn<'f>(&mut self, body: &'r [Node], frame: &'f Frame<'f>, out: &mut Out<'_>) -> bool
    where
        'r: 'f,
    {
        if !self.step(1) {
            return false;
        }
        self.nodes(body, Some(frame), out);
        !out.cut && !self.cut.get()
    }

    /// False where there was nothing to go through.
    fn each<'f>(
        &mut self,
        over: &'r Expr,
        body: &'r [Node],
        frame: Option<&'f Frame<'f>>,
        out: &mut Out<'_>,
    ) -> bool
    where
        'r: 'f,
    {
        // A path with a wildcard, filter or the like selects the elements themselves, however many.
        let over = match over {
            Expr::Read(Read::Json { path, wide: true }, _) => {
                Val::Nodes(self.query(path, true, frame.is_some()))
            }
            over => self.eval(over, frame, true),
        };
        match &over {
            Val::Nodes(nodes) => self.items(nodes.iter().copied(), body, frame, out),
            Val::Ref(Value::Array(items)) => self.items(items.iter(), body, frame, out),
            Val::Own(Value::Array(items)) => self.items(items.iter(), body, frame, out),
            Val::Ref(Value::Object(members)) => self.members(members, body, frame, out),
            Val::Own(Value::Object(members)) => self.members(members, body, frame, out),
            _ => false,
        }
    }

    fn items<'f>(
        &mut self,
        items: impl ExactSizeIterator<Item = &'f Value>,
        body: &'r [Node],
        up: Option<&'f Frame<'f>>,
        out: &mut Out<'_>,
    ) -> bool
    where
        'r: 'f,
    {
        let count = items.len();
        for (index, item) in items.enumerate() {
            let frame = Frame { this: Some(item), key: None, index, is_last: index + 1 == count, up };
            if !self.turn(body, &frame, out) {
                break;
            }
        }
        count > 0
    }

    fn members<'f>(
        &mut self,
        members: &'f serde_json::Map<String, Value>,
        body: &'r [Node],
        up: Option<&'f Frame<'f>>,
        out: &mut Out<'_>,
    ) -> bool
    where
        'r: 'f,
    {
        for (index, (key, value)) in members.iter().enumerate() {
            let is_last = index + 1 == members.len();
            let frame = Frame { this: Some(value), key: Some(key), index, is_last, up };
            if !self.turn(body, &frame, out) {
                break;
            }
        }
        !members.is_empty()
    }

    fn count<'f>(&mut self, count: &'r Expr, frame: Option<&'f Frame<'f>>) -> usize
    where
        'r: 'f,
    {
        let value = self.eval(count, frame, false);
        match value.number().and_then(|n| n.as_u64()) {
            Some(count) => usize::try_from(count).unwrap_or(usize::MAX),
            None => {
                if let (false, Some(written)) = (matches!(value, Val::Missing), count.written()) {
                    self.missing(written);
                }
                0
            }
        }
    }

    /// Writes a value, the usual ones without a detour.
    #[inline]
    fn write<'f>(&mut self, expr: &'r Expr, frame: Option<&'f Frame<'f>>, out: &mut Out<'_>, json: bool)
    where
        'r: 'f,
    {
        match expr {
            Expr::Uuid => out.plain(uuid::text(self.cx.rng(), &mut [0; 36]), json),
            Expr::Now(now) => self.write_now(now, out, json),
            Expr::RandInt(lo, hi) => out.int(self.rand_int(*lo, *hi)),
            Expr::Seq(name) => out.int(self.seq(name)),
            Expr::Elapsed => out.int(self.elapsed_ms()),
            Expr::Read(Read::Var(vars, keys), written) => {
                let all = variables(self.cx, *vars);
                let found = match &keys[..] {
                    [first, rest @ ..] => all.get(&**first).and_then(|value| lookup(value, rest)),
                    [] => None,
                };
                match found {
                    Some(value) => Val::Ref(value).write(out, json),
                    None if keys.is_empty() => self.eval(expr, frame, false).write(out, json),
                    None => {
                        self.missing(written);
                        Val::Missing.write(out, json);
                    }
                }
            }
            _ => self.eval(expr, frame, false).write(out, json),
        }
    }

    /// The time since the opening, in milliseconds.
    pub(crate) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.cx.passed().as_millis()).unwrap_or(u64::MAX)
    }

    fn write_now(&mut self, now: &Now, out: &mut Out<'_>, json: bool) {
        let time = now.time(self.cx.wall());
        match &now.form {
            Form::Rfc3339 => out.plain(date::rfc3339(time, &mut [0; 20]), json),
            Form::Unix => out.int(time.unix_timestamp()),
            Form::UnixMs => out.int(date::unix_ms(time)),
            Form::Format(parts) => {
                let quote = if json { "\"" } else { "" };
                out.raw(quote);
                let escape = out.escape;
                out.escape |= json;
                strftime::write(parts, time, out).expect("writing to an output never fails");
                out.escape = escape;
                out.raw(quote);
            }
        }
    }
}
