//! What a name stands for: a helper, a value of the connection, a constant, or something of a loop.

use std::ops::Range;

use mockforge_ws_core::diagnostic::{Problem, closest, did_you_mean};
use serde_json::Value;

use crate::expr::{Arg, constant};
use crate::parse::{BLOCKS, Parser};
use crate::program::{Expr, Keys, Loop, Read};
use crate::{faker, helpers, hint};

/// What names with a dot begin with.
const ROOTS: [&str; 8] = ["capture", "env", "faker", "header", "path", "query", "state", "var"];

impl Parser<'_> {
    /// What a name stands for; `args` are its arguments and the bytes of the whole call.
    pub(crate) fn name(
        &mut self,
        name: &str,
        span: Range<usize>,
        args: Option<(Vec<Arg>, Range<usize>)>,
    ) -> Option<Expr> {
        if let Some(helper) = helpers::find(name) {
            // A name of `as |…|` goes before a helper's.
            if !self.loops.iter().any(|scope| scope.names.iter().any(|local| local == name)) {
                let (args, written) = args.unwrap_or((Vec::new(), span.clone()));
                return self.helper(helper, &span, args, written);
            }
        }
        let value = match name {
            "true" => Some(constant(true)),
            "false" => Some(constant(false)),
            "null" | "undefined" => Some(constant(Value::Null)),
            _ => match self.local(name, &span) {
                Ok(local) => local,
                Err(problem) => {
                    self.problem(problem);
                    return None;
                }
            },
        };
        let value = match (value, split_root(name)) {
            (Some(value), _) => value,
            (None, Some((root, rest))) if ROOTS.contains(&root) => {
                let start = (span.end - rest.len()).min(span.end - 1);
                match self.root(root, rest, name, start..span.end) {
                    Ok(value) => value,
                    Err(problem) => {
                        self.problem(problem);
                        return None;
                    }
                }
            }
            (None, None) if matches!(name, "state" | "var") => match name {
                "state" => Expr::Read(Read::State([].into()), name.into()),
                _ => constant(Value::Object((*self.options.vars).clone())),
            },
            _ => {
                // The arguments of an unknown helper were read already, and their mistakes are reported.
                let written = args.as_ref().map_or("", |(_, whole)| self.text[span.end..whole.end].trim());
                let problem = self.unknown(name, &span, written);
                self.problem(problem);
                return None;
            }
        };
        if let Some((args, _)) = args
            && let Some(first) = args.first()
        {
            let problem = Problem::new(format!("`{name}` is a value and takes no arguments"));
            self.problem(problem.at(first.span.clone()));
            return None;
        }
        Some(value)
    }

    /// `this`, `../this`, `@index` and the names of `as |…|`; `None` where the name is none of these.
    fn local(&self, name: &str, span: &Range<usize>) -> Result<Option<Expr>, Problem> {
        let read = |up: usize, what: Loop| Ok(Some(Expr::Read(Read::Loop { up, what }, name.into())));
        let wrong = |message: String| Err(Problem::new(message).at(span.clone()));
        for (up, scope) in self.loops.iter().rev().enumerate() {
            let (first, rest) = name.split_once(['.', '[']).unwrap_or((name, ""));
            if let Some(position) = scope.names.iter().position(|local| local == first) {
                let rest = if name[first.len()..].starts_with('[') { &name[first.len()..] } else { rest };
                return match position {
                    0 => read(up, Loop::This(keys(rest, name, span)?)),
                    _ if rest.is_empty() => read(up, Loop::Key),
                    _ => wrong(format!("`{first}` is an index or key and has no members")),
                };
            }
        }
        let inner = name.trim_start_matches("../");
        let levels = (name.len() - inner.len()) / 3;
        if let Some(data) = inner.strip_prefix('@') {
            let field = data.trim_start_matches("../");
            let up = levels + (data.len() - field.len()) / 3;
            let what = match field {
                "index" => Loop::Index,
                "first" => Loop::First,
                "last" => Loop::Last,
                "key" => Loop::Key,
                _ => {
                    let problem = Problem::new(format!("no such loop value `{name}`")).at(span.clone());
                    let near = did_you_mean(name, ["@index", "@first", "@last", "@key"]);
                    let hint =
                        near.unwrap_or_else(|| "there are `@index`, `@first`, `@last`, `@key`".to_string());
                    return Err(problem.hint(hint));
                }
            };
            return if up < self.loops.len() {
                read(up, what)
            } else {
                wrong(format!("`{name}` stands in no such `{{{{#each}}}}` or `{{{{#repeat}}}}`"))
            };
        }
        let path = match inner {
            "this" | "." => "",
            _ => match inner.strip_prefix("this.").or_else(|| inner.strip_prefix("./")) {
                Some(path) => path,
                None if levels > 0 => inner,
                None => return Ok(None),
            },
        };
        let each = self.loops.iter().rev().enumerate().filter(|(_, scope)| scope.each).nth(levels);
        match each {
            Some((up, _)) => read(up, Loop::This(keys(path, name, span)?)),
            None => {
                let problem = Problem::new(format!("`{name}` stands in no such `{{{{#each}}}}`"));
                let field = if path.is_empty() { String::new() } else { format!(".{path}") };
                Err(problem.at(span.clone()).hint(format!("the message is `$`: `{{{{${field}}}}}`")))
            }
        }
    }

    /// A name with a dot; `at` is where `rest`, what follows the dot, stands.
    fn root(&self, root: &str, rest: &str, name: &str, at: Range<usize>) -> Result<Expr, Problem> {
        let read = |read: Read| Ok(Expr::Read(read, name.into()));
        let single = || -> Result<Box<str>, Problem> {
            let inner = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            match inner.map_or(rest, unquote) {
                "" => Err(Problem::new(format!("`{root}.` wants a name")).at(at.clone())),
                plain => Ok(plain.into()),
            }
        };
        match root {
            "faker" => faker::find(rest).map(Expr::Faker).map_err(|hint| {
                let hint =
                    hint.unwrap_or_else(|| "there are `faker.name`, `faker.email`, `faker.city` …".into());
                Problem::new(format!("no such faker `{name}`")).at(at).hint(hint)
            }),
            "capture" => {
                let group = single()?;
                read(match group.parse() {
                    Ok(number) => Read::Group(number),
                    Err(_) => Read::NamedGroup(group),
                })
            }
            "path" => read(Read::Param(single()?)),
            "query" => read(Read::Query(single()?)),
            "header" => read(Read::Header(single()?)),
            "state" => read(Read::State(keys(rest, name, &at)?)),
            "env" => {
                let variable = single()?;
                match self.options.env.get(&*variable) {
                    Some(value) => Ok(constant(value.as_str())),
                    None => {
                        let near = closest(&variable, self.options.env.keys().map(String::as_str))
                            .map(|near| format!("did you mean `env.{near}`?"));
                        let allow =
                            format!("allow it in the configuration: `templates: {{env: [{variable}]}}`");
                        Err(Problem::new(format!(
                            "templates may not read the environment variable `{variable}`"
                        ))
                        .at(at)
                        .hint(near.unwrap_or(allow)))
                    }
                }
            }
            _ => self.constant(&keys(rest, name, &at)?, name, at),
        }
    }

    /// `var.x.y`: known while compiling.
    fn constant(&self, keys: &[Box<str>], name: &str, at: Range<usize>) -> Result<Expr, Problem> {
        let vars = &self.options.vars;
        let (first, rest) = keys.split_first().expect("a dot is followed by at least one key");
        match vars.get(&**first).map(|root| crate::value::lookup(root, rest)) {
            Some(Some(value)) => Ok(constant(value.clone())),
            Some(None) => Err(Problem::new(format!("no such constant `{name}`")).at(at)),
            None => {
                let near = closest(first, vars.keys().map(String::as_str));
                let near = near.map(|near| format!("did you mean `var.{near}`?"));
                let known: Vec<_> = vars.keys().take(8).map(|key| format!("`var.{key}`")).collect();
                let hint = near.unwrap_or_else(|| match &known[..] {
                    [] => "no constants are defined here".to_string(),
                    known => format!("there are {}", known.join(", ")),
                });
                Err(Problem::new(format!("no such constant `{name}`")).at(at).hint(hint))
            }
        }
    }

    fn unknown(&self, name: &str, span: &Range<usize>, args: &str) -> Problem {
        let problem = |message: String| Problem::new(message).at(span.clone());
        if name.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit()) {
            return problem(format!("`{name}` is no number"));
        }
        if let Some((key, _)) = name.split_once('=') {
            return problem(format!("arguments have no names: `{key}=`")).hint("leave the name away");
        }
        if name.starts_with('>') {
            return problem("partials (`{{>`) are not supported".to_string());
        }
        if name.starts_with('*') {
            return problem("decorators (`{{*`) are not supported".to_string());
        }
        if let Some(root) = ROOTS.iter().find(|root| **root == name) {
            let example = match *root {
                "capture" => "1",
                "env" => "NAME",
                "faker" => "name",
                "header" => "user-agent",
                "query" => "q",
                _ => "id",
            };
            return problem(format!("`{root}` wants a name"))
                .hint(format!("as in `{{{{{root}.{example}}}}}`"));
        }
        if BLOCKS.contains(&name) {
            return problem(format!("no such helper or value `{name}`"))
                .hint(format!("a block is written `{{{{#{name} …}}}} … {{{{/{name}}}}}`"));
        }
        if let Some(ours) = hint::rewrite(name, args) {
            return problem(format!("no such helper or value `{name}`"))
                .hint(format!("did you mean `{{{{{ours}}}}}`?"));
        }
        let root = name.split_once('.').and_then(|(root, rest)| {
            let near = closest(root, ROOTS)?;
            Some(format!("did you mean `{near}.{rest}`?"))
        });
        let in_each = self.loops.iter().any(|scope| scope.each);
        let guess = || {
            if self.options.vars.contains_key(name) {
                format!("did you mean `var.{name}`?")
            } else if in_each {
                format!("a member of the element is `this.{name}`, of the message `$.{name}`")
            } else {
                format!("a field of the message is `$.{name}`, a value of `set` is `state.{name}`")
            }
        };
        let names = helpers::names().chain(["now", "now.unix", "now.unixMs", "this", "true", "false"]);
        let near = did_you_mean(name, names).or(root);
        problem(format!("no such helper or value `{name}`")).hint(near.unwrap_or_else(guess))
    }
}

