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
//! use mockforge_ws_core::{Conn, Fact, FactSink, Message, Record};
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
mod tape;
mod weave;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use mockforge_ws_core::{ConnId, Fact, FactSink, Record};
use mockforge_ws_diagnostic::Problem;

pub use options::{RecordOptions, Redaction};
pub use tape::{SessionName, Tape, Track};

use crate::Dir;
use redact::Rules;
use session::Session;

/// Writes sessions down: a sink of facts.
pub struct Recorder {
    options: RecordOptions,
    rules: Rules,
    tape: Box<dyn Tape>,
    sessions: RwLock<HashMap<Key, Arc<Mutex<Option<Session>>>>>,
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
        Ok(Self { options, rules, tape: Box::new(tape), sessions: RwLock::default() })
    }

    fn with(&self, id: &ConnId, act: impl FnOnce(&mut Session)) {
        let session = {
            let sessions = self.sessions.read().unwrap_or_else(PoisonError::into_inner);
            sessions.get(&key(id)).map(Arc::clone)
        };
        if let Some(session) = session
            && let Some(session) = &mut *session.lock().unwrap_or_else(PoisonError::into_inner)
        {
            act(session);
        }
    }

    fn open(&self, record: &Record<'_>, subprotocol: Option<&str>) {
        let name = SessionName::of(record);
        let session = Session::open(name, record.hello, subprotocol, &self.options, &self.rules, &*self.tape);
        let mut sessions = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(key(record.conn), Arc::new(Mutex::new(Some(session))));
    }

    fn take(&self, id: &ConnId) -> Option<Session> {
        let session = self.sessions.write().unwrap_or_else(PoisonError::into_inner).remove(&key(id))?;
        session.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn key(id: &ConnId) -> Key {
    (id.route.as_ptr() as usize, id.number)
}

impl FactSink for Recorder {
    fn note(&self, record: Record<'_>) {
        match record.fact {
            Fact::Opened { subprotocol } => self.open(&record, subprotocol.as_deref()),
            Fact::Received(message) => {
                self.with(record.conn, |session| session.message(message, Dir::In, record.at, &self.rules));
            }
            Fact::Sent(message) => {
                self.with(record.conn, |session| session.message(message, Dir::Out, record.at, &self.rules));
            }
            Fact::Closed(ended) => {
                if let Some(session) = self.take(record.conn) {
                    session.close(ended, record.at, &self.rules);
                }
            }
            _ => {}
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("options", &self.options).finish_non_exhaustive()
    }
}
