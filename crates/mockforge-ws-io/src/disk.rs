//! Where files of lines are kept.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Creates and removes files; [`LineFiles`](crate::LineFiles) calls it on a thread of its own.
pub trait Disk: Send {
    /// Creates a file, under this path or, where there is one, another like it. Says which.
    ///
    /// # Errors
    /// Where it cannot be created.
    fn create(&mut self, path: &Path) -> io::Result<(PathBuf, Box<dyn Sheet>)>;

    /// Removes a file.
    ///
    /// # Errors
    /// Where it cannot be removed.
    fn remove(&mut self, path: &Path) -> io::Result<()>;
}

/// A file that grows.
pub trait Sheet: Write + Send {
    /// Cuts the file to so many bytes; the next write goes on from there.
    ///
    /// # Errors
    /// Where that cannot be done.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

/// The file system. Files are for their owner alone, and none is ever overwritten.
#[derive(Debug, Default)]
pub(crate) struct Files;

/// So many names are tried for a file that is there already.
const NAMES: u32 = 10_000;

impl Disk for Files {
    fn create(&mut self, path: &Path) -> io::Result<(PathBuf, Box<dyn Sheet>)> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        for number in 1..NAMES {
            let name = numbered(path, number);
            match options.open(&name) {
                Ok(file) => return Ok((name, Box::new(file))),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }
}

/// `feed.jsonl`, `feed-2.jsonl`, …
fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return path.to_path_buf();
    }
    let part = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_os_string();
    let mut name = part(path.file_stem());
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[expect(clippy::disallowed_types, reason = "this is the file system behind files of lines")]
impl Sheet for std::fs::File {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}
