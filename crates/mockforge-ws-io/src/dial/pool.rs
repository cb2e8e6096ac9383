//! Connections that are open before they are needed.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use mockforge_ws_core::{Answer, Dial, DialError, DialErrorKind, Dialled, Limits, Message, Upstream};
use tokio::time::timeout;

use super::{Dialer, shown};
use crate::link::{Link, Pooled, Wire};
use crate::{Peer, PeerError};

/// How many different handshakes of one server have a pool; others are dialled as they come.
const MAX_POOLS: usize = 16;
/// How long a waiting connection may take to answer the ping that tells whether it still lives.
const PONG: Duration = Duration::from_secs(1);
/// How many messages a waiting connection may have received before it is used.
const MAX_KEPT: usize = 64;

/// The pools of one server, by handshake.
#[derive(Debug, Default)]
pub(super) struct Pools(Mutex<Vec<Warm>>);

#[derive(Debug, Clone)]
struct Warm {
    dial: Dial,
    pool: Pool<Opener>,
}

impl Pools {
    /// A connection for this handshake; `None` where there is no pool for it.
    pub(super) async fn take(
        &self,
        dialer: &Arc<Dialer>,
        dial: &Dial,
        settings: mockforge_ws_core::Pool,
    ) -> Option<Result<Link, Dialled>> {
        let pool = self.pool(dialer, dial, settings)?;
        let taken = pool.get().await;
        refill(pool, settings);
        let mut open = match taken {
            Ok(open) => open,
            Err(PoolError::Backend(dialled)) => return Some(Err(dialled)),
            // A pool that is closed with its server.
            Err(_) => return None,
        };
        let answer = open.answer.clone();
        let reusable = settings.reuse;
        open.used = true;
        let taken = if reusable { Taken::Borrowed(open) } else { Taken::Own(Object::take(open)) };
        let peer: Box<dyn Peer> = Box::new(taken);
        Some(Ok(Link { url: shown(&dial.url), answer, wire: Wire::Framed(Pooled { peer, reusable }) }))
    }

    fn pool(
        &self,
        dialer: &Arc<Dialer>,
        dial: &Dial,
        settings: mockforge_ws_core::Pool,
    ) -> Option<Pool<Opener>> {
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |warm: &&Warm| {
            let own = &warm.dial;
            (&own.url, &own.headers, &own.subprotocols) == (&dial.url, &dial.headers, &dial.subprotocols)
        };
        if let Some(warm) = pools.iter().find(same) {
            return Some(warm.pool.clone());
        }
        if pools.len() == MAX_POOLS {
            return None;
        }
        // A copy of the upstream: whoever keeps the configured one would keep the pool for ever.
        let upstream = Arc::new(Upstream { pool: None, ..Upstream::clone(&dial.upstream) });
        let own = Dial { extensions: Vec::new(), upstream, ..dial.clone() };
        let pool = pool(dialer, own.clone(), settings)?;
        pools.push(Warm { dial: own, pool: pool.clone() });
        tokio::spawn(keep(pool.clone(), settings, Arc::downgrade(&dial.upstream)));
        Some(pool)
    }
}

pub(super) fn pool(
    dialer: &Arc<Dialer>,
    dial: Dial,
    settings: mockforge_ws_core::Pool,
) -> Option<Pool<Opener>> {
    let opener = Opener { dialer: Arc::downgrade(dialer), dial, idle: settings.idle };
    // Without time-outs of its own, the pool has nothing to object to.
    Pool::builder(opener).max_size(settings.size.max(1)).build().ok()
}

/// Opens as many connections as may wait. What fails is told to the client that needs it.
fn refill(pool: Pool<Opener>, settings: mockforge_ws_core::Pool) {
    tokio::spawn(async move {
        let mut fresh = Vec::new();
        while pool.status().size < settings.size
            && let Ok(open) = pool.get().await
        {
            fresh.push(open);
        }
    });
}

