//! A bounded buffer of messages for somebody who is slow or away, with a stated policy for when it is full.

use std::collections::VecDeque;

use mockforge_ws_core::Message;
use serde::{Deserialize, Serialize};

/// What happens when a backlog is full.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overflow {
    /// Nothing more is taken until there is room: whoever brings messages waits.
    #[default]
    Block,
    /// The oldest messages go.
    DropOldest,
    /// The connection is closed with 1013 (try again later).
    Close,
}

/// The bounds of a backlog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How many messages it keeps.
    pub messages: usize,
    /// How many bytes of them.
    pub bytes: usize,
    /// What happens when it is full.
    pub overflow: Overflow,
}

impl Default for Bounds {
    /// 1,024 messages, 1 MiB, and then whoever brings them waits.
    fn default() -> Self {
        Self { messages: 1024, bytes: 1 << 20, overflow: Overflow::default() }
    }
}

/// Messages that wait, oldest first.
///
/// ```
/// use mockforge_ws_core::Message;
/// use mockforge_ws_layers::backlog::{Backlog, Bounds, Overflow, Pushed};
///
/// let bounds = Bounds { messages: 2, overflow: Overflow::DropOldest, ..Bounds::default() };
/// let mut backlog = Backlog::new(bounds);
/// assert_eq!(backlog.push(Message::text("a")), Pushed::Kept { dropped: 0 });
/// assert_eq!(backlog.push(Message::text("b")), Pushed::Kept { dropped: 0 });
/// assert_eq!(backlog.push(Message::text("c")), Pushed::Kept { dropped: 1 });
/// assert_eq!(backlog.pop(), Some(Message::text("b")));
/// ```
#[derive(Debug)]
pub struct Backlog {
    queue: VecDeque<Message>,
    held: usize,
    bounds: Bounds,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Pushed {
    /// It is kept; so many older ones went for it.
    Kept {
        /// How many.
        dropped: usize,
    },
    /// There is no room: here it is back. By the policy its bringer waits, or is closed.
    Full(Message),
}

impl Backlog {
    /// An empty one.
    pub fn new(bounds: Bounds) -> Self {
        Self { queue: VecDeque::new(), held: 0, bounds }
    }

    /// Takes a message. A single one that is larger than the bound is kept if it is alone.
    pub fn push(&mut self, message: Message) -> Pushed {
        let mut dropped = 0;
        while !self.fits(message.len()) {
            if self.bounds.overflow != Overflow::DropOldest {
                return Pushed::Full(message);
            }
            self.pop();
            dropped += 1;
        }
        self.held += message.len();
        self.queue.push_back(message);
        Pushed::Kept { dropped }
    }

    /// Whether a message of that length finds room.
    pub fn fits(&self, len: usize) -> bool {
        self.queue.is_empty()
            || (self.queue.len() < self.bounds.messages && self.held + len <= self.bounds.bytes)
    }

    /// Takes the oldest message.
    pub fn pop(&mut self) -> Option<Message> {
        let message = self.queue.pop_front()?;
        self.held -= message.len();
        Some(message)
    }

    /// The bounds.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// The bytes that wait.
    pub fn held_bytes(&self) -> usize {
        self.held
    }

    /// How many messages wait.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}
