//! Several regexes as one automaton, and what spares a text the pass through it.

use regex::{RegexSet, RegexSetBuilder};

use super::FEW;
use super::literals::{Gate, Group as Texts};
use super::marks::Marks;
use super::needles::Needles;

/// How large the automaton of a set may be, in bytes. One that is larger is not built.
pub(crate) const SIZE_LIMIT: usize = 64 << 20;
/// What the automaton may remember of the texts that it has seen, in bytes for each of its regexes and in
/// all. With the library's 2 MiB, a hundred regexes with `\w` forget faster than they learn. The memory is
/// taken when texts need it, not when the set is made.
const CACHE_EACH: usize = 1 << 20;
const CACHE_LIMIT: usize = 64 << 20;

/// Several regexes as one automaton, with the pattern that each belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Regexes {
    set: RegexSet,
    patterns: Vec<usize>,
}

impl Regexes {
    /// `None` where the automaton would become too large, so that each has to be asked by itself.
    pub(crate) fn new(regexes: &[(String, usize)], size_limit: usize) -> Option<Self> {
        let set = RegexSetBuilder::new(regexes.iter().map(|(text, _)| text))
            .size_limit(size_limit)
            .dfa_size_limit((regexes.len() * CACHE_EACH).min(CACHE_LIMIT))
            .build()
            .ok()?;
        Some(Self { set, patterns: regexes.iter().map(|(_, pattern)| *pattern).collect() })
    }

    pub(crate) fn mark(&self, text: &str, marks: &mut Marks) {
        let found = self.set.matches(text);
        // Mostly there is nothing, which is known without going over all of them.
        if found.matched_any() {
            found.iter().for_each(|regex| marks.patterns.set(self.patterns[regex]));
        }
    }
}

/// Regexes with a gate before them.
#[derive(Debug)]
pub(crate) struct Group {
    gate: Compiled,
    regexes: Regexes,
}

#[derive(Debug)]
enum Compiled {
    Open,
    Beginning(Box<[bool; 256]>),
    Anywhere(Needles),
}

impl Group {
    /// `None` where each has to be asked by itself: where they are few, or too large together.
    pub(crate) fn new(texts: &Texts, size_limit: usize) -> Option<Self> {
        if texts.regexes.len() <= FEW {
            return None;
        }
        let regexes = Regexes::new(&texts.regexes, size_limit)?;
        let gate = match &texts.gate {
            Gate::Open => Compiled::Open,
            Gate::Beginning(bytes) => {
                let mut table = Box::new([false; 256]);
                bytes.iter().for_each(|byte| table[usize::from(*byte)] = true);
                Compiled::Beginning(table)
            }
            Gate::Anywhere(literals) => Compiled::Anywhere(Needles::new(literals)),
        };
        Some(Self { gate, regexes })
    }

    pub(crate) fn mark(&self, text: &str, marks: &mut Marks) {
        let open = match &self.gate {
            Compiled::Open => true,
            Compiled::Beginning(bytes) => text.bytes().next().is_some_and(|byte| bytes[usize::from(byte)]),
            Compiled::Anywhere(literals) => literals.may_be_in(text),
        };
        if open {
            self.regexes.mark(text, marks);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_automaton_is_built_where_it_is_worth_it_and_fits() {
        let texts = |count: usize| Texts {
            regexes: (0..count).map(|n| (format!("^{n} (\\w+)$"), n)).collect(),
            gate: Gate::Open,
        };
        assert!(Group::new(&texts(FEW), SIZE_LIMIT).is_none());
        assert!(Group::new(&texts(FEW + 1), SIZE_LIMIT).is_some());
        assert!(Group::new(&texts(FEW + 1), 1000).is_none());
    }
}
