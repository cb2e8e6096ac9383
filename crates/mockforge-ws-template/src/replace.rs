//! `replace`: what a regex matches, replaced. The regex is compiled with the template.

use std::ops::Range;

use mockforge_ws_diagnostic::{Problem, did_you_mean};
use regex::{Captures, Regex, RegexBuilder};

use crate::expr::Arg;
use crate::out::Out;
use crate::parse::Parser;
use crate::program::Expr;
use crate::run::{Frame, Run};
use crate::value::Val;

/// How large a compiled regex may be, in bytes.
const SIZE_LIMIT: usize = 10 << 20;

/// How many bytes behind a match make a step. A search may look at all that is left of the text and then match
/// one character of it, so without this the work would grow with the square of the text's length.
const BYTES: usize = 128;

/// A call of `replace`.
#[derive(Debug)]
pub(crate) struct Replace {
    text: Expr,
    regex: Regex,
    with: With,
    pub(crate) written: Box<str>,
}

/// What stands in the place of each match.
#[derive(Debug)]
enum With {
    Parts(Box<[Part]>),
    /// A value, as it is: its dollars are no groups.
    Value(Expr),
}

#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    Text(Box<str>),
    Group(usize),
}

impl Parser<'_> {
    /// Compiles a call, which has three arguments.
    pub(crate) fn replace(&mut self, args: Vec<Arg>, written: Box<str>) -> Option<Expr> {
        let [text, regex, with] = <[Arg; 3]>::try_from(args).ok()?;
        let regex = self.regex(&regex)?;
        let with = match with.expr? {
            Expr::Const(value) if value.is_string() => {
                let value = value.as_str().unwrap_or_default();
                let parts = parts(value, &regex).map_err(|problem| self.inside(problem, value, &with.span));
                With::Parts(parts.ok()?.into())
            }
            value => With::Value(value),
        };
        Some(Expr::Replace(Box::new(Replace { text: text.expr?, regex, with, written })))
    }

    fn regex(&mut self, arg: &Arg) -> Option<Regex> {
        let Some(text) = arg.expr.as_ref()?.constant_text() else {
            let problem = Problem::new("the regex of a `replace` is a constant text");
            self.problem(problem.at(arg.span.clone()).hint("write it in quotes"));
            return None;
        };
        let regex = regex(text).map_err(|problem| self.inside(problem, text, &arg.span));
        regex.ok()
    }

    /// Reports a problem of a text in quotes, which stands at `span`.
    fn inside(&mut self, mut problem: Problem, text: &str, span: &Range<usize>) {
        // With escapes in it the places are not the same.
        let exact = text.len() + 2 == span.len();
        let at = problem.span.take().filter(|_| exact);
        let at = at.map_or(span.clone(), |at| span.start + 1 + at.start..span.start + 1 + at.end);
        self.problem(problem.at(at));
    }
}

/// Compiles a regex. Where it is none, the problem has its place in the text, or just behind the end.
pub(crate) fn regex(text: &str) -> Result<Regex, Problem> {
    RegexBuilder::new(text).size_limit(SIZE_LIMIT).build().map_err(|error| refused(text, &error))
}

/// Why the regex crate refused a text.
fn refused(text: &str, error: &regex::Error) -> Problem {
    if let regex::Error::CompiledTooBig(_) = error {
        let what = format!("this regex is too large: compiled, it takes more than {} MiB", SIZE_LIMIT >> 20);
        return Problem::new(what)
            .hint("repeat less with `{…}`, or write `(?-u:\\w)` for ASCII letters only");
    }
    let (what, span) = match regex_syntax::Parser::new().parse(text) {
        Err(regex_syntax::Error::Parse(error)) => (error.kind().to_string(), *error.span()),
        Err(regex_syntax::Error::Translate(error)) => (error.kind().to_string(), *error.span()),
        _ => return Problem::new("this regex can't be compiled"),
    };
    let start = span.start.offset.min(text.len());
    // Where the place is between two characters, the next one is meant.
    let next = start + text[start..].chars().next().map_or(0, char::len_utf8);
    let end = span.end.offset.min(text.len()).max(next);
    // At the end of the text the quote is marked.
    Problem::new(format!("no regex: {what}")).at(start..end.max(start + 1))
}

