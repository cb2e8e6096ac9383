//! What happened: the one stream that journals, verification, metrics and recordings read.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tungstenite::protocol::{CloseFrame, Message};

use crate::{ConnId, Elapsed, Follower, Hello, Way};

/// Something that happened on a connection. Sessions report facts about themselves, the loop reports those
/// about the wire.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// The upgrade was answered.
    Opened {
        /// The subprotocol selected.
        subprotocol: Option<String>,
    },
    /// A message came (pings and pongs too).
    Received(Message),
    /// A message was handed to the socket (pings too).
    Sent(Message),
    /// A step of a script that waits was met.
    WaitMet {
        /// Which step.
        step: Step,
        /// How long after the step was due; zero where the message was there already.
        late: Duration,
    },
    /// A step of a script that waits was left unmet.
    WaitUnmet {
        /// Which step.
        step: Step,
        /// What it waited for, as the author wrote it.
        wanted: String,
        /// How the closest message differed.
        near: Option<String>,
        /// What followed.
        outcome: WaitOutcome,
    },
    /// A message differed from what a strict script expected.
    Mismatch {
        /// Which step.
        step: Step,
        /// How it differed, with the differing field.
        difference: String,
    },
    /// A script was played to its end.
    Finished {
        /// The steps that were sent or met.
        steps: u64,
    },
    /// A message was dropped.
    Dropped(DropReason),
    /// A message that no rule answers.
    Unanswered {
        /// How the closest rule differed.
        near: Option<String>,
    },
    /// A template asked for a value that was not there, and rendered as empty.
    MissingValue {
        /// The expression, as written.
        expression: String,
    },
    /// A rendering was cut at the largest message size.
    Truncated {
        /// The limit in bytes.
        limit: usize,
    },
    /// A message that could not be built was not sent.
    Unsendable {
        /// Which step.
        step: Step,
        /// Why.
        reason: String,
    },
    /// A rule took a message or an occasion.
    Fired {
        /// The rule's name, or its place such as `rules[3]`.
        rule: Arc<str>,
    },
    /// A guard could not be evaluated, so its rule was passed over.
    GuardFailed {
        /// The rule's name or place.
        rule: Arc<str>,
        /// Why.
        reason: String,
    },
    /// A message was no JSON where JSON is expected.
    InvalidJson {
        /// What is wrong with it, and where.
        reason: String,
    },
    /// The connection's machine went from one state to another.
    Moved {
        /// The state that was left.
        from: Arc<str>,
        /// The state that was entered.
        to: Arc<str>,
        /// For a machine that several connections share: how many states it has entered, by which their
        /// facts can be put in order.
        shared: Option<u64>,
    },
    /// The connection joined a room.
    Joined {
        /// Which.
        room: Arc<str>,
    },
    /// The connection left a room.
    Left {
        /// Which.
        room: Arc<str>,
    },
    /// The connection published a message in a room.
    Published {
        /// Which.
        room: Arc<str>,
        /// How many memberships it reached.
        heard: usize,
    },
    /// Something happened on the connection to another server.
    Upstream(UpstreamFact),
    /// Something happened between the session and a language model.
    Ai(AiFact),
    /// Something failed that ends the connection or has no better word.
    Error {
        /// What, in one sentence.
        reason: String,
    },
    /// The connection is over. The last fact.
    Closed(Ended),
}

/// What happened on the connection to another server.
#[derive(Debug, Clone, PartialEq)]
pub enum UpstreamFact {
    /// It was opened.
    Opened {
        /// Where to.
        url: String,
        /// The subprotocol that the server has selected.
        subprotocol: Option<String>,
    },
    /// A message came (pings and pongs too).
    Received(Message),
    /// A message was handed to the socket.
    Sent(Message),
    /// It could not be opened.
    Failed {
        /// Why, in one sentence.
        reason: String,
    },
    /// It is over.
    Closed {
        /// The close frame that the server sent or was sent.
        frame: Option<CloseFrame>,
        /// What went wrong, where something did.
        reason: Option<String>,
    },
    /// The bytes were copied between client and server without a look into the messages; this is what went by.
    Spliced {
        /// From the client.
        client: Traffic,
        /// From the server.
        server: Traffic,
    },
}

