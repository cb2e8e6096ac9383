//! Whether a text has one of many literals in it.
//!
//! An automaton goes from byte to byte, each step waiting for the one before, which for a thousand literals
//! takes as long as the regexes that they are to spare. Here all literals are cut to the same length, and only
//! every few bytes of the text are looked up, in a filter that has the bytes of a literal from each place
//! where such a look can fall (after Wu and Manber, 1994).

use std::collections::HashSet;
use std::hash::BuildHasherDefault;

use super::fast_hash::{FastHasher, FastMap};

/// How many bytes are looked up together; no literal is shorter.
pub(crate) const SHORTEST: usize = 3;
/// How many bytes apart two looks are at most. Each of them makes the filter fuller.
const LONGEST_STRIDE: usize = 8;
const FILTER_BITS: u32 = 16;
const FILTER_WORDS: usize = 1 << (FILTER_BITS - 6);

#[derive(Debug)]
pub(crate) struct Needles {
    filter: Box<[u64; FILTER_WORDS]>,
    /// For three bytes the offsets at which a literal has them, as bits.
    offsets: FastMap<u32, u8>,
    literals: HashSet<Box<[u8]>, BuildHasherDefault<FastHasher>>,
    length: usize,
    stride: usize,
}

impl Needles {
    /// Of literals that are longer than the shortest only as many bytes at the end are looked for.
    pub(crate) fn new(literals: &[String]) -> Self {
        let shortest = literals.iter().map(String::len).min().unwrap_or(0);
        let length = shortest.max(SHORTEST);
        let mut needles = Self {
            filter: Box::new([0; FILTER_WORDS]),
            offsets: FastMap::default(),
            literals: HashSet::default(),
            length,
            stride: (length - SHORTEST + 1).min(LONGEST_STRIDE),
        };
        for literal in literals {
            let Some(start) = literal.len().checked_sub(length) else { continue };
            let literal = &literal.as_bytes()[start..];
            for (offset, bytes) in literal.array_windows().take(needles.stride).enumerate() {
                let bytes = number(*bytes);
                let (word, bit) = place(bytes);
                needles.filter[word] |= bit;
                *needles.offsets.entry(bytes).or_default() |= 1 << offset;
            }
            needles.literals.insert(literal.into());
        }
        needles
    }

    /// Whether the end of one of them is in the text.
    pub(crate) fn may_be_in(&self, text: &str) -> bool {
        let text = text.as_bytes();
        let mut at = 0;
        while let Some(bytes) = text.get(at..).and_then(<[u8]>::first_chunk) {
            let bytes = number(*bytes);
            let (word, bit) = place(bytes);
            if self.filter[word] & bit != 0 && self.is_at(text, at, bytes) {
                return true;
            }
            at += self.stride;
        }
        false
    }

    fn is_at(&self, text: &[u8], at: usize, bytes: u32) -> bool {
        let offsets = self.offsets.get(&bytes).copied().unwrap_or(0);
        (0..self.stride).filter(|offset| offsets & (1 << offset) != 0).any(|offset| {
            let start = at.checked_sub(offset);
            let literal = start.and_then(|start| text.get(start..start + self.length));
            literal.is_some_and(|literal| self.literals.contains(literal))
        })
    }
}

fn number([first, second, third]: [u8; SHORTEST]) -> u32 {
    u32::from_le_bytes([first, second, third, 0])
}

/// Where three bytes are in the filter.
fn place(bytes: u32) -> (usize, u64) {
    let hash = bytes.wrapping_mul(0x9e37_79b1) >> (32 - FILTER_BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_found_wherever_they_are() {
        for literals in
            [["order", "border", "é!", "ab"], ["a longer one", "another text", "é!!!!!!!!!", "four"]]
        {
            let needles = Needles::new(&literals.map(String::from));
            for literal in literals.into_iter().filter(|literal| literal.len() >= SHORTEST) {
                for before in 0..20 {
                    let text = format!("{}{literal}", &"x-y-z-0-1-2-3-4-5-6-7"[..before]);
                    assert!(needles.may_be_in(&text), "{text}");
                    assert!(needles.may_be_in(&format!("{text}é tail")), "{text}");
                    assert!(!needles.may_be_in(&text[..text.len() - literal.len()]), "{text}");
                }
            }
        }
    }

    #[test]
    fn near_literals_are_not_found() {
        let numbered: Vec<_> = (0..2_000).map(|n| format!("command_{n:04}")).collect();
        let needles = Needles::new(&numbered);
        assert!(numbered.iter().all(|literal| needles.may_be_in(&format!("a {literal}!"))));
        for text in ["", "co", "command_", "command_2000", "command_01x4", "Command_0"] {
            assert!(!needles.may_be_in(text), "{text}");
        }
        assert!(!Needles::new(&[]).may_be_in("anything"));
    }
}
