//! Whether a text may have something to hide, told quickly from its bytes: most messages have nothing.

use aho_corasick::packed::{Config, Searcher};
use memchr::memmem;

/// So much of a text is looked at at a time, so that it stays close.
const WINDOW: usize = 1024;

/// What is not longer gets a window that is sooner cleared.
const SHORT: usize = 128;

/// Longer needles would make windows overlap too much.
const LONGEST: usize = 128;

/// Needles that are searched for side by side, in vectors (Teddy of the `aho-corasick` crate), in any case.
///
/// Only bit 5 of each byte is passed over, which tells more apart than case: what is found here is a reason to
/// look properly, and what is not found is not there.
#[derive(Debug)]
pub(super) struct Sieve {
    searcher: Searcher,
    /// What a needle across the end of a window has in it at most.
    overlap: usize,
}

impl Sieve {
    /// A sieve for these, if there is one for so many and so long.
    pub(super) fn new(needles: Vec<String>) -> Option<Self> {
        let mut needles: Vec<Vec<u8>> =
            needles.into_iter().map(|needle| needle.into_bytes().into_iter().map(fold).collect()).collect();
        // What has another in it is found with that one.
        needles.sort_by_key(Vec::len);
        let mut distinct: Vec<Vec<u8>> = Vec::new();
        for needle in needles {
            if !distinct.iter().any(|other| memmem::find(&needle, other).is_some()) {
                distinct.push(needle);
            }
        }
        let longest = distinct.last().map(Vec::len).filter(|longest| *longest <= LONGEST)?;
        let searcher = Config::new().builder().extend(distinct).build()?;
        Some(Self { searcher, overlap: longest - 1 })
    }

    /// Whether one of the needles may be there.
    pub(super) fn may_find(&self, text: &str) -> bool {
        let text = text.as_bytes();
        if text.len() <= SHORT {
            return self.is_in(text, &mut [0; SHORT]);
        }
        let mut window = [0; WINDOW];
        let mut rest = text;
        while let Some(part) = rest.get(..WINDOW) {
            if self.is_in(part, &mut window) {
                return true;
            }
            rest = &rest[WINDOW - self.overlap..];
        }
        self.is_in(rest, &mut window)
    }

    fn is_in(&self, part: &[u8], window: &mut [u8]) -> bool {
        let folded = &mut window[..part.len()];
        folded.iter_mut().zip(part).for_each(|(folded, byte)| *folded = fold(*byte));
        self.searcher.find(&folded).is_some()
    }
}

/// Letters as lower case; other bytes as they fall.
fn fold(byte: u8) -> u8 {
    byte | 0x20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needles_are_found_wherever_they_stand() {
        let sieve = Sieve::new(vec!["token\"".into(), "sk-".into(), "?key=".into()]).unwrap();
        for needle in ["token\"", "TOKEN\"", "Sk-", "?KEY="] {
            for before in [0, 1, 15, 1000, 1018, 1019, 1020, 1021, 1022, 1023, 1024, 2040, 2045, 5000] {
                for after in [0, 1, 40, 3000] {
                    let text = format!("{}{needle}{}", "x".repeat(before), "é".repeat(after));
                    assert!(sieve.may_find(&text), "{needle} after {before} before {after}");
                    assert!(!sieve.may_find(&text.replace(needle, "toke")));
                }
            }
        }
        assert!(!sieve.may_find(""));
    }

    #[test]
    fn there_is_not_a_sieve_for_everything() {
        assert!(Sieve::new(Vec::new()).is_none());
        assert!(Sieve::new(vec!["x".repeat(LONGEST + 1)]).is_none());
        assert!(Sieve::new((0..1000).map(|n| format!("needle {n} ")).collect()).is_none());
        assert!(
            Sieve::new((0..1000).map(|n| format!("{n} needle")).chain(["needle".into()]).collect()).is_some()
        );
    }
}
