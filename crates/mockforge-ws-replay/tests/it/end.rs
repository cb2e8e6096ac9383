//! The end: of a line, of a script, of a connection.

use crate::{Pass, Say, check, facts, mistakes};

#[test]
fn a_line_closes_after_its_message() {
    check(r#"{"ts":5,"text":"bye","close":true}"#, &[Pass(10)], "5 > bye | 5 x close 1000");
    check(r#"{"close":{"code":4001,"reason":"go away"}}"#, &[Pass(10), Say("x")], "0 x close 4001 go away");
    check(r#"{"close":{"reason":"done"}}"#, &[], "0 x close 1000 done");
    check(r#"{"text":"a","close":false,"abort":false}"#, &[], "0 > a");
    check(
        r#"{"text":"a","ts":null,"waitFor":null,"close":{"code":null,"reason":null}}"#,
        &[],
        "0 > a | 0 x close 1000",
    );
}

#[test]
fn a_line_drops_the_connection() {
    check(r#"{"text":"oops","abort":true}"#, &[], "0 > oops | 0 x abort");
}

#[test]
fn by_default_the_connection_stays_open() {
    check(r#"{"text":"a"}"#, &[Pass(100_000)], "0 > a");
    assert_eq!(facts(r#"{"text":"a"}"#, &[]), ["Finished { steps: 1 }"]);
}

#[test]
fn on_end_is_said_in_the_header_or_on_the_last_line() {
    check(
        "{\"mockforge\":1,\"onEnd\":\"close\"}\n{\"ts\":5,\"text\":\"a\"}",
        &[Pass(9)],
        "5 > a | 5 x close 1000",
    );
    check("{\"text\":\"a\"}\n{\"ts\":7,\"onEnd\":\"close\"}", &[Pass(9)], "0 > a | 7 x close 1000");
    assert_eq!(
        mistakes("{\"onEnd\":\"loop\",\"text\":\"a\"}\n{\"text\":\"b\"}"),
        [
            ":1:10: error: `onEnd` goes into the header or on the last line (to end or to jump here, write `close` or `goto`)"
        ]
    );
    assert_eq!(
        mistakes("{\"mockforge\":1,\"onEnd\":\"keep\"}\n{\"text\":\"b\",\"onEnd\":\"close\"}"),
        [":2:21: error: `onEnd` is said on line 1 already (keep one of them)"]
    );
}

#[test]
fn a_loop_begins_the_timeline_again() {
    check(
        "{\"ts\":5,\"text\":\"a\"}\n{\"ts\":10,\"text\":\"b\"}\n{\"ts\":20,\"onEnd\":\"loop\"}",
        &[Pass(50)],
        "5 > a | 10 > b | 25 > a | 30 > b | 45 > a | 50 > b",
    );
    check(
        "{\"mockforge\":1,\"onEnd\":\"loop\"}\n{\"waitFor\":\"x\",\"text\":\"a\"}",
        &[Say("x"), Pass(10), Say("x"), Say("x")],
        "0 < x | 0 > a | 10 < x | 10 > a | 10 < x | 10 > a",
    );
}

#[test]
fn a_loop_waits_for_copies_that_count() {
    check(
        "{\"ts\":5,\"text\":\"a\",\"repeat\":{\"count\":3,\"every\":10},\"onEnd\":\"loop\"}",
        &[Pass(60)],
        "5 > a | 15 > a | 25 > a | 30 > a | 40 > a | 50 > a | 55 > a",
    );
    check(
        "{\"text\":\"a\",\"repeat\":{\"count\":2,\"every\":10},\"onEnd\":\"close\"}",
        &[Pass(60)],
        "0 > a | 10 > a | 10 x close 1000",
    );
    check(
        "{\"text\":\"a\",\"repeat\":{\"every\":10}}\n{\"ts\":25,\"onEnd\":\"close\"}",
        &[Pass(60)],
        "0 > a | 10 > a | 20 > a | 25 x close 1000",
    );
}

#[test]
fn the_end_comes_after_what_waits_have_added() {
    check(
        "{\"text\":\"a\",\"repeat\":{\"count\":3,\"every\":10}}\n{\"waitFor\":\"x\",\"text\":\"b\"}\n{\"ts\":3,\"text\":\"c\",\"onEnd\":\"loop\"}",
        &[Pass(5), Say("x"), Pass(20)],
        "0 > a | 5 < x | 5 > b | 8 > c | 10 > a | 20 > a | 20 > a",
    );
}

#[test]
fn an_ended_script_reports_its_steps_once() {
    let source = "{\"text\":\"a\"}\n{\"waitFor\":\"x\"}\n{\"dir\":\"in\"}\n{\"ts\":5,\"text\":\"b\",\"repeat\":{\"count\":2,\"every\":1},\"onEnd\":\"close\"}";
    let facts = facts(source, &[Say("x"), Say("y"), Pass(100)]);
    assert_eq!(facts.len(), 3, "{facts:?}");
    assert_eq!(facts[2], "Finished { steps: 5 }");
}

#[test]
fn nothing_is_played_after_the_end() {
    check(
        "{\"text\":\"t\",\"repeat\":{\"every\":10}}\n{\"ts\":15,\"close\":true}\n{\"ts\":20,\"text\":\"never\"}",
        &[Pass(100)],
        "0 > t | 10 > t | 15 x close 1000",
    );
}
