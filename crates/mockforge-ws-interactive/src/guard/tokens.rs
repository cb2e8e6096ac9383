//! A text cut into tokens, as far as the bounds, the `$` and the places of mistakes need it. Whether the tokens
//! make an expression is for CEL's parser to say.

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Number,
    /// A string literal, with its prefix and its quotes.
    Quoted,
    /// `&&` or `||`.
    Join,
    Sign(char),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) at: Range<usize>,
}

/// The tokens of a text, without white space and comments.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let rest = &text[start..];
        let (kind, length) = if first.is_whitespace() {
            (None, first.len_utf8())
        } else if rest.starts_with("//") {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if let Some(length) = quoted(rest) {
            (Some(Kind::Quoted), length)
        } else if is_word(first) && !first.is_ascii_digit() {
            (Some(Kind::Word), rest.find(|c| !is_word(c)).unwrap_or(rest.len()))
        } else if first.is_ascii_digit() {
            (Some(Kind::Number), number(rest))
        } else if rest.starts_with("&&") || rest.starts_with("||") {
            (Some(Kind::Join), 2)
        } else {
            (Some(Kind::Sign(first)), first.len_utf8())
        };
        tokens.extend(kind.map(|kind| Token { kind, at: start..start + length }));
        start += length;
    }
    tokens
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// How long the string literal is that a text begins with. One that is not closed takes its line, or with
/// three quotes the rest.
fn quoted(text: &str) -> Option<usize> {
    let prefix = text.find(|c: char| !"rRbB".contains(c)).filter(|length| *length <= 2)?;
    let raw = text[..prefix].contains(['r', 'R']);
    let quote = text[prefix..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let triple = [quote; 3].iter().collect::<String>();
    let long = text[prefix..].starts_with(&triple);
    let close = if long { &triple } else { &triple[..1] };
    let mut at = prefix + close.len();
    loop {
        let rest = &text[at..];
        let Some(next) = rest.chars().next() else { return Some(at) };
        if rest.starts_with(close) {
            return Some(at + close.len());
        }
        match next {
            '\n' if !long => return Some(at),
            '\\' if !raw => at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => at += next.len_utf8(),
        }
    }
}

/// How long the number is that a text begins with; a sign belongs to it after an `e`.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let hex = text.starts_with("0x");
    let goes_on = |index: usize| match bytes[index] {
        b'.' => bytes.get(index + 1).is_some_and(u8::is_ascii_digit),
        b'+' | b'-' => !hex && matches!(bytes[index - 1], b'e' | b'E'),
        byte => byte.is_ascii_alphanumeric(),
    };
    (1..bytes.len()).find(|index| !goes_on(*index)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut() {
        let check = |text: &str, expect: &[&str]| {
            let cut: Vec<&str> = tokens(text).into_iter().map(|token| &text[token.at]).collect();
            assert_eq!(cut, expect, "{text}");
        };
        check("size($.user) > 0", &["size", "(", "$", ".", "user", ")", ">", "0"]);
        check(r#"a['b]c'] == "\"$" // $"#, &["a", "[", "'b]c'", "]", "=", "=", r#""\"$""#]);
        check(r#"r"\" + '''a'b''' + b'é'"#, &[r#"r"\""#, "+", "'''a'b'''", "+", "b'é'"]);
        check("1.5e-3+0x1e+2 && x.y", &["1.5e-3", "+", "0x1e", "+", "2", "&&", "x", ".", "y"]);
        check("'open\nx é", &["'open", "x", "é"]);
        check(r"'open\", &[r"'open\"]);
        check("robert + b", &["robert", "+", "b"]);
    }
}
