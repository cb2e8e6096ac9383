//! Bytes written as text: base64 and hexadecimal.

use base64::DecodeError;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};
use hex::FromHexError;

use crate::Problem;

/// The standard alphabet (RFC 4648, section 4), with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes that a base64 text stands for.
///
/// # Errors
/// The first character that does not belong, with where it is in the text.
///
/// ```
/// assert_eq!(mockforge_ws_diagnostic::encoding::base64("AAEC/w").unwrap(), [0, 1, 2, 255]);
/// ```
pub fn base64(text: &str) -> Result<Vec<u8>, Problem> {
    let length = |text: &str| {
        Problem::new(format!("base64 of length {} stands for no whole bytes", text.len()))
            .hint("four characters stand for three bytes; is the end missing?")
    };
    BASE64.decode(text).map_err(|error| match error {
        DecodeError::InvalidByte(at, b'-' | b'_') => Problem::new("this is the URL-safe alphabet")
            .hint("write `+` for `-` and `/` for `_`")
            .at(at..at + 1),
        DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _) => {
            let (found, span) = character(text, at);
            Problem::new(format!("{found} is no base64 here")).at(span)
        }
        DecodeError::InvalidLength(_) => length(text),
        DecodeError::InvalidPadding => Problem::new("the padding `=` is wrong").at(end(text, "=")),
    })
}

/// The bytes that a hexadecimal text stands for, in either case.
///
/// # Errors
/// The first character that does not belong, with where it is in the text.
///
/// ```
/// assert_eq!(mockforge_ws_diagnostic::encoding::hex("00ffAb").unwrap(), [0, 255, 171]);
/// ```
pub fn hex(text: &str) -> Result<Vec<u8>, Problem> {
    hex::decode(text).map_err(|error| match error {
        FromHexError::InvalidHexCharacter { index, .. } => {
            let (found, span) = character(text, index);
            let hint = match found.as_str() {
                "`x`" | "`X`" if index == 1 => Some("leave the `0x` away"),
                "` `" => Some("leave the spaces away"),
                _ => None,
            };
            Problem::new(format!("{found} is no hexadecimal digit")).at(span).maybe_hint(hint)
        }
        FromHexError::OddLength | FromHexError::InvalidStringLength => {
            let hint =
                if text.contains(' ') { "leave the spaces away" } else { "two digits stand for one byte" };
            Problem::new(format!("hexadecimal of length {} stands for no whole bytes", text.len())).hint(hint)
        }
    })
}

fn character(text: &str, at: usize) -> (String, std::ops::Range<usize>) {
    let at = text.floor_char_boundary(at);
    match text[at..].chars().next() {
        Some(c) => (format!("`{}`", c.escape_debug()), at..at + c.len_utf8()),
        None => ("the end".into(), at..at),
    }
}

fn end(text: &str, padding: &str) -> std::ops::Range<usize> {
    text.trim_end_matches(padding).len()..text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(decoded: Result<Vec<u8>, Problem>, wanted: Result<&[u8], &str>) {
        let shown = decoded.map_err(|problem| format!("{:?} {problem}", problem.span.clone()));
        assert_eq!(shown.as_deref().map_err(String::as_str), wanted);
    }

    #[test]
    fn base64_with_and_without_padding() {
        check(base64("AAEC/w=="), Ok(&[0, 1, 2, 255]));
        check(base64("AAEC/w"), Ok(&[0, 1, 2, 255]));
        check(base64(""), Ok(&[]));
        check(base64("AA!A"), Err("Some(2..3) `!` is no base64 here"));
        check(base64("AAéA"), Err("Some(2..4) `é` is no base64 here"));
        check(
            base64("AA_A"),
            Err("Some(2..3) this is the URL-safe alphabet (write `+` for `-` and `/` for `_`)"),
        );
        check(
            base64("AAAAA"),
            Err(
                "None base64 of length 5 stands for no whole bytes (four characters stand for three bytes; is the end missing?)",
            ),
        );
    }

    #[test]
    fn hexadecimal() {
        check(hex("00ffAb"), Ok(&[0, 255, 171]));
        check(
            hex("0"),
            Err("None hexadecimal of length 1 stands for no whole bytes (two digits stand for one byte)"),
        );
        check(hex("0x01"), Err("Some(1..2) `x` is no hexadecimal digit (leave the `0x` away)"));
        check(hex("00 1"), Err("Some(2..3) ` ` is no hexadecimal digit (leave the spaces away)"));
        // Some characters take more bytes than a prefix has.
        check(hex("𐀀0 "), Err("Some(0..4) `𐀀` is no hexadecimal digit"));
        check(hex("éé"), Err("Some(0..2) `é` is no hexadecimal digit"));
    }
}
