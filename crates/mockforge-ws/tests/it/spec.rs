//! The snippets of the owner's page, "Testing Support", as they stand there but for what `docs/spec-map.md`
//! lists.

use futures_util::StreamExt;
use mockforge_ws::{ReplayEntry, TestServer, router};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

/// Runs only in the child process of the test below, which has the variable that `router()` reads.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the child asks whether it is the child")]
async fn websocket_replay() -> Result {
    if std::env::var_os("MOCKFORGE_WS_REPLAY_FILE").is_none() {
        return Ok(());
    }
    // Start WebSocket server with replay file
    let server = TestServer::new(router()).await;

    // Connect test client
    let (mut ws_stream, _) = connect_async(server.url()).await?;

    // Verify replay sequence
    let msg = ws_stream.next().await.unwrap()?;
    assert_eq!(msg, Message::Text("HELLO test-session".into()));
    println!("the replay was verified");
    Ok(())
}

/// Runs this test binary's `websocket_replay` in a process of its own, with the variable set.
fn in_a_child(replay_file: &std::path::Path) -> std::process::Output {
    std::process::Command::new(std::env::current_exe().expect("the test has a path"))
        .args(["--exact", "spec::websocket_replay", "--nocapture"])
        .env("MOCKFORGE_WS_REPLAY_FILE", replay_file)
        .output()
        .expect("it runs")
}

#[test]
fn the_replay_snippet_in_a_process_with_the_variable() {
    let fixture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/test-session.jsonl");
    let output = in_a_child(&fixture);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stdout.contains("the replay was verified"), "{stdout}");
}

#[test]
fn a_replay_file_that_is_not_there_closes_1011() {
    let output = in_a_child("/no/such/file.jsonl".as_ref());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && stderr.contains("the replay file can't be played"), "{stderr}");
}

#[test]
fn replay_file_parsing() -> Result {
    let replay_data = r#"{"ts":0,"text":"hello","waitFor":"ready"}"#;
    let entry: ReplayEntry = serde_json::from_str(replay_data)?;
    assert_eq!(entry.ts, 0);
    assert_eq!(entry.text, "hello");
    Ok(())
}
