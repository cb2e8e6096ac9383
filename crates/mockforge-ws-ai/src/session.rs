//! One client's stream of events: from whom the next one comes, and when it leaves.

mod asking;
mod line;
mod talk;

use std::sync::Arc;

use mockforge_ws_core::{
    AiFact, ConnRng, Cx, Elapsed, Event, Fact, Inbound, Message, Seed, Session, Status, close,
};
use rand::SeedableRng as _;
use serde_json::Value;

use self::asking::Asking;
use self::talk::Talk;
use crate::mode::{OnEnd, Plan, Voice};
use crate::pace::Pacer;
use crate::{LlmError, LlmErrorKind};

pub(crate) struct AiSession {
    plan: Arc<Plan>,
    speaker: Speaker,
    /// Made with the first event.
    pace: Option<Paced>,
    /// How many events were told.
    told: usize,
    /// Whether an event waits for room.
    is_stuck: bool,
    is_over: bool,
}

/// Who makes the events.
enum Speaker {
    Offline(Box<Talk>),
    Model(Box<Asking>),
}

/// A pacer at work.
struct Paced {
    pacer: Pacer,
    began: Elapsed,
    /// When the next event is due.
    due: Elapsed,
}

impl AiSession {
    pub(crate) fn new(plan: Arc<Plan>) -> Self {
        let speaker = match &plan.voice {
            Voice::Offline(offline) => Speaker::Offline(Box::new(Talk::new((**offline).clone()))),
            Voice::Model { llm, feed, .. } => {
                Speaker::Model(Box::new(Asking::new(Arc::clone(llm), (**feed).clone())))
            }
        };
        Self { plan, speaker, pace: None, told: 0, is_stuck: false, is_over: false }
    }

    fn opened(&mut self, cx: &mut Cx<'_>) {
        if let Some(seed) = self.plan.seed {
            let id = cx.id();
            let seed = Seed(seed).derive(&id.route, id.number);
            *cx.rng() = ConnRng::seed_from_u64(seed);
        }
        if let Some(first) = &self.plan.first {
            cx.send(Message::text(first.to_string()));
        }
    }

    fn hear(&mut self, inbound: &Inbound, cx: &mut Cx<'_>) {
        let Some(text) = inbound.text() else { return };
        match &mut self.speaker {
            Speaker::Offline(talk) => {
                let message = inbound.json().cloned().unwrap_or_else(|| text.into());
                talk.hear(&message, cx);
            }
            Speaker::Model(asking) => asking.hear(inbound, text),
        }
    }

    fn go_on(&mut self, cx: &mut Cx<'_>) {
        if let Speaker::Model(asking) = &mut self.speaker {
            asking.listen(cx);
        }
        self.tell(cx);
        self.check_model(cx);
        if self.is_at_end(cx.elapsed()) {
            return self.end(cx);
        }
        if let Speaker::Model(asking) = &mut self.speaker {
            asking.ask(cx);
        }
        // Asking may have shown that the tokens are used up.
        if self.is_at_end(cx.elapsed()) {
            self.end(cx);
        }
    }

    /// Sends what is due.
    fn tell(&mut self, cx: &mut Cx<'_>) {
        while let Some(due) = self.due(cx) {
            if due > cx.elapsed() || self.plan.duration.is_some_and(|end| due >= end) {
                return;
            }
            self.is_stuck = cx.full();
            if self.is_stuck {
                return;
            }
            let Some(event) = self.next(due, cx) else { return };
            self.told += 1;
            send(&event, cx);
        }
    }

    /// When the next event is due, where there is one.
    fn due(&mut self, cx: &mut Cx<'_>) -> Option<Elapsed> {
        if self.pace.is_none() && self.is_telling() && self.has_event() {
            // The pace was looked at when the mode was made.
            let mut pacer = Pacer::new(self.plan.pace).ok()?;
            let began = cx.elapsed();
            let due = began + pacer.next(began, cx.rng());
            self.pace = Some(Paced { pacer, began, due });
        }
        self.next_due()
    }

    fn next_due(&self) -> Option<Elapsed> {
        let beat = self.pace.as_ref().map(|pace| pace.due).filter(|_| self.is_telling() && self.has_event());
        match &self.speaker {
            Speaker::Offline(talk) => beat.into_iter().chain(talk.reply_due()).min(),
            // What answers a client is late already.
            Speaker::Model(asking) if !self.is_telling() => asking.has_event().then_some(Elapsed::ZERO),
            Speaker::Model(_) => beat,
        }
    }

