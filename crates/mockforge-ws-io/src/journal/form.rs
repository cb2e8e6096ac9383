//! The journal's form of facts: flat JSON objects.

use base64::Engine as _;
use mockforge_ws_core::{
    AiFact, CloseFrame, Fact, Hello, Message, Party, Record, Refused, Traffic, UpstreamFact,
};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// One line of a journal.
///
/// `{"route":"/ws","conn":1,"at":12.5,"fact":"sent","text":"hello"}`, with `at` in milliseconds since the
/// opening; `{"fact":"refused","path":"/feed","peer":"127.0.0.1:4711","status":404}`.
#[derive(Debug, Clone, Copy)]
pub enum JournalLine<'a> {
    /// What happened on a connection.
    Fact(Record<'a>),
    /// A handshake without a connection.
    Refused(Refused<'a>),
}

impl Serialize for JournalLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Fact(record) => {
                map.serialize_entry("route", &record.conn.route)?;
                map.serialize_entry("conn", &record.conn.number)?;
                map.serialize_entry("at", &(record.at.as_micros() as f64 / 1000.0))?;
                fact_into(record.fact, record.hello, &mut map)?;
            }
            Self::Refused(refused) => {
                map.serialize_entry("fact", "refused")?;
                map.serialize_entry("path", refused.path)?;
                entry(&mut map, "peer", refused.peer)?;
                map.serialize_entry("status", &refused.status)?;
                entry(&mut map, "reason", refused.reason)?;
            }
        }
        map.end()
    }
}

fn fact_into<M: SerializeMap>(fact: &Fact, hello: &Hello, map: &mut M) -> Result<(), M::Error> {
    map.serialize_entry("fact", fact.name())?;
    match fact {
        Fact::Opened { subprotocol } => {
            map.serialize_entry("path", &hello.path)?;
            entry(map, "peer", hello.peer)?;
            entry(map, "subprotocol", subprotocol.as_ref())
        }
        Fact::Received(message) | Fact::Sent(message) => message_into(message, map),
        Fact::WaitMet { step, late } => {
            map.serialize_entry("step", &step.to_string())?;
            map.serialize_entry("late", &(late.as_micros() as f64 / 1000.0))
        }
        Fact::WaitUnmet { step, wanted, near, outcome } => {
            map.serialize_entry("step", &step.to_string())?;
            map.serialize_entry("wanted", wanted)?;
            entry(map, "near", near.as_ref())?;
            map.serialize_entry("outcome", outcome.as_str())
        }
        Fact::Mismatch { step, difference } => {
            map.serialize_entry("step", &step.to_string())?;
            map.serialize_entry("difference", difference)
        }
        Fact::Finished { steps } => map.serialize_entry("steps", steps),
        Fact::Dropped(reason) => map.serialize_entry("reason", reason.as_str()),
        Fact::Unanswered { near } => entry(map, "near", near.as_ref()),
        Fact::MissingValue { expression } => map.serialize_entry("expression", expression),
        Fact::Truncated { limit } => map.serialize_entry("limit", limit),
        Fact::Unsendable { step, reason } => {
            map.serialize_entry("step", &step.to_string())?;
            map.serialize_entry("reason", reason)
        }
        Fact::Fired { rule } => map.serialize_entry("rule", rule),
        Fact::GuardFailed { rule, reason } => {
            map.serialize_entry("rule", rule)?;
            map.serialize_entry("reason", reason)
        }
        Fact::Moved { from, to, shared } => {
            map.serialize_entry("from", from)?;
            map.serialize_entry("to", to)?;
            entry(map, "shared", *shared)
        }
        Fact::Joined { room } | Fact::Left { room } => map.serialize_entry("room", room),
        Fact::Published { room, heard } => {
            map.serialize_entry("room", room)?;
            map.serialize_entry("heard", heard)
        }
        Fact::InvalidJson { reason } | Fact::Error { reason } => map.serialize_entry("reason", reason),
        Fact::Upstream(fact) => upstream_into(fact, map),
        Fact::Ai(fact) => ai_into(fact, map),
        Fact::Closed(ended) => {
            map.serialize_entry("status", ended.status.as_str())?;
            map.serialize_entry(
                "by",
                match ended.by {
                    Party::Server => "server",
                    Party::Client => "client",
                },
            )?;
            frame_into(ended.frame.as_ref(), map)?;
            entry(map, "reason", ended.reason.as_ref())
        }
    }
}

