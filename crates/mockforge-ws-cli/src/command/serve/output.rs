//! Files that the server writes: found writable before anything is served, and emptied only once it is, so that
//! a start that fails takes nothing away.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::exit::Stop;

/// An open file with its name.
pub(super) struct Output {
    path: PathBuf,
    #[expect(clippy::disallowed_types, reason = "the binary writes where it is told to")]
    file: std::fs::File,
}

impl Output {
    /// Opens a file and leaves what is in it.
    pub(super) fn open(path: &Path) -> Result<Self, Stop> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        file.map(|file| Self { path: path.to_path_buf(), file })
            .map_err(|error| Stop::unwritable(path, &error))
    }

    /// Throws away what is in it; a pipe or a device has nothing to throw away.
    pub(super) fn empty(&self) {
        let _ = self.file.set_len(0);
    }

    /// Another way to the same file.
    pub(super) fn writer(&self) -> Result<impl Write + Send + 'static, Stop> {
        self.file.try_clone().map_err(|error| Stop::unwritable(&self.path, &error))
    }

    pub(super) fn write(&mut self, text: &str) -> Result<(), Stop> {
        self.file.write_all(text.as_bytes()).map_err(|error| Stop::unwritable(&self.path, &error))
    }
}
