//! What a session asks of the loop, and the bounded buffer that carries it.

use std::collections::VecDeque;

use tungstenite::protocol::{CloseFrame, Message};

use crate::{Fact, ToUpstream};

/// Something for the loop to do, in the order given.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send a message.
    Send(Message),
    /// Begin the closing handshake (RFC 6455, section 7); nothing is sent after it.
    Close(Option<CloseFrame>),
    /// Drop the connection without a closing handshake, once what was sent before has been written.
    Abort,
    /// Do this with the connection to another server. Nothing that waits for the client holds it up.
    Upstream(ToUpstream),
    /// Report what happened.
    Note(Fact),
}

/// The effects that wait for the wire: bounded in number and bytes, reused for the life of a connection.
///
/// The bound is a mark rather than a wall: a session asks [`Cx::full`](crate::Cx::full) before it emits
/// more, and is told [`Writable`](crate::Event::Writable) when there is room again. While the mark is
/// passed the loop reads nothing from the peer, so one event's answers are all that can exceed it. What is for
/// another server waits beside it, under the same bounds, so that neither side holds up the other.
#[derive(Debug)]
pub struct Effects {
    queue: VecDeque<Effect>,
    bytes: usize,
    max_len: usize,
    max_bytes: usize,
    starved: bool,
    /// Made when it is first used.
    outward: Option<Box<Outward>>,
}

/// What is for another server.
#[derive(Debug, Default)]
struct Outward {
    queue: VecDeque<ToUpstream>,
    bytes: usize,
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
        Self { queue: VecDeque::new(), bytes: 0, max_len, max_bytes, starved: false, outward: None }
    }

    /// Appends an effect.
    #[inline]
    pub fn push(&mut self, effect: Effect) {
        match effect {
            Effect::Upstream(outward) => return self.push_outward(outward),
            Effect::Send(ref message) => self.bytes += message.len(),
            Effect::Close(_) | Effect::Abort | Effect::Note(_) => {}
        }
        self.queue.push_back(effect);
    }

    fn push_outward(&mut self, effect: ToUpstream) {
        let outward = self.outward.get_or_insert_default();
        if let ToUpstream::Send(message) = &effect {
            outward.bytes += message.len();
        }
        outward.queue.push_back(effect);
    }

    /// Takes the oldest effect; those for another server come when there are no others.
    #[inline]
    pub fn pop(&mut self) -> Option<Effect> {
        self.pop_inward().or_else(|| self.pop_outward().map(Effect::Upstream))
    }

    /// Takes the oldest effect that is not for another server.
    #[inline]
    pub fn pop_inward(&mut self) -> Option<Effect> {
        let effect = self.queue.pop_front()?;
        if let Effect::Send(message) = &effect {
            self.bytes -= message.len();
        }
        Some(effect)
    }

    /// Takes the oldest effect for another server.
    #[inline]
    pub fn pop_outward(&mut self) -> Option<ToUpstream> {
        let outward = self.outward.as_mut()?;
        let effect = outward.queue.pop_front()?;
        if let ToUpstream::Send(message) = &effect {
            outward.bytes -= message.len();
        }
        Some(effect)
    }

    /// The effects but those for another server, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Effect> {
        self.queue.iter()
    }

    /// Whether there is one that is not for another server.
    #[inline]
    pub fn has_inward(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Whether there is one for another server.
    #[inline]
    pub fn has_outward(&self) -> bool {
        self.outward.as_ref().is_some_and(|outward| !outward.queue.is_empty())
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.queue.len() + self.outward.as_ref().map_or(0, |outward| outward.queue.len())
    }

    /// The bytes of the messages that wait.
    #[inline]
    pub fn bytes(&self) -> usize {
        self.bytes + self.outward.as_ref().map_or(0, |outward| outward.bytes)
    }

    /// Whether the mark has been reached.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.queue.len() >= self.max_len || self.bytes >= self.max_bytes
    }

    /// Whether what is for another server has reached the mark so many times.
    #[inline]
    pub fn outward_fills(&self, times: usize) -> bool {
        self.outward.as_ref().is_some_and(|outward| self.fills(outward.queue.len(), outward.bytes, times))
    }

    /// Whether the others have reached the mark so many times.
    #[inline]
    pub fn inward_fills(&self, times: usize) -> bool {
        self.fills(self.queue.len(), self.bytes, times)
    }

    #[inline]
    fn fills(&self, len: usize, bytes: usize, times: usize) -> bool {
        len >= times * self.max_len || bytes >= times * self.max_bytes
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
