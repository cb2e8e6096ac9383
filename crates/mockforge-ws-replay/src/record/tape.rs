//! Where lines go: a tape gives each session a track of its own.

use std::sync::Arc;

use mockforge_ws_core::{Record, Wall};
use time::OffsetDateTime;

/// Takes recordings; the recorder itself opens nothing.
///
/// A closure from a session's name to its track is a tape.
pub trait Tape: Send + Sync {
    /// The track of a session that begins. It is called on the connection's own task, so it must be quick.
    fn open(&self, session: &SessionName) -> Box<dyn Track>;
}

/// The lines of one session.
pub trait Track: Send {
    /// Takes a line, which has no line break in it. It must be quick, and keeps what goes wrong to itself.
    fn line(&mut self, line: &str);

    /// The session is over.
    fn end(self: Box<Self>);
}

impl<F: Fn(&SessionName) -> Box<dyn Track> + Send + Sync> Tape for F {
    fn open(&self, session: &SessionName) -> Box<dyn Track> {
        self(session)
    }
}

/// Which session is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionName {
    /// The route, as configured.
    pub route: Arc<str>,
    /// The connection's number on that route, from 1.
    pub number: u64,
    /// The path asked for.
    pub path: String,
    /// When it opened.
    pub at: OffsetDateTime,
}

impl SessionName {
    pub(super) fn of(record: &Record<'_>) -> Self {
        let (Wall::Real(at) | Wall::Fixed(at)) = record.hello.wall;
        Self {
            route: Arc::clone(&record.conn.route),
            number: record.conn.number,
            path: record.hello.path.clone(),
            at,
        }
    }
}
