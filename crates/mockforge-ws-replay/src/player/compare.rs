//! What a strict script expects, compared with what came.

use mockforge_ws_core::{Inbound, Message};
use mockforge_ws_match::json_difference;

use crate::preview::preview;

/// How a message differs from the one expected: as JSON where both are JSON, else as text or as bytes.
pub(super) fn difference(wanted: &Message, got: &Inbound) -> Option<String> {
    match (wanted, got.message()) {
        (wanted, got) if wanted == got => None,
        (Message::Text(wanted), Message::Text(text)) => {
            let parsed = serde_json::from_str(wanted).ok();
            match (parsed, got.json()) {
                (Some(wanted), Some(got)) => json_difference(&wanted, got),
                _ => Some(format!("wanted {}, got {}", preview(wanted), preview(text))),
            }
        }
        (Message::Binary(wanted), Message::Binary(got)) => {
            let same = wanted.iter().zip(got).take_while(|(wanted, got)| wanted == got).count();
            let byte = |bytes: &[u8]| bytes.get(same).map_or("the end".into(), |byte| format!("{byte:02x}"));
            Some(format!("byte {same}: wanted {}, got {}", byte(wanted), byte(got)))
        }
        (wanted, got) => Some(format!("wanted a {} message, got a {} one", kind(wanted), kind(got))),
    }
}

fn kind(message: &Message) -> &'static str {
    if message.is_text() { "text" } else { "binary" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_compared_as_what_they_are() {
        let check = |wanted: Message, got: Message, difference_: Option<&str>| {
            assert_eq!(difference(&wanted, &Inbound::new(got)).as_deref(), difference_);
        };
        let text = |text: &str| Message::text(text);
        let binary = |bytes: &'static [u8]| Message::binary(bytes);
        check(text("a"), text("a"), None);
        check(text("a"), text("b"), Some("wanted `a`, got `b`"));
        check(text(r#"{"a":1,"b":2}"#), text(r#"{ "b": 2, "a": 1 }"#), None);
        check(text(r#"{"a":1}"#), text("{"), Some("wanted `{\"a\":1}`, got `{`"));
        check(binary(&[1, 2]), binary(&[1, 3]), Some("byte 1: wanted 02, got 03"));
        check(binary(&[1, 2]), binary(&[1]), Some("byte 1: wanted 02, got the end"));
        check(binary(&[1]), text("a"), Some("wanted a binary message, got a text one"));
    }
}
