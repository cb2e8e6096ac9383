//! What is wrong with rules, all at once, each with its place and a hint.

use mockforge_ws_diagnostic::Key;
use mockforge_ws_interactive::Rules;
use serde_json::{Value, json};

/// A section, and how what is told of it begins: the way, the message and the hint.
fn check(section: &Value, expected: &[&str]) {
    let problems = Rules::compile(section, &Default::default()).expect_err("there are mistakes");
    let told: Vec<String> = problems
        .iter()
        .map(|problem| {
            let place = |key: &Key| match key {
                Key::Name(name) => format!("/{name}"),
                Key::Index(index) => format!("/{index}"),
            };
            format!("{} {problem}", problem.path.iter().map(place).collect::<String>())
        })
        .collect();
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\nshould begin with\n{expected}");
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
}

/// A single rule beside one that goes to the states `a` and `b`.
fn rule(rule: &Value, expected: &str) {
    let section = json!({
        "state": "a",
        "vars": { "n": 0, "list": [] },
        "rules": [rule, { "on": "^to b$", "in": "a", "to": "b" }, { "on": "^to a$", "in": "b", "to": "a" }, { "on": "^start$", "start": "s" }],
        "streams": { "s": { "every": "1s", "text": "x" } },
    });
    check(&section, &[&format!("/rules/0{expected}")]);
}

#[test]
fn the_shape_of_the_section() {
    check(&json!([]), &[" this is an object with `rules`"]);
    check(&json!({}), &[" `interactive` needs `rules`"]);
    check(
        &json!({ "rules": {}, "scope": "rooms", "split": "", "vars": 1, "default": {}, "varz": 1 }),
        &[
            "/varz unknown key `varz` (did you mean `vars`?)",
            "/scope `scope` is `connection`, `room` or `route` (did you mean `room`?)",
            "/split `split` is the text between two messages and not empty",
            "/vars this is a mapping of names to values, found a number",
            "/default a rule without `reply` or another action does nothing (to take a message and say nothing, write `reply: []`)",
            "/rules `rules` is a list of rules",
        ],
    );
    check(
        &json!({ "scope": "room", "shared": { "n": 0 }, "rules": [{ "on": "x", "reply": "{{shared.n}}" }] }),
        &["/scope `scope: room` needs `room`, the room that a connection joins when it opens"],
    );
    check(
        &json!({ "scope": "route", "rules": [{ "on": "x", "reply": "y" }] }),
        &["/scope `scope` has no effect: there are neither states nor `shared` variables"],
    );
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    check(
        &json!({ "rules": 1, "defualt": {} }),
        &["/defualt unknown key `defualt` (did you mean `default`?)", "/rules `rules` is a list of rules"],
    );
    check(
        &json!({ "rules": [
            { "reply": "a" },
            { "on": "a" },
            { "on": "a", "reply": "{{uid}}", "replay": 1 },
            { "on": "a", "reply": [{ "text": "a", "hex": "00" }, { "after": "soon", "text": "x" }, 7] },
            { "on": "disconnect", "broadcast": { "to": "lobby", "text": "a" }, "when": "stat.x" },
            { "on": "a", "reply": { "hex": "0g" } },
        ]}),
        &[
            "/rules/0 a rule needs `on`",
            "/rules/1 a rule without `reply` or another action does nothing",
            "/rules/2/replay unknown key `replay` (did you mean `reply`?)",
            "/rules/2/reply ",
            "/rules/3/reply/0 a reply has one of",
            "/rules/3/reply/1/after `after` is a time with its unit",
            "/rules/3/reply/2 this is a text, or an object",
            "/rules/4/when no such name `stat` (did you mean `state`?)",
            "/rules/4/broadcast/to `lobby` is no room (write `room:lobby`)",
            "/rules/5/reply/hex ",
        ],
    );
}

