//! Backpressure: a client that reads slowly, or not at all.

use mockforge_ws_testkit::{Setup, Sim};

use crate::script;

fn narrow(source: &str, room: usize) -> Sim {
    Sim::with(script(source).player(), Setup { max_effects: room, ..Setup::default() })
}

#[test]
fn lines_due_together_leave_in_order_however_small_the_buffer() {
    let source: String = (0..500).map(|n| format!("{{\"text\":\"{n}\"}}\n")).collect();
    for room in [1, 2, 7, 1024] {
        let wanted: Vec<_> = (0..500).map(|n| n.to_string()).collect();
        assert_eq!(narrow(&source, room).texts(), wanted);
    }
}

#[test]
fn the_timeline_stands_still_while_the_buffer_is_full() {
    let mut sim = narrow(
        r#"{"ts":0,"text":"zero"}
{"ts":10,"text":"a"}
{"ts":10,"text":"b"}
{"ts":30,"text":"c"}
{"ts":40,"text":"d"}"#,
        2,
    );
    sim.block(true).advance(100).block(false);
    sim.advance(100);
    assert_eq!(sim.transcript(), "0 > zero\n100 > a\n100 > b\n120 > c\n130 > d\n");
}

#[test]
fn copies_stand_still_too() {
    let mut sim = narrow(r#"{"text":"t {{seq}}","repeat":{"every":10}}"#, 2);
    sim.advance(5).block(true).advance(95).block(false).advance(25);
    assert_eq!(sim.transcript(), "0 > t 1\n100 > t 2\n100 > t 3\n110 > t 4\n120 > t 5\n");
}

#[test]
fn a_time_out_ends_all_the_same() {
    let mut sim = narrow(
        r#"{"ts":10,"text":"a"}
{"ts":10,"waitFor":"x","timeout":50}"#,
        1,
    );
    sim.block(true).advance(100).block(false);
    assert_eq!(
        sim.transcript(),
        "100 > a\n100 x close 1011 line 2: waited 50 ms for a message that did not come\n"
    );
}

#[test]
fn a_wait_that_is_met_while_the_buffer_is_full_counts_the_time_once() {
    let mut sim = narrow(
        r#"{"text":"t","repeat":{"count":2,"every":20}}
{"ts":10,"waitFor":"x","text":"a"}
{"ts":15,"text":"b"}"#,
        1,
    );
    sim.block(true).advance(30).receive("x").advance(70).block(false).advance(100);
    assert_eq!(sim.transcript(), "0 > t\n30 < x\n100 > t\n100 > a\n105 > b\n");
}

/// Lines that send nothing do not keep the loop from its other connections.
#[test]
fn a_long_way_without_messages_is_walked_in_stretches() {
    let mut sim = narrow(
        r#"{"label":"a"}
{"goto":"a","times":100000}
{"text":"end"}"#,
        8,
    );
    assert!(sim.texts().is_empty());
    sim.advance(0);
    assert_eq!(sim.texts(), ["end"]);
}
