//! What is counted of one connection.

use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, Uri};
use mockforge_ws_core::{
    AiFact, Dialled, Elapsed, Ended, Fact, Follower, Passed, Record, Status, Traffic, Way,
};

use super::route::{ErrorKind, Route};
use super::tally::{Answering, Tally};

/// Follows a connection with the series of its route at hand.
pub(super) struct Counting {
    route: Arc<Route>,
    is_open: bool,
    received: Tally,
    sent: Tally,
    fired: u64,
    answering: Answering,
    /// The messages from and to another server.
    upstream: Option<Box<Upstream>>,
    /// When the other server was called.
    dialled: Option<Instant>,
    /// What the session has reported last, while it is open whether that ends the connection: such a failure
    /// is told twice, and counts by how the connection ended.
    failure: Option<String>,
}

#[derive(Default)]
struct Upstream {
    received: u64,
    sent: u64,
    answering: Answering,
}

impl Counting {
    pub(super) fn new(route: Arc<Route>) -> Self {
        Self {
            route,
            is_open: false,
            received: Tally::default(),
            sent: Tally::default(),
            fired: 0,
            answering: Answering::default(),
            upstream: None,
            dialled: None,
            failure: None,
        }
    }

    /// Puts what has been added up into the series.
    fn tell(&mut self) {
        self.received.tell(&self.route.received);
        self.sent.tell(&self.route.sent);
        if self.fired > 0 {
            self.route.rules().fired.increment(std::mem::take(&mut self.fired));
        }
        if let Some(upstream) = &mut self.upstream {
            let series = self.route.upstream();
            series.received.increment(std::mem::take(&mut upstream.received));
            series.sent.increment(std::mem::take(&mut upstream.sent));
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
        self.tell();
        self.goes_on();
        if std::mem::take(&mut self.is_open) {
            self.route.active.decrement(1);
        }
    }
}

impl Follower for Counting {
    fn note(&mut self, record: Record<'_>) {
        match record.fact {
            // Messages are told by `passed` and `copied`, and attempts by `dialled`, those before the opening too.
            Fact::Received(_) | Fact::Sent(_) | Fact::Upstream(_) => {}
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
            Fact::Fired { .. } => self.fired += 1,
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

    fn passed(&mut self, messages: &[Passed], at: Elapsed) {
        for &Passed { way, len, .. } in messages {
            match way {
                Way::FromClient => {
                    self.received.add(len, &self.route.received);
                    self.answering.ask(at);
                }
                Way::ToClient => {
                    self.sent.add(len, &self.route.sent);
                    self.answering.answer();
                }
                Way::FromUpstream => {
                    let upstream = self.upstream.get_or_insert_default();
                    upstream.received += 1;
                    upstream.answering.answer();
                }
                Way::ToUpstream => {
                    let upstream = self.upstream.get_or_insert_default();
                    upstream.sent += 1;
                    upstream.answering.ask(at);
                }
            }
        }
        if self.failure.is_some()
            && messages.iter().any(|message| matches!(message.way, Way::FromClient | Way::ToClient))
        {
            self.goes_on();
        }
    }

    fn copied(&mut self, client: Traffic, server: Traffic) {
        for (way, traffic) in [(&self.route.received, client), (&self.route.sent, server)] {
            way.messages.increment(traffic.messages);
            way.bytes.increment(traffic.bytes);
        }
        self.route.upstream().sent.increment(client.messages);
        self.route.upstream().received.increment(server.messages);
    }

    fn rest(&mut self, at: Elapsed) {
        if let Some(took) = self.answering.take(at) {
            self.route.handler_latency.record(took);
        }
        if let Some(took) = self.upstream.as_mut().and_then(|upstream| upstream.answering.take(at)) {
            self.route.upstream().round_trip.record(took);
        }
        self.tell();
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

#[expect(clippy::disallowed_methods, reason = "before the handshake there is no other clock")]
fn now() -> Instant {
    Instant::now()
}