#[test]
fn keys_and_values_of_a_rule() {
    rule(&json!({ "reply": "x" }), " a rule needs `on`");
    rule(
        &json!({ "on": "x", "send": "y", "reply": "z" }),
        "/send unknown key `send` (did you mean `reply`?)",
    );
    rule(&json!({ "on": "x", "if": "true", "reply": "z" }), "/if unknown key `if` (did you mean `when`?)");
    rule(&json!({ "on": "x", "in": "bb", "reply": "z" }), "/in no such state `bb` (there are `a`, `b`)");
    rule(&json!({ "on": "x", "in": [], "reply": "z" }), "/in `in` names at least one state");
    rule(&json!({ "on": "x", "times": 0, "reply": "z" }), "/times `times` is a whole number from 1");
    rule(
        &json!({ "on": "x", "when": "state.n + 1", "reply": "z" }),
        "/when a guard gives true or false, this gives a",
    );
    rule(&json!({ "on": "x", "when": "state.m > 1", "reply": "z" }), "/when no such name `state.m`");
    rule(&json!({ "on": "x", "when": "state.n + 'a' == 'b'", "reply": "z" }), "/when ");
    rule(&json!({ "on": "x", "reply": "{{state.m}}" }), "/reply nothing sets `state.m`");
    rule(&json!({ "on": "(", "reply": "z" }), "/on regex, column 1: this group is never closed");
    rule(
        &json!({ "on": { "idle": 5 }, "reply": "z" }),
        "/on/idle `idle` is a time with its unit (write the unit: `5ms` or `5s`)",
    );
    rule(&json!({ "on": { "every": "0s" }, "reply": "z" }), "/on/every `every` is longer than nothing");
    rule(
        &json!({ "on": { "sequence": ["a"] }, "reply": "z" }),
        "/on/sequence `sequence` is a list of two patterns or more",
    );
    rule(&json!({ "on": { "sequence": ["a", "b"], "by": "id" }, "reply": "z" }), "/on/by `by` is a JSONPath");
    rule(&json!({ "on": { "count": 3 }, "reply": "z" }), "/on `count` needs `of`");
    rule(
        &json!({ "on": { "count": "3 per 1s", "of": "x" }, "reply": "z" }),
        "/on/count `count` is a whole number from 1, or a text",
    );
    rule(&json!({ "on": { "absent": "x" }, "reply": "z" }), "/on `absent` needs `for`");
    rule(
        &json!({ "on": { "sequence": ["a", "b"], "witin": "5s" }, "reply": "z" }),
        "/on/witin unknown key `witin` (did you mean `within`?)",
    );
    rule(&json!({ "on": { "becomes": "1 + 1" }, "reply": "z" }), "/on/becomes a guard gives true or false");
}

#[test]
fn actions() {
    rule(&json!({ "on": "x" }), " a rule without `reply` or another action does nothing");
    rule(&json!({ "on": "x", "to": "c d", "reply": [], "in": "c" }), "/in no such state `c`");
    rule(&json!({ "on": "x", "close": 1005 }), "/close the close code 1005 is reserved");
    rule(&json!({ "on": "x", "close": "now" }), "/close `close` is `true`, a code, or an object");
    rule(&json!({ "on": "x", "close": true, "abort": true }), " there is both `close` and `abort`");
    rule(&json!({ "on": "x", "join": "lobby" }), "/join `lobby` is no room (write `room:lobby`)");
    rule(&json!({ "on": "x", "join": { "key": "k" } }), "/join `join` names a `room`");
    rule(&json!({ "on": "x", "leave": "route" }), "/leave nobody can join or leave `route`");
    rule(&json!({ "on": "x", "broadcast": { "text": "t" } }), "/broadcast a broadcast says to whom: `to`");
    rule(
        &json!({ "on": "x", "broadcast": { "to": "route" } }),
        "/broadcast a broadcast has one of `text`, `json`",
    );
    rule(
        &json!({ "on": "x", "broadcast": { "to": "route", "text": "t", "except": "me" } }),
        "/broadcast/except `except` is `sender`",
    );
    rule(&json!({ "on": "x", "start": "tick" }), "/start no such stream `tick` (there are `s`)");
    rule(&json!({ "on": "x", "stop": {} }), "/stop `stop` says which `stream` or which `key`");
    rule(&json!({ "on": "x", "set": [] }), "/set `set` is a mapping of variables to values");
    rule(&json!({ "on": "x", "set": { "n": { "expr": "state.n +" } } }), "/set/n/expr ");
    rule(&json!({ "on": "x", "set": { "a..b": 1 } }), "/set/a..b `a..b` is no way to a variable");
    rule(&json!({ "on": "x", "set": { "n": { "unset": 1 } } }), "/set/n/unset `unset` is `true`");
    rule(
        &json!({ "on": "x", "reply": { "text": "a", "after": 5 } }),
        "/reply/after `after` is a time with its unit",
    );
    rule(
        &json!({ "on": "x", "reply": { "text": "a", "close": true } }),
        "/reply a part of a reply is one message, or one of",
    );
    rule(
        &json!({ "on": "x", "reply": { "text": "a", "repeat": { "count": 2 } } }),
        "/reply/repeat `repeat` says how often: `every`",
    );
    rule(
        &json!({ "on": "x", "reply": { "sequence": [] } }),
        "/reply/sequence `sequence` is a list of replies",
    );
    rule(
        &json!({ "on": "x", "reply": { "weighted": [{ "text": "a" }] } }),
        "/reply/weighted/0 each of `weighted` has a `weight`",
    );
    rule(
        &json!({ "on": "x", "reply": { "ping": "x", "text": "y" } }),
        "/reply a part of a reply is one message",
    );
}

