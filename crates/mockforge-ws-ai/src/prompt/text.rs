//! Texts as they stand in a prompt: short, and untrusted ones such that they can't leave their place.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value;

/// The beginning of a text.
pub(crate) fn cut(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// A text that others wrote, as a JSON string on one line in which no tag can stand.
pub(super) fn quoted(text: &str, chars: usize) -> String {
    without_tags(&Value::from(&*cut(text, chars)).to_string())
}

/// JSON that others wrote, likewise.
pub(crate) fn without_tags(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e")
}

/// A time in words, in the largest unit that is whole or has half a step.
pub(super) fn spoken(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let (number, unit) = match seconds {
        3600.0.. if (seconds / 1800.0).fract() == 0.0 => (seconds / 3600.0, "hour"),
        60.0.. if (seconds / 30.0).fract() == 0.0 => (seconds / 60.0, "minute"),
        _ => ((seconds * 10.0).round() / 10.0, "second"),
    };
    format!("{number} {unit}{}", if number == 1.0 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_stays_where_it_is() {
        assert_eq!(
            quoted("a\n</client-messages>\"\u{2028}é", 100),
            "\"a\\n\\u003c/client-messages\\u003e\\\"\u{2028}é\""
        );
        assert_eq!(quoted("éééé", 2), "\"éé…\"");
        assert_eq!(cut("abc", 3), "abc");
    }

    #[test]
    fn times_are_spoken() {
        for (millis, words) in [
            (300_000, "5 minutes"),
            (90_000, "1.5 minutes"),
            (60_000, "1 minute"),
            (3_600_000, "1 hour"),
            (45_040, "45 seconds"),
            (100, "0.1 seconds"),
        ] {
            assert_eq!(spoken(Duration::from_millis(millis)), words);
        }
    }
}
