//! A HAR file from its first byte to its last.

use std::io::Read;
use std::sync::Arc;

use mockforge_ws_diagnostic::{Diagnostic, Problem};
use serde::de::DeserializeSeed as _;

use super::entry::{Log, Root};
use super::gauge::{Counted, Gauge, Limits};
use super::seed::Object;
use super::socket::Socket;

/// What a HAR file has of WebSockets.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Har {
    /// The file, as the user named it.
    pub file: Arc<str>,
    /// What has written it, with its version.
    pub creator: String,
    /// How many entries it has, of all kinds.
    pub entries: usize,
    /// The WebSockets that have messages, in the order of the file; never none. People count them from 1.
    pub sockets: Vec<Socket>,
}

/// Reads a HAR. `file` is its name as diagnostics and scripts say it.
///
/// The bytes are gone through once and in order; of entries that are no WebSockets nothing is kept.
///
/// # Errors
/// Where the bytes can't be read, are no JSON, or hold no list of entries; where no entry is a WebSocket with
/// messages; and where the [`Limits`] are exceeded.
pub fn read(reader: impl Read, file: impl Into<Arc<str>>) -> Result<Har, Diagnostic> {
    read_within(reader, file, Limits::default())
}

/// As [`read`], within other limits.
///
/// # Errors
/// As [`read`].
///
/// ```
/// use mockforge_ws_replay::har::{Limits, read_within};
///
/// let file = r#"{"log":{"entries":[{"_webSocketMessages":[{"type":"send","data":"far, far too long a text"}]}]}}"#;
/// let limits = Limits { value: 25, ..Limits::default() };
/// let error = read_within(file.as_bytes(), "f.har", limits).unwrap_err();
/// assert_eq!(error.message, "message 1 of entry 1: a value takes more than 25 bytes");
/// ```
pub fn read_within(reader: impl Read, file: impl Into<Arc<str>>, limits: Limits) -> Result<Har, Diagnostic> {
    let file = file.into();
    let gauge = Gauge::new(Arc::clone(&file), limits);
    let mut json = serde_json::Deserializer::from_reader(Counted::new(reader, &gauge));
    let mut root = Root::default();
    let read = Object(&mut root, &gauge).deserialize(&mut json);
    let is_har = root.log.has_entries;
    let read = match read {
        Ok(()) if !is_har => {
            let problem = Problem::new("this is JSON and no HAR: there is no list `log.entries`");
            let hint = "a script is named `.jsonl`, a config `.yaml`, `.toml` or `.json`";
            return Err(gauge.diagnostic(0, 0, problem.hint(hint)));
        }
        read => read.and_then(|()| {
            gauge.pass();
            json.end()
        }),
    };
    read.map_err(|error| gauge.explain(&error))?;

    let Log { creator, sockets, silent, .. } = root.log;
    let words = [creator.name, creator.version].into_iter().flatten().collect::<Vec<_>>();
    let creator = words.join(" ");
    let socket = |(number, entry)| Socket::new(Arc::clone(&file), creator.clone(), number, entry);
    let sockets: Vec<_> = sockets.into_iter().map(socket).collect();
    if sockets.is_empty() {
        return Err(gauge.diagnostic(0, 0, none(gauge.entries(), silent)));
    }
    Ok(Har { file, creator, entries: gauge.entries(), sockets })
}

/// What is said about a HAR without messages.
fn none(entries: usize, silent: usize) -> Problem {
    let entries = match entries {
        0 => "there are no entries".to_string(),
        1 => "of its one entry".to_string(),
        entries => format!("of its {entries} entries"),
    };
    let silent = match silent {
        _ if entries.starts_with("there") => String::new(),
        0 => " none is a WebSocket".into(),
        1 => " one is a WebSocket, without messages".into(),
        silent => format!(" {silent} are WebSockets, all without messages"),
    };
    Problem::new(format!("the HAR has no WebSocket messages: {entries}{silent}")).hint(
        "Chrome records WebSockets that open while its devtools are open; Playwright leaves their messages out \
         with `content: \"omit\"`, and older versions of it always do",
    )
}
