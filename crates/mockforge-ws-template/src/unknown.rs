//! What was probably meant by a name that stands for nothing.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use mockforge_ws_diagnostic::{Problem, closest, did_you_mean};

use crate::parse::{BLOCKS, Parser};
use crate::root::ROOTS;
use crate::{helpers, hint};

impl Parser<'_> {
    /// The problem of a name that is unknown; `args` is what was written after it.
    pub(crate) fn unknown(&self, name: &str, span: &Range<usize>, args: &str) -> Problem {
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
                "connection" => "id",
                "room" => "name",
                "streams" => "NAME",
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
        let (root, member) = name.split_once('.').unwrap_or((name, ""));
        if !member.is_empty() && helpers::find(root).is_some() {
            return problem(format!("no such helper or value `{name}`"))
                .hint(format!("`{root}` has no members"));
        }
        let near_root = closest(root, ROOTS).filter(|_| !member.is_empty());
        let near_root = near_root.map(|near| format!("did you mean `{near}.{member}`?"));
        let in_each = self.loops.iter().any(|scope| scope.each);
        let guess = || {
            if let Some(of) = self.root_of(root) {
                format!("did you mean `{of}.{name}`?")
            } else if in_each {
                format!("a member of the element is `this.{name}`, of the message `$.{name}`")
            } else {
                format!("a field of the message is `$.{name}`, a value of `set` is `state.{name}`")
            }
        };
        let names = helpers::names().chain(["now", "now.unix", "now.unixMs", "this", "true", "false"]);
        let near = did_you_mean(name, names).or(near_root);
        problem(format!("no such helper or value `{name}`")).hint(near.unwrap_or_else(guess))
    }
    /// Where something of that name is known.
    pub(crate) fn root_of(&self, name: &str) -> Option<&'static str> {
        let options = self.options;
        let known =
            |names: &Option<Arc<BTreeSet<String>>>| names.as_ref().is_some_and(|names| names.contains(name));
        if options.vars.contains_key(name) {
            return Some("var");
        }
        let roots = [("state", &options.state), ("shared", &options.shared), ("streams", &options.streams)];
        roots.into_iter().find(|(_, names)| known(names)).map(|(root, _)| root)
    }
}
