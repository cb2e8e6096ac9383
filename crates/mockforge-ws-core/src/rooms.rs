//! Rooms: who hears what is published where, across the connections of one server. Nothing is sent here: a
//! message waits in each member's mailbox until that connection's loop takes it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tungstenite::protocol::Message;

use crate::{Inbound, Order, Remote};

/// The rooms of a server. A clone is a reference; the lock inside is held for one call.
///
/// ```
/// use mockforge_ws_core::{Audience, Mailbox, Message, Rooms};
///
/// let rooms = Rooms::default();
/// let (mut ada, mut bob) = (Mailbox::new(&rooms), Mailbox::new(&rooms));
/// ada.join("lobby", None, "ada").unwrap();
/// bob.join("lobby", None, "bob").unwrap();
/// assert_eq!(rooms.publish("lobby", "ada", Message::text("hi"), Audience::Others(&ada)), 1);
/// assert_eq!(rooms.members("lobby"), ["ada".into(), "bob".into()]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Rooms(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    rooms: HashMap<Arc<str>, Room>,
    /// Counts what happens in rooms, so that members stand in the order in which they joined.
    order: u64,
}

#[derive(Debug, Default)]
struct Room {
    memberships: BTreeMap<u64, Membership>,
    /// How many memberships each connection has.
    connections: HashMap<usize, usize>,
}

#[derive(Debug)]
struct Membership {
    inbox: Arc<Mutex<Inbox>>,
    name: Arc<str>,
    key: Option<Arc<str>>,
}

/// Who of a room hears a message.
#[derive(Debug, Clone, Copy)]
pub enum Audience<'a> {
    /// Every member.
    All,
    /// Every member but this one.
    Others(&'a Mailbox),
    /// The members of that name.
    Named(&'a str),
}

/// A message that was published in a room, as one member gets it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The room; empty for what was [posted](Mailbox::post) to the connection itself.
    pub room: Arc<str>,
    /// The key under which the member joined, if it gave one.
    pub key: Option<Arc<str>>,
    /// The name of who published it.
    pub sender: Arc<str>,
    /// The message, shared by all who get it: its JSON is parsed at most once for all.
    pub message: Arc<Inbound>,
}

/// What comes to a connection from the others.
#[derive(Debug)]
pub enum Mail {
    /// A message was published in a room.
    Message(Delivery),
    /// Somebody outside wants something done: see [`Remote`].
    Order(Order),
    /// Something that is shared has changed.
    Changed,
}

#[derive(Debug, Default)]
pub(crate) struct Inbox {
    mail: VecDeque<Mail>,
    bytes: usize,
    changed: bool,
    trouble: Option<Trouble>,
    waker: Option<Waker>,
    /// Whether the connection takes no mail for now, and is woken by trouble only.
    is_closed: bool,
}

/// Why a connection can't go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// More came than is kept: it can't keep up, and has missed messages.
    Overflow,
    /// Somebody outside has [aborted](Remote::abort) it.
    Abort,
}

impl Mail {
    /// The bytes that wait.
    fn len(&self) -> usize {
        match self {
            Self::Message(delivery) => delivery.message.message().len(),
            Self::Order(order) => order.len(),
            Self::Changed => 0,
        }
    }
}

impl Delivery {
    /// Whether it was posted to the connection itself rather than published in a room.
    pub fn is_own(&self) -> bool {
        self.room.is_empty()
    }
}

impl Rooms {
    /// Puts a message into the mailboxes of a room's members, and says how many memberships that were.
    pub fn publish(&self, room: &str, sender: &str, message: Message, audience: Audience<'_>) -> usize {
        let table = self.table();
        let Some((name, members)) = table.rooms.get_key_value(room) else { return 0 };
        let delivery = Delivery {
            room: Arc::clone(name),
            key: None,
            sender: sender.into(),
            message: Arc::new(Inbound::new(message)),
        };
        let mut heard = 0;
        for member in members.memberships.values().filter(|member| audience.has(member)) {
            lock(&member.inbox).deliver(Delivery { key: member.key.clone(), ..delivery.clone() });
            heard += 1;
        }
        heard
    }

    /// Tells a room's members that something which they share has changed.
    pub fn nudge(&self, room: &str, audience: Audience<'_>) {
        if let Some(room) = self.table().rooms.get(room) {
            for member in room.memberships.values().filter(|member| audience.has(member)) {
                lock(&member.inbox).nudge();
            }
        }
    }

