//! An answer of the model while it is under way.

use serde_json::Value;

use super::Broken;
use super::budget::Ledger;
use crate::Usage;
use crate::events::{EventParser, Parsed};
use crate::prompt::tokens;

/// The most bytes of an answer.
const MOST_BYTES: usize = 1 << 20;

/// How many of the parts that are passed over are told one by one.
const MOST_TOLD: u64 = 20;

/// What the model was asked for.
#[derive(Debug, Clone)]
pub(super) enum Purpose {
    /// The next events of the story.
    Page,
    /// Events that answer clients.
    Answer,
    /// An event that did not fit the schema.
    Repair(Box<Broken>),
}

#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) purpose: Purpose,
    /// What clients had said when it was asked for.
    pub(super) heard: Vec<String>,
    /// What was taken, where it is, or may be, an answer to that.
    pub(super) events: Vec<String>,
    parser: EventParser,
    /// How many events it had so far.
    pub(super) seen: usize,
    /// How many of them were taken.
    pub(super) taken: usize,
    /// How much of it was passed over.
    pub(super) skipped: u64,
    /// What the provider says of it.
    pub(super) usage: Option<Usage>,
    /// What was asked, in tokens, about.
    input_tokens: u64,
    /// What stands in the ledger for it.
    booked: Usage,
    bytes: usize,
    chars: u64,
}

impl Answer {
    pub(super) fn new(purpose: Purpose, heard: Vec<String>, parser: EventParser, input_tokens: u64) -> Self {
        Self {
            purpose,
            heard,
            events: Vec::new(),
            parser,
            seen: 0,
            taken: 0,
            skipped: 0,
            usage: None,
            input_tokens,
            booked: Usage::default(),
            bytes: 0,
            chars: 0,
        }
    }

    pub(super) fn took(&mut self, event: &Value) {
        self.taken += 1;
        if matches!(self.purpose, Purpose::Answer | Purpose::Repair(_)) {
            self.events.push(event.to_string());
        }
    }

    pub(super) fn read(&mut self, text: &str, found: &mut Vec<Parsed>) {
        self.bytes += text.len();
        self.chars += text.chars().count() as u64;
        self.parser.push(text, found);
    }

    pub(super) fn finish(&mut self, found: &mut Vec<Parsed>) {
        self.parser.finish(found);
    }

    /// Counts a part that is passed over; whether it is to be told.
    pub(super) fn skip(&mut self) -> bool {
        self.skipped += 1;
        self.skipped <= MOST_TOLD
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.bytes > MOST_BYTES
    }

    /// Whether anything has come. What fails before that costs nothing.
    pub(super) fn has_begun(&self) -> bool {
        self.bytes > 0 || self.usage.is_some()
    }

    /// Puts down what it has used until now.
    pub(super) fn book(&mut self, ledger: &Ledger) {
        let now = self.usage();
        ledger.book(self.booked, now);
        self.booked = now;
    }

    /// What it has used, as far as is known.
    pub(super) fn usage(&self) -> Usage {
        let estimate = Usage { input_tokens: self.input_tokens, output_tokens: tokens(self.chars) };
        self.usage.unwrap_or(estimate)
    }
}
