//! One session under recording: from its facts to its lines.

use std::fmt::Write as _;

use base64::Engine as _;
use mockforge_ws_core::{Elapsed, Ended, Hello, Message, Party, Status, close};

use super::correlate::Correlation;
use super::redact::{Hidden, Rules};
use super::secrets::Secrets;
use super::weave::{Replacement, weave};
use super::{RecordOptions, SessionName, Tape, Track, head, line};
use crate::Dir;

/// Buffers that serve one message after another.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    line: String,
    template: String,
    hidden: Vec<Hidden>,
}

/// What a buffer may be large in order to be kept.
const KEPT: usize = 32 << 10;

impl Scratch {
    fn shrink(&mut self) {
        for buffer in [&mut self.line, &mut self.template] {
            if buffer.capacity() > KEPT {
                *buffer = String::new();
            }
        }
        if self.hidden.capacity() * size_of::<Hidden>() > KEPT {
            self.hidden = Vec::new();
        }
    }
}

/// Reasons with which the event loop closes by itself: the recording is then cut off, and the server of the
/// session has not closed.
const OURS: &[&str] = &["the server is going away", "no sign of life", "idle for too long"];

/// A session.
pub(super) struct Session {
    name: SessionName,
    track: Box<dyn Track>,
    secrets: Secrets,
    correlation: Option<Correlation>,
    ts: u64,
}

impl Session {
    /// Begins a session with its header.
    pub(super) fn open(
        name: SessionName,
        hello: &Hello,
        subprotocol: Option<&str>,
        options: &RecordOptions,
        rules: &Rules,
        tape: &dyn Tape,
    ) -> Self {
        let mut secrets = Secrets::default();
        let upstream = options.upstream.as_deref();
        let header = head::header(&name, hello, subprotocol, upstream, rules, &mut secrets);
        let mut track = tape.open(&name);
        track.line(&header.to_string());
        Self { name, track, secrets, correlation: options.correlate.then(Correlation::default), ts: 0 }
    }

    /// Writes a message down; pings and pongs have no line.
    pub(super) fn message(
        &mut self,
        message: &Message,
        dir: Dir,
        at: Elapsed,
        rules: &Rules,
        scratch: &mut Scratch,
    ) {
        match message {
            Message::Text(text) => self.text(text, dir, at, rules, scratch),
            Message::Binary(bytes) => self.binary(bytes, dir, at, rules, scratch),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => return,
        }
        self.track.line(&scratch.line);
        scratch.shrink();
    }

    fn text(&mut self, text: &str, dir: Dir, at: Elapsed, rules: &Rules, scratch: &mut Scratch) {
        let Scratch { line, template, hidden } = scratch;
        let ts = self.ts(at);
        rules.find(text, &mut self.secrets, hidden);
        self.announce(hidden);
        let mut replacements: Vec<Replacement> = replacements(hidden, "");
        line::begin(ts, dir, line);
        match (&mut self.correlation, dir) {
            (None, _) => {}
            (Some(correlation), Dir::In) => {
                let incoming = correlation.incoming(text, hidden);
                if let Some(takes) = incoming.takes.filter(|takes| !self.secrets.are_in(takes)) {
                    line::raw("waitFor", &takes, line);
                }
                if incoming.is_optional {
                    line::raw("timeout", "1000", line);
                    line::raw("onTimeout", "\"skip\"", line);
                }
                if !incoming.set.is_empty() {
                    line::raw("set", &incoming.set, line);
                }
            }
            (Some(correlation), Dir::Out) => {
                let outgoing = correlation.outgoing(text, head::wall(&self.name, at), hidden);
                replacements.extend(outgoing.replacements);
                replacements.sort_by_key(|replacement| replacement.at.start);
                if !outgoing.set.is_empty() {
                    line::raw("set", &outgoing.set, line);
                }
            }
        }
        match replacements.is_empty() {
            true => line::text(text, line),
            false => {
                template.clear();
                weave(text, &replacements, template);
                line::member("text", template, line);
            }
        }
        line.push('}');
    }

