//! What the loop keeps for a connection between two calls of its session.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::{
    Commons, Effect, Elapsed, Fact, FactSink, Following, Hello, Mail, Mailbox, Record, Seed, Status, Trouble,
};

/// The generator of a connection: small, fast, and the same on every platform and release.
/// It is for test data and not for secrets.
pub type ConnRng = Pcg64Mcg;

/// Which connection: its route, and its number in the order of that route's accepted handshakes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnId {
    /// The route, as configured.
    pub route: Arc<str>,
    /// From 1.
    pub number: u64,
}

impl std::fmt::Display for ConnId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.route, self.number)
    }
}

/// Where a connection's wall time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wall {
    /// The connection opened at this real time; wall time is that plus the time elapsed.
    Real(OffsetDateTime),
    /// Wall time starts here and advances by scheduled time only, so that runs can be compared byte for byte.
    Fixed(OffsetDateTime),
}

impl Default for Wall {
    /// Fixed at the Unix epoch.
    fn default() -> Self {
        Self::Fixed(OffsetDateTime::UNIX_EPOCH)
    }
}

/// Bounds that sessions keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest message, in bytes, sent or received.
    pub max_message_size: usize,
}

impl Default for Limits {
    /// 4 MiB.
    fn default() -> Self {
        Self { max_message_size: 4 << 20 }
    }
}

/// A connection's identity, variables and generators.
#[derive(Debug)]
pub struct Conn {
    pub(crate) id: ConnId,
    pub(crate) hello: Arc<Hello>,
    subprotocol: Option<String>,
    pub(crate) wall: Wall,
    pub(crate) limits: Limits,
    pub(crate) rng: ConnRng,
    pub(crate) scheduled: Elapsed,
    /// Made by the first who counts or walks.
    pub(crate) numbers: Option<Box<Numbers>>,
    pub(crate) state: Map<String, Value>,
    pub(crate) machine: Arc<str>,
    pub(crate) commons: Commons,
    /// Made by the first who needs it.
    pub(crate) mailbox: Option<Box<Mailbox>>,
    /// What is shared, while the session has it.
    pub(crate) shared: Map<String, Value>,
    /// Whether the session takes no more messages for the time being.
    pub(crate) held: bool,
    /// What the session has failed of.
    pub(crate) failure: Option<Box<(Status, String)>>,
    /// Whether the same is so for messages from another server.
    pub(crate) upstream_held: bool,
    pub(crate) work: Option<Box<Work>>,
    following: Following,
}

/// What `{{seq}}` and `{{walk}}` go on from, by name.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) counters: Vec<(Box<str>, u64)>,
    pub(crate) walks: Vec<(Box<str>, f64)>,
}

/// Async work of a session.
#[derive(Default)]
pub(crate) struct Work {
    /// What goes on when the connection is over.
    pub(crate) rest: Option<Boxed<()>>,
    /// What the session waits for, by its number.
    pub(crate) calls: Vec<(u8, Boxed<Vec<Effect>>)>,
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Work({} calls)", self.calls.len())
    }
}

impl Conn {
    /// A connection at its opening. Its generator draws from hash(seed, route, number).
    pub fn new(id: ConnId, hello: Arc<Hello>, seed: Seed, wall: Wall, limits: Limits) -> Self {
        let rng = ConnRng::seed_from_u64(seed.derive(&id.route, id.number));
        Self {
            id,
            hello,
            subprotocol: None,
            wall,
            limits,
            rng,
            scheduled: Elapsed::ZERO,
            numbers: None,
            state: Map::new(),
            machine: Arc::from(""),
            commons: Commons::default(),
            mailbox: None,
            shared: Map::new(),
            held: false,
            failure: None,
            upstream_held: false,
            work: None,
            following: Following::default(),
        }
    }

    /// A connection by itself: number 1 of the route `path`, seed 0, its wall clock fixed at the Unix epoch.
    pub fn alone(path: &str) -> Self {
        let id = ConnId { route: path.into(), number: 1 };
        Self::new(id, Arc::new(Hello::new(path)), Seed(0), Wall::default(), Limits::default())
    }

    /// The same with other bounds.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with the subprotocol that was selected.
    #[must_use]
    pub fn with_subprotocol(mut self, subprotocol: Option<String>) -> Self {
        self.subprotocol = subprotocol;
        self
    }

    /// The same among other connections.
    #[must_use]
    pub fn with_commons(mut self, commons: Commons) -> Self {
        self.commons = commons;
        self
    }

