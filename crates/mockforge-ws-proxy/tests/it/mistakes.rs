//! What is wrong with rules, all at once, each with its place and a hint.

use mockforge_ws_diagnostic::Key;
use mockforge_ws_proxy::Rules;
use serde_json::{Value, json};

/// A section, and how what is told of it begins: the way, the message and the hint.
#[track_caller]
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

#[track_caller]
fn rule(rule: &Value, expected: &str) {
    check(&json!({ "rules": [rule] }), &[&format!("/rules/0{expected}")]);
}

#[test]
fn the_shape_of_the_section() {
    check(
        &json!({ "otherwise": "drop" }),
        &[" `otherwise` says what becomes of messages that no rule takes: `rules` is missing"],
    );
    check(&json!({ "rules": {} }), &["/rules `rules` is a list of rules, found a mapping"]);
    check(
        &json!({ "otherwise": "drp", "rules": [7, []] }),
        &[
            "/otherwise `otherwise` is `forward` or `drop` (did you mean `drop`?)",
            "/rules/0 this is an object with `on` and an action such as `answer`, found a number",
            "/rules/1 this is an object",
        ],
    );
    // The section's other keys are somebody else's.
    assert_eq!(
        Rules::compile(&json!({ "upstream_url": 7, "rules": [] }), &Default::default()).unwrap().len(),
        0
    );
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    check(
        &json!({ "otherwise": 1, "rules": [
            { "on": "(", "answer": "{{uid}}", "replay": 1 },
            { "from": "server", "on": "a", "answer": [{ "text": "a", "hex": "00" }, { "after": "soon", "text": "x" }, 7] },
            { "on": "b", "inject": { "when": "later", "hex": "0g" } },
            { "on": "c", "replace": { "set": { "price": 1, "$.a": "{{nope}}" }, "remove": ["$", "a"] } },
        ]}),
        &[
            "/otherwise `otherwise` is `forward` or `drop`",
            "/rules/0/replay unknown key `replay` (did you mean `replace`?)",
            "/rules/0/on regex, column 1: this group is never closed",
            "/rules/0/answer no such helper or value `uid` (did you mean `uuid`?)",
            "/rules/1/from `from` is `client` or `upstream` (did you mean `upstream`?)",
            "/rules/1/answer/0 an answer has one of `text`, `json`, `base64` and `hex`",
            "/rules/1/answer/1/after `after` is a time with its unit (for example `50ms`, `2s` or `1m`)",
            "/rules/1/answer/2 this is a text, or an object with",
            "/rules/2/inject `inject` says to whom: `to` (`to: client` or `to: upstream`)",
            "/rules/2/inject/when `when` is `before` or `after`",
            "/rules/2/inject/hex `g` is no hexadecimal digit",
            "/rules/3/replace/set/price no JSONPath: ",
            "/rules/3/replace/set/$.a no such helper or value `nope`",
            "/rules/3/replace/remove/0 `$` is the whole message (to pass nothing on, write `drop: true`)",
            "/rules/3/replace/remove/1 no JSONPath: ",
        ],
    );
}

