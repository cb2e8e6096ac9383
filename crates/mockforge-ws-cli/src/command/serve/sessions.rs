//! Stopping after so many sessions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mockforge_ws_core::{Fact, FactSink, Interest, Record};
use tokio::sync::Notify;

/// Counts the sessions that are over.
pub(super) struct Sessions {
    left: AtomicU64,
    over: Notify,
}

impl Sessions {
    pub(super) fn new(wanted: u64) -> Arc<Self> {
        Arc::new(Self { left: AtomicU64::new(wanted), over: Notify::new() })
    }
}

impl FactSink for Sessions {
    fn note(&self, record: Record<'_>) {
        if matches!(record.fact, Fact::Closed(_)) && self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.over.notify_one();
        }
    }

    fn interest(&self) -> Interest {
        Interest::Nothing
    }
}

/// Waits until as many are over as were wanted; for ever where nobody counts.
pub(super) async fn over(sessions: Option<&Sessions>) {
    match sessions {
        Some(sessions) => sessions.over.notified().await,
        None => std::future::pending().await,
    }
}
