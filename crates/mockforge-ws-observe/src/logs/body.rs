//! The beginning of a message, without what looks like a secret.

use std::borrow::Cow;
use std::sync::LazyLock;

use mockforge_ws_core::Message;
use regex::Regex;

/// How many characters of a message are shown.
const SHOWN: usize = 256;
/// How many bytes are looked at, so that a secret which is cut is none that is shown.
const SEEN: usize = 4_096;

/// A JSON member, a header or a parameter whose name says that it is secret, with its value; and what is a secret by
/// its looks.
static SECRETS: LazyLock<Regex> = LazyLock::new(|| {
    let names = "pass(?:word|wd|phrase)?|secret|token|api[-_]?key|authori[sz]ation|credential|cookie|session[-_]?id|private[-_]?key";
    let quoted = format!(r#"(?P<name>"[^"]{{0,40}}(?:{names})[^"]{{0,40}}"\s*:\s*")(?:[^"\\]|\\.)+"#);
    let plain =
        format!(r"(?P<plain>(?:{names})[-_a-z0-9]{{0,20}}\s*[=:]\s*(?:bearer\s+|basic\s+)?)[^\s,;&\x22]+");
    let looks =
        r"(?P<looks>)(?:eyJ[-_A-Za-z0-9]{6,}\.[-_A-Za-z0-9.]+|sk-[-_A-Za-z0-9]{12,}|(?-i:AKIA)[A-Z0-9]{12,})";
    Regex::new(&format!("(?i){quoted}|{plain}|{looks}")).expect("the expression is one")
});

/// The first characters of a text, in one line.
pub(super) fn beginning(text: &str) -> Cow<'_, str> {
    if text.len() <= SHOWN && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == SHOWN {
            out.push('…');
            break;
        }
        if character.is_control() { out.extend(character.escape_default()) } else { out.push(character) }
    }
    Cow::Owned(out)
}

/// The beginning of a message, in one line: of its text without what looks like a secret, or of its bytes in
/// hexadecimal digits.
///
/// ```
/// use mockforge_ws_core::Message;
/// use mockforge_ws_observe::logs::excerpt;
///
/// assert_eq!(excerpt(&Message::text(r#"{"user":"ada","password":"hunter2"}"#)), r#"{"user":"ada","password":"***"}"#);
/// ```
pub fn excerpt(message: &Message) -> String {
    match message {
        Message::Text(text) => {
            let end = text.floor_char_boundary(SEEN);
            let safe = SECRETS.replace_all(&text[..end], "$name$plain$looks***");
            beginning(&safe).into_owned()
        }
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => {
            let mut out: String = bytes.iter().take(SHOWN / 2).map(|byte| format!("{byte:02x}")).collect();
            if bytes.len() > SHOWN / 2 {
                out.push('…');
            }
            out
        }
        Message::Close(frame) => frame.as_ref().map(ToString::to_string).unwrap_or_default(),
        Message::Frame(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out() {
        for (said, told) in [
            (r#"{"user":"ada","password":"hunter2","n":1}"#, r#"{"user":"ada","password":"***","n":1}"#),
            (r#"{"api_key": "a\"b", "x": 1}"#, r#"{"api_key": "***", "x": 1}"#),
            ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
            ("token=abc&room=1", "token=***&room=1"),
            ("it is eyJhbGciOiJI.eyJzdWIi.sig here", "it is *** here"),
            ("key sk-proj-0123456789abcdef", "key ***"),
            ("nothing to hide", "nothing to hide"),
        ] {
            assert_eq!(excerpt(&Message::text(said)), told);
        }
    }

    #[test]
    fn long_and_odd_ones_are_cut_and_written_out() {
        let long = excerpt(&Message::text("é".repeat(10_000)));
        assert_eq!((long.chars().count(), long.ends_with('…')), (SHOWN + 1, true));
        assert_eq!(excerpt(&Message::text("a\nb\u{1b}[2J")), "a\\nb\\u{1b}[2J");
        assert_eq!(excerpt(&Message::binary(vec![0, 255])), "00ff");
        assert!(excerpt(&Message::binary(vec![1; 1_000])).ends_with("01…"));
        // A secret that is longer than what is looked at is no secret that is shown.
        let cut = format!(r#"{{"token":"{}"}}"#, "s".repeat(10_000));
        assert_eq!(excerpt(&Message::text(cut)), r#"{"token":"***"#);
    }
}