    /// The event that is due then.
    fn next(&mut self, due: Elapsed, cx: &mut Cx<'_>) -> Option<Value> {
        let is_beat = self.is_telling() && self.pace.as_ref().is_some_and(|pace| pace.due == due);
        if let Some(pace) = self.pace.as_mut().filter(|_| is_beat) {
            let at = pace.began + pace.pacer.scheduled().unwrap_or_default();
            let at = at.max(cx.scheduled());
            cx.schedule(at);
            let now = cx.elapsed();
            pace.due = now + pace.pacer.next(now, cx.rng());
        }
        match &mut self.speaker {
            Speaker::Offline(talk) if is_beat => Some(talk.event(cx)),
            Speaker::Offline(talk) => Some(talk.reply(cx)),
            Speaker::Model(asking) => asking.event(),
        }
    }

    /// Whether events come unasked.
    fn is_telling(&self) -> bool {
        let count = self.plan.event_count.or(self.plan.interactive.then_some(0));
        count.is_none_or(|count| self.told < count)
    }

    fn has_event(&self) -> bool {
        match &self.speaker {
            Speaker::Offline(_) => true,
            Speaker::Model(asking) => asking.has_event(),
        }
    }

    fn is_at_end(&self, now: Elapsed) -> bool {
        let is_told = !self.is_telling() && !self.plan.interactive;
        let is_late = self.plan.duration.is_some_and(|end| now >= end);
        let is_spent = matches!(&self.speaker, Speaker::Model(asking) if asking.is_over());
        !self.is_over && (is_told || is_late || is_spent)
    }

    fn end(&mut self, cx: &mut Cx<'_>) {
        self.stop(None, cx);
        if self.plan.on_end == OnEnd::Close {
            cx.close(Some(close::frame(1000, "")));
        }
    }

    /// Says nothing more, and asks for nothing more.
    fn stop(&mut self, reason: Option<&str>, cx: &mut Cx<'_>) {
        self.is_over = true;
        if let Speaker::Model(asking) = &mut self.speaker {
            asking.hang_up(reason, cx);
        }
    }

    /// Where the model has failed, and what it had said before has left: another speaks, or nobody.
    fn check_model(&mut self, cx: &mut Cx<'_>) {
        let Speaker::Model(asking) = &mut self.speaker else { return };
        let Some(error) = asking.failure() else { return };
        let (reason, last) = (error.to_string(), asking.unanswered());
        match &self.plan.voice {
            Voice::Model { fallback: Some(fallback), .. } => {
                cx.note(Fact::Ai(AiFact::FellBack { reason }));
                let mut talk = Talk::new((**fallback).clone());
                if let Some(message) = last {
                    talk.hear(&message, cx);
                }
                self.speaker = Speaker::Offline(Box::new(talk));
                self.tell(cx);
            }
            _ => {
                let frame = close::frame(1011, &told_to_client(error));
                cx.fail(Status::HandlerError, format!("the model failed: {reason}"), frame);
                self.stop(None, cx);
            }
        }
    }
}

fn send(event: &Value, cx: &mut Cx<'_>) {
    let text = event.to_string();
    let most = cx.limits().max_message_size;
    if text.len() <= most {
        return cx.send(Message::text(text));
    }
    let reason = format!("an event of {} bytes, and a message has at most {most}", text.len());
    let excerpt = text.chars().take(80).collect();
    cx.note(Fact::Ai(AiFact::Skipped { reason, excerpt }));
}

/// Why there is no more, in words that say nothing of the server's set-up.
fn told_to_client(error: &LlmError) -> String {
    let why = match error.kind {
        LlmErrorKind::NoKey => "it has no key",
        LlmErrorKind::BadKey => "its key was not accepted",
        LlmErrorKind::NoModel => "it was not found",
        LlmErrorKind::NoNetwork => "it was not reached",
        LlmErrorKind::Timeout => "it was silent for too long",
        LlmErrorKind::RateLimited => "it was asked too often",
        LlmErrorKind::Refused => "it refused",
        LlmErrorKind::Server => "its provider failed",
        LlmErrorKind::Protocol => "it wrote nothing that can be used",
    };
    format!("the model failed: {why}")
}

impl Session for AiSession {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        match event {
            Event::Opened => self.opened(cx),
            Event::Received(inbound) => {
                if !self.is_over {
                    self.hear(&inbound, cx);
                }
            }
            Event::Room(delivery) => cx.deliver(&delivery),
            Event::Writable => self.is_stuck = false,
            Event::Shutdown => self.stop(Some("the server is going away"), cx),
            Event::Closed(_) => self.stop(Some("the client is gone"), cx),
            Event::Changed | Event::Upstream(_) | Event::Returned(..) | Event::Tick => {}
        }
        if !self.is_over {
            self.go_on(cx);
        }
    }

    fn deadline(&self) -> Option<Elapsed> {
        if self.is_over {
            return None;
        }
        let event = self.next_due().filter(|_| !self.is_stuck);
        event.into_iter().chain(self.plan.duration).min()
    }

    fn held_bytes(&self) -> usize {
        match &self.speaker {
            Speaker::Offline(_) => 0,
            Speaker::Model(asking) => asking.held_bytes(),
        }
    }
}