/// Lets go of what has waited for too long, as long as the server is configured.
async fn keep(pool: Pool<Opener>, settings: mockforge_ws_core::Pool, upstream: Weak<Upstream>) {
    while upstream.strong_count() > 0 {
        tokio::time::sleep(settings.idle.clamp(Duration::from_millis(100), Duration::from_secs(5))).await;
        pool.retain(|_, metrics| metrics.last_used() < settings.idle);
    }
    pool.close();
}

/// Opens and examines the connections of a pool.
#[derive(Debug)]
pub(super) struct Opener {
    dialer: Weak<Dialer>,
    dial: Dial,
    idle: Duration,
}

impl Manager for Opener {
    type Type = Open;
    type Error = Dialled;

    async fn create(&self) -> Result<Open, Dialled> {
        let gone = || {
            let reason = format!("{}: the server is going away", shown(&self.dial.url));
            Dialled::Failed(DialError { kind: DialErrorKind::Connect, reason })
        };
        let dialer = self.dialer.upgrade().ok_or_else(gone)?;
        let connected =
            dialer.dial_anew(&self.dial).await?.connected(Limits { max_message_size: 64 << 20 }).await;
        Ok(Open { peer: connected.peer, answer: connected.answer, kept: VecDeque::new(), used: false })
    }

    async fn recycle(&self, open: &mut Open, metrics: &Metrics) -> RecycleResult<Dialled> {
        if metrics.last_used() >= self.idle {
            return Err(RecycleError::message("it has waited for too long"));
        }
        match timeout(PONG, open.answers_ping()).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(RecycleError::message("it answers no ping")),
        }
    }
}

/// An open connection.
pub(super) struct Open {
    pub(super) peer: Box<dyn Peer>,
    answer: Answer,
    /// What came before anybody used it.
    kept: VecDeque<Message>,
    /// Whether somebody has; what comes then is for nobody.
    pub(super) used: bool,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("used", &self.used).finish_non_exhaustive()
    }
}

impl Open {
    async fn answers_ping(&mut self) -> bool {
        let token = Bytes::from_static(b"mockforge");
        if self.peer.send(Message::Ping(token.clone())).await.is_err() {
            return false;
        }
        while let Some(Ok(message)) = self.peer.next().await {
            match message {
                Message::Pong(payload) if payload == token => return true,
                Message::Close(_) => return false,
                Message::Text(_) | Message::Binary(_) if !self.used => {
                    if self.kept.len() == MAX_KEPT {
                        return false;
                    }
                    self.kept.push_back(message);
                }
                _ => {}
            }
        }
        false
    }
}

/// A connection that somebody has taken from a pool.
enum Taken {
    /// To be given back.
    Borrowed(Object<Opener>),
    /// For good.
    Own(Open),
}

impl Taken {
    fn open(&mut self) -> &mut Open {
        match self {
            Self::Borrowed(object) => object,
            Self::Own(open) => open,
        }
    }
}

impl Stream for Taken {
    type Item = Result<Message, PeerError>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let open = self.open();
        match open.kept.pop_front() {
            Some(message) => Poll::Ready(Some(Ok(message))),
            None => open.peer.poll_next_unpin(task),
        }
    }
}

impl Sink<Message> for Taken {
    type Error = PeerError;

    fn poll_ready(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<(), PeerError>> {
        self.open().peer.poll_ready_unpin(task)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), PeerError> {
        self.open().peer.start_send_unpin(message)
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<(), PeerError>> {
        self.open().peer.poll_flush_unpin(task)
    }

    fn poll_close(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<(), PeerError>> {
        self.open().peer.poll_close_unpin(task)
    }
}

impl Peer for Taken {
    fn poll_discard(&mut self, task: &mut Context<'_>) -> Poll<()> {
        self.open().peer.poll_discard(task)
    }

    fn abort(&mut self) {
        self.open().peer.abort();
    }
}
