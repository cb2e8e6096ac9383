//! From the inside of a tag to words: names, strings, numbers, paths and parentheses.

use std::ops::Range;

use mockforge_ws_diagnostic::Problem;
use serde_json::Number;

use crate::hint;
use crate::lex::closing_quote;

/// A word and where it stands in the template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word<'t> {
    pub(crate) kind: Kind<'t>,
    pub(crate) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind<'t> {
    /// A string, without its quotes and escapes.
    Text(String),
    Number(Number),
    /// A JSONPath: begins with `$`.
    Path(&'t str),
    Name(&'t str),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `|`
    Bar,
}

/// How deep calls nest; expressions are walked by recursion.
pub(crate) const MAX_DEPTH: usize = 32;

/// Takes the bytes `body` of the template apart. Parentheses are balanced in what it returns.
pub(crate) fn split(text: &str, body: Range<usize>) -> Result<Vec<Word<'_>>, Problem> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut open = Vec::new();
    let bytes = text.as_bytes();
    let mut at = body.start;
    while at < body.end {
        let start = at;
        at += 1;
        let kind = match bytes[start] {
            byte if byte.is_ascii_whitespace() => continue,
            b'"' | b'\'' => {
                let end = closing_quote(bytes, start).filter(|end| *end < body.end);
                at = end.ok_or_else(|| Problem::new("this quote is never closed").at(start..start + 1))? + 1;
                Kind::Text(unescape(&text[start + 1..at - 1]))
            }
            b'(' => {
                if let [Word { kind: Kind::Name(name), span }] = &words[..]
                    && span.end == start
                {
                    return Err(called(name, &text[start + 1..body.end], span.clone()));
                }
                open.push(start);
                if open.len() > MAX_DEPTH {
                    return Err(Problem::new(format!("calls nest deeper than {MAX_DEPTH}")).at(start..at));
                }
                Kind::Open
            }
            b')' => {
                let _ = open.pop().ok_or_else(|| Problem::new("`)` closes nothing").at(start..at))?;
                Kind::Close
            }
            b'|' => Kind::Bar,
            b',' => {
                return Err(Problem::new("arguments are separated by spaces").at(start..at));
            }
            b'$' => {
                at = path_end(text, start, body.end)?;
                Kind::Path(&text[start..at])
            }
            _ => {
                at = name_end(text, start, body.end)?;
                let name = &text[start..at];
                number(name).map_or(Kind::Name(name), Kind::Number)
            }
        };
        words.push(Word { kind, span: start..at });
    }
    match open.pop() {
        Some(at) => Err(Problem::new("`(` is never closed").at(at..at + 1)),
        None => Ok(words),
    }
}

/// `randInt(1, 100)`, as other languages write it.
fn called(name: &str, rest: &str, at: Range<usize>) -> Problem {
    let args = rest.rsplit_once(')').map_or(rest, |(args, _)| args).replace(',', " ");
    let args: Vec<_> = args.split_whitespace().collect();
    let call = hint::rewrite(name, &args.join(" ")).unwrap_or_else(|| format!("{name} {}", args.join(" ")));
    Problem::new("arguments follow the name of a helper after a space, without parentheses")
        .at(at)
        .hint(format!("write `{{{{{}}}}}`", call.trim_end()))
}

/// Takes the backslashes before quotes and backslashes; all others stay.
fn unescape(inner: &str) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next @ ('"' | '\'' | '\\')) if c == '\\' => {
                text.push(*next);
                chars.next();
            }
            _ => text.push(c),
        }
    }
    text
}

