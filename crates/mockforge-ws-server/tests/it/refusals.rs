//! Who got no connection, and why.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use mockforge_ws_core::{FactSink, Record, Refused};
use tokio::sync::Notify;

/// The statuses and reasons of clients that got no connection.
#[derive(Default)]
pub(crate) struct Refusals {
    told: Mutex<VecDeque<(u16, String)>>,
    news: Notify,
}

impl Refusals {
    /// The next one; waits for it.
    pub(crate) async fn next(&self) -> (u16, String) {
        loop {
            let next = self.told.lock().expect("no test panics with it").pop_front();
            if let Some(next) = next {
                return next;
            }
            let news = tokio::time::timeout(Duration::from_secs(10), self.news.notified()).await;
            news.expect("somebody is refused");
        }
    }
}

impl FactSink for Refusals {
    fn note(&self, _: Record<'_>) {}

    fn refused(&self, refused: Refused<'_>) {
        let reason = refused.reason.unwrap_or_default().to_string();
        self.told.lock().expect("no test panics with it").push_back((refused.status, reason));
        self.news.notify_one();
    }
}
