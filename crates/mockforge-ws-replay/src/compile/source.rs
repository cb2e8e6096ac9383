//! From bytes to lines: encodings, byte order marks and line ends.

use mockforge_ws_diagnostic::{Problem, Severity};

use super::report::{Report, Row};

/// The source as text without a byte order mark; `None` where it is not UTF-8, which is reported.
pub(crate) fn text<'s>(source: &'s [u8], report: &mut Report) -> Option<&'s str> {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = source {
        let problem = Problem::new("the file is UTF-16, expected UTF-8").hint("save it as UTF-8");
        report.whole(Severity::Error, problem);
        return None;
    }
    let error = match std::str::from_utf8(source) {
        Ok(text) => return Some(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => error,
    };
    let valid = std::str::from_utf8(&source[..error.valid_up_to()]).unwrap_or_default();
    let number = u32::try_from(valid.matches('\n').count() + 1).unwrap_or(u32::MAX);
    let line = valid.rsplit('\n').next().unwrap_or_default();
    let row = Row { number, text: line.strip_prefix('\u{feff}').unwrap_or(line) };
    let byte = source[error.valid_up_to()];
    let problem = Problem::new(format!("the byte 0x{byte:02x} is not UTF-8"))
        .hint("save the file as UTF-8; bytes that are no text go into `base64` or `hex`");
    report.error(row, &row.text[row.text.len()..], problem);
    None
}

/// The lines that say something: neither blank nor a comment. White space around a line is not part of
/// what it says, and counts as columns all the same.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = Row<'_>> {
    let says = |row: &Row<'_>| {
        let text = row.text.trim_ascii_start();
        !(text.is_empty() || text.starts_with("//") || text.starts_with('#'))
    };
    let row = |(index, text)| Row { number: u32::try_from(index + 1).unwrap_or(u32::MAX), text };
    text.lines().enumerate().map(row).filter(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_and_comments_are_passed_over() {
        let text = "\n// a\n# b\r\n  \t\r\n  // c\n{}\r\n {}";
        let numbers: Vec<_> = rows(text).map(|row| (row.number, row.text)).collect();
        assert_eq!(numbers, [(6, "{}"), (7, " {}")]);
    }

    #[test]
    fn encodings() {
        let check = |source: &[u8], wanted: Result<&str, &str>| {
            let mut report = Report::new("f".into());
            let text = text(source, &mut report).map(String::from);
            let shown = report.finish().first().map(ToString::to_string);
            assert_eq!(text.ok_or(shown.unwrap_or_default()), wanted.map(Into::into).map_err(Into::into));
        };
        check(b"{}", Ok("{}"));
        check(b"\xef\xbb\xbf{}", Ok("{}"));
        check(b"\xff\xfe{\0}\0", Err("f: error: the file is UTF-16, expected UTF-8"));
        check(b"{}\nab\xe9c", Err("f:2:3: error: the byte 0xe9 is not UTF-8"));
        check(b"\xef\xbb\xbfa\xe9c", Err("f:1:2: error: the byte 0xe9 is not UTF-8"));
    }
}
