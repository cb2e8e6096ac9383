//! A set of small numbers.

/// How many words stand in the set itself, so that most searches allocate nothing.
const FIRST: usize = 4;

#[derive(Debug, Clone, Default)]
pub(crate) struct Bits {
    first: [u64; FIRST],
    more: Vec<u64>,
}

impl Bits {
    /// For the numbers below `len`.
    pub(crate) fn new(len: usize) -> Self {
        Self { first: [0; FIRST], more: vec![0; len.div_ceil(64).saturating_sub(FIRST)] }
    }

    pub(crate) fn set(&mut self, bit: usize) {
        *self.word_mut(bit / 64) |= 1 << (bit % 64);
    }

    pub(crate) fn clear(&mut self, bit: usize) {
        *self.word_mut(bit / 64) &= !(1 << (bit % 64));
    }

    pub(crate) fn has(&self, bit: usize) -> bool {
        self.word(bit / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }

    /// The lowest number that is not below `from`.
    pub(crate) fn next(&self, from: usize) -> Option<usize> {
        let mut at = from / 64;
        let mut word = self.word(at)? & (u64::MAX << (from % 64));
        while word == 0 {
            at += 1;
            word = self.word(at)?;
        }
        Some(at * 64 + word.trailing_zeros() as usize)
    }

    fn word(&self, at: usize) -> Option<u64> {
        if at < FIRST { Some(self.first[at]) } else { self.more.get(at - FIRST).copied() }
    }

    fn word_mut(&mut self, at: usize) -> &mut u64 {
        if at < FIRST { &mut self.first[at] } else { &mut self.more[at - FIRST] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_order() {
        let mut bits = Bits::new(400);
        for bit in [0, 63, 64, 130, 199, 255, 256, 399] {
            bits.set(bit);
        }
        bits.clear(130);
        let found: Vec<_> = std::iter::successors(bits.next(0), |bit| bits.next(bit + 1)).collect();
        assert_eq!(found, [0, 63, 64, 199, 255, 256, 399]);
        assert!(bits.has(63) && !bits.has(62));
        assert_eq!(Bits::new(0).next(0), None);
    }
}
