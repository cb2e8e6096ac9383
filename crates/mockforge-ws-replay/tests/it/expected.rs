//! `in` lines: what the client is expected to send.

use crate::{Pass, Say, check, facts, mistakes};

fn with(sync: &str, lines: &str) -> String {
    format!("{{\"mockforge\":1,\"sync\":\"{sync}\"}}\n{lines}")
}

const SESSION: &str = r#"{"dir":"out","text":"welcome"}
{"ts":10,"dir":"in","text":"{\"op\":\"get\",\"id\":1}"}
{"ts":15,"text":"one"}
{"ts":40,"dir":"in","json":{"op":"get","id":2}}
{"ts":45,"text":"two"}"#;

#[test]
fn a_loose_script_waits_for_any_data_message() {
    let loose = with("loose", SESSION);
    check(
        &loose,
        &[Pass(20), Say("anything"), Pass(5), Say("else"), Pass(100)],
        "0 > welcome | 20 < anything | 25 > one | 25 < else | 55 > two",
    );
    assert_eq!(SESSION.lines().count() + 1, loose.lines().count());
    check(
        SESSION,
        &[Say("early"), Say("bird"), Pass(100)],
        "0 > welcome | 0 < early | 0 < bird | 15 > one | 45 > two",
    );
}

#[test]
fn a_script_without_sync_passes_over_them() {
    check(&with("off", SESSION), &[Pass(100)], "0 > welcome | 15 > one | 45 > two");
    check(
        &with(
            "off",
            "{\"ts\":10,\"dir\":\"in\",\"text\":\"x\",\"label\":\"l\"}\n{\"ts\":20,\"goto\":\"l\",\"times\":1}\n{\"text\":\"end\"}",
        ),
        &[Pass(100)],
        "30 > end",
    );
}

#[test]
fn a_strict_script_reports_the_differing_field_and_goes_on() {
    let strict = with("strict", SESSION);
    assert_eq!(
        facts(&strict, &[Say(r#"{ "id": 1, "op": "get" }"#), Say(r#"{"op":"get","id":3}"#), Pass(100)]),
        [
            r#"WaitMet { step: Step { file: "s.jsonl", line: 3 }, late: 0ns }"#,
            r#"Mismatch { step: Step { file: "s.jsonl", line: 5 }, difference: "$.id: wanted 2, got 3" }"#,
            "Finished { steps: 5 }",
        ]
    );
    check(
        &strict,
        &[Pass(20), Say("x"), Pass(100), Say("y"), Pass(100)],
        "0 > welcome | 20 < x | 25 > one | 120 < y | 125 > two",
    );
}

#[test]
fn a_strict_script_compares_with_match_instead() {
    let source = with("strict", r#"{"dir":"in","text":"user bob","match":"^user \\w+$"}"#);
    assert!(facts(&source, &[Say("user eve")])[0].starts_with("WaitMet"));
    assert!(facts(&source, &[Say("users")])[0].contains("Mismatch"));
}

#[test]
fn what_is_expected_may_read_the_message_itself() {
    let source = with("strict", r#"{"dir":"in","json":{"op":"get","id":"{{$.id}}"}}"#);
    assert!(facts(&source, &[Say(r#"{"op":"get","id":77}"#)])[0].starts_with("WaitMet"));
    assert!(facts(&source, &[Say(r#"{"op":"put","id":77}"#)])[0].contains("$.op: wanted"));
}

#[test]
fn binary_is_compared_as_bytes() {
    use mockforge_ws_core::Message;
    let source = with(
        "strict",
        "{\"dir\":\"in\",\"hex\":\"0102\"}\n{\"dir\":\"in\",\"base64\":\"{{base64 \\\"hi\\\"}}\"}",
    );
    let mut sim = crate::run(&crate::script(&source), &[]);
    sim.receive_message(Message::binary(vec![1, 3])).receive_message(Message::binary(b"hi".to_vec()));
    let shown = crate::noted(&sim);
    assert!(shown[0].contains("byte 1: wanted 02, got 03"), "{shown:?}");
    assert!(shown[1].starts_with("WaitMet"), "{shown:?}");
}

#[test]
fn an_in_line_has_patience_too() {
    check("{\"dir\":\"in\",\"timeout\":10,\"onTimeout\":\"skip\"}\n{\"text\":\"a\"}", &[Pass(100)], "10 > a");
}

#[test]
fn match_is_for_strict_scripts() {
    let line = r#"{"dir":"in","match":"^a$"}"#;
    assert_eq!(mistakes(&with("strict", line)), [""; 0]);
    assert_eq!(
        mistakes(line),
        [
            r#":1:13: warning: `match` is compared with nothing while `sync` is `loose` (put "sync":"strict" into the header, or wait with `waitFor` on an `out` line)"#
        ]
    );
}
