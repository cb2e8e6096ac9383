//! From words to expressions: calls, arguments, and what a name stands for.

use std::ops::Range;

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_jsonpath::Path;
use serde_json::Value;

use crate::date::{self, Form, Mistake, Now};
use crate::parse::Parser;
use crate::program::{Expr, Read};
use crate::strftime;
use crate::word::{self, Kind, Word};

/// An argument and where it stands; without an expression where it was wrong.
pub(crate) struct Arg {
    pub(crate) expr: Option<Expr>,
    pub(crate) span: Range<usize>,
}

impl<'t> Parser<'t> {
    /// The expression of a whole tag.
    pub(crate) fn expression(&mut self, words: &[Word<'t>], tag: &Range<usize>) -> Option<Expr> {
        if words.is_empty() {
            let problem = Problem::new("`{{` and `}}` with nothing between").at(tag.clone());
            self.problem(problem.hint("for literal braces write `\\{{`"));
            return None;
        }
        self.call(words)
    }

    /// A name with its arguments, or a value.
    fn call(&mut self, words: &[Word<'t>]) -> Option<Expr> {
        let (head, rest) = words.split_first()?;
        if let Kind::Name(name) = head.kind {
            if date::is_now(name) {
                return self.now(words);
            }
            if rest.is_empty() || name.starts_with(['>', '*']) {
                return self.name(name, head.span.clone(), None);
            }
            let args = self.arguments(rest);
            let written = head.span.start..rest[rest.len() - 1].span.end;
            return self.name(name, head.span.clone(), Some((args, written)));
        }
        let mut args = self.arguments(words);
        if args.len() > 1 {
            let what = &self.text[args[0].span.clone()];
            let problem = Problem::new(format!("`{what}` takes no arguments")).at(args[1].span.clone());
            self.problem(problem.hint("a helper's name comes first: `{{upper $.name}}`"));
            return None;
        }
        args.pop()?.expr
    }

    /// Reads each of `words` as an argument; parentheses hold a call.
    pub(crate) fn arguments(&mut self, words: &[Word<'t>]) -> Vec<Arg> {
        let mut args = Vec::new();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let start = at;
            at += 1;
            let mut span = word.span.clone();
            let expr = match &word.kind {
                Kind::Text(text) => Some(constant(text.as_str())),
                Kind::Number(n) => Some(constant(n.clone())),
                Kind::Path(path) => self.path(path, span.clone()),
                Kind::Name(name) if date::is_now(name) => {
                    at = start + offsets(self.text, &words[start..]);
                    span.end = words[at - 1].span.end;
                    self.now(&words[start..at])
                }
                Kind::Name(name) => self.name(name, span.clone(), None),
                Kind::Open => {
                    let inner = inner(&words[start..]);
                    at += inner.len() + 1;
                    span.end = words[at - 1].span.end;
                    if inner.is_empty() {
                        self.problem(Problem::new("`()` calls nothing").at(span.clone()));
                    }
                    self.call(inner)
                }
                Kind::Close | Kind::Bar => {
                    self.problem(Problem::new("expected a value").at(span.clone()));
                    None
                }
            };
            args.push(Arg { expr, span });
        }
        args
    }

    /// The present: `now`, its offsets (also apart: `now + 1h`), and a format.
    fn now(&mut self, words: &[Word<'t>]) -> Option<Expr> {
        let own = offsets(self.text, words);
        let (head, args) = words.split_at(own);
        let span = head[0].span.start..head[own - 1].span.end;
        let written: String = head.iter().map(|word| &self.text[word.span.clone()]).collect();
        let mistake =
            |parser: &mut Self, Mistake { at, message, hint }: Mistake, start: usize, exact: bool| {
                let at = if exact { start + at.start..start + at.end } else { span.clone() };
                parser.problem(Problem::new(message).at(at).maybe_hint(hint));
            };
        let mut now = match Now::parse(&written) {
            Ok(now) => now,
            Err(wrong) => {
                mistake(self, wrong, span.start, own == 1);
                return None;
            }
        };
        let [format] = args else {
            if let Some(extra) = args.get(1) {
                let problem = Problem::new("`now` takes at most one format").at(extra.span.clone());
                self.problem(problem.hint("a format with spaces stands in quotes"));
                return None;
            }
            return Some(Expr::Now(now));
        };
        let Kind::Text(text) = &format.kind else {
            let got = &self.text[format.span.clone()];
            let offset = got.trim_start_matches('+');
            let problem = Problem::new(format!("`now` wants a format in quotes, got `{got}`"));
            let hint = if Now::parse(&format!("now+{offset}")).is_ok() {
                format!("an offset joins with its sign: `{{{{now+{offset}}}}}`")
            } else {
                "as in `{{now \"%H:%M:%S\"}}`".to_string()
            };
            self.problem(problem.at(format.span.clone()).hint(hint));
            return None;
        };
        if !matches!(now.form, Form::Rfc3339) {
            let problem = Problem::new("`now.unix` and `now.unixMs` take no format");
            self.problem(problem.at(format.span.clone()));
            return None;
        }
        match strftime::compile(text) {
            Ok(parts) => {
                now.form = Form::Format(parts);
                Some(Expr::Now(now))
            }
            Err(wrong) => {
                let start = format.span.start + 1;
                let exact = text.len() + 2 == format.span.len();
                if exact {
                    mistake(self, wrong, start, true);
                } else {
                    let problem = Problem::new(wrong.message).at(format.span.clone());
                    self.problem(problem.maybe_hint(wrong.hint));
                }
                None
            }
        }
    }

    fn path(&mut self, path: &str, span: Range<usize>) -> Option<Expr> {
        match Path::parse(path, self.options.dialect) {
            Ok(parsed) => Some(Expr::Read(Read::Json { path: parsed, wide: is_wide(path) }, path.into())),
            Err(error) => {
                let at = error.offset.map_or(span.clone(), |offset| {
                    let at = (span.start + offset).min(span.end - 1);
                    at..span.end
                });
                let problem = Problem::new(format!("no JSONPath: {}", error.message)).at(at);
                let name = &path[1..];
                let bare = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
                let hint = error.hint.or_else(|| bare.then(|| format!("did you mean `$.{name}`?")));
                self.problem(problem.maybe_hint(hint));
                None
            }
        }
    }
}

pub(crate) fn constant(value: impl Into<Value>) -> Expr {
    Expr::Const(Box::new(value.into()))
}

/// How many words, from the first on, belong to `now`: offsets may stand apart, as in `now + 1h`.
fn offsets(text: &str, words: &[Word<'_>]) -> usize {
    let written = |word: &Word<'_>| text.get(word.span.clone()).unwrap_or_default();
    let mut own = 1;
    while let Some(word) = words.get(own) {
        let joins = matches!(word.kind, Kind::Name(name) if name.starts_with(['+', '-']))
            || (matches!(word.kind, Kind::Number(_)) && written(word).starts_with(['+', '-']));
        let expected = written(&words[own - 1]).ends_with(['+', '-']);
        if !joins && !expected || matches!(word.kind, Kind::Text(_) | Kind::Open | Kind::Close) {
            break;
        }
        own += 1;
    }
    own
}

/// The words between the parenthesis that `words` begins with and its partner.
fn inner<'w, 't>(words: &'w [Word<'t>]) -> &'w [Word<'t>] {
    let mut depth = 0;
    for (at, word) in words.iter().enumerate() {
        match word.kind {
            word::Kind::Open => depth += 1,
            word::Kind::Close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &words[1..at];
        }
    }
    &words[1..]
}

/// Whether a path may visit more than one node on some level: anything but RFC 9535's singular queries
/// (section 2.3.5.1).
fn is_wide(path: &str) -> bool {
    let mut quote = None;
    let mut escaped = false;
    let mut before = ' ';
    for c in path.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(mark) if c == mark => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if matches!(c, '*' | '?' | ':' | ',' | '(') || (c == '.' && before == '.') => return true,
            None => {}
        }
        before = c;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_paths() {
        for narrow in ["$", "$.a.b", "$['*'][0]", r#"$["a\"?"]"#, "$[-1]"] {
            assert!(!is_wide(narrow), "{narrow}");
        }
        for wide in ["$.*", "$..a", "$[?@.a]", "$[0,1]", "$[0:1]", "$['a'][*]"] {
            assert!(is_wide(wide), "{wide}");
        }
    }
}