fn entry<M: SerializeMap, T: Serialize>(map: &mut M, key: &str, value: Option<T>) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(key, &value))
}

fn message_into<M: SerializeMap>(message: &Message, map: &mut M) -> Result<(), M::Error> {
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    match message {
        Message::Text(text) => map.serialize_entry("text", text.as_str()),
        Message::Binary(bytes) => map.serialize_entry("base64", &base64(bytes)),
        Message::Ping(bytes) => map.serialize_entry("ping", &base64(bytes)),
        Message::Pong(bytes) => map.serialize_entry("pong", &base64(bytes)),
        Message::Close(frame) => {
            map.serialize_entry("close", &frame.as_ref().map_or(1005, |frame| u16::from(frame.code)))
        }
        Message::Frame(_) => Ok(()),
    }
}

fn frame_into<M: SerializeMap>(frame: Option<&CloseFrame>, map: &mut M) -> Result<(), M::Error> {
    let Some(frame) = frame else { return Ok(()) };
    map.serialize_entry("code", &u16::from(frame.code))?;
    if frame.reason.is_empty() { Ok(()) } else { map.serialize_entry("close_reason", frame.reason.as_str()) }
}

fn upstream_into<M: SerializeMap>(fact: &UpstreamFact, map: &mut M) -> Result<(), M::Error> {
    match fact {
        UpstreamFact::Opened { url, subprotocol } => {
            map.serialize_entry("url", url)?;
            entry(map, "subprotocol", subprotocol.as_ref())
        }
        UpstreamFact::Received(message) | UpstreamFact::Sent(message) => message_into(message, map),
        UpstreamFact::Failed { reason } => map.serialize_entry("reason", reason),
        UpstreamFact::Closed { frame, reason } => {
            frame_into(frame.as_ref(), map)?;
            entry(map, "reason", reason.as_ref())
        }
        UpstreamFact::Spliced { client, server } => {
            map.serialize_entry("client", &counts(*client))?;
            map.serialize_entry("server", &counts(*server))
        }
    }
}

fn ai_into<M: SerializeMap>(fact: &AiFact, map: &mut M) -> Result<(), M::Error> {
    match fact {
        AiFact::Asked { model, page, repair } => {
            map.serialize_entry("model", model)?;
            map.serialize_entry("page", page)?;
            entry(map, "repair", repair.then_some(true))
        }
        AiFact::Answered { events, skipped, input_tokens, output_tokens, cost, reason } => {
            map.serialize_entry("events", events)?;
            map.serialize_entry("skipped", skipped)?;
            map.serialize_entry("input_tokens", input_tokens)?;
            map.serialize_entry("output_tokens", output_tokens)?;
            entry(map, "cost", cost.as_ref())?;
            entry(map, "reason", reason.as_ref())
        }
        AiFact::Skipped { reason, excerpt } => {
            map.serialize_entry("reason", reason)?;
            map.serialize_entry("excerpt", excerpt)
        }
        AiFact::Spent { tokens, cost } => {
            map.serialize_entry("tokens", tokens)?;
            entry(map, "cost", cost.as_ref())
        }
        AiFact::FellBack { reason } => map.serialize_entry("reason", reason),
    }
}

fn counts(traffic: Traffic) -> impl Serialize {
    serde_json::json!({ "messages": traffic.messages, "bytes": traffic.bytes })
}