/// What happened between the session and a language model.
#[derive(Debug, Clone, PartialEq)]
pub enum AiFact {
    /// The model was asked.
    Asked {
        /// By provider and model.
        model: Arc<str>,
        /// For which page of events, from 1.
        page: u64,
        /// Whether it was asked to write an event of that page again.
        repair: bool,
    },
    /// The model's answer is over.
    Answered {
        /// The events that were taken from it.
        events: u64,
        /// The parts of it that were passed over.
        skipped: u64,
        /// The tokens that were read for it.
        input_tokens: u64,
        /// The tokens that were written.
        output_tokens: u64,
        /// What they cost, where a price is known.
        cost: Option<f64>,
        /// Why it broke off, where it did.
        reason: Option<String>,
    },
    /// A part of an answer was passed over.
    Skipped {
        /// Why.
        reason: String,
        /// How it begins.
        excerpt: String,
    },
    /// The tokens or the money that may be used are used up, so that the model is not asked again.
    Spent {
        /// How many tokens were used.
        tokens: u64,
        /// What all connections have cost together, where a price is known.
        cost: Option<f64>,
    },
    /// Events come from the generator without a model from now on.
    FellBack {
        /// Why.
        reason: String,
    },
}

/// What went one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Data messages, whole ones.
    pub messages: u64,
    /// Their payload, as it was on the wire (compressed, where it was).
    pub bytes: u64,
}

/// A place in a script, printed as `file:line`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Step {
    /// The file's name as the user gave it.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What followed a wait that was not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitOutcome {
    /// The time-out passed and the connection was failed (1011).
    Failed,
    /// The time-out passed and the step was skipped.
    Skipped,
    /// The time-out passed and the connection was closed normally.
    Closed,
    /// The client left before.
    Left,
}

impl WaitOutcome {
    /// The outcome in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Closed => "closed",
            Self::Left => "left",
        }
    }
}

/// Why a message was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropReason {
    /// More early messages came than are kept; the oldest went.
    KeptOverflow,
    /// It came before anything waited for it, and the script keeps none.
    Early,
    /// The fault layer took it.
    Fault,
    /// The stream that made it injects gaps.
    Gap,
    /// A rule or a function between client and server took it.
    Rule,
    /// More waited for another server than is kept.
    Backlog,
    /// The client sent more than it may.
    RateLimit,
}

impl DropReason {
    /// The reason in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeptOverflow => "kept_overflow",
            Self::Early => "early",
            Self::Fault => "fault",
            Self::Gap => "gap",
            Self::Rule => "rule",
            Self::Backlog => "backlog",
            Self::RateLimit => "rate_limit",
        }
    }
}

/// One of the two ends of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The mock.
    Server,
    /// The client under test.
    Client,
}

/// How a connection ended, in the words of the metric label `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// The server closed and the client agreed.
    Normal,
    /// The client closed.
    ClientClose,
    /// A protocol or connection error.
    Error,
    /// Writing failed.
    SendError,
    /// The upstream failed.
    ProxyError,
    /// A handler failed.
    HandlerError,
    /// A limit was passed.
    Limit,
    /// A time-out passed.
    Timeout,
}

impl Status {
    /// The label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::ClientClose => "client_close",
            Self::Error => "error",
            Self::SendError => "send_error",
            Self::ProxyError => "proxy_error",
            Self::HandlerError => "handler_error",
            Self::Limit => "limit",
            Self::Timeout => "timeout",
        }
    }
}

/// The end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// In one word.
    pub status: Status,
    /// The close frame that began the closing handshake; `None` for an abort, a lost connection, or a
    /// close without a code.
    pub frame: Option<CloseFrame>,
    /// Who began.
    pub by: Party,
    /// What went wrong, where something did.
    pub reason: Option<String>,
}

/// A fact with its connection and time.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Which connection.
    pub conn: &'a ConnId,
    /// The connection's handshake.
    pub hello: &'a Hello,
    /// Time since the opening.
    pub at: Elapsed,
    /// What happened.
    pub fact: &'a Fact,
}

/// A handshake that was answered with something else than an upgrade; there is no connection to speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused<'a> {
    /// The path asked for.
    pub path: &'a str,
    /// Who asked, where that is known.
    pub peer: Option<SocketAddr>,
    /// The status of the response.
    pub status: u16,
    /// Why, where that is more than the status says.
    pub reason: Option<&'a str>,
}

