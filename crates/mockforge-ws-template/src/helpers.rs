//! The helpers: their names, their arguments, and what is wrong with a call.

use std::ops::Range;

use mockforge_ws_diagnostic::Problem;

use crate::expr::Arg;
use crate::parse::Parser;
use crate::program::{Expr, Op, Read};
use crate::{call, date, number, value};

/// What can be called.
#[derive(Debug)]
pub(crate) struct Helper {
    name: &'static str,
    /// As the documentation writes the arguments.
    usage: &'static str,
    least: usize,
    most: usize,
    what: What,
}

#[derive(Debug, Clone, Copy)]
enum What {
    Uuid,
    Message,
    Key,
    Machine,
    Sender,
    Error,
    Elapsed,
    Replace,
    Op(Op),
}

const fn helper(name: &'static str, usage: &'static str, least: usize, most: usize, what: What) -> Helper {
    Helper { name, usage, least, most, what }
}

const ANY: usize = usize::MAX;

const HELPERS: &[Helper] = &[
    helper("uuid", "", 0, 0, What::Uuid),
    helper("message", "", 0, 0, What::Message),
    helper("key", "", 0, 0, What::Key),
    helper("machine", "", 0, 0, What::Machine),
    helper("sender", "", 0, 0, What::Sender),
    helper("error", "", 0, 0, What::Error),
    helper("elapsed", "", 0, 0, What::Elapsed),
    helper("randInt", "LO HI", 2, 2, What::Op(Op::RandInt)),
    helper("randFloat", "LO HI [DECIMALS]", 2, 3, What::Op(Op::RandFloat)),
    helper("randString", "LENGTH", 1, 1, What::Op(Op::RandString)),
    helper("randHex", "BYTES", 1, 1, What::Op(Op::RandHex)),
    helper("oneOf", "A B …", 1, ANY, What::Op(Op::OneOf)),
    helper("seq", "[\"NAME\"]", 0, 1, What::Op(Op::Seq)),
    helper("bytes", "FROM LENGTH", 2, 2, What::Op(Op::Bytes)),
    helper("walk", "START STEP [\"NAME\"]", 2, 3, What::Op(Op::Walk)),
    helper("sine", "MEAN AMPLITUDE \"PERIOD\"", 3, 3, What::Op(Op::Sine)),
    helper("step", "START BY [END] [\"NAME\"]", 2, 4, What::Op(Op::Step)),
    helper("cycle", "A B …", 1, ANY, What::Op(Op::Cycle)),
    helper("upper", "TEXT", 1, 1, What::Op(Op::Upper)),
    helper("lower", "TEXT", 1, 1, What::Op(Op::Lower)),
    helper("trim", "TEXT", 1, 1, What::Op(Op::Trim)),
    helper("json", "VALUE", 1, 1, What::Op(Op::Json)),
    helper("base64", "TEXT", 1, 1, What::Op(Op::Base64)),
    helper("hex", "TEXT", 1, 1, What::Op(Op::Hex)),
    helper("default", "VALUE OTHERWISE …", 2, ANY, What::Op(Op::Default)),
    helper("hexInt", "N [BYTES]", 1, 2, What::Op(Op::HexInt)),
    helper("int", "X", 1, 1, What::Op(Op::Int)),
    helper("replace", "TEXT \"REGEX\" WITH", 3, 3, What::Replace),
    helper("members", "\"ROOM\"", 1, 1, What::Op(Op::Members)),
    helper("add", "A B", 2, 2, What::Op(Op::Add)),
    helper("sub", "A B", 2, 2, What::Op(Op::Sub)),
    helper("mul", "A B", 2, 2, What::Op(Op::Mul)),
    helper("div", "A B", 2, 2, What::Op(Op::Div)),
    helper("lookup", "OF KEY", 2, 2, What::Op(Op::Lookup)),
    helper("size", "OF", 1, 1, What::Op(Op::Size)),
    helper("keys", "OF", 1, 1, What::Op(Op::Keys)),
    helper("join", "OF SEPARATOR", 2, 2, What::Op(Op::Join)),
    helper("eq", "A B", 2, 2, What::Op(Op::Eq)),
    helper("ne", "A B", 2, 2, What::Op(Op::Ne)),
    helper("gt", "A B", 2, 2, What::Op(Op::Gt)),
    helper("gte", "A B", 2, 2, What::Op(Op::Gte)),
    helper("lt", "A B", 2, 2, What::Op(Op::Lt)),
    helper("lte", "A B", 2, 2, What::Op(Op::Lte)),
    helper("and", "A B …", 2, ANY, What::Op(Op::And)),
    helper("or", "A B …", 2, ANY, What::Op(Op::Or)),
    helper("not", "A", 1, 1, What::Op(Op::Not)),
];

