//! What reasoning models write before they answer.

use super::line::Excerpt;

/// What encloses thoughts.
const TAGS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

/// Thoughts: drafts of events in them are none.
#[derive(Debug, Clone)]
pub(super) struct Thought {
    pub(super) excerpt: Excerpt,
    end: &'static str,
    /// How many characters of `end` were just read.
    matched: usize,
}

impl Thought {
    /// Thoughts, if that is all that an answer begins with.
    pub(super) fn begun_by(piece: &Excerpt) -> Option<Self> {
        let (_, end) = TAGS.iter().find(|(begin, _)| *begin == piece.text())?;
        Some(Self { excerpt: piece.clone(), end, matched: 0 })
    }

    /// Reads the next character, which stands at byte `at`; whether it is the last.
    pub(super) fn ends_with(&mut self, c: char, at: u64) -> bool {
        self.excerpt.push(c, at);
        let expected = self.end.as_bytes().get(self.matched).copied().map(char::from);
        // A tag has its `<` at its beginning only, so there is nothing to go back to.
        self.matched = if expected == Some(c) { self.matched + 1 } else { usize::from(c == '<') };
        self.matched == self.end.len()
    }
}
