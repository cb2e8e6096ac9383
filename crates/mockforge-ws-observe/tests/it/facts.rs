//! Facts of each kind, and the series that they move.

use std::time::Duration;

use mockforge_ws_core::{
    AiFact, Answer, ConnId, DialError, DialErrorKind, Dialled, DropReason, Elapsed, Ended, Fact, FactSink,
    Hello, Party, Record, Refusal, Status, Step, WaitOutcome,
};
use mockforge_ws_observe::metrics::Registry;

use crate::page::Page;

/// Tells one fact, and expects these series and no others.
#[track_caller]
fn check(fact: &Fact, series: &[&str]) {
    let registry = Registry::new();
    let (hello, conn) = (Hello::new("/ws"), ConnId { route: "/ws".into(), number: 1 });
    let at = Elapsed::from_secs(3);
    registry.follow(&hello).expect("all are followed").note(Record { conn: &conn, hello: &hello, at, fact });
    assert_eq!(Page::of(&registry).counts(), series, "{fact:?}");
}

fn step() -> Step {
    Step { file: "a.jsonl".into(), line: 1 }
}

#[test]
fn of_scripts() {
    let met = Fact::WaitMet { step: step(), late: Duration::from_millis(30) };
    check(&met, &["replay_lateness_seconds_count 1"]);
    for outcome in [WaitOutcome::Failed, WaitOutcome::Skipped, WaitOutcome::Closed, WaitOutcome::Left] {
        let unmet = Fact::WaitUnmet { step: step(), wanted: String::new(), near: None, outcome };
        check(&unmet, &[&format!("waits_unmet_total{{outcome=\"{}\"}} 1", outcome.as_str())]);
    }
    check(&Fact::Finished { steps: 9 }, &["scripts_finished_total 1"]);
    let mismatch = Fact::Mismatch { step: step(), difference: String::new() };
    check(&mismatch, &["errors_total{kind=\"mismatch\"} 1"]);
    let unsendable = Fact::Unsendable { step: step(), reason: String::new() };
    check(&unsendable, &["errors_total{kind=\"unsendable\"} 1"]);
}

#[test]
fn of_rules_and_templates() {
    check(&Fact::Fired { rule: "a".into() }, &["rules_fired_total 1"]);
    check(&Fact::Unanswered { near: None }, &["messages_unanswered_total 1"]);
    let guard = Fact::GuardFailed { rule: "a".into(), reason: String::new() };
    check(&guard, &["errors_total{kind=\"guard_failed\"} 1"]);
    check(&Fact::InvalidJson { reason: String::new() }, &["errors_total{kind=\"invalid_json\"} 1"]);
    check(&Fact::MissingValue { expression: String::new() }, &["errors_total{kind=\"missing_value\"} 1"]);
    check(&Fact::Truncated { limit: 1 }, &["errors_total{kind=\"truncated\"} 1"]);
    use DropReason::{Backlog, Early, Fault, Gap, KeptOverflow, RateLimit, Rule};
    for reason in [KeptOverflow, Early, Fault, Gap, Rule, Backlog, RateLimit] {
        let dropped = format!("messages_dropped_total{{reason=\"{}\"}} 1", reason.as_str());
        check(&Fact::Dropped(reason), &[&dropped]);
    }
}

#[test]
fn of_models() {
    check(&Fact::Ai(AiFact::Asked { model: "m".into(), page: 1, repair: false }), &["ai_requests_total 1"]);
    let answered = |reason| AiFact::Answered {
        events: 5,
        skipped: 1,
        input_tokens: 70,
        output_tokens: 9,
        cost: None,
        reason,
    };
    let counts = [
        "ai_events_total 5",
        "ai_failures_total 1",
        "ai_tokens_total{direction=\"input\"} 70",
        "ai_tokens_total{direction=\"output\"} 9",
    ];
    check(&Fact::Ai(answered(Some("cut off".into()))), &counts);
    check(&Fact::Ai(answered(None)), &[counts[0], counts[2], counts[3]]);
}

#[test]
fn of_ends() {
    use Status::{ClientClose, Error, HandlerError, Limit, Normal, ProxyError, SendError, Timeout};
    for status in [Normal, ClientClose, Error, SendError, ProxyError, HandlerError, Limit, Timeout] {
        let closed = Fact::Closed(Ended { status, frame: None, by: Party::Server, reason: None });
        let word = status.as_str();
        let count = format!("connection_duration_seconds_count{{status=\"{word}\"}} 1");
        let error = format!("errors_total{{kind=\"{word}\"}} 1");
        let is_error = !matches!(status, Normal | ClientClose);
        let counts = [count.as_str(), error.as_str()];
        check(&closed, if is_error { &counts } else { &counts[..1] });
    }
}

#[test]
fn of_attempts_to_reach_another_server() {
    use DialErrorKind::{Connect, Handshake, Resolve, Resting, Timeout, Tls};
    let failed = |kind| Dialled::Failed(DialError { kind, reason: String::new() });
    for (dialled, outcome) in [
        (Dialled::Open(Box::<Answer>::default()), "open"),
        (Dialled::Refused(Box::<Refusal>::default()), "refused"),
        (failed(Resolve), "resolve"),
        (failed(Connect), "connect"),
        (failed(Tls), "tls"),
        (failed(Handshake), "handshake"),
        (failed(Timeout), "timeout"),
        (failed(Resting), "resting"),
    ] {
        let registry = Registry::new();
        let mut follower = registry.follow(&Hello::new("/ws")).expect("all are followed");
        follower.carry(&http::Uri::default(), &mut http::HeaderMap::new());
        follower.dialled(&dialled);
        drop(follower);
        let count = format!("upstream_connections_total{{outcome=\"{outcome}\"}} 1");
        let took = "upstream_connect_seconds_count 1";
        let counts = Page::of(&registry).counts();
        assert_eq!(counts, if outcome == "open" { vec![took, &count] } else { vec![&*count] });
    }
}
