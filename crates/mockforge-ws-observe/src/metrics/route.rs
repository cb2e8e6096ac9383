//! The series of one route, looked up once and then at hand.

use std::sync::{Arc, OnceLock};

use ::metrics::{Counter, Gauge, Histogram, Label, Recorder, SharedString};
use mockforge_ws_core::{DialErrorKind, Dialled, DropReason, Status, WaitOutcome};

use super::family::{self, Family, METADATA};

/// Makes series, each with the route's label.
pub(super) struct Maker {
    recorder: Arc<dyn Recorder + Send + Sync>,
    /// What is recorded by hand has none.
    route: Option<SharedString>,
}

type Pair = (&'static str, &'static str);

impl Maker {
    fn labels(&self, pair: Option<Pair>) -> Vec<Label> {
        let route = self.route.clone().map(|route| Label::new("route", route));
        let own = pair.map(|(name, value)| Label::from_static_parts(name, value));
        own.into_iter().chain(route).collect()
    }

    fn counter(&self, family: &Family, pair: Option<Pair>) -> Counter {
        self.recorder.register_counter(&family.key(self.labels(pair)), &METADATA)
    }

    fn gauge(&self, family: &Family) -> Gauge {
        self.recorder.register_gauge(&family.key(self.labels(None)), &METADATA)
    }

    fn histogram(&self, family: &Family, pair: Option<Pair>) -> Histogram {
        self.recorder.register_histogram(&family.key(self.labels(pair)), &METADATA)
    }
}

/// The series of a route. Those that every route has are there from its first connection on, so that their
/// first increase shows; those of modes that it may not have are made when they are needed.
pub(super) struct Route {
    pub(super) active: Gauge,
    pub(super) connections: Counter,
    pub(super) received: Way,
    pub(super) sent: Way,
    pub(super) handler_latency: Histogram,
    errors: [Counter; ErrorKind::ALL.len()],
    durations: [OnceLock<Histogram>; 8],
    dropped: [OnceLock<Counter>; 7],
    rules: OnceLock<Rules>,
    replay: OnceLock<Replay>,
    upstream: OnceLock<Upstream>,
    ai: OnceLock<Ai>,
    maker: Maker,
}

/// The data messages of one direction.
pub(super) struct Way {
    pub(super) messages: Counter,
    pub(super) bytes: Counter,
    pub(super) sizes: Histogram,
}

/// The series of rules.
pub(super) struct Rules {
    pub(super) fired: Counter,
    pub(super) unanswered: Counter,
}

/// The series of scripts.
pub(super) struct Replay {
    pub(super) lateness: Histogram,
    pub(super) finished: Counter,
    unmet: [Counter; 4],
}

impl Replay {
    pub(super) fn unmet(&self, outcome: WaitOutcome) -> &Counter {
        &self.unmet[match outcome {
            WaitOutcome::Failed => 0,
            WaitOutcome::Skipped => 1,
            WaitOutcome::Closed => 2,
            WaitOutcome::Left => 3,
        }]
    }
}

/// The series of connections to other servers.
pub(super) struct Upstream {
    pub(super) connect: Histogram,
    pub(super) round_trip: Histogram,
    pub(super) received: Counter,
    pub(super) sent: Counter,
    outcomes: [Counter; 8],
}

impl Upstream {
    pub(super) fn outcome(&self, dialled: &Dialled) -> &Counter {
        &self.outcomes[match dialled {
            Dialled::Open(_) => 0,
            Dialled::Refused(_) => 1,
            Dialled::Failed(error) => match error.kind {
                DialErrorKind::Resolve => 2,
                DialErrorKind::Connect => 3,
                DialErrorKind::Tls => 4,
                DialErrorKind::Handshake => 5,
                DialErrorKind::Timeout => 6,
                DialErrorKind::Resting => 7,
            },
        }]
    }
}

/// What came of an attempt to connect, in the order of [`Upstream::outcome`].
const OUTCOMES: [&str; 8] =
    ["open", "refused", "resolve", "connect", "tls", "handshake", "timeout", "resting"];

/// The series of language models.
pub(super) struct Ai {
    pub(super) requests: Counter,
    pub(super) failures: Counter,
    pub(super) events: Counter,
    pub(super) input_tokens: Counter,
    pub(super) output_tokens: Counter,
}

/// The label `kind` of errors.
#[derive(Clone, Copy)]
pub(super) enum ErrorKind {
    /// A connection ended badly.
    Ended(Status),
    /// A session reports a failure after which its connection goes on.
    Session,
    Mismatch,
    Unsendable,
    GuardFailed,
    InvalidJson,
    MissingValue,
    Truncated,
}

