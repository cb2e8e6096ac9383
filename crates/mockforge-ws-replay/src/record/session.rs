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

/// A large message must not leave its buffer behind on an idle connection.
const KEPT: usize = 4 << 10;

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
    line: String,
    template: String,
    hidden: Vec<Hidden>,
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
        Self {
            name,
            track,
            secrets,
            correlation: options.correlate.then(Correlation::default),
            ts: 0,
            line: String::new(),
            template: String::new(),
            hidden: Vec::new(),
        }
    }

    /// Writes a message down; pings and pongs have no line.
    pub(super) fn message(&mut self, message: &Message, dir: Dir, at: Elapsed, rules: &Rules) {
        match message {
            Message::Text(text) => self.text(text, dir, at, rules),
            Message::Binary(bytes) => self.binary(bytes, dir, at, rules),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => return,
        }
        self.track.line(&self.line);
        for buffer in [&mut self.line, &mut self.template] {
            if buffer.capacity() > KEPT {
                *buffer = String::new();
            }
        }
    }

    fn text(&mut self, text: &str, dir: Dir, at: Elapsed, rules: &Rules) {
        let ts = self.ts(at);
        rules.find(text, &mut self.secrets, &mut self.hidden);
        self.announce();
        let mut replacements: Vec<Replacement> = self.replacements("");
        line::begin(ts, dir, &mut self.line);
        match (&mut self.correlation, dir) {
            (None, _) => {}
            (Some(correlation), Dir::In) => {
                let incoming = correlation.incoming(text, &self.hidden);
                if let Some(takes) = incoming.takes.filter(|takes| !self.secrets.are_in(takes)) {
                    line::raw("waitFor", &takes, &mut self.line);
                }
                if incoming.is_optional {
                    line::raw("timeout", "1000", &mut self.line);
                    line::raw("onTimeout", "\"skip\"", &mut self.line);
                }
                if !incoming.set.is_empty() {
                    line::raw("set", &incoming.set, &mut self.line);
                }
            }
            (Some(correlation), Dir::Out) => {
                let outgoing = correlation.outgoing(text, head::wall(&self.name, at), &self.hidden);
                replacements.extend(outgoing.replacements);
                replacements.sort_by_key(|replacement| replacement.at.start);
                if !outgoing.set.is_empty() {
                    line::raw("set", &outgoing.set, &mut self.line);
                }
            }
        }
        match replacements.is_empty() {
            true => line::text(text, &mut self.line),
            false => {
                self.template.clear();
                weave(text, &replacements, &mut self.template);
                line::member("text", &self.template, &mut self.line);
            }
        }
        self.line.push('}');
    }

    fn binary(&mut self, bytes: &[u8], dir: Dir, at: Elapsed, rules: &Rules) {
        let ts = self.ts(at);
        match std::str::from_utf8(bytes) {
            Ok(text) => rules.find(text, &mut self.secrets, &mut self.hidden),
            Err(_) => rules.find_in_bytes(bytes, &mut self.secrets, &mut self.hidden),
        }
        self.announce();
        line::begin(ts, dir, &mut self.line);
        self.template.clear();
        if self.hidden.is_empty() {
            base64::engine::general_purpose::STANDARD.encode_string(bytes, &mut self.template);
            line::member("base64", &self.template, &mut self.line);
        } else {
            let mut from = 0;
            for Replacement { at, expression } in self.replacements("hex ") {
                hex(&bytes[from..at.start], &mut self.template);
                // Writing to a string does not fail.
                let _ = write!(self.template, "{{{{{expression}}}}}");
                from = at.end;
            }
            hex(&bytes[from..], &mut self.template);
            line::member("hex", &self.template, &mut self.line);
        }
        self.line.push('}');
    }

    fn replacements(&self, helper: &str) -> Vec<Replacement> {
        let replacement = |Hidden { at, variable, .. }: &Hidden| Replacement {
            at: at.clone(),
            expression: format!("{helper}var.{}", variable.name()),
        };
        self.hidden.iter().map(replacement).collect()
    }

    /// Writes the variables of secrets that the next line is the first to have.
    fn announce(&mut self) {
        for Hidden { variable, .. } in self.hidden.iter().filter(|hidden| hidden.is_new) {
            let value = variable.value();
            self.track
                .line(&format!("{{\"mockforge\":1,\"variables\":{{\"{}\":{value}}}}}", variable.name()));
        }
    }

    /// Ends the session as it ended.
    pub(super) fn close(mut self, ended: &Ended, at: Elapsed, rules: &Rules) {
        let ts = self.ts(at);
        let is_cut_off = matches!(ended.status, Status::Error | Status::SendError | Status::Limit);
        if ended.by == Party::Server && !is_cut_off {
            match &ended.frame {
                Some(frame) if OURS.contains(&frame.reason.as_str()) => {}
                Some(frame) => self.close_line(ts, frame.code.into(), &frame.reason, rules),
                None => {
                    line::begin(ts, Dir::Out, &mut self.line);
                    line::raw("abort", "true", &mut self.line);
                    self.line.push('}');
                    self.track.line(&self.line);
                }
            }
        }
        self.track.end();
    }

    fn close_line(&mut self, ts: u64, code: u16, reason: &str, rules: &Rules) {
        // A reason is no template: it gets the placeholders themselves.
        rules.find(reason, &mut self.secrets, &mut self.hidden);
        let (mut told, mut from) = (String::new(), 0);
        for Hidden { at, variable, .. } in &self.hidden {
            told.push_str(&reason[from..at.start]);
            told.push_str(&variable.placeholder());
            from = at.end;
        }
        told.push_str(&reason[from..]);
        let told = close::frame(code, &told).reason;
        line::begin(ts, Dir::Out, &mut self.line);
        if let Some(objection) = close::objection(code) {
            self.track.line(&format!("// The server closed with {code}, which {objection}."));
            line::raw("close", "true", &mut self.line);
        } else {
            self.line.push_str(",\"close\":{\"code\":");
            self.line.push_str(itoa::Buffer::new().format(code));
            if !told.is_empty() {
                line::member("reason", &told, &mut self.line);
            }
            self.line.push('}');
        }
        self.line.push('}');
        self.track.line(&self.line);
    }

    /// Milliseconds since the opening, which never go back.
    fn ts(&mut self, at: Elapsed) -> u64 {
        self.ts = self.ts.max(u64::try_from(at.as_millis()).unwrap_or(u64::MAX));
        self.ts
    }
}

fn hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
}
