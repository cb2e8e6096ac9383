//! A recorded WebSocket, and the script that it becomes.

use std::fmt::{self, Write as _};
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::close;
use mockforge_ws_diagnostic::encoding;
use mockforge_ws_diagnostic::{Diagnostic, Problem, Severity};
use mockforge_ws_template::literal;
use serde::de::DeserializeSeed as _;
use serde_json::json;
use time::OffsetDateTime;

use super::entry::Entry;
use super::frame::{Frame, Way};
use super::gauge::{Counted, Gauge, Limits};
use super::seed::Object;
use super::times::{self, Clock};
use super::url;
use crate::compile::LONGEST;
use crate::{Close, Dir, Header, ReplayEntry};

/// So many mistakes of a recording are told.
const MOST: usize = 1_000;

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// A WebSocket of a HAR.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Socket {
    /// Its place among the entries of the HAR, from 1.
    pub entry: usize,
    /// Where the client connected to, as `ws` or `wss`, secrets masked.
    pub url: String,
    /// When the entry began, where that can be read.
    pub started: Option<OffsetDateTime>,
    /// The subprotocol that the server selected.
    pub subprotocol: Option<String>,
    /// A file that has the messages in place of the HAR, beside which it lies; [`Socket::attach`] takes what
    /// is in it.
    pub attached: Option<String>,
    file: Arc<str>,
    /// What the messages stand in, where that is another file.
    messages_in: Option<Arc<str>>,
    creator: String,
    frames: Vec<Frame>,
}

/// What came of making a script of a WebSocket.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The script, unless there was an error.
    pub source: Option<String>,
    /// All mistakes, and what was left out, in the order of the messages.
    pub diagnostics: Vec<Diagnostic>,
}

impl Socket {
    pub(super) fn new(file: Arc<str>, creator: String, number: usize, entry: Entry) -> Self {
        let Entry { started, request, response, frames, .. } = entry;
        Self {
            entry: number,
            url: url::cleaned(&request.url.unwrap_or_default()),
            started: started.as_deref().and_then(times::started),
            subprotocol: response.subprotocol.filter(|name| !name.is_empty()),
            attached: response.content.file.filter(|_| frames.is_empty()),
            file,
            messages_in: None,
            creator,
            frames,
        }
    }

    /// Takes the messages of the [attached](Socket::attached) file, one JSON object a line. `shown` is its
    /// name as diagnostics say it.
    ///
    /// # Errors
    /// As [`read`](super::read).
    pub fn attach(&mut self, reader: impl Read, shown: impl Into<Arc<str>>) -> Result<(), Diagnostic> {
        let shown = shown.into();
        let gauge = Gauge::new(Arc::clone(&shown), Limits::default());
        let mut json = serde_json::Deserializer::from_reader(Counted::new(reader, &gauge));
        let mut frames = Vec::new();
        while json.end().is_err() {
            let mut frame = Frame::default();
            Object(&mut frame, &gauge).deserialize(&mut json).map_err(|error| gauge.explain(&error))?;
            if !gauge.hold(size_of::<Frame>()) {
                let full = serde::de::Error::custom("too many");
                return Err(gauge.explain(&full));
            }
            frames.push(frame);
        }
        if frames.is_empty() {
            return Err(gauge.diagnostic(0, 0, Problem::new("there are no messages in the attached file")));
        }
        (self.frames, self.messages_in, self.attached) = (frames, Some(shown), None);
        Ok(())
    }

    /// The path of its URL, `/` where that has none.
    pub fn path(&self) -> &str {
        url::path(&self.url)
    }

    /// How many messages the client has sent.
    pub fn sent(&self) -> usize {
        self.frames.iter().filter(|frame| frame.way == Way::In && frame.is_message()).count()
    }

    /// How many messages the server has sent.
    pub fn received(&self) -> usize {
        self.frames.iter().filter(|frame| frame.way == Way::Out && frame.is_message()).count()
    }

    /// The time from the opening to the last message.
    pub fn duration(&self) -> Duration {
        let clock = Clock::of(&self.frames, self.started);
        let last = self.frames.iter().filter_map(|frame| clock.since(frame)).max();
        Duration::from_millis(last.unwrap_or(0))
    }