    /// The names of the members, in the order in which they joined; a connection that has joined with
    /// several keys stands there once.
    pub fn members(&self, room: &str) -> Vec<Arc<str>> {
        let table = self.table();
        let Some(room) = table.rooms.get(room) else { return Vec::new() };
        let mut seen = std::collections::HashSet::new();
        let members = room.memberships.values();
        members.filter(|member| seen.insert(member.id())).map(|member| Arc::clone(&member.name)).collect()
    }

    /// Whether both are the rooms of one server.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// How many connections are in a room.
    pub fn size(&self, room: &str) -> usize {
        self.table().rooms.get(room).map_or(0, |room| room.connections.len())
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Audience<'_> {
    fn has(self, member: &Membership) -> bool {
        match self {
            Self::All => true,
            Self::Others(one) => !Arc::ptr_eq(&one.inbox, &member.inbox),
            Self::Named(name) => *member.name == *name,
        }
    }
}

impl Membership {
    /// What tells connections apart.
    fn id(&self) -> usize {
        Arc::as_ptr(&self.inbox).addr()
    }
}

/// One connection's memberships and what has come for it. Dropping it leaves all rooms.
#[derive(Debug)]
pub struct Mailbox {
    rooms: Rooms,
    inbox: Arc<Mutex<Inbox>>,
    joined: Vec<Joined>,
}

/// A membership.
#[derive(Debug, Clone)]
struct Joined {
    room: Arc<str>,
    key: Option<Arc<str>>,
    name: Arc<str>,
    order: u64,
}

impl Mailbox {
    /// The messages that wait for one connection; one more is an overflow.
    pub const MAX_LEN: usize = 1024;
    /// The bytes of messages that wait for one connection.
    pub const MAX_BYTES: usize = 4 << 20;
    /// The memberships of one connection, which clients may be able to ask for.
    pub const MAX_JOINED: usize = 1024;
    /// The length of a room's name and of a key, in bytes.
    pub const MAX_NAME: usize = 256;

    /// A mailbox in no room.
    pub fn new(rooms: &Rooms) -> Self {
        Self { rooms: rooms.clone(), inbox: Arc::default(), joined: Vec::new() }
    }

    /// Memberships of their own, with the mail coming to the same place: for somebody who acts for the
    /// connection from another task. Only one of the siblings is [polled](Self::poll).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use mockforge_ws_core::{Delivery, Inbound, Mailbox, Message, Rooms};
    ///
    /// let mailbox = Mailbox::new(&Rooms::default());
    /// let elsewhere = mailbox.sibling();
    /// let message = Arc::new(Inbound::new(Message::text("hi")));
    /// elsewhere.post(Delivery { room: "".into(), key: None, sender: "me".into(), message });
    /// assert_eq!(mailbox.held_bytes(), 2);
    /// ```
    #[must_use]
    pub fn sibling(&self) -> Self {
        Self { rooms: self.rooms.clone(), inbox: Arc::clone(&self.inbox), joined: Vec::new() }
    }

    /// Puts a message behind all that has come, past the rooms.
    pub fn post(&self, delivery: Delivery) {
        lock(&self.inbox).deliver(delivery);
    }

    /// A way to reach the connection from outside.
    pub fn remote(&self) -> Remote {
        Remote(Arc::downgrade(&self.inbox))
    }

    /// Tells the connection that something has [changed](Mail::Changed).
    pub fn ring(&self) {
        lock(&self.inbox).nudge();
    }

    /// The rooms of the server.
    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// Joins a room under a name, with a key that comes with all that is published there; false where it is
    /// there already. With another key a connection is a member once more.
    ///
    /// # Errors
    /// Where the limits on names and memberships are passed.
    pub fn join(&mut self, room: &str, key: Option<&str>, name: &str) -> Result<bool, &'static str> {
        if [Some(room), key, Some(name)].into_iter().flatten().any(|text| text.len() > Self::MAX_NAME) {
            return Err("the name of a room, a key or a member is longer than 256 bytes");
        }
        if self.joined.iter().any(|joined| *joined.room == *room && joined.key.as_deref() == key) {
            return Ok(false);
        }
        if self.joined.len() >= Self::MAX_JOINED {
            return Err("a connection can be in 1,024 rooms and no more");
        }
        let mut table = self.rooms.table();
        table.order += 1;
        let order = table.order;
        let shared =
            table.rooms.get_key_value(room).map_or_else(|| room.into(), |(name, _)| Arc::clone(name));
        let members = table.rooms.entry(Arc::clone(&shared)).or_default();
        let key: Option<Arc<str>> = key.map(Into::into);
        let name: Arc<str> = name.into();
        let membership =
            Membership { inbox: Arc::clone(&self.inbox), name: Arc::clone(&name), key: key.clone() };
        *members.connections.entry(membership.id()).or_default() += 1;
        members.memberships.insert(order, membership);
        drop(table);
        self.joined.push(Joined { room: shared, key, name, order });
        Ok(true)
    }