#[test]
fn states_and_streams() {
    check(
        &json!({ "states": {
            "a": { "entr": {}, "enter": { "to": "b" }, "timeout": { "to": "b" } },
            "b": { "final": "yes", "rules": [{ "on": "x", "in": "a", "reply": "y" }] },
        }, "rules": [{ "on": "q", "to": "bb" }] }),
        &[
            "/states/a/entr unknown key `entr` (did you mean `enter`?)",
            "/states/a/enter/to `to` cannot stand in `enter`",
            "/states/a/timeout a timeout says when: `after`",
            "/states/b/final `final` is `true` or `false`, found a text",
            "/states/b/rules/0/in `in` has no effect in the rules of a state",
            "/rules/0/to no such state `bb` (there are `a`, `b`)",
        ],
    );
    check(
        &json!({ "rules": [{ "on": "x", "start": "s" }], "streams": {
            "s": { "text": "x", "loop": true, "gap": 2, "end": { "reply": "over" } },
            "t": { "every": "1s", "rows": "prices.csv", "txt": "y" },
        } }),
        &[
            "/streams/s a stream says how often: `every`",
            "/streams/s `loop` has no effect without `rows`",
            "/streams/s/gap `gap` is a probability from 0 to 1",
            "/streams/s `end` has no effect: the stream has no last message",
            "/streams/t/txt unknown key `txt` (did you mean `text`?)",
            "/streams/t a stream has one of `text`, `json`",
            "/streams/t/rows rows can't be read from a file here",
        ],
    );
}

/// Mistakes that only show when all rules are seen together.
#[test]
fn what_can_never_happen() {
    let never = |rules: Value, expected: &[&str]| check(&json!({ "state": "a", "rules": rules }), expected);
    never(
        json!([{ "on": "^hi$", "reply": "x" }, { "on": "^hi$", "reply": "y" }]),
        &["/rules/1 this rule can never fire: `rules[0]` takes all that it would take"],
    );
    never(
        json!([{ "on": { "jsonpath": "$.t" }, "reply": "x", "name": "all" }, { "on": { "jsonpath": "$.t", "equals": 1 }, "reply": "y" }]),
        &["/rules/1 this rule can never fire: `all` takes"],
    );
    never(
        json!([{ "on": "connect", "reply": "x" }, { "on": "connect", "reply": "y" }]),
        &["/rules/1 this rule can never fire"],
    );
    check(
        &json!({ "states": { "a": { "rules": [{ "on": "^x$", "to": "b" }] }, "b": {}, "c": { "rules": [{ "on": "^y$", "to": "a" }] } } }),
        &[
            "/states/c nothing leads to the state `c`",
            "/states/c/rules/0 this rule can never fire: `c` is never entered",
        ],
    );
    check(
        &json!({ "states": { "a": { "rules": [{ "on": "^x$", "to": "b" }] }, "b": { "final": true } }, "rules": [{ "on": "^z$", "in": "b", "reply": "w" }] }),
        &["/rules/0 this rule can never fire: `b` is final"],
    );
    check(
        &json!({ "rules": [{ "on": "^x$", "in": "a", "to": "a" }] }),
        &["/rules/0 there are states and no start state (write `state: a`, say)"],
    );
    check(
        &json!({ "rules": [{ "on": "^x$", "reply": "y" }], "streams": { "s": { "every": "1s", "text": "t" } } }),
        &["/streams/s nothing starts the stream `s` (give a rule `start: s`)"],
    );
    // What is not certain is let pass.
    for rules in [
        json!([{ "on": "^hi$", "when": "true", "reply": "x" }, { "on": "^hi$", "reply": "y" }]),
        json!([{ "on": "^hi$", "times": 1, "reply": "x" }, { "on": "^hi$", "reply": "y" }]),
        json!([{ "on": "^hi$", "stop": false, "reply": "x" }, { "on": "^hi$", "reply": "y" }]),
        json!([{ "on": "^hi$", "in": "a", "to": "b" }, { "on": "^hi$", "in": "b", "to": "a" }]),
        json!([{ "on": "connect", "in": "a", "to": "b" }, { "on": "connect", "reply": "y" }]),
    ] {
        assert!(
            Rules::compile(&json!({ "state": "a", "rules": rules }), &Default::default()).is_ok(),
            "{rules}"
        );
    }
}