    /// The script that plays the server's messages at their times, and waits for the client's.
    ///
    /// What the client sent are `in` lines. A text is escaped so that it leaves byte for byte as it was
    /// recorded, whatever braces it has; JSON stays text, with its spaces and its numbers as they are.
    pub fn script(&self) -> Imported {
        let clock = Clock::of(&self.frames, self.started);
        let mut import = Import::new(self);
        let mut at = 0;
        for (index, frame) in self.frames.iter().enumerate() {
            match clock.since(frame) {
                Some(since) if since > LONGEST => {
                    let problem =
                        Problem::new("`time` is more than a hundred years after the start of the entry");
                    import.error(index, frame, problem.hint("it is seconds or milliseconds since 1970"));
                    continue;
                }
                Some(since) => at = since,
                None => import.timeless += 1,
            }
            import.take(index, frame, at);
        }
        let header = Header {
            name: Some(url::place(&self.url).to_string()).filter(|name| !name.is_empty()),
            subprotocol: self.subprotocol.iter().cloned().collect(),
            recorded: Some(self.recorded(&clock)),
            ..Header::default()
        };
        import.finish(&header)
    }

    /// Where the recording comes from.
    fn recorded(&self, clock: &Clock) -> serde_json::Value {
        let mut recorded = json!({ "from": "har" });
        let at = clock.opened().map(times::shown);
        let told = [("by", Some(&self.creator)), ("url", Some(&self.url)), ("at", at.as_ref())];
        for (key, value) in told {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                recorded[key] = json!(value);
            }
        }
        recorded
    }
}

/// One line for a list of them: where to, how many messages either way, and for how long.
impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = if self.url.is_empty() { "(no URL)" } else { &self.url };
        let (sent, received) = (self.sent(), self.received());
        let seconds = self.duration().as_millis() as f64 / 1000.0;
        write!(f, "{url}: {received} received, {sent} sent, {seconds} s")
    }
}

/// The lines as they are made.
struct Import<'s> {
    socket: &'s Socket,
    lines: Vec<ReplayEntry>,
    diagnostics: Vec<Diagnostic>,
    failed: bool,
    /// Messages without a time.
    timeless: usize,
    pings: usize,
    /// Who has closed first.
    closed: Option<Dir>,
    /// Messages after that.
    late: usize,
    /// Mistakes that are too many to be told.
    untold: usize,
}

impl<'s> Import<'s> {
    fn new(socket: &'s Socket) -> Self {
        let (lines, diagnostics) = (Vec::new(), Vec::new());
        let (timeless, pings, late, untold) = (0, 0, 0, 0);
        Self { socket, lines, diagnostics, failed: false, timeless, pings, closed: None, late, untold }
    }

    fn take(&mut self, index: usize, frame: &Frame, ts: u64) {
        let dir = match &frame.way {
            Way::In => Dir::In,
            Way::Out => Dir::Out,
            Way::Unknown(word) => {
                let problem = Problem::new(format!("`type` is `{}`", word.escape_debug()));
                return self.error(index, frame, problem.hint("it is `send` or `receive`"));
            }
            Way::Missing => {
                let problem = Problem::new("`type` is missing").hint("it is `send` or `receive`");
                return self.error(index, frame, problem);
            }
        };
        let opcode =
            frame.opcode.map_or(TEXT, |opcode| if opcode.fract() == 0.0 { opcode as u8 } else { u8::MAX });
        let entry = ReplayEntry { ts, dir, ..ReplayEntry::default() };
        match (opcode, &frame.data) {
            (CLOSE, _) if self.closed.is_some() => {}
            (CLOSE, data) => self.close(index, frame, data.as_deref().unwrap_or_default(), entry),
            (PING | PONG, _) => self.pings += 1,
            (TEXT | BINARY, _) if self.closed.is_some() => self.late += 1,
            (TEXT | BINARY, None) => {
                let problem = Problem::new("`data` is missing, or is no text");
                self.error(index, frame, problem.hint("it is the text, or the bytes in base64"));
            }
            (TEXT, Some(text)) => {
                let text = literal(text).into_owned();
                self.lines.push(ReplayEntry { empty: text.is_empty(), text, ..entry });
            }
            (BINARY, Some(data)) => match encoding::base64(data) {
                Ok(_) => self.lines.push(ReplayEntry { base64: Some(data.clone()), ..entry }),
                Err(problem) => {
                    let message = format!("`data` is to be base64: {}", problem.message);
                    self.error(index, frame, Problem { message, ..problem });
                }
            },
            (0, _) => {
                let problem = Problem::new("the message is a fragment (opcode 0)");
                self.error(index, frame, problem.hint("messages are read as a whole: opcode 1 or 2"));
            }
            _ => {
                let opcode = frame.opcode.unwrap_or_default();
                let problem = Problem::new(format!("there is no opcode {opcode}"));
                self.error(index, frame, problem.hint("1 is text, 2 is binary"));
            }
        }
    }

