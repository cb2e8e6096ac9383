//! What has become of a stream.

use std::sync::{Mutex, PoisonError};

use mockforge_ws_ai::Usage;
use mockforge_ws_core::{AiFact, Ended, Fact, FactSink, Interest, Message, Record};

/// What has become of a stream of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSummary {
    /// How many events were sent.
    pub events: usize,
    /// How the connection ended; where the model has failed, the `reason` in it says why.
    pub ended: Ended,
    /// The tokens of all answers, as the provider counts them and estimated where it does not: where an answer was
    /// broken off.
    pub usage: Usage,
    /// Whether all tokens or all money were used that may be.
    pub is_spent: bool,
    /// Why events were generated without the model from some time on, where they were.
    pub fell_back: Option<String>,
}

/// Counts while the stream goes on.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    messages: usize,
    usage: Usage,
    is_spent: bool,
    fell_back: Option<String>,
}

impl Tally {
    /// The counts, of which so many messages were no events.
    pub(super) fn summary(&self, ended: Ended, others: usize) -> StreamSummary {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Counts { messages, usage, is_spent, fell_back } = std::mem::take(&mut *counts);
        StreamSummary { events: messages.saturating_sub(others), ended, usage, is_spent, fell_back }
    }
}

impl FactSink for Tally {
    fn note(&self, record: Record<'_>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match record.fact {
            Fact::Sent(Message::Text(_)) => counts.messages += 1,
            Fact::Ai(AiFact::Answered { input_tokens, output_tokens, .. }) => {
                counts.usage.input_tokens += input_tokens;
                counts.usage.output_tokens += output_tokens;
            }
            Fact::Ai(AiFact::Spent { .. }) => counts.is_spent = true,
            Fact::Ai(AiFact::FellBack { reason }) => counts.fell_back = Some(reason.clone()),
            _ => {}
        }
    }

    fn interest(&self) -> Interest {
        Interest::All
    }
}
