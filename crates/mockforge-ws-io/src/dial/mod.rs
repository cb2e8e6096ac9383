//! Connecting to other servers: name, TCP (through proxies), TLS and handshake, with retries, a circuit breaker
//! and a pool, as the [`Upstream`] says.

mod breaker;
mod connection_pool;
mod handshake;
mod pool;
mod tcp;
mod tls;

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use http::Uri;
use mockforge_ws_core::{Dial, DialError, DialErrorKind, Dialled, Upstream};
use rustls::ClientConfig;
use tokio::time::{Instant, sleep, timeout};

use crate::link::{Link, Stream, Wire};
use breaker::Circuit;
use pool::Pools;

pub use connection_pool::{ConnectionPool, PooledConnection};
pub use tcp::Proxies;
pub use tls::{check_tls, secure};

/// The longest pause between two attempts.
const MAX_BACKOFF: Duration = Duration::from_secs(10);

/// Connects to other servers. What it learns about one is kept for as long as its [`Upstream`] is.
///
/// ```
/// use std::sync::Arc;
/// use mockforge_ws_core::{Dial, Dialled, Upstream};
/// use mockforge_ws_io::Dialer;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let dialer = Arc::new(Dialer::default());
/// let dial = Dial::new("ws://nobody.invalid/".parse().unwrap(), Arc::new(Upstream::default()));
/// let Err(Dialled::Failed(error)) = dialer.dial(dial).await else { panic!("nobody is there") };
/// assert!(error.reason.starts_with("ws://nobody.invalid/: "), "{error}");
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Dialer {
    proxies: Proxies,
    known: Mutex<Vec<(Weak<Upstream>, Arc<Known>)>>,
}

/// What is known of a server.
#[derive(Debug, Default)]
struct Known {
    tls: OnceLock<Result<Arc<ClientConfig>, String>>,
    circuit: Circuit,
    pools: Pools,
}

impl Dialer {
    /// Connects through these proxies.
    pub fn new(proxies: Proxies) -> Self {
        Self { proxies, known: Mutex::default() }
    }

    /// Connects and shakes hands; repeats what fails as the upstream says.
    ///
    /// # Errors
    /// What came of it instead: the server's refusal, or why there was no answer.
    pub async fn dial(self: &Arc<Self>, dial: Dial) -> Result<Link, Dialled> {
        let known = self.known(&dial.upstream);
        if let Some(pool) = dial.upstream.pool
            && let Some(pooled) = known.pools.take(self, &dial, pool).await
        {
            return pooled;
        }
        self.dial_anew(&dial).await
    }

    /// As [`dial`](Self::dial), past the pool.
    async fn dial_anew(&self, dial: &Dial) -> Result<Link, Dialled> {
        let (upstream, known) = (&dial.upstream, self.known(&dial.upstream));
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(upstream.backoff)
            .with_max_delay(MAX_BACKOFF)
            .with_max_times(upstream.retries as usize)
            .with_jitter()
            .build();
        loop {
            if let Some(breaker) = upstream.breaker
                && !known.circuit.lets_through(breaker, Instant::now())
            {
                let reason =
                    format!("{}: it has failed too often and is left alone for a while", shown(&dial.url));
                return Err(Dialled::Failed(DialError { kind: DialErrorKind::Resting, reason }));
            }
            let outcome = timeout(upstream.timeout, self.attempt(dial, &known)).await.unwrap_or_else(|_| {
                let reason = format!("{}: no answer within {:?}", shown(&dial.url), upstream.timeout);
                Err(Dialled::Failed(DialError { kind: DialErrorKind::Timeout, reason }))
            });
            if let Some(breaker) = upstream.breaker {
                // A server that refuses one client is not down.
                let is_success = !matches!(outcome, Err(Dialled::Failed(_)));
                known.circuit.record(breaker, is_success, Instant::now());
            }
            match (outcome, pauses.next()) {
                (Err(Dialled::Failed(_)), Some(pause)) => sleep(pause).await,
                (outcome, _) => return outcome,
            }
        }
    }

    async fn attempt(&self, dial: &Dial, known: &Known) -> Result<Link, Dialled> {
        let stream = tcp::connect(&dial.url, &self.proxies).await.map_err(Dialled::Failed)?;
        let stream = if tcp::is_secure(&dial.url) {
            let config = known.tls.get_or_init(|| tls::config(&dial.upstream.tls));
            let config = config.clone().map_err(|reason| {
                let reason = format!("{}: TLS: {reason}", shown(&dial.url));
                Dialled::Failed(DialError { kind: DialErrorKind::Tls, reason })
            })?;
            Stream::Tls(Box::new(tls::wrap(stream, &dial.url, config).await.map_err(Dialled::Failed)?))
        } else {
            Stream::Plain(stream)
        };
        let (stream, early, answer) = handshake::shake(stream, dial).await?;
        Ok(Link { url: shown(&dial.url), answer, wire: Wire::Raw(stream, early) })
    }

    fn known(&self, upstream: &Arc<Upstream>) -> Arc<Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |weak: &Weak<Upstream>| std::ptr::eq(weak.as_ptr(), Arc::as_ptr(upstream));
        if let Some((_, known)) = known.iter().find(|(weak, _)| same(weak)) {
            return Arc::clone(known);
        }
        known.retain(|(weak, _)| weak.strong_count() > 0);
        let fresh = Arc::<Known>::default();
        known.push((Arc::downgrade(upstream), Arc::clone(&fresh)));
        fresh
    }
}

/// A URL for people and journals: without credentials and query, which may be secret.
pub(crate) fn shown(url: &Uri) -> String {
    let scheme = url.scheme_str().unwrap_or("ws");
    let port = url.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{scheme}://{}{port}{}", url.host().unwrap_or_default(), url.path())
}
