//! What is counted of one connection.

use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, Uri};
use mockforge_ws_core::{
    AiFact, Dialled, Elapsed, Ended, Fact, Follower, Message, Record, Status, Traffic, UpstreamFact,
};

use super::route::{ErrorKind, Route, Way};

/// Follows a connection with the series of its route at hand.
pub(super) struct Counting {
    route: Arc<Route>,
    is_open: bool,
    /// When the client's message came that nothing was sent after.
    asked: Option<Instant>,
    /// The round of the loop in which an answer was timed. Of messages that are read together one is enough: looking at
    /// the clock costs more than all else that is done for a message.
    timed: Option<Elapsed>,
    /// When the message was sent to the other server that nothing came after.
    asked_upstream: Option<Instant>,
    /// When the other server was called.
    dialled: Option<Instant>,
    /// What the session has reported last, while it is open whether that ends the connection: such a failure
    /// is told twice, and counts by how the connection ended.
    failure: Option<String>,
}

impl Counting {
    pub(super) fn new(route: Arc<Route>) -> Self {
        Self {
            route,
            is_open: false,
            asked: None,
            timed: None,
            asked_upstream: None,
            dialled: None,
            failure: None,
        }
    }

    fn received(&mut self, message: &Message, at: Elapsed) {
        if let Some(bytes) = payload(message) {
            self.route.received.count(bytes);
            if self.timed != Some(at) {
                self.asked.get_or_insert_with(now);
            }
            self.goes_on();
        }
    }

    fn sent(&mut self, message: &Message, at: Elapsed) {
        if let Some(bytes) = payload(message) {
            self.route.sent.count(bytes);
            if let Some(asked) = self.asked.take() {
                self.route.handler_latency.record(asked.elapsed());
                self.timed = Some(at);
            }
            self.goes_on();
        }
    }

    fn upstream(&mut self, fact: &UpstreamFact) {
        match fact {
            UpstreamFact::Sent(message) if payload(message).is_some() => {
                self.route.upstream().sent.increment(1);
                self.asked_upstream.get_or_insert_with(now);
            }
            UpstreamFact::Received(message) if payload(message).is_some() => {
                self.route.upstream().received.increment(1);
                if let Some(asked) = self.asked_upstream.take() {
                    self.route.upstream().round_trip.record(asked.elapsed());
                }
            }
            UpstreamFact::Spliced { client, server } => {
                copied(&self.route.received, client);
                copied(&self.route.sent, server);
                self.route.upstream().sent.increment(client.messages);
                self.route.upstream().received.increment(server.messages);
            }
            // Attempts are told by `dialled`, those before the opening too.
            UpstreamFact::Opened { .. } | UpstreamFact::Failed { .. } => {}
            UpstreamFact::Closed { .. } | UpstreamFact::Sent(_) | UpstreamFact::Received(_) => {}
        }
    }

    fn ai(&self, fact: &AiFact) {
        let ai = self.route.ai();
        match fact {
            AiFact::Asked { .. } => ai.requests.increment(1),
            AiFact::Answered { events, input_tokens, output_tokens, reason, .. } => {
                ai.events.increment(*events);
                ai.input_tokens.increment(*input_tokens);
                ai.output_tokens.increment(*output_tokens);
                ai.failures.increment(reason.is_some().into());
            }
            AiFact::Skipped { .. } | AiFact::Spent { .. } | AiFact::FellBack { .. } => {}
        }
    }

    fn closed(&mut self, ended: &Ended, record: &Record<'_>) {
        let is_failure = !matches!(ended.status, Status::Normal | Status::ClientClose);
        if is_failure && self.failure == ended.reason {
            self.failure = None;
        }
        self.route.error(ErrorKind::Ended(ended.status));
        self.route.duration(ended.status).record(record.at);
        self.settle();
    }

    /// The connection goes on after the failure that was reported last.
    fn goes_on(&mut self) {
        if self.failure.take().is_some() {
            self.route.error(ErrorKind::Session);
        }
    }

    /// The connection is over, in order or with its task.
    fn settle(&mut self) {
        self.goes_on();
        if std::mem::take(&mut self.is_open) {
            self.route.active.decrement(1);
        }
    }
}

impl Follower for Counting {
    fn note(&mut self, record: Record<'_>) {
        match record.fact {
            Fact::Received(message) => self.received(message, record.at),
            Fact::Sent(message) => self.sent(message, record.at),
            Fact::Upstream(fact) => self.upstream(fact),
            Fact::Opened { .. } => {
                self.is_open = true;
                self.route.connections.increment(1);
                self.route.active.increment(1);
            }
            Fact::Closed(ended) => self.closed(ended, &record),
            Fact::WaitMet { late, .. } => {
                self.route.replay().lateness.record(*late);
            }
            Fact::WaitUnmet { outcome, .. } => self.route.replay().unmet(*outcome).increment(1),
            Fact::Finished { .. } => self.route.replay().finished.increment(1),
            Fact::Dropped(reason) => self.route.dropped(*reason).increment(1),
            Fact::Fired { .. } => self.route.rules().fired.increment(1),
            Fact::Unanswered { .. } => self.route.rules().unanswered.increment(1),
            Fact::Ai(fact) => self.ai(fact),
            Fact::Error { reason } => {
                self.goes_on();
                self.failure = Some(reason.clone());
            }
            Fact::Mismatch { .. } => self.route.error(ErrorKind::Mismatch),
            Fact::Unsendable { .. } => self.route.error(ErrorKind::Unsendable),
            Fact::GuardFailed { .. } => self.route.error(ErrorKind::GuardFailed),
            Fact::InvalidJson { .. } => self.route.error(ErrorKind::InvalidJson),
            Fact::MissingValue { .. } => self.route.error(ErrorKind::MissingValue),
            Fact::Truncated { .. } => self.route.error(ErrorKind::Truncated),
            Fact::Moved { .. } | Fact::Joined { .. } | Fact::Left { .. } | Fact::Published { .. } => {}
        }
    }

    fn carry(&mut self, _: &Uri, _: &mut HeaderMap) {
        self.dialled = Some(now());
    }

    fn dialled(&mut self, dialled: &Dialled) {
        let upstream = self.route.upstream();
        upstream.outcome(dialled).increment(1);
        if let (Some(since), Dialled::Open(_)) = (self.dialled.take(), dialled) {
            upstream.connect.record(since.elapsed());
        }
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.settle();
    }
}

/// The bytes of a data message.
fn payload(message: &Message) -> Option<usize> {
    (message.is_text() || message.is_binary()).then(|| message.len())
}

fn copied(way: &Way, traffic: &Traffic) {
    way.messages.increment(traffic.messages);
    way.bytes.increment(traffic.bytes);
}

/// A session answers within the time of one fact, so the facts' own time is too coarse.
#[expect(clippy::disallowed_methods, reason = "it measures how long this machine takes")]
fn now() -> Instant {
    Instant::now()
}
