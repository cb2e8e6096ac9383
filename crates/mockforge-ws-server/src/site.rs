//! What all connections of a server share.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use mockforge_ws_core::{Commons, Limits, Refused, Seed, Wall};
use mockforge_ws_io::Context;
use time::OffsetDateTime;
use tokio::sync::Notify;

/// What holds for all connections.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many connections may be open at once; more are refused with 503.
    pub max_connections: usize,
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

impl Default for Settings {
    /// 10,000 connections, the usual limits and timing, seed 0, real time.
    fn default() -> Self {
        Self {
            max_connections: 10_000,
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

    /// A place for one more connection, if there is one.
    pub(crate) fn admit(self: &Arc<Self>) -> Option<Place> {
        if self.settings.context.budget.is_spent() {
            return None;
        }
        let max = self.settings.max_connections;
        self.active
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |active| (active < max).then_some(active + 1))
            .ok()
            .map(|_| Place(Arc::clone(self)))
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
pub(crate) struct Place(Arc<Site>);

impl Place {
    pub(crate) fn site(&self) -> &Arc<Site> {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.0.active.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.emptied.notify_waiters();
        }
    }
}
