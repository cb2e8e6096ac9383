//! Why a line is no JSON object, in words: the usual causes are named, and what to do about each.

use std::ops::Range;

use mockforge_ws_diagnostic::Problem;

use super::scan::{Expected, Mistake, mistake};

/// What is wrong with a line that the parser refused, and the bytes at fault.
pub(crate) fn explain(text: &str, refusal: &serde_json::Error) -> (Range<usize>, Problem) {
    match mistake(text) {
        Some(mistake) => words(text, &mistake),
        None => (0..text.len(), Problem::new(format!("this is no JSON object: {refusal}"))),
    }
}

const SINGLE: &str = "JSON takes double quotes only";
const TYPOGRAPHIC: &str = "these are typographic quotes; JSON takes `\"` only";
const ONE_LINE: &str = "an object stands on one line; a script is not pretty-printed";
const ESCAPED_TWICE: &str = "the line has been escaped once too often; `\\\"` belongs inside strings only";

fn words(text: &str, mistake: &Mistake) -> (Range<usize>, Problem) {
    let at = mistake.at.clone();
    let found = text[at.clone()].chars().next();
    if let Some(doubled) = doubled_backslash(text, mistake) {
        let problem =
            Problem::new("the string ends here: `\\\\` is a backslash, so the quote after it closes")
                .hint("a quote inside a string is written `\\\"`, with one backslash");
        return (doubled, problem);
    }
    let problem = match mistake.expected {
        Expected::Object => object(text, found),
        Expected::Key { close } => return key(text, at, found, close),
        Expected::Colon => Problem::new(format!("expected `:` after the key, found {}", name(found)))
            .maybe_hint(found.is_none().then_some(ONE_LINE)),
        Expected::Value { close } => return value(text, at, found, close),
        Expected::Comma { bracket } => comma(text, &at, found, bracket),
        Expected::Quote => quote(text, &at),
        Expected::Escape => escape(&text[at.clone()]),
        Expected::Printable => control(found),
        Expected::Word => word(&text[at.clone()]),
        Expected::Nothing => nothing(&text[at.start..]),
    };
    (at, problem)
}

/// `"{\\"type\\":…`: the string ended at a quote that was meant to be escaped.
fn doubled_backslash(text: &str, mistake: &Mistake) -> Option<Range<usize>> {
    let string = mistake.last_string.clone()?;
    let after = matches!(mistake.expected, Expected::Comma { .. } | Expected::Colon);
    (after && text[..string.end - 1].ends_with("\\\\") && string.end == mistake.at.start)
        .then(|| string.end - 3..string.end)
}

fn object(text: &str, found: Option<char>) -> Problem {
    let line = text.trim_ascii();
    let array = "write each of its objects on a line of its own, without the brackets and the commas between";
    let (what, hint) = match found {
        Some('[') => ("an array".into(), array),
        Some(']' | '}' | ',') => (name(found), ONE_LINE),
        Some('"') => ("a string".into(), ONE_LINE),
        Some(_) if line.starts_with("/*") || line.starts_with("--") || line.starts_with(';') => {
            ("a comment of another kind".into(), "comments begin with `//` or `#`")
        }
        _ => (name(found), "a script holds one JSON object a line; comments begin with `//` or `#`"),
    };
    Problem::new(format!("expected an object, `{{…}}`, found {what}")).hint(hint)
}

fn key(text: &str, at: Range<usize>, found: Option<char>, close: bool) -> (Range<usize>, Problem) {
    if found == Some('}') && !close {
        return last_comma(text, at);
    }
    let word: String =
        text[at.start..].chars().take_while(|c| c.is_alphanumeric() || "_$-".contains(*c)).collect();
    let (what, hint) = match found {
        None => (name(found), Some(ONE_LINE.to_string())),
        Some('\'') => (name(found), Some(SINGLE.into())),
        Some('“' | '”' | '„') => (name(found), Some(TYPOGRAPHIC.into())),
        Some('\\') => (name(found), Some(ESCAPED_TWICE.into())),
        Some('{') if text[..at.start].ends_with('{') => (
            "`{{`".into(),
            Some("a template stands inside a string: `\"{{…}}\"`; within `json` one that is the whole string becomes the value itself".into()),
        ),
        Some(_) if !word.is_empty() => (format!("`{word}`"), Some(format!("write `\"{word}\"`"))),
        Some(_) => (name(found), None),
    };
    let width = word.len().max(at.len());
    let problem = Problem::new(format!("expected a key in double quotes, found {what}")).maybe_hint(hint);
    (at.start..at.start + width, problem)
}

