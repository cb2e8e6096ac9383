//! Mistakes in regexes, in one line and our own words, with their place.

use mockforge_ws_diagnostic::Problem;
use regex_syntax::ast::ErrorKind as Ast;
use regex_syntax::hir::ErrorKind as Hir;

use crate::expression::SIZE_LIMIT;

/// Why the regex crate refused `text`.
pub(crate) fn problem(text: &str, error: &regex::Error) -> Problem {
    if let regex::Error::CompiledTooBig(_) = error {
        return Problem::new(format!(
            "this regex is too large: compiled, it takes more than {} MiB",
            SIZE_LIMIT >> 20
        ))
        .hint("repeat less with `{…}`, or write `(?-u:\\w)` for ASCII letters only");
    }
    match regex_syntax::Parser::new().parse(text) {
        Err(regex_syntax::Error::Parse(error)) => {
            let (message, hint) = ast(error.kind());
            placed(text, *error.span(), message, hint)
        }
        Err(regex_syntax::Error::Translate(error)) => {
            let (message, hint) = hir(error.kind());
            placed(text, *error.span(), message, hint)
        }
        _ => Problem::new("this regex can't be compiled"),
    }
}

fn placed(text: &str, span: regex_syntax::ast::Span, message: &str, hint: Option<&str>) -> Problem {
    let start = span.start.offset.min(text.len());
    // Where the parser names a place between two characters, the next one is meant.
    let next = start + text[start..].chars().next().map_or(0, char::len_utf8);
    let end = span.end.offset.min(text.len()).max(next);
    let column = text[..start].chars().count() + 1;
    Problem::new(format!("regex, column {column}: {message}")).at(start..end).maybe_hint(hint)
}

fn ast(kind: &Ast) -> (&'static str, Option<&'static str>) {
    match kind {
        Ast::CaptureLimitExceeded => ("there are too many groups", None),
        Ast::ClassEscapeInvalid => ("this escape can't stand in a class", None),
        Ast::ClassRangeInvalid => {
            ("this range ends before it begins", Some("write the smaller character first"))
        }
        Ast::ClassRangeLiteral => {
            ("a range goes from one character to another", Some("put a literal `-` at the end of the class"))
        }
        Ast::ClassUnclosed => ("this class is never closed with `]`", Some(r"write `\[` for the character")),
        Ast::DecimalEmpty | Ast::RepetitionCountDecimalEmpty => {
            ("a number was expected", Some(r"write `\{` for the character"))
        }
        Ast::DecimalInvalid => ("this number is too large", None),
        Ast::EscapeHexEmpty | Ast::EscapeHexInvalidDigit => ("hexadecimal digits were expected", None),
        Ast::EscapeHexInvalid => ("no character has this number", None),
        Ast::EscapeUnexpectedEof => {
            ("the regex ends after a backslash", Some(r"write `\\` for the character"))
        }
        Ast::EscapeUnrecognized => {
            ("this escape is not known", Some(r"`\\` is a backslash; most characters need no escape"))
        }
        Ast::FlagDanglingNegation | Ast::FlagRepeatedNegation { .. } => {
            ("`-` wants flags after it, once", None)
        }
        Ast::FlagDuplicate { .. } => ("this flag stands twice", None),
        Ast::FlagUnexpectedEof | Ast::FlagUnrecognized => (
            "this flag is not known",
            Some("flags are i, m, s, R, U, u and x: `(?i)`; a group is `(?:…)` or `(?P<name>…)`"),
        ),
        Ast::GroupNameDuplicate { .. } => ("another group has this name already", None),
        Ast::GroupNameEmpty => ("the name of this group is empty", None),
        Ast::GroupNameInvalid => ("a group's name has letters, digits and `_`", None),
        Ast::GroupNameUnexpectedEof => ("the name of this group is never closed with `>`", None),
        Ast::GroupUnclosed => ("this group is never closed with `)`", Some(r"write `\(` for the character")),
        Ast::GroupUnopened => ("this `)` closes no group", Some(r"write `\)` for the character")),
        Ast::NestLimitExceeded(_) => ("groups nest too deep", None),
        Ast::RepetitionCountInvalid => {
            ("this repetition ends before it begins", Some("write the smaller number first"))
        }
        Ast::RepetitionCountUnclosed => {
            ("this repetition is never closed with `}`", Some(r"write `\{` for the character"))
        }
        Ast::RepetitionMissing => {
            ("there is nothing to repeat before this", Some(r"write a backslash before it for the character"))
        }
        Ast::UnicodeClassInvalid => ("this Unicode class is not well-formed", None),
        Ast::UnsupportedBackreference => {
            ("references to earlier groups are not supported", Some(NO_BACKTRACKING))
        }
        Ast::UnsupportedLookAround => ("looking ahead and behind is not supported", Some(NO_BACKTRACKING)),
        _ => ("this can't be read", None),
    }
}

const NO_BACKTRACKING: &str = "every regex runs in linear time; combine patterns with `all` and `not`";

fn hir(kind: &Hir) -> (&'static str, Option<&'static str>) {
    match kind {
        Hir::UnicodeNotAllowed => ("this needs Unicode, which `(?-u)` switched off", None),
        Hir::InvalidUtf8 => {
            ("this could match half a character", Some("text is matched as UTF-8; leave `(?-u)` away"))
        }
        Hir::UnicodePropertyNotFound | Hir::UnicodePropertyValueNotFound => {
            ("there is no such Unicode class", Some(r"for example `\p{Letter}`, `\p{Greek}`, `\p{Lu}`"))
        }
        _ => ("this can't be compiled", None),
    }
}
