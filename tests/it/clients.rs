//! The spec's scripts, and every kind of ending, served to clients that others wrote.

use std::path::Path;

use regex::Regex;
use serde_json::{Value, json};

use crate::mockforge::Serving;
use crate::peer::Peer;

/// Serves a script to each installed client and compares what came, event by event, with regexes.
fn check(script: &str, steps: &Value, subprotocols: &[&str], expected: &[&str]) {
    for peer in Peer::installed() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("script.jsonl"), script).expect("it is writable");
        let server = Serving::start(directory.path(), &["script.jsonl", "--journal", "journal.jsonl"]);
        let events = peer.run(&server.url, steps, subprotocols);
        let shown: Vec<String> = events.iter().map(Value::to_string).collect();
        assert_eq!(shown.len(), expected.len(), "{peer:?} saw {shown:#?}");
        for (shown, expected) in shown.iter().zip(expected) {
            let regex = Regex::new(&format!("^{expected}$")).expect("the test's regex is good");
            assert!(regex.is_match(shown), "{peer:?} saw {shown}, expected {expected}");
        }
        let (code, stderr) = server.terminate();
        assert_eq!(code, Some(0), "{stderr}");
        schedule_kept(directory.path());
    }
}

/// In the server's own journal no message leaves before it was due: the scripts here wait for nothing after
/// the first message of the client, so a line's time is a lower bound.
fn schedule_kept(directory: &Path) {
    let journal = std::fs::read_to_string(directory.join("journal.jsonl")).expect("the journal is there");
    let facts: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(facts.first().expect("facts")["fact"], "opened");
    assert_eq!(facts.last().expect("facts")["fact"], "closed");
    for fact in facts.iter().filter(|fact| fact["fact"] == "sent") {
        let due =
            fact["text"].as_str().and_then(|text| text.split("due ").nth(1)?.split('"').next()?.parse().ok());
        let at = fact["at"].as_f64().expect("a time");
        assert!(due.is_none_or(|due: f64| at >= due), "left at {at}: {fact}");
    }
}

const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

#[test]
fn the_specs_replay_script() {
    let script = r#"{"ts":0,"dir":"out","text":"HELLO {{uuid}}","waitFor":"^CLIENT_READY$"}
{"ts":10,"dir":"out","text":"{\"type\":\"welcome\",\"sessionId\":\"{{uuid}}\"}"}
{"ts":20,"dir":"out","text":"{\"data\":{{randInt 1 100}}}","waitFor":"^ACK$"}
"#;
    let steps = json!([
        { "send": "XCLIENT_READY" }, { "send": "CLIENT_READY" }, { "recv": 2 }, { "send": "ACK" }, { "recv": 3 },
        { "close": [1000, "bye"] },
    ]);
    check(
        script,
        &steps,
        &[],
        &[
            r#"\{"open":null\}"#,
            &format!(r#"\{{"text":"HELLO {UUID}"\}}"#),
            &format!(r#"\{{"text":"\{{\\"type\\":\\"welcome\\",\\"sessionId\\":\\"{UUID}\\"\}}"\}}"#),
            r#"\{"text":"\{\\"data\\":([1-9]|[1-9]\d|100)\}"\}"#,
            r#"\{"close":\[1000,"bye"\]\}"#,
        ],
    );
}

#[test]
fn the_specs_jsonpath_examples() {
    let script = r#"{"waitFor": "$.type", "text": "Type received: {{$.type}}"}
{"waitFor": "$.user.id", "text": "User {{$.user.name}} authenticated"}
{"waitFor": "$.items[0].status", "text": "First item status: {{$.items[0].status}}"}
"#;
    let steps = json!([
        { "send": r#"{"no":1}"# },
        { "send": r#"{"type":"hello"}"# },
        { "send": r#"{"user":{"name":"nobody"}}"# },
        { "send": r#"{"user":{"id":7,"name":"Ada"}}"# },
        { "send": r#"{"items":[{"status":"shipped"},{"status":"new"}]}"# },
        { "recv": 3 },
        { "close": [1000, ""] },
    ]);
    check(
        script,
        &steps,
        &[],
        &[
            r#"\{"open":null\}"#,
            r#"\{"text":"Type received: hello"\}"#,
            r#"\{"text":"User Ada authenticated"\}"#,
            r#"\{"text":"First item status: shipped"\}"#,
            r#"\{"close":\[1000,""\]\}"#,
        ],
    );
}

#[test]
fn binary_gaps_subprotocol_and_close_code() {
    let script = r#"{"mockforge":1,"subprotocol":"feed.v1"}
{"text":"due 0"}
{"ts":40,"text":"due 40"}
{"ts":40,"hex":"00ff10"}
{"ts":90,"base64":"AAEC/w=="}
{"waitFor":{"binary":{"hex":"cafe"}},"json":{"got":"{{bytes 0 2}}","at":"due 90"}}
{"ts":120,"text":"due 120","close":{"code":4001,"reason":"session over"}}
"#;
    let steps = json!([{ "recv": 4 }, { "sendHex": "cafe" }]);
    check(
        script,
        &steps,
        &["other", "feed.v1"],
        &[
            r#"\{"open":"feed.v1"\}"#,
            r#"\{"text":"due 0"\}"#,
            r#"\{"text":"due 40"\}"#,
            r#"\{"hex":"00ff10"\}"#,
            r#"\{"hex":"000102ff"\}"#,
            r#"\{"text":"\{\\"got\\":\\"cafe\\",\\"at\\":\\"due 90\\"\}"\}"#,
            r#"\{"text":"due 120"\}"#,
            r#"\{"close":\[4001,"session over"\]\}"#,
        ],
    );
}

#[test]
fn an_abort_is_1006() {
    check(
        r#"{"text":"one"}
{"abort":true}
"#,
        &json!([]),
        &[],
        &[r#"\{"open":null\}"#, r#"\{"text":"one"\}"#, r#"\{"close":\[1006,".*"\]\}"#],
    );
}

#[test]
fn a_time_out_that_fails_is_1011() {
    check(
        r#"{"waitFor":"^never$","timeout":20,"text":"x"}"#,
        &json!([]),
        &[],
        &[r#"\{"open":null\}"#, r#"\{"close":\[1011,".*"\]\}"#],
    );
}