    /// Ends the memberships of that room and key; `None` stands for any. Gives the rooms, once for each
    /// membership.
    pub fn leave(&mut self, room: Option<&str>, key: Option<&str>) -> Vec<Arc<str>> {
        let leaves = |joined: &Joined| {
            room.is_none_or(|room| *joined.room == *room)
                && key.is_none_or(|key| joined.key.as_deref() == Some(key))
        };
        let (left, kept) = std::mem::take(&mut self.joined).into_iter().partition(leaves);
        self.joined = kept;
        let left: Vec<Joined> = left;
        let mut table = self.rooms.table();
        for Joined { room, order, .. } in &left {
            if let Some(members) = table.rooms.get_mut(room)
                && let Some(membership) = members.memberships.remove(order)
            {
                let id = membership.id();
                match members.connections.get_mut(&id) {
                    Some(count) if *count > 1 => *count -= 1,
                    _ => drop(members.connections.remove(&id)),
                }
                if members.memberships.is_empty() {
                    table.rooms.remove(room);
                }
            }
        }
        drop(table);
        left.into_iter().map(|joined| joined.room).collect()
    }

    /// The rooms that it is in, in the order in which it joined.
    pub fn joined(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> {
        self.joined.iter().map(|joined| &joined.room)
    }

    /// The name under which it has joined a room last.
    pub fn name_in(&self, room: &str) -> Option<&Arc<str>> {
        self.joined.iter().rev().find(|joined| *joined.room == *room).map(|joined| &joined.name)
    }

    /// Takes what came first, or remembers whom to wake.
    pub fn poll(&mut self, task: &mut Context<'_>) -> Poll<Mail> {
        let mut inbox = lock(&self.inbox);
        let mail = inbox.take();
        if mail.is_none() {
            inbox.remember(task, false);
        }
        mail.map_or(Poll::Pending, Poll::Ready)
    }

    /// Takes nothing for now, and remembers whom to wake when the connection [can't go on](Self::trouble).
    pub fn mind_trouble(&self, task: &mut Context<'_>) {
        lock(&self.inbox).remember(task, true);
    }

    /// Why the connection can't go on, if so.
    pub fn trouble(&self) -> Option<Trouble> {
        lock(&self.inbox).trouble
    }

    /// The bytes of the messages that wait.
    pub fn held_bytes(&self) -> usize {
        lock(&self.inbox).bytes
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.leave(None, None);
    }
}

impl Inbox {
    fn deliver(&mut self, delivery: Delivery) {
        let mail = Mail::Message(delivery);
        // What comes after a gap would only hide it.
        if self.trouble.is_some() {
            return;
        }
        if self.has_room(mail.len()) {
            self.put(mail);
        } else {
            self.trouble = Some(Trouble::Overflow);
            self.wake();
        }
    }

    /// Whether so many bytes more are kept.
    pub(crate) fn has_room(&self, len: usize) -> bool {
        let fits = self.bytes == 0 || self.bytes + len <= Mailbox::MAX_BYTES;
        self.mail.len() < Mailbox::MAX_LEN && fits && self.trouble.is_none()
    }

    pub(crate) fn put(&mut self, mail: Mail) {
        self.bytes += mail.len();
        self.mail.push_back(mail);
        if !self.is_closed {
            self.wake();
        }
    }

    fn remember(&mut self, task: &mut Context<'_>, is_closed: bool) {
        self.is_closed = is_closed;
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(task.waker())) {
            self.waker = Some(task.waker().clone());
        }
    }

    pub(crate) fn abort(&mut self) {
        self.trouble = Some(Trouble::Abort);
        self.wake();
    }

    fn nudge(&mut self) {
        self.changed = true;
        if !self.is_closed {
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }

    fn take(&mut self) -> Option<Mail> {
        match self.mail.pop_front() {
            Some(mail) => {
                self.bytes -= mail.len();
                Some(mail)
            }
            // A change may end the connection; what was said before is not to be lost.
            None => std::mem::take(&mut self.changed).then_some(Mail::Changed),
        }
    }
}

pub(crate) fn lock(inbox: &Mutex<Inbox>) -> MutexGuard<'_, Inbox> {
    inbox.lock().unwrap_or_else(PoisonError::into_inner)
}
