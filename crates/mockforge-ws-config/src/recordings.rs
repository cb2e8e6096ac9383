//! Recordings of routes, as files.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use mockforge_ws_io::{FileNews, LineFile, LineFiles, Series, SeriesOptions};
use mockforge_ws_replay::record::{SessionName, Tape, Track};
use time::OffsetDateTime;

/// The files that the routes of a configuration record their sessions in. A clone is the same; so are those of
/// a configuration that was reloaded.
///
/// ```
/// use mockforge_ws_config::{Environment, Flags, load};
///
/// let config = load(&Flags::default(), &Environment::with("/", [("HOME", "/")])).unwrap();
/// // … when nothing is served any more:
/// config.recordings().finish();
/// assert_eq!(config.recordings().failure(), None);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Recordings(Arc<LineFiles>);

impl Recordings {
    /// Whom to tell what becomes of the files. Called on the thread that writes them, so it must be quick.
    pub fn listen(&self, listener: impl Fn(FileNews) + Send + Sync + 'static) {
        self.0.listen(listener);
    }

    /// What went wrong first, in one sentence; the recording of that session ends early, and is valid.
    pub fn failure(&self) -> Option<String> {
        self.0.failure()
    }

    /// Writes what waits, and nothing more after that.
    pub fn finish(&self) {
        self.0.finish();
    }
}

/// Where the sessions of a route are recorded.
#[derive(Debug)]
pub(crate) enum Place {
    /// In a folder, with a file for each that says which it is.
    Folder(PathBuf),
    /// In a file; those after the first get numbers.
    File(PathBuf),
}

/// The sessions of a route as files. Nothing is opened, and no thread started, before there is a session.
pub(crate) struct Reel {
    recordings: Recordings,
    place: Place,
    options: SeriesOptions,
    series: OnceLock<Series>,
}

impl Reel {
    pub(crate) fn new(
        recordings: &Recordings,
        place: Place,
        max_bytes: Option<u64>,
        max_files: Option<usize>,
    ) -> Self {
        let usual = SeriesOptions::default();
        let max_bytes = max_bytes.unwrap_or(usual.max_bytes);
        let last_line =
            format!("// The recording ends here: it has {max_bytes} bytes, the most it may have.");
        let options = SeriesOptions { max_bytes, max_files, last_line };
        Self { recordings: recordings.clone(), place, options, series: OnceLock::new() }
    }
}

impl Tape for Reel {
    fn open(&self, session: &SessionName) -> Box<dyn Track> {
        let series = self.series.get_or_init(|| self.recordings.0.series(self.options.clone()));
        Box::new(File(series.create(match &self.place {
            Place::Folder(folder) => folder.join(name(session)),
            Place::File(file) => file.clone(),
        })))
    }
}

/// `chat-lobby-20240115T103000Z-1.jsonl`: the path, when it opened, and its number on the route.
fn name(session: &SessionName) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '_' { c } else { '-' };
    let mut path: String = session.path.chars().map(plain).collect();
    // A name has 255 bytes on most file systems.
    path.truncate(100);
    let path = path.trim_matches(['-', '.']);
    let path = if path.is_empty() { "session" } else { path };
    format!("{path}-{}-{}.jsonl", stamp(session.at), session.number)
}

fn stamp(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second) = at.to_hms();
    format!("{year:04}{:02}{day:02}T{hour:02}{minute:02}{second:02}Z", u8::from(month))
}

struct File(LineFile);

impl Track for File {
    fn line(&mut self, line: &str) {
        self.0.line(line);
    }

    fn end(self: Box<Self>) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn names_are_names_of_files() {
        let check = |path: &str, wanted: &str| {
            let at = datetime!(2024-01-15 10:30:05 UTC);
            let session = SessionName { route: "/x".into(), number: 7, path: path.into(), at };
            assert_eq!(name(&session), format!("{wanted}-20240115T103005Z-7.jsonl"));
        };
        check("/chat/lobby", "chat-lobby");
        check("/", "session");
        check("/../../etc/%2e%2e", "etc--2e-2e");
        check("/é/a.b_c", "a.b_c");
        check(&format!("/{}", "x".repeat(500)), &"x".repeat(99));
    }
}
