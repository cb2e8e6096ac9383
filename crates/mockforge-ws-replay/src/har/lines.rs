//! A script as a recording: what it sends and expects, where that is the same for every connection.

use std::sync::Arc;

use mockforge_ws_core::{CloseFrame, close};
use mockforge_ws_diagnostic::{Diagnostic, Problem, Severity};
use time::OffsetDateTime;
use time::macros::datetime;

use super::{times, url};
use crate::Script;
use crate::script::{Action, Line, Payload, Ready, Stage, Then, Wait};
use crate::words::{Dir, OnEnd, SyncLevel};

/// When a recording begins that does not say: a date that nobody takes for a real one.
const UNDATED: OffsetDateTime = datetime!(2000-01-01 00:00 UTC);

/// A script as [`write`](super::write) takes it. The messages are shared with the script.
#[derive(Debug, Clone)]
pub struct Recording {
    pub(super) url: String,
    pub(super) opened: OffsetDateTime,
    pub(super) subprotocol: Option<String>,
    pub(super) events: Vec<Event>,
}

/// What came of making a recording of a script.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The recording, unless there was an error.
    pub recording: Option<Recording>,
    /// What can't be a recording, and what was left out, in the order of the lines.
    pub diagnostics: Vec<Diagnostic>,
}

/// Something that is in a HAR.
#[derive(Debug, Clone)]
pub(super) struct Event {
    /// Milliseconds from the opening.
    pub(super) ts: u64,
    pub(super) dir: Dir,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Message(Ready),
    Close(CloseFrame),
}

impl Recording {
    /// Makes a recording of a script. `url` is where its client connected to; without it, where the script's
    /// header says so in `recorded`. It begins when `recorded` says, or with the year 2000.
    ///
    /// Messages that differ from connection to connection can't be in a recording, and neither can lines that
    /// repeat, jump or branch: each is an error. What a line waits for, how long, and a dropped connection are
    /// left out with a warning. Constants (`{{var.x}}`) are filled in.
    ///
    /// ```
    /// use mockforge_ws_replay::{Options, compile, har};
    ///
    /// let source = "{\"text\":\"hello\"}\n{\"ts\":50,\"text\":\"{{uuid}}\"}";
    /// let script = compile(source, &Options::new("feed.jsonl")).script.unwrap();
    /// let exported = har::Recording::of(&script, Some("ws://example.com/feed"));
    /// assert!(exported.recording.is_none());
    /// assert_eq!(
    ///     exported.diagnostics[0].to_string(),
    ///     "feed.jsonl:2: error: the message is a template, which renders anew for every connection"
    /// );
    /// ```
    pub fn of(script: &Script, url: Option<&str>) -> Exported {
        let mut export = Export { file: script.file(), events: Vec::new(), diagnostics: Vec::new(), ts: 0 };
        let recorded = script.header().recorded.as_ref();
        let recorded = |key: &str| recorded?.get(key)?.as_str();
        let url = export.url(url.or_else(|| recorded("url")));
        if script.sync() == SyncLevel::Off {
            let problem = Problem::new("`sync` is `off`, so what the client sends is left out");
            export.tell(Severity::Warning, 0, problem.hint("`loose` takes `in` lines as they are"));
        }
        script.0.lines.iter().for_each(|line| export.line(line));
        let last = script.0.lines.last().map_or(0, |line| line.number);
        match script.on_end() {
            OnEnd::Keep => {}
            OnEnd::Close => export.close(close::frame(1000, "")),
            OnEnd::Loop => export.refuse(last, "the script begins again at its end"),
        }
        let failed = export.diagnostics.iter().any(|found| found.severity == Severity::Error);
        let recording = url.filter(|_| !failed).map(|url| Self {
            url,
            opened: recorded("at").and_then(times::started).unwrap_or(UNDATED),
            subprotocol: script.subprotocols().first().cloned(),
            events: export.events,
        });
        Exported { recording, diagnostics: export.diagnostics }
    }
}

struct Export<'s> {
    file: &'s Arc<str>,
    events: Vec<Event>,
    diagnostics: Vec<Diagnostic>,
    ts: u64,
}

impl Export<'_> {
    fn url(&mut self, url: Option<&str>) -> Option<String> {
        let Some(url) = url else {
            let problem = Problem::new("the script does not say which URL it was recorded at");
            self.tell(Severity::Error, 0, problem.hint("name one: --url wss://example.com/feed"));
            return None;
        };
        let known = url::of_web_socket(url);
        if known.is_none() {
            let problem = Problem::new(format!("`{}` is not the URL of a WebSocket", url.escape_debug()));
            self.tell(Severity::Error, 0, problem.hint("write it like wss://example.com/feed"));
        }
        known
    }

    fn line(&mut self, line: &Line) {
        // What goes back in time is due at once.
        self.ts = self.ts.max(line.ts);
        match &line.action {
            Action::Send(ready) => self.message(Dir::Out, ready),
            Action::Expect(ready) => self.message(Dir::In, ready),
            Action::Step(stage) => self.stage(line.number, stage),
        }
    }

    fn stage(&mut self, number: u32, stage: &Stage) {
        let expects = stage.expects();
        match &stage.wait {
            Some(Wait::Branch(..)) => return self.refuse(number, "the line branches"),
            Some(Wait::Pattern(_)) => {
                let problem =
                    Problem::new("which message the client sent for `waitFor` is not known: it is left out");
                self.tell(
                    Severity::Warning,
                    number,
                    problem.hint("an `in` line before this one would say it"),
                );
            }
            Some(Wait::Match(_) | Wait::Chosen(_) | Wait::Payload) | None => {}
        }
        if stage.timeout.is_some() {
            self.tell(
                Severity::Warning,
                number,
                Problem::new("`timeout` is left out: a HAR has messages only"),
            );
        }
        if stage.copies.is_some() {
            return self.refuse(number, "the line repeats");
        }
        match &stage.payload {
            Payload::Ready(ready) => self.message(if expects { Dir::In } else { Dir::Out }, ready),
            Payload::None if expects => self.refuse(number, "which message the client sent is not known"),
            Payload::None => {}
            Payload::Text(_) | Payload::Json(_) | Payload::Base64(_) | Payload::Hex(_) => {
                self.refuse(number, "the message is a template, which renders anew for every connection");
            }
        }
        match &stage.then {
            Then::Next => {}
            Then::Goto { .. } => self.refuse(number, "the line jumps"),
            Then::Close(frame) => self.close((**frame).clone()),
            Then::Abort => {
                let problem = Problem::new("`abort` is left out: a HAR has messages only");
                self.tell(Severity::Warning, number, problem);
            }
        }
    }

    fn message(&mut self, dir: Dir, ready: &Ready) {
        self.events.push(Event { ts: self.ts, dir, what: What::Message(ready.clone()) });
    }

    fn close(&mut self, frame: CloseFrame) {
        self.events.push(Event { ts: self.ts, dir: Dir::Out, what: What::Close(frame) });
    }

    fn refuse(&mut self, number: u32, why: &str) {
        let hint = "a HAR is what happened once: record a session with the script, or take the line out";
        self.tell(Severity::Error, number, Problem::new(why).hint(hint));
    }

    fn tell(&mut self, severity: Severity, number: u32, problem: Problem) {
        let Problem { message, hint, .. } = problem;
        let (file, line) = (Arc::clone(self.file), number as usize);
        self.diagnostics.push(Diagnostic { severity, file, line, column: 0, width: 1, message, hint });
    }
}
