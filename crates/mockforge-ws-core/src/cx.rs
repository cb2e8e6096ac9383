//! What a session may use while it handles an event.

use rand::RngExt as _;
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, PoisonError};
use time::OffsetDateTime;
use tungstenite::protocol::{CloseFrame, Message};

use crate::{
    Audience, Commons, Conn, ConnId, ConnRng, Delivery, Effect, Effects, Elapsed, Fact, Hello, Limits,
    Mailbox, Shared, Status, ToUpstream, Wall,
};

/// The context of one call of [`Session::on`](crate::Session::on): the time, the connection's generator and
/// variables, and the buffer that takes effects.
#[derive(Debug)]
pub struct Cx<'a> {
    conn: &'a mut Conn,
    effects: &'a mut Effects,
    /// In the session's own time.
    elapsed: Elapsed,
    /// On the wall clock.
    real: Elapsed,
}

impl<'a> Cx<'a> {
    /// The context of a call at `elapsed`. Event loops and simulators make these.
    #[inline]
    pub fn new(conn: &'a mut Conn, effects: &'a mut Effects, elapsed: Elapsed) -> Self {
        Self { conn, effects, elapsed, real: elapsed }
    }

    /// The same context with another buffer: a layer looks at what its inner session emits before it
    /// passes that on.
    #[inline]
    pub fn with_effects<'b>(&'b mut self, effects: &'b mut Effects) -> Cx<'b> {
        Cx { conn: self.conn, effects, elapsed: self.elapsed, real: self.real }
    }

