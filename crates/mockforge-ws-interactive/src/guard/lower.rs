//! From CEL's tree to nodes, with all mistakes at once: names, functions and types.

use std::ops::Range;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr};
use mockforge_ws_diagnostic::{Problem, did_you_mean};
use serde_json::Value;

use super::dollar::{DOLLAR, VAR};
use super::node::{Kind, Node, ROOTS};
use super::spans::Spans;
use super::types::Type;
use super::vocabulary::{Declared, Vocabulary};

/// A node and what is known of its value.
pub(crate) type Typed = (Node, Type);

pub(crate) struct Lowering<'l> {
    pub(crate) spans: Spans<'l>,
    pub(crate) vocabulary: &'l Vocabulary<'l>,
    /// The variables of the loops around, from the outermost.
    pub(crate) locals: Vec<(String, Type)>,
    pub(crate) problems: Vec<Problem>,
}

/// Lowers a whole expression.
///
/// # Errors
/// All mistakes.
pub(crate) fn lower(
    expr: &IdedExpr,
    spans: Spans<'_>,
    vocabulary: &Vocabulary<'_>,
) -> Result<Typed, Vec<Problem>> {
    let mut lowering = Lowering { spans, vocabulary, locals: Vec::new(), problems: Vec::new() };
    let typed = lowering.expr(expr);
    if lowering.problems.is_empty() { Ok(typed) } else { Err(lowering.problems) }
}

