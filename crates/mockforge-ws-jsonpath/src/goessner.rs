//! Goessner's dialect by `jsonpath_lib` 0.3, whose panics end here.
//!
//! The library panics on paths that it has accepted: on some whenever they are asked, on others when the
//! message lacks what their filter wants (`$[?($.a == 1)]` without an `a`). The first kind is refused at
//! load. The second kind ends in [`catch_unwind`] and counts as no match. The process' panic hook belongs to
//! the process, so it is not replaced, and the default one leaves a line on stderr for each such message.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jsonpath_lib::Compiled;
use serde_json::Value;

use crate::PathError;
use crate::grammar::shown;
use crate::tokens::{Kind, Token};

pub(crate) fn parse(text: &str, tokens: &[Token<'_>]) -> Result<Compiled, PathError> {
    if !text.starts_with('$') {
        return Err(PathError::new("a JSONPath begins with `$`").at(0));
    }
    match catch_unwind(|| Compiled::compile(text)) {
        Ok(Ok(compiled)) => {
            panics_always(tokens)?;
            leftover(text, tokens)?;
            Ok(compiled)
        }
        Ok(Err(marked)) => {
            let at = offset(text, &marked);
            let place = match text[at..].chars().next() {
                Some(found) => format!("before `{}`", shown(found)),
                None => "at its end".to_string(),
            };
            Err(PathError::new(format!("the goessner dialect can't read this path {place}")).at(at))
        }
        Err(_) => Err(PathError::new("the goessner dialect can't read this path").at(0)),
    }
}

pub(crate) fn query<'v>(compiled: &Compiled, value: &'v Value) -> Vec<&'v Value> {
    // Nothing of the library's is used again after a panic: the selector is its own local.
    catch_unwind(AssertUnwindSafe(|| compiled.select(value).unwrap_or_default())).unwrap_or_default()
}

/// The library marks the place with as many `^` as bytes were read, on a line below the text.
fn offset(text: &str, marked: &str) -> usize {
    let read = marked.rsplit('\n').next().unwrap_or_default().len();
    (0..=read.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Refuses what panics on every message that gets as far: lists and slices within filters, a step of 0, and
/// numbers that JSON has none for.
fn panics_always(tokens: &[Token<'_>]) -> Result<(), PathError> {
    let mut open: Vec<bool> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let previous = |back: usize| index.checked_sub(back).map(|index| tokens[index].kind);
        let filtering = open.contains(&true);
        let wrong = match token.kind {
            Kind::Sign('[' | '(') => {
                open.push(false);
                continue;
            }
            Kind::Sign(']' | ')') => {
                open.pop();
                continue;
            }
            Kind::Sign('?') => {
                if let Some(filter) = open.last_mut() {
                    *filter = true;
                }
                continue;
            }
            Kind::Sign(',' | ':') if filtering => {
                "the goessner dialect has no lists and slices within filters"
            }
            Kind::Word(step)
                if previous(1) == Some(Kind::Sign(':'))
                    && (previous(2) == Some(Kind::Sign(':')) || previous(3) == Some(Kind::Sign(':')))
                    && step.parse() == Ok(0) =>
            {
                "the step of a slice can't be 0"
            }
            Kind::Word(number)
                if filtering && number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) =>
            {
                let fraction = previous(1) == Some(Kind::Dot);
                let number = if fraction { format!("0.{number}") } else { number.to_string() };
                if number.parse().is_ok_and(|number: f64| !number.is_finite()) {
                    "this number is too large"
                } else {
                    continue;
                }
            }
            Kind::Quoted | Kind::Word(_) | Kind::Dot | Kind::Dots | Kind::Sign(_) => continue,
        };
        return Err(PathError::new(wrong).at(token.at));
    }
    Ok(())
}

/// The library stops reading where the path can't go on, and says nothing about the rest. A rest without
/// any effect is a mistake.
fn leftover(text: &str, tokens: &[Token<'_>]) -> Result<(), PathError> {
    let mut depth = 0_usize;
    let mut end = 1;
    let mut after_dot = false;
    for token in &tokens[1..] {
        let spaced = text[end..token.at].chars().any(char::is_whitespace);
        match token.kind {
            Kind::Sign('[' | '(') if depth > 0 || (token.kind == Kind::Sign('[') && !spaced) => depth += 1,
            Kind::Sign(']' | ')') if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            Kind::Dot | Kind::Dots if !spaced => {}
            Kind::Word(_) | Kind::Sign('*') if after_dot => {}
            _ => {
                return Err(PathError::new("the path ends here and nothing may follow").at(token.at));
            }
        }
        after_dot = matches!(token.kind, Kind::Dot | Kind::Dots);
        end = match token.kind {
            Kind::Word(word) => token.at + word.len(),
            Kind::Dots => token.at + 2,
            Kind::Dot => token.at + 1,
            Kind::Sign(sign) => token.at + sign.len_utf8(),
            // Quoted strings stand in brackets only, where space is of no interest.
            Kind::Quoted => token.at,
        };
    }
    Ok(())
}
