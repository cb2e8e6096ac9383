//! A compiled script: shared by all its connections, never changed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mockforge_ws_core::{CloseFrame, Message, Step, Utf8Bytes};
use mockforge_ws_match::{Pattern, PatternSet};
use mockforge_ws_template::{JsonTemplate, Template};

use crate::words::{Early, OnEnd, OnTimeout, SyncLevel};
use crate::{Header, Player, Replay, Timeline};

/// A script that [`compile`](crate::compile) accepted. A clone is a reference.
///
/// ```
/// use mockforge_ws_replay::{Options, compile};
///
/// let source = "{\"mockforge\":1,\"name\":\"greeting\"}\n{\"text\":\"hello\",\"label\":\"top\"}\n";
/// let script = compile(source, &Options::new("greet.jsonl")).script.unwrap();
/// assert_eq!(script.name(), Some("greeting"));
/// assert_eq!(script.len(), 1);
/// assert_eq!(script.labels().collect::<Vec<_>>(), [("top", 2)]);
/// ```
#[derive(Clone)]
pub struct Script(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) file: Arc<str>,
    pub(crate) header: Header,
    pub(crate) on_end: OnEnd,
    pub(crate) lines: Box<[Line]>,
    /// In the order of the file, with the index of the line.
    pub(crate) labels: Box<[(Box<str>, u32)]>,
    /// The lines that wait or after which the next does not follow, in order.
    pub(crate) stops: Box<[u32]>,
    /// The last of them that waits.
    pub(crate) last_wait: Option<u32>,
    /// Whether a line can be reached a second time.
    pub(crate) cyclic: bool,
    /// Whether anything is rendered, and so may read the last message taken.
    pub(crate) renders: bool,
}

impl Script {
    /// The file's name as the user gave it.
    pub fn file(&self) -> &Arc<str> {
        &self.0.file
    }

    /// What the first line says.
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// What the script is called.
    pub fn name(&self) -> Option<&str> {
        self.0.header.name.as_deref()
    }

    /// The seed that the script asks for.
    pub fn seed(&self) -> Option<u64> {
        self.0.header.seed
    }

    /// The subprotocols of the server, the preferred first.
    pub fn subprotocols(&self) -> &[String] {
        &self.0.header.subprotocol
    }

    /// What follows the last line.
    pub fn on_end(&self) -> OnEnd {
        self.0.on_end
    }

    /// How many lines there are, without the header, comments and blank lines.
    pub fn len(&self) -> usize {
        self.0.lines.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.0.lines.is_empty()
    }

    /// The labels, and the lines in the file that they name.
    pub fn labels(&self) -> impl Iterator<Item = (&str, u32)> {
        self.0.labels.iter().map(|(name, index)| (&**name, self.0.lines[*index as usize].number))
    }

    /// The mode that plays the script to every connection.
    pub fn mode(&self) -> Replay {
        Replay::new(self.clone())
    }

    /// The session of one connection.
    pub fn player(&self) -> Player {
        Player::new(self.clone())
    }

    /// What happens when, as a table to print.
    pub fn timeline(&self) -> Timeline<'_> {
        Timeline::new(self)
    }

    pub(crate) fn line(&self, index: u32) -> Option<&Line> {
        self.0.lines.get(index as usize)
    }

    /// The index of the last line.
    pub(crate) fn last(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX).saturating_sub(1)
    }

    /// The place of a line, for facts.
    pub(crate) fn step(&self, index: u32) -> Step {
        let line = self.line(index).map_or(0, |line| line.number);
        Step { file: Arc::clone(&self.0.file), line }
    }

    pub(crate) fn keeps(&self) -> bool {
        self.0.header.early == Early::Keep
    }

    pub(crate) fn sync(&self) -> SyncLevel {
        self.0.header.sync
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("file", &self.0.file)
            .field("lines", &self.len())
            .finish_non_exhaustive()
    }
}

