//! A text with a name, and places in it.

use std::ops::Range;
use std::sync::Arc;

use mockforge_ws_diagnostic::Problem;

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
    /// Where each line begins.
    starts: Arc<[usize]>,
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
        let text: Arc<str> = text.into();
        let after = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let starts = std::iter::once(0).chain(after).collect();
        Self { name: name.into(), text, starts }
    }

    /// The text of a file, without a byte order mark. The error is where the bytes are no UTF-8, with what
    /// could be read before it.
    pub(crate) fn decode(name: &str, bytes: Vec<u8>) -> Result<Self, Box<(Self, Span, Problem)>> {
        if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes[..] {
            let problem = Problem::new("the file is UTF-16, expected UTF-8").hint("save it as UTF-8");
            return Err(Box::new((Self::new(name, ""), Span::default(), problem)));
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
        Err(Box::new((source, Span { start: end, end }, problem)))
    }

    /// The place of these bytes.
    pub(crate) fn place(&self, span: Span) -> Place {
        let start = self.text.floor_char_boundary(span.start);
        let line = self.line(span);
        let line_start = self.starts[line - 1];
        let line_end = line_start + self.text_of(line).map_or(0, str::len);
        let end = self.text.floor_char_boundary(span.end.clamp(start, line_end.max(start)));
        let characters = |text: &str| text.chars().count();
        Place {
            line,
            column: characters(&self.text[line_start..start]) + 1,
            width: characters(&self.text[start..end]).max(1),
        }
    }

    /// The line of these bytes, from 1.
    pub(crate) fn line(&self, span: Span) -> usize {
        self.starts.partition_point(|start| *start <= span.start).max(1)
    }

    /// A line's text without its end.
    pub(crate) fn text_of(&self, line: usize) -> Option<&str> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        Some(self.text[start..end].trim_end_matches(['\n', '\r']))
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
        let (source, span, problem) = *decode(b"a: 1\nb: \xe9").unwrap_err();
        assert_eq!(source.place(span), Place { line: 2, column: 4, width: 1 });
        assert_eq!(problem.message, "the byte 0xe9 is not UTF-8");
        assert!(decode(b"\xff\xfea\0").unwrap_err().2.message.contains("UTF-16"));
    }
}
