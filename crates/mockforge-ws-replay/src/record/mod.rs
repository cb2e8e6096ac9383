//! Recording: sessions of any connection, as scripts that serve back as they were.
//!
//! A [`Recorder`] is told the facts of connections and writes the lines of a script for each, one by one as
//! things happen, so that a recording is valid at any time. Where lines go is up to a [`Tape`]; the recorder
//! opens no file. What is secret becomes a variable with a placeholder for a value. With
//! [`correlate`](RecordOptions::correlate), identifiers that the server echoes, UUIDs that it mints and times
//! near the present become templates, so that the script serves a client that chooses other identifiers at
//! another time.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use mockforge_ws_core::{Conn, Fact, FactSink, Interest, Message, Record};
//! use mockforge_ws_replay::record::{RecordOptions, Recorder, SessionName, Track};
//!
//! struct Lines(Arc<Mutex<Vec<String>>>);
//!
//! impl Track for Lines {
//!     fn line(&mut self, line: &str) {
//!         self.0.lock().unwrap().push(line.to_string());
//!     }
//!
//!     fn end(self: Box<Self>) {}
//! }
//!
//! let lines = Arc::new(Mutex::new(Vec::new()));
//! let shared = Arc::clone(&lines);
//! let tape = move |_: &SessionName| Box::new(Lines(Arc::clone(&shared))) as Box<dyn Track>;
//! let recorder = Recorder::new(RecordOptions::default(), tape).unwrap();
//!
//! let conn = Conn::alone("/feed");
//! let note = |ms, fact: &Fact| {
//!     let at = std::time::Duration::from_millis(ms);
//!     recorder.note(Record { conn: conn.id(), hello: conn.hello(), at, fact });
//! };
//! note(0, &Fact::Opened { subprotocol: None });
//! note(5, &Fact::Received(Message::text(r#"{"token":"abcdefgh"}"#)));
//! note(9, &Fact::Sent(Message::text("welcome")));
//! assert_eq!(lines.lock().unwrap()[1..], [
//!     r#"{"mockforge":1,"variables":{"secret1":"REDACTED-1"}}"#,
//!     r#"{"ts":5,"dir":"in","text":"{\"token\":\"{{var.secret1}}\"}"}"#,
//!     r#"{"ts":9,"text":"welcome"}"#,
//! ]);
//! ```

mod correlate;
mod head;
mod identifiers;
mod leaves;
mod line;
mod members;
mod moments;
mod options;
mod redact;
mod secrets;
mod session;
mod sieve;
mod tape;
mod url;
mod weave;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mockforge_ws_core::{ConnId, Ended, Fact, FactSink, Interest, Message, Record};
use mockforge_ws_diagnostic::Problem;

pub use moments::live_times;
pub use options::{RecordOptions, Redaction};
pub use tape::{SessionName, Tape, Track};

use crate::Dir;
use redact::Rules;
use session::{Scratch, Session};

/// Writes sessions down: a sink of facts.
pub struct Recorder {
    options: RecordOptions,
    rules: Rules,
    tape: Box<dyn Tape>,
    /// The sessions under way, spread so that connections seldom wait for each other.
    shelves: [Mutex<Shelf>; SHELVES],
}

const SHELVES: usize = 64;

#[derive(Default)]
struct Shelf {
    sessions: BTreeMap<Key, Session>,
    scratch: Scratch,
}

/// A connection, by the address of its route's name, which it holds, and its number.
type Key = (usize, u64);

impl Recorder {
    /// A recorder onto that tape.
    ///
    /// # Errors
    /// The regexes and JSONPaths of the redaction that are none; a problem has the path to each.
    pub fn new(options: RecordOptions, tape: impl Tape + 'static) -> Result<Self, Vec<Problem>> {
        let rules = Rules::new(&options.redact)?;
        Ok(Self { options, rules, tape: Box::new(tape), shelves: std::array::from_fn(|_| Mutex::default()) })
    }

    fn open(&self, record: &Record<'_>, subprotocol: Option<&str>) {
        let name = SessionName::of(record);
        let session = Session::open(name, record.hello, subprotocol, &self.options, &self.rules, &*self.tape);
        self.shelf(record.conn).sessions.insert(key(record.conn), session);
    }

    fn message(&self, record: &Record<'_>, message: &Message, dir: Dir) {
        let Shelf { sessions, scratch } = &mut *self.shelf(record.conn);
        if let Some(session) = sessions.get_mut(&key(record.conn)) {
            session.message(message, dir, record.at, &self.rules, scratch);
        }
    }

    fn close(&self, record: &Record<'_>, ended: &Ended) {
        let session = self.shelf(record.conn).sessions.remove(&key(record.conn));
        if let Some(session) = session {
            session.close(ended, record.at, &self.rules);
        }
    }

    fn shelf(&self, id: &ConnId) -> MutexGuard<'_, Shelf> {
        self.shelves[id.number as usize % SHELVES].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(id: &ConnId) -> Key {
    (id.route.as_ptr() as usize, id.number)
}

impl FactSink for Recorder {
    fn note(&self, record: Record<'_>) {
        match record.fact {
            Fact::Opened { subprotocol } => self.open(&record, subprotocol.as_deref()),
            Fact::Received(message) => self.message(&record, message, Dir::In),
            Fact::Sent(message) => self.message(&record, message, Dir::Out),
            Fact::Closed(ended) => self.close(&record, ended),
            _ => {}
        }
    }

    fn interest(&self) -> Interest {
        Interest::All
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("options", &self.options).finish_non_exhaustive()
    }
}
