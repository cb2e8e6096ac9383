//! Facts as JSON lines.

mod form;

use std::io::{BufWriter, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use mockforge_ws_core::{Fact, FactSink, Record, Refused};

pub use form::JournalLine;

/// Writes each fact as one JSON object a line, a [`JournalLine`].
///
/// Lines are buffered and written out when a connection ends or is refused, and when the journal is dropped.
///
/// ```
/// use mockforge_ws_io::Journal;
///
/// let journal = Journal::new(Vec::new());
/// ```
pub struct Journal {
    out: Mutex<BufWriter<Box<dyn Write + Send>>>,
    failed: AtomicBool,
}

impl Journal {
    /// A journal into `out`.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self { out: Mutex::new(BufWriter::new(Box::new(out))), failed: AtomicBool::new(false) }
    }

    /// Whether a line could not be written, so that the journal has a gap.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    fn write(&self, line: &JournalLine<'_>, last: bool) {
        let mut out = self.out.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut write = || {
            serde_json::to_writer(&mut *out, line)?;
            out.write_all(b"\n")?;
            if last { out.flush() } else { Ok(()) }
        };
        if write().is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
    }
}

impl FactSink for Journal {
    fn note(&self, record: Record<'_>) {
        self.write(&JournalLine::Fact(record), matches!(record.fact, Fact::Closed(_)));
    }

    fn refused(&self, refused: Refused<'_>) {
        self.write(&JournalLine::Refused(refused), true);
    }
}
