//! Payloads in a few words, for tables and facts.

use std::fmt::Write as _;

/// So many characters of a text are shown.
const SHOWN: usize = 60;

/// The beginning of a text in backticks; line breaks and the like are escaped.
pub(crate) fn preview(text: &str) -> String {
    let mut out = String::from("`");
    for c in text.chars().take(SHOWN) {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out.push_str(if text.chars().nth(SHOWN).is_some() { "…`" } else { "`" });
    out
}

/// The beginning of some bytes, and how many there are.
pub(crate) fn preview_bytes(bytes: &[u8]) -> String {
    let mut out = match bytes.len() {
        1 => "1 byte ".to_string(),
        length => format!("{length} bytes "),
    };
    for byte in bytes.iter().take(SHOWN / 2) {
        write!(out, "{byte:02x}").expect("writing to a string cannot fail");
    }
    out.push_str(if bytes.len() > SHOWN / 2 { "…" } else { "" });
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_payloads_are_cut() {
        assert_eq!(preview("a\n\"b\""), "`a\\n\"b\"`");
        assert_eq!(preview(&"é".repeat(60)), format!("`{}`", "é".repeat(60)));
        assert_eq!(preview(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
        assert_eq!(preview_bytes(&[]), "0 bytes");
        assert_eq!(preview_bytes(&[255]), "1 byte ff");
        assert_eq!(preview_bytes(&[0; 31]), format!("31 bytes {}…", "00".repeat(30)));
    }
}
