//! What a language model writes, read as events while it is still writing.
//!
//! Wanted is one JSON object a line. Models also write code fences, prose, lists, arrays and wrappers around
//! them, so these are read as well:
//!
//! | written | read as |
//! |---|---|
//! | `{"a":1}`, also over several lines | an event |
//! | `[{…}, {…},]` | an event an element |
//! | `{"events":[{…},{…}]}` | an event an element; see [`EventParser::wrappers`] |
//! | `1. {…}`, `- {…}`, `data: {…}`, code fences | an event; the marks are passed over |
//! | `{"a":[1,2,],}` | as if the trailing commas were not there |
//! | anything else | [`Skipped`], with a reason and how it begins |
//!
//! It repairs nothing else: `{'a': True}` and `{“a”: 1}` are not JSON, and a guess would be an event that nobody
//! wrote.
//!
//! # After a mistake
//! What is not JSON is passed over to the brace that closes it, where strings end with their line at the latest;
//! or to a line that begins with an object and is indented no more than the line of the mistake; or to an empty
//! line or a code fence.

mod json;
mod line;
mod parser;
mod recovery;
#[cfg(test)]
mod tests;
mod thought;

use std::fmt;
use std::ops::Range;

use serde_json::Value;

pub use parser::EventParser;

/// What an event may be. Together they bound what a parser remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventLimits {
    /// The most bytes of one event, as written.
    pub bytes: usize,
    /// The most levels of objects and arrays of one event, itself included; more than 127 are never read.
    pub depth: usize,
}

impl Default for EventLimits {
    /// 256 KiB and 64 levels.
    fn default() -> Self {
        Self { bytes: 256 << 10, depth: 64 }
    }
}

/// A part of what was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    /// An event.
    Event(ParsedEvent),
    /// Something else.
    Skipped(Skipped),
}

/// An event, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedEvent {
    /// The event: an object.
    pub value: Value,
    /// Where it stands, in bytes from the beginning of all that was pushed.
    pub span: Range<u64>,
}

/// Something that is no event, and was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Why.
    pub reason: SkipReason,
    /// How it begins: at most 80 characters.
    pub excerpt: String,
    /// How many characters it has.
    pub chars: u64,
    /// Where it begins, in bytes from the beginning of all that was pushed.
    pub start: u64,
}

/// Why something was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// What a reasoning model thinks before it answers, between `<think>` and `</think>`.
    Thought,
    /// Words outside of objects; white space and the marks of lists, fences and arrays don't count.
    Prose,
    /// An object that is not JSON: what is wrong with it.
    NotJson(String),
    /// An object of more bytes than [`EventLimits::bytes`].
    TooLarge,
    /// An object of more levels than [`EventLimits::depth`].
    TooDeep,
    /// An object, or a wrapper, that had not ended when everything else had.
    Truncated,
    /// What a wrapper has beside the events.
    Wrapper,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thought => f.write_str("thoughts"),
            Self::Prose => f.write_str("prose"),
            Self::NotJson(problem) => write!(f, "not JSON: {problem}"),
            Self::TooLarge => f.write_str("an event that is too large"),
            Self::TooDeep => f.write_str("an event that is nested too deeply"),
            Self::Truncated => f.write_str("cut off before its end"),
            Self::Wrapper => f.write_str("a wrapper's other members"),
        }
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.excerpt.chars().count() as u64 >= self.chars { "" } else { "…" };
        let excerpt = self.excerpt.escape_debug();
        write!(f, "passed over {} characters, {}: `{excerpt}{more}`", self.chars, self.reason)
    }
}
