//! Names with a dot: what they begin with, and the way into it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use mockforge_ws_diagnostic::{Problem, closest};
use serde_json::Value;

use crate::expr::constant;
use crate::faker;
use crate::parse::Parser;
use crate::program::{Expr, Keys, Read, Vars};

/// What names with a dot begin with.
pub(crate) const ROOTS: [&str; 13] = [
    "capture",
    "connection",
    "env",
    "faker",
    "header",
    "path",
    "query",
    "room",
    "row",
    "shared",
    "state",
    "streams",
    "var",
];

impl Parser<'_> {
    /// What the name of a root alone stands for; not all of them do.
    pub(crate) fn whole(&self, root: &str) -> Option<Expr> {
        let read = |read: Read| Some(Expr::Read(read, root.into()));
        match root {
            "state" => read(Read::Var(Vars::State, [].into())),
            "shared" => read(Read::Var(Vars::Shared, [].into())),
            "row" => read(Read::Row([].into())),
            "var" => Some(constant(Value::Object((*self.options.vars).clone()))),
            _ => None,
        }
    }

    /// A name with a dot; `at` is where `rest`, what follows the dot, stands.
    pub(crate) fn root(&self, root: &str, rest: &str, name: &str, at: Range<usize>) -> Result<Expr, Problem> {
        let read = |read: Read| Ok(Expr::Read(read, name.into()));
        let single = || -> Result<Box<str>, Problem> {
            let inner = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            match inner.map_or(rest, unquote) {
                "" => Err(Problem::new(format!("`{root}.` wants a name")).at(at.clone())),
                plain => Ok(plain.into()),
            }
        };
        let no_member = |member: &str, members: &[&'static str]| {
            let hint = one_of(root, member, members.iter().copied());
            Err(Problem::new(format!("no such value `{root}.{member}`")).at(at.clone()).maybe_hint(hint))
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
            "state" => self.variable(Vars::State, &self.options.state, keys(rest, name, &at)?, name, at),
            "shared" => self.variable(Vars::Shared, &self.options.shared, keys(rest, name, &at)?, name, at),
            "row" => read(Read::Row(keys(rest, name, &at)?)),
            "streams" => {
                let stream = single()?;
                match &self.options.streams {
                    Some(streams) if !streams.contains(&*stream) => {
                        let hint = one_of(root, &stream, streams.iter().map(String::as_str));
                        let hint = hint.unwrap_or_else(|| "no streams are defined here".to_string());
                        Err(Problem::new(format!("no such stream `{stream}`")).at(at).hint(hint))
                    }
                    _ => read(Read::Streams(stream)),
                }
            }
            "connection" => read(match &*single()? {
                "id" => Read::ConnectionId,
                "number" => Read::ConnectionNumber,
                other => return no_member(other, &["id", "number"]),
            }),
            "room" => read(match &*single()? {
                "name" => Read::RoomName,
                "size" => Read::RoomSize,
                "members" => Read::RoomMembers,
                other => return no_member(other, &["name", "size", "members"]),
            }),
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

    /// `state.x.y` and `shared.x.y`: a mistake where `known` names are known and `x` is none of them.
    fn variable(
        &self,
        vars: Vars,
        known: &Option<Arc<BTreeSet<String>>>,
        keys: Keys,
        name: &str,
        at: Range<usize>,
    ) -> Result<Expr, Problem> {
        let (root, first) = (vars.root(), keys.first().expect("a dot is followed by at least one key"));
        match known {
            Some(known) if !known.contains(&**first) => {
                let hint = match self.root_of(first) {
                    Some(other) => Some(format!("did you mean `{other}.{first}`?")),
                    None => one_of(root, first, known.iter().map(String::as_str)),
                };
                let hint = hint.unwrap_or_else(|| "no variables are defined here".to_string());
                Err(Problem::new(format!("nothing sets `{root}.{first}`")).at(at).hint(hint))
            }
            _ => Ok(Expr::Read(Read::Var(vars, keys), name.into())),
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
                let hint = one_of("var", first, vars.keys().map(String::as_str));
                let hint = hint.unwrap_or_else(|| "no constants are defined here".to_string());
                Err(Problem::new(format!("no such constant `{name}`")).at(at).hint(hint))
            }
        }
    }
}

/// The member that was probably meant, or those that there are; `None` where there are none.
fn one_of<'m>(root: &str, member: &str, members: impl Iterator<Item = &'m str>) -> Option<String> {
    let members: Vec<_> = members.collect();
    if let Some(near) = closest(member, members.iter().copied()) {
        return Some(format!("did you mean `{root}.{near}`?"));
    }
    let shown: Vec<_> = members.iter().take(8).map(|member| format!("`{root}.{member}`")).collect();
    match &shown[..] {
        [] => None,
        [only] => Some(format!("there is {only}")),
        shown => Some(format!("there are {}", shown.join(", "))),
    }
}

/// Takes `state.x` and `state['x']` apart.
pub(crate) fn split_root(name: &str) -> Option<(&str, &str)> {
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
pub(crate) fn keys(path: &str, name: &str, span: &Range<usize>) -> Result<Keys, Problem> {
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
