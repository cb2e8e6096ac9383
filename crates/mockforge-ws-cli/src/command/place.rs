//! Where a result goes: stdout, or a file that is not there yet.

use std::fs::{OpenOptions, create_dir_all};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::exit::{Exit, Stop};

/// What stands for stdout where a file is named.
const STDOUT: &str = "-";

#[derive(Debug)]
pub(super) enum Place {
    Stdout,
    File {
        path: PathBuf,
        /// Whether it is overwritten.
        force: bool,
    },
}

impl Place {
    /// The file that a flag names.
    pub(super) fn of(out: Option<&Path>, force: bool) -> Self {
        match out {
            Some(path) if path != Path::new(STDOUT) => Self::File { path: path.to_path_buf(), force },
            _ => Self::Stdout,
        }
    }

    /// Writes the result. Who stops reading from stdout has had enough, which is no error.
    pub(super) fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Stop> {
        match self {
            Self::Stdout => {
                let mut out = BufWriter::new(io::stdout().lock());
                match write(&mut out).and_then(|()| out.flush()) {
                    Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                        Err(Stop::new(Exit::World, format!("could not write to stdout: {error}")))
                    }
                    _ => Ok(()),
                }
            }
            Self::File { path, force } => {
                let written = || {
                    let mut options = OpenOptions::new();
                    options.write(true).create(true).truncate(true).create_new(!force);
                    let mut out = BufWriter::new(options.open(path)?);
                    write(&mut out).and_then(|()| out.flush())
                };
                written().map_err(|error| match error.kind() {
                    io::ErrorKind::AlreadyExists => there(path),
                    _ => Stop::unwritable(path, &error),
                })
            }
        }
    }
}

/// A folder that files go to, made if it is not there.
pub(super) fn folder(path: &Path) -> Result<(), Stop> {
    create_dir_all(path).map_err(|error| Stop::unwritable(path, &error))
}

/// What is said about a file that would be overwritten.
pub(super) fn there(path: &Path) -> Stop {
    Stop::usage(format!("{} is there already", path.display())).hint("--force overwrites it")
}