pub(crate) fn find(name: &str) -> Option<&'static Helper> {
    HELPERS.iter().find(|helper| helper.name == name)
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    HELPERS.iter().map(|helper| helper.name)
}

impl Helper {
    fn usage(&self) -> String {
        format!("{{{{{}}}}}", format!("{} {}", self.name, self.usage).trim_end())
    }

    /// The number of arguments, in words.
    fn count(&self) -> String {
        let plural = |n: usize| if n == 1 { "1 argument".to_string() } else { format!("{n} arguments") };
        match (self.least, self.most) {
            (0, 0) => "no arguments".to_string(),
            (least, most) if least == most => plural(least),
            (least, ANY) => format!("at least {}", plural(least)),
            (0, most) => format!("at most {}", plural(most)),
            (least, most) => format!("{least} to {}", plural(most)),
        }
    }
}

impl Parser<'_> {
    /// Compiles a call; `span` is where the helper's name stands, `written` the whole call.
    pub(crate) fn helper(
        &mut self,
        helper: &Helper,
        span: &Range<usize>,
        args: Vec<Arg>,
        written: Range<usize>,
    ) -> Option<Expr> {
        if args.len() < helper.least || args.len() > helper.most {
            let problem =
                Problem::new(format!("`{}` takes {}, got {}", helper.name, helper.count(), args.len()));
            let at = args.get(helper.most).map_or(span.clone(), |extra| extra.span.start..written.end);
            self.problem(problem.at(at).hint(format!("as in `{}`", helper.usage())));
            return None;
        }
        let before = self.problems.len();
        if let What::Op(op) = helper.what {
            for (index, arg) in args.iter().enumerate() {
                let wanted = wants(op, index, args.len());
                wanted.inspect(|wanted| self.check(helper, *wanted, arg));
            }
            self.check_order(op, &args);
            self.check_end(op, &args);
            self.check_width(op, &args);
        }
        let written: Box<str> = self.text[written].into();
        if let What::Replace = helper.what {
            return self.replace(args, written);
        }
        let shown: Vec<String> = args.iter().map(|arg| self.shown(arg)).collect();
        let exprs: Option<Vec<Expr>> = args.into_iter().map(|arg| arg.expr).collect();
        let exprs = exprs.filter(|_| self.problems.len() == before)?;
        Some(match helper.what {
            What::Uuid => Expr::Uuid,
            What::Message => Expr::Read(Read::Message, written),
            What::Key => Expr::Read(Read::Key, written),
            What::Machine => Expr::Read(Read::Machine, written),
            What::Sender => Expr::Read(Read::Sender, written),
            What::Error => Expr::Read(Read::Error, written),
            What::Elapsed => Expr::Elapsed,
            What::Replace => return None,
            What::Op(op) => call::compile(op, exprs, &shown, written),
        })
    }

    /// An argument as it was written, however it was quoted.
    fn shown(&self, arg: &Arg) -> String {
        match &arg.expr {
            Some(Expr::Const(value)) => value.to_string(),
            _ => self.text[arg.span.clone()].to_string(),
        }
    }

    /// Checks the kind of an argument that is known already.
    fn check(&mut self, helper: &Helper, wanted: Kind, arg: &Arg) {
        let Some(expr) = &arg.expr else { return };
        let Expr::Const(value) = expr else {
            let what = match wanted {
                Kind::Name => "name",
                Kind::Period => "period",
                _ => return,
            };
            let problem = Problem::new(format!("the {what} of a `{}` is a constant text", helper.name));
            self.problem(problem.at(arg.span.clone()).hint("write it in quotes"));
            return;
        };
        let (fits, wanted) = match wanted {
            Kind::Int => (value.as_i64().is_some(), "an integer of 64 bits"),
            Kind::Number => (value.is_number(), "a number"),
            Kind::Size => (value.as_u64().is_some(), "a whole number, 0 or more"),
            Kind::Decimals => (value.as_u64().is_some_and(|n| n <= 15), "a whole number from 0 to 15"),
            Kind::Width => {
                let fits = value.as_u64().is_some_and(|bytes| number::WIDTHS.contains(&bytes));
                (fits, "a whole number from 1 to 4096")
            }
            Kind::Whole => {
                let whole = number::whole(&value::Val::Ref(value));
                (whole.is_some(), "an integer or the text of one")
            }
            Kind::Name => (value.is_string(), "a name in quotes"),
            Kind::End => (value.is_number() || value.is_string(), "a number or a name in quotes"),
            Kind::Period => {
                let period = value.as_str().and_then(date::period);
                (period.is_some(), "a period in quotes like \"500ms\" or \"60s\"")
            }
        };
        if !fits {
            let got = &self.text[arg.span.clone()];
            let problem = Problem::new(format!("`{}` wants {wanted} here, got {got}", helper.name));
            self.problem(problem.at(arg.span.clone()).hint(format!("as in `{}`", helper.usage())));
        }
    }

    /// Checks that a `step` comes to its end.
    fn check_end(&mut self, op: Op, args: &[Arg]) {
        let number = |arg: &Arg| match &arg.expr {
            Some(Expr::Const(value)) => value.as_number().cloned(),
            _ => None,
        };
        if op == Op::Step
            && let [start, by, end, ..] = args
            && let (Some(from), Some(by), Some(to)) = (number(start), number(by), number(end))
            && number::turns(&from, &by, &to).is_none()
        {
            let problem = Problem::new(format!("steps of {by} from {from} never come to {to}"));
            self.problem(problem.at(start.span.start..end.span.end));
        }
    }

    /// Checks that a number has room in its bytes.
    fn check_width(&mut self, op: Op, args: &[Arg]) {
        let number = |arg: &Arg| match &arg.expr {
            Some(Expr::Const(value)) => value.as_u64(),
            _ => None,
        };
        if op == Op::HexInt
            && let [n, width] = args
            && let (Some(number), Some(bytes)) = (number(n), number(width))
            && number::WIDTHS.contains(&bytes)
            && number::hex_int(number, bytes).is_none()
        {
            let problem = Problem::new(format!("{number:#x} does not fit in BYTES = {bytes}"));
            self.problem(problem.at(n.span.start..width.span.end));
        }
    }

    /// Checks that constant bounds are in order.
    fn check_order(&mut self, op: Op, args: &[Arg]) {
        if !matches!(op, Op::RandInt | Op::RandFloat) {
            return;
        }
        if let [
            Arg { expr: Some(Expr::Const(lo)), span: from },
            Arg { expr: Some(Expr::Const(hi)), span: to },
            ..,
        ] = args
            && value::compare(lo, hi) == Some(std::cmp::Ordering::Greater)
            && lo.is_number()
            && hi.is_number()
        {
            let problem = Problem::new(format!("the lower bound {lo} is above the upper bound {hi}"));
            self.problem(problem.at(from.start..to.end).hint(format!("write `{hi} {lo}`")));
        }
    }
}

