//! What one search has found so far.

use super::bits::Bits;

/// The patterns that may match, and what need not be marked again: a message can have one value a million
/// times, each of which would mark the same thousand patterns.
pub(crate) struct Marks {
    pub(crate) patterns: Bits,
    lists: Bits,
    /// How much of each list of bounds is marked.
    pub(crate) bounds: Vec<usize>,
}

impl Marks {
    pub(crate) fn new(always: &Bits, lists: usize, bounds: usize) -> Self {
        Self { patterns: always.clone(), lists: Bits::new(lists), bounds: vec![0; bounds] }
    }
}

/// Patterns that are marked together.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    patterns: Vec<usize>,
    /// The list's number among those with more than one pattern.
    number: Option<usize>,
}

impl List {
    pub(crate) fn add(&mut self, pattern: usize) {
        self.patterns.push(pattern);
    }

    pub(crate) fn finish(&mut self, lists: &mut usize) {
        if self.patterns.len() > 1 {
            self.number = Some(*lists);
            *lists += 1;
        }
    }

    pub(crate) fn mark(&self, marks: &mut Marks) {
        if let Some(number) = self.number {
            if marks.lists.has(number) {
                return;
            }
            marks.lists.set(number);
        }
        self.patterns.iter().for_each(|pattern| marks.patterns.set(*pattern));
    }
}
