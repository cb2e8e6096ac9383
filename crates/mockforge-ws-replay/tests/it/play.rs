//! The timeline: when lines are due, and in which order they leave.

use crate::{Pass, Say, check};

#[test]
fn ts_counts_from_the_opening_and_defaults_to_the_line_before() {
    check(r#"{"text":"a"}"#, &[], "0 > a");
    check(
        r#"{"ts":5,"text":"a"}
{"text":"b"}
{"ts":20,"text":"c"}"#,
        &[Pass(4), Pass(1), Pass(100)],
        "5 > a | 5 > b | 20 > c",
    );
    check(r#"{"ts":5,"text":"a"}"#, &[Pass(4)], "");
}

#[test]
fn a_ts_of_the_past_is_due_at_once() {
    check(
        r#"{"ts":50,"text":"a"}
{"ts":10,"text":"b"}
{"ts":60,"text":"c"}"#,
        &[Pass(100)],
        "50 > a | 50 > b | 60 > c",
    );
}

#[test]
fn blank_lines_and_comments_say_nothing() {
    check("\u{feff}// one\r\n\r\n# two\r\n{\"text\":\"a\"}\r\n  // three\r\n", &[], "0 > a");
}

#[test]
fn copies_interleave_with_later_lines() {
    check(
        r#"{"ts":10,"text":"tick {{seq}}","repeat":{"count":4,"every":10}}
{"ts":20,"text":"a"}
{"ts":25,"text":"b"}"#,
        &[Pass(100)],
        "10 > tick 1 | 20 > tick 2 | 20 > a | 25 > b | 30 > tick 3 | 40 > tick 4",
    );
}

#[test]
fn copies_without_a_count_go_on_until_the_close() {
    check(
        r#"{"text":"tick","repeat":{"every":100}}
{"ts":250,"text":"bye","close":true}"#,
        &[Pass(1000)],
        "0 > tick | 100 > tick | 200 > tick | 250 > bye | 250 x close 1000",
    );
}

#[test]
fn copies_go_on_while_a_later_line_waits() {
    check(
        r#"{"text":"tick","repeat":{"every":100}}
{"waitFor":"stop","close":true}"#,
        &[Pass(210), Say("stop"), Pass(1000)],
        "0 > tick | 100 > tick | 200 > tick | 210 < stop | 210 x close 1000",
    );
}

#[test]
fn a_line_reached_again_repeats_anew() {
    check(
        r#"{"text":"t","repeat":{"every":30},"label":"top"}
{"ts":40,"goto":"top","times":1}
{"ts":80,"close":true}"#,
        &[Pass(1000)],
        "0 > t | 30 > t | 40 > t | 70 > t | 100 > t | 120 x close 1000",
    );
}

#[test]
fn a_goto_makes_its_target_due_at_once_and_keeps_the_gaps_after_it() {
    check(
        r#"{"ts":10,"text":"a"}
{"ts":20,"text":"b","label":"again"}
{"ts":25,"text":"c"}
{"ts":50,"goto":"again"}"#,
        &[Pass(120)],
        "10 > a | 20 > b | 25 > c | 50 > b | 55 > c | 80 > b | 85 > c | 110 > b | 115 > c",
    );
}

#[test]
fn times_bounds_the_jumps_and_counts_anew_when_reached_again() {
    let inner = r#"{"text":"o","label":"outer"}
{"text":"i","label":"inner"}
{"ts":10,"goto":"inner","times":2}
{"ts":20,"goto":"outer","times":1}
{"text":"end"}"#;
    check(
        inner,
        &[Pass(1000)],
        "0 > o | 0 > i | 10 > i | 20 > i | 40 > o | 40 > i | 50 > i | 60 > i | 80 > end",
    );
}

#[test]
fn a_goto_may_send_and_lead_forward() {
    check(
        r#"{"ts":10,"text":"jump","goto":"far"}
{"ts":20,"text":"never","label":"near"}
{"ts":1000,"text":"far","label":"far"}
{"ts":1005,"goto":"near","times":1}"#,
        &[Pass(12), Pass(1000)],
        "10 > jump | 10 > far | 15 > never | 995 > far",
    );
}
