//! Structured logs: what happens on connections, as events of `tracing`.

mod body;
mod follower;

use mockforge_ws_core::{FactSink, Follower, Hello, Interest, Record, Refused};
use tracing::Level;

use follower::Logging;

pub use body::excerpt;

/// The target of all events, for filters.
pub const TARGET: &str = "mockforge_ws";

/// Tells whoever listens to `tracing` what happens: a sink of facts, which keeps nothing.
///
/// | level | what |
/// |---|---|
/// | `error` | what a session or another server failed at |
/// | `warn` | what a client or a script missed, messages that were dropped, handshakes that were refused by a limit |
/// | `info` | the opening and the end of each connection, with its numbers; other servers; answers of models |
/// | `debug` | messages by kind and size, rules that fired, rooms, states |
/// | `trace` | messages with the beginning of their text, secrets left out |
///
/// Each event has the fields `route` and `conn`, by which those of one connection are found.
///
/// ```
/// use mockforge_ws_core::{FactSink, Interest};
/// use mockforge_ws_observe::logs::Logs;
///
/// // Nobody listens, so that no message is wanted.
/// assert_eq!(Logs::new().interest(), Interest::Counts);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Logs {
    /// Whether anybody wants to hear of messages one by one.
    tells_messages: bool,
}

impl Default for Logs {
    fn default() -> Self {
        Self::new()
    }
}

impl Logs {
    /// Logs what the present subscriber wants; it should be there before this is made.
    pub fn new() -> Self {
        Self { tells_messages: tracing::enabled!(target: TARGET, Level::DEBUG) }
    }
}

impl FactSink for Logs {
    /// All is told by those who [follow](Self::follow) a connection.
    fn note(&self, _: Record<'_>) {}

    fn refused(&self, refused: Refused<'_>) {
        let Refused { path, peer, status, reason } = refused;
        let peer = peer.map(tracing::field::display);
        let path = body::beginning(path);
        // A browser's look at a page that is not there is no cause for alarm; a limit that was reached is.
        if matches!(status, 429 | 500..) {
            tracing::warn!(target: TARGET, %path, peer, status, reason, "handshake refused");
        } else {
            tracing::info!(target: TARGET, %path, peer, status, reason, "handshake refused");
        }
    }

    fn follow(&self, _: &Hello) -> Option<Box<dyn Follower>> {
        Some(Box::new(Logging::default()))
    }

    fn interest(&self) -> Interest {
        if self.tells_messages { Interest::All } else { Interest::Counts }
    }
}
