//! The ledger on facts made by hand.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{
    ConnId, DropReason, Ended, Fact, FactSink, Hello, Message, Party, Record, Seed, Status, Step, WaitOutcome,
};
use mockforge_ws_match::{Dialect, Pattern};
use mockforge_ws_verify::{Expectation, Ledger};

fn note(ledger: &Ledger, number: u64, fact: &Fact) {
    let conn = ConnId { route: Arc::from("/ws"), number };
    ledger.note(Record { conn: &conn, hello: &Hello::new("/ws"), at: Duration::ZERO, fact });
}

fn unmet(line: u32, near: Option<&str>, outcome: WaitOutcome) -> Fact {
    let step = Step { file: "feed.jsonl".into(), line };
    Fact::WaitUnmet { step, wanted: "`^ACK$`".into(), near: near.map(Into::into), outcome }
}

fn closed() -> Fact {
    Fact::Closed(Ended { status: Status::ClientClose, frame: None, by: Party::Client, reason: None })
}

fn session(ledger: &Ledger, number: u64, facts: &[Fact]) {
    note(ledger, number, &Fact::Opened { subprotocol: None });
    facts.iter().for_each(|fact| note(ledger, number, fact));
    note(ledger, number, &closed());
}

fn pattern(text: &str) -> Pattern {
    Pattern::parse_str(text, Dialect::Rfc9535).expect("the test's pattern is good")
}

#[test]
fn a_report_names_what_was_left_unmet() {
    let ledger = Ledger::default();
    session(&ledger, 2, &[unmet(3, Some("got `ack`"), WaitOutcome::Left)]);
    session(&ledger, 1, &[Fact::Dropped(DropReason::Early)]);
    note(&ledger, 3, &Fact::Opened { subprotocol: None });
    let report = ledger.report(Seed(42));
    assert_eq!(
        report.to_string(),
        "verification failed: 1 of 2 sessions (seed 42)\n  \
         /ws#2  feed.jsonl:3: waited for `^ACK$`; the client left\n    nearest: got `ack`\n"
    );
    assert_eq!((report.passed(), ledger.sessions_over()), (false, 2));
}

#[test]
fn what_the_author_has_foreseen_is_no_failure() {
    for (outcome, passes) in [
        (WaitOutcome::Skipped, true),
        (WaitOutcome::Closed, true),
        (WaitOutcome::Failed, false),
        (WaitOutcome::Left, false),
    ] {
        let ledger = Ledger::default();
        session(&ledger, 1, &[unmet(1, None, outcome)]);
        assert_eq!(ledger.report(Seed(0)).passed(), passes, "{outcome:?}");
    }
}

#[test]
fn junit_has_a_suite_a_route_and_a_case_a_session() {
    let ledger = Ledger::default();
    session(&ledger, 1, &[]);
    session(&ledger, 2, &[unmet(3, Some("<ack> & more"), WaitOutcome::Failed)]);
    let xml = ledger.report(Seed(42)).junit().unwrap();
    for part in [
        r#"<testsuites name="mockforge verify" tests="2" skipped="0" failures="1" errors="0">"#,
        r#"<testsuite name="/ws" tests="2" skipped="0" errors="0" failures="1">"#,
        r#"<property name="seed" value="42"/>"#,
        r#"<testcase name="session 1""#,
        r#"message="feed.jsonl:3: waited for `^ACK$`; the time-out passed""#,
        "nearest: &lt;ack&gt; &amp; more",
    ] {
        assert!(xml.contains(part), "expected {part} in\n{xml}");
    }
}

#[test]
fn expectations_count_and_explain() {
    let ledger = Ledger::default();
    let all: Vec<_> = ["SUB AAPL", "sub MSFT"].map(|text| Fact::Received(Message::text(text))).into();
    session(&ledger, 1, &all);
    let expect = |text: &str| Expectation::new(pattern(text));
    assert_eq!(expect("^SUB ").check(&ledger), Ok(()));
    assert_eq!(expect("^SUB ").times(1).check(&ledger), Ok(()));
    assert_eq!(expect("^BYE").times(0).check(&ledger), Ok(()));
    let unmet = expect("^SUB ").times(2).check(&ledger).unwrap_err();
    assert!(
        unmet.to_string().starts_with("expected `^SUB ` 2 times, got it once\n  nearest: /ws#1: "),
        "{unmet}"
    );
    assert!(unmet.to_string().contains("sub MSFT"), "{unmet}");
    assert!(expect("SUB").times(0).is_exceeded(&ledger));
    assert!(expect("SUB").on("/other").check(&ledger).is_err());
}

#[test]
fn memory_is_bounded() {
    let ledger = Ledger::with_capacity(3);
    for number in 1..=10 {
        session(&ledger, number, &[Fact::Received(Message::text(number.to_string()))]);
    }
    assert_eq!(ledger.received().len(), 3);
    assert_eq!(ledger.sessions_over(), 10);
    assert_eq!(ledger.report(Seed(0)).sessions.len(), 3);
    let unmet = Expectation::new(pattern("^1$")).check(&ledger).unwrap_err();
    assert!(unmet.to_string().contains("7 older messages were forgotten"), "{unmet}");
}
