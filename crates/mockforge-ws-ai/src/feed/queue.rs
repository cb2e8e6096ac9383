//! Events that wait, in the order in which they were written first.

use std::collections::VecDeque;

use serde_json::Value;

/// Events by their numbers. One that was written again takes the place that it had.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    events: VecDeque<(u64, usize, Value)>,
    bytes: usize,
}

impl Queue {
    pub(super) fn put(&mut self, number: u64, event: Value) {
        let bytes = event.to_string().len();
        self.bytes += bytes;
        let at = self.events.partition_point(|(other, ..)| *other <= number);
        self.events.insert(at, (number, bytes, event));
    }

    pub(super) fn pop(&mut self) -> Option<Value> {
        let (_, bytes, event) = self.events.pop_front()?;
        self.bytes -= bytes;
        Some(event)
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// How long the events are as JSON.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
