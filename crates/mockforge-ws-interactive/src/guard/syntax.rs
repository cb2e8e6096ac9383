//! CEL's parser, and its complaints in plain words.

use cel::Env;
use cel::common::ast::{Ast, SourceInfo};
use cel::parser::{ParseError, ParseErrors};
use mockforge_ws_diagnostic::Problem;

use super::tokens::{Kind, Token};

/// What the parser made of a text.
pub(crate) struct Parsed {
    pub(crate) ast: Ast,
    /// Where each part of it has its sign, by its id.
    pub(crate) places: SourceInfo,
}

/// Parses a text in which `$` is rewritten already. Macros are left as the calls that they are written as.
///
/// # Errors
/// The first mistake of the syntax, as those after it mostly follow from it; or all literals that are wrong.
pub(crate) fn parse(cel: &str, text: &str, tokens: &[Token]) -> Result<Parsed, Vec<Problem>> {
    let parser = Env::default().with_optional_support(false).parser();
    match parser.parse_with_source_info(cel) {
        Ok((expr, places)) => Ok(Parsed { ast: Ast { expr }, places }),
        Err(ParseErrors { errors }) => {
            let syntax = errors.iter().find(|error| error.msg.starts_with("Syntax error"));
            let errors = syntax.map_or_else(|| errors.iter().collect(), |first| vec![first]);
            Err(errors.into_iter().map(|error| problem(error, text, tokens)).collect())
        }
    }
}

fn problem(error: &ParseError, text: &str, tokens: &[Token]) -> Problem {
    let start = offset(error.pos, text);
    let Some(token) = tokens.iter().find(|token| start < token.at.end) else {
        return at_the_end(text, tokens);
    };
    let at = token.at.clone();
    let word = &text[at.clone()];
    let what = match &*error.msg {
        _ if token.kind == Kind::Quoted && is_open(word) => "this text has no closing quote".into(),
        msg if msg.contains("invalid int literal") || msg.contains("invalid uint literal") => {
            format!("`{word}` is no whole number of 64 bits")
        }
        msg if msg.contains("invalid double literal") => format!("`{word}` is too large a number"),
        msg if token.kind == Kind::Quoted
            && (msg.contains("token recognition") || msg.contains("literal")) =>
        {
            "this text has an escape that there is not".into()
        }
        msg if msg.contains("reserved identifier") => format!("`{word}` is reserved and can be no name"),
        msg if msg.contains("unsupported syntax") => format!("`{word}` is not supported here"),
        msg if msg.contains("limit") => "this expression is too deep".into(),
        _ => format!("`{word}` is not expected here"),
    };
    Problem::new(what).at(at).maybe_hint(hint(&error.msg, word))
}

/// Whether a text's closing quote is missing.
fn is_open(quoted: &str) -> bool {
    let quote = quoted.trim_start_matches(['r', 'R', 'b', 'B']);
    quote.len() < 2 || !quote.ends_with(&quote[..1])
}

/// What to write in place of a word that other languages have.
fn hint(msg: &str, word: &str) -> Option<String> {
    if msg.contains("unsupported syntax") && word != "`" {
        return Some("ask with `has(…)` first, as in `has($.user) ? $.user : \"nobody\"`".into());
    }
    let instead = match word {
        "=" => "==",
        "&" | "and" | "AND" => "&&",
        "|" | "or" | "OR" => "||",
        "`" => "$['a field']",
        "not" | "NOT" => "!",
        "if" | "then" | "else" => "condition ? this : that",
        _ => return None,
    };
    Some(format!("write `{instead}`"))
}

fn at_the_end(text: &str, tokens: &[Token]) -> Problem {
    let Some(last) = tokens.last() else {
        return Problem::new("there is no expression").hint("for example `size($.user) > 0`");
    };
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Sign(sign @ ('(' | '[' | '{')) => open.push((sign, token)),
            Kind::Sign(')' | ']' | '}') => drop(open.pop()),
            Kind::Word | Kind::Number | Kind::Quoted | Kind::Join | Kind::Sign(_) => {}
        }
    }
    match open.pop() {
        Some((sign, token)) => Problem::new(format!("this `{sign}` is not closed")).at(token.at.clone()),
        None => {
            let word = &text[last.at.clone()];
            Problem::new(format!("something is missing after `{word}`")).at(last.at.clone())
        }
    }
}

/// The byte of a line, from 1, and a column in characters, from 1.
fn offset((line, column): (isize, isize), text: &str) -> usize {
    let line = usize::try_from(line - 1).unwrap_or(0);
    let column = usize::try_from(column - 1).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = &text[start.min(text.len())..];
    start + rest.char_indices().nth(column).map_or(rest.len(), |(index, _)| index)
}
