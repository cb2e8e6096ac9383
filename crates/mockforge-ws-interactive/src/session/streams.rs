//! Streams that run.

use std::sync::Arc;

use mockforge_ws_core::{Cx, DropReason, Elapsed, Fact, Mailbox};
use mockforge_ws_template as template;
use rand::RngExt as _;
use serde_json::{Map, Value};

use super::{Base, Conversation, What, act};
use crate::about::About;
use crate::actions::{Start, Stop};
use crate::agenda::Ticket;
use crate::rules::Compiled;

/// The streams of a connection that run.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    running: Vec<Running>,
}

#[derive(Debug)]
struct Running {
    number: u64,
    stream: usize,
    name: Arc<str>,
    about: Arc<About>,
    /// When it started, as templates count time.
    since: Elapsed,
    /// When its next message is due, without jitter.
    next: Base,
    /// The messages that were made.
    made: u64,
    ticket: Ticket,
}

/// How many may run at a time.
const MOST: usize = 1024;

impl Streams {
    /// The running keys of each stream.
    pub(crate) fn all(&self) -> Map<String, Value> {
        let mut all = Map::new();
        for running in &self.running {
            let keys = all.entry(&*running.name).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(keys) = keys {
                keys.push(running.key());
            }
        }
        all
    }
}

impl template::Streams for Streams {
    fn keys(&self, stream: &str) -> Vec<Arc<str>> {
        let running = self.running.iter().filter(|running| *running.name == *stream);
        running.map(|running| running.about.key.clone().unwrap_or_default()).collect()
    }
}

impl Running {
    fn key(&self) -> Value {
        self.about.key.as_deref().unwrap_or_default().into()
    }
}

impl Conversation {
    pub(super) fn start(&mut self, rules: &Compiled, start: &Start, about: &Arc<About>, cx: &mut Cx<'_>) {
        let key: Option<Arc<str>> = start.key.as_ref().map(|key| self.text(key, about, cx).into());
        let same = |running: &Running| running.stream == start.stream && running.about.key == key;
        if self.streams.running.iter().any(same) {
            return;
        }
        let stream = &rules.streams[start.stream];
        if key.as_ref().is_some_and(|key| key.len() > Mailbox::MAX_NAME) {
            let reason =
                format!("the stream {} does not start: its key is longer than 256 bytes", stream.name);
            return cx.note(Fact::Error { reason });
        }
        if self.streams.running.len() >= MOST {
            let reason = format!("the stream {} does not start: {MOST} run already", stream.name);
            return cx.note(Fact::Error { reason });
        }
        let about = Arc::new(About { key, ..(**about).clone() });
        self.held += about.size();
        if let Some(snapshot) = &stream.snapshot {
            match &stream.room {
                Some(room) => {
                    let room = act::room_name(&self.text(room, &about, cx), cx.hello());
                    self.publish(&room, false, None, snapshot, &about, cx);
                }
                None => self.send(snapshot, &about, cx),
            }
        }
        let number = self.number();
        let next = Base { due: self.base.due + stream.every, scheduled: self.base.scheduled + stream.every };
        let ticket = self.await_message(next, rules, start.stream, number, cx);
        let name = Arc::clone(&stream.name);
        self.streams.running.push(Running {
            number,
            stream: start.stream,
            name,
            about,
            since: cx.passed(),
            next,
            made: 0,
            ticket,
        });
    }

    fn await_message(
        &mut self,
        next: Base,
        rules: &Compiled,
        stream: usize,
        number: u64,
        cx: &mut Cx<'_>,
    ) -> Ticket {
        let jitter = rules.streams[stream].jitter;
        let late = if jitter.is_zero() { jitter } else { jitter.mul_f64(cx.rng().random()) };
        let item = super::Item { scheduled: next.scheduled + late, what: What::Stream(number) };
        self.agenda.add(next.due + late, item)
    }

    pub(super) fn stop(&mut self, stop: &Stop, about: &About, cx: &mut Cx<'_>) {
        let key = stop.key.as_ref().map(|key| self.text(key, about, cx));
        let (stopped, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.streams.running).into_iter().partition(|running| {
                stop.stream.is_none_or(|stream| running.stream == stream)
                    && key.as_deref().is_none_or(|key| running.about.key.as_deref() == Some(key))
            });
        self.streams.running = kept;
        for running in stopped {
            self.agenda.cancel(running.ticket);
            self.held = self.held.saturating_sub(running.about.size());
        }
    }

    /// The next message of a stream is due.
    pub(super) fn stream_message(&mut self, rules: &Compiled, number: u64, cx: &mut Cx<'_>) {
        let Some(at) = self.streams.running.iter().position(|running| running.number == number) else {
            return;
        };
        let running = &self.streams.running[at];
        let stream = &rules.streams[running.stream];
        let (about, made, since) = (Arc::clone(&running.about), running.made, running.since);
        let chance =
            |probability: f64, cx: &mut Cx<'_>| probability > 0.0 && cx.rng().random_bool(probability);
        let (is_gap, is_double) = (chance(stream.gap, cx), chance(stream.duplicate, cx));
        // A gap is made like any other message, so that it uses up its number and its step.
        let scope = template::Scope { row: stream.row(made), since, ..about.scope(&self.streams) };
        match stream.payload.render(&scope, cx) {
            Err(reason) => cx.note(Fact::Error {
                reason: format!("a message of {} could not be sent: {reason}", stream.name),
            }),
            Ok(_) if is_gap => cx.note(Fact::Dropped(DropReason::Gap)),
            Ok(message) => {
                let room =
                    stream.room.as_ref().map(|room| act::room_name(&self.text(room, &about, cx), cx.hello()));
                for _ in 0..if is_double { 2 } else { 1 } {
                    match &room {
                        Some(room) => {
                            let sender =
                                cx.name_in(room).cloned().unwrap_or_else(|| cx.id().to_string().into());
                            cx.publish(room, &sender, message.clone(), false, None);
                        }
                        None => cx.send(message.clone()),
                    }
                }
            }
        }
        let Some(at) = self.streams.running.iter().position(|running| running.number == number) else {
            return;
        };
        let made = made + 1;
        if stream.len().is_some_and(|len| made >= len) {
            let running = self.streams.running.remove(at);
            self.held = self.held.saturating_sub(running.about.size());
            if let Some(end) = &stream.end {
                self.fire(rules, end, &running.about, cx);
            }
            return;
        }
        let running = &mut self.streams.running[at];
        running.made = made;
        running.next.due += stream.every;
        running.next.scheduled += stream.every;
        let (next, stream) = (running.next, running.stream);
        let ticket = self.await_message(next, rules, stream, number, cx);
        self.streams.running[at].ticket = ticket;
    }

    /// The client reads again: streams go on from here, without what it would have had meanwhile.
    pub(super) fn resume(&mut self, cx: &Cx<'_>) {
        let now = cx.elapsed();
        let behind = |running: &Running| running.next.due < now;
        for at in 0..self.streams.running.len() {
            let running = &self.streams.running[at];
            if behind(running) {
                let (number, next) = (running.number, Base { due: now, ..running.next });
                self.agenda.cancel(running.ticket);
                let item = super::Item { scheduled: next.scheduled, what: What::Stream(number) };
                let ticket = self.agenda.add(now, item);
                let running = &mut self.streams.running[at];
                (running.next, running.ticket) = (next, ticket);
            }
        }
    }
}