fn value(text: &str, at: Range<usize>, found: Option<char>, close: bool) -> (Range<usize>, Problem) {
    if found == Some(']') && !close {
        return last_comma(text, at);
    }
    let hint = match found {
        None => Some(ONE_LINE),
        Some('\'') => Some(SINGLE),
        Some('“' | '”' | '„') => Some(TYPOGRAPHIC),
        Some('\\') => Some(ESCAPED_TWICE),
        Some(_) => None,
    };
    (at, Problem::new(format!("expected a value, found {}", name(found))).maybe_hint(hint))
}

fn last_comma(text: &str, at: Range<usize>) -> (Range<usize>, Problem) {
    let comma = text[..at.start].rfind(',').unwrap_or(at.start);
    let closing = &text[at];
    let problem = Problem::new(format!("a comma before the closing `{closing}`")).hint("take the comma away");
    (comma..comma + 1, problem)
}

fn comma(text: &str, at: &Range<usize>, found: Option<char>, bracket: char) -> Problem {
    let after_string = text[..at.start].ends_with('"');
    let hint = match found {
        None => Some(ONE_LINE),
        Some('/' | '#') => Some("comments stand on lines of their own"),
        Some('"' | '{' | '[') if !after_string => Some("a comma is missing"),
        Some('"') => Some("a comma is missing, or a quote inside the string is not written `\\\"`"),
        Some(c) if after_string && !",}]".contains(c) => Some("a quote inside a string is written `\\\"`"),
        Some(_) => None,
    };
    Problem::new(format!("expected `,` or `{bracket}`, found {}", name(found))).maybe_hint(hint)
}

fn quote(text: &str, at: &Range<usize>) -> Problem {
    let hint = if text[at.clone()].contains("\\\"") {
        "the quotes after it are escaped: `\\\"` does not close a string"
    } else {
        "close it on the same line; a line break inside a string is written `\\n`"
    };
    Problem::new("the string is not closed").hint(hint)
}

fn escape(written: &str) -> Problem {
    let problem = Problem::new(format!("`{written}` is no escape of JSON"));
    match written {
        "\\'" => problem.hint("a single quote needs no backslash"),
        _ if written.starts_with("\\u") => problem.hint("`\\u` takes four hexadecimal digits"),
        _ => problem.hint(format!("a backslash is written twice: `\\{written}`")),
    }
}

fn control(found: Option<char>) -> Problem {
    let (what, written) = match found {
        Some('\t') => ("a tab".to_string(), "\\t".to_string()),
        Some('\r') => ("a carriage return".into(), "\\r".into()),
        other => {
            let code = other.map_or(0, u32::from);
            (format!("the control character U+{code:04X}"), format!("\\u{code:04x}"))
        }
    };
    Problem::new(format!("{what} inside a string")).hint(format!("write `{written}`"))
}

fn word(written: &str) -> Problem {
    let hint = match written {
        "True" | "TRUE" | "yes" => Some("write `true`".to_string()),
        "False" | "FALSE" | "no" => Some("write `false`".into()),
        "None" | "nil" | "Null" | "NULL" | "undefined" => Some("write `null`".into()),
        "NaN" | "Infinity" | "-Infinity" => Some("JSON has no such number".into()),
        _ if written.starts_with(|c: char| c.is_ascii_digit() || "-+.".contains(c)) => {
            Some("a number is written like `0`, `-12` or `2.5`".into())
        }
        _ => Some(format!("a string stands in double quotes: `\"{written}\"`")),
    };
    Problem::new(format!("`{written}` is no JSON value")).maybe_hint(hint)
}

fn nothing(rest: &str) -> Problem {
    let after_commas = rest.trim_start_matches([',', ' ', '\t']);
    if after_commas.is_empty() {
        return Problem::new("a comma after the object").hint("lines are not separated by commas");
    }
    if after_commas.starts_with('{') {
        return Problem::new("a second object on the line").hint("write one object a line");
    }
    if rest.starts_with("//") || rest.starts_with('#') || rest.starts_with("/*") {
        return Problem::new("a comment after the object").hint("comments stand on lines of their own");
    }
    Problem::new(format!("expected the end of the line, found {}", name(rest.chars().next())))
}

fn name(found: Option<char>) -> String {
    match found {
        None => "the end of the line".into(),
        Some('\'') => "a single quote".into(),
        Some('"') => "a double quote".into(),
        Some('\\') => "a backslash".into(),
        Some('`') => "a backtick".into(),
        Some('0'..='9' | '-') => "a number".into(),
        Some(c) => format!("`{}`", c.escape_debug()),
    }
}
