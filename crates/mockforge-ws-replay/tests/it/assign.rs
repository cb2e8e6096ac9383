//! `set`, `waitFor` on `in` lines, and headers that add variables.

use crate::{Pass, Say, check, facts, mistakes, run, script};

#[test]
fn variables_are_set_before_the_message_and_read_after() {
    check(
        r#"{"dir":"in","set":{"id1":"{{$.id}}","n":[1,"{{$.id}}"]},"text":"{}"}
{"ts":5,"set":{"u":"x{{seq}}"},"text":"{{state.u}} {{state.id1}}","repeat":{"count":2,"every":5}}
{"ts":30,"dir":"in"}
{"ts":30,"json":{"id":"{{state.id1}}","n":"{{state.n}}"}}"#,
        &[Say(r#"{"id":7}"#), Pass(20), Say(r#"{"id":8}"#), Pass(30)],
        r#"0 < {"id":7} | 5 > x1 7 | 10 > x1 7 | 20 < {"id":8} | 30 > {"id":7,"n":[1,7]}"#,
    );
}

#[test]
fn a_line_may_set_and_do_nothing_else() {
    check(
        r#"{"set":{"a":"{{uuid}}"}}
{"waitFor":"^go$","set":{"b":{"c":true}}}
{"text":"{{size state.a}} {{state.b.c}}"}"#,
        &[Say("go")],
        "0 < go | 0 > 36 true",
    );
    assert_eq!(mistakes("{\"set\":{\"a\":1}}\n{\"text\":\"{{state.a}}\"}"), [""; 0]);
}

#[test]
fn an_in_line_with_a_wait_takes_what_it_waits_for() {
    let source = r#"{"dir":"in","text":"{\"op\":\"a\"}","waitFor":{"json":{"op":"a"}}}
{"text":"A"}
{"dir":"in","text":"x"}
{"text":"X"}"#;
    check(
        source,
        &[Say("ping"), Say(r#"{"op":"a","id":9}"#)],
        r#"0 < ping | 0 < {"op":"a","id":9} | 0 > A | 0 > X"#,
    );
    let strict = format!("{{\"mockforge\":1,\"sync\":\"strict\"}}\n{source}");
    let told = facts(&strict, &[Say(r#"{"op":"a","id":9}"#), Say("x")]);
    assert!(told[0].starts_with("Mismatch") && told[0].contains("$.id"), "{told:?}");
    assert!(told[1].starts_with("WaitMet"), "{told:?}");
    let unmet = facts(source, &[]);
    assert!(unmet[0].contains(r#"wanted: "{\"json\":{\"op\":\"a\"}}""#), "{unmet:?}");
}

#[test]
fn a_value_that_is_cut_is_not_set() {
    let source = "{\"set\":{\"a\":\"{{randString 5000000}}\"},\"text\":\"{{default state.a 1}}\"}";
    let sim = run(&script(source), &[]);
    assert_eq!(sim.texts(), ["1"]);
    assert!(crate::noted(&sim).iter().any(|fact| fact.contains("`a` is not set")), "{:?}", sim.facts());
}

#[test]
fn later_headers_add_variables() {
    let source = r#"{"mockforge":1,"name":"n","variables":{"a":"1"}}
{"text":"{{var.a}}"}
// A comment.
{"mockforge":1,"variables":{"b":"2","c":3}}
{"text":"{{var.a}}{{var.b}}{{var.c}}"}"#;
    let script = script(source);
    assert_eq!(run(&script, &[]).texts(), ["1", "123"]);
    assert_eq!(script.header().variables.len(), 3);
    assert_eq!((script.name(), script.len()), (Some("n"), 2));
    assert_eq!(mistakes("{\"text\":\"a\"}\n{\"mockforge\":1,\"variables\":{\"b\":1}}"), [""; 0]);
}

#[test]
fn while_in_lines_are_passed_over_they_set_nothing() {
    let told =
        mistakes("{\"mockforge\":1,\"sync\":\"off\"}\n{\"dir\":\"in\",\"text\":\"a\",\"set\":{\"x\":1}}");
    assert_eq!(
        told,
        [
            ":2:24: warning: `set` has no effect: `in` lines are passed over while `sync` is `off` (put it on an `out` line)"
        ]
    );
}
