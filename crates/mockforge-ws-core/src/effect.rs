//! What a session asks of the loop, and the bounded buffer that carries it.

use std::collections::VecDeque;

use tungstenite::protocol::{CloseFrame, Message};

use crate::Fact;

/// Something for the loop to do, in the order given.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send a message.
    Send(Message),
    /// Begin the closing handshake (RFC 6455, section 7); nothing is sent after it.
    Close(Option<CloseFrame>),
    /// Drop the connection without a closing handshake, once what was sent before has been written.
    Abort,
    /// Report what happened.
    Note(Fact),
}

/// The effects that wait for the wire: bounded in number and bytes, reused for the life of a connection.
///
/// The bound is a mark rather than a wall: a session asks [`Cx::full`](crate::Cx::full) before it emits
/// more, and is told [`Writable`](crate::Event::Writable) when there is room again. While the mark is
/// passed the loop reads nothing from the peer, so one event's answers are all that can exceed it.
#[derive(Debug)]
pub struct Effects {
    queue: VecDeque<Effect>,
    bytes: usize,
    max_len: usize,
    max_bytes: usize,
    starved: bool,
}

impl Effects {
    /// The number of effects that a buffer takes before it is full.
    pub const MAX_LEN: usize = 1024;
    /// The bytes of messages that a buffer takes before it is full.
    pub const MAX_BYTES: usize = 1 << 20;

    /// An empty buffer with the usual bounds; it allocates when it is first used.
    pub fn new() -> Self {
        Self::with_bounds(Self::MAX_LEN, Self::MAX_BYTES)
    }

    /// An empty buffer that is full at `max_len` effects or `max_bytes` of messages.
    pub fn with_bounds(max_len: usize, max_bytes: usize) -> Self {
        Self { queue: VecDeque::new(), bytes: 0, max_len, max_bytes, starved: false }
    }

    /// Appends an effect.
    #[inline]
    pub fn push(&mut self, effect: Effect) {
        if let Effect::Send(message) = &effect {
            self.bytes += message.len();
        }
        self.queue.push_back(effect);
    }

    /// Takes the oldest effect.
    #[inline]
    pub fn pop(&mut self) -> Option<Effect> {
        let effect = self.queue.pop_front()?;
        if let Effect::Send(message) = &effect {
            self.bytes -= message.len();
        }
        Some(effect)
    }

    /// The effects, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Effect> {
        self.queue.iter()
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// The bytes of the messages that wait.
    #[inline]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether the mark has been reached.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.queue.len() >= self.max_len || self.bytes >= self.max_bytes
    }

    /// As [`is_full`](Self::is_full), and remembers that somebody was told so.
    #[inline]
    pub(crate) fn refuse(&mut self) -> bool {
        let full = self.is_full();
        self.starved |= full;
        full
    }

    /// Whether a session was refused and there is room again; true once per refusal.
    #[inline]
    pub fn take_writable(&mut self) -> bool {
        let writable = self.starved && !self.is_full();
        if writable {
            self.starved = false;
        }
        writable
    }

    /// Gives memory back after a burst, so that an idle connection does not keep its high-water mark.
    pub fn shrink(&mut self) {
        if self.queue.is_empty() && self.queue.capacity() > 16 {
            self.queue.shrink_to(4);
        }
    }
}

impl Default for Effects {
    fn default() -> Self {
        Self::new()
    }
}
