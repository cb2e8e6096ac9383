//! The example scripts, free of mistakes and doing what they say.

use mockforge_ws_core::Message;
use mockforge_ws_replay::{Options, Script, compile};
use serde_json::Value;

use crate::{Pass, Say, noted, run};

#[track_caller]
fn example(name: &str, source: &str) -> Script {
    let compiled = compile(source, &Options::new(name));
    assert!(compiled.diagnostics.is_empty(), "{:#?}", compiled.diagnostics);
    compiled.script.unwrap()
}

macro_rules! example {
    ($name:literal) => {
        example($name, include_str!(concat!("../../../../docs/examples/", $name)))
    };
}

fn json(texts: &[String]) -> Vec<Value> {
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[test]
fn market_feed() {
    let script = example!("market-feed.jsonl");
    let mut sim = run(
        &script,
        &[
            Pass(500),
            Say(r#"{"op":"subscribe","symbol":"AAPL"}"#),
            Pass(1200),
            Say(r#"{"op":"unsubscribe","symbol":"AAPL"}"#),
        ],
    );
    let sent = json(&sim.texts());
    assert_eq!(sent[0]["venue"], "XNAS");
    assert_eq!(
        (&sent[1]["type"], &sent[1]["symbol"], &sent[1]["seq"]),
        (&"snapshot".into(), &"AAPL".into(), &1.into())
    );
    let deltas: Vec<_> = sent.iter().filter(|message| message["type"] == "delta").collect();
    assert_eq!(deltas.len(), 24);
    assert!((2..).zip(&deltas).all(|(seq, delta)| delta["seq"] == seq && delta["price"].is_number()));
    assert_eq!(sent.iter().filter(|message| message["type"] == "heartbeat").count(), 1);
    assert_eq!(sent.last().unwrap()["type"], "unsubscribed");
    sim.advance(10);
    assert!(sim.is_over());
    let late = run(&script, &[Pass(10_010)]);
    assert!(late.transcript().ends_with("10010 x close 1000\n"));
}

#[test]
fn chat_login() {
    let script = example!("chat-login.jsonl");
    let wrong = Say(r#"{"type":"login","user":"ada","password":"?"}"#);
    let right = Say(r#"{"type":"login","user":"ada","password":"open sesame"}"#);
    let kinds = |client: &[_]| -> Vec<String> {
        json(&run(&script, client).texts())
            .iter()
            .map(|message| message["type"].as_str().unwrap().into())
            .collect()
    };
    assert_eq!(kinds(&[right, Pass(120)]), ["hello", "welcome", "presence"]);
    assert_eq!(kinds(&[wrong, Pass(499), right, Pass(1)]), ["hello", "error", "welcome"]);
    let locked_out = run(&script, &[wrong, wrong, wrong, Pass(2000)]);
    assert!(
        locked_out.transcript().ends_with("1500 x close 4001 too many attempts\n"),
        "{}",
        locked_out.transcript()
    );
    let talk = run(
        &script,
        &[right, Pass(200), Say(r#"{"type":"say","text":"hi"}"#), Pass(400), Say(r#"{"type":"logout"}"#)],
    );
    let sent = json(&talk.texts());
    assert_eq!((&sent[3]["text"], &sent[4]["text"]), (&"hi".into(), &"HI?".into()));
    assert!(talk.transcript().ends_with("600 > {\"type\":\"bye\"}\n600 x close 1000\n"));
}

#[test]
fn json_rpc() {
    let script = example!("json-rpc.jsonl");
    let sim = run(
        &script,
        &[
            Say(r#"{"jsonrpc":"2.0","id":1,"method":"user.get","params":{"id":42}}"#),
            Say(r#"{"jsonrpc":"2.0","id":"b","method":"log.subscribe"}"#),
            Say(r#"{"jsonrpc":"2.0","id":3,"method":"nope"}"#),
            Say("[]"),
            Say("{"),
            Pass(1000),
            Say(r#"{"jsonrpc":"2.0","id":4,"method":"shutdown"}"#),
        ],
    );
    let sent = json(&sim.texts());
    assert_eq!((&sent[0]["id"], &sent[0]["result"]["id"]), (&1.into(), &42.into()));
    assert!(sent[0]["result"]["name"].as_str().is_some_and(|name| !name.is_empty()));
    assert_eq!((&sent[1]["id"], &sent[1]["result"]), (&"b".into(), &"subscribed".into()));
    let errors: Vec<_> = sent.iter().filter_map(|message| message["error"]["code"].as_i64()).collect();
    assert_eq!(errors, [-32601, -32600, -32700]);
    let lines: Vec<_> = sent.iter().filter_map(|message| message["params"]["number"].as_u64()).collect();
    assert_eq!(lines, [1, 2, 3]);
    assert!(sim.is_over() && sent.last().unwrap()["id"] == 4);
}

#[test]
fn telemetry() {
    let script = example!("telemetry.jsonl");
    let mut sim = run(&script, &[Pass(3)]);
    sim.receive_message(Message::binary(&b"MF\x01\x01"[..])).advance(7);
    sim.receive_message(Message::binary(&b"MF\x02abcd"[..])).advance(2000);
    let sent: Vec<_> = sim.sent().into_iter().map(Message::into_data).collect();
    assert_eq!(sent[..2], [b"MF\x01\x01".to_vec(), b"MF\x02abcd".to_vec()]);
    let sensors: Vec<_> = sent[2..7].iter().map(|frame| (frame[2], frame[3], frame[6])).collect();
    assert_eq!(sensors, [(3, 1, 0), (3, 1, 0), (3, 2, 0), (3, 1, 0), (3, 1, 255)]);
    assert!(sim.transcript().ends_with("400 > 0x4d4604\n1400 x abort\n"), "{}", sim.transcript());
    let mut other = run(&script, &[]);
    other.receive_message(Message::binary(&b"MF\x01\x02"[..]));
    assert!(noted(&other)[0].contains("byte 3: wanted 01, got 02"), "{:?}", noted(&other));
}

/// The scripts of the specification are taken as they stand there.
#[test]
fn the_specifications_scripts() {
    let script = example(
        "replay.jsonl",
        r#"{"ts":0,"dir":"out","text":"HELLO {{uuid}}","waitFor":"^CLIENT_READY$"}
{"ts":10,"dir":"out","text":"{\"type\":\"welcome\",\"sessionId\":\"{{uuid}}\"}"}
{"ts":20,"dir":"out","text":"{\"data\":{{randInt 1 100}}}","waitFor":"^ACK$"}"#,
    );
    let texts = run(&script, &[Say("CLIENT_READY"), Pass(15), Say("ACK"), Pass(5)]).texts();
    assert!(texts[0].starts_with("HELLO ") && texts[0].len() == 42, "{texts:?}");
    assert_eq!(json(&texts[1..2])[0]["type"], "welcome");
    assert!((1..=100).contains(&json(&texts[2..])[0]["data"].as_i64().unwrap()));
    let script = example(
        "paths.jsonl",
        r#"{"waitFor": "$.type", "text": "Type received: {{$.type}}"}

// Match nested object properties
{"waitFor": "$.user.id", "text": "User {{$.user.name}} authenticated"}

// Array element matching
{"waitFor": "$.items[0].status", "text": "First item status: {{$.items[0].status}}"}"#,
    );
    let client = [
        Say(r#"{"type":"login"}"#),
        Say(r#"{"user":{"id":1,"name":"Ada"}}"#),
        Say(r#"{"items":[{"status":"open"}]}"#),
    ];
    assert_eq!(
        run(&script, &client).texts(),
        ["Type received: login", "User Ada authenticated", "First item status: open"]
    );
}
