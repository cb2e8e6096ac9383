//! The generator without a model as the source of a session's events: it answers soon, whatever the pace is.

use std::ops::Range;
use std::time::Duration;

use mockforge_ws_core::{Cx, Elapsed};
use rand::RngExt as _;
use serde_json::Value;

use crate::{Domain, Offline};

/// How long somebody types, and how long a machine takes, in milliseconds.
const TYPING: Range<u64> = 400..1_500;
const WORKING: Range<u64> = 20..150;

/// How many events a message of the client may bring about until it is answered, and how many all together.
const MOST_FOR_ONE: u32 = 3;
const MOST_FOR_ALL: u32 = 48;

pub(super) struct Talk {
    offline: Offline,
    reply: Option<Reply>,
}

struct Reply {
    due: Elapsed,
    after: Duration,
    /// How many events may still be brought about.
    left: u32,
}

impl Talk {
    pub(super) fn new(offline: Offline) -> Self {
        Self { offline, reply: None }
    }

    pub(super) fn hear(&mut self, message: &Value, cx: &mut Cx<'_>) {
        self.offline.hear(message);
        if !self.offline.has_answer() {
            return;
        }
        match &mut self.reply {
            Some(reply) => reply.left = (reply.left + MOST_FOR_ONE).min(MOST_FOR_ALL),
            None => self.reply_later(MOST_FOR_ONE, cx),
        }
    }

    fn reply_later(&mut self, left: u32, cx: &mut Cx<'_>) {
        let pause = if self.offline.domain() == Domain::Chat { TYPING } else { WORKING };
        let after = Duration::from_millis(cx.rng().random_range(pause));
        self.reply = Some(Reply { due: cx.elapsed() + after, after, left });
    }

    /// When the next answer is due.
    pub(super) fn reply_due(&self) -> Option<Elapsed> {
        self.reply.as_ref().map(|reply| reply.due)
    }

    /// The answer that is due, or what has to happen before it.
    pub(super) fn reply(&mut self, cx: &mut Cx<'_>) -> Value {
        let reply = self.reply.take();
        let (after, left) = reply.map_or((Duration::ZERO, 1), |reply| (reply.after, reply.left));
        cx.schedule(cx.scheduled() + after);
        let event = self.event(cx);
        if left > 1 && self.offline.has_answer() {
            self.reply_later(left - 1, cx);
        }
        event
    }

    /// The next event.
    pub(super) fn event(&mut self, cx: &mut Cx<'_>) -> Value {
        let (elapsed, now) = (cx.passed(), cx.wall());
        let event = self.offline.next(cx.rng(), elapsed, now);
        // The event of a beat may be the answer.
        self.reply = self.reply.take().filter(|_| self.offline.has_answer());
        event
    }
}
