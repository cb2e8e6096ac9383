//! Answers in a folder, a file each.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::Store;

/// The most bytes that are kept where nothing else is said.
const MOST: u64 = 64 << 20;

/// Numbers the files that are being written by this process.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// A folder of answers, made when the first is kept.
///
/// Files are for their owner alone, and appear whole or not at all. When together they have more than 64 MiB, the
/// oldest are removed until an eighth of that is free. One that has more is not kept. Several programs may use one folder. Files that are not the
/// cache's own are left alone.
#[derive(Debug)]
pub struct FolderStore {
    folder: PathBuf,
    most: u64,
    /// How many bytes there are, as far as this store knows; nothing before it has looked.
    size: Mutex<Option<u64>>,
}

impl FolderStore {
    /// A store in this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), most: MOST, size: Mutex::new(None) }
    }

    /// The same with room for so many bytes.
    #[must_use]
    pub fn bounded(mut self, bytes: u64) -> Self {
        self.most = bytes;
        self
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        is_key(key).then(|| self.folder.join(format!("{key}.answer")))
    }

    /// Counts what was written, and makes room where it has become too much.
    fn grown(&self, bytes: u64) -> io::Result<()> {
        let mut size = self.size.lock().unwrap_or_else(PoisonError::into_inner);
        let known = size.map(|size| size.saturating_add(bytes));
        if known.is_some_and(|known| known <= self.most) {
            *size = known;
            return Ok(());
        }
        let mut files = self.files()?;
        let mut total: u64 = files.iter().map(|file| file.bytes).sum();
        if total > self.most {
            files.sort_by(|a, b| (a.written, &a.path).cmp(&(b.written, &b.path)));
            for file in files {
                if total <= self.most - self.most / 8 {
                    break;
                }
                // Another program may have removed it.
                let _ = fs::remove_file(&file.path);
                total = total.saturating_sub(file.bytes);
            }
        }
        *size = Some(total);
        Ok(())
    }

    /// The files of the cache, those included that were left half written.
    fn files(&self) -> io::Result<Vec<Kept>> {
        let mut files = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            let path = file.path();
            if !is_ours(&path) {
                continue;
            }
            // One that is gone by now needs no room.
            let Ok(about) = file.metadata() else { continue };
            let written = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            files.push(Kept { written, bytes: about.len(), path });
        }
        Ok(files)
    }
}

/// A file of the cache.
struct Kept {
    written: SystemTime,
    bytes: u64,
    path: PathBuf,
}

impl Store for FolderStore {
    #[expect(clippy::disallowed_methods, reason = "this is the file system behind the cache")]
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        fs::read(self.path(key)?).ok()
    }

    fn put(&self, key: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(key).ok_or(io::ErrorKind::InvalidInput)?;
        let length = bytes.len() as u64;
        if length > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        make(&self.folder)?;
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let half = self.folder.join(format!("{key}.{}-{number}.tmp", std::process::id()));
        let written = write(&half, bytes).and_then(|()| fs::rename(&half, &path));
        if written.is_err() {
            // It may not be there; what went wrong before is what is told.
            let _ = fs::remove_file(&half);
        }
        written?;
        self.grown(length)
    }
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Left by a program that has ended: it is not written into, for it may be open to others.
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

fn is_key(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_ours(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once('.'));
    name.is_some_and(|(key, kind)| is_key(key) && (kind == "answer" || kind.ends_with(".tmp")))
}

#[cfg(test)]
mod tests {
    use std::fs::FileTimes;
    use std::time::Duration;

    use super::*;

    fn key(digit: char) -> String {
        digit.to_string().repeat(64)
    }

    fn names(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Says of a file that it was written so many seconds after 1970.
    fn date(path: &Path, seconds: u64) {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let file = OpenOptions::new().write(true).open(path).unwrap();
        file.set_times(FileTimes::new().set_modified(time)).unwrap();
    }

    #[test]
    fn what_is_put_is_got() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("a/b");
        let store = FolderStore::new(&folder);
        assert_eq!(store.get(&key('a')), None);
        store.put(&key('a'), b"one").unwrap();
        store.put(&key('a'), b"two").unwrap();
        store.put(&key('b'), b"").unwrap();
        assert_eq!(store.get(&key('a')).as_deref(), Some(&b"two"[..]));
        assert_eq!(FolderStore::new(&folder).get(&key('b')).as_deref(), Some(&b""[..]));
        assert_eq!(names(&folder), [format!("{}.answer", key('a')), format!("{}.answer", key('b'))]);
    }

    #[test]
    fn a_key_can_not_leave_the_folder() {
        let temporary = tempfile::tempdir().unwrap();
        let store = FolderStore::new(temporary.path());
        for key in ["../x", "", "A".repeat(64).as_str(), "/etc/passwd"] {
            assert_eq!(store.put(key, b"x").unwrap_err().kind(), io::ErrorKind::InvalidInput);
            assert_eq!(store.get(key), None);
        }
        assert_eq!(names(temporary.path()), [""; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn files_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let temporary = tempfile::tempdir().unwrap();
        let store = FolderStore::new(temporary.path().join("cache"));
        store.put(&key('a'), b"one").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&store.folder), 0o700);
        assert_eq!(mode(&store.path(&key('a')).unwrap()), 0o600);
    }

    #[test]
    fn the_oldest_are_removed_and_nothing_that_is_not_the_caches() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path();
        fs::write(folder.join("mine.txt"), [0; 500]).unwrap();
        let half = folder.join(format!("{}.1-2.tmp", key('f')));
        fs::write(&half, [0; 10]).unwrap();
        date(&half, 1);
        let store = FolderStore::new(folder).bounded(100);
        for (age, digit) in (2..).zip(['c', 'b', 'a']) {
            store.put(&key(digit), &[0; 30]).unwrap();
            date(&store.path(&key(digit)).unwrap(), age);
        }
        assert_eq!(names(folder).len(), 5, "all of this has room");
        store.put(&key('d'), &[0; 20]).unwrap();
        let mut left: Vec<String> = "abd".chars().map(|digit| format!("{}.answer", key(digit))).collect();
        left.push("mine.txt".into());
        assert_eq!(names(folder), left);
        // What is too large for the whole store pushes nothing out.
        assert_eq!(store.put(&key('e'), &[0; 101]).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(names(folder), left);
    }
}
