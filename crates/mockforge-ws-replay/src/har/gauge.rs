//! The bytes as they are read: where the reader is, and how much it may still take.

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead as _, BufReader, Read};
use std::sync::Arc;

use mockforge_ws_diagnostic::{Diagnostic, Problem, Severity};

/// How much of a HAR is held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that a value which is kept may take in the file: a message, a URL, a header. 64 MiB.
    pub value: usize,
    /// The most bytes of messages in all. 1 GiB, as for a script.
    pub total: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { value: 64 << 20, total: 1 << 30 }
    }
}

/// What those who read bytes and those who read values know of each other.
#[derive(Debug)]
pub(super) struct Gauge {
    file: Arc<str>,
    limits: Limits,
    /// Of the byte that was read last, from 1.
    line: Cell<usize>,
    /// In characters, from 1.
    column: Cell<usize>,
    /// How many bytes may follow until the next [`Gauge::keep`].
    left: Cell<usize>,
    kept: Cell<usize>,
    entries: Cell<usize>,
    /// The entry and the message that are being read, from 1; 0 between them.
    entry: Cell<usize>,
    message: Cell<usize>,
    begins_as_zip: Cell<bool>,
    refusal: RefCell<Option<Problem>>,
}

impl Gauge {
    pub(super) fn new(file: Arc<str>, limits: Limits) -> Self {
        Self {
            file,
            limits,
            line: Cell::new(1),
            column: Cell::new(0),
            left: Cell::new(limits.value),
            kept: Cell::new(0),
            entries: Cell::new(0),
            entry: Cell::new(0),
            message: Cell::new(0),
            begins_as_zip: Cell::new(false),
            refusal: RefCell::new(None),
        }
    }

    /// What follows is kept, so it may not be of any length.
    pub(super) fn keep(&self) {
        self.left.set(self.limits.value);
    }

    /// What follows is passed over, so it may.
    pub(super) fn pass(&self) {
        self.left.set(usize::MAX);
    }

    /// An entry begins.
    pub(super) fn enter(&self) {
        self.entries.set(self.entries.get() + 1);
        self.entry.set(self.entries.get());
    }

    /// The entry has ended.
    pub(super) fn leave(&self) {
        self.entry.set(0);
    }

    /// Another message of the entry begins, or none does.
    pub(super) fn message(&self, number: usize) {
        self.message.set(number);
    }

    /// How many entries have begun.
    pub(super) fn entries(&self) -> usize {
        self.entries.get()
    }

    /// The line and the column of the byte that was read last.
    pub(super) fn place(&self) -> (usize, usize) {
        (self.line.get(), self.column.get())
    }

    /// Counts bytes of messages; says whether that is still within the limit.
    pub(super) fn hold(&self, bytes: usize) -> bool {
        self.kept.set(self.kept.get().saturating_add(bytes));
        if self.kept.get() > self.limits.total {
            let problem = Problem::new(format!("the messages take more than {} bytes", self.limits.total));
            self.refuse(problem.hint("record fewer WebSockets into one file, or cut it"));
            return false;
        }
        true
    }

    fn refuse(&self, problem: Problem) {
        self.refusal.borrow_mut().get_or_insert(problem);
    }

    /// What stopped the reading, with where that was.
    pub(super) fn explain(&self, error: &serde_json::Error) -> Diagnostic {
        let (line, column) = self.place();
        if let Some(problem) = self.refusal.borrow_mut().take() {
            return self.diagnostic(line, column, problem);
        }
        if error.is_io() {
            return self.diagnostic(0, 0, Problem::new(format!("the file can't be read: {error}")));
        }
        if self.begins_as_zip.get() {
            let problem = Problem::new("this is a zip archive").hint("unpack it and name the `.har` in it");
            return self.diagnostic(0, 0, problem);
        }
        if error.is_eof() && (line, column) == (1, 0) {
            return self.diagnostic(0, 0, Problem::new("the file is empty"));
        }
        let shown = error.to_string();
        let what = shown.split(" at line ").next().unwrap_or(&shown);
        let problem = match error.is_eof() {
            true => Problem::new("the file ends in the middle of a value").hint("was it written to its end?"),
            false => Problem::new(format!("this is not JSON: {what}")),
        };
        // The reader may have gone on by now. Columns here are bytes.
        self.diagnostic(error.line(), error.column(), problem)
    }

    /// A mistake at a place, with the entry and the message that were being read.
    pub(super) fn diagnostic(&self, line: usize, column: usize, problem: Problem) -> Diagnostic {
        let within = match (self.entry.get(), self.message.get()) {
            _ if line == 0 => String::new(),
            (0, _) => String::new(),
            (entry, 0) => format!("entry {entry}: "),
            (entry, message) => format!("message {message} of entry {entry}: "),
        };
        Diagnostic {
            severity: Severity::Error,
            file: Arc::clone(&self.file),
            line,
            column,
            width: 1,
            message: within + &problem.message,
            hint: problem.hint,
        }
    }
}

/// Bytes that are counted as they are taken, one by one, as `serde_json` takes them.
pub(super) struct Counted<'g, R> {
    bytes: BufReader<R>,
    gauge: &'g Gauge,
    begun: bool,
}

impl<'g, R: Read> Counted<'g, R> {
    pub(super) fn new(bytes: R, gauge: &'g Gauge) -> Self {
        Self { bytes: BufReader::with_capacity(64 << 10, bytes), gauge, begun: false }
    }

    /// Passes over a byte order mark.
    fn begin(&mut self) -> io::Result<()> {
        self.begun = true;
        let first = self.bytes.fill_buf()?;
        self.gauge.begins_as_zip.set(first.starts_with(b"PK"));
        if first.starts_with(b"\xef\xbb\xbf") {
            self.bytes.consume(3);
        }
        Ok(())
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !self.begun {
            self.begin()?;
        }
        let gauge = self.gauge;
        let Some(slot) = out.first_mut() else { return Ok(0) };
        let Some(byte) = self.bytes.fill_buf()?.first().copied() else { return Ok(0) };
        let left = gauge.left.get();
        if left == 0 {
            let limit = gauge.limits.value;
            let problem = Problem::new(format!("a value takes more than {limit} bytes"));
            gauge.refuse(problem.hint("messages, URLs and headers may not be longer"));
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        gauge.left.set(left - 1);
        self.bytes.consume(1);
        if byte == b'\n' {
            gauge.line.set(gauge.line.get() + 1);
            gauge.column.set(0);
        } else if byte & 0xc0 != 0x80 {
            gauge.column.set(gauge.column.get() + 1);
        }
        *slot = byte;
        Ok(1)
    }
}
