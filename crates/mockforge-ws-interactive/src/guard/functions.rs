//! Functions and loops in CEL's tree: their names, how they are called, and what they take and give.

use std::ops::Range;

use cel::common::ast::{CallExpr, Expr, IdedExpr};
use mockforge_ws_diagnostic::{Problem, did_you_mean};
use regex::RegexBuilder;
use serde_json::Value;

use super::bounds::MAX_LOOPS;
use super::dollar::{DOLLAR, VAR};
use super::lower::{Lowering, Typed};
use super::node::{Function, Kind, Loop, Looped, Node, ROOTS};
use super::types::Type;

/// How much memory a compiled regex may take.
const REGEX_SIZE: usize = 1 << 20;

/// How a function is called and what it takes.
struct Signature {
    name: &'static str,
    is: Is,
    /// How it is called, for messages.
    usage: &'static str,
    /// Whether it is called as `name(x)`.
    plain: bool,
    /// Whether it is called as `x.name()`.
    method: bool,
    /// The types of each argument, of which the `x` of a method is the first. Loops look at theirs themselves.
    takes: &'static [&'static [Type]],
    gives: Type,
}

#[derive(Clone, Copy)]
enum Is {
    Function(Function),
    Matches,
    Has,
    Loop(Loop),
}

const TEXT: &[Type] = &[Type::Text];
const SIZED: &[Type] = &[Type::Text, Type::List, Type::Map];
const NUMERIC: &[Type] = &[Type::Int, Type::Double, Type::Number, Type::Text];
const SCALAR: &[Type] = &[Type::Bool, Type::Int, Type::Double, Type::Number, Type::Text];
const ANY: &[Type] = &[
    Type::Null,
    Type::Bool,
    Type::Int,
    Type::Double,
    Type::Number,
    Type::Text,
    Type::List,
    Type::Map,
    Type::Meta,
];

const fn method(name: &'static str, function: Function, usage: &'static str) -> Signature {
    let is = Is::Function(function);
    Signature { name, is, usage, plain: false, method: true, takes: &[TEXT, TEXT], gives: Type::Bool }
}

const fn convert(
    name: &'static str,
    function: Function,
    usage: &'static str,
    takes: &'static [&'static [Type]],
    gives: Type,
) -> Signature {
    Signature { name, is: Is::Function(function), usage, plain: true, method: false, takes, gives }
}

const fn looped(name: &'static str, kind: Loop, usage: &'static str, gives: Type) -> Signature {
    Signature { name, is: Is::Loop(kind), usage, plain: false, method: true, takes: &[], gives }
}

const FUNCTIONS: [Signature; 19] = [
    Signature { method: true, ..convert("size", Function::Size, "size(x)", &[SIZED], Type::Int) },
    method("contains", Function::Contains, "text.contains(part)"),
    method("startsWith", Function::StartsWith, "text.startsWith(part)"),
    method("endsWith", Function::EndsWith, "text.endsWith(part)"),
    Signature {
        plain: true,
        is: Is::Matches,
        ..method("matches", Function::Contains, "text.matches(\"regex\")")
    },
    convert("bool", Function::Bool, "bool(x)", &[&[Type::Bool, Type::Text]], Type::Bool),
    convert("int", Function::Int, "int(x)", &[NUMERIC], Type::Int),
    convert("uint", Function::Uint, "uint(x)", &[NUMERIC], Type::Int),
    convert("double", Function::Double, "double(x)", &[NUMERIC], Type::Double),
    convert("string", Function::String, "string(x)", &[SCALAR], Type::Text),
    convert("dyn", Function::Dyn, "dyn(x)", &[ANY], Type::Any),
    convert("type", Function::Type, "type(x)", &[ANY], Type::Meta),
    convert("members", Function::Members, "members(\"room\")", &[TEXT], Type::List),
    Signature {
        is: Is::Has,
        gives: Type::Bool,
        ..convert("has", Function::Dyn, "has($.field)", &[ANY], Type::Bool)
    },
    looped("all", Loop::All, "list.all(x, x > 0)", Type::Bool),
    looped("exists", Loop::Exists, "list.exists(x, x > 0)", Type::Bool),
    looped("exists_one", Loop::ExistsOne, "list.exists_one(x, x > 0)", Type::Bool),
    looped("filter", Loop::Filter, "list.filter(x, x > 0)", Type::List),
    looped("map", Loop::Map, "list.map(x, x * 2)", Type::List),
];

