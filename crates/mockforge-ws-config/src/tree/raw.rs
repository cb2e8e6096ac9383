//! From bytes of a decoded string to where they are written: quotes, escapes, indentation and folding.

use std::ops::Range;

/// The bytes of `written` (a string as it stands in a file, quotes included) that hold these bytes of the
/// decoded string. Where the two can't be aligned the answer is near.
pub(super) fn find(written: &str, decoded: &str, bytes: &Range<usize>) -> Range<usize> {
    let start = offset(written, decoded, bytes.start);
    let end = if bytes.end > bytes.start { offset_after(written, decoded, bytes.end) } else { start };
    start..end.max(start)
}

/// Where the character at `target` of the decoded string is written.
fn offset(written: &str, decoded: &str, target: usize) -> usize {
    let mut walk = Walk::new(written, decoded);
    while walk.decoded < target && walk.step() {}
    walk.skip_silent();
    walk.written
}

/// Where the character that ends at `target` of the decoded string ends.
fn offset_after(written: &str, decoded: &str, target: usize) -> usize {
    let mut walk = Walk::new(written, decoded);
    while walk.decoded < target && walk.step() {}
    walk.written
}

struct Walk<'t> {
    text: &'t str,
    quote: Option<char>,
    /// Before the closing quotes.
    last: usize,
    decoded_text: &'t str,
    written: usize,
    decoded: usize,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str, decoded_text: &'t str) -> Self {
        let (opening, quote) = opening(text, decoded_text);
        let closing = if quote.is_some() { opening.min(text.len().saturating_sub(opening)) } else { 0 };
        Self { text, quote, last: text.len() - closing, decoded_text, written: opening, decoded: 0 }
    }

    fn next_written(&self) -> Option<char> {
        self.text[self.written..self.last].chars().next()
    }

    /// Passes one decoded character, or something written that stands for none.
    fn step(&mut self) -> bool {
        let (Some(written), Some(decoded)) =
            (self.next_written(), self.decoded_text[self.decoded..].chars().next())
        else {
            return false;
        };
        if written == '\\' && self.quote == Some('"') {
            let (length, silent) = escape(&self.text[self.written..self.last]);
            self.written += length;
            if !silent {
                self.decoded += decoded.len_utf8();
            }
        } else if written == decoded {
            // `''` is one quote within YAML's single quotes.
            let doubled = written == '\'' && self.text[self.written + 1..self.last].starts_with('\'');
            self.written += written.len_utf8() + usize::from(doubled && self.quote == Some('\''));
            self.decoded += decoded.len_utf8();
        } else if written.is_whitespace() && !(decoded.is_whitespace() && written == '\n') {
            // Indentation.
            self.written += written.len_utf8();
        } else {
            // A line end that was folded into a space; or the two don't align.
            self.written += written.len_utf8();
            self.decoded += decoded.len_utf8();
        }
        true
    }

    /// Passes what is written before the next decoded character and stands for none.
    fn skip_silent(&mut self) {
        let next = self.decoded_text[self.decoded.min(self.decoded_text.len())..].chars().next();
        while let (Some(written), Some(decoded)) = (self.next_written(), next) {
            let rest = &self.text[self.written..self.last];
            let silent = if written == '\\' && self.quote == Some('"') {
                let (length, true) = escape(rest) else { return };
                length
            } else if written == decoded || !written.is_whitespace() || decoded.is_whitespace() {
                return;
            } else {
                written.len_utf8()
            };
            self.written += silent;
        }
    }
}

/// The length of what opens a string, and its quote. A text without quotes of its own (a plain one, or a
/// block) may begin with one that belongs to it.
fn opening(written: &str, decoded: &str) -> (usize, Option<char>) {
    let Some(quote @ ('"' | '\'')) = written.chars().next() else { return (0, None) };
    let rest = &written[1..];
    if decoded.starts_with(quote) && !rest.starts_with([quote, '\\']) {
        return (0, None);
    }
    let triple = written.len() >= 6 && rest.starts_with(&written[..1].repeat(2));
    (if triple { 3 } else { 1 }, Some(quote))
}

/// The length of an escape, and whether it stands for nothing (an escaped line end).
fn escape(text: &str) -> (usize, bool) {
    let hex = |digits: usize| (2 + digits).min(text.len());
    let length = match text.as_bytes().get(1) {
        Some(b'x') => hex(2),
        Some(b'u') if text[2..].starts_with(['d', 'D']) && text.get(6..8) == Some("\\u") => {
            12.min(text.len())
        }
        Some(b'u') => hex(4),
        Some(b'U') => hex(8),
        Some(b'\n' | b'\r') => {
            let rest = text[1..].trim_start();
            return (text.len() - rest.len(), true);
        }
        _ => 1 + text[1..].chars().next().map_or(0, char::len_utf8),
    };
    (text.floor_char_boundary(length), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoded_bytes_are_found_where_they_are_written() {
        let check = |written: &str, decoded: &str, part: &str, wanted: &str| {
            let start = decoded.find(part).expect("the part is in the decoded string");
            let found = find(written, decoded, &(start..start + part.len()));
            assert_eq!(&written[found], wanted, "{written} {part}");
        };
        check("plain", "plain", "lai", "lai");
        check("\"a\\nbc\"", "a\nbc", "bc", "bc");
        check("\"a\\nbc\"", "a\nbc", "\n", "\\n");
        check("\"\\u00e9x\"", "éx", "x", "x");
        check("\"\\ud83d\\ude00x\"", "😀x", "x", "x");
        check("\"\\U0001f600x\\x41y\"", "😀xAy", "A", "\\x41");
        check("'it''s so'", "it's so", "so", "so");
        check("'it''s so'", "it's so", "'", "''");
        check("'a\\b'", "a\\b", "b", "b");
        check("one {{x}}\n    two {{y}}\n", "one {{x}}\ntwo {{y}}\n", "{{y}}", "{{y}}");
        check("one\n      two", "one\n  two", "two", "two");
        check("\"one\" x\n  two", "\"one\" x\ntwo", "x", "x");
        check("one\n  two {{y}}\n", "one two {{y}}\n", "{{y}}", "{{y}}");
        check("'''\none {{x}}'''", "one {{x}}", "{{x}}", "{{x}}");
        check("\"\"\"\none \\\n   {{x}}\"\"\"", "one {{x}}", "{{x}}", "{{x}}");
        check("\"one\n  two\"", "one two", "two", "two");
    }

    #[test]
    fn what_does_not_align_is_near_and_no_panic() {
        for written in
            ["", "\"", "'", "|", "\"\\", "\"\\u\"", "\"\\ud8\"", "é", "\"é\\é\"", "'''", "\"\"\"\"\"\""]
        {
            for decoded in ["", "x", "éé", "\n"] {
                for start in 0..=decoded.len() {
                    let found = find(written, decoded, &(start..decoded.len() + 2));
                    assert!(
                        found.end <= written.len() && written.get(found).is_some(),
                        "{written} {decoded}"
                    );
                }
            }
        }
    }
}