/// A line. A script may have millions, so what is rare is boxed.
pub(crate) struct Line {
    /// Milliseconds on the script's timeline.
    pub(crate) ts: u64,
    /// In the file, from 1.
    pub(crate) number: u32,
    pub(crate) action: Action,
}

/// What a line does.
pub(crate) enum Action {
    /// Sends a message that is ready, and nothing else.
    Send(Ready),
    /// Waits for the next data message, whose text is known beforehand.
    Expect(Ready),
    /// Anything else.
    Step(Box<Stage>),
}

impl Line {
    /// The rare parts, where the line has any.
    pub(crate) fn stage(&self) -> Option<&Stage> {
        match &self.action {
            Action::Step(stage) => Some(stage),
            Action::Send(_) | Action::Expect(_) => None,
        }
    }

    pub(crate) fn timeout(&self) -> Option<Timeout> {
        self.stage()?.timeout
    }

    pub(crate) fn waits(&self) -> bool {
        match &self.action {
            Action::Send(_) => false,
            Action::Expect(_) => true,
            Action::Step(stage) => stage.wait.is_some(),
        }
    }

    /// Whether the wait can be passed over without a message.
    pub(crate) fn skips(&self) -> bool {
        self.timeout().is_some_and(|timeout| timeout.then == OnTimeout::Skip)
    }
}

/// A message that needs no rendering. Its bytes are shared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ready {
    Text(Utf8Bytes),
    Binary(Bytes),
}

impl Ready {
    #[inline]
    pub(crate) fn message(&self) -> Message {
        match self {
            Self::Text(text) => Message::Text(text.clone()),
            Self::Binary(bytes) => Message::Binary(bytes.clone()),
        }
    }
}

/// A line in full: wait, then send, then go on somewhere.
pub(crate) struct Stage {
    pub(crate) wait: Option<Wait>,
    pub(crate) timeout: Option<Timeout>,
    /// Variables, in the order of the line.
    pub(crate) set: Box<[Assignment]>,
    pub(crate) payload: Payload,
    pub(crate) copies: Option<Copies>,
    pub(crate) then: Then,
}

/// A variable of the connection, and what it becomes.
pub(crate) struct Assignment {
    pub(crate) name: Box<str>,
    pub(crate) value: JsonTemplate,
}

/// What a line waits for.
pub(crate) enum Wait {
    /// A message that matches.
    Pattern(Pattern),
    /// A message that one of these matches; then the line at the same place is next.
    Branch(Box<PatternSet>, Box<[u32]>),
    /// The next message, which should be the payload where the script is strict.
    Payload,
    /// The next message, which should match where the script is strict.
    Match(Pattern),
    /// On an `in` line, the next message that matches, which should be what the line says where the script is
    /// strict.
    Chosen(Box<Chosen>),
}

/// What an `in` line takes.
pub(crate) struct Chosen {
    pub(crate) takes: Pattern,
    /// What it should match, in place of the payload.
    pub(crate) wanted: Option<Pattern>,
}

/// How long a line waits at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeout {
    pub(crate) after: Duration,
    pub(crate) then: OnTimeout,
}

/// A line's message. A clone is a reference.
#[derive(Clone)]
pub(crate) enum Payload {
    None,
    Ready(Ready),
    Text(Template),
    Json(JsonTemplate),
    Base64(Template),
    Hex(Template),
}

/// Copies of a line, its first message included in `count`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Copies {
    pub(crate) count: Option<u64>,
    /// Milliseconds, never 0.
    pub(crate) every: u64,
}

/// What follows a line.
pub(crate) enum Then {
    Next,
    Goto { target: u32, times: Option<u64> },
    Close(Box<CloseFrame>),
    Abort,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A million lines must not cost much more than their text.
    #[test]
    fn lines_are_small() {
        assert!(size_of::<Line>() <= 64, "{}", size_of::<Line>());
        assert!(size_of::<Stage>() <= 160, "{}", size_of::<Stage>());
    }
}
