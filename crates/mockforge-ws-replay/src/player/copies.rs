//! Lines that repeat while later lines are played.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::sync::Arc;
use std::time::Duration;

use super::Taken;
use crate::script;

/// A line under repetition.
#[derive(Debug)]
pub(super) struct Running {
    /// Its index in the script.
    pub(super) line: u32,
    /// The message that its wait took.
    pub(super) taken: Option<Arc<Taken>>,
    /// When the first message was due, in player's time.
    start: Duration,
    /// The same in script time.
    script: u64,
    /// When the next one is due: `start` plus so many times `every`.
    due: Duration,
    every: u64,
    sent: u64,
    count: Option<u64>,
}

/// A message that is due.
pub(super) struct Copy {
    pub(super) line: u32,
    pub(super) script: u64,
    pub(super) due: Duration,
    pub(super) taken: Option<Arc<Taken>>,
    /// Whether it was the last of a line that counts.
    pub(super) last: bool,
}

/// All lines under repetition, the next one first.
#[derive(Debug, Default)]
pub(super) struct Copying {
    running: BinaryHeap<Reverse<Running>>,
    /// How many of them come to an end.
    counted: usize,
}

impl Copying {
    /// Starts copies of a line whose first message was due at `start`. A line that repeats already starts
    /// anew, which can be only where lines are reached `again`.
    pub(super) fn start(
        &mut self,
        line: u32,
        copies: script::Copies,
        start: Duration,
        script: u64,
        taken: Option<Arc<Taken>>,
        again: bool,
    ) {
        if again && self.running.iter().any(|Reverse(running)| running.line == line) {
            self.running.retain(|Reverse(running)| running.line != line);
            self.counted = self.running.iter().filter(|Reverse(running)| running.count.is_some()).count();
        }
        let script::Copies { count, every } = copies;
        if count.is_some_and(|count| count <= 1) {
            return;
        }
        self.counted += usize::from(count.is_some());
        let due = start.saturating_add(Duration::from_millis(every));
        self.running.push(Reverse(Running { line, taken, start, script, due, every, sent: 1, count }));
    }

    /// When the next message is due, and of which line.
    #[inline]
    pub(super) fn upcoming(&self) -> Option<(Duration, u32)> {
        self.running.peek().map(|Reverse(running)| (running.due, running.line))
    }

    /// Takes the next message.
    pub(super) fn next(&mut self) -> Option<Copy> {
        let mut head = self.running.peek_mut()?;
        let Reverse(running) = &mut *head;
        let script = running.script.saturating_add(running.every.saturating_mul(running.sent));
        let (line, due, taken) = (running.line, running.due, running.taken.clone());
        running.sent += 1;
        let last = running.count.is_some_and(|count| running.sent >= count);
        let after = Duration::from_millis(running.every.saturating_mul(running.sent));
        running.due = running.start.saturating_add(after);
        if last {
            PeekMut::pop(head);
            self.counted -= 1;
        }
        Some(Copy { line, script, due, taken, last })
    }

    /// Whether copies are still to come that come to an end.
    pub(super) fn unfinished(&self) -> bool {
        self.counted > 0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl PartialEq for Running {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Running {}

impl PartialOrd for Running {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What is due together goes in the order of the file.
impl Ord for Running {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.due, self.line).cmp(&(other.due, other.line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_come_in_order_and_end() {
        let mut copying = Copying::default();
        let ms = Duration::from_millis;
        copying.start(5, script::Copies { count: Some(3), every: 10 }, ms(0), 0, None, true);
        copying.start(2, script::Copies { count: None, every: 20 }, ms(0), 0, None, true);
        copying.start(9, script::Copies { count: Some(1), every: 20 }, ms(0), 0, None, true);
        let mut taken = Vec::new();
        while taken.len() < 4 {
            let copy = copying.next().unwrap();
            taken.push((copy.line, copy.script, copy.due, copy.last));
        }
        assert_eq!(
            taken,
            [(5, 10, ms(10), false), (2, 20, ms(20), false), (5, 20, ms(20), true), (2, 40, ms(40), false)]
        );
        assert!(!copying.unfinished());
        copying.start(2, script::Copies { count: Some(9), every: 1 }, ms(50), 50, None, true);
        assert_eq!(copying.upcoming(), Some((ms(51), 2)));
        assert!(copying.unfinished());
    }
}
