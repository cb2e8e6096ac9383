//! The server's end, and a server that is lost and found.

use mockforge_ws_core::{DialError, DialErrorKind, Dialled, DropReason, Fact, Message, Refusal, close};
use mockforge_ws_layers::backlog::{Bounds, Overflow};
use mockforge_ws_proxy::{Proxy, Reconnect, Transform, Transit};
use mockforge_ws_testkit::{Setup, Sim};

use crate::support::proxy;

/// A proxy that looks at messages and changes none.
fn looking() -> Proxy {
    proxy().transform(Transform::new(|transit: Transit| transit.message))
}

#[test]
fn the_clients_connection_ends_as_the_servers_did() {
    let check = |code: Option<u16>, failure: Option<&str>, expect: &str| {
        let mut sim = Sim::open(&looking(), Setup::default());
        sim.upstream_leaves(code.map(|code| close::frame(code, "so")), failure);
        let transcript = sim.transcript();
        assert_eq!(transcript.lines().last(), Some(expect), "{code:?} {failure:?}");
        assert_eq!(sim.facts().len(), usize::from(failure.is_some()));
    };
    check(Some(1000), None, "0 x close 1000 so");
    check(Some(1012), None, "0 x close 1012 so");
    check(Some(4001), None, "0 x close 4001 so");
    check(None, None, "0 x close");
    check(None, Some("it was reset"), "0 x close 1014 the upstream was lost");
}

fn bounds(messages: usize, overflow: Overflow) -> Reconnect {
    Reconnect { backlog: Bounds { messages, overflow, ..Bounds::default() } }
}

fn texts(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.to_text().unwrap()).collect()
}

/// A connection whose server was lost, and to which the client has sent four messages since.
fn lost(reconnect: Reconnect) -> Sim {
    let mut sim = Sim::open(&proxy().reconnect(reconnect), Setup::default());
    sim.receive("0").upstream_leaves(None, Some("it was reset"));
    for text in ["1", "2", "3", "4"] {
        sim.receive(text);
    }
    sim
}

fn dropped(sim: &Sim) -> usize {
    sim.facts().iter().filter(|fact| ***fact == Fact::Dropped(DropReason::Backlog)).count()
}

#[test]
fn a_server_that_is_lost_is_dialled_again() {
    let mut sim = lost(Reconnect::default());
    assert!(sim.transcript().contains(">> dial ws://localhost:9000/ws\n"), "{}", sim.transcript());
    assert_eq!(texts(&sim.sent_upstream()), ["0"]);
    sim.dialled(Dialled::Open(Box::default())).receive("5").upstream("here again");
    assert_eq!(texts(&sim.sent_upstream()), ["0", "1", "2", "3", "4", "5"]);
    assert_eq!(sim.texts(), ["here again"]);
    // Again and again; a close that is no end of all counts as a loss.
    sim.upstream_leaves(Some(close::frame(1012, "restart")), None).receive("6");
    sim.dialled(Dialled::Open(Box::default()));
    assert_eq!(texts(&sim.sent_upstream()).last(), Some(&"6"));
    assert!(!sim.is_over());
    sim.upstream_leaves(Some(close::frame(1000, "done")), None);
    assert!(sim.transcript().ends_with("0 x close 1000 done\n"));
}

#[test]
fn what_waits_is_bounded() {
    // Whoever brings more waits: what had been read already is kept, in order.
    let mut sim = lost(bounds(2, Overflow::Block));
    sim.dialled(Dialled::Open(Box::default()));
    assert_eq!((texts(&sim.sent_upstream()), dropped(&sim)), (vec!["0", "1", "2", "3", "4"], 0));

    let mut sim = lost(bounds(2, Overflow::DropOldest));
    sim.dialled(Dialled::Open(Box::default()));
    assert_eq!((texts(&sim.sent_upstream()), dropped(&sim)), (vec!["0", "3", "4"], 2));

    let sim = lost(bounds(2, Overflow::Close));
    let transcript = sim.transcript();
    assert!(
        transcript.ends_with("0 < 3\n0 x close 1013 the upstream is away for too long\n"),
        "{transcript}"
    );
}

#[test]
fn a_server_that_does_not_come_back_ends_the_connection() {
    let refused = DialError { kind: DialErrorKind::Connect, reason: "localhost:9000: refused".into() };
    let refusal = Refusal::new(http::StatusCode::SERVICE_UNAVAILABLE, "later");
    for (dialled, reason) in [
        (Dialled::Failed(refused), "localhost:9000: refused"),
        (Dialled::Refused(Box::new(refusal)), "the upstream answered with 503 Service Unavailable"),
    ] {
        let mut sim = lost(bounds(2, Overflow::Block));
        sim.dialled(dialled);
        assert!(sim.transcript().ends_with("0 x close 1014 the upstream was lost\n"));
        let reason = format!("the upstream was lost: {reason}");
        assert!(sim.facts().contains(&&Fact::Error { reason }), "{:?}", sim.facts());
        // None of what has waited is lost without a word.
        assert_eq!(dropped(&sim), 4);
    }
}
