//! Many patterns asked at once.

use std::collections::HashSet;
use std::sync::Arc;

use mockforge_ws_core::{Captures, Inbound};
use regex::{RegexSet, RegexSetBuilder};

use crate::node::Node;
use crate::pattern::Pattern;
use crate::values::Values;

/// From how many regexes on one automaton for all of them is worth its memory.
const FEW: usize = 2;
/// How large the automaton of a set may be, in bytes. One that is larger is not built.
const SIZE_LIMIT: usize = 64 << 20;
/// What the automaton may remember of the texts that it has seen, in bytes for each of its regexes and in
/// all. With the library's 2 MiB, a hundred regexes with `\w` forget faster than they learn. The memory is
/// taken when texts need it, not when the set is made.
const CACHE_EACH: usize = 1 << 20;
const CACHE_LIMIT: usize = 64 << 20;

/// Patterns in their order, compiled together.
///
/// Whatever the number of patterns, all regexes are one pass over the text, and all that want a certain
/// value at the same JSONPath are one query and one look-up; so patterns that can't match cost next to
/// nothing. A message is parsed as JSON at most once, and only if a pattern looks at JSON.
///
/// ```
/// use mockforge_ws_core::{Inbound, Message};
/// use mockforge_ws_jsonpath::Dialect;
/// use mockforge_ws_match::{Pattern, PatternSet};
///
/// let patterns = ["^sub (?<topic>\\w+)$", "^ping$", "^sub all$"];
/// let set: PatternSet =
///     patterns.iter().map(|text| Pattern::parse_str(text, Dialect::default()).unwrap()).collect();
///
/// let message = Inbound::new(Message::text("sub all"));
/// let (index, captures) = set.first(&message).unwrap();
/// assert_eq!((index, captures.name("topic")), (0, Some("all")));
/// assert_eq!(set.all(&message), [0, 2]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct PatternSet {
    patterns: Arc<[Pattern]>,
    regexes: Option<Regexes>,
    values: Values,
    /// The patterns that neither of these two answers for, in order.
    others: Arc<[usize]>,
}

/// Several regexes as one automaton, with the pattern that each belongs to.
#[derive(Clone, Debug)]
struct Regexes {
    set: RegexSet,
    patterns: Arc<[usize]>,
}

impl PatternSet {
    /// Compiles patterns together. The order is theirs: [`first`](Self::first) means the first of them.
    pub fn new(patterns: impl IntoIterator<Item = Pattern>) -> Self {
        let patterns: Arc<[Pattern]> = patterns.into_iter().collect();
        let regexes = Regexes::new(&patterns, SIZE_LIMIT);
        let values = Values::new(&patterns);
        let joined: HashSet<usize> = regexes
            .iter()
            .flat_map(|regexes| regexes.patterns.iter().copied())
            .chain(values.patterns())
            .collect();
        let others = (0..patterns.len()).filter(|index| !joined.contains(index)).collect();
        Self { patterns, regexes, values, others }
    }

    /// The first pattern that matches, with its captures.
    pub fn first(&self, message: &Inbound) -> Option<(usize, Captures)> {
        if !message.is_data() {
            return None;
        }
        // Whatever is found bounds what still has to be asked. JSON comes last: it may have to be parsed.
        let regex = self.regexes.as_ref().and_then(|regexes| regexes.first(message));
        let value = self.values.first(message, regex);
        let joined = [regex, value].into_iter().flatten().min();
        for &index in self.others.iter().take_while(|index| joined.is_none_or(|joined| **index < joined)) {
            if let Some(captures) = self.patterns[index].matches(message) {
                return Some((index, captures));
            }
        }
        let index = joined?;
        if value == joined {
            return Some((index, Captures::default()));
        }
        Some((index, self.patterns[index].matches(message).unwrap_or_default()))
    }

    /// All patterns that match, in order.
    pub fn all(&self, message: &Inbound) -> Vec<usize> {
        if !message.is_data() {
            return Vec::new();
        }
        let mut found: Vec<usize> =
            self.others.iter().copied().filter(|index| self.patterns[*index].is_match(message)).collect();
        if let Some(regexes) = &self.regexes {
            found.extend(regexes.all(message));
        }
        found.extend(self.values.all(message));
        found.sort_unstable();
        found
    }

    /// The patterns, in order.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }
}

impl FromIterator<Pattern> for PatternSet {
    fn from_iter<I: IntoIterator<Item = Pattern>>(patterns: I) -> Self {
        Self::new(patterns)
    }
}

impl Regexes {
    /// One automaton for all patterns that are a regex and nothing else, where there are enough of them and
    /// it does not become too large. Otherwise each is asked by itself.
    fn new(patterns: &[Pattern], size_limit: usize) -> Option<Self> {
        let regexes: Vec<(usize, &str)> = patterns
            .iter()
            .enumerate()
            .filter_map(|(index, pattern)| match pattern.node() {
                Node::Regex(expression) => Some((index, expression.as_str())),
                _ => None,
            })
            .collect();
        if regexes.len() <= FEW {
            return None;
        }
        let set = RegexSetBuilder::new(regexes.iter().map(|(_, text)| *text))
            .size_limit(size_limit)
            .dfa_size_limit((regexes.len() * CACHE_EACH).min(CACHE_LIMIT))
            .build()
            .ok()?;
        Some(Self { set, patterns: regexes.into_iter().map(|(index, _)| index).collect() })
    }

    fn first(&self, message: &Inbound) -> Option<usize> {
        let found = self.set.matches(message.text()?);
        found.iter().next().map(|regex| self.patterns[regex])
    }

    fn all(&self, message: &Inbound) -> Vec<usize> {
        let Some(text) = message.text() else { return Vec::new() };
        self.set.matches(text).iter().map(|regex| self.patterns[regex]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mockforge_ws_jsonpath::Dialect;

    #[test]
    fn an_automaton_is_built_where_it_is_worth_it_and_fits() {
        let patterns = |count: usize| -> Vec<Pattern> {
            (0..count)
                .map(|n| Pattern::parse_str(&format!("^{n} (\\w+)$"), Dialect::default()).expect("a regex"))
                .collect()
        };
        assert!(Regexes::new(&patterns(2), SIZE_LIMIT).is_none());
        assert!(Regexes::new(&patterns(3), SIZE_LIMIT).is_some());
        assert!(Regexes::new(&patterns(3), 1000).is_none());
    }
}
