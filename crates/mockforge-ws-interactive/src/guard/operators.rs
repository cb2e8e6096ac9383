//! Operators in CEL's tree: what they take, and what they give.

use std::ops::Range;

use cel::common::ast::{CallExpr, Expr, IdedExpr, operators};
use mockforge_ws_diagnostic::Problem;
use serde_json::Value;

use super::lower::{Lowering, Typed, nothing};
use super::node::{Kind, Node, Operator};
use super::types::Type;

const NUMBERS: &[Type] = &[Type::Int, Type::Double, Type::Number];

impl Lowering<'_> {
    pub(crate) fn call(&mut self, call: &CallExpr, at: Range<usize>) -> Typed {
        let operator = match (&*call.func_name, call.args.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [_, _]) => return self.joined(call),
            (operators::CONDITIONAL, [condition, then, otherwise]) => {
                return self.conditional(condition, then, otherwise);
            }
            (operators::LOGICAL_NOT, [operand]) => return self.not(operand, &at),
            (operators::NEGATE, [operand]) => return self.negated(operand, &at),
            (operators::INDEX, [operand, index]) => return self.index(operand, index, &at),
            (operators::ADD, [_, _]) => Operator::Add,
            (operators::SUBSTRACT, [_, _]) => Operator::Subtract,
            (operators::MULTIPLY, [_, _]) => Operator::Multiply,
            (operators::DIVIDE, [_, _]) => Operator::Divide,
            (operators::MODULO, [_, _]) => Operator::Modulo,
            (operators::EQUALS, [_, _]) => Operator::Equal,
            (operators::NOT_EQUALS, [_, _]) => Operator::NotEqual,
            (operators::LESS, [_, _]) => Operator::Less,
            (operators::LESS_EQUALS, [_, _]) => Operator::LessOrEqual,
            (operators::GREATER, [_, _]) => Operator::Greater,
            (operators::GREATER_EQUALS, [_, _]) => Operator::GreaterOrEqual,
            (operators::IN, [_, _]) => Operator::In,
            _ => return self.function(call, at),
        };
        self.binary(operator, &call.args[0], &call.args[1], at)
    }

    /// `a && b && c`, which CEL's parser makes a balanced tree of, or the same with `||`.
    fn joined(&mut self, call: &CallExpr) -> Typed {
        let mut parts = Vec::new();
        self.join_into(call, &mut parts);
        let span = parts[0].at.start..parts[parts.len() - 1].at.end;
        let at = self.spans.join(span);
        let kind = if call.func_name == operators::LOGICAL_AND { Kind::All(parts) } else { Kind::Any(parts) };
        (Node { at, kind }, Type::Bool)
    }

    fn join_into(&mut self, call: &CallExpr, parts: &mut Vec<Node>) {
        for arg in &call.args {
            match &arg.expr {
                Expr::Call(inner) if inner.func_name == call.func_name => self.join_into(inner, parts),
                _ => {
                    let sign = if call.func_name == operators::LOGICAL_AND { "&&" } else { "||" };
                    parts.push(self.truth(arg, &format!("`{sign}` joins what is true or false")));
                }
            }
        }
    }

    /// What has to be true or false.
    pub(crate) fn truth(&mut self, expr: &IdedExpr, why: &str) -> Node {
        let (node, of) = self.expr(expr);
        if !of.may_be(&[Type::Bool]) {
            let problem = Problem::new(format!("{why}, this is {}", of.words())).at(node.at.clone());
            self.problems.push(problem.maybe_hint(compared(of, &node, self.spans.source)));
        }
        node
    }

    fn conditional(&mut self, condition: &IdedExpr, then: &IdedExpr, otherwise: &IdedExpr) -> Typed {
        let condition = self.truth(condition, "what stands before `?` is true or false");
        let (then, first) = self.expr(then);
        let (otherwise, second) = self.expr(otherwise);
        let at = self.spans.join(condition.at.start..otherwise.at.end);
        (Node { at, kind: Kind::If(Box::new([condition, then, otherwise])) }, first.or(second))
    }

    fn not(&mut self, operand: &IdedExpr, sign: &Range<usize>) -> Typed {
        let operand = self.truth(operand, "`!` turns what is true or false");
        let at = self.spans.join(sign.start..operand.at.end);
        (Node { at, kind: Kind::Not(Box::new(operand)) }, Type::Bool)
    }

    fn negated(&mut self, operand: &IdedExpr, sign: &Range<usize>) -> Typed {
        let (operand, of) = self.expr(operand);
        let at = self.spans.join(sign.start..operand.at.end);
        if !of.may_be(NUMBERS) {
            let what = format!("`-` is for numbers, this is {}", of.words());
            return self.fail(Problem::new(what).at(operand.at), at);
        }
        (Node { at, kind: Kind::Negate(Box::new(operand)) }, of)
    }

    fn index(&mut self, operand: &IdedExpr, index: &IdedExpr, open: &Range<usize>) -> Typed {
        let (operand, of) = self.expr(operand);
        let (index, by) = self.expr(index);
        let end = self.spans.bracket(open).end;
        if let Kind::Constant(Value::String(name)) = &index.kind
            && of.may_be(&[Type::Map])
        {
            let (mut node, of) = self.select(operand, of, name, index.at.clone());
            node.at = self.spans.join(node.at.start..end);
            return (node, of);
        }
        let at = self.spans.join(operand.at.start..end);
        let wanted: &[Type] = match of {
            Type::List => NUMBERS,
            Type::Map => &[Type::Text],
            Type::Any => &[Type::Int, Type::Double, Type::Number, Type::Text],
            _ => {
                let what = format!("`[…]` is for lists and objects, this is {}", of.words());
                return self.fail(Problem::new(what).at(operand.at), at);
            }
        };
        if !by.may_be(wanted) {
            let keys = if of == Type::Map { "a text" } else { "a number" };
            let what = format!("{} is read by {keys}, this is {}", of.words(), by.words());
            return self.fail(Problem::new(what).at(index.at), at);
        }
        let of = match &operand.kind {
            Kind::Root(root) => super::node::ROOTS[*root].holds,
            _ => Type::Any,
        };
        (Node { at, kind: Kind::Index(Box::new([operand, index])) }, of)
    }

    fn binary(&mut self, operator: Operator, left: &IdedExpr, right: &IdedExpr, sign: Range<usize>) -> Typed {
        let (left, first) = self.expr(left);
        let (right, second) = self.expr(right);
        let at = self.spans.join(left.at.start..right.at.end);
        match result(operator, first, second) {
            Ok(of) => (Node { at, kind: Kind::Binary(operator, Box::new([left, right])) }, of),
            Err(why) => {
                let longer = usize::from(self.spans.text(&(sign.end..at.end)).starts_with('='));
                let problem = Problem::new(why).at(sign.start..sign.end + longer);
                self.problems.push(problem.maybe_hint(self.fitting(
                    operator,
                    (&left, first),
                    (&right, second),
                )));
                // What it would give is known all the same, and spares mistakes that follow from this one.
                let of = if matches!(operator, Operator::Add) { Type::Any } else { given(operator) };
                (nothing(at).0, of)
            }
        }
    }

    /// What makes one side fit to the other.
    fn fitting(&self, operator: Operator, left: (&Node, Type), right: (&Node, Type)) -> Option<String> {
        let written = |node: &Node| self.spans.text(&node.at);
        let constant = |node: &Node| matches!(node.kind, Kind::Constant(_));
        match (operator, left, right) {
            (Operator::In, (part, _), (text, Type::Text)) => {
                Some(format!("for a part of a text write `{}.contains({})`", written(text), written(part)))
            }
            (Operator::Add, (node, of), (_, Type::Text)) | (Operator::Add, (_, Type::Text), (node, of))
                if of.is_number() =>
            {
                Some(format!("make it a text with `string({})`", written(node)))
            }
            (_, (node, Type::Text), (_, of)) | (_, (_, of), (node, Type::Text))
                if of.is_number() && !constant(node) =>
            {
                Some(format!("make it a number with `double({})`", written(node)))
            }
            _ => None,
        }
    }
}

