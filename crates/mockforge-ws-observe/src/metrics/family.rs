//! The metrics by name, with what Prometheus is told about each. `docs` and dashboards go by these names: one
//! that is released keeps its meaning.

use ::metrics::{Key, Label, Level, Metadata, Recorder, Unit};

/// A metric's name, unit and description.
pub(super) struct Family {
    pub(super) name: &'static str,
    unit: Unit,
    help: &'static str,
    kind: Kind,
}

enum Kind {
    Counter,
    Gauge,
    /// With the upper bounds of its buckets.
    Histogram(&'static [f64]),
}

const fn counter(name: &'static str, help: &'static str) -> Family {
    Family { name, unit: Unit::Count, help, kind: Kind::Counter }
}

const fn bytes_counter(name: &'static str, help: &'static str) -> Family {
    Family { name, unit: Unit::Bytes, help, kind: Kind::Counter }
}

const fn seconds(name: &'static str, help: &'static str, bounds: &'static [f64]) -> Family {
    Family { name, unit: Unit::Seconds, help, kind: Kind::Histogram(bounds) }
}

/// From a key press to a day.
const LIVES: &[f64] = &[0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 43_200.0, 86_400.0];
/// From ten microseconds, in which a rule answers, to ten seconds.
const ANSWERS: &[f64] = &[
    0.000_01, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0, 2.5, 5.0, 10.0,
];
/// From a millisecond to a minute.
const NETWORK: &[f64] =
    &[0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// From 64 bytes to 16 MiB.
const SIZES: &[f64] =
    &[64.0, 256.0, 1024.0, 4096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0, 4_194_304.0, 16_777_216.0];

pub(super) const CONNECTIONS_ACTIVE: Family = Family {
    name: "mockforge_ws_connections_active",
    unit: Unit::Count,
    help: "Connections that are open.",
    kind: Kind::Gauge,
};
pub(super) const CONNECTIONS: Family =
    counter("mockforge_ws_connections_total", "Connections that were opened.");
pub(super) const CONNECTION_DURATION: Family = seconds(
    "mockforge_ws_connection_duration_seconds",
    "How long connections were open, by how they ended.",
    LIVES,
);
pub(super) const MESSAGES_SENT: Family =
    counter("mockforge_ws_messages_sent_total", "Data messages that were sent to clients.");
pub(super) const MESSAGES_RECEIVED: Family =
    counter("mockforge_ws_messages_received_total", "Data messages that came from clients.");
pub(super) const MESSAGE_BYTES: Family = bytes_counter(
    "mockforge_ws_message_bytes_total",
    "Payload of the data messages from and to clients; as on the wire where bytes are copied.",
);
pub(super) const MESSAGE_SIZE: Family = Family {
    name: "mockforge_ws_message_size_bytes",
    unit: Unit::Bytes,
    help: "Payload of each data message from and to clients, where messages are read.",
    kind: Kind::Histogram(SIZES),
};
pub(super) const ERRORS: Family = counter(
    "mockforge_ws_errors_total",
    "What went wrong: connections that ended badly, by their status, and other mishaps of sessions.",
);
pub(super) const HANDSHAKES_REFUSED: Family = counter(
    "mockforge_ws_handshakes_refused_total",
    "Requests that were answered with something else than an upgrade, by HTTP status.",
);
pub(super) const HANDLER_LATENCY: Family = seconds(
    "mockforge_ws_handler_latency_seconds",
    "From a data message of a client to the next one that is sent to it; of messages that are read together, the first.",
    ANSWERS,
);
pub(super) const MESSAGES_DROPPED: Family =
    counter("mockforge_ws_messages_dropped_total", "Messages that were dropped, by reason.");
pub(super) const MESSAGES_UNANSWERED: Family =
    counter("mockforge_ws_messages_unanswered_total", "Messages that no rule answers.");
pub(super) const RULES_FIRED: Family =
    counter("mockforge_ws_rules_fired_total", "Messages and occasions that a rule took.");
pub(super) const REPLAY_LATENESS: Family = seconds(
    "mockforge_ws_replay_lateness_seconds",
    "How long after a waiting step of a script was due its message came.",
    NETWORK,
);
pub(super) const WAITS_UNMET: Family = counter(
    "mockforge_ws_waits_unmet_total",
    "Waiting steps of scripts whose message did not come, by what followed.",
);
pub(super) const SCRIPTS_FINISHED: Family =
    counter("mockforge_ws_scripts_finished_total", "Scripts that were played to their end.");
pub(super) const UPSTREAM_CONNECTIONS: Family = counter(
    "mockforge_ws_upstream_connections_total",
    "Attempts to connect to another server, by what came of them.",
);
pub(super) const UPSTREAM_CONNECT: Family = seconds(
    "mockforge_ws_upstream_connect_seconds",
    "From the attempt to connect to another server to its upgrade.",
    NETWORK,
);
pub(super) const UPSTREAM_ROUND_TRIP: Family = seconds(
    "mockforge_ws_upstream_round_trip_seconds",
    "From a data message to another server to the next one that comes from it.",
    NETWORK,
);
pub(super) const UPSTREAM_MESSAGES: Family =
    counter("mockforge_ws_upstream_messages_total", "Data messages from and to other servers.");
pub(super) const AI_REQUESTS: Family =
    counter("mockforge_ws_ai_requests_total", "Requests to language models.");
pub(super) const AI_FAILURES: Family =
    counter("mockforge_ws_ai_failures_total", "Answers of language models that broke off.");
pub(super) const AI_EVENTS: Family =
    counter("mockforge_ws_ai_events_total", "Events taken from the answers of language models.");
pub(super) const AI_TOKENS: Family =
    counter("mockforge_ws_ai_tokens_total", "Tokens read and written by language models.");

const ALL: &[&Family] = &[
    &CONNECTIONS_ACTIVE,
    &CONNECTIONS,
    &CONNECTION_DURATION,
    &MESSAGES_SENT,
    &MESSAGES_RECEIVED,
    &MESSAGE_BYTES,
    &MESSAGE_SIZE,
    &ERRORS,
    &HANDSHAKES_REFUSED,
    &HANDLER_LATENCY,
    &MESSAGES_DROPPED,
    &MESSAGES_UNANSWERED,
    &RULES_FIRED,
    &REPLAY_LATENESS,
    &WAITS_UNMET,
    &SCRIPTS_FINISHED,
    &UPSTREAM_CONNECTIONS,
    &UPSTREAM_CONNECT,
    &UPSTREAM_ROUND_TRIP,
    &UPSTREAM_MESSAGES,
    &AI_REQUESTS,
    &AI_FAILURES,
    &AI_EVENTS,
    &AI_TOKENS,
];

/// Metrics carry no level here: whoever has a recorder wants them all.
pub(super) static METADATA: Metadata<'static> = Metadata::new("mockforge_ws", Level::INFO, None);

impl Family {
    /// The key of one of its series.
    pub(super) fn key(&self, labels: Vec<Label>) -> Key {
        Key::from_parts(self.name, labels)
    }
}

/// Tells a recorder what the metrics mean.
pub(super) fn describe(recorder: &dyn Recorder) {
    for Family { name, unit, help, kind } in ALL {
        let (name, unit, help) = ((*name).into(), Some(*unit), (*help).into());
        match kind {
            Kind::Counter => recorder.describe_counter(name, unit, help),
            Kind::Gauge => recorder.describe_gauge(name, unit, help),
            Kind::Histogram(_) => recorder.describe_histogram(name, unit, help),
        }
    }
}

/// The upper bounds of a histogram's buckets.
pub(super) fn bounds(name: &str) -> &'static [f64] {
    let family = ALL.iter().find(|family| family.name == name);
    family.map_or(&[], |family| match family.kind {
        Kind::Histogram(bounds) => bounds,
        Kind::Counter | Kind::Gauge => &[],
    })
}
