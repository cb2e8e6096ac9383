//! Scripts as HAR files, and there and back.

use mockforge_ws_replay::har::{Recording, read, write};
use mockforge_ws_replay::{Dir, Header, Options, ReplayEntry, compile};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{fixture, shown};
use crate::script;

const URL: Option<&str> = Some("wss://example.com/feed?v=1");

fn written(recordings: &[Recording]) -> Value {
    let mut file = Vec::new();
    write(recordings, &mut file).unwrap();
    serde_json::from_slice(&file).unwrap()
}

#[test]
fn a_script_is_a_har() {
    let source = r#"{"mockforge":1,"subprotocol":"feed.v1","variables":{"who":"Ada"},"recorded":{"at":"2026-01-31T09:30:00Z"}}
{"ts":100,"dir":"in","text":"hi"}
{"ts":150,"text":"hello {{var.who}} \\{{x}}"}
{"ts":150,"json":{"price": 1.10}}
{"ts":2000,"hex":"00ff"}
{"ts":2000,"text":"","close":{"code":4001,"reason":"over"}}
"#;
    let exported = Recording::of(&script(source), URL);
    assert_eq!(shown(&exported.diagnostics), [""; 0]);
    let har = written(&[exported.recording.unwrap()]);
    let entry = &har["log"]["entries"][0];
    assert_eq!(entry["startedDateTime"], "2026-01-31T09:30:00.000Z");
    assert_eq!((&entry["time"], &entry["_resourceType"]), (&json!(2000), &json!("websocket")));
    assert_eq!(entry["request"]["queryString"], json!([{ "name": "v", "value": "1" }]));
    let message =
        |kind, time: f64, opcode, data| json!({ "type": kind, "time": time, "opcode": opcode, "data": data });
    assert_eq!(
        entry["_webSocketMessages"],
        json!([
            message("send", 1_769_851_800.1, 1, "hi"),
            message("receive", 1_769_851_800.15, 1, "hello Ada {{x}}"),
            message("receive", 1_769_851_800.15, 1, r#"{"price":1.10}"#),
            message("receive", 1_769_851_802.0, 2, "AP8="),
            message("receive", 1_769_851_802.0, 1, ""),
            message("receive", 1_769_851_802.0, 8, "D6FvdmVy"),
        ])
    );
    let schema = serde_json::from_slice(&fixture("har-1.2.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    assert!(
        schema.is_valid(&har),
        "{:?}",
        schema.iter_errors(&har).map(|error| error.to_string()).collect::<Vec<_>>()
    );
    let mut broken = har.clone();
    broken["log"]["entries"][0]["_webSocketMessages"][0]["opcode"] = json!("1");
    assert!(!schema.is_valid(&broken), "the schema looks at messages");
    for name in ["playwright.har", "mitmproxy.har", "devtools.har"] {
        assert!(
            serde_json::from_slice::<Value>(&fixture(name)).is_ok_and(|har| har["log"]["entries"].is_array())
        );
    }
}

#[test]
fn what_can_not_be_a_recording() {
    let check = |source: &str, expect: &[&str]| {
        let exported = Recording::of(&script(source), URL);
        let hintless: Vec<_> = exported.diagnostics.iter().map(ToString::to_string).collect();
        assert_eq!(hintless, expect, "{source}");
        let failed = expect.iter().any(|line| line.contains(": error: "));
        assert_eq!(exported.recording.is_none(), failed, "{source}");
    };
    let template = "s.jsonl:1: error: the message is a template, which renders anew for every connection";
    check(r#"{"text":"{{uuid}}"}"#, &[template]);
    check(r#"{"json":{"id":"{{seq}}"}}"#, &[template]);
    check(r#"{"base64":"{{base64 (randHex 2)}}"}"#, &[template]);
    check(r#"{"text":"x","repeat":{"count":2,"every":5}}"#, &["s.jsonl:1: error: the line repeats"]);
    check(
        r#"{"ts":5,"text":"x","label":"a"}
{"ts":9,"goto":"a"}"#,
        &["s.jsonl:2: error: the line jumps"],
    );
    check(
        r#"{"branch":[{"on":"x","goto":"a"}]}
{"text":"y","label":"a"}"#,
        &["s.jsonl:1: error: the line branches"],
    );
    check(r#"{"dir":"in"}"#, &["s.jsonl:1: error: which message the client sent is not known"]);
    check(r#"{"ts":5,"text":"x","onEnd":"loop"}"#, &["s.jsonl:1: error: the script begins again at its end"]);
    check(
        r#"{"text":"x","waitFor":"y","timeout":5,"abort":true}"#,
        &[
            "s.jsonl:1: warning: which message the client sent for `waitFor` is not known: it is left out",
            "s.jsonl:1: warning: `timeout` is left out: a HAR has messages only",
            "s.jsonl:1: warning: `abort` is left out: a HAR has messages only",
        ],
    );
    check(
        r#"{"mockforge":1,"sync":"off"}
{"dir":"in","text":"x"}"#,
        &["s.jsonl: warning: `sync` is `off`, so what the client sends is left out"],
    );
}

#[test]
fn a_line_that_goes_back_is_due_at_once() {
    let source = "{\"ts\":50,\"text\":\"a\"}\n{\"ts\":10,\"text\":\"b\"}\n{\"ts\":60,\"text\":\"c\"}";
    let har = written(&[Recording::of(&script(source), URL).recording.unwrap()]);
    let messages = har["log"]["entries"][0]["_webSocketMessages"].as_array().unwrap();
    let times: Vec<_> = messages.iter().map(|message| message["time"].as_f64().unwrap()).collect();
    assert_eq!(times, [946_684_800.05, 946_684_800.05, 946_684_800.06]);
}

#[test]
fn urls() {
    let of = |source: &str, url| Recording::of(&script(source), url).diagnostics;
    assert_eq!(
        shown(&of(r#"{"text":"x"}"#, None)),
        [
            "s.jsonl: error: the script does not say which URL it was recorded at (name one: --url wss://example.com/feed)"
        ]
    );
    for url in ["example.com", "ftp://a", "ws://", "ws:///x", "ws://a/ b"] {
        let found = of(r#"{"text":"x"}"#, Some(url));
        assert!(found[0].message.ends_with("is not the URL of a WebSocket"), "{url}");
    }
    let recorded = "{\"mockforge\":1,\"recorded\":{\"url\":\"https://a/x\"}}\n{\"text\":\"x\"}";
    let recording = Recording::of(&script(recorded), None).recording.unwrap();
    let har = written(&[recording.clone(), recording]);
    assert_eq!(har["log"]["entries"][1]["request"]["url"], "wss://a/x");
    assert_eq!(har["log"]["entries"][1]["startedDateTime"], "2000-01-01T00:00:00.000Z");
}

/// A message of a recording, with the milliseconds that it comes after the last.
fn messages() -> impl Strategy<Value = Vec<(u64, bool, Result<String, Vec<u8>>)>> {
    let payload = prop_oneof![
        any::<String>().prop_map(Ok),
        "[{}\\\\\"a \u{1f4a1}]{0,12}".prop_map(Ok),
        vec(any::<u8>(), 0..20).prop_map(Err),
    ];
    vec((prop_oneof![0_u64..3, 0_u64..100_000_000], any::<bool>(), payload), 1..20)
}

proptest! {
    #[test]
    fn there_and_back(messages in messages(), start in 0_i64..4_000_000_000, nanos in 0_u32..1_000_000_000) {
        let at = time::OffsetDateTime::from_unix_timestamp(start).unwrap() + std::time::Duration::from_nanos(nanos.into());
        let at = at.format(&time::format_description::well_known::Rfc3339).unwrap();
        let header = Header { recorded: Some(json!({ "at": at })), ..Header::default() };
        let mut source = format!("{header}\n");
        let mut ts = 0;
        let mut lines = Vec::new();
        for (after, inward, payload) in &messages {
            ts += after;
            let dir = if *inward { Dir::In } else { Dir::Out };
            let entry = ReplayEntry { ts, dir, ..ReplayEntry::default() };
            let entry = match payload {
                Ok(text) => {
                    let text = mockforge_ws_template::literal(text).into_owned();
                    ReplayEntry { empty: text.is_empty(), text, ..entry }
                }
                Err(bytes) => {
                    let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    ReplayEntry { hex: Some(hex), ..entry }
                }
            };
            source += &format!("{entry}\n");
            lines.push(entry);
        }
        let first = script(&source);
        let recording = Recording::of(&first, URL).recording.unwrap();
        let mut file = Vec::new();
        write(&[recording], &mut file).unwrap();
        let imported = read(&*file, "f.har").unwrap().sockets[0].script();
        prop_assert_eq!(shown(&imported.diagnostics), [""; 0]);
        let back = compile(imported.source.unwrap(), &Options::new("back.jsonl"));
        prop_assert_eq!(shown(&back.diagnostics), [""; 0]);
        // The same file from the script that came back: the same messages at the same times.
        let mut again = Vec::new();
        let recording = Recording::of(&back.script.unwrap(), URL).recording.unwrap();
        write(&[recording], &mut again).unwrap();
        let messages = |file: &[u8]| -> Vec<(u64, Value, Value, Value)> {
            let file: Value = serde_json::from_slice(file).unwrap();
            let entry = &file["log"]["entries"][0];
            let started = entry["startedDateTime"].as_str().unwrap();
            let started = time::OffsetDateTime::parse(started, &time::format_description::well_known::Rfc3339).unwrap();
            let started = started.unix_timestamp_nanos() as f64 / 1e6;
            let of = |message: &Value| {
                let ms = (message["time"].as_f64().unwrap() * 1e3 - started).round() as u64;
                (ms, message["type"].clone(), message["opcode"].clone(), message["data"].clone())
            };
            entry["_webSocketMessages"].as_array().unwrap().iter().map(of).collect()
        };
        let there = messages(&file);
        prop_assert_eq!(&there, &messages(&again));
        let times: Vec<_> = there.iter().map(|(ms, ..)| *ms).collect();
        let wanted: Vec<_> = lines.iter().map(|line| line.ts).collect();
        prop_assert_eq!(times, wanted);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200), at in 0_usize..400) {
        let _ = read(&*bytes, "f.har");
        let mut file = fixture("mitmproxy.har");
        let at = at * file.len() / 400;
        file.splice(at..(at + bytes.len()).min(file.len()), bytes);
        if let Ok(har) = read(&*file, "f.har") {
            har.sockets.iter().for_each(|socket| drop(socket.script()));
        }
    }
}