    fn binary(&mut self, bytes: &[u8], dir: Dir, at: Elapsed, rules: &Rules, scratch: &mut Scratch) {
        let Scratch { line, template, hidden } = scratch;
        let ts = self.ts(at);
        match std::str::from_utf8(bytes) {
            Ok(text) => rules.find(text, &mut self.secrets, hidden),
            Err(_) => rules.find_in_bytes(bytes, &mut self.secrets, hidden),
        }
        self.announce(hidden);
        line::begin(ts, dir, line);
        template.clear();
        if hidden.is_empty() {
            base64::engine::general_purpose::STANDARD.encode_string(bytes, template);
            line::member("base64", template, line);
        } else {
            let mut from = 0;
            for Replacement { at, expression } in replacements(hidden, "hex ") {
                hex(&bytes[from..at.start], template);
                // Writing to a string does not fail.
                let _ = write!(template, "{{{{{expression}}}}}");
                from = at.end;
            }
            hex(&bytes[from..], template);
            line::member("hex", template, line);
        }
        line.push('}');
    }

    /// Writes the variables of secrets that the next line is the first to have.
    fn announce(&mut self, hidden: &[Hidden]) {
        for Hidden { variable, .. } in hidden.iter().filter(|hidden| hidden.is_new) {
            let value = variable.value();
            self.track
                .line(&format!("{{\"mockforge\":1,\"variables\":{{\"{}\":{value}}}}}", variable.name()));
        }
    }

    /// Ends the session as it ended.
    pub(super) fn close(mut self, ended: &Ended, at: Elapsed, rules: &Rules) {
        let ts = self.ts(at);
        let mut line = String::new();
        let is_cut_off = matches!(ended.status, Status::Error | Status::SendError | Status::Limit);
        if ended.by == Party::Server && !is_cut_off {
            match &ended.frame {
                Some(frame) if OURS.contains(&frame.reason.as_str()) => {}
                Some(frame) => self.close_line(ts, frame.code.into(), &frame.reason, rules),
                None => {
                    line::begin(ts, Dir::Out, &mut line);
                    line::raw("abort", "true", &mut line);
                    line.push('}');
                    self.track.line(&line);
                }
            }
        }
        self.track.end();
    }

    fn close_line(&mut self, ts: u64, code: u16, reason: &str, rules: &Rules) {
        // A reason is no template: it gets the placeholders themselves.
        let (mut line, mut hidden) = (String::new(), Vec::new());
        rules.find(reason, &mut self.secrets, &mut hidden);
        let (mut told, mut from) = (String::new(), 0);
        for Hidden { at, variable, .. } in &hidden {
            told.push_str(&reason[from..at.start]);
            told.push_str(&variable.placeholder());
            from = at.end;
        }
        told.push_str(&reason[from..]);
        let told = close::frame(code, &told).reason;
        line::begin(ts, Dir::Out, &mut line);
        if let Some(objection) = close::objection(code) {
            self.track.line(&format!("// The server closed with {code}, which {objection}."));
            line::raw("close", "true", &mut line);
        } else {
            line.push_str(",\"close\":{\"code\":");
            line.push_str(itoa::Buffer::new().format(code));
            if !told.is_empty() {
                line::member("reason", &told, &mut line);
            }
            line.push('}');
        }
        line.push('}');
        self.track.line(&line);
    }

    /// Milliseconds since the opening, which never go back.
    fn ts(&mut self, at: Elapsed) -> u64 {
        self.ts = self.ts.max(u64::try_from(at.as_millis()).unwrap_or(u64::MAX));
        self.ts
    }
}

fn replacements(hidden: &[Hidden], helper: &str) -> Vec<Replacement> {
    let replacement = |Hidden { at, variable, .. }: &Hidden| Replacement {
        at: at.clone(),
        expression: format!("{helper}var.{}", variable.name()),
    };
    hidden.iter().map(replacement).collect()
}

fn hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
}
