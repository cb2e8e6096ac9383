//! How long things may take.

use std::time::Duration;

/// How long things may take on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// How often a quiet connection is pinged; one that gives no sign of life for a whole interval after a
    /// ping is ended. `None` for never.
    pub heartbeat: Option<Duration>,
    /// How such a connection is ended.
    pub missed_pong: MissedPong,
    /// How long a connection may go without a data message either way before it is closed with 1001. `None`
    /// for ever.
    pub idle: Option<Duration>,
    /// How long a client may take nothing of what waits for it before the connection is dropped: it could not
    /// be told anything. `None` for ever.
    pub write: Option<Duration>,
    /// How long a connection may be open before it is closed with 1001. `None` for ever.
    pub lifetime: Option<Duration>,
    /// How long the client may take to answer a close frame before the connection is dropped.
    pub close: Duration,
    /// How long a connection may go on after the server began to shut down before it is dropped.
    pub drain: Duration,
}

/// How a connection is ended whose client gives no sign of life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MissedPong {
    /// With 1001, and some time for an answer.
    #[default]
    Close,
    /// At once and without a word: by a reset, where it is TCP.
    Abort,
}

impl Default for Timing {
    /// No heartbeat; no limit to silence, deafness and lifetime; five seconds for the client's close frame, ten
    /// to drain.
    fn default() -> Self {
        Self {
            heartbeat: None,
            missed_pong: MissedPong::default(),
            idle: None,
            write: None,
            lifetime: None,
            close: Duration::from_secs(5),
            drain: Duration::from_secs(10),
        }
    }
}
