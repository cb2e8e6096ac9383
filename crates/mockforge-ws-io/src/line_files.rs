//! Files of lines, written by one thread so that no connection waits for a disk.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::disk::{Disk, Files, Sheet};

/// How long lines gather before they are written.
const GATHER: Duration = Duration::from_millis(250);

/// The bytes that may wait for the disk, of all files together.
const WAITING: usize = 16 << 20;

/// When so many wait, they are written at once.
const PLENTY: usize = WAITING / 4;

/// Lines are gathered in buffers of this size: large enough for the file system, and small enough that writing
/// finds them near and the allocator has them at hand.
const BUFFER: usize = 64 << 10;

/// Files that grow line by line.
///
/// Lines are handed over and written by one thread, a quarter of a second after they came at the latest if the
/// disk keeps up, so that a process that is killed has lost no more. A file ends with a whole line at any time
/// at which a write is not under way; where one fails, what it has left of a line is cut off, nothing more is
/// written to that file, and [`failure`](Self::failure) says so. The same goes for a file whose lines come
/// faster than the disk takes them: a file without its end is better than one with gaps.
///
/// Files are created for their owner alone (on Unix), and one that is there is never overwritten: the next gets
/// a number, `feed-2.jsonl`. Dropping this, or [`finish`](Self::finish), writes what waits.
///
/// ```
/// use mockforge_ws_io::{LineFiles, SeriesOptions};
///
/// # let folder = tempfile::tempdir().unwrap();
/// let files = LineFiles::default();
/// let series = files.series(SeriesOptions::default());
/// let mut file = series.create(folder.path().join("sessions/feed.jsonl"));
/// file.line("{}");
/// drop(file);
/// files.finish();
/// assert_eq!(files.failure(), None);
/// ```
pub struct LineFiles {
    desk: Arc<Desk>,
    writer: Mutex<Writer>,
}

/// What has become of a file, told as soon as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileNews {
    /// It has ended, with all its lines in it, or as many as its size allows.
    Written {
        /// Which.
        path: PathBuf,
        /// How large it is.
        bytes: u64,
    },
    /// It ends early.
    Failed {
        /// Which and why, in one sentence.
        reason: String,
    },
}

/// How the files of a series are bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesOptions {
    /// The largest size of a file in bytes. What would go beyond is not written, and nothing after it.
    pub max_bytes: u64,
    /// The most files; when there are more, the oldest that has ended is removed. Only files of this series
    /// count, and those that are still written stay.
    pub max_files: Option<usize>,
    /// The last line of a file that has reached its size.
    pub last_line: String,
}

impl Default for SeriesOptions {
    /// 64 MiB a file, any number of them, no last line.
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_files: None, last_line: String::new() }
    }
}

/// Files that are bounded together. A clone is the same series.
#[derive(Clone)]
pub struct Series {
    desk: Arc<Desk>,
    shelf: Arc<Shelf>,
}

/// One file. It ends when this is dropped.
pub struct LineFile {
    desk: Arc<Desk>,
    page: Arc<Page>,
}

/// What the thread and the others share.
struct Desk {
    work: Mutex<Work>,
    called: Condvar,
    /// The bytes that wait.
    waiting: AtomicUsize,
    spares: Mutex<Spares>,
    has_failed: AtomicBool,
    failure: Mutex<Option<String>>,
    listener: Mutex<Option<Listener>>,
}

type Listener = Arc<dyn Fn(FileNews) + Send + Sync>;

/// Buffers that have been written, for those who have none: fresh memory costs more than what is done with it.
#[derive(Default)]
struct Spares {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
}

/// So much memory is kept at most for what is yet to come,
const SPARE: usize = 8 << 20;

/// until nothing has come for so long.
const REST: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Work {
    /// The files that have something to be written or are to be ended, each once.
    pages: Vec<Arc<Page>>,
    is_closing: bool,
}

/// The thread, or what it will write to.
enum Writer {
    Idle(Box<dyn Disk>),
    Running(JoinHandle<()>),
    Gone,
}

struct Shelf {
    options: SeriesOptions,
    /// What has ended, the oldest first, and how many go on.
    ended: Mutex<(VecDeque<PathBuf>, usize)>,
}