impl Lowering<'_> {
    pub(crate) fn function(&mut self, call: &CallExpr, open: Range<usize>) -> Typed {
        let name_at = self.spans.before(&open);
        let end = self.spans.bracket(&open).end;
        let name = &*call.func_name;
        let Some(signature) = FUNCTIONS.iter().find(|signature| signature.name == name) else {
            let known = FUNCTIONS.iter().map(|signature| signature.name);
            let hint = match name {
                "len" | "length" | "count" => Some("did you mean `size`?".into()),
                "some" | "any" => Some("did you mean `exists`?".into()),
                "includes" => Some("did you mean `contains`, or `in` for a list?".into()),
                _ => did_you_mean(name, known),
            };
            let written = self.spans.text(&name_at);
            let problem = Problem::new(format!("no such function `{written}`")).at(name_at.clone());
            self.problems.push(problem.maybe_hint(hint));
            self.unknown(call);
            return super::lower::nothing(self.spans.join(name_at.start..end));
        };
        let args: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
        let style = if call.target.is_some() { signature.method } else { signature.plain };
        let wanted = match signature.is {
            Is::Loop(Loop::Map) => 3..=4,
            Is::Loop(_) => 3..=3,
            _ => signature.takes.len()..=signature.takes.len(),
        };
        if !style || !wanted.contains(&args.len()) {
            let problem = Problem::new(format!("`{name}` is called as `{}`", signature.usage));
            return self.fail(problem.at(name_at.clone()), name_at.start..end);
        }
        let (mut node, of) = match signature.is {
            Is::Loop(kind) => (self.looped(kind, &args, name_at.start..end), signature.gives),
            Is::Has => (self.has(args[0], name_at.start..end), signature.gives),
            Is::Matches => (self.matches(&args, signature, name_at.start..end), signature.gives),
            Is::Function(function) => {
                let args = self.arguments(&args, signature);
                (Node { at: name_at.start..end, kind: Kind::Call(function, args) }, signature.gives)
            }
        };
        let start = match (&call.target, first(&node)) {
            (Some(_), Some(target)) => target,
            _ => name_at.start,
        };
        node.at = self.spans.join(start..end);
        (node, of)
    }

    /// Looks at the arguments of what is no function; it may have been meant as a loop.
    fn unknown(&mut self, call: &CallExpr) {
        call.target.iter().for_each(|target| drop(self.expr(target)));
        match call.args.as_slice() {
            [IdedExpr { expr: Expr::Ident(name), .. }, body @ ..]
                if call.target.is_some() && !body.is_empty() =>
            {
                self.locals.push((name.clone(), Type::Any));
                body.iter().for_each(|arg| drop(self.expr(arg)));
                self.locals.pop();
            }
            args => args.iter().for_each(|arg| drop(self.expr(arg))),
        }
    }

    fn arguments(&mut self, args: &[&IdedExpr], signature: &Signature) -> Vec<Node> {
        let lowered = args.iter().zip(signature.takes).map(|(arg, takes)| {
            let (node, of) = self.expr(arg);
            if !of.may_be(takes) {
                let mut list = takes.iter().map(|of| of.words()).collect::<Vec<_>>();
                list.dedup();
                let what =
                    format!("`{}` takes {}, this is {}", signature.name, list.join(" or "), of.words());
                self.problems.push(Problem::new(what).at(node.at.clone()));
            }
            node
        });
        lowered.collect()
    }

    fn has(&mut self, arg: &IdedExpr, at: Range<usize>) -> Node {
        let Expr::Select(_) = &arg.expr else {
            let problem = Problem::new("`has` asks for a field").at(at.clone());
            return self
                .fail(problem.hint("write `has($.field)`; for a key with other signs `\"a key\" in $`"), at)
                .0;
        };
        let (node, _) = self.expr(arg);
        match node.kind {
            Kind::Field(operand, name) => Node { at, kind: Kind::Has(operand, name) },
            // A constant of `var` that is there; or a mistake that is told already.
            _ => Node { at, kind: Kind::Constant(Value::Bool(true)) },
        }
    }

    fn matches(&mut self, args: &[&IdedExpr], signature: &Signature, at: Range<usize>) -> Node {
        let mut args = self.arguments(args, signature);
        let regex = args.pop().expect("`matches` has two arguments");
        let text = args.pop().expect("`matches` has two arguments");
        let Kind::Constant(Value::String(pattern)) = &regex.kind else {
            let problem = Problem::new("the regex of `matches` is written out, as a text in quotes");
            return self.fail(problem.at(regex.at), at).0;
        };
        match RegexBuilder::new(pattern).size_limit(REGEX_SIZE).build() {
            Ok(regex) => Node { at, kind: Kind::Matches(Box::new(text), regex) },
            Err(error) => {
                let error = error.to_string();
                let reason = error.lines().last().unwrap_or_default();
                let reason = reason.strip_prefix("error: ").unwrap_or(reason);
                self.fail(Problem::new(format!("this regex can't be: {reason}")).at(regex.at), at).0
            }
        }
    }

    fn looped(&mut self, kind: Loop, args: &[&IdedExpr], at: Range<usize>) -> Node {
        let (over, of) = self.expr(args[0]);
        if !of.may_be(&[Type::List, Type::Map]) {
            let what = format!("a loop goes over a list or the keys of an object, this is {}", of.words());
            self.problems.push(Problem::new(what).at(over.at.clone()));
        }
        if self.locals.len() == MAX_LOOPS {
            let problem = Problem::new(format!("loops nest at most {MAX_LOOPS} deep")).at(at.clone());
            return self.fail(problem, at).0;
        }
        let name_at = self.spans.token(args[1].id);
        let name = match &args[1].expr {
            Expr::Ident(name) if name != DOLLAR && name != VAR && !name.starts_with('.') => name.clone(),
            _ => {
                let problem = Problem::new("a loop begins with the name of its variable").at(name_at);
                self.problems.push(problem.hint("for example `list.exists(x, x > 0)`"));
                String::new()
            }
        };
        if ROOTS.iter().any(|root| root.name == name) {
            let problem =
                Problem::new(format!("`{name}` has a meaning already")).at(self.spans.token(args[1].id));
            self.problems.push(problem.hint("name the variable otherwise, for example `x`"));
        }
        let item = if of == Type::Map { Type::Text } else { Type::Any };
        self.locals.push((name, item));
        let why = "a loop asks what is true or false";
        let (keep, body) = match (kind, args) {
            (Loop::Map, [_, _, body]) => (None, self.expr(body).0),
            (_, [_, _, keep, body]) => {
                let keep = self.truth(keep, why);
                (Some(keep), self.expr(body).0)
            }
            (_, args) => (None, self.truth(args[2], why)),
        };
        self.locals.pop();
        Node { at, kind: Kind::Loop(kind, Box::new(Looped { over, keep, body })) }
    }
}

/// Where the first part of a call begins, which in a method stands before its name.
fn first(node: &Node) -> Option<usize> {
    match &node.kind {
        Kind::Call(_, args) => args.first().map(|arg| arg.at.start),
        Kind::Matches(text, _) => Some(text.at.start),
        Kind::Loop(_, looped) => Some(looped.over.at.start),
        _ => None,
    }
}