/// How to make a condition of a value that is none.
pub(crate) fn compared(of: Type, node: &Node, source: &str) -> Option<String> {
    if let Kind::Constant(_) = node.kind {
        return None;
    }
    let text = &source[node.at.clone()];
    let with = match of {
        Type::Int | Type::Double | Type::Number => "> 0",
        Type::Text => "== \"…\"",
        Type::List | Type::Map => return Some(format!("compare it, for example `size({text}) > 0`")),
        Type::Any | Type::Null | Type::Bool | Type::Meta => return None,
    };
    Some(format!("compare it, for example `{text} {with}`"))
}

fn given(operator: Operator) -> Type {
    match operator {
        Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide => Type::Number,
        Operator::Modulo => Type::Int,
        _ => Type::Bool,
    }
}

/// The type that an operator gives for these two, or why it can't be.
fn result(operator: Operator, first: Type, second: Type) -> Result<Type, String> {
    use Type::{Any, Bool, Double, Int, List, Map, Null, Number, Text};
    let both = |types: &[Type]| first.may_be(types) && second.may_be(types);
    let told = |what: &str| Err(format!("{what}, not {} and {}", first.words(), second.words()));
    match operator {
        Operator::Equal | Operator::NotEqual => {
            let same = first == second || both(NUMBERS) || [first, second].contains(&Any);
            if same || [first, second].contains(&Null) {
                return Ok(Bool);
            }
            Err(format!("{} never equals {}", first.words(), second.words()))
        }
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            if both(NUMBERS) || both(&[Text]) || both(&[Bool]) {
                return Ok(Bool);
            }
            told("two numbers or two texts are compared")
        }
        Operator::In if second.may_be(&[List, Map]) => Ok(Bool),
        Operator::In => Err(format!("`in` looks into a list or an object, not into {}", second.words())),
        Operator::Add => match (first, second) {
            (Any, Any) => Ok(Any),
            (Any, known) | (known, Any) if known.may_be(&[Text, List]) => Ok(known),
            (Any, known) | (known, Any) if known.is_number() => Ok(number(first, second)),
            _ if both(NUMBERS) => Ok(number(first, second)),
            (Text, Text) | (List, List) => Ok(first),
            _ => told("`+` adds two numbers, two texts or two lists"),
        },
        Operator::Subtract | Operator::Multiply | Operator::Divide if both(NUMBERS) => {
            Ok(number(first, second))
        }
        Operator::Subtract | Operator::Multiply | Operator::Divide => told("this is for two numbers"),
        Operator::Modulo if both(&[Int, Number]) => Ok(Int),
        Operator::Modulo => {
            let whole = both(NUMBERS) && [first, second].contains(&Double);
            if whole { Err("`%` is for whole numbers".into()) } else { told("`%` is for two whole numbers") }
        }
    }
}

/// What two numbers make, of which one may not be known to be one.
fn number(first: Type, second: Type) -> Type {
    match (first, second) {
        (Type::Int, Type::Int) => Type::Int,
        (Type::Double, _) | (_, Type::Double) => Type::Double,
        _ => Type::Number,
    }
}
