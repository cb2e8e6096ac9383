//! What expressions give.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mockforge_ws_jsonpath::Path;
use rand::RngExt as _;
use rand::distr::Alphanumeric;
use serde_json::Value;

use crate::date::{self, Form};
use crate::out::Out;
use crate::program::{Expr, Loop, Op, Read, Walk};
use crate::run::{Frame, Run};
use crate::strftime;
use crate::uuid;
use crate::value::{Val, lookup, order, same};

impl<'r> Run<'r, '_> {
    /// The value of an expression. Where it has none that is reported, unless `quiet`: to ask whether there
    /// is one is no mistake.
    pub(crate) fn eval<'f>(&mut self, expr: &'r Expr, frame: Option<&'f Frame<'f>>, quiet: bool) -> Val<'f>
    where
        'r: 'f,
    {
        match expr {
            Expr::Const(value) => Val::Ref(value),
            Expr::Uuid => Val::text(uuid::text(self.cx.rng(), &mut [0; 36])),
            Expr::Now(now) => {
                let time = now.time(self.cx.wall());
                match &now.form {
                    Form::Rfc3339 => Val::text(date::rfc3339(time, &mut [0; 20])),
                    Form::Unix => Val::Own(time.unix_timestamp().into()),
                    Form::UnixMs => Val::Own(date::unix_ms(time).into()),
                    Form::Format(parts) => {
                        let mut text = String::new();
                        strftime::write(parts, time, &mut text).expect("writing to a string never fails");
                        Val::text(text)
                    }
                }
            }
            Expr::RandInt(lo, hi) => Val::Own(self.rand_int(*lo, *hi).into()),
            Expr::Faker(faker) => Val::Own(faker(self.cx.rng())),
            Expr::Seq(name) => Val::Own(self.cx.seq(name).into()),
            Expr::Walk(walk, name) => Val::Own(self.walk(walk, name).into()),
            Expr::Read(read, written) => {
                let value = self.read(read, frame);
                if matches!(value, Val::Missing) && !quiet {
                    self.missing(written);
                }
                value
            }
            Expr::Call(op, args, written) => self.call(*op, args, written, frame, quiet),
        }
    }

    #[inline]
    pub(crate) fn rand_int(&mut self, lo: i64, hi: i64) -> i64 {
        self.cx.rng().random_range(lo..=hi)
    }

    /// The nodes that a path selects of the message. In a loop the search is counted; elsewhere there are
    /// only as many as the template has paths.
    pub(crate) fn query(&self, path: &Path, wide: bool, in_loop: bool) -> Vec<&'r Value> {
        let Some(message) = self.scope.message else { return Vec::new() };
        if wide && in_loop && !self.step(message.bytes().len() / 8) {
            return Vec::new();
        }
        message.json().map(|json| path.query(json)).unwrap_or_default()
    }

    fn read<'f>(&self, read: &'r Read, frame: Option<&'f Frame<'f>>) -> Val<'f>
    where
        'r: 'f,
    {
        let scope = self.scope;
        let found = match read {
            Read::Json { path, wide } => {
                let nodes = self.query(path, *wide, frame.is_some());
                match &nodes[..] {
                    [] => None,
                    [node] => Some(Val::Ref(node)),
                    _ => Some(Val::Nodes(nodes)),
                }
            }
            Read::Message => scope.message.map(|message| match message.text() {
                Some(text) => Val::Str(text),
                None => Val::Bytes(message.bytes()),
            }),
            Read::Group(index) => scope.captures.and_then(|captures| captures.get(*index)).map(Val::Str),
            Read::NamedGroup(name) => scope.captures.and_then(|captures| captures.name(name)).map(Val::Str),
            Read::Key => scope.key.map(Val::Str),
            Read::Machine => Some(&**self.cx.machine()).filter(|name| !name.is_empty()).map(Val::text),
            Read::State(keys) => match &keys[..] {
                [] => Some(Val::Own(self.cx.state().clone().into())),
                [first, rest @ ..] => {
                    let value = self.cx.state().get(&**first).and_then(|value| lookup(value, rest));
                    value.map(|value| Val::Own(value.clone()))
                }
            },
            Read::Param(name) => self.cx.hello().param(name).map(Val::text),
            Read::Query(name) => self.cx.hello().query_param(name).map(Val::text),
            Read::Header(name) => self.cx.hello().header(name).map(Val::text),
            Read::Loop { up, what } => frame.and_then(|frame| read_loop(frame, *up, what)),
        };
        found.unwrap_or(Val::Missing)
    }

    fn call<'f>(
        &mut self,
        op: Op,
        args: &'r [Expr],
        written: &'r str,
        frame: Option<&'f Frame<'f>>,
        quiet: bool,
    ) -> Val<'f>
    where
        'r: 'f,
    {
        match (op, args) {
            (Op::Default, _) => {
                let (last, others) = args.split_last().expect("checked while compiling");
                for arg in others {
                    let value = self.eval(arg, frame, true);
                    if !value.is_nothing() {
                        return value;
                    }
                }
                return self.eval(last, frame, quiet);
            }
            (Op::And, _) => return truth(args.iter().all(|arg| self.eval(arg, frame, true).is_truthy())),
            (Op::Or, _) => return truth(args.iter().any(|arg| self.eval(arg, frame, true).is_truthy())),
            (Op::Not, [arg]) => return truth(!self.eval(arg, frame, true).is_truthy()),
            (Op::Eq | Op::Ne | Op::Gt | Op::Gte | Op::Lt | Op::Lte, [a, b]) => {
                let (a, b) = (self.eval(a, frame, true), self.eval(b, frame, true));
                return truth(self.compare(op, &a, &b));
            }
            (Op::OneOf, _) => {
                let chosen = self.cx.rng().random_range(0..args.len());
                return self.eval(&args[chosen], frame, quiet);
            }
            _ => {}
        }
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            values.push(self.eval(arg, frame, quiet));
        }
        // A missing argument was reported itself.
        let lacking = values.iter().any(|value| matches!(value, Val::Missing));
        let value = match &values[..] {
            _ if lacking => None,
            [text] => self.unary(op, text),
            [first, second, rest @ ..] => self.numeric(op, first, second, rest),
            [] => None,
        };
        if value.is_none() && !lacking && !quiet {
            self.missing(written);
        }
        match value {
            None if op == Op::Json => Val::Str("null"),
            None => Val::Missing,
            Some(value) => value,
        }
    }

    /// The next value of a walk: each key of a stream has its own.
    pub(crate) fn walk(&mut self, walk: &Walk, name: &str) -> f64 {
        let value = match self.scope.key {
            Some(key) => self.cx.walk(&format!("{name} of {key}"), walk.start, walk.step),
            None => self.cx.walk(name, walk.start, walk.step),
        };
        rounded(value, walk.decimals)
    }

    fn compare(&self, op: Op, a: &Val<'_>, b: &Val<'_>) -> bool {
        // Values of unknown size are parts of the message, or about as large.
        let whole = self.scope.message.map_or(0, |message| message.bytes().len());
        let size = a.size().unwrap_or(whole).min(b.size().unwrap_or(whole));
        if !self.step(size / 64) {
            return false;
        }
        match op {
            Op::Eq => same(a, b),
            Op::Ne => !same(a, b),
            Op::Gt => order(a, b).is_some_and(std::cmp::Ordering::is_gt),
            Op::Gte => order(a, b).is_some_and(std::cmp::Ordering::is_ge),
            Op::Lt => order(a, b).is_some_and(std::cmp::Ordering::is_lt),
            _ => order(a, b).is_some_and(std::cmp::Ordering::is_le),
        }
    }

    /// The helpers of one argument; `None` where it is of the wrong kind.
    fn unary<'f>(&mut self, op: Op, value: &Val<'_>) -> Option<Val<'f>> {
        if op == Op::RandString {
            let length = value.number()?.as_u64()?;
            return Some(self.rand_string(length));
        }
        // One byte more than fits, so that what does not fit is seen.
        let limit = self.limit.saturating_add(1);
        let text = match op {
            Op::Json => {
                let mut text = String::new();
                value.write(&mut Out::new(&mut text, limit, false), true);
                text
            }
            Op::Base64 => STANDARD.encode(head(&value.to_bytes(limit), limit)),
            Op::Hex => hex::encode(head(&value.to_bytes(limit), limit)),
            Op::Upper => value.to_text(limit).to_uppercase(),
            Op::Lower => value.to_text(limit).to_lowercase(),
            _ => value.to_text(limit).trim().to_string(),
        };
        self.step(text.len() / 64);
        Some(self.bounded(text))
    }

    /// Cuts a text that is longer than any output can be.
    fn bounded<'f>(&self, mut text: String) -> Val<'f> {
        if text.len() > self.limit {
            text.truncate(text.floor_char_boundary(self.limit));
            self.cut.set(true);
        }
        Val::text(text)
    }

    fn rand_string<'f>(&mut self, length: u64) -> Val<'f> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > self.limit {
            self.cut.set(true);
        }
        let rng = self.cx.rng();
        let text: String =
            (0..length.min(self.limit)).map(|_| char::from(rng.sample(Alphanumeric))).collect();
        self.step(text.len() / 64);
        Val::text(text)
    }

    /// The helpers that begin with two numbers; `None` where they are of the wrong kind.
    fn numeric<'f>(&mut self, op: Op, a: &Val<'_>, b: &Val<'_>, rest: &[Val<'_>]) -> Option<Val<'f>> {
        let (a, b) = (a.number()?, b.number()?);
        match op {
            Op::RandInt => {
                let (lo, hi) = (a.as_i64()?, b.as_i64()?);
                (lo <= hi).then(|| Val::Own(self.rand_int(lo, hi).into()))
            }
            Op::RandFloat => {
                let (lo, hi) = (a.as_f64()?, b.as_f64()?);
                let decimals = rest.first().map(|value| value.number()?.as_u64());
                if lo > hi || !(hi - lo).is_finite() {
                    return None;
                }
                let drawn = self.cx.rng().random_range(lo..=hi);
                Some(Val::Own(match decimals {
                    Some(decimals) => rounded(drawn, decimals?).into(),
                    None => drawn.into(),
                }))
            }
            Op::Bytes => {
                let bytes = self.scope.message?.bytes();
                let from = usize::try_from(a.as_u64()?).ok().filter(|from| *from < bytes.len())?;
                let length = usize::try_from(b.as_u64()?).unwrap_or(usize::MAX);
                let piece = &bytes[from..from.saturating_add(length).min(bytes.len())];
                self.step(piece.len() / 64);
                Some(self.bounded(hex::encode(head(piece, self.limit))))
            }
            Op::Walk => {
                let walk = Walk::new(&a, &b)?;
                let name = rest.first()?.to_text(self.limit);
                Some(Val::Own(self.walk(&walk, &name).into()))
            }
            _ => None,
        }
    }
}

/// As much of `bytes` as an output of `limit` bytes can show.
fn head(bytes: &[u8], limit: usize) -> &[u8] {
    &bytes[..bytes.len().min(limit)]
}

fn truth<'f>(value: bool) -> Val<'f> {
    Val::Own(Value::Bool(value))
}

fn read_loop<'f>(frame: &'f Frame<'f>, up: usize, what: &Loop) -> Option<Val<'f>> {
    let frame = (0..up).try_fold(frame, |frame, _| frame.up)?;
    match what {
        Loop::This(keys) => lookup(frame.this?, keys).map(Val::Ref),
        Loop::Index => Some(Val::Own(frame.index.into())),
        Loop::First => Some(truth(frame.index == 0)),
        Loop::Last => Some(truth(frame.is_last)),
        Loop::Key => Some(frame.key.map_or_else(|| Val::Own(frame.index.into()), Val::Str)),
    }
}

/// Rounds to so many digits after the point. Numbers so large that they have none stay as they are.
fn rounded(value: f64, decimals: u64) -> f64 {
    let scale = 10_f64.powi(i32::try_from(decimals.min(15)).expect("at most 15"));
    let scaled = (value * scale).round();
    if scaled.abs() < 9e15 { scaled / scale } else { value }
}
