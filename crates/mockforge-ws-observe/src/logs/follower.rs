//! What is told of one connection.

use mockforge_ws_core::{
    AiFact, Elapsed, Ended, Fact, Follower, Message, Party, Passed, Record, Status, Traffic, UpstreamFact,
    Way,
};
use tracing::field::display;
use tracing::{Level, debug, enabled, error, info, trace, warn};

use super::TARGET;
use super::body::{beginning, excerpt};

/// Counts what went by, for the last line.
#[derive(Debug, Default)]
pub(super) struct Logging {
    received: Traffic,
    sent: Traffic,
    /// The failure that was told last, which is not told again as the reason of the end.
    told: Option<String>,
}

/// An event with the connection's name.
macro_rules! tell {
    ($level:ident, $record:expr, $($rest:tt)*) => {
        $level!(target: TARGET, route = %$record.conn.route, conn = $record.conn.number, $($rest)*)
    };
}

impl Logging {
    fn closed(&mut self, record: &Record<'_>, ended: &Ended) {
        let Ended { status, frame, by, reason } = ended;
        let reason = reason.as_deref().filter(|reason| self.told.as_deref() != Some(reason));
        let code = frame.as_ref().map(|frame| u16::from(frame.code));
        let by = match by {
            Party::Server => "server",
            Party::Client => "client",
        };
        let (received, sent) = (self.received, self.sent);
        let is_mishap = !matches!(status, Status::Normal | Status::ClientClose) && reason.is_some();
        macro_rules! closed {
            ($level:ident) => {
                tell!(
                    $level,
                    record,
                    status = status.as_str(),
                    code,
                    by,
                    reason,
                    duration_ms = record.at.as_secs_f64() * 1e3,
                    received = received.messages,
                    received_bytes = received.bytes,
                    sent = sent.messages,
                    sent_bytes = sent.bytes,
                    "connection closed"
                )
            };
        }
        if is_mishap { closed!(warn) } else { closed!(info) }
    }

    fn upstream(&mut self, record: &Record<'_>, fact: &UpstreamFact) {
        match fact {
            UpstreamFact::Opened { url, subprotocol } => {
                tell!(info, record, url, subprotocol, "upstream connected");
            }
            UpstreamFact::Failed { reason } => tell!(error, record, reason, "upstream not reached"),
            UpstreamFact::Closed { frame, reason } => {
                let code = frame.as_ref().map(|frame| u16::from(frame.code));
                match reason {
                    Some(reason) => tell!(warn, record, code, reason, "upstream lost"),
                    None => tell!(info, record, code, "upstream closed"),
                }
            }
            UpstreamFact::Spliced { client, server } => (self.received, self.sent) = (*client, *server),
            UpstreamFact::Received(message) => {
                tell!(
                    debug,
                    record,
                    kind = kind(message),
                    bytes = message.len(),
                    "upstream message received"
                );
            }
            UpstreamFact::Sent(message) => {
                tell!(debug, record, kind = kind(message), bytes = message.len(), "upstream message sent");
            }
        }
    }
}

fn tell_message(record: &Record<'_>, message: &Message, what: &str) {
    let (kind, bytes) = (kind(message), message.len());
    if enabled!(target: TARGET, Level::TRACE) {
        tell!(trace, record, kind, bytes, body = excerpt(message), "{what}");
    } else {
        tell!(debug, record, kind, bytes, "{what}");
    }
}

fn ai(record: &Record<'_>, fact: &AiFact) {
    match fact {
        AiFact::Asked { model, page, repair } => tell!(debug, record, %model, page, repair, "model asked"),
        AiFact::Answered { events, skipped, input_tokens, output_tokens, cost, reason } => {
            tell!(info, record, events, skipped, input_tokens, output_tokens, cost, reason, "model answered");
        }
        AiFact::Skipped { reason, excerpt } => {
            tell!(warn, record, reason, excerpt = %beginning(excerpt), "model's words passed over");
        }
        AiFact::Spent { tokens, cost } => tell!(warn, record, tokens, cost, "model's budget used up"),
        AiFact::FellBack { reason } => tell!(warn, record, reason, "generated without the model"),
    }
}

impl Follower for Logging {
    fn note(&mut self, record: Record<'_>) {
        let record = &record;
        match record.fact {
            Fact::Received(message) => tell_message(record, message, "message received"),
            Fact::Sent(message) => tell_message(record, message, "message sent"),
            Fact::Opened { subprotocol } => {
                let (peer, path) = (record.hello.peer.map(display), beginning(&record.hello.path));
                tell!(info, record, peer, %path, secure = record.hello.secure, subprotocol, "connection opened");
            }
            Fact::Closed(ended) => self.closed(record, ended),
            Fact::Error { reason } => {
                tell!(error, record, reason, "failed");
                self.told = Some(reason.clone());
            }
            Fact::Upstream(fact) => self.upstream(record, fact),
            Fact::Ai(fact) => ai(record, fact),
            Fact::WaitMet { step, late } => {
                tell!(debug, record, %step, late_ms = late.as_secs_f64() * 1e3, "wait met");
            }
            Fact::WaitUnmet { step, wanted, near, outcome } => {
                let near = near.as_deref().map(beginning).map(display);
                tell!(warn, record, %step, wanted, near, outcome = outcome.as_str(), "wait unmet");
            }
            Fact::Mismatch { step, difference } => tell!(warn, record, %step, difference, "message differs"),
            Fact::Finished { steps } => tell!(debug, record, steps, "script finished"),
            Fact::Dropped(reason) => tell!(warn, record, reason = reason.as_str(), "message dropped"),
            Fact::Unanswered { near } => {
                let near = near.as_deref().map(beginning).map(display);
                tell!(warn, record, near, "message unanswered");
            }
            Fact::MissingValue { expression } => tell!(warn, record, expression, "value missing"),
            Fact::Truncated { limit } => tell!(warn, record, limit, "rendering cut"),
            Fact::Unsendable { step, reason } => tell!(warn, record, %step, reason, "message not sent"),
            Fact::Fired { rule } => tell!(debug, record, %rule, "rule fired"),
            Fact::GuardFailed { rule, reason } => tell!(warn, record, %rule, reason, "guard failed"),
            Fact::InvalidJson { reason } => tell!(warn, record, reason, "invalid JSON"),
            Fact::Moved { from, to, .. } => tell!(debug, record, %from, %to, "state changed"),
            Fact::Joined { room } => tell!(debug, record, %room, "room joined"),
            Fact::Left { room } => tell!(debug, record, %room, "room left"),
            Fact::Published { room, heard } => tell!(debug, record, %room, heard, "published"),
        }
    }

    fn passed(&mut self, messages: &[Passed], _: Elapsed) {
        for message in messages {
            let way = match message.way {
                Way::FromClient => &mut self.received,
                Way::ToClient => &mut self.sent,
                Way::FromUpstream | Way::ToUpstream => continue,
            };
            way.messages += 1;
            way.bytes += message.len as u64;
        }
    }
}

fn kind(message: &Message) -> &'static str {
    match message {
        Message::Text(_) => "text",
        Message::Binary(_) => "binary",
        Message::Ping(_) => "ping",
        Message::Pong(_) => "pong",
        Message::Close(_) => "close",
        Message::Frame(_) => "frame",
    }
}
