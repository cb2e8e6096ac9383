//! A pool by itself, for programs that forward messages themselves.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, ready};
use std::time::Duration;

use deadpool::managed::{Object, Pool, PoolError};
use futures_util::{SinkExt as _, StreamExt as _};
use http::Uri;
use mockforge_ws_core::{Dial, DialError, DialErrorKind, Dialled, Message, Upstream};

use super::pool::{Opener, pool};
use super::{Dialer, shown};
use crate::PeerError;

/// Connections to other servers, by URL, for programs that forward messages themselves.
///
/// One that is dropped waits for the next caller, who gets it if it still answers a ping.
///
/// ```no_run
/// use mockforge_ws_core::Message;
/// use mockforge_ws_io::ConnectionPool;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (upstream_url, message) = ("ws://localhost:9000/feed", Message::text("hello"));
/// let pool = ConnectionPool::new(8);
/// // Connection reuse for proxy operations
/// let connection = pool.get_connection(upstream_url).await?;
/// connection.forward_message(message).await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct ConnectionPool {
    dialer: Arc<Dialer>,
    upstream: Arc<Upstream>,
    size: usize,
    pools: Mutex<Vec<(Uri, Pool<Opener>)>>,
}

impl ConnectionPool {
    /// How long a connection waits for its next user.
    pub const IDLE: Duration = Duration::from_secs(60);

    /// A pool of at most `size` connections to each URL, at least one.
    pub fn new(size: usize) -> Self {
        Self::with(size, Arc::default(), Upstream::default())
    }

    /// The same, with a dialer and the way to the servers.
    pub fn with(size: usize, dialer: Arc<Dialer>, upstream: Upstream) -> Self {
        let upstream = Arc::new(Upstream { pool: None, ..upstream });
        Self { dialer, upstream, size, pools: Mutex::default() }
    }

    /// A connection to `url`: one that waits and still answers, a new one while there are fewer than the pool
    /// takes, or the next that is given back.
    ///
    /// # Errors
    /// When `url` is no WebSocket URL, or the server can't be reached or refuses.
    pub async fn get_connection(&self, url: &str) -> Result<PooledConnection, DialError> {
        let failed = |kind, reason| DialError { kind, reason };
        let uri: Uri = url
            .parse()
            .ok()
            .filter(|uri: &Uri| matches!(uri.scheme_str(), Some("ws" | "wss")) && uri.host().is_some())
            .ok_or_else(|| {
                failed(DialErrorKind::Resolve, "a WebSocket URL begins with ws:// or wss://".into())
            })?;
        let pool = {
            let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
            match pools.iter().find(|(known, _)| *known == uri) {
                Some((_, pool)) => pool.clone(),
                None => {
                    let settings = mockforge_ws_core::Pool { size: self.size, idle: Self::IDLE, reuse: true };
                    let dial = Dial::new(uri.clone(), Arc::clone(&self.upstream));
                    let fresh = pool(&self.dialer, dial, settings)
                        .ok_or_else(|| failed(DialErrorKind::Connect, "the pool could not be made".into()))?;
                    pools.push((uri.clone(), fresh.clone()));
                    fresh
                }
            }
        };
        match pool.get().await {
            Ok(mut open) => {
                open.used = true;
                Ok(PooledConnection(Mutex::new(open)))
            }
            Err(PoolError::Backend(Dialled::Failed(error))) => Err(error),
            Err(PoolError::Backend(Dialled::Refused(refusal))) => {
                let reason = format!("{}: it answered with {}", shown(&uri), refusal.status);
                Err(failed(DialErrorKind::Handshake, reason))
            }
            Err(other) => Err(failed(DialErrorKind::Connect, format!("{}: {other:?}", shown(&uri)))),
        }
    }
}

/// A connection from a [`ConnectionPool`], given back when it is dropped. Messages can be sent while one is waited
/// for.
#[derive(Debug)]
pub struct PooledConnection(Mutex<Object<Opener>>);

impl PooledConnection {
    /// Sends a message.
    ///
    /// # Errors
    /// When the connection is over.
    pub async fn forward_message(&self, message: impl Into<Message>) -> Result<(), PeerError> {
        let mut message = Some(message.into());
        poll_fn(|task| {
            let mut open = self.open();
            ready!(open.peer.poll_ready_unpin(task))?;
            Poll::Ready(message.take().map_or(Ok(()), |message| open.peer.start_send_unpin(message)))
        })
        .await?;
        poll_fn(|task| self.open().peer.poll_flush_unpin(task)).await
    }

    /// The next message; `None` when the server has closed.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn next_message(&self) -> Result<Option<Message>, PeerError> {
        poll_fn(|task| self.open().peer.poll_next_unpin(task)).await.transpose()
    }

    fn open(&self) -> MutexGuard<'_, Object<Opener>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
