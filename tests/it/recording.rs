//! `mockforge record`: sessions of clients that others wrote, recorded in front of a server and had again without
//! it; and what is left of a recording when the program, or the disk, comes to its end.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use mockforge_ws_diagnostic::encoding;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::mockforge::{Serving, binary};
use crate::peer::Peer;

mod secrets;

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
    runtime.block_on(future)
}

fn mockforge(directory: &Path, args: &[&str]) -> Output {
    Command::new(binary()).args(args).current_dir(directory).output().expect("it runs")
}

/// The recording is a valid script, without a warning.
fn check(directory: &Path, file: &str) {
    let Output { status, stdout, stderr } = mockforge(directory, &["check", "--strict", file]);
    let told = [stdout, stderr].concat();
    assert!(status.success(), "{}", String::from_utf8_lossy(&told));
}

/// The lines of a recording.
fn lines(path: &Path) -> Vec<Value> {
    let text = read_to_string(path).expect("the recording is there");
    assert!(text.ends_with('\n'), "its last line is whole");
    text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// Ends a server, which has nothing to object.
fn end(server: Serving) {
    let (code, stderr) = server.terminate();
    assert_eq!(code, Some(0), "{stderr}");
}

/// Waits for a recorder of one session to end by itself.
fn recorded(recording: Serving) -> String {
    let (code, stderr) = recording.wait();
    assert_eq!(code, Some(0), "{stderr}");
    stderr
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples")
}

/// Records a session of npm's graphql-ws whose ids are UUIDs, or counted after a prefix, and has it again with
/// other ids.
fn check_graphql(recorded_ids: Option<&str>, fresh: &[Option<&str>]) {
    if !Peer::Node.has("graphql-ws") {
        return;
    }
    let seen = |server: &Serving, prefix: Option<&str>| {
        let url = format!("{}/graphql", server.origin());
        let args: Vec<_> = [&*url].into_iter().chain(prefix).collect();
        let lines = Peer::Node.script("graphql-session", &args).unwrap_or_else(|failure| panic!("{failure}"));
        lines.into_iter().find_map(|line| line.get("seen").cloned()).expect("it prints what it has seen")
    };
    let directory = tempfile::tempdir().expect("a directory");
    let upstream = Serving::start(&examples(), &["graphql-ws.yaml"]);
    let args = ["--out", "s.jsonl", "--correlate", "-n", "1"];
    let recording = Serving::record(directory.path(), upstream.origin(), &args);
    let wanted = seen(&recording, recorded_ids);
    let told = recorded(recording);
    let size = std::fs::metadata(directory.path().join("s.jsonl")).expect("the recording is there").len();
    assert!(told.ends_with(&format!("recorded s.jsonl ({size} bytes)\n")), "{told}");
    end(upstream);
    check(directory.path(), "s.jsonl");
    assert_eq!(wanted["prices"][1].as_array().map(Vec::len), Some(5), "{wanted}");

    let server = Serving::start(directory.path(), &["s.jsonl", "--ws-path", "/graphql"]);
    for prefix in fresh {
        assert_eq!(seen(&server, *prefix), wanted);
    }
    end(server);
}

#[test]
fn a_session_of_graphql_ws_with_uuids_serves_other_ids() {
    check_graphql(None, &[Some("fresh "), None]);
}

#[test]
fn a_session_of_graphql_ws_with_numbers_serves_other_ids() {
    check_graphql(Some(""), &[None, Some("1")]);
}

#[test]
fn a_plain_recording_is_the_session_again() {
    let script = r#"{"mockforge":1,"subprotocol":"feed.v1"}
{"text":"written {{so}}, naïve 💡"}
{"waitFor":"^subscribe$","text":"{\"price\":1.10,  \"e\":1e2}"}
{"hex":"00ff10"}
{"waitFor":{"binary":{"hex":"cafe"}},"base64":"AAEC/w=="}
{"waitFor":"^end$","text":"","close":{"code":4001,"reason":"session over"}}
"#;
    let start =
        json!([{ "recv": 1 }, { "send": "subscribe" }, { "recv": 3 }, { "sendHex": "cafe" }, { "recv": 4 }]);
    let with = |step: Value| Value::from_iter(start.as_array().into_iter().flatten().cloned().chain([step]));
    let by_the_server = (with(json!({ "send": "end" })), json!({ "close": [4001, "session over"] }));
    let by_the_client = (with(json!({ "close": [1000, "bye"] })), json!({ "close": [1000, "bye"] }));
    for peer in Peer::installed() {
        for (steps, closed) in [&by_the_server, &by_the_client] {
            let directory = tempfile::tempdir().expect("a directory");
            std::fs::write(directory.path().join("script.jsonl"), script).expect("it is writable");
            let upstream = Serving::start(directory.path(), &["script.jsonl", "--template-expand", "false"]);
            let args = ["--out", "session.jsonl", "-n", "1"];
            let recording = Serving::record(directory.path(), upstream.origin(), &args);
            let wanted = peer.run(&format!("{}/ws", recording.origin()), steps, &["other", "feed.v1"]);
            recorded(recording);
            end(upstream);
            assert_eq!(wanted.first(), Some(&json!({ "open": "feed.v1" })));
            assert_eq!(wanted.last(), Some(closed), "{peer:?}");
            assert!(wanted.len() >= 6, "{wanted:?}");

            check(directory.path(), "session.jsonl");
            let server = Serving::start(directory.path(), &["session.jsonl"]);
            let again = peer.run(&server.url, steps, &["other", "feed.v1"]);
            end(server);
            assert_eq!(again, wanted, "{peer:?}");
            goes_through_har(directory.path(), "session.jsonl");
        }
    }
}

/// A recording that is exported as a HAR file and imported from it has the messages that it had.
fn goes_through_har(directory: &Path, file: &str) {
    for args in [&["export", file, "--out", "s.har"][..], &["import", "s.har", "--out", "imported.jsonl"]] {
        let Output { status, stderr, .. } = mockforge(directory, args);
        let stderr = String::from_utf8_lossy(&stderr);
        assert!(status.success() && stderr.is_empty(), "{args:?}: {stderr}");
    }
    let messages = |file| -> Vec<Value> {
        let lines = lines(&directory.join(file)).into_iter();
        lines.filter(|line| line["mockforge"].is_null()).map(filled).collect()
    };
    assert_eq!(messages("imported.jsonl"), messages(file));
    let imported = lines(&directory.join("imported.jsonl"));
    assert_eq!(imported[0]["recorded"]["url"], lines(&directory.join(file))[0]["recorded"]["url"]);
}

/// A line with what it leaves to the reader: its time, and the placeholders of its secrets in their place.
fn filled(mut line: Value) -> Value {
    let (mut text, mut hex) =
        (line["text"].as_str().map(str::to_string), line["hex"].as_str().map(str::to_string));
    for number in 1..10 {
        let (variable, placeholder) = (format!("var.secret{number}}}}}"), format!("REDACTED-{number}"));
        text = text.map(|text| text.replace(&format!("{{{{{variable}"), &placeholder));
        let bytes: String = placeholder.bytes().map(|byte| format!("{byte:02x}")).collect();
        hex = hex.map(|hex| hex.replace(&format!("{{{{hex {variable}"), &bytes));
    }
    let base64 = line["base64"].as_str().map(|text| encoding::base64(text).expect("base64"));
    let hex = hex.map(|hex| encoding::hex(&hex).expect("hexadecimal"));
    let members = line.as_object_mut().expect("an object");
    members.entry("ts").or_insert_with(|| 0.into());
    members.remove("base64");
    members.remove("hex");
    members.extend(text.map(|text| ("text".to_string(), text.into())));
    members.extend(base64.or(hex).map(|bytes| ("bytes".to_string(), bytes.into())));
    line
}

/// A server that sends `tick 0…`, `tick 1…` and so on, for ever.
fn ticking(directory: &Path, every: u32, tail: &str) -> Serving {
    let script = format!("{{\"text\":\"tick {{{{seq}}}}{tail}\",\"repeat\":{{\"every\":{every}}}}}\n");
    std::fs::write(directory.join("ticks.jsonl"), script).expect("it is writable");
    Serving::start(directory, &["ticks.jsonl"])
}

async fn text(client: &mut Client) -> String {
    client.next().await.expect("it goes on").expect("a message").into_text().expect("a text").to_string()
}

/// The texts that one side sent.
fn texts(lines: &[Value], dir: Option<&str>) -> Vec<String> {
    let messages = lines.iter().filter(|line| line["mockforge"].is_null() && line["dir"].as_str() == dir);
    messages.map(|line| line["text"].as_str().expect("a text").to_string()).collect()
}

#[test]
fn what_is_killed_leaves_a_recording() {
    const TICKS: usize = 150;
    let directory = tempfile::tempdir().expect("a directory");
    let upstream = ticking(directory.path(), 10, "");
    let recording = Serving::record(directory.path(), upstream.origin(), &["--out", "killed.jsonl"]);
    let url = format!("{}/ws", recording.origin());
    let ticks = block_on(async {
        let (mut client, _) = connect_async(url).await.expect("the recorder accepts");
        let mut ticks = Vec::new();
        while ticks.len() < TICKS {
            let tick = text(&mut client).await;
            client.send(Message::text(format!("got {tick}"))).await.expect("the recorder reads");
            ticks.push((Instant::now(), tick));
        }
        // SIGKILL.
        drop(recording);
        ticks
    });
    let killed = Instant::now();
    end(upstream);
    check(directory.path(), "killed.jsonl");

    let lines = lines(&directory.path().join("killed.jsonl"));
    let (sent, received) = (texts(&lines, None), texts(&lines, Some("in")));
    let old = ticks.iter().take_while(|(at, _)| killed - *at > Duration::from_secs(1)).count();
    assert!(old > 10, "the session was long enough to tell");
    assert!(sent.len() >= old && received.len() >= old, "{} and {} of {old}", sent.len(), received.len());
    for ((index, sent), (_, tick)) in sent.iter().enumerate().zip(&ticks) {
        assert_eq!(sent, tick);
        assert!(received.get(index).is_none_or(|received| *received == format!("got {tick}")));
    }

    let server = Serving::start(directory.path(), &["killed.jsonl"]);
    block_on(async {
        let (mut client, _) = connect_async(server.url.as_str()).await.expect("the server accepts");
        for wanted in &sent {
            let tick = text(&mut client).await;
            assert_eq!(tick, *wanted);
            client.send(Message::text(format!("got {tick}"))).await.expect("the server reads");
        }
    });
    end(server);
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_ends_the_recording_and_no_connection() {
    const TICKS: usize = 500;
    let directory = tempfile::tempdir().expect("a directory");
    let upstream = ticking(directory.path(), 2, &"-".repeat(500));
    // No file may grow beyond 64 blocks, and the signal that would tell so is ignored, as a full disk sends none.
    let limited = "ulimit -f 64 && trap '' XFSZ && exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited]).arg(binary()).args(["record", "--upstream", upstream.origin()]);
    let recording = Serving::spawn(&mut command, directory.path(), &["--out", "full.jsonl", "-n", "1"]);
    let url = format!("{}/ws", recording.origin());
    let ticks = block_on(async {
        let (mut client, _) = connect_async(url).await.expect("the recorder accepts");
        let mut ticks = Vec::new();
        while ticks.len() < TICKS {
            ticks.push(text(&mut client).await);
        }
        client.close(None).await.expect("the recorder is there");
        while client.next().await.is_some() {}
        ticks
    });
    let (code, stderr) = recording.wait();
    assert_eq!(code, Some(3), "{stderr}");
    for words in
        ["error: a recording ends early: ", "full.jsonl: File too large", "what was written is valid"]
    {
        assert!(stderr.contains(words), "{words} is not in {stderr}");
    }
    end(upstream);

    check(directory.path(), "full.jsonl");
    let sent = texts(&lines(&directory.path().join("full.jsonl")), None);
    assert!((20..TICKS - 100).contains(&sent.len()), "{} ticks were written", sent.len());
    assert_eq!(sent, ticks[..sent.len()]);
}
