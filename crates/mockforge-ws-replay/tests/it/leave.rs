//! A client that leaves: what it has left undone.

use crate::{Client, Pass, Say, noted, run, script};

/// The line, the pattern and the near miss of the wait that was left unmet.
fn left(source: &str, client: &[Client]) -> Option<(u32, String, Option<String>)> {
    use mockforge_ws_core::{Fact, WaitOutcome};
    let mut sim = run(&script(source), client);
    sim.leave();
    sim.facts().into_iter().find_map(|fact| match fact {
        Fact::WaitUnmet { step, wanted, near, outcome: WaitOutcome::Left } => {
            Some((step.line, wanted.clone(), near.clone()))
        }
        _ => None,
    })
}

#[test]
fn a_pending_wait_is_unmet_with_its_near_miss() {
    let source = r#"{"waitFor":{"jsonpath":"$.symbol","equals":"AAPL"}}"#;
    let (line, _, near) = left(source, &[Say("hm"), Say(r#"{"symbol":"aapl"}"#), Say(r#"{"x":1}"#)]).unwrap();
    assert_eq!((line, near.as_deref()), (1, Some("$.symbol: wanted AAPL, got aapl")));
    assert_eq!(left(source, &[Say(r#"{"symbol":"AAPL"}"#)]), None);
    assert_eq!(left(source, &[]).unwrap().2, None);
}

#[test]
fn a_wait_that_is_still_to_come_is_unmet() {
    let source = r#"{"ts":100,"text":"later"}
{"ts":200,"text":"goes","goto":"far"}
{"label":"far","waitFor":"^x$"}"#;
    assert_eq!(left(source, &[]), Some((3, "^x$".into(), None)));
    assert_eq!(left(source, &[Pass(150)]), Some((3, "^x$".into(), None)));
    assert_eq!(left(source, &[Say("x"), Pass(300)]), None);
}

#[test]
fn an_in_line_is_unmet_too() {
    assert_eq!(left(r#"{"dir":"in","text":"hi"}"#, &[]), Some((1, "any message, such as `hi`".into(), None)));
    assert_eq!(
        left(r#"{"dir":"in","timeout":9,"json":{"a":"{{uuid}}"}}"#, &[]).unwrap().1,
        "any message, such as `{\"a\":\"{{uuid}}\"}`"
    );
}

#[test]
fn an_early_met_wait_is_not_unmet() {
    let source = "{\"ts\":100,\"waitFor\":\"x\",\"text\":\"a\"}\n{\"ts\":150,\"text\":\"b\"}";
    assert_eq!(left(source, &[Say("x")]), None);
    let more = "{\"ts\":100,\"waitFor\":\"x\",\"text\":\"a\"}\n{\"waitFor\":\"y\"}";
    assert_eq!(left(more, &[Say("x")]).unwrap().0, 2);
}

#[test]
fn a_wait_of_a_cycle_that_was_met_once_is_not_unmet() {
    let source = "{\"label\":\"top\",\"waitFor\":\"^ping$\",\"text\":\"pong\"}\n{\"goto\":\"top\"}";
    assert_eq!(left(source, &[]).unwrap().0, 1);
    assert_eq!(left(source, &[Say("ping"), Say("ping")]), None);
    let looped = "{\"mockforge\":1,\"onEnd\":\"loop\"}\n{\"waitFor\":\"a\"}\n{\"waitFor\":\"b\"}";
    assert_eq!(left(looped, &[Say("a")]).unwrap().0, 3);
    assert_eq!(left(looped, &[Say("a"), Say("b"), Say("a")]), None);
}

#[test]
fn a_branch_names_all_that_it_waited_for() {
    let source = "{\"branch\":[{\"on\":\"^a$\",\"goto\":\"x\"},{\"on\":\"^b$\",\"goto\":\"x\"}]}\n{\"label\":\"x\",\"text\":\"x\"}";
    assert_eq!(left(source, &[]).unwrap().1, "^a$ or ^b$");
}

#[test]
fn a_server_that_goes_away_blames_nobody() {
    let mut sim = run(&script(r#"{"waitFor":"x"}"#), &[]);
    sim.shutdown().leave();
    assert_eq!(noted(&sim), [""; 0]);
}

#[test]
fn after_the_scripts_own_end_nothing_is_unmet() {
    assert_eq!(left("{\"text\":\"a\",\"close\":true}", &[Pass(1)]), None);
    assert_eq!(left("{\"waitFor\":\"x\",\"timeout\":5}\n{\"waitFor\":\"y\"}", &[Pass(9)]), None);
}