#[test]
fn keys_and_values_of_a_rule() {
    rule(
        &json!({ "on": "x", "reply": "y", "drop": true }),
        "/reply unknown key `reply` (did you mean `answer`?)",
    );
    rule(
        &json!({ "on": "x", "anwser": "y", "drop": true }),
        "/anwser unknown key `anwser` (did you mean `answer`?)",
    );
    rule(
        &json!({ "on": "x" }),
        " a rule does something: `answer`, `drop`, `replace`, `delay`, `inject`, `close`, `forward` (to pass a message as it is, write `forward: true`)",
    );
    rule(&json!({ "on": "x", "drop": false }), "/drop `drop` is `true`");
    rule(
        &json!({ "on": "x", "forward": false }),
        "/forward `forward` is `true` (to pass nothing on, write `drop: true`)",
    );
    rule(&json!({ "on": "x", "drop": true, "times": 0 }), "/times `times` is a whole number from 1");
    rule(
        &json!({ "on": "x", "drop": true, "probability": 5 }),
        "/probability `probability` is a probability from 0 to 1 (5 percent is 0.05)",
    );
    rule(&json!({ "on": "x", "drop": true, "name": 1 }), "/name `name` is a text, found a number");
    rule(
        &json!({ "on": "x", "replace": "y", "stop": "no" }),
        "/stop `stop` is `true` or `false`, found a text",
    );
    rule(
        &json!({ "on": "x", "delay": 50 }),
        "/delay `delay` is a time with its unit (write the unit: `50ms` or `50s`)",
    );
    rule(
        &json!({ "on": "x", "delay": "80ms..20ms" }),
        "/delay `delay` is the shorter time first, then the longer one (write `20ms..80ms`)",
    );
    rule(&json!({ "on": "x", "delay": "0s" }), "/delay `delay` is longer than nothing");
    rule(
        &json!({ "on": "x", "delay": "20..80ms" }),
        "/delay `delay` is a time with its unit (for example `50ms`, or `20ms..80ms`",
    );
    rule(&json!({ "on": "x", "close": 1005 }), "/close the close code 1005 is reserved");
    rule(
        &json!({ "on": "x", "close": "now" }),
        "/close this is `true`, a code, or an object with `code` and `reason`, found a text",
    );
    rule(
        &json!({ "on": "x", "close": { "code": 70000 } }),
        "/close/code a close code is a number from 1000 to 4999",
    );
    rule(&json!({ "on": "x", "close": { "reason": 1 } }), "/close/reason `reason` is a text");
    rule(
        &json!({ "on": "x", "answer": [] }),
        "/answer `answer` is a message, or a list of some (to pass nothing on and say nothing, write `drop: true`)",
    );
    rule(&json!({ "on": "x", "inject": [] }), "/inject `inject` is a message with `to`");
    rule(
        &json!({ "on": "x", "inject": "hi" }),
        "/inject this is an object with `to` and a message, found a text",
    );
    rule(&json!({ "on": "x", "inject": { "to": "client" } }), "/inject what is injected has one of");
    rule(
        &json!({ "on": "x", "inject": { "to": "server", "text": "a" } }),
        "/inject/to `to` is `client` or `upstream` (did you mean `upstream`?)",
    );
}

#[test]
fn replacements() {
    let replace = |replace: Value, expected: &str| {
        rule(&json!({ "on": "x", "replace": replace }), &format!("/replace{expected}"));
    };
    replace(json!({}), " `replace` has a message, `set`, `remove`, `merge` or `regex`");
    replace(json!(7), " this is a text, or an object");
    replace(
        json!({ "text": "a", "set": { "$.a": 1 } }),
        " `replace` is another message (`text`, `json`, `base64`, `hex`), or edits",
    );
    replace(json!({ "text": "a", "hex": "00" }), " `replace` has one of `text`, `json`, `base64` and `hex`");
    replace(json!({ "set": {} }), "/set `set` is a mapping of JSONPaths to values (for example");
    replace(json!({ "set": ["$.a"] }), "/set `set` is a mapping");
    replace(json!({ "set": { "$.a b": 1 } }), "/set/$.a b no JSONPath: ");
    replace(json!({ "remove": [] }), "/remove `remove` is a JSONPath, or a list of some");
    replace(json!({ "remove": [1] }), "/remove/0 `remove`, a JSONPath, is a text");
    replace(json!({ "merge": { "a": "{{uid}}" } }), "/merge/a no such helper or value `uid`");
    replace(json!({ "regex": "a" }), " `regex` says what is replaced, and `with` by what: one is missing");
    replace(json!({ "regex": "(", "with": "b" }), "/regex no regex: unclosed group");
    replace(json!({ "regex": "a", "with": "$1" }), "/with the regex has no group `1`");
    replace(
        json!({ "regex": "a", "with": "b", "regx": 1 }),
        "/regx unknown key `regx` (did you mean `regex`?)",
    );
}

