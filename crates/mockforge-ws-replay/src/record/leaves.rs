//! The leaves of a JSON text where they stand: texts, numbers, words, each with the way to it.

use std::ops::Range;

use serde::de::IgnoredAny;

use crate::compile::string_end;

/// What is nested deeper is passed over; it is what `serde_json` refuses to read into a tree.
const DEEPEST: usize = 128;

/// A step on the way to a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'t> {
    /// A member's name, as written between its quotes.
    Name(&'t str),
    /// An element's place.
    Index(usize),
}

/// Visits the leaves of a text that is a JSON object or array; of any other text there are none. Texts have
/// their quotes.
pub(super) fn leaves<'t>(text: &'t str, mut visit: impl FnMut(&[Step<'t>], Range<usize>)) {
    let is_nested = text.trim_ascii_start().starts_with(['{', '[']);
    if !is_nested || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return;
    }
    let bytes = text.as_bytes();
    let mut way: Vec<Step<'t>> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' => way.push(Step::Name("")),
            b'[' => way.push(Step::Index(0)),
            b'}' | b']' => drop(way.pop()),
            b',' => {
                if let Some(Step::Index(index)) = way.last_mut() {
                    *index += 1;
                }
            }
            b'"' => {
                let end = string_end(bytes, at);
                let after = bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace());
                let is_name = after == Some(&b':');
                if let Some(Step::Name(name)) = way.last_mut().filter(|_| is_name) {
                    *name = &text[at + 1..end - 1];
                } else if way.len() <= DEEPEST {
                    visit(&way, at..end);
                }
                at = end;
                continue;
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' => {
                let rest = &bytes[at..];
                let length =
                    rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
                let end = at + length.count();
                if way.len() <= DEEPEST {
                    visit(&way, at..end);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

/// The name that a leaf goes by: its own, or for an element that of the array it is in.
pub(super) fn name<'t>(way: &[Step<'t>]) -> &'t str {
    let name = |step: &Step<'t>| match step {
        Step::Name(name) => Some(*name),
        Step::Index(_) => None,
    };
    way.iter().rev().find_map(name).unwrap_or_default()
}

/// The JSONPath of a leaf, where the names on the way can stand in a template.
pub(super) fn path(way: &[Step<'_>]) -> Option<String> {
    let mut path = String::from("$");
    for step in way {
        match step {
            Step::Index(index) => path.push_str(&format!("[{index}]")),
            Step::Name(name) => {
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
                if starts && name.chars().all(plain) {
                    path.push('.');
                    path.push_str(name);
                } else if !name.is_empty() && name.chars().all(|c| plain(c) || "-:./@$ ".contains(c)) {
                    path.push_str(&format!("['{name}']"));
                } else {
                    return None;
                }
            }
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_come_with_their_paths() {
        let check = |text: &str, wanted: &[&str]| {
            let mut shown = Vec::new();
            leaves(text, |way, at| {
                shown.push(format!("{} {} {}", path(way).unwrap_or_default(), name(way), &text[at]));
            });
            assert_eq!(shown, wanted, "{text}");
        };
        check(
            r#" {"a":1,"b":{"c":["x",{"d":true}],"e f":null},"g":[[-1.5e3]]} "#,
            &[
                "$.a a 1",
                r#"$.b.c[0] c "x""#,
                "$.b.c[1].d d true",
                "$.b['e f'] e f null",
                "$.g[0][0] g -1.5e3",
            ],
        );
        check(r#"{"a":"x\"y:","b\"":2}"#, &[r#"$.a a "x\"y:""#, r#" b\" 2"#]);
        check("[]", &[]);
        check("12", &[]);
        check("{\"a\":1", &[]);
        check(&format!("{}1{}", "[".repeat(200), "]".repeat(200)), &[]);
    }
}
