//! Waits: what they do to the timeline, what they take, and how they end.

use crate::{Pass, Say, check, facts, run, script};

#[test]
fn a_line_waits_before_it_is_sent() {
    check(
        r#"{"text":"hello","waitFor":"^READY$"}"#,
        &[Pass(50), Say("XREADY"), Pass(10), Say("READY")],
        "50 < XREADY | 60 < READY | 60 > hello",
    );
}

#[test]
fn a_late_match_moves_the_rest_of_the_timeline() {
    check(
        r#"{"ts":10,"text":"a","waitFor":"go"}
{"ts":30,"text":"b"}
{"ts":35,"text":"c"}"#,
        &[Pass(100), Say("go"), Pass(100)],
        "100 < go | 100 > a | 120 > b | 125 > c",
    );
}

#[test]
fn an_early_match_never_makes_a_line_earlier() {
    let source = r#"{"ts":10,"text":"a","waitFor":"go"}
{"ts":30,"text":"b"}"#;
    check(source, &[Pass(3), Say("go"), Pass(100)], "3 < go | 10 > a | 30 > b");
    check(source, &[Pass(10), Say("go"), Pass(100)], "10 < go | 10 > a | 30 > b");
}

#[test]
fn a_message_before_the_line_is_reached_is_kept_for_it() {
    check(
        r#"{"ts":50,"text":"a"}
{"ts":60,"text":"b","waitFor":"go"}
{"ts":70,"text":"c"}"#,
        &[Pass(3), Say("go"), Pass(100)],
        "3 < go | 50 > a | 60 > b | 70 > c",
    );
}

#[test]
fn a_wait_takes_the_oldest_kept_match_and_leaves_the_others_in_order() {
    check(
        r#"{"ts":50,"text":"first"}
{"waitFor":"^b","text":"{{message}}"}
{"waitFor":"^a|^b","text":"{{message}}"}
{"waitFor":"^a|^b","text":"{{message}}"}
{"waitFor":"^b","text":"{{message}}"}"#,
        &[Say("a1"), Say("b1"), Say("b2"), Say("a2"), Pass(50), Say("b3")],
        "0 < a1 | 0 < b1 | 0 < b2 | 0 < a2 | 50 > first | 50 > b1 | 50 > a1 | 50 > b2 | 50 < b3 | 50 > b3",
    );
}

#[test]
fn sixty_four_messages_are_kept_and_the_oldest_dropped() {
    let script = script(
        r#"{"ts":50,"text":"first"}
{"waitFor":"^m","text":"{{message}}"}"#,
    );
    for (count, oldest) in [(64, "m0"), (65, "m1"), (70, "m6")] {
        let mut sim = run(&script, &[]);
        for n in 0..count {
            sim.receive(&format!("m{n}"));
        }
        sim.advance(50);
        assert_eq!(sim.texts(), ["first", oldest]);
        let dropped = sim.facts().iter().filter(|fact| fact.name() == "dropped").count();
        assert_eq!(dropped, count - 64);
    }
}

#[test]
fn with_early_drop_nothing_is_kept() {
    let source = r#"{"mockforge":1,"early":"drop"}
{"ts":50,"text":"first"}
{"ts":60,"waitFor":"go","text":"a"}"#;
    check(source, &[Say("go"), Pass(55), Say("go"), Pass(20)], "0 < go | 50 > first | 55 < go | 60 > a");
    assert_eq!(
        facts(source, &[Say("go"), Pass(55), Say("no")]),
        [
            "Dropped(Early)",
            "Dropped(Early)",
            r#"WaitUnmet { step: Step { file: "s.jsonl", line: 3 }, wanted: "go", near: Some("`go` did not match `no`"), outcome: Left }"#,
        ]
    );
}

