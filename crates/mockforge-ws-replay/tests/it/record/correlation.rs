//! A correlated recording serves a client that chooses other identifiers, at another time.

use mockforge_ws_replay::record::RecordOptions;
use mockforge_ws_testkit::Sim;
use serde_json::{Value, json};

use super::Recording;

fn correlated() -> Recording {
    Recording::new(RecordOptions { correlate: true, ..RecordOptions::default() })
}

/// A session in the manner of `graphql-transport-ws`, with two subscriptions at a time.
fn graphql() -> Recording {
    let mut recording = correlated();
    recording
        .got(r#"{"type":"connection_init","payload":{"authorization":"Bearer abcdefgh"}}"#)
        .pass(5)
        .sent(r#"{"type":"connection_ack"}"#)
        .pass(5)
        .got(r#"{"type":"subscribe","id":"a","payload":{"query":"subscription { price }"}}"#)
        .pass(5)
        .got(r#"{"id":"b","type":"subscribe","payload":{"query":"subscription { news }"}}"#)
        .pass(10)
        .sent(r#"{"id":"a","type":"next","payload":{"data":{"price":1.10,"at":"2024-01-15T10:30:00Z"}}}"#)
        .sent(r#"{"id":"b","type":"next","payload":{"data":{"news":"a"}}}"#)
        .got(r#"{"type":"ping"}"#)
        .sent(r#"{"type":"pong"}"#)
        .pass(10)
        .sent(r#"{"id":"a","type":"next","payload":{"data":{"price":1.20}}}"#)
        .got(r#"{"id":"b","type":"complete"}"#)
        .pass(10)
        .sent(r#"{"id":"a","type":"complete"}"#);
    recording
}

#[test]
fn two_subscriptions_get_the_ids_of_the_new_client() {
    let recording = graphql();
    let script = recording.script();
    let mut sim = Sim::new(script.player());
    sim.receive(r#"{"type":"connection_init"}"#).advance(7);
    sim.receive(r#"{"id":"X\"1","type":"subscribe"}"#).receive(r#"{"id":2,"type":"subscribe"}"#).advance(30);
    sim.receive(r#"{"type":"ping"}"#).advance(20).receive(r#"{"id":2,"type":"complete"}"#).advance(2_000);
    let data = |id: Value, data: Value| json!({ "id": id, "type": "next", "payload": { "data": data } });
    let wanted = [
        json!({ "type": "connection_ack" }),
        data(json!("X\"1"), json!({ "price": 1.10, "at": "2024-01-15T10:30:00Z" })),
        data(json!(2), json!({ "news": "a" })),
        json!({ "type": "pong" }),
        data(json!("X\"1"), json!({ "price": 1.20 })),
        json!({ "id": "X\"1", "type": "complete" }),
    ];
    let sent: Vec<Value> = sim.texts().iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(sent, wanted, "{}", sim.transcript());
}

#[test]
fn a_client_that_sends_no_pings_is_served_too() {
    let mut sim = Sim::new(graphql().script().player());
    sim.receive(r#"{"type":"connection_init"}"#);
    sim.receive(r#"{"id":"x","type":"subscribe"}"#)
        .receive(r#"{"id":"y","type":"subscribe"}"#)
        .advance(1_500);
    sim.receive(r#"{"id":"y","type":"complete"}"#).advance(1_500);
    assert_eq!(sim.texts().last().map(String::as_str), Some(r#"{"id":"x","type":"complete"}"#));
}

#[test]
fn the_recording_can_be_read() {
    let lines = graphql().lines();
    let wanted = [
        r#"{"mockforge":1,"variables":{"secret1":"REDACTED-1"}}"#,
        r#"{"ts":0,"dir":"in","waitFor":{"json":{"type":"connection_init"}},"text":"{\"type\":\"connection_init\",\"payload\":{\"authorization\":\"{{var.secret1}}\"}}"}"#,
        r#"{"ts":5,"text":"{\"type\":\"connection_ack\"}"}"#,
        r#"{"ts":10,"dir":"in","waitFor":{"json":{"type":"subscribe"}},"set":{"id1":"{{$.id}}"},"text":"{\"type\":\"subscribe\",\"id\":\"a\",\"payload\":{\"query\":\"subscription { price }\"}}"}"#,
    ];
    assert_eq!(lines[..4], wanted);
    assert_eq!(
        lines[5],
        r#"{"ts":25,"text":"{\"id\":{{json state.id1}},\"type\":\"next\",\"payload\":{\"data\":{\"price\":1.10,\"at\":\"{{now}}\"}}}"}"#
    );
    assert!(
        lines[7].contains(r#""waitFor":{"json":{"type":"ping"}},"timeout":1000,"onTimeout":"skip""#),
        "{}",
        lines[7]
    );
}

/// Records one request and its answer, and what becomes of the answer.
#[track_caller]
fn answer(request: &str, answer: &str, wanted: &str) {
    let mut recording = correlated();
    recording.got(request).pass(1).sent(answer);
    recording.script();
    let line: Value = serde_json::from_str(recording.lines().last().unwrap()).unwrap();
    assert_eq!(line["text"], wanted);
}

#[test]
fn echoes_are_told_from_coincidences() {
    answer(r#"{"id":1}"#, r#"{"id":1,"count":1}"#, r#"{"id":{{json state.id1}},"count":1}"#);
    answer(r#"{"id":1}"#, r#"{"req_id":1}"#, r#"{"req_id":{{json state.id1}}}"#);
    answer(r#"{"id":1}"#, r#"{"id":"1"}"#, r#"{"id":"1"}"#);
    answer(r#"{"count":1}"#, r#"{"count":1}"#, r#"{"count":1}"#);
    answer(r#"{"channel":"news"}"#, r#"{"channel":"news"}"#, r#"{"channel":"news"}"#);
    answer(
        r#"{"a":{"product_ids":["X","Y"]}}"#,
        r#"{"product_id":"Y"}"#,
        r#"{"product_id":{{json state.id2}}}"#,
    );
    let token = "9f8e7d6c5b4a39281706";
    answer(
        &format!(r#"{{"who":"{token}"}}"#),
        &format!(r#"{{"for":"{token}"}}"#),
        r#"{"for":{{json state.id1}}}"#,
    );
    answer(r#"[1,2,{"id":7}]"#, r#"{"id":7}"#, r#"{"id":{{json state.id1}}}"#);
    answer(r#"{"a'{b":{"id":7}}"#, r#"{"id":7}"#, r#"{"id":7}"#);
}

#[test]
fn uuids_of_the_server_are_minted_anew_and_stay_the_same() {
    let (one, two) = ("0190f3b4-7d1c-4cc2-9a53-2f4b8a1c0d77", "1190f3b4-7d1c-4cc2-9a53-2f4b8a1c0d77");
    let mut recording = correlated();
    recording
        .sent(&format!(r#"{{"session":"{one}","urn":"urn:uuid:{one}"}}"#))
        .sent(&format!("{} {two}", one.to_uppercase()))
        .got(&format!(r#"{{"id":"{one}"}}"#))
        .sent(&format!(r#"{{"id":"{one}"}}"#));
    let lines = recording.lines();
    assert!(lines[0].starts_with(r#"{"ts":0,"set":{"uuid1":"{{uuid}}"},"text":"#), "{}", lines[0]);
    assert!(
        !lines[2].contains("set"),
        "what the server has minted is no identifier of the client: {}",
        lines[2]
    );
    let mut sim = Sim::new(recording.script().player());
    sim.receive("{}").advance(1);
    let texts = sim.texts();
    let first: Value = serde_json::from_str(&texts[0]).unwrap();
    let minted = first["session"].as_str().unwrap();
    assert_ne!(minted, one);
    assert_eq!(first["urn"], format!("urn:uuid:{minted}"));
    assert!(texts[1].starts_with(&minted.to_uppercase()) && !texts[1].ends_with(two), "{}", texts[1]);
    assert_eq!(texts[2], format!(r#"{{"id":"{minted}"}}"#));
}

#[test]
fn times_are_those_of_the_replay() {
    let mut recording = correlated();
    recording.pass(1_500).sent(
        r#"{"a":"2024-01-15T10:30:01.499Z","b":1705314661,"c":"1705314601500","d":"2024-01-01T00:00:00Z"}"#,
    );
    assert_eq!(
        recording.lines()[0],
        r#"{"ts":1500,"text":"{\"a\":\"{{now \"%Y-%m-%dT%H:%M:%S%.3fZ\"}}\",\"b\":{{now.unix+1m}},\"c\":\"{{now.unixMs}}\",\"d\":\"2024-01-01T00:00:00Z\"}"}"#
            .replace("{{now \"%Y-%m-%dT%H:%M:%S%.3fZ\"}}", r#"{{now \"%Y-%m-%dT%H:%M:%S%.3fZ\"}}"#)
    );
    let mut sim = Sim::new(recording.script().player());
    sim.advance(2_000);
    assert_eq!(
        sim.texts(),
        [r#"{"a":"2024-01-15T10:30:01.500Z","b":1705314661,"c":"1705314601500","d":"2024-01-01T00:00:00Z"}"#]
    );
}
