//! The connections that are open, in the hand of a test.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mockforge_ws_core::{ConnId, Fact, Follower, Hello, Message, Order, Record, Remote, Unreached, close};
use tokio::sync::Notify;

/// A connection that was open when it was [asked for](crate::MockServer::connections). What is asked of it is done
/// by its loop, behind what it does already, and whatever the mock's mode is; it is an error once the connection is
/// over.
#[derive(Clone)]
pub struct Connection {
    id: ConnId,
    hello: Arc<Hello>,
    remote: Remote,
}

impl Connection {
    /// Its route and number, as in the journal: `/ws#1`.
    pub fn id(&self) -> &ConnId {
        &self.id
    }

    /// The handshake it came with.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Sends a message.
    ///
    /// # Errors
    /// Where the connection is over, or its client reads too slowly to be sent more.
    pub fn send(&self, message: Message) -> Result<(), Unreached> {
        self.remote.order(Order::Send(message))
    }

    /// Closes with a code and a reason, behind what was sent before.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn close(&self, code: u16, reason: &str) -> Result<(), Unreached> {
        self.remote.order(Order::Close(Some(close::frame(code, reason))))
    }

    /// Drops the connection without a word: the client finds it reset. False where it is over already.
    pub fn abort(&self) -> bool {
        self.remote.abort()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({})", self.id)
    }
}

/// The open connections of a server, in the order in which they were opened.
#[derive(Debug, Default)]
pub(super) struct Live {
    open: Mutex<BTreeMap<u64, Connection>>,
    /// Told of each that is opened.
    pub(super) opened: Notify,
}

impl Live {
    pub(super) fn connections(&self) -> Vec<Connection> {
        self.open().values().cloned().collect()
    }

    pub(super) fn follow(self: &Arc<Self>) -> Box<dyn Follower> {
        Box::new(Entry { live: Arc::clone(self), remote: None, place: None })
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<u64, Connection>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection's place among them.
struct Entry {
    live: Arc<Live>,
    remote: Option<Remote>,
    place: Option<u64>,
}

impl Follower for Entry {
    fn reach(&mut self, remote: &mut dyn FnMut() -> Remote) {
        self.remote = Some(remote());
    }

    fn note(&mut self, record: Record<'_>) {
        if let (Fact::Opened { .. }, Some(remote)) = (record.fact, self.remote.take()) {
            let (id, hello) = (record.conn.clone(), Arc::new(record.hello.clone()));
            let mut open = self.live.open();
            let place = open.last_key_value().map_or(0, |(last, _)| last + 1);
            open.insert(place, Connection { id, hello, remote });
            drop(open);
            self.place = Some(place);
            self.live.opened.notify_waiters();
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.live.open().remove(&place);
        }
    }
}