/// Takes `state.x` and `state['x']` apart.
fn split_root(name: &str) -> Option<(&str, &str)> {
    let at = name.find(['.', '['])?;
    let rest = &name[at..];
    Some((&name[..at], rest.strip_prefix('.').unwrap_or(rest)))
}

/// A key in brackets may stand in quotes.
fn unquote(key: &str) -> &str {
    let quoted = |mark: char| key.strip_prefix(mark).and_then(|key| key.strip_suffix(mark));
    quoted('\'').or_else(|| quoted('"')).unwrap_or(key)
}

/// Takes `a.b.[c d].0` or `a['b'][0]` apart; nothing gives no keys.
fn keys(path: &str, name: &str, span: &Range<usize>) -> Result<Keys, Problem> {
    let wrong = || {
        let problem =
            Problem::new(format!("`{name}` is not written as names with dots between")).at(span.clone());
        problem.hint("a key with other characters stands in brackets: `state.[a key].b`")
    };
    let mut keys: Vec<Box<str>> = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let after = if let Some(bracket) = rest.strip_prefix('[') {
            let (key, after) = bracket.split_once(']').ok_or_else(wrong)?;
            keys.push(unquote(key).into());
            after
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            if end == 0 {
                return Err(wrong());
            }
            keys.push(rest[..end].into());
            &rest[end..]
        };
        rest = match after.strip_prefix('.') {
            Some("") => return Err(wrong()),
            Some(after) => after,
            None if after.is_empty() || after.starts_with('[') => after,
            None => return Err(wrong()),
        };
    }
    if keys.is_empty() && name.ends_with('.') && name.len() > 1 {
        return Err(wrong());
    }
    Ok(keys.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_names() {
        let check = |path: &str, expect: Option<&[&str]>| {
            let found = keys(path, path, &(0..0)).ok();
            let found: Option<Vec<_>> = found.as_ref().map(|keys| keys.iter().map(|key| &**key).collect());
            assert_eq!(found.as_deref(), expect, "{path}");
        };
        check("", Some(&[]));
        check("a", Some(&["a"]));
        check("a.b.0", Some(&["a", "b", "0"]));
        check("[a b].c", Some(&["a b", "c"]));
        check("a['x.y'][0].b", Some(&["a", "x.y", "0", "b"]));
        for wrong in ["a.", ".a", "a..b", "a[b", "[a]b"] {
            check(wrong, None);
        }
    }
}