/// Takes `$1`, `$name`, `${name}` and `$$` out of a text, as the regex crate has them.
pub(crate) fn parts(text: &str, regex: &Regex) -> Result<Vec<Part>, Problem> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        literal.push_str(before);
        let word = |text: &str| {
            let end = text.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
            end.unwrap_or(text.len())
        };
        let start = text.len() - after.len() - 1;
        let (name, len) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, _)) => (name, name.len() + 2),
            None => (&after[..word(after)], word(after)),
        };
        rest = &after[len..];
        if let Some(after) = after.strip_prefix('$') {
            literal.push('$');
            rest = after;
            continue;
        }
        if len == 0 {
            literal.push('$');
            continue;
        }
        let found = match name.parse() {
            Ok(number) => Some(number).filter(|number| *number < regex.captures_len()),
            Err(_) => regex.capture_names().position(|group| group == Some(name)),
        };
        let Some(group) = found else {
            let written = &text[start..=start + len];
            let problem = Problem::new(format!("the regex has no group `{name}`")).at(start..start + 1 + len);
            return Err(problem.hint(otherwise(name, written, regex)));
        };
        if !literal.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut literal).into()));
        }
        parts.push(Part::Group(group));
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Text(literal.into()));
    }
    Ok(parts)
}

/// What was meant by a group that is not there.
fn otherwise(name: &str, written: &str, regex: &Regex) -> String {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    if 0 < digits && digits < name.len() && !written.starts_with("${") {
        return format!("before letters write `${{{}}}{}`", &name[..digits], &name[digits..]);
    }
    let names = regex.capture_names().flatten();
    did_you_mean(name, names).unwrap_or_else(|| "`$0` is the whole match; a dollar is `$$`".to_string())
}

impl<'r> Run<'r, '_> {
    /// The text with each match replaced.
    pub(crate) fn replace<'f>(
        &mut self,
        replace: &'r Replace,
        frame: Option<&'f Frame<'f>>,
        quiet: bool,
    ) -> Val<'f>
    where
        'r: 'f,
    {
        let value = self.eval(&replace.text, frame, quiet);
        let with = match &replace.with {
            With::Parts(_) => Val::Str(""),
            With::Value(expr) => self.eval(expr, frame, quiet),
        };
        if matches!(value, Val::Missing) || matches!(with, Val::Missing) {
            return Val::Missing;
        }
        // One byte more than fits, so that what does not fit is seen.
        let limit = self.limit.saturating_add(1);
        let (text, with) = (value.to_text(limit), with.to_text(limit));
        let mut replaced = String::new();
        let mut out = Out::new(&mut replaced, limit, false);
        let grouped = matches!(&replace.with, With::Parts(parts) if parts.iter().any(is_group));
        self.replace_all(&replace.regex, &text, grouped, &mut out, |out, groups| match &replace.with {
            With::Parts(parts) => parts.iter().for_each(|part| match part {
                Part::Text(text) => out.raw(text),
                Part::Group(group) => out.raw(group_text(groups, *group)),
            }),
            With::Value(_) => out.raw(&with),
        });
        self.bounded(replaced)
    }
}

impl Run<'_, '_> {
    /// Writes a text with something else in the place of each match; `put` is given the groups where they are
    /// wanted. Where the limits end it, so does what is written.
    pub(crate) fn replace_all(
        &self,
        regex: &Regex,
        text: &str,
        grouped: bool,
        out: &mut Out<'_>,
        mut put: impl FnMut(&mut Out<'_>, Option<&Captures<'_>>),
    ) {
        let mut from = 0;
        // A regex is slower than a copy.
        self.step(text.len() / 8);
        let mut one = |range: Range<usize>, groups: Option<&Captures<'_>>| {
            out.raw(&text[from..range.start]);
            from = range.end;
            put(out, groups);
            self.step(1 + (text.len() - range.start) / BYTES) && !out.cut
        };
        let whole = if grouped {
            let mut found = regex.captures_iter(text);
            found.all(|groups| one(groups.get_match().range(), Some(&groups)))
        } else {
            regex.find_iter(text).all(|found| one(found.range(), None))
        };
        if whole {
            out.raw(&text[from..]);
        }
    }
}

/// What a group has matched; nothing where it took no part.
pub(crate) fn group_text<'t>(groups: Option<&Captures<'t>>, group: usize) -> &'t str {
    let found = groups.and_then(|groups| groups.get(group));
    found.map_or("", |group| group.as_str())
}

fn is_group(part: &Part) -> bool {
    matches!(part, Part::Group(_))
}
