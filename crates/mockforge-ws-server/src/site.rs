//! What all connections of a server share.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mockforge_ws_core::{Commons, Limits, Refused, Seed, Wall};
use mockforge_ws_io::Context;
use time::OffsetDateTime;
use tokio::sync::Notify;

/// What holds for all connections.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many connections may be open at once; more are refused with 503.
    pub max_connections: usize,
    /// How many of them may come from one address; more are refused with 503. `None` for all.
    pub max_connections_per_ip: Option<usize>,
    /// What clients may do before they are upgraded.
    pub handshakes: Handshakes,
    /// The bounds of each.
    pub limits: Limits,
    /// The seed of the run.
    pub seed: Seed,
    /// Where wall time starts, for reproducible runs; `None` for the real time.
    pub now: Option<OffsetDateTime>,
    /// `Host` names beside the loopback ones that are served on loopback; `*` for all.
    pub allow_hosts: Vec<String>,
    /// Facts, budget, shutdown and timing.
    pub context: Context,
}

/// What clients of a [`Server`](crate::Server) may do before they are upgraded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handshakes {
    /// How long a client may take for the handshake of TLS and the head of its request together.
    pub timeout: Duration,
    /// How many clients may be at it at once. For one more the one that has been at it longest is dropped.
    pub max_pending: usize,
    /// How long such a client is let be, whoever else may come. Meanwhile newcomers wait.
    pub grace: Duration,
    /// How many headers a request may have; 431 beyond.
    pub max_headers: usize,
    /// How many bytes of them; 431 beyond.
    pub max_header_size: usize,
    /// How long the first line of a request may be, in bytes; 414 beyond.
    pub max_request_line: usize,
}

impl Default for Handshakes {
    /// Ten seconds; 1,024 clients at once, a second for each at least; 100 headers of 16 KiB in all, and a line of
    /// 8 KiB.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            max_pending: 1024,
            grace: Duration::from_secs(1),
            max_headers: 100,
            max_header_size: 16 << 10,
            max_request_line: 8 << 10,
        }
    }
}

impl Default for Settings {
    /// 10,000 connections from anywhere, the usual limits and timing, seed 0, real time.
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            max_connections_per_ip: None,
            handshakes: Handshakes::default(),
            limits: Limits::default(),
            seed: Seed::default(),
            now: None,
            allow_hosts: Vec::new(),
            context: Context::default(),
        }
    }
}

/// A running server's settings and counts.
#[derive(Debug)]
pub struct Site {
    pub(crate) settings: Settings,
    active: AtomicUsize,
    /// How many of them come from where, while that is limited.
    origins: Mutex<HashMap<IpAddr, usize>>,
    emptied: Notify,
    /// Rooms and shared variables, which outlive a reload.
    commons: Commons,
    /// How often routes were made.
    generations: AtomicU64,
    /// Connection numbers by route; they outlive a reload.
    numbers: Mutex<HashMap<String, Arc<AtomicU64>>>,
}

impl Site {
    /// A site without connections.
    pub fn new(settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            settings,
            active: AtomicUsize::new(0),
            origins: Mutex::default(),
            emptied: Notify::new(),
            commons: Commons::default(),
            generations: AtomicU64::new(0),
            numbers: Mutex::default(),
        })
    }

    /// The number of connections that are open.
    pub fn active(&self) -> usize {
        self.active.load(Ordering::Acquire)
    }

    /// Waits until no connection is open.
    pub async fn empty(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.active() == 0 {
                return;
            }
            emptied.await;
        }
    }

    /// What the connections have in common: the rooms, to publish in from outside, and what they share.
    pub fn commons(&self) -> &Commons {
        &self.commons
    }

    /// The room of all connections of the routes that are made next.
    pub(crate) fn next_generation(&self) -> Arc<str> {
        format!("generation:{}", self.generations.fetch_add(1, Ordering::Relaxed)).into()
    }

    pub(crate) fn numbers(&self, route: &str) -> Arc<AtomicU64> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(numbers.entry(route.to_string()).or_default())
    }

    /// A place for one more connection, or why there is none.
    pub(crate) fn admit(self: &Arc<Self>, peer: Option<SocketAddr>) -> Result<Place, &'static str> {
        if self.settings.context.budget.is_spent() {
            return Err("Too much waits to be sent to other clients.");
        }
        let place = self.place().ok_or("Too many connections.")?;
        match (self.settings.max_connections_per_ip, peer) {
            (Some(max), Some(peer)) => place.from(peer.ip().to_canonical(), max),
            _ => Ok(place),
        }
    }

    fn place(self: &Arc<Self>) -> Option<Place> {
        let max = self.settings.max_connections;
        self.active
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |active| (active < max).then_some(active + 1))
            .ok()
            .map(|_| Place { site: Arc::clone(self), origin: None })
    }

    fn origins(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.origins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the sink of a request that gets no upgrade.
    pub(crate) fn refused(&self, path: &str, peer: Option<SocketAddr>, status: u16, reason: Option<&str>) {
        self.settings.context.sink.refused(Refused { path, peer, status, reason });
    }

    #[expect(clippy::disallowed_methods, reason = "the server stamps the opening of a connection")]
    pub(crate) fn wall(&self) -> Wall {
        self.settings.now.map_or_else(|| Wall::Real(OffsetDateTime::now_utc()), Wall::Fixed)
    }
}

/// A connection's place among the open ones, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    site: Arc<Site>,
    /// Where it comes from, while that is limited.
    origin: Option<IpAddr>,
}

impl Place {
    pub(crate) fn site(&self) -> &Arc<Site> {
        &self.site
    }

    fn from(mut self, origin: IpAddr, max: usize) -> Result<Self, &'static str> {
        let mut origins = self.site.origins();
        let count = origins.entry(origin).or_default();
        if *count >= max {
            drop(origins);
            return Err("Too many connections from your address.");
        }
        *count += 1;
        drop(origins);
        self.origin = Some(origin);
        Ok(self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(origin) = self.origin
            && let Entry::Occupied(mut count) = self.site.origins().entry(origin)
        {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        if self.site.active.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.site.emptied.notify_waiters();
        }
    }
}
