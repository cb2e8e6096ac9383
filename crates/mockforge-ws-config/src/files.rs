//! Reading files. Nothing else of the workspace opens scripts and configs.

use std::io::{self, Read};
use std::path::Path;

use mockforge_ws_diagnostic::{Problem, did_you_mean};

/// A config that is larger than this is no config.
const LARGEST_CONFIG: u64 = 1 << 20;

/// A script is held in memory; this also ends what has no end, such as a device.
const LARGEST_SCRIPT: u64 = 1 << 30;

/// Rows are held in memory as values, which take several times as much.
const LARGEST_ROWS: u64 = 64 << 20;

/// The bytes of a config.
pub(crate) fn config(path: &Path) -> Result<Vec<u8>, Problem> {
    read(path, LARGEST_CONFIG, || {
        Problem::new("the file is larger than 1 MiB").hint("is this a config? a script is named `.jsonl`")
    })
}

/// The bytes of a script.
pub(crate) fn script(path: &Path) -> Result<Vec<u8>, Problem> {
    read(path, LARGEST_SCRIPT, script_too_large)
}

/// The bytes of a script on the standard input.
pub(crate) fn script_on_stdin() -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(LARGEST_SCRIPT + 1).read_to_end(&mut bytes);
    match read {
        Ok(_) if bytes.len() as u64 > LARGEST_SCRIPT => Err(script_too_large()),
        Ok(_) => Ok(bytes),
        Err(error) => Err(Problem::new(format!("the standard input can't be read: {error}"))),
    }
}

fn script_too_large() -> Problem {
    Problem::new("the file is larger than 1 GiB, the most that a script may be")
        .hint("split it, one script a route")
}

/// A HAR, to be read from its beginning to its end; of any size, for little of it is held.
#[expect(clippy::disallowed_types, reason = "the one reader of files")]
pub(crate) fn har(path: &Path) -> Result<impl Read + use<>, Problem> {
    let file = std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(unreadable(path, &io::ErrorKind::IsADirectory.into())),
        Ok(_) => Ok(file),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// The bytes of a stream's rows.
pub(crate) fn rows(path: &Path) -> Result<Vec<u8>, Problem> {
    read(path, LARGEST_ROWS, || Problem::new("the file is larger than 64 MiB, the most that rows may be"))
}

#[expect(clippy::disallowed_types, reason = "the one reader of files")]
fn read(path: &Path, most: u64, too_large: impl FnOnce() -> Problem) -> Result<Vec<u8>, Problem> {
    let whole = || {
        let file = std::fs::File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(most)).unwrap_or(0));
        file.take(most + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = whole().map_err(|error: io::Error| unreadable(path, &error))?;
    if bytes.len() as u64 > most { Err(too_large()) } else { Ok(bytes) }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::NotFound => Problem::new("there is no such file").maybe_hint(neighbour(path)),
        io::ErrorKind::IsADirectory => Problem::new("this is a folder, expected a file"),
        io::ErrorKind::PermissionDenied => Problem::new("the file can't be read: permission denied"),
        _ => Problem::new(format!("the file can't be read: {error}")),
    }
}

/// A file beside the missing one that was probably meant.
fn neighbour(path: &Path) -> Option<String> {
    let folder = path.parent()?;
    let Ok(entries) = folder.read_dir() else {
        return Some("the folder does not exist either".to_string()).filter(|_| !folder.exists());
    };
    let names: Vec<String> =
        entries.take(1000).filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    did_you_mean(path.file_name()?.to_str()?, names.iter().map(String::as_str))
}
