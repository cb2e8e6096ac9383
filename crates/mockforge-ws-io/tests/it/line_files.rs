//! Files of lines, in the file system and on disks that fail.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mockforge_ws_io::{Disk, FileNews, LineFiles, SeriesOptions, Sheet};

/// A disk in memory, with room for so many bytes a file.
#[derive(Clone, Default)]
struct Memory {
    files: Arc<Mutex<BTreeMap<PathBuf, Vec<u8>>>>,
    room: Option<usize>,
    wrote: Option<Sender<()>>,
    /// A write takes place when something comes from here.
    gate: Option<Arc<Mutex<Receiver<()>>>>,
}

struct Paper {
    disk: Memory,
    path: PathBuf,
}

impl Disk for Memory {
    fn create(&mut self, path: &Path) -> io::Result<(PathBuf, Box<dyn Sheet>)> {
        if path.ends_with("forbidden") {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        self.files.lock().unwrap().insert(path.into(), Vec::new());
        Ok((path.into(), Box::new(Paper { disk: self.clone(), path: path.into() })))
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.files.lock().unwrap().remove(path).map(drop).ok_or(io::ErrorKind::NotFound.into())
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(gate) = &self.disk.gate {
            let _ = gate.lock().unwrap().recv();
        }
        let mut files = self.disk.files.lock().unwrap();
        let file = files.get_mut(&self.path).unwrap();
        // Not more than three bytes at a time, so that lines are torn.
        let room = self.disk.room.map_or(3, |room| room - file.len()).min(3);
        if room == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let count = bytes.len().min(room);
        file.extend_from_slice(&bytes[..count]);
        if let Some(wrote) = &self.disk.wrote {
            let _ = wrote.send(());
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sheet for Paper {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        let mut files = self.disk.files.lock().unwrap();
        files.get_mut(&self.path).unwrap().truncate(usize::try_from(length).unwrap());
        Ok(())
    }
}

impl Memory {
    fn text(&self, path: &str) -> Option<String> {
        let files = self.files.lock().unwrap();
        files.get(Path::new(path)).map(|bytes| String::from_utf8(bytes.clone()).unwrap())
    }
}

#[expect(clippy::disallowed_methods, reason = "what was written is read back")]
fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn lines_are_written_without_being_asked_for() {
    let (wrote, written) = channel();
    let disk = Memory { wrote: Some(wrote), ..Memory::default() };
    let files = LineFiles::on(disk.clone());
    let mut file = files.series(SeriesOptions::default()).create("a");
    file.line("1");
    written.recv_timeout(Duration::from_secs(5)).expect("within half a second, and the machine is loaded");
    assert_eq!(disk.text("a").as_deref(), Some("1\n"));
    file.line("22");
    drop(files);
    assert_eq!(disk.text("a").as_deref(), Some("1\n22\n"), "what waits is written at the end");
}

#[test]
fn files_are_their_owners_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/feed.jsonl");
    let files = LineFiles::default();
    let series = files.series(SeriesOptions::default());
    for text in ["one", "two", "three"] {
        series.create(&path).line(text);
    }
    series.create(folder.path().join("nothing"));
    files.finish();
    assert_eq!(files.failure(), None);
    let at = |name: &str| read(path.with_file_name(name));
    assert_eq!([at("feed.jsonl"), at("feed-2.jsonl"), at("feed-3.jsonl")], ["one\n", "two\n", "three\n"]);
    assert!(!folder.path().join("nothing").exists(), "a file without a line is none");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_full_disk_leaves_whole_lines() {
    let disk = Memory { room: Some(8), ..Memory::default() };
    let files = LineFiles::on(disk.clone());
    let series = files.series(SeriesOptions::default());
    let (mut full, mut other) = (series.create("full"), series.create("other"));
    full.line("123");
    full.line("456789");
    other.line("abc");
    series.create("sub/forbidden").line("x");
    files.finish();
    assert_eq!(disk.text("full").as_deref(), Some("123\n"));
    assert_eq!(disk.text("other").as_deref(), Some("abc\n"));
    assert!(files.has_failed());
    let failure = files.failure().unwrap();
    assert!(failure.starts_with("full: no storage space"), "{failure}");
    full.line("late");
}

/// The device that is always full.
#[test]
#[cfg(target_os = "linux")]
fn a_device_that_is_full() {
    struct Full;
    impl Disk for Full {
        fn create(&mut self, path: &Path) -> io::Result<(PathBuf, Box<dyn Sheet>)> {
            let file = std::fs::OpenOptions::new().write(true).open("/dev/full")?;
            Ok((path.into(), Box::new(file)))
        }

        fn remove(&mut self, _: &Path) -> io::Result<()> {
            Ok(())
        }
    }
    let files = LineFiles::on(Full);
    files.series(SeriesOptions::default()).create("a.jsonl").line("x");
    files.finish();
    assert_eq!(files.failure().as_deref(), Some("a.jsonl: No space left on device (os error 28)"));
}

#[test]
fn a_file_that_has_its_size_ends_with_the_last_line() {
    let disk = Memory::default();
    let files = LineFiles::on(disk.clone());
    let options =
        |last_line: &str| SeriesOptions { max_bytes: 12, last_line: last_line.into(), max_files: None };
    for (name, last) in [("a", "# end"), ("b", "")] {
        let mut file = files.series(options(last)).create(name);
        for line in ["12345", "678", "9", "0"] {
            file.line(line);
        }
    }
    files.finish();
    assert_eq!(disk.text("a").as_deref(), Some("12345\n# end\n"));
    assert_eq!(disk.text("b").as_deref(), Some("12345\n678\n9\n"), "12 bytes");
    assert!(!files.has_failed(), "a limit is no failure");
}

#[test]
fn the_oldest_files_of_a_series_go() {
    let disk = Memory::default();
    disk.files.lock().unwrap().insert("foreign".into(), Vec::new());
    let files = LineFiles::on(disk.clone());
    let series = files.series(SeriesOptions { max_files: Some(2), ..SeriesOptions::default() });
    let mut open = series.create("0");
    open.line("x");
    for name in ["1", "2", "3"] {
        series.create(name).line("x");
    }
    files.series(SeriesOptions::default()).create("other").line("x");
    files.finish();
    let names: Vec<_> = disk.files.lock().unwrap().keys().map(|path| path.display().to_string()).collect();
    assert_eq!(names, ["0", "3", "foreign", "other"], "the one that goes on and the last that ended");
}

/// The disk does nothing, and what waits for it is bounded.
#[test]
fn lines_that_come_too_fast_end_their_file() {
    let (open, gate) = channel();
    let disk = Memory { gate: Some(Arc::new(Mutex::new(gate))), ..Memory::default() };
    let files = LineFiles::on(disk);
    let mut file = files.series(SeriesOptions::default()).create("a");
    let line = "x".repeat(1 << 20);
    let taken = (0..100).take_while(|_| {
        file.line(&line);
        !files.has_failed()
    });
    assert!((14..=17).contains(&taken.count()));
    assert!(files.failure().unwrap().starts_with("a: lines come faster than the disk takes them"));
    drop(open);
}

#[test]
fn what_becomes_of_a_file_is_told() {
    let disk = Memory::default();
    let files = LineFiles::on(disk);
    let (tell, told) = channel();
    files.listen(move |news| tell.send(news).unwrap());
    let small = SeriesOptions { max_bytes: 4, ..SeriesOptions::default() };
    let series = files.series(small);
    series.create("empty");
    let mut whole = series.create("whole");
    whole.line("123");
    whole.line("beyond its size");
    drop(whole);
    files.finish();
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [FileNews::Written { path: "whole".into(), bytes: 4 }]);
}

/// A file that has failed is told once, when it does.
#[test]
fn a_failure_is_told_at_once() {
    let (open, gate) = channel();
    let files = LineFiles::on(Memory { gate: Some(Arc::new(Mutex::new(gate))), ..Memory::default() });
    let (tell, told) = channel();
    files.listen(move |news| tell.send(news).unwrap());
    let mut file = files.series(SeriesOptions::default()).create("a");
    let line = "x".repeat(1 << 20);
    let news = (0..100).find_map(|_| {
        file.line(&line);
        told.try_recv().ok()
    });
    let reason = "a: lines come faster than the disk takes them; the file ends early".to_string();
    assert_eq!(news, Some(FileNews::Failed { reason }));
    drop((file, open));
    files.finish();
    assert_eq!(told.try_recv().ok(), None);
}

#[test]
fn many_files_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let files = LineFiles::default();
    let series = files.series(SeriesOptions::default());
    std::thread::scope(|scope| {
        for n in 0..20 {
            let mut file = series.create(folder.path().join(n.to_string()));
            scope.spawn(move || (0..2_000).for_each(|line| file.line(&line.to_string())));
        }
    });
    files.finish();
    let wanted: String = (0..2_000).map(|line| format!("{line}\n")).collect();
    assert!((0..20).all(|n| read(folder.path().join(n.to_string())) == wanted));
}