struct Page {
    path: PathBuf,
    shelf: Arc<Shelf>,
    lines: Mutex<Lines>,
    /// The thread's own.
    sheet: Mutex<Open>,
}

#[derive(Default)]
struct Lines {
    /// What is full, in order, before what is being filled.
    full: Vec<Vec<u8>>,
    buffer: Vec<u8>,
    /// Everything that was ever taken.
    size: u64,
    /// Nothing more is taken.
    is_full: bool,
    /// Because something has gone wrong, which has been told.
    has_failed: bool,
    has_ended: bool,
    /// The thread has been told.
    is_queued: bool,
}

#[derive(Default)]
enum Open {
    #[default]
    NotYet,
    Since {
        path: PathBuf,
        sheet: Box<dyn Sheet>,
        /// The bytes that are there.
        size: u64,
    },
    NoMore,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LineFiles {
    /// Files that are kept elsewhere than in the file system.
    pub fn on(disk: impl Disk + 'static) -> Self {
        let desk = Desk {
            work: Mutex::default(),
            called: Condvar::new(),
            waiting: AtomicUsize::new(0),
            spares: Mutex::default(),
            has_failed: AtomicBool::new(false),
            failure: Mutex::default(),
            listener: Mutex::default(),
        };
        Self { desk: Arc::new(desk), writer: Mutex::new(Writer::Idle(Box::new(disk))) }
    }

    /// Files that are bounded together. Starts the thread, where it is not running.
    pub fn series(&self, options: SeriesOptions) -> Series {
        let mut writer = lock(&self.writer);
        *writer = match std::mem::replace(&mut *writer, Writer::Gone) {
            Writer::Idle(mut disk) => {
                let desk = Arc::clone(&self.desk);
                let name = std::thread::Builder::new().name("line files".into());
                match name.spawn(move || desk.write(&mut *disk)) {
                    Ok(thread) => Writer::Running(thread),
                    Err(error) => {
                        self.desk.fail(format!("no thread to write files with: {error}"));
                        Writer::Gone
                    }
                }
            }
            running => running,
        };
        let shelf = Arc::new(Shelf { options, ended: Mutex::default() });
        Series { desk: Arc::clone(&self.desk), shelf }
    }

    /// Whom to tell what becomes of the files, in place of anybody who was named before. It is called on the
    /// thread that writes, or where a line is added, so it must be quick.
    pub fn listen(&self, listener: impl Fn(FileNews) + Send + Sync + 'static) {
        *lock(&self.desk.listener) = Some(Arc::new(listener));
    }

    /// What went wrong first, in one sentence.
    pub fn failure(&self) -> Option<String> {
        lock(&self.desk.failure).clone()
    }

    /// Whether there is a file that does not have all of its lines.
    pub fn has_failed(&self) -> bool {
        self.desk.has_failed.load(Ordering::Acquire)
    }

    /// Writes what waits, and nothing more after that.
    pub fn finish(&self) {
        lock(&self.desk.work).is_closing = true;
        self.desk.called.notify_all();
        if let Writer::Running(thread) = std::mem::replace(&mut *lock(&self.writer), Writer::Gone)
            && thread.join().is_err()
        {
            self.desk.fail("the thread that writes files has panicked".into());
        }
    }
}

impl Default for LineFiles {
    /// Files in the file system.
    fn default() -> Self {
        Self::on(Files)
    }
}

impl Drop for LineFiles {
    fn drop(&mut self) {
        self.finish();
    }
}

impl fmt::Debug for LineFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineFiles").field("failure", &self.failure()).finish_non_exhaustive()
    }
}

impl Series {
    /// A new file, which is there as soon as it has a line. Folders on the way to it are created.
    pub fn create(&self, path: impl Into<PathBuf>) -> LineFile {
        let page = Page {
            path: path.into(),
            shelf: Arc::clone(&self.shelf),
            lines: Mutex::default(),
            sheet: Mutex::default(),
        };
        LineFile { desk: Arc::clone(&self.desk), page: Arc::new(page) }
    }
}

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Series").field("options", &self.shelf.options).finish_non_exhaustive()
    }
}

