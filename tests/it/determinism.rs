//! Two runs with one seed and a fixed clock are the same, byte for byte.

use std::collections::BTreeMap;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::mockforge::Serving;

const CLIENTS: usize = 100;

const SCRIPT: &str = r#"{"text":"{{uuid}} {{now.unixMs}} {{seq}}"}
{"ts":3,"json":{"id":"{{randInt 1 1000000}}","who":"{{faker.name}}","at":"{{now \"%H:%M:%S%.3f\"}}"}}
{"ts":5,"waitFor":"^go$","text":"{{randFloat 0 1}} {{oneOf \"a\" \"b\" \"c\"}} {{now.unixMs}}"}
{"ts":9,"text":"{{walk 100 0.5}} {{randString 12}} {{now}}","repeat":{"count":5,"every":2}}
{"ts":30,"text":"end {{now.unixMs}}","close":true}
"#;

/// All that was sent and received on each connection, by its number, as the server's journal has it.
fn run() -> BTreeMap<u64, Vec<String>> {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("script.jsonl"), SCRIPT).expect("it is writable");
    let server = Serving::start(
        directory.path(),
        &["script.jsonl", "--seed", "42", "--now", "2024-01-15T10:30:00Z", "--journal", "journal.jsonl"],
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
    runtime.block_on(async {
        let clients = (0..CLIENTS).map(|_| {
            let url = server.url.clone();
            async move {
                let (mut client, _) = connect_async(url).await.expect("the server accepts");
                client.send(Message::text("go")).await.expect("the server reads");
                while let Some(Ok(_)) = client.next().await {}
            }
        });
        futures_util::future::join_all(clients).await;
    });
    let (code, stderr) = server.terminate();
    assert_eq!(code, Some(0), "{stderr}");
    let journal = std::fs::read_to_string(directory.path().join("journal.jsonl")).expect("it was written");
    let mut transcripts: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for line in journal.lines() {
        let fact: Value = serde_json::from_str(line).expect("a journal is JSON lines");
        if fact["fact"] == "sent" {
            let conn = fact["conn"].as_u64().expect("a number");
            transcripts.entry(conn).or_default().push(fact["text"].to_string());
        }
    }
    transcripts
}

#[test]
fn a_hundred_connections_run_the_same_twice() {
    let (first, second) = (run(), run());
    assert_eq!(first.len(), CLIENTS);
    assert!(first.values().all(|messages| messages.len() == 9), "{first:?}");
    assert!(first[&1] != first[&2], "connections differ from each other");
    assert!(first == second, "the same seed and clock give the same transcripts");
}