/// Somebody who wants to know. Called on the connection's own task, so it must be quick.
pub trait FactSink: Send + Sync {
    /// Takes a fact.
    fn note(&self, record: Record<'_>);

    /// Takes the news of a refused handshake; ignored unless told otherwise.
    fn refused(&self, _: Refused<'_>) {}

    /// Asked once per connection, at its handshake, for somebody who is told of it alone. Nobody, as a rule.
    fn follow(&self, _: &Hello) -> Option<Box<dyn Follower>> {
        None
    }

    /// Which messages it and its followers want to be told; facts that nobody wants are never built.
    fn interest(&self) -> Interest {
        Interest::All
    }
}

/// Which messages somebody wants to be told, each more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interest {
    /// None.
    Nothing,
    /// How many and how large they are, which is told to [followers](Follower::passed) alone. Where nobody reads
    /// messages, the bytes of a client and another server may be copied, and [`UpstreamFact::Spliced`] stands for
    /// them.
    Counts,
    /// All, from and to the client and another server, as facts.
    All,
}

impl FactSink for () {
    fn note(&self, _: Record<'_>) {}

    fn interest(&self) -> Interest {
        Interest::Nothing
    }
}

impl<S: FactSink + ?Sized> FactSink for Arc<S> {
    fn note(&self, record: Record<'_>) {
        (**self).note(record);
    }

    fn refused(&self, refused: Refused<'_>) {
        (**self).refused(refused);
    }

    fn follow(&self, hello: &Hello) -> Option<Box<dyn Follower>> {
        (**self).follow(hello)
    }

    fn interest(&self) -> Interest {
        (**self).interest()
    }
}

/// Several sinks, told one after the other.
impl<S: FactSink> FactSink for Vec<S> {
    fn note(&self, record: Record<'_>) {
        self.iter().for_each(|sink| sink.note(record));
    }

    fn refused(&self, refused: Refused<'_>) {
        self.iter().for_each(|sink| sink.refused(refused));
    }

    fn follow(&self, hello: &Hello) -> Option<Box<dyn Follower>> {
        let mut followers: Vec<_> = self.iter().filter_map(|sink| sink.follow(hello)).collect();
        if followers.len() > 1 { Some(Box::new(followers)) } else { followers.pop() }
    }

    fn interest(&self) -> Interest {
        self.iter().map(FactSink::interest).max().unwrap_or(Interest::Nothing)
    }
}

impl Fact {
    /// That a message went by.
    pub fn passed(way: Way, message: Message) -> Self {
        match way {
            Way::FromClient => Self::Received(message),
            Way::ToClient => Self::Sent(message),
            Way::FromUpstream => Self::Upstream(UpstreamFact::Received(message)),
            Way::ToUpstream => Self::Upstream(UpstreamFact::Sent(message)),
        }
    }

    /// The fact's name in journals: `sent`, `wait_unmet`, …
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Received(_) => "received",
            Self::Sent(_) => "sent",
            Self::WaitMet { .. } => "wait_met",
            Self::WaitUnmet { .. } => "wait_unmet",
            Self::Mismatch { .. } => "mismatch",
            Self::Finished { .. } => "finished",
            Self::Dropped(_) => "dropped",
            Self::Unanswered { .. } => "unanswered",
            Self::MissingValue { .. } => "missing_value",
            Self::Truncated { .. } => "truncated",
            Self::Unsendable { .. } => "unsendable",
            Self::Fired { .. } => "fired",
            Self::GuardFailed { .. } => "guard_failed",
            Self::InvalidJson { .. } => "invalid_json",
            Self::Moved { .. } => "moved",
            Self::Joined { .. } => "joined",
            Self::Left { .. } => "left",
            Self::Published { .. } => "published",
            Self::Upstream(fact) => fact.name(),
            Self::Ai(fact) => fact.name(),
            Self::Error { .. } => "error",
            Self::Closed(_) => "closed",
        }
    }
}

impl UpstreamFact {
    fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "upstream_opened",
            Self::Received(_) => "upstream_received",
            Self::Sent(_) => "upstream_sent",
            Self::Failed { .. } => "upstream_failed",
            Self::Closed { .. } => "upstream_closed",
            Self::Spliced { .. } => "spliced",
        }
    }
}

impl AiFact {
    fn name(&self) -> &'static str {
        match self {
            Self::Asked { .. } => "ai_asked",
            Self::Answered { .. } => "ai_answered",
            Self::Skipped { .. } => "ai_skipped",
            Self::Spent { .. } => "ai_spent",
            Self::FellBack { .. } => "ai_fell_back",
        }
    }
}
