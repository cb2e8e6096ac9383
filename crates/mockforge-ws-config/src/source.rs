//! A text with a name, and places in it.

use std::ops::Range;
use std::sync::Arc;

use mockforge_ws_core::diagnostic::Problem;

/// Bytes of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

impl Span {
    pub(crate) fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A file, the value of a flag, or the value of a variable. A clone is a reference.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) name: Arc<str>,
    pub(crate) text: Arc<str>,
}

/// Where something stands, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
    /// In characters, at least 1, on that line.
    pub(crate) width: usize,
}

impl Source {
    pub(crate) fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The text of a file, without a byte order mark. The error is where the bytes are no UTF-8, with what
    /// could be read before it.
    pub(crate) fn decode(name: &str, bytes: Vec<u8>) -> Result<Self, (Self, Span, Problem)> {
        if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes[..] {
            let problem = Problem::new("the file is UTF-16, expected UTF-8").hint("save it as UTF-8");
            return Err((Self::new(name, ""), Span::default(), problem));
        }
        let bare = |text: &str| Self::new(name, text.strip_prefix('\u{feff}').unwrap_or(text));
        let error = match String::from_utf8(bytes) {
            Ok(text) => return Ok(bare(&text)),
            Err(error) => error,
        };
        let valid = error.utf8_error().valid_up_to();
        let byte = error.as_bytes()[valid];
        let source = bare(std::str::from_utf8(&error.as_bytes()[..valid]).unwrap_or_default());
        let end = source.text.len();
        let problem =
            Problem::new(format!("the byte 0x{byte:02x} is not UTF-8")).hint("save the file as UTF-8");
        Err((source, Span { start: end, end }, problem))
    }

    /// The place of these bytes.
    pub(crate) fn place(&self, span: Span) -> Place {
        let start = self.text.floor_char_boundary(span.start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |newline| start + newline);
        let end = self.text.floor_char_boundary(span.end.clamp(start, line_end));
        let characters = |text: &str| text.trim_end_matches('\r').chars().count();
        Place {
            line: before.matches('\n').count() + 1,
            column: characters(&before[line_start..]) + 1,
            width: characters(&self.text[start..end]).max(1),
        }
    }

    /// The line of these bytes, from 1.
    pub(crate) fn line(&self, span: Span) -> usize {
        self.place(span).line
    }

    /// A line's text without its end.
    pub(crate) fn text_of(&self, line: usize) -> Option<&str> {
        self.text.lines().nth(line.checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_characters_and_on_one_line() {
        let source = Source::new("f", "é: ü\r\nab: |\n  cd\n");
        let place = |start, end| {
            let Place { line, column, width } = source.place(Span { start, end });
            (line, column, width)
        };
        assert_eq!(place(0, 2), (1, 1, 1));
        assert_eq!(place(4, 6), (1, 4, 1));
        assert_eq!(place(8, 17), (2, 1, 5));
        assert_eq!(place(99, 99), (4, 1, 1));
        assert_eq!(source.text_of(2), Some("ab: |"));
        assert_eq!(source.text_of(0), None);
    }

    #[test]
    fn encodings() {
        let decode = |bytes: &[u8]| Source::decode("f", bytes.to_vec());
        assert_eq!(&*decode(b"\xef\xbb\xbfa: 1").unwrap().text, "a: 1");
        let (source, span, problem) = decode(b"a: 1\nb: \xe9").unwrap_err();
        assert_eq!(source.place(span), Place { line: 2, column: 4, width: 1 });
        assert_eq!(problem.message, "the byte 0xe9 is not UTF-8");
        assert!(decode(b"\xff\xfea\0").unwrap_err().2.message.contains("UTF-16"));
    }
}