#[test]
fn spans_are_bytes_of_the_text() {
    let section = json!({ "rules": [
        { "on": "a", "replace": { "remove": "$.é é" } },
        { "on": "b", "replace": { "regex": "(b)", "with": "$1 {{uid}}" } },
    ]});
    let problems = Rules::compile(&section, &Default::default()).expect_err("there are mistakes");
    let spans: Vec<_> = problems.iter().map(|problem| problem.span.clone()).collect();
    assert_eq!(spans, [Some(5..7), Some(5..8)]);
}

#[test]
fn contradictions() {
    rule(
        &json!({ "drop": true, "answer": "x" }),
        " there is both `drop` and `answer`, and what is answered is not passed on either (leave `drop` away)",
    );
    rule(&json!({ "drop": true, "replace": "x" }), " there is both `drop` and `replace`");
    rule(&json!({ "drop": true, "forward": true }), " there is both `drop` and `forward`");
    rule(
        &json!({ "drop": true, "delay": "1s" }),
        " there is both `drop` and `delay`, and nothing is left to wait",
    );
    rule(
        &json!({ "drop": true, "inject": { "to": "client", "text": "x" } }),
        " there is both `drop` and `inject`",
    );
    rule(&json!({ "drop": true, "close": true }), " there is both `drop` and `close`");
    rule(
        &json!({ "answer": "x", "replace": "y" }),
        " there is both `answer` and `replace`, and what is answered is not passed on (to send something back beside it, use `inject`)",
    );
    rule(&json!({ "answer": "x", "forward": true }), " there is both `answer` and `forward`");
    rule(&json!({ "forward": true, "replace": "x" }), " there is both `forward` and `replace`");
    rule(&json!({ "drop": true, "stop": false }), " `stop: false` has no effect beside `drop`");
    rule(&json!({ "answer": "x", "stop": false }), " `stop: false` has no effect beside `answer`");
    rule(&json!({ "close": true, "stop": false }), " `stop: false` has no effect beside `close`");
    rule(&json!({ "forward": true, "stop": false }), " there is both `forward` and `stop: false`");
    rule(
        &json!({ "close": true, "answer": { "text": "x", "after": "1s" } }),
        " the connection is closed before an answer with `after` is sent",
    );
    // These go together.
    for rule in [
        json!({ "replace": "x", "delay": "1s", "inject": { "to": "client", "text": "y" }, "stop": false }),
        json!({ "answer": "x", "delay": "1s", "inject": { "to": "upstream", "text": "y" } }),
        json!({ "forward": true, "delay": "1s..2s", "close": 4000 }),
        json!({ "replace": "x", "close": true, "stop": false }),
    ] {
        assert!(Rules::compile(&json!({ "rules": [rule] }), &Default::default()).is_ok(), "{rule}");
    }
}

#[test]
fn rules_that_can_never_fire() {
    let shadowed =
        " this rule can never fire: `rules[0]` takes all that it would take (put the narrower one first";
    let check = |first: Value, second: Value, is_shadowed: bool| {
        let section = json!({ "rules": [first, second] });
        match is_shadowed {
            true => check(&section, &[&format!("/rules/1{shadowed}")]),
            false => assert!(Rules::compile(&section, &Default::default()).is_ok(), "{section}"),
        }
    };
    check(json!({ "drop": true }), json!({ "on": "a", "forward": true }), true);
    check(json!({ "drop": true }), json!({ "forward": true }), true);
    check(json!({ "on": "$.a", "drop": true }), json!({ "on": "$.a.b", "forward": true }), true);
    check(
        json!({ "on": "$.a", "drop": true }),
        json!({ "from": "client", "on": "$.a.b", "forward": true }),
        true,
    );
    check(json!({ "on": "a", "drop": true }), json!({ "forward": true }), false);
    check(json!({ "from": "client", "drop": true }), json!({ "on": "a", "forward": true }), false);
    check(json!({ "drop": true, "times": 1 }), json!({ "on": "a", "forward": true }), false);
    check(json!({ "drop": true, "probability": 0.5 }), json!({ "on": "a", "forward": true }), false);
    check(json!({ "replace": "x", "stop": false }), json!({ "on": "a", "forward": true }), false);
}