impl LineFile {
    /// Adds a line, which is given without its end.
    pub fn line(&mut self, line: &str) {
        let mut lines = lock(&self.page.lines);
        if lines.is_full {
            return;
        }
        let SeriesOptions { max_bytes, last_line, .. } = &self.page.shelf.options;
        let size = |line: &str| line.len() as u64 + 1;
        let reserved = if last_line.is_empty() { 0 } else { size(last_line) };
        let fits = lines.size.saturating_add(size(line)).saturating_add(reserved) <= *max_bytes;
        let line = if fits { line } else { last_line };
        lines.is_full = !fits;
        if line.is_empty() && !fits {
            return;
        }
        let waiting = self.desk.waiting.fetch_add(line.len() + 1, Ordering::Relaxed) + line.len() + 1;
        if waiting > WAITING {
            self.desk.waiting.fetch_sub(line.len() + 1, Ordering::Relaxed);
            lines.is_full = true;
            lines.has_failed = true;
            drop(lines);
            return self.desk.fail(format!(
                "{}: lines come faster than the disk takes them; the file ends early",
                self.page.path.display()
            ));
        }
        lines.size += size(line);
        if lines.buffer.len() + line.len() >= BUFFER && !lines.buffer.is_empty() {
            let full = std::mem::take(&mut lines.buffer);
            lines.full.push(full);
        }
        if lines.buffer.capacity() == 0 {
            lines.buffer = lock(&self.desk.spares).take();
        }
        lines.buffer.extend_from_slice(line.as_bytes());
        lines.buffer.push(b'\n');
        let is_news = !std::mem::replace(&mut lines.is_queued, true);
        drop(lines);
        if is_news {
            self.desk.call(&self.page);
        }
        if waiting > PLENTY && waiting - (line.len() + 1) <= PLENTY {
            self.desk.hurry();
        }
    }
}

impl Drop for LineFile {
    fn drop(&mut self) {
        let mut lines = lock(&self.page.lines);
        lines.has_ended = true;
        let is_news = !std::mem::replace(&mut lines.is_queued, true);
        drop(lines);
        if is_news {
            self.desk.call(&self.page);
        }
    }
}

impl fmt::Debug for LineFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LineFile").field(&self.page.path).finish()
    }
}

impl Desk {
    fn fail(&self, reason: String) {
        lock(&self.failure).get_or_insert_with(|| reason.clone());
        self.has_failed.store(true, Ordering::Release);
        self.tell(FileNews::Failed { reason });
    }

    fn tell(&self, news: FileNews) {
        let listener = lock(&self.listener).clone();
        if let Some(listener) = listener {
            listener(news);
        }
    }

    /// Tells the thread that there is something to do.
    fn call(&self, page: &Arc<Page>) {
        let mut work = lock(&self.work);
        work.pages.push(Arc::clone(page));
        if work.pages.len() == 1 {
            self.called.notify_one();
        }
    }

    /// Tells the thread that there is plenty. With the lock, so that it is either not yet waiting, and sees for
    /// itself, or is, and hears it.
    fn hurry(&self) {
        let _work = lock(&self.work);
        self.called.notify_one();
    }

    /// The thread's work.
    fn write(&self, disk: &mut dyn Disk) {
        loop {
            let idle = |work: &mut Work| work.pages.is_empty() && !work.is_closing;
            let rested = self.called.wait_timeout_while(lock(&self.work), REST, idle);
            let (mut work, rest) = rested.unwrap_or_else(PoisonError::into_inner);
            if rest.timed_out() {
                *lock(&self.spares) = Spares::default();
                work = self.called.wait_while(work, idle).unwrap_or_else(PoisonError::into_inner);
            }
            let gathers = |work: &mut Work| !work.is_closing && self.waiting.load(Ordering::Relaxed) < PLENTY;
            let waited = self.called.wait_timeout_while(work, GATHER, gathers);
            let (mut work, _) = waited.unwrap_or_else(PoisonError::into_inner);
            let pages = std::mem::take(&mut work.pages);
            if pages.is_empty() && work.is_closing {
                return;
            }
            drop(work);
            pages.iter().for_each(|page| self.page(page, disk));
        }
    }

