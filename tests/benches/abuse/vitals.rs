//! What a process uses, by the process table.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Memory, threads and file descriptors at one time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Vitals {
    /// Resident memory in bytes.
    pub(crate) resident: usize,
    pub(crate) threads: usize,
    pub(crate) files: usize,
}

impl Vitals {
    /// `None` where the process is gone.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let resident = status(pid, "VmRSS:")? * 1024;
        let threads = status(pid, "Threads:")?;
        let files = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count();
        Some(Self { resident, threads, files })
    }
}

fn status(pid: u32, key: &str) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Looks out for the most that a process uses.
pub(crate) struct Watch {
    pid: u32,
    threads: Arc<AtomicUsize>,
    files: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Watch {
    pub(crate) fn start(pid: u32) -> Self {
        // From here on the kernel's high-water mark of resident memory is counted anew.
        let _ = std::fs::write(format!("/proc/{pid}/clear_refs"), "5");
        let (threads, files) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let over = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (threads, files, over) = (Arc::clone(&threads), Arc::clone(&files), Arc::clone(&over));
            move || {
                while !over.load(Ordering::Relaxed) {
                    let vitals = Vitals::of(pid).unwrap_or_default();
                    threads.fetch_max(vitals.threads, Ordering::Relaxed);
                    files.fetch_max(vitals.files, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(250));
                }
            }
        });
        Self { pid, threads, files, over, thread }
    }

    /// The most so far.
    pub(crate) fn finish(self) -> Vitals {
        let resident = status(self.pid, "VmHWM:").unwrap_or_default() * 1024;
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().expect("a look at the process table does not panic");
        let load = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        Vitals { resident, threads: load(&self.threads), files: load(&self.files) }
    }
}
