//! Evaluation: what the nodes are worth when the names have their values.
//!
//! CEL's own interpreter is not used, because it sets no bound to the work that a message causes, knows no place
//! of an error, and does not mix whole numbers with others, which JSON does not tell apart. The tests hold the
//! two against each other.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

use super::arithmetic::{arithmetic, negate};
use super::bounds::Budget;
use super::compare::{contains, equal, member, order};
use super::convert;
use super::node::{Function, Kind, Loop, Looped, Node, Operator, ROOTS};
use super::value::Val;
use super::vocabulary::{Named, Names};

/// Values that names made for one evaluation, kept as long as it takes.
pub(crate) type Made = [OnceCell<Value>; ROOTS.len()];

pub(crate) struct Run<'v> {
    source: &'v str,
    names: &'v dyn Names,
    made: &'v Made,
    pub(crate) budget: Budget,
    /// The variables of the loops that go on.
    locals: Vec<Val<'v>>,
}

type Result<'v> = std::result::Result<Val<'v>, String>;

impl<'v> Run<'v> {
    pub(crate) fn new(source: &'v str, names: &'v dyn Names, made: &'v Made) -> Self {
        Self { source, names, made, budget: Budget::new(), locals: Vec::new() }
    }

    pub(crate) fn eval(&mut self, node: &'v Node) -> Result<'v> {
        self.budget.take(1)?;
        match &node.kind {
            Kind::Constant(value) => Ok(Val::of(value)),
            Kind::TypeName(of) => Ok(Val::Type(*of)),
            Kind::Root(index) => self.root(*index),
            Kind::Local(index) => Ok(self.locals[*index].clone()),
            Kind::Field(operand, name) => {
                let of = self.eval(operand)?;
                self.member(&of, operand, name)?.ok_or_else(|| self.missing(node))
            }
            Kind::Has(operand, name) => {
                let of = self.eval(operand)?;
                Ok(Val::Bool(self.member(&of, operand, name)?.is_some()))
            }
            Kind::Index(parts) => self.index(node, &parts[0], &parts[1]),
            Kind::List(items) => {
                let items = items.iter().map(|item| self.eval(item));
                Ok(Val::List(items.collect::<std::result::Result<_, _>>()?))
            }
            Kind::Map(entries) => self.map(entries),
            Kind::All(parts) => self.joined(parts, false),
            Kind::Any(parts) => self.joined(parts, true),
            Kind::Not(operand) => Ok(Val::Bool(!self.truth(operand)?)),
            Kind::Negate(operand) => negate(&self.eval(operand)?),
            Kind::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                if self.truth(condition)? { self.eval(then) } else { self.eval(otherwise) }
            }
            Kind::Binary(operator, parts) => self.binary(*operator, &parts[0], &parts[1]),
            Kind::Call(function, args) => self.call(*function, args),
            Kind::Matches(operand, regex) => {
                let value = self.eval(operand)?;
                let text = self.text(&value, operand)?;
                // A regex is slower than a comparison.
                self.budget.text(text.len().saturating_mul(8))?;
                Ok(Val::Bool(regex.is_match(text)))
            }
            Kind::Loop(kind, looped) => self.looped(*kind, looped),
        }
    }

