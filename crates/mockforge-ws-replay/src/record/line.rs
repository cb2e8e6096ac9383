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

/// A string literal of JSON.
pub(super) fn quote(text: &str, out: &mut String) {
    out.reserve(text.len() + text.len() / 4 + 16);
    out.push('"');
    let (mut from, mut at) = (0, 0);
    let (blocks, rest) = text.as_bytes().as_chunks::<BLOCK>();
    for block in blocks {
        // Most of a large text has nothing to escape, and this is done with vectors.
        if block.iter().fold(false, |found, byte| found | is_escaped(*byte)) {
            for (word, eight) in block.as_chunks::<8>().0.iter().enumerate() {
                let mut marks = marks(u64::from_le_bytes(*eight));
                while marks != 0 {
                    let here = at + word * 8 + marks.trailing_zeros() as usize / 8;
                    escape(text, &mut from, here, out);
                    marks &= marks - 1;
                }
            }
        }
        at += BLOCK;
    }
    for (offset, byte) in rest.iter().enumerate() {
        if is_escaped(*byte) {
            escape(text, &mut from, at + offset, out);
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

const BLOCK: usize = 32;

/// Whether a byte can't stand for itself in a string of JSON (RFC 8259, section 7).
#[inline]
fn is_escaped(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

/// The highest bit of each byte that is escaped; no other bit.
#[inline]
fn marks(word: u64) -> u64 {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = EACH << 7;
    // Without a carry from one byte to the next.
    let zeros = |word: u64| !(((word & !HIGH) + !HIGH) | word | !HIGH);
    let equal = |byte: u8| zeros(word ^ (u64::from(byte) * EACH));
    zeros(word & (0xe0 * EACH)) | equal(b'"') | equal(b'\\')
}

/// Writes what stands before the byte at `here`, and the byte escaped.
#[inline]
fn escape(text: &str, from: &mut usize, here: usize, out: &mut String) {
    out.push_str(&text[*from..here]);
    *from = here + 1;
    let byte = text.as_bytes()[here];
    out.push('\\');
    match byte {
        b'"' | b'\\' => out.push(char::from(byte)),
        b'\n' => out.push('n'),
        b'\r' => out.push('r'),
        b'\t' => out.push('t'),
        _ => {
            out.push_str("u00");
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_json() {
        let all: String = (0..0x100).filter_map(char::from_u32).chain("\u{2028}😀".chars()).collect();
        for before in 0..70 {
            let text = format!("{}{all}", "x".repeat(before));
            let mut out = String::new();
            quote(&text, &mut out);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
            assert!(!out.contains('\n'));
        }
    }
}