    fn page(&self, page: &Page, disk: &mut dyn Disk) {
        let (full, buffer, has_ended, has_failed) = {
            let mut lines = lock(&page.lines);
            lines.is_queued = false;
            let (full, buffer) = (std::mem::take(&mut lines.full), std::mem::take(&mut lines.buffer));
            (full, buffer, lines.has_ended, lines.has_failed)
        };
        let mut sheet = lock(&page.sheet);
        for buffer in full.into_iter().chain([buffer]).filter(|buffer| !buffer.is_empty()) {
            if let Err((path, error)) = page.append(&mut sheet, &buffer, disk) {
                lock(&page.lines).is_full = true;
                page.close(&mut sheet, disk);
                self.fail(format!("{}: {error}", path.display()));
            }
            self.waiting.fetch_sub(buffer.len(), Ordering::Relaxed);
            lock(&self.spares).keep(buffer);
        }
        if has_ended
            && let Some((path, bytes)) = page.close(&mut sheet, disk)
            && !has_failed
        {
            self.tell(FileNews::Written { path, bytes });
        }
    }
}

impl Spares {
    /// The one that was kept last, which is the most likely to be near; or a new one.
    fn take(&mut self) -> Vec<u8> {
        let buffer = self.buffers.pop().unwrap_or_default();
        self.bytes -= buffer.capacity();
        buffer
    }

    fn keep(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= 2 * BUFFER && self.bytes + buffer.capacity() <= SPARE {
            buffer.clear();
            self.bytes += buffer.capacity();
            self.buffers.push(buffer);
        }
    }
}

impl Page {
    fn append(&self, open: &mut Open, lines: &[u8], disk: &mut dyn Disk) -> Result<(), (PathBuf, io::Error)> {
        if matches!(open, Open::NotYet) {
            self.shelf.make_room(disk);
            match disk.create(&self.path) {
                Ok((path, sheet)) => *open = Open::Since { path, sheet, size: 0 },
                Err(error) => {
                    lock(&self.shelf.ended).1 -= 1;
                    *open = Open::NoMore;
                    return Err((self.path.clone(), error));
                }
            }
        }
        let Open::Since { path, sheet, size } = open else { return Ok(()) };
        append(&mut **sheet, size, lines).map_err(|error| (path.clone(), error))
    }

    /// Ends the file, if there is one, and says which and how large.
    fn close(&self, open: &mut Open, disk: &mut dyn Disk) -> Option<(PathBuf, u64)> {
        let Open::Since { path, size, .. } = std::mem::replace(open, Open::NoMore) else { return None };
        self.shelf.ended(path.clone(), disk);
        Some((path, size))
    }
}

/// Appends lines, or as many whole lines as there is room for.
fn append(sheet: &mut dyn Sheet, size: &mut u64, lines: &[u8]) -> io::Result<()> {
    let mut written = 0;
    while written < lines.len() {
        match sheet.write(&lines[written..]) {
            Ok(0) => return cut(sheet, *size, &lines[..written], io::ErrorKind::WriteZero.into()),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return cut(sheet, *size, &lines[..written], error),
        }
    }
    *size += lines.len() as u64;
    sheet.flush()
}

/// Takes away what was written of a line that did not fit.
fn cut(sheet: &mut dyn Sheet, size: u64, written: &[u8], error: io::Error) -> io::Result<()> {
    let whole = written.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < written.len() {
        // Where it can't be cut, the last line is broken, and the failure is told all the same.
        let _ = sheet.cut(size + whole as u64);
    }
    Err(error)
}

impl Shelf {
    fn make_room(&self, disk: &mut dyn Disk) {
        let mut shelf = lock(&self.ended);
        shelf.1 += 1;
        self.remove_oldest(&mut shelf, disk);
    }

    fn ended(&self, path: PathBuf, disk: &mut dyn Disk) {
        let mut shelf = lock(&self.ended);
        shelf.0.push_back(path);
        shelf.1 = shelf.1.saturating_sub(1);
        self.remove_oldest(&mut shelf, disk);
    }

    fn remove_oldest(&self, shelf: &mut (VecDeque<PathBuf>, usize), disk: &mut dyn Disk) {
        let (ended, open) = shelf;
        let Some(most) = self.options.max_files else { return ended.clear() };
        while ended.len() + *open > most
            && let Some(oldest) = ended.pop_front()
        {
            // One that somebody else has removed is gone as it should be.
            let _ = disk.remove(Path::new(&oldest));
        }
    }
}