#[test]
fn a_script_without_waits_keeps_nothing() {
    let script = script(r#"{"ts":50,"text":"a"}"#);
    let mut sim = run(&script, &[]);
    for _ in 0..100 {
        sim.receive("chatter");
    }
    assert!(sim.facts().is_empty());
}

#[test]
fn control_frames_meet_no_wait() {
    use mockforge_ws_core::Message;
    let script = script(
        r#"{"dir":"in"}
{"text":"a"}"#,
    );
    let mut sim = run(&script, &[]);
    sim.receive_message(Message::Ping("x".into())).receive_message(Message::Pong("x".into()));
    assert!(sim.texts().is_empty());
    sim.receive_message(Message::binary(vec![1]));
    assert_eq!(sim.texts(), ["a"]);
}

#[test]
fn a_time_out_runs_once_the_line_is_reached_and_due() {
    let fail = r#"{"ts":100,"waitFor":"go","timeout":50,"text":"a"}"#;
    check(
        fail,
        &[Pass(149), Pass(1)],
        "150 x close 1011 line 1: waited 50 ms for a message that did not come",
    );
    check(fail, &[Pass(149), Say("go"), Pass(100)], "149 < go | 149 > a");
    check(
        r#"{"waitFor":"one","text":"1"}
{"ts":20,"waitFor":"two","timeout":50,"onTimeout":"close"}"#,
        &[Pass(1000), Say("one"), Pass(69), Pass(1)],
        "1000 < one | 1000 > 1 | 1070 x close 1000",
    );
}

#[test]
fn what_follows_a_time_out() {
    let source = |then: &str| {
        let source = r#"{"ts":10,"waitFor":"go","timeout":5,"onTimeout":"THEN","text":"a"}
{"ts":30,"text":"b"}"#;
        source.replace("THEN", then)
    };
    check(&source("skip"), &[Pass(100)], "35 > b");
    check(&source("close"), &[Pass(100)], "15 x close 1000");
    let reason = "line 1: waited 5 ms for a message that did not come";
    check(&source("fail"), &[Pass(100)], &format!("15 x close 1011 {reason}"));
    let outcome = |then| facts(&source(then), &[Pass(100)])[0].rsplit_once("outcome").unwrap().1.to_string();
    assert_eq!(["skip", "close", "fail"].map(outcome), [": Skipped }", ": Closed }", ": Failed }"]);
}

#[test]
fn a_skipped_line_does_nothing_at_all() {
    check(
        r#"{"waitFor":"x","timeout":0,"onTimeout":"skip","text":"a","close":true}
{"ts":5,"waitFor":"x","timeout":0,"onTimeout":"skip","text":"b"}"#,
        &[Pass(1), Say("x"), Pass(10)],
        "1 < x | 5 > b",
    );
}

#[test]
fn a_wait_without_a_time_out_waits_for_ever() {
    check(
        r#"{"waitFor":"x","text":"a"}"#,
        &[Pass(1 << 40), Say("x")],
        "1099511627776 < x | 1099511627776 > a",
    );
}

#[test]
fn templates_read_the_message_that_was_taken() {
    check(
        r#"{"text":"[{{$.id}}]"}
{"waitFor":"$.type","text":"Type received: {{$.type}}"}
{"ts":10,"text":"again {{$.type}}"}
{"waitFor":"^user (?P<name>\\w+)$","text":"{{capture.1}} {{capture.name}}"}
{"ts":20,"text":"still {{capture.name}}"}"#,
        &[Say(r#"{"type":"login"}"#), Pass(10), Say("user bob"), Pass(10)],
        "0 > [] | 0 < {\"type\":\"login\"} | 0 > Type received: login | 10 > again login | 10 < user bob | 10 > bob bob | 20 > still bob",
    );
}

#[test]
fn copies_of_a_line_with_a_wait_read_the_message_that_it_took() {
    check(
        r#"{"waitFor":"a","text":"{{message}}","repeat":{"count":3,"every":10}}
{"ts":5,"waitFor":"b","text":"{{message}}"}
{"text":"last: {{message}}"}"#,
        &[Say("a"), Pass(15), Say("b"), Pass(100)],
        "0 < a | 0 > a | 10 > a | 15 < b | 15 > b | 15 > last: b | 20 > a",
    );
}

#[test]
fn a_branch_waits_and_jumps() {
    let source = r#"{"ts":10,"branch":[{"on":"^yes$","goto":"yes"},{"on":"^no$","goto":"no"}]}
{"label":"yes","text":"good"}
{"ts":20,"text":"bye","close":true}
{"label":"no","ts":0,"text":"pity"}
{"ts":5,"text":"bye bye"}"#;
    check(
        source,
        &[Say("hm"), Say("yes"), Pass(100)],
        "0 < hm | 0 < yes | 10 > good | 20 > bye | 20 x close 1000",
    );
    check(source, &[Pass(50), Say("no"), Pass(100)], "50 < no | 50 > pity | 55 > bye bye");
}

#[test]
fn a_branch_has_patience_too() {
    check(
        r#"{"branch":[{"on":"x","goto":"x"}],"timeout":20,"onTimeout":"skip"}
{"ts":5,"text":"nobody"}
{"close":true}
{"label":"x","text":"x"}"#,
        &[Pass(100)],
        "25 > nobody | 25 x close 1000",
    );
}
