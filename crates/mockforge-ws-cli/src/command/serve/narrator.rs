//! Tells on stderr what happens. It hears facts on the connections' task and writes on a thread of its own, so
//! that a terminal that is stopped, or a pipe that nobody reads, holds up no connection.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mockforge_ws_config::FileNews;
use mockforge_ws_core::{Fact, FactSink, Interest, Record, Refused};

use super::gate::Gate;
use super::words;
use crate::terminal;

/// Lines that may wait for the terminal; more are lost.
const WAITING: usize = 1000;
/// How long the end of the program waits for a terminal that does not take what was said last.
const PATIENCE: Duration = Duration::from_secs(1);

/// A sink of facts that says them in words. It never wants messages.
pub(super) struct Narrator {
    lines: Mutex<Option<SyncSender<String>>>,
    gate: Mutex<Gate>,
    open: AtomicUsize,
    finished: Mutex<Option<Receiver<()>>>,
}

impl Narrator {
    pub(super) fn start() -> Arc<Self> {
        let (lines, told) = sync_channel(WAITING);
        let (done, finished) = sync_channel(1);
        let narrator = Arc::new(Self {
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

    /// Says something that is no fact; it is not counted by the gate.
    pub(super) fn say(&self, text: String) {
        if let Some(lines) = &*lock(&self.lines) {
            // A terminal that takes nothing hears nothing.
            let _ = lines.try_send(text);
        }
    }

    /// Says a line of that kind, unless there have been too many.
    fn say_if_admitted(&self, kind: &'static str, line: impl FnOnce() -> String) {
        let (admitted, summary) = lock(&self.gate).admit(kind, now());
        if let Some(summary) = summary {
            self.say(summary);
        }
        if admitted {
            self.say(line());
        }
    }

    /// Says what has become of a recording.
    pub(super) fn say_of_file(&self, news: &FileNews) {
        let kind = match news {
            FileNews::Written { .. } => "recorded",
            FileNews::Failed { .. } => "recording failed",
        };
        self.say_if_admitted(kind, || words::of_file(news));
    }

    /// Says what waits to be said, and nothing more after that.
    pub(super) fn finish(&self) {
        let summary = lock(&self.gate).summary(now() + PATIENCE);
        self.say(summary.unwrap_or_default());
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
        if words::is_notable(record.fact) {
            let open = self.count(record.fact);
            self.say_if_admitted(record.fact.name(), || words::line(&record, open));
        }
    }

    fn refused(&self, refused: Refused<'_>) {
        self.say_if_admitted("refused", || words::refused(&refused));
    }

    fn interest(&self) -> Interest {
        Interest::Nothing
    }
}

#[expect(clippy::disallowed_methods, reason = "how much may be told a second of real time")]
fn now() -> Instant {
    Instant::now()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