    /// The same with those who followed its handshake.
    #[must_use]
    pub fn with_following(mut self, following: Following) -> Self {
        self.following = following;
        self
    }

    /// Asks the sink for a follower, unless the handshake had one already.
    pub fn follow(&mut self, sink: &dyn FactSink) {
        self.following.begin(sink, &self.hello);
    }

    /// Who follows it.
    pub fn following(&mut self) -> &mut Following {
        &mut self.following
    }

    /// Tells a fact to the sink and to who follows the connection.
    pub fn note(&mut self, sink: &dyn FactSink, at: Elapsed, fact: &Fact) {
        let record = Record { conn: &self.id, hello: &self.hello, at, fact };
        sink.note(record);
        self.following.note(record);
    }

    /// Joins a room from outside of the session; a message that is published there as a close frame closes
    /// the connection.
    ///
    /// # Errors
    /// As [`Mailbox::join`].
    pub fn join(&mut self, room: &str, key: Option<&str>, name: &str) -> Result<bool, &'static str> {
        self.mailbox().join(room, key, name)
    }

    pub(crate) fn mailbox(&mut self) -> &mut Mailbox {
        self.mailbox.get_or_insert_with(|| Box::new(Mailbox::new(&self.commons.rooms)))
    }

    /// The connection's variables (`{{state.x}}`).
    pub fn state(&self) -> &Map<String, Value> {
        &self.state
    }

    /// The same, to change them.
    pub fn state_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.state
    }

    /// The name of the current state of the connection's machine; empty where there is none.
    pub fn machine(&self) -> &Arc<str> {
        &self.machine
    }

    /// Whether the session takes no more messages from the peer: see [`Cx::hold`](crate::Cx::hold).
    #[inline]
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// Whether the session takes no more messages from another server: see
    /// [`Cx::hold_upstream`](crate::Cx::hold_upstream).
    pub fn is_upstream_held(&self) -> bool {
        self.upstream_held
    }

    /// The bounds.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The failure for which the session closes, once: see [`Cx::fail`](crate::Cx::fail).
    pub fn take_failure(&mut self) -> Option<(Status, String)> {
        self.failure.take().map(|failure| *failure)
    }

    /// What to wait for when the connection is over, once: see [`Cx::linger`](crate::Cx::linger).
    pub fn take_rest(&mut self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        self.work.as_mut()?.rest.take()
    }

    /// Work that is done, with its number: see [`Cx::call`](crate::Cx::call).
    pub fn poll_calls(&mut self, task: &mut Context<'_>) -> Poll<(u8, Vec<Effect>)> {
        let Some(work) = &mut self.work else { return Poll::Pending };
        for index in 0..work.calls.len() {
            if let Poll::Ready(effects) = work.calls[index].1.as_mut().poll(task) {
                return Poll::Ready((work.calls.swap_remove(index).0, effects));
            }
        }
        Poll::Pending
    }

    /// Takes nothing from other connections for now, but for [trouble](Self::trouble).
    pub fn mind_trouble(&self, task: &mut Context<'_>) {
        if let Some(mailbox) = &self.mailbox {
            mailbox.mind_trouble(task);
        }
    }

    /// What came from other connections; nothing ever does to one that is in no room.
    pub fn poll_mail(&mut self, task: &mut Context<'_>) -> Poll<Mail> {
        self.mailbox.as_mut().map_or(Poll::Pending, |mailbox| mailbox.poll(task))
    }

    /// Why the connection can't go on, as far as others are the reason.
    pub fn trouble(&self) -> Option<Trouble> {
        self.mailbox.as_ref().and_then(|mailbox| mailbox.trouble())
    }

    /// Lets who follows it have a way to reach it.
    pub fn introduce(&mut self) {
        let mut following = std::mem::take(&mut self.following);
        following.reach(&mut || self.mailbox().remote());
        self.following = following;
    }

    /// The bytes of messages from other connections that wait.
    pub fn held_bytes(&self) -> usize {
        self.mailbox.as_ref().map_or(0, |mailbox| mailbox.held_bytes())
    }

    /// Leaves all rooms.
    pub fn leave_rooms(&mut self) {
        self.mailbox = None;
    }

    /// The subprotocol that was selected.
    pub fn subprotocol(&self) -> Option<&str> {
        self.subprotocol.as_deref()
    }

    /// Which connection this is.
    pub fn id(&self) -> &ConnId {
        &self.id
    }

    /// Its handshake.
    pub fn hello(&self) -> &Arc<Hello> {
        &self.hello
    }
}