/// A path ends at white space or a parenthesis that is not its own; brackets and quotes hide both.
fn path_end(text: &str, start: usize, end: usize) -> Result<usize, Problem> {
    let bytes = text.as_bytes();
    let (mut brackets, mut parens) = (Vec::new(), 0_usize);
    let mut at = start;
    while at < end {
        match bytes[at] {
            b'"' | b'\'' if !brackets.is_empty() => {
                at = closing_quote(bytes, at)
                    .filter(|close| *close < end)
                    .ok_or_else(|| Problem::new("this quote is never closed").at(at..at + 1))?;
            }
            b'[' => brackets.push(at),
            b']' => {
                let _ = brackets.pop();
            }
            b'(' if brackets.is_empty() => parens += 1,
            b')' if brackets.is_empty() && parens > 0 => parens -= 1,
            b')' | b'"' | b'\'' if brackets.is_empty() => break,
            byte if byte.is_ascii_whitespace() && brackets.is_empty() => break,
            _ => {}
        }
        at += 1;
    }
    match brackets.pop() {
        Some(bracket) => Err(Problem::new("`[` is never closed").at(bracket..bracket + 1)),
        None => Ok(at),
    }
}

/// A name ends at white space, a parenthesis, a quote, a bar or a comma; brackets hide them.
fn name_end(text: &str, start: usize, end: usize) -> Result<usize, Problem> {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < end {
        match bytes[at] {
            b'[' => {
                let close = text[at..end].find(']').map(|found| at + found);
                at = close.ok_or_else(|| Problem::new("`[` is never closed").at(at..at + 1))?;
            }
            b'(' | b')' | b'"' | b'\'' | b'|' | b',' => break,
            byte if byte.is_ascii_whitespace() => break,
            _ => {}
        }
        at += 1;
    }
    Ok(at)
}

fn number(name: &str) -> Option<Number> {
    let digits = name.trim_start_matches(['+', '-']);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || name.len() - digits.len() > 1 {
        return None;
    }
    serde_json::from_str(name.trim_start_matches('+')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let words = split(text, 0..text.len());
        let show = |word: &Word<'_>| match &word.kind {
            Kind::Text(text) => format!("{text:?}"),
            Kind::Number(n) => format!("#{n}"),
            Kind::Path(path) => format!("P<{path}>"),
            Kind::Name(name) => format!("N<{name}>"),
            Kind::Open => "(".to_string(),
            Kind::Close => ")".to_string(),
            Kind::Bar => "|".to_string(),
        };
        let shown = match &words {
            Ok(words) => words.iter().map(show).collect::<Vec<_>>().join(" "),
            Err(problem) => format!("{:?} {}", problem.span, problem),
        };
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn words() {
        check("", "");
        check("  uuid ", "N<uuid>");
        check(
            "randInt -5 +7 1.5 1e3 18446744073709551615",
            "N<randInt> #-5 #7 #1.5 #1e3 #18446744073709551615".replace("1e3", "1000.0").as_str(),
        );
        check("a 1h -2d now+1h 1_000 --1", "N<a> N<1h> N<-2d> N<now+1h> N<1_000> N<--1>");
        check(r#"a "x 'y' \" \\ \n" 'z"'"#, r#"N<a> "x 'y' \" \\ \\n" "z\"""#);
        check("upper (default $.name 'x')", r#"N<upper> ( N<default> P<$.name> "x" )"#);
        check("$['a b'].c x", "P<$['a b'].c> N<x>");
        check("($.items[?(@.id == 'x)')].n)", "( P<$.items[?(@.id == 'x)')].n> )");
        check("$.a[?@.b == \"c]\" && @.d > 1]", "P<$.a[?@.b == \"c]\" && @.d > 1]>");
        check("state.[a b].c header.x-y é", "N<state.[a b].c> N<header.x-y> N<é>");
        check("x as |a b|", "N<x> N<as> | N<a> N<b> |");
    }

    #[test]
    fn mistakes() {
        check("(a", "Some(0..1) `(` is never closed");
        check("a)", "Some(1..2) `)` closes nothing");
        check("$.a[0", "Some(3..4) `[` is never closed");
        check("$.a['b", "Some(4..5) this quote is never closed");
        check("a.[b", "Some(2..3) `[` is never closed");
        check("a 1, 2", "Some(3..4) arguments are separated by spaces");
        check(
            "randInt(1, 2)",
            "Some(0..7) arguments follow the name of a helper after a space, without parentheses (write `{{randInt 1 2}}`)",
        );
    }
}
