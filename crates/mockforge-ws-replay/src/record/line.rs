//! A line as text, written straight into a buffer that is used again.

use mockforge_ws_template::{is_plain, literal};

use crate::Dir;

/// Begins a line: when, and which way where that is not the usual one.
pub(super) fn begin(ts: u64, dir: Dir, out: &mut String) {
    out.clear();
    out.push_str("{\"ts\":");
    out.push_str(itoa::Buffer::new().format(ts));
    if dir == Dir::In {
        out.push_str(",\"dir\":\"in\"");
    }
}

/// A member whose value is a string.
pub(super) fn member(key: &str, value: &str, out: &mut String) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":");
    quote(value, out);
}

/// The member `text` that renders as this text.
pub(super) fn text(text: &str, out: &mut String) {
    match is_plain(text) {
        true => member("text", text, out),
        false => member("text", &literal(text), out),
    }
}

/// A member whose value is JSON.
pub(super) fn raw(key: &str, json: &str, out: &mut String) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":");
    out.push_str(json);
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// What follows the backslash of an escaped byte; 0 for a byte that stands for itself.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = b'u';
        byte += 1;
    }
    table[b'\n' as usize] = b'n';
    table[b'\r' as usize] = b'r';
    table[b'\t' as usize] = b't';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// A string literal of JSON.
pub(super) fn quote(text: &str, out: &mut String) {
    out.reserve(text.len() + text.len() / 4 + 16);
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let class = ESCAPES[usize::from(byte)];
        if class == 0 {
            continue;
        }
        out.push_str(&text[from..at]);
        from = at + 1;
        out.push('\\');
        if class == b'u' {
            out.push_str("u00");
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        } else {
            out.push(char::from(class));
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_json() {
        let text: String = (0..0x100).filter_map(char::from_u32).chain("\u{2028}😀".chars()).collect();
        let mut out = String::new();
        quote(&text, &mut out);
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        assert!(!out.contains('\n'));
    }
}
