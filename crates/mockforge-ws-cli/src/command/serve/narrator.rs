//! Tells on stderr what happens. It hears facts on the connections' task and writes on a thread of its own, so
//! that a terminal that is stopped, or a pipe that nobody reads, holds up no connection.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anstream::adapter::strip_str;
use mockforge_ws_config::FileNews;
use mockforge_ws_core::{Fact, FactSink, Interest, Record, Refused};
use tracing::Level;

use super::gate::Gate;
use super::words;
use crate::args::LogFormat;
use crate::terminal;

/// Lines that may wait for the terminal; more are lost.
const WAITING: usize = 1000;
/// How long the end of the program waits for a terminal that does not take what was said last.
const PATIENCE: Duration = Duration::from_secs(1);

/// A sink of facts that says them in words. Where lines are JSON, facts are logged by others, and it says the rest.
pub(super) struct Narrator {
    format: LogFormat,
    /// How loud a fact may be.
    level: OnceLock<Level>,
    lines: Mutex<Option<SyncSender<String>>>,
    gate: Mutex<Gate>,
    open: AtomicUsize,
    finished: Mutex<Option<Receiver<()>>>,
}

impl Narrator {
    pub(super) fn start(format: LogFormat) -> Arc<Self> {
        let (lines, told) = sync_channel(WAITING);
        let (done, finished) = sync_channel(1);
        let narrator = Arc::new(Self {
            format,
            level: OnceLock::new(),
            lines: Mutex::new(Some(lines)),
            gate: Mutex::default(),
            open: AtomicUsize::new(0),
            finished: Mutex::new(Some(finished)),
        });
        let teller = Arc::clone(&narrator);
        std::thread::spawn(move || {
            teller.tell(&told);
            // Nobody waits where the program has ended by other means.
            let _ = done.send(());
        });
        narrator
    }

    /// Says facts up to that level; until then, up to the usual one.
    pub(super) fn set_level(&self, level: Level) {
        let _ = self.level.set(level);
    }

    fn level(&self) -> Level {
        self.level.get().copied().unwrap_or(Level::INFO)
    }

    /// Whether lines are JSON.
    pub(super) fn is_json(&self) -> bool {
        self.format == LogFormat::Json
    }

    /// Says something that is no fact; it is not counted by the gate.
    pub(super) fn say(&self, level: Level, text: String) {
        if level > self.level() || text.is_empty() {
            return;
        }
        if !self.is_json() {
            return self.pass(text);
        }
        let plain = strip_str(&text).to_string();
        let message = plain.trim_end();
        match level {
            Level::ERROR => tracing::error!(target: "mockforge", "{message}"),
            Level::WARN => tracing::warn!(target: "mockforge", "{message}"),
            _ => tracing::info!(target: "mockforge", "{message}"),
        }
    }

    /// Hands a line to the terminal.
    pub(super) fn pass(&self, text: String) {
        if let Some(lines) = &*lock(&self.lines) {
            // A terminal that takes nothing hears nothing.
            let _ = lines.try_send(text);
        }
    }

    /// Says a line of that kind, unless there have been too many.
    fn say_if_admitted(&self, kind: &'static str, level: Level, line: impl FnOnce() -> String) {
        if level > self.level() {
            return;
        }
        let (admitted, summary) = lock(&self.gate).admit(kind, now());
        if let Some(summary) = summary {
            self.say(level, summary);
        }
        if admitted {
            self.say(level, line());
        }
    }

    /// Says what has become of a recording.
    pub(super) fn say_of_file(&self, news: &FileNews) {
        let (kind, level) = match news {
            FileNews::Written { .. } => ("recorded", Level::INFO),
            FileNews::Failed { .. } => ("recording failed", Level::ERROR),
        };
        self.say_if_admitted(kind, level, || words::of_file(news));
    }

    /// Says what waits to be said, and nothing more after that.
    pub(super) fn finish(&self) {
        let summary = lock(&self.gate).summary(now() + PATIENCE);
        self.say(Level::INFO, summary.unwrap_or_default());
        lock(&self.lines).take();
        if let Some(finished) = lock(&self.finished).take() {
            let _ = finished.recv_timeout(PATIENCE);
        }
    }

    /// The thread's work.
    fn tell(&self, told: &Receiver<String>) {
        loop {
            // A flood may end with a hidden line, after which nobody comes to tell its summary.
            let line = if lock(&self.gate).is_hiding() {
                told.recv_timeout(PATIENCE)
            } else {
                told.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match line {
                Ok(line) => terminal::stderr(&line),
                Err(RecvTimeoutError::Timeout) => {
                    // The gate is open again before anything is written.
                    let summary = lock(&self.gate).summary(now());
                    terminal::stderr(&summary.unwrap_or_default());
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// The number of open connections after this fact.
    fn count(&self, fact: &Fact) -> usize {
        match fact {
            Fact::Opened { .. } => self.open.fetch_add(1, Ordering::Relaxed) + 1,
            Fact::Closed(_) => self.open.fetch_sub(1, Ordering::Relaxed) - 1,
            _ => self.open.load(Ordering::Relaxed),
        }
    }
}

impl FactSink for Narrator {
    fn note(&self, record: Record<'_>) {
        let open = self.count(record.fact);
        if !self.is_json() {
            let (level, bodies) = (words::level(record.fact), self.level() == Level::TRACE);
            self.say_if_admitted(record.fact.name(), level, || words::line(&record, open, bodies));
        }
    }

    fn refused(&self, refused: Refused<'_>) {
        if !self.is_json() {
            self.say_if_admitted("refused", Level::INFO, || words::refused(&refused));
        }
    }

    fn interest(&self) -> Interest {
        if !self.is_json() && self.level() >= Level::DEBUG { Interest::All } else { Interest::Nothing }
    }
}

#[expect(clippy::disallowed_methods, reason = "how much may be told a second of real time")]
fn now() -> Instant {
    Instant::now()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
