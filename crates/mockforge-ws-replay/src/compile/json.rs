//! JSON text taken apart where it stands: members and elements as slices of the source, so that a position
//! is the difference of two addresses, and unknown and repeated keys are seen.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use mockforge_ws_diagnostic::Key;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A member of an object as it stands in the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member<'s> {
    /// With its quotes.
    pub(crate) key: &'s str,
    /// Any value, without the white space around it.
    pub(crate) value: &'s str,
}

/// Takes an object apart into `members` (cleared first), which a caller reuses from line to line.
pub(crate) fn members<'s>(text: &'s str, members: &mut Vec<Member<'s>>) -> Result<(), serde_json::Error> {
    members.clear();
    let mut json = serde_json::Deserializer::from_str(text);
    Members(members).deserialize(&mut json)?;
    json.end()
}

/// Takes an array apart.
pub(crate) fn elements(text: &str) -> Option<Vec<&str>> {
    let mut json = serde_json::Deserializer::from_str(text);
    Elements.deserialize(&mut json).ok()
}

/// A string literal without its quotes and escapes. The error is a lone surrogate, the one thing that
/// [`members`] lets pass in a string.
pub(crate) fn unquote(raw: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    let inner = &raw[1..raw.len() - 1];
    if inner.contains('\\') { serde_json::from_str(raw).map(Cow::Owned) } else { Ok(Cow::Borrowed(inner)) }
}

/// The bytes of a raw string literal (quotes included) that hold these bytes of the decoded string.
pub(crate) fn raw_span(raw: &str, decoded: &Range<usize>) -> Range<usize> {
    let start = raw_offset(raw, decoded.start);
    let end = raw_offset(raw, decoded.end.max(decoded.start));
    start..end.max(start)
}

fn raw_offset(raw: &str, decoded: usize) -> usize {
    let last = raw.len() - 1;
    let (mut at, mut passed) = (1, 0);
    while at < last && passed < decoded {
        let (width, bytes) = piece(&raw[at..]);
        at += width;
        passed += bytes;
    }
    at.min(last)
}

/// How long the first character of an escaped text is there, and how long once decoded.
fn piece(rest: &str) -> (usize, usize) {
    let first = rest.chars().next().map_or(1, char::len_utf8);
    match rest.as_bytes() {
        [b'\\', b'u', ..] => match unit(rest) {
            // A pair of surrogates is one character of four bytes.
            Some(0xd800..=0xdbff) => (12, 4),
            Some(code) => (6, char::from_u32(code).map_or(3, char::len_utf8)),
            None => (2, 1),
        },
        [b'\\', ..] => (2, 1),
        _ => (first, first),
    }
}

fn unit(escape: &str) -> Option<u32> {
    u32::from_str_radix(escape.get(2..6)?, 16).ok()
}

/// Where a part of a value stands: the way to it from the value's root. A way that leads nowhere stops at
/// the last part that is there; with `key`, a member's key is meant rather than its value.
pub(crate) fn locate<'s>(value: &'s str, path: &[Key], key: bool) -> &'s str {
    let Some((first, rest)) = path.split_first() else { return value };
    let next = match first {
        Key::Name(name) => {
            let mut found = Vec::new();
            if members(value, &mut found).is_err() {
                return value;
            }
            let named = |member: &&Member<'_>| unquote(member.key).is_ok_and(|text| text == *name);
            match found.iter().find(named) {
                Some(member) if key && rest.is_empty() => return member.key,
                member => member.map(|member| member.value),
            }
        }
        Key::Index(index) => elements(value).and_then(|elements| elements.get(*index).copied()),
    };
    next.map_or(value, |next| locate(next, rest, key))
}

/// The same JSON without the white space between its tokens: numbers and key order stay as written.
pub(crate) fn compact(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some(quote) = rest.find('"') {
        tokens(&rest[..quote], out);
        let end = string_end(rest.as_bytes(), quote) - quote;
        out.push_str(&rest[quote..quote + end]);
        rest = &rest[quote + end..];
    }
    tokens(rest, out);
}

fn tokens(between: &str, out: &mut String) {
    between.split_ascii_whitespace().for_each(|token| out.push_str(token));
}

/// Where the string that opens there ends, behind its quote.
pub(crate) fn string_end(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

struct Members<'m, 's>(&'m mut Vec<Member<'s>>);

impl<'s> DeserializeSeed<'s> for Members<'_, 's> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'s>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'s> Visitor<'s> for Members<'_, 's> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'s>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<&RawValue>()? {
            let value = map.next_value::<&RawValue>()?;
            self.0.push(Member { key: key.get(), value: value.get() });
        }
        Ok(())
    }
}

struct Elements;

impl<'s> DeserializeSeed<'s> for Elements {
    type Value = Vec<&'s str>;

    fn deserialize<D: serde::Deserializer<'s>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'s> Visitor<'s> for Elements {
    type Value = Vec<&'s str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'s>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
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
    fn members_are_slices_of_the_source() {
        let text = r#" {"a" : [1, 2], "b":"x", "a":null} "#;
        let mut found = Vec::new();
        members(text, &mut found).unwrap();
        let shown: Vec<_> = found.iter().map(|member| (member.key, member.value)).collect();
        assert_eq!(shown, [("\"a\"", "[1, 2]"), ("\"b\"", "\"x\""), ("\"a\"", "null")]);
        assert_eq!(found[1].value.as_ptr() as usize - text.as_ptr() as usize, 20);
        assert!(members("{} {}", &mut found).is_err());
        assert!(members("[]", &mut found).is_err());
    }

    #[test]
    fn decoded_bytes_are_found_in_the_raw_string() {
        let check = |raw: &str, decoded: Range<usize>, wanted: &str| {
            assert_eq!(&raw[raw_span(raw, &decoded)], wanted, "{raw} {decoded:?}");
        };
        check(r#""plain""#, 1..3, "la");
        check(r#""a\nb""#, 1..2, r"\n");
        check(r#""a\nb""#, 2..3, "b");
        check(r#""\u00e9x""#, 2..3, "x");
        check(r#""\ud83d\ude00x""#, 0..4, r"\ud83d\ude00");
        check(r#""\ud83d\ude00x""#, 4..5, "x");
        check(r#""été""#, 2..3, "t");
        check(r#""ab""#, 2..9, "");
        check(r#""\ud8""#, 0..1, r"\u");
    }

    #[test]
    fn parts_of_values_are_found() {
        let value = r#"{"any": [{"regex": "x"}, {"jsonpath": "$.a", "equals": [1, {"k": 2}]}]}"#;
        let path: Vec<Key> = vec!["any".into(), 1.into(), "equals".into(), 1.into(), "k".into()];
        assert_eq!(locate(value, &path, false), "2");
        assert_eq!(locate(value, &path, true), "\"k\"");
        assert_eq!(locate(value, &path[..2], false), r#"{"jsonpath": "$.a", "equals": [1, {"k": 2}]}"#);
        assert_eq!(locate(value, &["none".into()], false), value);
    }

    #[test]
    fn white_space_goes_and_strings_stay() {
        let mut out = String::new();
        compact(r#"{ "a b" : [ 1.10 , true ] , "c" : "x \" y" }"#, &mut out);
        assert_eq!(out, r#"{"a b":[1.10,true],"c":"x \" y"}"#);
    }
}
