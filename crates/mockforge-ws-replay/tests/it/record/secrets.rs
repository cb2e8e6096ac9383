//! No secret is written down.

use mockforge_ws_core::{Fact, Message};
use mockforge_ws_replay::record::RecordOptions;
use mockforge_ws_testkit::Sim;
use proptest::prelude::*;
use serde_json::json;

use super::Recording;

#[test]
fn a_secret_is_a_variable_wherever_it_comes_again() {
    let mut recording = Recording::new(RecordOptions::default());
    recording
        .got(r#"{ "login" : {"user":"bob", "password" : "hunter22"} }"#)
        .sent(r#"{"pin":1,"token":73410042,"n":1.10}"#)
        .sent("hunter22 is no good password, {hunter22}");
    recording.note(&Fact::Sent(Message::binary(b"\xff hunter22".to_vec())));
    recording.note(&Fact::Sent(Message::binary(b"{\"secret\":\"binary-secret\"}".to_vec())));
    let lines = recording.lines();
    let wanted = [
        r#"{"mockforge":1,"variables":{"secret1":"REDACTED-1"}}"#,
        r#"{"ts":0,"dir":"in","text":"{ \"login\" : {\"user\":\"bob\", \"password\" : \"{{var.secret1}}\"} }"}"#,
        r#"{"mockforge":1,"variables":{"secret2":2}}"#,
        r#"{"ts":0,"text":"{\"pin\":1,\"token\":{{var.secret2}},\"n\":1.10}"}"#,
        r#"{"ts":0,"text":"{{var.secret1}} is no good password, {{\"{\"}}{{var.secret1}}}"}"#,
        r#"{"ts":0,"hex":"ff20{{hex var.secret1}}"}"#,
        r#"{"mockforge":1,"variables":{"secret3":"REDACTED-3"}}"#,
        r#"{"ts":0,"hex":"7b22736563726574223a22{{hex var.secret3}}227d"}"#,
    ];
    assert_eq!(lines, wanted);
    let mut sim = Sim::new(recording.script().player());
    sim.receive("any").advance(10);
    let texts = sim.texts();
    assert_eq!(
        texts[..2],
        [r#"{"pin":1,"token":2,"n":1.10}"#, "REDACTED-1 is no good password, {REDACTED-1}"]
    );
    assert_eq!(sim.sent()[3], Message::binary(b"{\"secret\":\"REDACTED-3\"}".to_vec()));
}

/// A place in a message where a secret may stand by itself, with what tells that it is one.
fn told() -> impl Strategy<Value = fn(&str) -> String> {
    prop_oneof![
        Just((|s: &str| json!({ "a": 1, "password": s }).to_string()) as fn(&str) -> String),
        Just((|s: &str| json!([{ "x": { "Access_Token": [s, null] } }]).to_string()) as fn(&str) -> String),
        Just(
            (|s: &str| json!({ "d": json!({ "apiKey": s }).to_string() }).to_string()) as fn(&str) -> String
        ),
        Just((|s: &str| format!("42{}", json!(["auth", { "token": s }]))) as fn(&str) -> String),
        Just((|s: &str| format!(r#"{{"secret" : {}  "#, json!(s))) as fn(&str) -> String),
    ]
}

/// A place where it may stand once it is known.
fn known() -> impl Strategy<Value = fn(&str) -> String> {
    prop_oneof![
        Just((|s: &str| s.to_string()) as fn(&str) -> String),
        Just((|s: &str| format!("a{s}{{{{{s}")) as fn(&str) -> String),
        Just((|s: &str| json!({ "id": s, "type": s, s: s }).to_string()) as fn(&str) -> String),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// No byte of a secret is in a recording, in whatever form it came.
    #[test]
    fn no_secret_is_written(
        secret in "[a-zA-Z0-9 \"\\\\/é{}-]{0,4}(Q7zX|\"Q7zX|\\\\Q7zX|Q7zX\n)[a-zA-Z0-9 \"\\\\{}-]{2,8}",
        first in told(),
        then in proptest::collection::vec((known(), any::<bool>(), any::<bool>()), 0..5),
        correlate in any::<bool>(),
    ) {
        let mut recording = Recording::new(RecordOptions { correlate, ..RecordOptions::default() });
        recording.got(&first(&secret));
        for (place, binary, out) in then {
            let text = place(&secret);
            let message = if binary { Message::binary(text.into_bytes()) } else { Message::text(text) };
            recording.note(&if out { Fact::Sent(message) } else { Fact::Received(message) });
        }
        let lines = recording.lines.lock().unwrap().join("\n");
        prop_assert!(!lines.contains("Q7zX"), "{}\n{}", secret, lines);
        prop_assert!(!lines.contains("51377a58"), "{}\n{}", secret, lines);
        recording.script();
    }
}