impl ErrorKind {
    const ALL: [Self; 13] = [
        Self::Session,
        Self::Mismatch,
        Self::Unsendable,
        Self::GuardFailed,
        Self::InvalidJson,
        Self::MissingValue,
        Self::Truncated,
        Self::Ended(Status::Error),
        Self::Ended(Status::SendError),
        Self::Ended(Status::ProxyError),
        Self::Ended(Status::HandlerError),
        Self::Ended(Status::Limit),
        Self::Ended(Status::Timeout),
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Ended(status) => status.as_str(),
            Self::Session => "session",
            Self::Mismatch => "mismatch",
            Self::Unsendable => "unsendable",
            Self::GuardFailed => "guard_failed",
            Self::InvalidJson => "invalid_json",
            Self::MissingValue => "missing_value",
            Self::Truncated => "truncated",
        }
    }

    /// Its place in [`ALL`](Self::ALL); a connection that ended well has none.
    fn index(self) -> Option<usize> {
        Self::ALL.iter().position(|kind| kind.as_str() == self.as_str())
    }
}

impl Route {
    pub(super) fn new(recorder: Arc<dyn Recorder + Send + Sync>, route: Option<SharedString>) -> Self {
        let maker = Maker { recorder, route };
        let way = |messages, direction| {
            let direction = Some(("direction", direction));
            Way {
                messages: maker.counter(messages, None),
                bytes: maker.counter(&family::MESSAGE_BYTES, direction),
                sizes: maker.histogram(&family::MESSAGE_SIZE, direction),
            }
        };
        Self {
            active: maker.gauge(&family::CONNECTIONS_ACTIVE),
            connections: maker.counter(&family::CONNECTIONS, None),
            received: way(&family::MESSAGES_RECEIVED, "received"),
            sent: way(&family::MESSAGES_SENT, "sent"),
            handler_latency: maker.histogram(&family::HANDLER_LATENCY, None),
            errors: ErrorKind::ALL.map(|kind| maker.counter(&family::ERRORS, Some(("kind", kind.as_str())))),
            durations: Default::default(),
            dropped: Default::default(),
            rules: OnceLock::new(),
            replay: OnceLock::new(),
            upstream: OnceLock::new(),
            ai: OnceLock::new(),
            maker,
        }
    }

    pub(super) fn error(&self, kind: ErrorKind) {
        if let Some(index) = kind.index() {
            self.errors[index].increment(1);
        }
    }

    pub(super) fn duration(&self, status: Status) -> &Histogram {
        let label = Some(("status", status.as_str()));
        self.durations[place_of_status(status)]
            .get_or_init(|| self.maker.histogram(&family::CONNECTION_DURATION, label))
    }

    pub(super) fn dropped(&self, reason: DropReason) -> &Counter {
        let label = Some(("reason", reason.as_str()));
        self.dropped[place_of_reason(reason)]
            .get_or_init(|| self.maker.counter(&family::MESSAGES_DROPPED, label))
    }

    pub(super) fn rules(&self) -> &Rules {
        self.rules.get_or_init(|| Rules {
            fired: self.maker.counter(&family::RULES_FIRED, None),
            unanswered: self.maker.counter(&family::MESSAGES_UNANSWERED, None),
        })
    }

    pub(super) fn replay(&self) -> &Replay {
        use WaitOutcome::{Closed, Failed, Left, Skipped};
        self.replay.get_or_init(|| Replay {
            lateness: self.maker.histogram(&family::REPLAY_LATENESS, None),
            finished: self.maker.counter(&family::SCRIPTS_FINISHED, None),
            unmet: [Failed, Skipped, Closed, Left]
                .map(|outcome| self.maker.counter(&family::WAITS_UNMET, Some(("outcome", outcome.as_str())))),
        })
    }

    pub(super) fn upstream(&self) -> &Upstream {
        let way = |direction| self.maker.counter(&family::UPSTREAM_MESSAGES, Some(("direction", direction)));
        self.upstream.get_or_init(|| Upstream {
            connect: self.maker.histogram(&family::UPSTREAM_CONNECT, None),
            round_trip: self.maker.histogram(&family::UPSTREAM_ROUND_TRIP, None),
            received: way("received"),
            sent: way("sent"),
            outcomes: OUTCOMES
                .map(|outcome| self.maker.counter(&family::UPSTREAM_CONNECTIONS, Some(("outcome", outcome)))),
        })
    }

    pub(super) fn ai(&self) -> &Ai {
        let tokens = |direction| self.maker.counter(&family::AI_TOKENS, Some(("direction", direction)));
        self.ai.get_or_init(|| Ai {
            requests: self.maker.counter(&family::AI_REQUESTS, None),
            failures: self.maker.counter(&family::AI_FAILURES, None),
            events: self.maker.counter(&family::AI_EVENTS, None),
            input_tokens: tokens("input"),
            output_tokens: tokens("output"),
        })
    }
}

/// Where the series of a status is kept.
fn place_of_status(status: Status) -> usize {
    match status {
        Status::Normal => 0,
        Status::ClientClose => 1,
        Status::Error => 2,
        Status::SendError => 3,
        Status::ProxyError => 4,
        Status::HandlerError => 5,
        Status::Limit => 6,
        Status::Timeout => 7,
    }
}

/// Where the series of a reason is kept.
fn place_of_reason(reason: DropReason) -> usize {
    match reason {
        DropReason::KeptOverflow => 0,
        DropReason::Early => 1,
        DropReason::Fault => 2,
        DropReason::Gap => 3,
        DropReason::Rule => 4,
        DropReason::Backlog => 5,
        DropReason::RateLimit => 6,
    }
}
