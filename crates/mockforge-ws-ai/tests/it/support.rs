//! Streams for tests.

use std::time::Duration;

use mockforge_ws_ai::{Offline, OfflineOptions};
use mockforge_ws_core::ConnRng;
use rand::SeedableRng as _;
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const START: OffsetDateTime = datetime!(2024-01-15 10:30 UTC);

/// A stream with two events a second.
pub(crate) struct Stream {
    offline: Offline,
    rng: ConnRng,
    elapsed: Duration,
}

impl Stream {
    pub(crate) fn new(options: &OfflineOptions, seed: u64) -> Self {
        let offline = Offline::new(options).expect("the options are good");
        Self { offline, rng: ConnRng::seed_from_u64(seed), elapsed: Duration::ZERO }
    }

    pub(crate) fn of(narrative: &str, seed: u64) -> Self {
        Self::new(&OfflineOptions { narrative: narrative.to_string(), ..OfflineOptions::default() }, seed)
    }

    pub(crate) fn event(&mut self) -> Value {
        let event = self.offline.next(&mut self.rng, self.elapsed, START + self.elapsed);
        self.elapsed += Duration::from_millis(500);
        event
    }

    pub(crate) fn events(&mut self, count: usize) -> Vec<Value> {
        (0..count).map(|_| self.event()).collect()
    }

    pub(crate) fn hear(&mut self, message: &Value) {
        self.offline.hear(message);
    }

    pub(crate) fn has_answer(&self) -> bool {
        self.offline.has_answer()
    }
}

/// The text of a member, or nothing.
pub(crate) fn text<'v>(event: &'v Value, name: &str) -> &'v str {
    event[name].as_str().unwrap_or_default()
}

pub(crate) fn number(event: &Value, name: &str) -> f64 {
    event[name].as_f64().unwrap_or(f64::NAN)
}
