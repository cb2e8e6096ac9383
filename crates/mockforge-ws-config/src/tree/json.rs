//! JSON (RFC 8259) with places: taken apart level by level into slices of the text.

use std::collections::HashMap;
use std::fmt;

use mockforge_ws_diagnostic::Problem;
use serde::Deserializer as _;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{DEEPEST, Data, Member, Node, repeated, too_deep};
use crate::source::Span;

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Node, (Span, Problem)> {
    let root: &RawValue = serde_json::from_str(text).map_err(|error| mistake(text, &error))?;
    Reader { text }.node(root.get(), 0)
}

struct Reader<'t> {
    text: &'t str,
}

impl<'t> Reader<'t> {
    fn span(&self, part: &str) -> Span {
        let start = part.as_ptr() as usize - self.text.as_ptr() as usize;
        Span { start, end: start + part.len() }
    }

    fn node(&self, raw: &'t str, depth: usize) -> Result<Node, (Span, Problem)> {
        let span = self.span(raw);
        if depth > DEEPEST {
            return Err((span, too_deep()));
        }
        let mut json = serde_json::Deserializer::from_str(raw);
        let wrong = |error: serde_json::Error| (span, Problem::new(bare(&error)));
        let data = match raw.as_bytes().first() {
            Some(b'{') => {
                let parts = json.deserialize_map(Members).map_err(wrong)?;
                let mut members = Vec::with_capacity(parts.len());
                let mut keys: HashMap<String, Span> = HashMap::new();
                for (key, value) in parts {
                    let key_span = self.span(key);
                    let key: String = serde_json::from_str(key).map_err(wrong)?;
                    if let Some(first) = keys.insert(key.clone(), key_span) {
                        let line = self.text[..first.start].matches('\n').count() + 1;
                        return Err((key_span, repeated(&key, line)));
                    }
                    let inside = Span { start: key_span.start + 1, end: key_span.end - 1 };
                    members.push(Member { key, key_span: inside, value: self.node(value, depth + 1)? });
                }
                Data::Mapping(members)
            }
            Some(b'[') => {
                let parts = json.deserialize_seq(Elements).map_err(wrong)?;
                Data::List(
                    parts.into_iter().map(|part| self.node(part, depth + 1)).collect::<Result<_, _>>()?,
                )
            }
            Some(b'"') => Data::String(serde_json::from_str(raw).map_err(wrong)?),
            Some(b'n') => Data::Null,
            Some(b't' | b'f') => Data::Bool(raw == "true"),
            _ => Data::Number(serde_json::from_str(raw).map_err(wrong)?),
        };
        Ok(Node { span, data })
    }
}

/// Where the parser stopped and why.
fn mistake(text: &str, error: &serde_json::Error) -> (Span, Problem) {
    let line_start: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = text.floor_char_boundary((line_start + error.column().saturating_sub(1)).min(text.len()));
    let problem = Problem::new(format!("this is no JSON: {}", bare(error)));
    let rest = &text[at..];
    let hint = if text.trim().is_empty() {
        Some("the file is empty")
    } else if rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with('#') {
        Some("JSON has no comments; YAML and TOML have")
    } else if rest.starts_with(['}', ']']) && text[..at].trim_end().ends_with(',') {
        Some("take the comma before it away")
    } else if rest.starts_with('\'') {
        Some("JSON takes double quotes only")
    } else if error.to_string().starts_with("trailing characters") {
        Some("a config is one object; a replay script (one object a line) is named `.jsonl`")
    } else {
        None
    };
    (Span { start: at, end: at }, problem.maybe_hint(hint))
}

/// The parser's words without its position, which would be told twice.
fn bare(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_string()
}

struct Members;

impl<'t> Visitor<'t> for Members {
    type Value = Vec<(&'t str, &'t str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            members.push((key.get(), value.get()));
        }
        Ok(members)
    }
}

struct Elements;

impl<'t> Visitor<'t> for Elements {
    type Value = Vec<&'t str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element::<&RawValue>()? {
            elements.push(element.get());
        }
        Ok(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_have_places() {
        let check = |text: &str, start: usize, message: &str| {
            let (span, problem) = read(text).unwrap_err();
            assert!(problem.to_string().contains(message), "{text}: {problem}");
            assert_eq!(span.start, start, "{text}: {problem}");
        };
        check("", 0, "the file is empty");
        check("{\"a\": 1,\n}", 9, "take the comma before it away");
        check("{\"a\": 1 // x\n}", 8, "no comments");
        check("{'a': 1}", 1, "double quotes");
        check("{\"a\": 1, \"a\": 2}", 9, "second time");
        check("{\"a\":1}\n{\"b\":2}", 8, "`.jsonl`");
        check(&"[".repeat(70), 69, "EOF");
        check(&("[".repeat(70) + &"]".repeat(70)), 65, "levels deep");
    }
}
