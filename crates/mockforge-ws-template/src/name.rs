//! What a name stands for: a helper, a value of the connection, a constant, or something of a loop.

use std::ops::Range;

use mockforge_ws_diagnostic::{Problem, did_you_mean};
use serde_json::Value;

use crate::expr::{Arg, constant};
use crate::helpers;
use crate::parse::Parser;
use crate::program::{Expr, Loop, Read};
use crate::root::{ROOTS, keys, split_root};

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
                Ok(local) => local.or_else(|| self.whole(name)),
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
}