/// What an argument has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int,
    Number,
    /// Not negative.
    Size,
    Decimals,
    /// So many bytes of a number.
    Width,
    /// What can be read as an integer.
    Whole,
    /// Known while compiling.
    Name,
    /// A number, or the name that may follow it in its place.
    End,
    /// Known while compiling.
    Period,
}

/// What argument `index` of `count` has to be.
fn wants(op: Op, index: usize, count: usize) -> Option<Kind> {
    match (op, index) {
        (Op::RandInt, _) => Some(Kind::Int),
        (Op::RandFloat | Op::Walk, 0 | 1) => Some(Kind::Number),
        (Op::Sine, 2) => Some(Kind::Period),
        (Op::Step, 2) if count == 3 => Some(Kind::End),
        (Op::Step, 3) => Some(Kind::Name),
        (Op::Sine | Op::Step, _) => Some(Kind::Number),
        (Op::Add | Op::Sub | Op::Mul | Op::Div, _) => Some(Kind::Number),
        (Op::RandFloat, _) => Some(Kind::Decimals),
        (Op::HexInt, 1) => Some(Kind::Width),
        (Op::Int, _) => Some(Kind::Whole),
        (Op::RandString | Op::RandHex | Op::HexInt | Op::Bytes, _) => Some(Kind::Size),
        (Op::Seq | Op::Walk, _) => Some(Kind::Name),
        _ => None,
    }
}
