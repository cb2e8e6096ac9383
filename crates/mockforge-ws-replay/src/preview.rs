//! Payloads in a few words, for tables and facts.

/// So many characters of a text are shown.
const SHOWN: usize = 60;

/// The beginning of a text, quoted; line breaks and the like are escaped.
pub(crate) fn preview(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_at_a_character() {
        assert_eq!(preview("a\nb"), r#""a\nb""#);
        assert_eq!(preview(&"é".repeat(61)), format!("{:?}…", "é".repeat(60)));
    }
}