    fn root(&mut self, index: usize) -> Result<'v> {
        if let Some(made) = self.made[index].get() {
            return Ok(Val::of(made));
        }
        let name = ROOTS[index].name;
        Ok(match self.names.get(name) {
            Some(Named::Text(text)) => Val::Text(Cow::Borrowed(text)),
            Some(Named::Json(value)) => Val::of(value),
            Some(Named::Object(members)) => Val::Object(members),
            Some(Named::Made(value)) => Val::of(self.made[index].get_or_init(|| value)),
            None if name == "$" => return Err("the message is no JSON, so there is no `$`".into()),
            None => return Err(format!("there is no `{name}` here")),
        })
    }

    fn member(
        &mut self,
        of: &Val<'v>,
        operand: &Node,
        name: &str,
    ) -> std::result::Result<Option<Val<'v>>, String> {
        member(of, name, &mut self.budget).map_err(|_| {
            format!("`{}` is {}, which has no field `{name}`", self.written(operand), of.words())
        })
    }

    fn index(&mut self, node: &'v Node, operand: &'v Node, index: &'v Node) -> Result<'v> {
        let of = self.eval(operand)?;
        let at = self.eval(index)?;
        if let Val::Text(name) = &at {
            return self.member(&of, operand, name)?.ok_or_else(|| self.missing(node));
        }
        let at = match at {
            Val::Int(int) => usize::try_from(int).ok(),
            Val::Double(double) if double.fract() == 0.0 && (0.0..1e15).contains(&double) => {
                Some(double as usize)
            }
            Val::Double(_) => None,
            at => return Err(format!("an item is read by a number or a text, not by {}", at.words())),
        };
        let item = match &of {
            Val::Array(items) => at.and_then(|at| items.get(at)).map(Val::of),
            Val::List(items) => at.and_then(|at| items.get(at)).cloned(),
            of => return Err(format!("`{}` is {}, which has no items", self.written(operand), of.words())),
        };
        item.ok_or_else(|| self.missing(node))
    }

    fn map(&mut self, entries: &'v [(Node, Node)]) -> Result<'v> {
        let mut map: Vec<(Cow<'v, str>, Val<'v>)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let Val::Text(key) = self.eval(key)? else { return Err("a key of an object is a text".into()) };
            self.budget.take(map.len())?;
            if map.iter().any(|(other, _)| *other == key) {
                return Err(format!("the key `{key}` is there twice"));
            }
            map.push((key, self.eval(value)?));
        }
        Ok(Val::Map(map.into()))
    }

    /// `&&` or `||`, where one side that decides makes up for an error in the other.
    fn joined(&mut self, parts: &'v [Node], decides: bool) -> Result<'v> {
        let mut error = None;
        for part in parts {
            match self.truth(part) {
                Ok(value) if value == decides => return Ok(Val::Bool(decides)),
                Ok(_) => {}
                Err(reason) => error = error.or(Some(reason)),
            }
        }
        error.map_or(Ok(Val::Bool(!decides)), Err)
    }

    pub(crate) fn truth(&mut self, node: &'v Node) -> std::result::Result<bool, String> {
        match self.eval(node)? {
            Val::Bool(value) => Ok(value),
            other => Err(format!("`{}` is {}, not true or false", self.written(node), other.words())),
        }
    }

    fn binary(&mut self, operator: Operator, left: &'v Node, right: &'v Node) -> Result<'v> {
        let first = self.eval(left)?;
        let second = self.eval(right)?;
        let budget = &mut self.budget;
        let held = match operator {
            Operator::Equal => equal(&first, &second, budget)?,
            Operator::NotEqual => !equal(&first, &second, budget)?,
            Operator::In => contains(&second, &first, budget)?,
            Operator::Less => order(&first, &second, budget)?.is_some_and(std::cmp::Ordering::is_lt),
            Operator::LessOrEqual => order(&first, &second, budget)?.is_some_and(std::cmp::Ordering::is_le),
            Operator::Greater => order(&first, &second, budget)?.is_some_and(std::cmp::Ordering::is_gt),
            Operator::GreaterOrEqual => {
                order(&first, &second, budget)?.is_some_and(std::cmp::Ordering::is_ge)
            }
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo => {
                return arithmetic(operator, first, second, budget);
            }
        };
        Ok(Val::Bool(held))
    }

    fn call(&mut self, function: Function, args: &'v [Node]) -> Result<'v> {
        let [operand, rest @ ..] = args else { return Err("a function has an argument".into()) };
        let value = self.eval(operand)?;
        if function == Function::Members {
            return self.members(self.text(&value, operand)?);
        }
        let part = match rest.first() {
            Some(part) => self.eval(part)?,
            None => return convert::convert(function, value, &mut self.budget),
        };
        let text = self.text(&value, operand)?;
        let part = self.text(&part, &rest[0])?;
        self.budget.text(text.len())?;
        Ok(Val::Bool(match function {
            Function::StartsWith => text.starts_with(part),
            Function::EndsWith => text.ends_with(part),
            _ => text.contains(part),
        }))
    }

    /// The names in a room.
    fn members(&mut self, room: &str) -> Result<'v> {
        self.budget.text(room.len())?;
        let names = self.names.members(room);
        self.budget.take(names.len())?;
        let mut list = Vec::with_capacity(names.len());
        for name in names {
            self.budget.text(name.len())?;
            list.push(Val::Text(Cow::Owned(name)));
        }
        Ok(Val::List(list.into()))
    }

    fn text<'t>(&self, value: &'t Val<'v>, node: &Node) -> std::result::Result<&'t str, String> {
        match value {
            Val::Text(text) => Ok(text),
            other => Err(format!("`{}` is {}, not a text", self.written(node), other.words())),
        }
    }

    fn looped(&mut self, kind: Loop, looped: &'v Looped) -> Result<'v> {
        let over = self.eval(&looped.over)?;
        let Some(items) = over.items() else {
            let written = self.written(&looped.over);
            return Err(format!("`{written}` is {}, not a list or an object", over.words()));
        };
        let mut error = None;
        let mut kept = Vec::new();
        let mut count = 0;
        for item in items {
            self.budget.take(1)?;
            self.locals.push(item);
            let keep = looped.keep.as_ref().map_or(Ok(true), |keep| self.truth(keep));
            let result = keep.and_then(|keep| match kind {
                _ if !keep => Ok(None),
                Loop::Map => self.eval(&looped.body).map(Some),
                _ => self.truth(&looped.body).map(|held| Some(Val::Bool(held))),
            });
            let item = self.locals.pop();
            match (kind, result) {
                (Loop::Exists, Ok(Some(Val::Bool(true)))) => return Ok(Val::Bool(true)),
                (Loop::All, Ok(Some(Val::Bool(false)))) => return Ok(Val::Bool(false)),
                // As with `||` and `&&`, an item that decides makes up for an error of another.
                (Loop::Exists | Loop::All, Err(reason)) => error = error.or(Some(reason)),
                (_, Err(reason)) => return Err(reason),
                (Loop::ExistsOne, Ok(Some(Val::Bool(true)))) => count += 1,
                (Loop::Filter, Ok(Some(Val::Bool(true)))) => kept.extend(item),
                (Loop::Map, Ok(result)) => kept.extend(result),
                (_, Ok(_)) => {}
            }
        }
        match (kind, error) {
            (_, Some(error)) => Err(error),
            (Loop::Exists, None) => Ok(Val::Bool(false)),
            (Loop::All, None) => Ok(Val::Bool(true)),
            (Loop::ExistsOne, None) => Ok(Val::Bool(count == 1)),
            (Loop::Filter | Loop::Map, None) => Ok(Val::List(kept.into())),
        }
    }

    fn missing(&self, node: &Node) -> String {
        format!("`{}` is missing", self.written(node))
    }

    fn written(&self, node: &Node) -> &'v str {
        &self.source[node.at.clone()]
    }
}
