//! The output of a rendering: a string with an end that it never passes.

use std::fmt;

use serde_json::{Number, Value};

/// Appends to a string until that has taken `limit` bytes; then cuts at a character and takes no more.
pub(crate) struct Out<'o> {
    text: &'o mut String,
    end: usize,
    /// Whether values stand inside a JSON string.
    pub(crate) escape: bool,
    /// Whether something did not fit.
    pub(crate) cut: bool,
}

impl<'o> Out<'o> {
    pub(crate) fn new(text: &'o mut String, limit: usize, escape: bool) -> Self {
        let end = text.len().saturating_add(limit);
        Self { text, end, escape, cut: false }
    }

    /// Makes room for about `bytes`, but not beyond the limit.
    pub(crate) fn expect(&mut self, bytes: usize) {
        self.text.reserve(bytes.min(self.end - self.text.len()));
    }

    /// Appends as it stands.
    #[inline]
    pub(crate) fn raw(&mut self, text: &str) {
        if text.len() <= self.end - self.text.len() {
            self.text.push_str(text);
        } else {
            self.overflow(text);
        }
    }

    #[cold]
    fn overflow(&mut self, text: &str) {
        let room = self.end - self.text.len();
        self.text.push_str(&text[..text.floor_char_boundary(room)]);
        self.end = self.text.len();
        self.cut = true;
    }

    /// Appends text, escaped where it stands inside a JSON string.
    #[inline]
    pub(crate) fn push(&mut self, text: &str) {
        if self.escape {
            escaped(text, |piece| self.raw(piece));
        } else {
            self.raw(text);
        }
    }

    /// Appends text that has nothing to escape, as a JSON literal where `json`.
    #[inline]
    pub(crate) fn plain(&mut self, text: &str, json: bool) {
        if json {
            self.raw("\"");
            self.raw(text);
            self.raw("\"");
        } else {
            self.raw(text);
        }
    }

    #[inline]
    pub(crate) fn int(&mut self, n: impl itoa::Integer) {
        self.raw(itoa::Buffer::new().format(n));
    }

    /// Appends a string as a JSON literal.
    pub(crate) fn quoted(&mut self, text: &str) {
        self.push("\"");
        escaped(text, |piece| self.push(piece));
        self.push("\"");
    }

    pub(crate) fn number(&mut self, n: &Number) {
        if let Some(n) = n.as_i64() {
            self.int(n);
        } else if let Some(n) = n.as_u64() {
            self.int(n);
        } else {
            fmt::write(self, format_args!("{n}")).expect("writing to an output never fails");
        }
    }

    /// Appends a value as a JSON literal.
    pub(crate) fn json(&mut self, value: &Value) {
        match value {
            Value::Null => self.raw("null"),
            Value::Bool(true) => self.raw("true"),
            Value::Bool(false) => self.raw("false"),
            Value::Number(n) => self.number(n),
            Value::String(text) => self.quoted(text),
            Value::Array(items) => self.array(items),
            Value::Object(members) => {
                let mut open = "{";
                for (key, value) in members {
                    if self.cut {
                        return;
                    }
                    self.raw(open);
                    self.quoted(key);
                    self.raw(":");
                    self.json(value);
                    open = ",";
                }
                self.raw(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }

    /// Appends values as a JSON array.
    pub(crate) fn array<'v>(&mut self, items: impl IntoIterator<Item = &'v Value>) {
        let mut open = "[";
        for item in items {
            if self.cut {
                return;
            }
            self.raw(open);
            self.json(item);
            open = ",";
        }
        self.raw(if open == "[" { "[]" } else { "]" });
    }

    /// Appends a value as text: a string bare, anything else as JSON.
    pub(crate) fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.push(text),
            other => self.json(other),
        }
    }
}

impl fmt::Write for Out<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        Ok(())
    }
}

/// Gives `text` piece by piece as it stands inside a JSON string (RFC 8259, section 7).
pub(crate) fn escaped(text: &str, mut piece: impl FnMut(&str)) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let code;
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0x00..0x20 => {
                code = [b'\\', b'u', b'0', b'0', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
                std::str::from_utf8(&code).expect("hexadecimal digits are ASCII")
            }
            _ => continue,
        };
        if from < at {
            piece(&text[from..at]);
        }
        piece(escape);
        from = at + 1;
    }
    if from < text.len() {
        piece(&text[from..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn out(limit: usize, escape: bool, write: impl FnOnce(&mut Out<'_>)) -> (String, bool) {
        let mut text = String::from("> ");
        let mut out = Out::new(&mut text, limit, escape);
        write(&mut out);
        let cut = out.cut;
        (text, cut)
    }

    #[test]
    fn json_is_written_as_serde_json_writes_it() {
        let value = json!({"a": [], "b": {}, "c": [1, -2, u64::MAX, 1.5, 1e300, null, true, false],
            "d\n": "\u{0}\u{1f}\u{8}\u{c}\r\t\"\\/é\u{2028}😀", "e": {"f": {"g": [[1], [2, 3]]}}});
        let (text, cut) = out(1000, false, |out| out.json(&value));
        assert_eq!(text, format!("> {value}"));
        assert!(!cut);
    }

    #[test]
    fn json_inside_a_string_is_escaped_once_more() {
        let value = json!({"k\"": ["a\\\n"]});
        let (text, _) = out(1000, true, |out| out.json(&value));
        assert_eq!(text, format!("> {}", escaped_whole(&value.to_string())));
    }

    fn escaped_whole(text: &str) -> String {
        let mut whole = String::new();
        escaped(text, |piece| whole.push_str(piece));
        whole
    }

    #[test]
    fn the_end_is_never_passed_and_stands_between_characters() {
        assert_eq!(out(4, false, |out| out.raw("aéé")), ("> aé".into(), true));
        assert_eq!(out(3, false, |out| out.raw("aé")), ("> aé".into(), false));
        let twice = |out: &mut Out<'_>| {
            out.raw("abc");
            out.raw("d");
        };
        assert_eq!(out(2, false, twice), ("> ab".into(), true));
        assert_eq!(out(5, false, |out| out.json(&json!([1, 2, 3, 4]))), ("> [1,2,".into(), true));
    }
}
