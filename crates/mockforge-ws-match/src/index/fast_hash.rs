//! A hash that is quick for short names.
//!
//! What stands in a table here comes from the author of the patterns; a message only asks. So nobody who
//! sends messages can fill a table with collisions, which is what slower hashes guard against.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

pub(crate) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<FastHasher>>;

/// Words multiplied by an odd constant, as in Firefox and rustc ("FxHash").
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FastHasher(u64);

impl FastHasher {
    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0xf135_7aea_2e62_a9c5);
    }
}

impl Hasher for FastHasher {
    /// The two ends overlap where the length is no multiple of a word, so that nothing is copied.
    fn write(&mut self, bytes: &[u8]) {
        let half = |bytes: [u8; 4]| u64::from(u32::from_le_bytes(bytes));
        if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            let (words, _) = bytes[..bytes.len() - 1].as_chunks::<8>();
            if words.is_empty() {
                self.word(half(*first) | half(*last) << 32);
            } else {
                words.iter().for_each(|word| self.word(u64::from_le_bytes(*word)));
                self.word(bytes.last_chunk().map_or(0, |word| u64::from_le_bytes(*word)));
            }
        } else if let (Some(first), Some(last)) = (bytes.first(), bytes.last()) {
            let middle = bytes[bytes.len() / 2];
            self.word(u64::from(*first) | u64::from(middle) << 8 | u64::from(*last) << 16);
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.word(u64::from(byte));
    }

    fn write_u64(&mut self, word: u64) {
        self.word(word);
    }

    /// The upper bits are the mixed ones; the table begins with the lower.
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
