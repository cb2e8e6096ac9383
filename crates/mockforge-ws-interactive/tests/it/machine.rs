//! States, timers and guards on a simulated connection.

use mockforge_ws_core::Fact;
use mockforge_ws_interactive::GraphNotation;
use serde_json::json;

use crate::support::{sim, sims};

#[test]
fn the_contracts_login_works() {
    let rules = json!({
        "state": "anonymous",
        "vars": { "said": 0 },
        "rules": [
            { "on": "connect", "reply": { "json": { "type": "hello" } } },
            { "on": { "jsonpath": "$.type", "equals": "login" }, "in": "anonymous", "when": "size($.user) > 0",
              "to": "member", "set": { "user": "{{$.user}}" }, "join": "room:{{path.room}}",
              "reply": { "json": { "type": "welcome", "id": "{{$.id}}", "user": "{{state.user}}", "at": "{{machine}}" } } },
            { "on": { "jsonpath": "$.type", "equals": "say" }, "in": "member",
              "set": { "said": { "add": 1 } },
              "broadcast": { "to": "room:{{path.room}}", "except": "sender", "json": { "from": "{{state.user}}", "text": "{{$.text}}", "n": "{{state.said}}" } } },
        ],
        "default": { "reply": { "json": { "type": "error", "message": "unknown message" } } },
    });
    let [mut ada, mut bob] = sims(&rules);
    ada.receive(r#"{"type":"say","text":"too early"}"#).receive(r#"{"type":"login","user":"","id":1}"#);
    ada.receive(r#"{"type":"login","user":"ada","id":null}"#);
    bob.receive(r#"{"type":"login","user":"bob","id":"x"}"#);
    ada.receive(r#"{"type":"say","text":"hi"}"#).receive(r#"{"type":"say","text":"there"}"#);
    bob.collect();
    assert_eq!(
        ada.texts(),
        [
            r#"{"type":"hello"}"#,
            r#"{"type":"error","message":"unknown message"}"#,
            r#"{"type":"error","message":"unknown message"}"#,
            r#"{"type":"welcome","id":null,"user":"ada","at":"member"}"#,
        ]
    );
    assert_eq!(
        bob.texts(),
        [
            r#"{"type":"hello"}"#,
            r#"{"type":"welcome","id":"x","user":"bob","at":"member"}"#,
            r#"{"from":"ada","text":"hi","n":1}"#,
            r#"{"from":"ada","text":"there","n":2}"#,
        ]
    );
}

#[test]
fn states_have_entries_exits_timeouts_and_rules_of_their_own() {
    let rules = json!({
        "states": {
            "idle": { "enter": { "reply": "in idle" }, "exit": { "reply": "out of idle" },
                      "rules": [{ "on": "^go$", "to": "busy", "reply": "going" }] },
            "busy": { "enter": { "reply": "in busy" },
                      "timeout": { "after": "2s", "to": "idle", "reply": "too slow" },
                      "rules": [{ "on": { "every": "500ms" }, "reply": "still {{machine}}" },
                                { "on": "^done$", "to": "over" },
                                { "on": { "after": "700ms" }, "reply": "once" }] },
            "over": { "final": true, "enter": { "reply": "bye" } },
        },
        "rules": [{ "on": "^where$", "reply": "{{machine}}" }],
    });
    let mut sim = sim(&rules);
    sim.receive("done")
        .receive("where")
        .advance(100)
        .receive("go")
        .advance(3_000)
        .receive("go")
        .receive("done");
    assert_eq!(
        sim.transcript(),
        "0 > in idle\n0 < done\n0 < where\n0 > idle\n100 < go\n100 > out of idle\n100 > going\n100 > in busy\n\
         600 > still busy\n800 > once\n1100 > still busy\n1600 > still busy\n2100 > too slow\n2100 > in idle\n\
         3100 < go\n3100 > out of idle\n3100 > going\n3100 > in busy\n3100 < done\n3100 > bye\n3100 x close 1000\n"
    );
    let moved = sim.facts().iter().filter(|fact| matches!(fact, Fact::Moved { .. })).count();
    assert_eq!(moved, 4);
}

/// What `enter` says of the end was not heeded in the state in which a connection begins, and what `exit` says
/// nowhere.
#[test]
fn entries_and_exits_can_end_the_connection() {
    let check = |section, expected: &str| {
        let mut sim = sim(&section);
        sim.receive("go").receive("go");
        assert_eq!(sim.transcript(), expected, "{section}");
    };
    check(
        json!({ "state": "a", "states": { "a": { "enter": { "reply": "hi", "close": 4001 } } },
                "rules": [{ "on": "connect", "reply": "never" }] }),
        "0 > hi\n0 x close 4001\n",
    );
    check(
        json!({ "state": "a", "states": { "a": { "final": true } } , "rules": [{ "on": "connect", "reply": "never" }] }),
        "0 x close 1000\n",
    );
    check(
        json!({ "state": "a",
                "states": { "a": { "exit": { "reply": "bye", "abort": true } }, "b": { "enter": { "reply": "never" } } },
                "rules": [{ "on": "^go$", "to": "b", "reply": "never" }] }),
        "0 < go\n0 > bye\n0 x abort\n",
    );
}

#[test]
fn silence_and_the_clock_have_rules() {
    let rules = json!({ "rules": [
        { "on": { "idle": "1s" }, "reply": "are you there?" },
        { "on": { "every": "800ms" }, "times": 2, "reply": "tick" },
        { "on": { "after": "2500ms" }, "reply": "late", "close": { "code": 4008, "reason": "idle for {{elapsed}}" } },
        { "on": "x", "reply": "y" },
    ]});
    let mut sim = sim(&rules);
    sim.advance(500).receive("x").advance(1_200).receive("x").advance(5_000);
    assert_eq!(
        sim.transcript(),
        "500 < x\n500 > y\n800 > tick\n1500 > are you there?\n1600 > tick\n1700 < x\n1700 > y\n2500 > late\n\
         2500 x close 4008 idle for 2500\n"
    );
}

#[test]
fn what_becomes_true_fires_once_until_it_is_false_again() {
    let rules = json!({
        "vars": { "strikes": 0 },
        "rules": [
            { "on": "^strike$", "set": { "strikes": { "add": 1 } } },
            { "on": "^reset$", "set": { "strikes": 0 } },
            { "on": { "becomes": "state.strikes >= 2" }, "reply": "out at {{state.strikes}}" },
        ],
    });
    let mut sim = sim(&rules);
    for message in ["strike", "strike", "strike", "reset", "strike", "strike"] {
        sim.receive(message);
    }
    assert_eq!(sim.texts(), ["out at 2", "out at 2"]);
}

/// It was looked for once for all that was due together, or came as records of one message: what was true in
/// between was lost, and how late a tick was made a difference.
#[test]
fn what_is_true_for_a_moment_only_has_become_true() {
    let mut sim = sim(&json!({
        "vars": { "on": false },
        "split": "|",
        "rules": [
            { "on": { "becomes": "state.on" }, "reply": "it was on" },
            { "on": "^on$", "set": { "on": true }, "reply": "on" },
            { "on": "^off$", "set": { "on": false }, "reply": "off" },
            { "on": { "after": "1s" }, "set": { "on": true } },
            { "on": { "after": "1s" }, "set": { "on": false } },
        ],
    }));
    sim.receive("on|off|on").receive("off");
    assert_eq!(sim.texts(), ["on", "it was on", "off", "on", "it was on", "off"]);
    sim.advance(1_000);
    assert_eq!(sim.texts()[6..], ["it was on"]);
}

#[test]
fn rules_that_make_each_other_true_are_stopped() {
    let rules = json!({
        "vars": { "a": false },
        "rules": [
            { "on": "go", "set": { "a": true } },
            { "on": { "becomes": "state.a" }, "set": { "a": false } },
            { "on": { "becomes": "!state.a" }, "set": { "a": true } },
        ],
    });
    let mut sim = sim(&rules);
    sim.receive("go");
    assert!(
        sim.facts()
            .iter()
            .any(|fact| matches!(fact, Fact::Error { reason } if reason.contains("again and again")))
    );
}

#[test]
fn a_machine_of_a_route_is_one_for_all_its_connections() {
    let rules = json!({
        "scope": "route",
        "shared": { "players": [] },
        "states": {
            "waiting": { "rules": [
                { "on": "^join (.+)$", "set": { "shared.players": { "push": "{{capture.1}}" } }, "reply": "joined" },
                { "on": { "becomes": "size(shared.players) == 2" }, "to": "playing" },
            ]},
            "playing": { "enter": { "broadcast": { "to": "route", "json": { "players": "{{shared.players}}" } } },
                         "timeout": { "after": "1s", "to": "done", "broadcast": { "to": "route", "text": "time" } } },
            "done": { "final": true },
        },
        "rules": [{ "on": "^where$", "reply": "{{machine}}" }],
    });
    let [mut ada, mut bob] = sims(&rules);
    ada.receive("join ada").receive("where");
    bob.receive("join bob");
    ada.receive("where");
    assert_eq!(ada.texts(), ["joined", "waiting", r#"{"players":["ada","bob"]}"#, "playing"]);
    assert_eq!(bob.texts(), ["joined", r#"{"players":["ada","bob"]}"#]);
    ada.advance(1_000);
    assert!(ada.is_over());
    assert!(bob.collect().is_over());
    assert_eq!(bob.texts().last().map(String::as_str), Some("time"));
}

#[test]
fn a_message_that_no_rule_takes_says_which_would_have_elsewhere() {
    let check = |section, message: &str, expected: &str| {
        let mut sim = sim(&section);
        sim.receive(message);
        let near = sim.facts().iter().find_map(|fact| match fact {
            Fact::Unanswered { near } => near.clone(),
            _ => None,
        });
        assert_eq!(near.as_deref(), Some(expected), "{message}");
    };
    check(
        json!({ "state": "a", "rules": [{ "on": "^x$", "in": "b", "reply": "y", "name": "x in b" }, { "on": "^b$", "to": "b" }] }),
        "x",
        "x in b: matches, but only in b (the state is a)",
    );
    check(
        json!({ "rules": [{ "on": "$.user", "when": "size($.user) > 3", "reply": "y" }] }),
        r#"{"user":"ada"}"#,
        "rules[0]: matches, but size($.user) > 3: size($.user) is 3",
    );
    check(
        json!({ "rules": [{ "on": "connect", "reply": "x" }, { "on": "^a$", "reply": "b" }] }),
        "a b",
        "rules[1]: `^a$` did not match `a b`",
    );
}

#[test]
fn a_guard_that_fails_is_a_fact_and_no_more() {
    let mut sim = sim(&json!({ "rules": [
        { "on": "hi", "when": "$.user == 'ada'", "reply": "never", "name": "guarded" },
        { "on": "hi", "reply": "hello" },
    ]}));
    sim.receive("hi");
    assert_eq!(sim.texts(), ["hello"]);
    let failed =
        sim.facts().iter().any(|fact| matches!(fact, Fact::GuardFailed { rule, .. } if **rule == *"guarded"));
    assert!(failed, "{:?}", sim.facts());
}

#[test]
fn time_outs_of_no_time_that_lead_round_end_the_connection() {
    let mut sim = sim(&json!({ "states": {
        "a": { "timeout": { "after": "0ms", "to": "b" } },
        "b": { "timeout": { "after": "0ms", "to": "a" } },
    } }));
    // Each time that there is room again it goes on, and so to its end.
    while !sim.is_over() {
        sim.advance(0);
    }
    assert_eq!(sim.transcript(), "0 x close 1011 the mock's rules go round\n");
}

/// A message that moves the machine and is passed on is not the next state's to answer.
#[test]
fn the_rules_of_a_state_are_asked_about_what_came_in_it() {
    let mut sim = sim(&json!({ "states": {
        "a": { "rules": [{ "on": "^go$", "to": "b", "stop": false }] },
        "b": { "rules": [{ "on": "^go$", "reply": "again" }] },
    }, "rules": [{ "on": "^go$", "in": "b", "reply": "from a to b" }] }));
    sim.receive("go").receive("go");
    assert_eq!(sim.texts(), ["from a to b", "again"]);
}

#[test]
fn the_machine_can_be_drawn() {
    let rules = crate::support::compile(&json!({
        "states": {
            "out": { "timeout": { "after": "5s", "to": "the end" } },
            "in": {},
            "the end": { "final": true },
        },
        "rules": [
            { "on": { "jsonpath": "$.type", "equals": "login" }, "in": "out", "when": "size($.user) > 0", "to": "in" },
            { "on": { "sequence": [{ "exact": "a;" }, "^b$"], "within": "5s" }, "in": "in", "to": "out" },
            { "on": "^quit$", "times": 2, "to": "the end" },
        ],
    }));
    let mermaid = rules.graph(GraphNotation::Mermaid).expect("there is a machine");
    assert_eq!(
        mermaid,
        "stateDiagram-v2\n  state \"out\" as s0\n  state \"in\" as s1\n  state \"the end\" as s2\n  \
         state \"any state\" as any\n  [*] --> s0\n  s0 --> s1 : $.type is login [size($.user) #62; 0]\n  \
         s1 --> s0 : a#59;, then ^b$ within 5s\n  any --> s2 : ^quit$ ×2\n  s0 --> s2 : after 5s\n  s2 --> [*]\n"
    );
    let dot = rules.graph(GraphNotation::Dot).expect("there is a machine");
    assert!(dot.contains("s0 -> s1 [label=\"$.type is login [size($.user) > 0]\"];"), "{dot}");
    assert!(
        crate::support::compile(&json!({ "rules": [{ "on": "x", "reply": "y" }] }))
            .graph(GraphNotation::Dot)
            .is_none()
    );
}