impl Lowering<'_> {
    pub(crate) fn expr(&mut self, expr: &IdedExpr) -> Typed {
        let at = self.spans.token(expr.id);
        match &expr.expr {
            Expr::Literal(literal) => self.literal(literal, at),
            Expr::Ident(name) => self.name(name, at),
            Expr::Select(select) => self.field(select, &at),
            Expr::Call(call) => self.call(call, at),
            Expr::List(list) => {
                let items = list.elements.iter().map(|item| self.expr(item).0).collect();
                (Node { at: self.spans.bracket(&at), kind: Kind::List(items) }, Type::List)
            }
            Expr::Map(map) => {
                let entries = map.entries.iter().filter_map(|entry| match &entry.expr {
                    EntryExpr::MapEntry(entry) => Some((self.key(&entry.key), self.expr(&entry.value).0)),
                    EntryExpr::StructField(_) => None,
                });
                let entries = entries.collect();
                (Node { at: self.spans.bracket(&at), kind: Kind::Map(entries) }, Type::Map)
            }
            Expr::Struct(_) => {
                let problem = Problem::new("there are no types of messages here").at(at.clone());
                self.fail(problem.hint("an object is `{\"key\": value}`"), at)
            }
            Expr::Comprehension(_) | Expr::Unspecified => {
                self.fail(Problem::new("this is no expression").at(at.clone()), at)
            }
        }
    }

    fn literal(&mut self, literal: &LiteralValue, at: Range<usize>) -> Typed {
        let value = match literal {
            LiteralValue::Null => Value::Null,
            LiteralValue::Boolean(value) => Value::from(*value.inner()),
            LiteralValue::Int(value) => Value::from(*value.inner()),
            LiteralValue::UInt(value) => Value::from(*value.inner()),
            LiteralValue::Double(value) => Value::from(*value.inner()),
            LiteralValue::String(value) => Value::from(value.inner()),
            LiteralValue::Bytes(_) => {
                let problem = Problem::new("there are no bytes in expressions").at(at.clone());
                return self.fail(problem.hint("a text has no `b` in front"), at);
            }
        };
        let at = if value.is_number() { self.spans.signed(at) } else { at };
        constant(value, at)
    }

    fn key(&mut self, key: &IdedExpr) -> Node {
        let (node, of) = self.expr(key);
        if !of.may_be(&[Type::Text]) {
            let what = format!("a key of an object is a text, this is {}", of.words());
            self.problems.push(Problem::new(what).at(node.at.clone()));
        }
        node
    }

    fn name(&mut self, name: &str, at: Range<usize>) -> Typed {
        if let Some(index) = self.locals.iter().rposition(|(local, _)| local == name) {
            return (Node { at, kind: Kind::Local(index) }, self.locals[index].1);
        }
        if name == VAR {
            return constant(self.vocabulary.vars.map(), at);
        }
        let name = if name == DOLLAR { "$" } else { name };
        if let Some(index) = ROOTS.iter().position(|root| root.name == name) {
            return (Node { at, kind: Kind::Root(index) }, ROOTS[index].of);
        }
        if let Some(of) = Type::named(name) {
            return (Node { at, kind: Kind::TypeName(of) }, Type::Meta);
        }
        let locals = self.locals.iter().map(|(local, _)| local.as_str());
        let known = ROOTS.iter().map(|root| root.name).chain(["var"]).chain(locals);
        let close = did_you_mean(name, known);
        let hint = match name {
            "undefined" | "nil" | "None" => "write `null`, or ask with `has($.field)`".into(),
            "True" | "TRUE" => "write `true`".into(),
            "False" | "FALSE" => "write `false`".into(),
            _ => close.unwrap_or_else(|| {
                format!("a field of the message is `$.{name}`, a text has quotes, as in `\"{name}\"`")
            }),
        };
        self.fail(Problem::new(format!("no such name `{name}`")).at(at.clone()).hint(hint), at)
    }

    fn field(&mut self, select: &SelectExpr, dot: &Range<usize>) -> Typed {
        let (operand, of) = self.expr(&select.operand);
        let name_at = self.spans.after(dot);
        self.select(operand, of, &select.field, name_at)
    }

    /// `operand.name` or `operand["name"]`, where the name stands at these bytes.
    pub(crate) fn select(&mut self, operand: Node, of: Type, name: &str, name_at: Range<usize>) -> Typed {
        let at = self.spans.join(operand.at.start..name_at.end);
        if !of.may_be(&[Type::Map]) {
            let what = format!("a field is read of an object, this is {}", of.words());
            return self.fail(Problem::new(what).at(operand.at), at);
        }
        let Some(of) = self.member(&operand, name, &name_at) else { return nothing(at) };
        if let Kind::Constant(Value::Object(vars)) = &operand.kind
            && let Some(value) = vars.get(name)
        {
            return constant(value.clone(), at);
        }
        (Node { at, kind: Kind::Field(Box::new(operand), name.into()) }, of)
    }

    /// The type of a member; nothing, and a mistake, where the members are known and it is not among them.
    pub(crate) fn member(&mut self, operand: &Node, name: &str, at: &Range<usize>) -> Option<Type> {
        let known: Vec<&str> = match &operand.kind {
            // Only `var` and what is in it are constants with members.
            Kind::Constant(Value::Object(vars)) => match vars.get(name) {
                Some(value) => return Some(Type::of(value)),
                None => vars.keys().map(String::as_str).collect(),
            },
            Kind::Root(index) => {
                let root = &ROOTS[*index];
                let declared = match root.name {
                    "state" => self.vocabulary.state,
                    "shared" => self.vocabulary.shared,
                    _ if root.fields.is_empty() || root.fields.contains(&name) => return Some(root.holds),
                    _ => Declared::default(),
                };
                match declared.initial(name) {
                    Some(_) if declared.varies(name) => return Some(Type::Any),
                    Some(initial) => return Some(Type::of(initial)),
                    None => declared.names().chain(root.fields.iter().copied()).collect(),
                }
            }
            _ => return Some(Type::Any),
        };
        let owner = self.spans.text(&operand.at);
        let list = known.iter().take(8).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let hint = did_you_mean(name, known).unwrap_or_else(|| match list.is_empty() {
            true => format!("`{owner}` has none"),
            false => format!("`{owner}` has {list}"),
        });
        let problem = Problem::new(format!("no such name `{owner}.{name}`")).at(at.clone());
        self.problems.push(problem.hint(hint));
        None
    }

    pub(crate) fn fail(&mut self, problem: Problem, at: Range<usize>) -> Typed {
        self.problems.push(problem);
        nothing(at)
    }
}

fn constant(value: Value, at: Range<usize>) -> Typed {
    let of = Type::of(&value);
    (Node { at, kind: Kind::Constant(value) }, of)
}

/// What stands in for what is mistaken, so that the rest is looked at.
pub(crate) fn nothing(at: Range<usize>) -> Typed {
    (Node { at, kind: Kind::Constant(Value::Null) }, Type::Any)
}
