//! Where lines lead: what is warned of and what is refused, and what is neither.

use mockforge_ws_core::Fact;
use mockforge_ws_replay::{Options, compile};
use mockforge_ws_testkit::Sim;

use crate::{check, mistakes};

fn spins(source: &str) -> bool {
    mistakes(source).iter().any(|mistake| mistake.contains("neither a wait nor time"))
}

#[test]
fn a_cycle_needs_a_wait_or_time() {
    let cycle = |first: &str, last: &str| {
        spins(&format!(
            "{{\"label\":\"top\",{first}}}\n{{\"text\":\"x\"}}\n{{{last},\"goto\":\"top\"}}\n{{\"text\":\"y\"}}"
        ))
    };
    assert!(cycle(r#""text":"a""#, r#""text":"b""#));
    assert!(!cycle(r#""text":"a""#, r#""ts":1"#));
    assert!(!cycle(r#""waitFor":"a""#, r#""text":"b""#));
    assert!(!cycle(r#""text":"a""#, r#""waitFor":"b""#));
    assert!(!cycle(r#""dir":"in""#, r#""text":"b""#));
    assert!(!cycle(r#""text":"a""#, r#""times":5"#));
    assert!(!cycle(r#""waitFor":"x","timeout":1,"onTimeout":"skip""#, r#""text":"b""#));
    assert!(cycle(r#""waitFor":"x","timeout":0,"onTimeout":"skip""#, r#""text":"b""#));
    // The label's own time is not time within the cycle.
    assert!(cycle(r#""ts":50"#, r#""ts":50"#));
    assert!(!cycle(r#""ts":50"#, r#""ts":51"#));
    // Times that go back let no time pass.
    assert!(cycle(r#""ts":50"#, r#""ts":20"#));
}

#[test]
fn an_in_line_is_no_wait_where_it_is_passed_over() {
    let cycle = "{\"label\":\"top\",\"dir\":\"in\"}\n{\"goto\":\"top\"}";
    assert!(!spins(cycle));
    assert!(spins(&format!("{{\"mockforge\":1,\"sync\":\"off\"}}\n{cycle}")));
}

#[test]
fn cycles_of_several_jumps_are_found() {
    let two = |ts: u64| {
        format!(
            "{{\"goto\":\"b\"}}\n{{\"label\":\"a\",\"text\":\"x\"}}\n{{\"ts\":{ts},\"goto\":\"b\"}}\n{{\"label\":\"b\",\"goto\":\"a\"}}"
        )
    };
    assert!(spins(&two(0)));
    assert!(!spins(&two(1)));
    // A bounded jump inside is used up again and again; what is left goes round.
    assert!(spins(
        "{\"label\":\"a\",\"text\":\"x\"}\n{\"goto\":\"b\",\"times\":3}\n{\"text\":\"y\"}\n{\"label\":\"b\",\"goto\":\"a\"}"
    ));
    assert!(!spins(
        "{\"label\":\"a\",\"text\":\"x\"}\n{\"goto\":\"b\",\"times\":3}\n{\"ts\":5}\n{\"label\":\"b\",\"goto\":\"a\"}"
    ));
}

#[test]
fn a_loop_needs_them_too() {
    let looped = |lines: &str| spins(&format!("{{\"mockforge\":1,\"onEnd\":\"loop\"}}\n{lines}"));
    assert!(looped(r#"{"text":"a"}"#));
    assert!(!looped(r#"{"ts":1,"text":"a"}"#));
    assert!(!looped("{\"text\":\"a\"}\n{\"ts\":1}"));
    assert!(!looped("{\"text\":\"a\"}\n{\"dir\":\"in\"}"));
    assert!(!looped(r#"{"text":"a","close":true}"#));
    assert!(looped("{\"goto\":\"x\"}\n{\"ts\":5}\n{\"label\":\"x\",\"ts\":5,\"text\":\"a\"}"));
}

#[test]
fn a_bounded_cycle_without_time_is_a_burst() {
    check(
        "{\"label\":\"a\",\"text\":\"x\"}\n{\"goto\":\"a\",\"times\":3}",
        &[],
        "0 > x | 0 > x | 0 > x | 0 > x",
    );
}

#[test]
fn a_part_that_is_jumped_to_has_times_of_its_own() {
    let source = r#"{"ts":100,"branch":[{"on":"a","goto":"a"},{"on":"b","goto":"b"}]}
{"label":"a","ts":0,"text":"a"}
{"ts":10,"text":"aa","close":true}
{"label":"b","ts":0,"text":"b"}
{"ts":10,"text":"bb"}"#;
    assert_eq!(mistakes(source), [""; 0]);
    let falls_through = source.replace(",\"close\":true", "");
    assert_eq!(
        mistakes(&falls_through),
        [
            ":4:19: warning: `ts` goes back from 10 to 0 (times count from the opening of the connection; this line is due at once)"
        ]
    );
}

#[test]
fn a_label_on_a_line_that_cannot_be_read_is_not_missed() {
    assert_eq!(mistakes("{\"label\":\"top\",\"text\":\"x\",}\n{\"ts\":5,\"goto\":\"top\"}").len(), 1);
    assert_eq!(mistakes("{\"label\":\"pot\",\"text\":\"x\",}\n{\"ts\":5,\"goto\":\"top\"}").len(), 2);
}

#[test]
fn lines_after_a_wait_that_may_be_skipped_are_reached() {
    assert_eq!(
        mistakes("{\"waitFor\":\"x\",\"timeout\":5,\"onTimeout\":\"skip\",\"close\":true}\n{\"text\":\"a\"}"),
        [""; 0]
    );
    assert_eq!(
        mistakes("{\"waitFor\":\"x\",\"timeout\":5,\"close\":true}\n{\"text\":\"a\"}"),
        [
            ":2: warning: this line is never reached (line 1 ends the connection or goes elsewhere, and no `goto` leads here)"
        ]
    );
}

#[test]
fn a_million_mistakes_are_no_more_than_a_thousand() {
    let source: String = (0..3_000)
        .map(|n| format!("{{\"ts\":{n},\"goto\":\"nowhere{n}\"}}\n{{\"label\":\"l{n}\",\"text\":}}\n"))
        .collect();
    let found = mistakes(&source);
    assert_eq!(found.len(), 1_001);
    assert!(found[1_000].contains("more mistakes are not shown"), "{}", found[1_000]);
}

/// The bounded jumps move the timeline so that nothing is ever later, which the compiler does not see; such
/// a script once sent without end at one instant.
#[test]
fn a_script_that_goes_round_without_time_is_stopped_while_it_is_played() {
    let source = r#"{"text":"{{seq}}","label":"a","ts":4}
{"text":"x","label":"c","ts":1}
{"goto":"a","times":2,"ts":0}
{"waitFor":"^w$","timeout":0,"onTimeout":"skip","text":"w","ts":4}
{"goto":"a","times":3,"ts":2}
{"goto":"c"}
"#;
    let script = compile(source, &Options::new("s.jsonl")).script.expect("the compiler does not see it");
    let mut sim = Sim::new(script.player());
    sim.advance(10);
    assert!(sim.is_over());
    let error = sim.facts().into_iter().find_map(|fact| match fact {
        Fact::Error { reason } => Some(reason.clone()),
        _ => None,
    });
    assert_eq!(error.as_deref(), Some("s.jsonl:6: the script goes round with neither a wait nor time"));
    assert!(sim.transcript().ends_with("4 x close 1011 the script goes round without end\n"));
}

/// Requests that come in one read are as many rounds at one instant, each with a wait.
#[test]
fn going_round_once_for_each_request_is_no_spin() {
    let source = "{\"label\":\"top\",\"waitFor\":\"^r\",\"text\":\"{{message}}\"}\n{\"goto\":\"top\"}\n";
    let script = compile(source, &Options::new("s.jsonl")).script.expect("it is good");
    let mut sim = Sim::new(script.player());
    for n in 0..5_000 {
        sim.receive(&format!("r{n}"));
    }
    assert_eq!(sim.sent().len(), 5_000);
    assert!(!sim.is_over());
}
