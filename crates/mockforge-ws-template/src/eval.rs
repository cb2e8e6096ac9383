//! What expressions give.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt as _;
use serde_json::Value;

use crate::date::{self, Form};
use crate::number;
use crate::out::Out;
use crate::program::{Expr, Op};
use crate::run::{Frame, Run};
use crate::strftime;
use crate::uuid;
use crate::value::{Val, order, same};

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
            Expr::Elapsed => Val::Own(self.elapsed_ms().into()),
            Expr::RandInt(lo, hi) => Val::Own(self.rand_int(*lo, *hi).into()),
            Expr::Faker(faker) => Val::Own(faker(self.cx.rng())),
            Expr::Seq(name) => Val::Own(self.seq(name).into()),
            Expr::Walk(walk, name) => Val::Own(self.walk(walk, name).into()),
            Expr::Read(read, written) => {
                let value = self.read(read, frame);
                if matches!(value, Val::Missing) && !quiet {
                    self.missing(written);
                }
                value
            }
            Expr::Replace(replace) => self.replace(replace, frame, quiet),
            Expr::Call(op, args, written) => self.call(*op, args, written, frame, quiet),
        }
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
            (Op::Cycle, [choices @ .., name]) => {
                let turn = self.seq(name.constant_text().expect("the name comes last")) - 1;
                let chosen = turn % choices.len() as u64;
                return self.eval(&choices[usize::try_from(chosen).expect("an index")], frame, quiet);
            }
            (Op::Lookup | Op::Size | Op::Keys | Op::Join, _) => {
                return self.collection(op, args, written, frame, quiet);
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
        match op {
            Op::Int => return number::whole(value).map(|n| Val::Own(n.into())),
            Op::Members => return Some(self.room_members(&value.to_text(self.limit))),
            _ => {}
        }
        if matches!(op, Op::RandString | Op::RandHex | Op::HexInt) {
            let n = value.number()?.as_u64()?;
            return Some(match op {
                Op::RandString => self.rand_string(n),
                Op::RandHex => self.rand_hex(n),
                _ => Val::text(format!("{n:#x}")),
            });
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
    pub(crate) fn bounded<'f>(&self, mut text: String) -> Val<'f> {
        if text.len() > self.limit {
            text.truncate(text.floor_char_boundary(self.limit));
            self.cut.set(true);
        }
        Val::text(text)
    }
}

/// As much of `bytes` as an output of `limit` bytes can show.
pub(crate) fn head(bytes: &[u8], limit: usize) -> &[u8] {
    &bytes[..bytes.len().min(limit)]
}

pub(crate) fn truth<'f>(value: bool) -> Val<'f> {
    Val::Own(Value::Bool(value))
}
