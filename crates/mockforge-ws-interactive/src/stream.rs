//! Streams, compiled: what is sent again and again once a rule has started it.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_template::{MessageTemplate, Template};
use serde_json::Value;

use crate::rules::Rule;

#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) name: Arc<str>,
    pub(crate) every: Duration,
    /// The most that is added to the time of each message; the schedule itself does not move.
    pub(crate) jitter: Duration,
    pub(crate) payload: MessageTemplate,
    /// What is sent when it starts.
    pub(crate) snapshot: Option<MessageTemplate>,
    /// How many messages it has.
    pub(crate) count: Option<u64>,
    /// What `{{row}}` is, one after the other.
    pub(crate) rows: Option<Rows>,
    /// The probability that a message is made and not sent.
    pub(crate) gap: f64,
    /// The probability that a message is sent twice.
    pub(crate) duplicate: f64,
    /// What happens after the last message.
    pub(crate) end: Option<Rule>,
    /// Where it is published, instead of being sent to the one who started it.
    pub(crate) room: Option<Template>,
}

#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) all: Arc<[Value]>,
    /// Whether the first comes after the last.
    pub(crate) is_loop: bool,
}

impl Stream {
    /// How many messages there are, where that is bounded.
    pub(crate) fn len(&self) -> Option<u64> {
        let rows = self.rows.as_ref().filter(|rows| !rows.is_loop).map(|rows| rows.all.len() as u64);
        [self.count, rows].into_iter().flatten().min()
    }

    /// The row of message `n`, from 0.
    pub(crate) fn row(&self, n: u64) -> Option<&Value> {
        let rows = &self.rows.as_ref()?.all;
        rows.get(usize::try_from(n).ok()?.checked_rem(rows.len())?)
    }
}
