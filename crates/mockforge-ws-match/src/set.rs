//! Many patterns asked at once.

use std::sync::Arc;

use mockforge_ws_core::{Captures, Inbound};

use crate::index::Index;
use crate::pattern::Pattern;

/// Patterns in their order, compiled together; clones share them.
///
/// Whatever the number of patterns, their regexes are a few passes over the text, and what they want of JSON
/// is one walk over those parts of it that some pattern looks at; so patterns that can't match cost next to
/// nothing. A message is parsed as JSON at most once, and only if a pattern looks at JSON which comes before
/// the one that is found, and the text could be JSON at all.
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
#[derive(Clone, Debug)]
pub struct PatternSet {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    patterns: Vec<Pattern>,
    index: Index,
}

impl PatternSet {
    /// Compiles patterns together. The order is theirs: [`first`](Self::first) means the first of them.
    pub fn new(patterns: impl IntoIterator<Item = Pattern>) -> Self {
        let patterns: Vec<Pattern> = patterns.into_iter().collect();
        let index = Index::new(patterns.iter().map(Pattern::node));
        Self { inner: Arc::new(Inner { patterns, index }) }
    }

    /// The first pattern that matches, with its captures.
    pub fn first(&self, message: &Inbound) -> Option<(usize, Captures)> {
        self.find(message, |_| true)
    }

    /// The first pattern that matches and that `accept` takes, with its captures.
    ///
    /// `accept` gets the numbers of the patterns that match, in order, and is asked no more once it took one.
    /// What only later patterns need is not looked at until then.
    ///
    /// ```
    /// use mockforge_ws_core::{Inbound, Message};
    /// use mockforge_ws_jsonpath::Dialect;
    /// use mockforge_ws_match::{Pattern, PatternSet};
    ///
    /// let patterns = ["^sub", "^ping$", "^sub (?<topic>\\w+)$"];
    /// let set: PatternSet =
    ///     patterns.iter().map(|text| Pattern::parse_str(text, Dialect::default()).unwrap()).collect();
    ///
    /// let message = Inbound::new(Message::text("sub all"));
    /// let mut asked = Vec::new();
    /// let (index, captures) = set
    ///     .find(&message, |index| {
    ///         asked.push(index);
    ///         index > 0
    ///     })
    ///     .unwrap();
    /// assert_eq!((index, captures.name("topic")), (2, Some("all")));
    /// assert_eq!(asked, [0, 2]);
    /// ```
    pub fn find(
        &self,
        message: &Inbound,
        mut accept: impl FnMut(usize) -> bool,
    ) -> Option<(usize, Captures)> {
        let index = self.search(message).find(|index| accept(*index))?;
        let node = self.inner.patterns[index].node();
        // Without a regex there is nothing to capture, and that it matches is known.
        let groups = if node.has_regex() { node.captures(message) } else { None };
        Some((index, groups.unwrap_or_default().into()))
    }

    /// All patterns that match, in order.
    pub fn all(&self, message: &Inbound) -> Vec<usize> {
        self.search(message).collect()
    }

    /// The patterns, in order.
    pub fn patterns(&self) -> &[Pattern] {
        &self.inner.patterns
    }

    fn search<'s>(&'s self, message: &'s Inbound) -> impl Iterator<Item = usize> + 's {
        let is_match = |index: usize| self.inner.patterns[index].node().is_match(message);
        message.is_data().then(|| self.inner.index.search(message, is_match)).into_iter().flatten()
    }
}

impl Default for PatternSet {
    fn default() -> Self {
        Self::new([])
    }
}

impl FromIterator<Pattern> for PatternSet {
    fn from_iter<I: IntoIterator<Item = Pattern>>(patterns: I) -> Self {
        Self::new(patterns)
    }
}
