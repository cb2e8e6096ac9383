//! The words and signs of a path's text, for those who look at it without judging it.

use crate::Dialect;

/// A token, with the byte at which it begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind<'t>,
    pub(crate) at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind<'t> {
    /// A quoted string.
    Quoted,
    /// A name, number, function or constant.
    Word(&'t str),
    /// `.`
    Dot,
    /// `..`
    Dots,
    /// Any other character; white space yields none.
    Sign(char),
}

/// Takes a text apart; any text has tokens.
pub(crate) fn tokens(text: &str, dialect: Dialect) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = match c {
            '\'' | '"' => (Some(Kind::Quoted), quoted(rest, c, dialect)),
            '.' if rest.starts_with("..") => (Some(Kind::Dots), 2),
            '.' => (Some(Kind::Dot), 1),
            c if c.is_whitespace() => (None, c.len_utf8()),
            c if in_word(c, dialect) => {
                // Where a Goessner name has begun, a quote within it is a character like any other.
                let length = rest.find(|c| !in_word(c, dialect)).unwrap_or(rest.len());
                (Some(Kind::Word(&rest[..length])), length)
            }
            c => (Some(Kind::Sign(c)), c.len_utf8()),
        };
        tokens.extend(kind.map(|kind| Token { kind, at }));
        at += length;
    }
    tokens
}

fn in_word(c: char, dialect: Dialect) -> bool {
    match dialect {
        Dialect::Rfc9535 => c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii(),
        Dialect::Goessner => !c.is_whitespace() && !"$.*[]()@?,:=&|<>!".contains(c),
    }
}

/// The length of the string that `text` begins with, both quotes included, as the dialect's parser reads it.
fn quoted(text: &str, quote: char, dialect: Dialect) -> usize {
    match dialect {
        Dialect::Rfc9535 => {
            let mut escaped = false;
            for (at, c) in text.char_indices().skip(1) {
                if !escaped && c == quote {
                    return at + 1;
                }
                escaped = !escaped && c == '\\';
            }
            text.len()
        }
        // One backslash before a quote escapes it; the second quote ends the string in any case.
        Dialect::Goessner => match text[1..].split_once(quote) {
            None => text.len(),
            Some((before, _)) if !before.ends_with('\\') => before.len() + 2,
            Some((before, after)) => before.len() + 2 + after.find(quote).map_or(after.len(), |end| end + 1),
        },
    }
}
