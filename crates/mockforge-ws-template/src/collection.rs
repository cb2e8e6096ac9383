//! Helpers of arrays, objects and texts: what is in them, and how much.

use serde_json::{Map, Value};

use crate::out::Out;
use crate::program::{Expr, Op, Read};
use crate::read::variables;
use crate::run::{Frame, Run};
use crate::value::{Val, lookup, weight};

/// What is looked into.
enum Items<'v> {
    Elements(&'v [Value]),
    Nodes(&'v [&'v Value]),
    Members(&'v Map<String, Value>),
    Text(&'v str),
    Bytes(&'v [u8]),
    /// Nothing is in it.
    Scalar,
}

impl<'v> Items<'v> {
    fn of(value: &'v Value) -> Self {
        match value {
            Value::Array(items) => Self::Elements(items),
            Value::Object(members) => Self::Members(members),
            Value::String(text) => Self::Text(text),
            _ => Self::Scalar,
        }
    }

    fn of_val(val: &'v Val<'v>) -> Self {
        match val {
            Val::Missing => Self::Scalar,
            Val::Ref(value) => Self::of(value),
            Val::Own(value) => Self::of(value),
            Val::Str(text) => Self::Text(text),
            Val::Bytes(bytes) => Self::Bytes(bytes),
            Val::Nodes(nodes) => Self::Nodes(nodes),
        }
    }

    /// The member of that name, or the element of that number from 0.
    fn get(&self, key: &Val<'_>, limit: usize) -> Option<&'v Value> {
        let index = || usize::try_from(key.number()?.as_u64()?).ok();
        match self {
            Self::Elements(items) => items.get(index()?),
            Self::Nodes(nodes) => nodes.get(index()?).copied(),
            Self::Members(members) => members.get(&*key.to_text(limit)),
            Self::Text(_) | Self::Bytes(_) | Self::Scalar => None,
        }
    }
}

impl<'r> Run<'r, '_> {
    /// `lookup`, `size`, `keys` and `join`.
    pub(crate) fn collection<'f>(
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
        let (of, rest) = args.split_first().expect("checked while compiling");
        let with = match rest.first() {
            Some(expr) => self.eval(expr, frame, quiet),
            None => Val::Str(""),
        };
        if matches!(with, Val::Missing) {
            return Val::Missing;
        }
        let found = match of {
            // Variables may be large: they are looked into where they are.
            Expr::Read(Read::Var(vars, keys), name) => {
                let all = variables(self.cx, *vars);
                let items = match &keys[..] {
                    [] => Some(Items::Members(all)),
                    [first, rest @ ..] => all.get(&**first).and_then(|v| lookup(v, rest)).map(Items::of),
                };
                let Some(items) = items else {
                    if !quiet {
                        self.missing(name);
                    }
                    return Val::Missing;
                };
                self.look(op, &items, &with).map(Val::Own)
            }
            // A path with a wildcard, filter or the like selects the elements themselves, however many.
            Expr::Read(Read::Json { path, wide: true }, _) => {
                let nodes = self.query(path, true, frame.is_some());
                self.look_at(op, &Val::Nodes(nodes), &with)
            }
            of => match self.eval(of, frame, quiet) {
                Val::Missing => return Val::Missing,
                val => self.look_at(op, &val, &with),
            },
        };
        if found.is_none() && !quiet {
            self.missing(written);
        }
        found.unwrap_or(Val::Missing)
    }

    /// Looks into a value, and gives what is in it without a copy where it can.
    fn look_at<'f>(&self, op: Op, of: &Val<'f>, with: &Val<'_>) -> Option<Val<'f>> {
        match (op, of) {
            (Op::Lookup, Val::Ref(value)) => Items::of(value).get(with, self.limit).map(Val::Ref),
            (Op::Lookup, Val::Nodes(nodes)) => {
                let index = with.number()?.as_u64()?;
                nodes.get(usize::try_from(index).ok()?).copied().map(Val::Ref)
            }
            _ => self.look(op, &Items::of_val(of), with).map(Val::Own),
        }
    }

    fn look(&self, op: Op, items: &Items<'_>, with: &Val<'_>) -> Option<Value> {
        match (op, items) {
            (Op::Lookup, _) => {
                let found = items.get(with, self.limit)?;
                self.step(weight(found, usize::MAX) / 16);
                Some(found.clone())
            }
            (Op::Size, Items::Elements(items)) => Some(items.len().into()),
            (Op::Size, Items::Nodes(nodes)) => Some(nodes.len().into()),
            (Op::Size, Items::Members(members)) => Some(members.len().into()),
            (Op::Size, Items::Bytes(bytes)) => Some(bytes.len().into()),
            (Op::Size, Items::Text(text)) => {
                self.step(text.len() / 64);
                Some(text.chars().count().into())
            }
            (Op::Keys, Items::Members(members)) => {
                self.step(members.len() / 2);
                Some(members.keys().map(|key| Value::from(&**key)).collect())
            }
            (Op::Join, Items::Elements(items)) => Some(self.join(items.iter(), with)),
            (Op::Join, Items::Nodes(nodes)) => Some(self.join(nodes.iter().copied(), with)),
            _ => None,
        }
    }

    fn join<'v>(&self, items: impl ExactSizeIterator<Item = &'v Value>, separator: &Val<'_>) -> Value {
        let separator = separator.to_text(self.limit);
        let count = items.len();
        let mut text = String::new();
        let mut out = Out::new(&mut text, self.limit, false);
        for (index, item) in items.enumerate() {
            if index > 0 {
                out.raw(&separator);
            }
            out.value(item);
            if out.cut {
                self.cut.set(true);
                break;
            }
        }
        self.step(count / 4 + text.len() / 64);
        text.into()
    }
}
