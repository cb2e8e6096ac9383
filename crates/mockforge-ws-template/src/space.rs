//! White-space control, as Handlebars has it: `~` takes the white space beside a tag, and a block tag or a
//! comment that has a line to itself takes that line.

use std::ops::Range;

use crate::lex::{Kind, Token};

/// Shrinks the texts of `tokens` accordingly.
pub(crate) fn control(text: &str, tokens: &mut [Token]) {
    for (at, range) in standalone(text, tokens).into_iter().chain(tildes(text, tokens)) {
        if let Token::Text(text) = &mut tokens[at] {
            *text = text.start.max(range.start)..text.end.min(range.end).max(text.start.max(range.start));
        }
    }
}

/// A token, and what is left of it.
type Left = (usize, Range<usize>);

fn standalone(text: &str, tokens: &[Token]) -> Vec<Left> {
    let mut left = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Tag(tag) = token else { continue };
        if tag.kind == Kind::Value {
            continue;
        }
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        let after = tokens.get(at + 1);
        let start = match before {
            None => Some(None),
            Some(Token::Text(range)) => {
                line_start(&text[range.clone()], at == 1).map(|keep| Some((range, keep)))
            }
            Some(Token::Tag(_)) => None,
        };
        let end = match after {
            None => Some(None),
            Some(Token::Text(range)) => {
                line_end(&text[range.clone()], at + 2 == tokens.len()).map(|skip| Some((range, skip)))
            }
            Some(Token::Tag(_)) => None,
        };
        if let (Some(start), Some(end)) = (start, end) {
            left.extend(start.map(|(range, keep)| (at - 1, range.start..range.start + keep)));
            left.extend(end.map(|(range, skip)| (at + 1, range.start + skip..range.end)));
        }
    }
    left
}

/// Where a last line that is blank so far begins; `first` where nothing comes before the text.
fn line_start(text: &str, first: bool) -> Option<usize> {
    let keep = text.trim_end_matches([' ', '\t']);
    ((first && keep.is_empty()) || keep.ends_with('\n')).then_some(keep.len())
}

/// Where the line after a first one that is blank begins; `last` where nothing comes after the text.
fn line_end(text: &str, last: bool) -> Option<usize> {
    let rest = text.trim_start_matches([' ', '\t']);
    let next = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'));
    match next {
        Some(next) => Some(text.len() - next.len()),
        None => (last && rest.is_empty()).then_some(text.len()),
    }
}

fn tildes(text: &str, tokens: &[Token]) -> Vec<Left> {
    let mut left = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Tag(tag) = token else { continue };
        if tag.trim_before {
            // An escape splits a text in two, so there may be several in a row.
            for before in (0..at).rev() {
                let Token::Text(range) = &tokens[before] else { break };
                let keep = text[range.clone()].trim_end().len();
                left.push((before, range.start..range.start + keep));
                if keep > 0 {
                    break;
                }
            }
        }
        if tag.trim_after {
            for (after, token) in tokens.iter().enumerate().skip(at + 1) {
                let Token::Text(range) = token else { break };
                let rest = text[range.clone()].trim_start().len();
                left.push((after, range.end - rest..range.end));
                if rest > 0 {
                    break;
                }
            }
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex::lex;

    /// Texts in quotes, tags as `*`.
    fn check(text: &str, expect: &str) {
        let mut tokens = lex(text).tokens;
        control(text, &mut tokens);
        let show = |token: &Token| match token {
            Token::Text(range) => format!("{:?}", &text[range.clone()]),
            Token::Tag(_) => "*".to_string(),
        };
        assert_eq!(tokens.iter().map(show).collect::<Vec<_>>().join(" "), expect, "{text:?}");
    }

    #[test]
    fn tildes_take_white_space() {
        check("a \n {{~b~}} \n c", r#""a" * "c""#);
        check("a {{~b}} c", r#""a" * " c""#);
        check(" {{~b~}} {{~c~}} ", r#""" * "" * """#);
        check("a {{b~}} \\{{c", r#""a " * "" "{{c""#);
    }

    #[test]
    fn blocks_take_lines_that_they_have_to_themselves() {
        check("a\n  {{#if b}}  \nc\n{{/if}}\nd", r#""a\n" * "c\n" * "d""#);
        check("{{#if b}}\r\nc\r\n{{/if}}", r#"* "c\r\n" *"#);
        check("{{! a }}\nb", r#"* "b""#);
        check(" {{! a }} ", r#""" * """#);
        check("{{#if b}} c {{/if}}", r#"* " c " *"#);
        check("a\n{{#if b}}{{/if}}\nc", r#""a\n" * * "\nc""#);
        check("a\n{{b}}\nc", r#""a\n" * "\nc""#);
    }
}