    /// The server's close is a line of the script. The client's ends the recording, and the server would only
    /// have answered.
    fn close(&mut self, index: usize, frame: &Frame, data: &str, entry: ReplayEntry) {
        self.closed = Some(entry.dir);
        if entry.dir == Dir::In {
            let problem =
                Problem::new("the client closed, which a script does not do: the close is left out");
            return self.tell(Severity::Warning, index, frame, problem);
        }
        let close = match encoding::base64(data).as_deref() {
            Ok([]) => Ok(Close::default()),
            Ok([high, low, reason @ ..]) => {
                let code = u16::from_be_bytes([*high, *low]);
                let reason = String::from_utf8_lossy(reason).into_owned();
                close::objection(code).map_or(Ok(Close { code, reason }), |why| Err(format!("{code} {why}")))
            }
            _ => Err("it does not say which code".into()),
        };
        let close = close.unwrap_or_else(|why| {
            let problem = Problem::new(format!("the server's close frame can't be sent again: {why}"));
            self.tell(Severity::Warning, index, frame, problem.hint("the script closes with 1000"));
            Close::default()
        });
        self.lines.push(ReplayEntry { close: Some(close), ..entry });
    }

    fn error(&mut self, index: usize, frame: &Frame, problem: Problem) {
        self.failed = true;
        self.tell(Severity::Error, index, frame, problem);
    }

    fn tell(&mut self, severity: Severity, index: usize, frame: &Frame, problem: Problem) {
        if self.diagnostics.len() >= MOST {
            self.untold += 1;
            return;
        }
        let Problem { message, hint, .. } = problem;
        let file = self.socket.messages_in.as_ref().unwrap_or(&self.socket.file);
        let message = format!("message {} of entry {}: {message}", index + 1, self.socket.entry);
        let (file, line, column) = (Arc::clone(file), frame.line, frame.column);
        self.diagnostics.push(Diagnostic { severity, file, line, column, width: 1, message, hint });
    }

    /// A warning about the recording as a whole.
    fn warn(&mut self, message: &str, hint: Option<&str>) {
        self.diagnostics.push(Diagnostic {
            severity: Severity::Warning,
            file: Arc::clone(&self.socket.file),
            line: 0,
            column: 0,
            width: 1,
            message: format!("entry {}: {message}", self.socket.entry),
            hint: hint.map(Into::into),
        });
    }

    fn finish(mut self, header: &Header) -> Imported {
        let messages = |count: usize| match count {
            1 => "1 message".to_string(),
            count => format!("{count} messages"),
        };
        if self.untold > 0 {
            let said = format!("{} more mistakes are not shown", self.untold);
            self.warn(&said, None);
        }
        if self.timeless > 0 {
            let said = format!("{} without a time", messages(self.timeless));
            self.warn(&said, Some("each comes with the one before it"));
        }
        if self.pings > 0 {
            let said = format!("{} of the kinds ping and pong left out", messages(self.pings));
            self.warn(&said, Some("the server answers pings by itself"));
        }
        if self.late > 0 {
            let said = format!("{} after the close left out", messages(self.late));
            self.warn(&said, None);
        }
        let back = self.lines.windows(2).filter(|pair| pair[1].ts < pair[0].ts).count();
        if back > 0 {
            self.lines.sort_by_key(|line| line.ts);
            let times = if back == 1 { "once".to_string() } else { format!("{back} times") };
            self.warn(&format!("the time goes back {times}"), Some("the messages are put in order by time"));
        }
        if self.lines.is_empty() && !self.failed {
            self.warn("no message is left", None);
        }
        if self.failed {
            return Imported { source: None, diagnostics: self.diagnostics };
        }
        let mut source = format!("{header}\n");
        for line in &self.lines {
            // Writing to a string does not fail.
            let _ = writeln!(source, "{line}");
        }
        Imported { source: Some(source), diagnostics: self.diagnostics }
    }
}
