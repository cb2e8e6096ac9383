//! Calls of helpers, compiled: what is known of the arguments already is not looked at again.

use serde_json::Value;

use crate::counter::{self, Kind, SEQ};
use crate::date;
use crate::expr::constant;
use crate::program::{Expr, Op, Walk};

/// Compiles a call whose arguments are checked; `shown` is how each was written.
pub(crate) fn compile(op: Op, args: Vec<Expr>, shown: &[String], written: Box<str>) -> Expr {
    match (op, &args[..]) {
        (Op::RandInt, [Expr::Const(lo), Expr::Const(hi)]) => {
            let int = |value: &Value| value.as_i64().expect("checked above");
            Expr::RandInt(int(lo), int(hi))
        }
        (Op::Seq, []) => Expr::Seq(SEQ.into()),
        (Op::Seq, [name, ..]) => {
            let name = name.constant_text().map(|name| counter::name(Kind::Seq, name));
            Expr::Seq(name.unwrap_or_else(|| SEQ.into()))
        }
        (Op::Walk, [start, step, name @ ..]) => {
            // Without a name it goes by its arguments, in whatever template they are written.
            let named = name.first().and_then(Expr::constant_text).map(str::to_string);
            let name = counter::name(Kind::Walk, &named.unwrap_or_else(|| shown.join(" ")));
            if let (Expr::Const(start), Expr::Const(step)) = (start, step)
                && let (Value::Number(start), Value::Number(step)) = (&**start, &**step)
                && let Some(walk) = Walk::new(start, step)
            {
                return Expr::Walk(walk, name);
            }
            named_call(op, args, 2, &name, written)
        }
        (Op::Step, [_, _, rest @ ..]) => {
            let named = rest.last().and_then(Expr::constant_text).map(str::to_string);
            let numbers = args.len() - usize::from(named.is_some());
            let name = counter::name(Kind::Step, &named.unwrap_or_else(|| shown.join(" ")));
            named_call(op, args, numbers, &name, written)
        }
        (Op::Cycle, choices) => {
            let (all, name) = (choices.len(), counter::name(Kind::Cycle, &shown.join(" ")));
            named_call(op, args, all, &name, written)
        }
        (Op::Sine, [_, _, period]) => {
            let period = period.constant_text().and_then(date::period).expect("checked above");
            let mut args = args;
            args[2] = constant(period);
            Expr::Call(op, args.into(), written)
        }
        // Bytes with a constant in them are the same for every connection.
        (Op::Hex, [Expr::Const(value)]) if value.is_string() => {
            constant(hex::encode(value.as_str().unwrap_or_default()))
        }
        _ => Expr::Call(op, args.into(), written),
    }
}

/// A call with the name of its counter as the last argument.
fn named_call(op: Op, mut args: Vec<Expr>, keep: usize, name: &str, written: Box<str>) -> Expr {
    args.truncate(keep);
    args.push(constant(name));
    Expr::Call(op, args.into(), written)
}