    /// The same context at another time of the session's own: a layer makes time pass faster or slower for its
    /// inner session, and the [wall](Self::wall) clock goes on as it does.
    #[inline]
    pub fn at(&mut self, elapsed: Elapsed) -> Cx<'_> {
        Cx { conn: self.conn, effects: self.effects, elapsed, real: self.real }
    }

    /// Time since the opening.
    #[inline]
    pub fn elapsed(&self) -> Elapsed {
        self.elapsed
    }

    /// Says at which time of its own schedule the session acts; with a fixed wall clock this is what
    /// [`wall`](Self::wall) advances by. Lateness and waits for the client do not belong in it.
    #[inline]
    pub fn schedule(&mut self, at: Elapsed) {
        self.conn.scheduled = at;
    }

    /// The time of its own schedule at which the session has acted last.
    #[inline]
    pub fn scheduled(&self) -> Elapsed {
        self.conn.scheduled
    }

    /// How much time has passed for all that is rendered: with a fixed wall clock what the
    /// [schedule](Self::schedule) says.
    #[inline]
    pub fn passed(&self) -> Elapsed {
        match self.conn.wall {
            Wall::Real(_) => self.elapsed,
            Wall::Fixed(_) => self.conn.scheduled,
        }
    }

    /// Wall time (UTC).
    pub fn wall(&self) -> OffsetDateTime {
        let (base, passed) = match self.conn.wall {
            Wall::Real(base) => (base, self.real),
            Wall::Fixed(base) => (base, self.conn.scheduled),
        };
        time::Duration::try_from(passed).ok().and_then(|passed| base.checked_add(passed)).unwrap_or(base)
    }

    /// The connection's random generator.
    #[inline]
    pub fn rng(&mut self) -> &mut ConnRng {
        &mut self.conn.rng
    }

    /// The handshake.
    pub fn hello(&self) -> &Arc<Hello> {
        &self.conn.hello
    }

    /// The bounds to keep to.
    #[inline]
    pub fn limits(&self) -> Limits {
        self.conn.limits
    }

    /// The connection's variables (`{{state.x}}`).
    pub fn state(&self) -> &Map<String, Value> {
        &self.conn.state
    }

    /// The connection's variables, to change.
    pub fn state_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.conn.state
    }

    /// The name of the current state of the connection's machine; empty where there is none.
    pub fn machine(&self) -> &Arc<str> {
        &self.conn.machine
    }

    /// Moves the machine to a state.
    pub fn set_machine(&mut self, state: Arc<str>) {
        self.conn.machine = state;
    }

    /// Which connection this is.
    pub fn id(&self) -> &ConnId {
        &self.conn.id
    }

    /// What the connections of the server have in common.
    pub fn commons(&self) -> &Commons {
        &self.conn.commons
    }

    /// The shared variables (`{{shared.x}}`); empty outside of [`sharing`](Self::sharing).
    pub fn shared(&self) -> &Map<String, Value> {
        &self.conn.shared
    }

    /// The shared variables, to change.
    pub fn shared_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.conn.shared
    }

    /// Does something while what is shared is this connection's alone, its variables as
    /// [`shared`](Self::shared).
    pub fn sharing<T>(&mut self, shared: &Mutex<Shared>, act: impl FnOnce(&mut Self, &mut Shared) -> T) -> T {
        let mut held = shared.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut held.vars, &mut self.conn.shared);
        let done = act(self, &mut held);
        std::mem::swap(&mut held.vars, &mut self.conn.shared);
        done
    }

    /// Joins a room, with a key that comes with what is published there, under the name that its members
    /// see; false where it is there already.
    ///
    /// # Errors
    /// As [`Mailbox::join`](crate::Mailbox::join).
    pub fn join(&mut self, room: &str, key: Option<&str>, name: &str) -> Result<bool, &'static str> {
        self.conn.join(room, key, name)
    }

    /// Leaves what it has joined as that room and with that key; `None` stands for any. Gives the rooms.
    pub fn leave(&mut self, room: Option<&str>, key: Option<&str>) -> Vec<Arc<str>> {
        self.conn.mailbox.as_mut().map(|mailbox| mailbox.leave(room, key)).unwrap_or_default()
    }

    /// The rooms that it is in, the latest last.
    pub fn rooms(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> {
        self.conn.mailbox.iter().flat_map(|mailbox| mailbox.joined())
    }

    /// The name under which it has joined a room.
    pub fn name_in(&self, room: &str) -> Option<&Arc<str>> {
        self.conn.mailbox.as_ref()?.name_in(room)
    }

    /// Publishes a message to the members of a room: those of a name where one is
    /// given, otherwise all or all others. A fact.
    pub fn publish(&mut self, room: &str, sender: &str, message: Message, others: bool, only: Option<&str>) {
        let audience = match (only, &self.conn.mailbox) {
            (Some(name), _) => Audience::Named(name),
            (None, Some(mailbox)) if others => Audience::Others(mailbox),
            _ => Audience::All,
        };
        let heard = self.conn.commons.rooms.publish(room, sender, message, audience);
        self.note(Fact::Published { room: room.into(), heard });
    }

    /// Tells the other members of a room that what they share has changed.
    pub fn nudge(&self, room: &str) {
        if let Some(mailbox) = &self.conn.mailbox {
            self.conn.commons.rooms.nudge(room, Audience::Others(mailbox));
        }
    }

    /// Sends on what was published in a room; a close frame that came so closes.
    pub fn deliver(&mut self, delivery: &Delivery) {
        match delivery.message.message() {
            Message::Close(frame) => self.close(frame.clone()),
            message => self.send(message.clone()),
        }
    }

    /// A [sibling](Mailbox::sibling) of the connection's mailbox, by which a task outside of the loop joins
    /// rooms for the connection, and posts to it.
    pub fn mailbox(&mut self) -> Mailbox {
        self.conn.mailbox().sibling()
    }

    /// Asks the loop to read nothing more from the peer, or to go on. The bound on what a session hands to
    /// somebody slower than itself; while it holds, a peer that leaves is not noticed. Gives what held before.
    pub fn hold(&mut self, held: bool) -> bool {
        std::mem::replace(&mut self.conn.held, held)
    }

    /// Tells the loop what goes on when the connection is over, so that a server which shuts down waits for it
    /// (as long as for a close frame) before it says that it is done.
    pub fn linger(&mut self, rest: impl Future<Output = ()> + Send + 'static) {
        self.conn.work.get_or_insert_default().rest = Some(Box::pin(rest));
    }

    /// Runs async work of the user's; [`Returned`](crate::Event::Returned) brings the effects that it leaves,
    /// under the number given. It ends with the connection.
    pub fn call(&mut self, number: u8, work: impl Future<Output = Vec<Effect>> + Send + 'static) {
        self.conn.work.get_or_insert_default().calls.push((number, Box::pin(work)));
    }

    /// As [`hold`](Self::hold), for messages from another server.
    pub fn hold_upstream(&mut self, held: bool) {
        self.conn.upstream_held = held;
    }

    /// Closes because of a failure: a fact now, and the reason and label with which the connection ends.
    pub fn fail(&mut self, status: Status, reason: impl Into<String>, frame: CloseFrame) {
        let reason = reason.into();
        self.note(Fact::Error { reason: reason.clone() });
        self.close_for(status, reason, frame);
    }

    /// As [`fail`](Self::fail), where a fact of its own has told the failure.
    pub fn close_for(&mut self, status: Status, reason: impl Into<String>, frame: CloseFrame) {
        self.conn.failure = Some(Box::new((status, reason.into())));
        self.close(Some(frame));
    }

    /// The next number of a counter: 1, 2, 3 … per connection and name. Of 4,096 names the oldest is forgotten.
    pub fn seq(&mut self, name: &str) -> u64 {
        let count = slot(&mut self.conn.numbers.get_or_insert_default().counters, name, 0);
        *count += 1;
        *count
    }

    /// The next value of a random walk: `start` first, then each time a uniform step in `±step` further.
    pub fn walk(&mut self, name: &str, start: f64, step: f64) -> f64 {
        let walks = &mut self.conn.numbers.get_or_insert_default().walks;
        if let Some((_, value)) = walks.iter_mut().find(|(key, _)| &**key == name) {
            *value += self.conn.rng.random_range(-1.0..=1.0) * step;
            return *value;
        }
        remember(walks, name, start);
        start
    }

    /// Sends a message.
    #[inline]
    pub fn send(&mut self, message: Message) {
        self.effects.push(Effect::Send(message));
    }

    /// Does something with the connection to another server.
    #[inline]
    pub fn upstream(&mut self, effect: ToUpstream) {
        self.effects.push(Effect::Upstream(effect));
    }

    /// Begins the closing handshake.
    pub fn close(&mut self, frame: Option<CloseFrame>) {
        self.effects.push(Effect::Close(frame));
    }

    /// Drops the connection after what was sent has been written.
    pub fn abort(&mut self) {
        self.effects.push(Effect::Abort);
    }

    /// Reports a fact.
    pub fn note(&mut self, fact: Fact) {
        self.effects.push(Effect::Note(fact));
    }

    /// Passes an effect on.
    #[inline]
    pub fn emit(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Whether the buffer has no room. A session that is told `true` emits nothing more and is given
    /// [`Writable`](crate::Event::Writable) when there is room again.
    #[inline]
    pub fn full(&mut self) -> bool {
        self.effects.refuse()
    }
}

fn slot<'v, T>(slots: &'v mut Vec<(Box<str>, T)>, name: &str, initial: T) -> &'v mut T {
    let index = slots.iter().position(|(key, _)| &**key == name);
    let index = index.unwrap_or_else(|| remember(slots, name, initial));
    &mut slots[index].1
}

/// Names come from clients where streams have keys, so the oldest goes when there are too many.
fn remember<T>(slots: &mut Vec<(Box<str>, T)>, name: &str, value: T) -> usize {
    const MOST: usize = 4096;
    if slots.len() >= MOST {
        slots.remove(0);
    }
    slots.push((name.into(), value));
    slots.len() - 1
}
