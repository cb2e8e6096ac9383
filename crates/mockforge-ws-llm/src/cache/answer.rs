//! An answer as bytes: a line with the digest of what follows, then JSON.

use mockforge_ws_ai::Piece;
use serde_json::{Value, json};

use super::key::digest;

/// The version of what is written.
const FORMAT: u64 = 1;
/// The most bytes of text of an answer that is kept.
const MOST: usize = 4 << 20;

/// An answer that is being given.
#[derive(Debug, Default)]
pub(super) struct Recording {
    texts: Vec<String>,
    bytes: usize,
}

impl Recording {
    /// With the next piece; nothing where it becomes too large.
    pub(super) fn with(mut self, piece: &Piece) -> Option<Self> {
        match piece {
            Piece::Text(text) => {
                self.bytes += text.len();
                if self.bytes > MOST {
                    return None;
                }
                self.texts.push(text.clone());
            }
            // It is not used again.
            Piece::Usage(_) => {}
        }
        Some(self)
    }

    /// The whole answer; nothing where nothing was said.
    pub(super) fn finish(self, key: &str) -> Option<Vec<u8>> {
        if self.bytes == 0 {
            return None;
        }
        let body = json!({ "format": FORMAT, "key": key, "pieces": self.texts }).to_string();
        Some(format!("{}\n{body}\n", digest(body.as_bytes())).into_bytes())
    }
}

/// The pieces of an answer; nothing where it is damaged, of another version, or of another request.
pub(super) fn read(key: &str, bytes: &[u8]) -> Option<Vec<Piece>> {
    let (sum, body) = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?.split_once('\n')?;
    if sum != digest(body.as_bytes()) {
        return None;
    }
    let answer: Value = serde_json::from_str(body).ok()?;
    if answer["format"] != FORMAT || answer["key"] != key {
        return None;
    }
    let texts = answer["pieces"].as_array()?.iter();
    texts.map(|text| Some(Piece::Text(text.as_str()?.to_string()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.into())
    }

    #[test]
    fn answers_are_read_as_they_were_written() {
        for pieces in [vec![text("a\n\"é\u{0}"), text("b")], vec![text("x")]] {
            let recording = pieces.iter().try_fold(Recording::default(), Recording::with).unwrap();
            let bytes = recording.finish("k").unwrap();
            assert_eq!(read("k", &bytes), Some(pieces));
            assert_eq!(read("l", &bytes), None, "it belongs to another request");
            for at in 0..bytes.len() {
                assert_eq!(read("k", &bytes[..at]), None, "cut at {at}");
                let mut damaged = bytes.clone();
                damaged[at] ^= 1;
                assert_eq!(read("k", &damaged), None, "damaged at {at}");
            }
        }
    }

    #[test]
    fn what_is_empty_or_too_large_is_not_kept() {
        assert!(Recording::default().finish("k").is_none());
        let large = Recording::default().with(&text(&"x".repeat(MOST))).unwrap();
        assert!(large.with(&text("x")).is_none());
    }
}
