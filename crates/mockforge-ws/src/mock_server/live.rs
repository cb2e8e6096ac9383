//! The connections that are open, in the hand of a test.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mockforge_ws_core::{
    Conn, ConnId, Fact, Follower, Hello, Message, Order, Record, Remote, Unreached, close,
};
use serde_json::{Map, Value};
use tokio::sync::{Notify, oneshot};

/// A connection that was open when it was [asked for](crate::MockServer::connections). What is asked of it is done
/// by its loop, behind what it does already, and whatever the mock's mode is; it is an error once the connection is
/// over.
///
/// ```
/// use futures_util::{SinkExt, StreamExt};
/// use mockforge_ws::MockServer;
/// use tokio_tungstenite::{connect_async, tungstenite::Message};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let rules = serde_json::json!({ "vars": { "price": 100 }, "rules": [{ "on": "^price$", "reply": "{{state.price}}" }] });
/// let server = MockServer::rules(rules).start().await?;
/// let (mut client, _) = connect_async(server.url()).await?;
/// let connection = server.connected(1).await.remove(0);
/// connection.set_variable("price", 101.5).await?;
/// client.send(Message::text("price")).await?;
/// assert_eq!(client.next().await.unwrap()?, Message::text("101.5"));
///
/// assert!(connection.abort());
/// assert!(client.next().await.unwrap().is_err(), "reset");
/// # Ok(()) }
/// ```
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

    /// The connection's variables as they are now: `{{state.x}}` of templates, `vars` of rules.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn variables(&self) -> Result<Map<String, Value>, Unreached> {
        self.visit(|conn| conn.state().clone()).await
    }

    /// Sets a variable; what the mock does from then on goes by it.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn set_variable(&self, name: &str, value: impl Into<Value>) -> Result<(), Unreached> {
        let (name, value) = (name.to_string(), value.into());
        self.visit(move |conn| conn.state_mut().insert(name, value)).await.map(drop)
    }

    /// The state of the connection's machine, for rules with `states`; empty where there are none.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn state(&self) -> Result<String, Unreached> {
        self.visit(|conn| conn.machine().to_string()).await
    }

    /// Runs on the connection's task, behind what waits there.
    async fn visit<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Conn) -> T + Send + 'static,
    ) -> Result<T, Unreached> {
        let (tell, told) = oneshot::channel();
        // Who asked may have given up.
        let visit = move |conn: &mut Conn| drop(tell.send(look(conn)));
        self.remote.order(Order::Visit(Box::new(visit)))?;
        told.await.map_err(|_| Unreached::Over)
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
