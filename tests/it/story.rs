//! Events from a narrative, by the program: served while a model writes them, and generated once to be replayed.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::{SinkExt as _, StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::mockforge::{Serving, binary};

/// A model that speaks OpenAI's protocol: it writes two events, and the third when it is let.
struct Model {
    url: String,
    go_on: Arc<Notify>,
    asked: Arc<Mutex<Vec<Value>>>,
    /// Told when a client has left an answer before its end.
    left: Arc<Notify>,
}

const WRITTEN: [&str; 3] = [
    "Here you are:\n```json\n{\"type\":\"message\",\"user\":\"Alice\",\"text\":\"Ich kann mich ni",
    "cht einloggen: \\u00fc\\\"é\"}\n{\"type\":\"typing\",\"user\":\"Bob\"}\n",
    "{\"type\":\"message\",\"user\":\"Bob\",\"text\":\"{{uuid}} is the ticket\"}\n```\n",
];

fn chunk(text: &str) -> Bytes {
    let delta = json!({ "choices": [{ "index": 0, "delta": { "content": text } }] });
    format!("data: {delta}\n\n").into()
}

struct Guard(Arc<Notify>, bool);

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.1 {
            self.0.notify_one();
        }
    }
}

impl Model {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}/v1", listener.local_addr().expect("it is bound"));
        let model = Self { url, go_on: Arc::default(), asked: Arc::default(), left: Arc::default() };
        let (go_on, asked, left) =
            (Arc::clone(&model.go_on), Arc::clone(&model.asked), Arc::clone(&model.left));
        let answer = move |body: Bytes| {
            let (go_on, left) = (Arc::clone(&go_on), Arc::clone(&left));
            asked.lock().expect("nobody panics").push(serde_json::from_slice(&body).expect("it is JSON"));
            async move {
                let early = stream::iter(WRITTEN[..2].iter().map(|text| chunk(text)));
                let late = stream::once(async move {
                    let mut guard = Guard(left, false);
                    go_on.notified().await;
                    guard.1 = true;
                    chunk(WRITTEN[2])
                });
                let usage = json!({ "choices": [], "usage": { "prompt_tokens": 90, "completion_tokens": 30, "total_tokens": 120 } });
                let end = stream::iter([
                    Bytes::from(
                        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
                    ),
                    format!("data: {usage}\n\n").into(),
                    "data: [DONE]\n\n".into(),
                ]);
                let body = early.chain(late).chain(end).map(Ok::<_, std::io::Error>);
                Response::builder()
                    .header("content-type", "text/event-stream")
                    .body(Body::from_stream(body))
                    .expect("the header is good")
            }
        };
        tokio::spawn(axum::serve(listener, Router::new().fallback(answer)).into_future());
        model
    }

    fn asked(&self) -> Vec<Value> {
        self.asked.lock().expect("nobody panics").clone()
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future)
}

/// Waits for something that blocks, while the model goes on.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("it does not panic")
}

fn mockforge(folder: &Path, args: &[&str]) -> Output {
    // The cache of answers lies in the test's own folder, and no key of the surroundings is used.
    let mut command = Command::new(binary());
    command
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL");
    command.args(args).current_dir(folder).output().expect("the binary runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_first_event_leaves_before_the_model_has_finished() {
    let folder = tempfile::tempdir().expect("a folder");
    block_on(async {
        let model = Model::start().await;
        let yaml = format!(
            "websocket:\n  routes:\n    - path: /chat\n      ai:\n        narrative: A support chat\n        \
             event_count: 3\n        events_per_second: 50\n        provider: openai-compatible\n        \
             model: toy\n        base_url: {}\n        cache: false\n        on_end: close\n",
            model.url
        );
        std::fs::write(folder.path().join("mockforge.yaml"), yaml).expect("the folder is there");
        let directory = folder.path().to_path_buf();
        let server =
            tokio::task::spawn_blocking(move || Serving::start(&directory, &[])).await.expect("it starts");
        let url = format!("{}/chat", server.origin());

        // One that leaves costs no more tokens: its answer is left too.
        let (mut hasty, _) = connect_async(&url).await.expect("the server accepts");
        let first = hasty.next().await.expect("an event").expect("a message");
        assert_eq!(
            serde_json::from_str::<Value>(first.to_text().expect("a text")).expect("JSON"),
            json!({ "type": "message", "user": "Alice", "text": "Ich kann mich nicht einloggen: ü\"é" })
        );
        hasty.close(None).await.expect("the server is there");
        model.left.notified().await;

        let (mut client, _) = connect_async(&url).await.expect("the server accepts");
        for kind in ["message", "typing"] {
            let event = client.next().await.expect("an event").expect("a message");
            let event: Value = serde_json::from_str(event.to_text().expect("a text")).expect("JSON");
            assert_eq!(event["type"], kind);
        }
        client.send(Message::text("is there nobody?")).await.expect("the server reads");
        model.go_on.notify_one();
        let last = client.next().await.expect("an event").expect("a message");
        assert!(last.to_text().expect("a text").contains("{{uuid}} is the ticket"), "{last}");
        let end = client.next().await.expect("an end").expect("a message");
        assert!(end.is_close(), "{end:?}");
        assert_eq!(model.asked().len(), 2);
        let (code, told) = beside(|| server.terminate()).await;
        assert_eq!(code, Some(0), "{told}");
    });
}

#[test]
fn what_is_generated_once_is_checked_and_served() {
    let folder = tempfile::tempdir().expect("a folder");
    block_on(async {
        let model = Model::start().await;
        // It need not wait for anybody.
        model.go_on.notify_one();
        let generate = |out: &'static str| {
            let (path, url) = (folder.path().to_path_buf(), model.url.clone());
            beside(move || {
                let common =
                    ["generate", "--narrative", "A support chat", "-n", "3", "--rate", "20", "--seed", "7"];
                let provider = ["--provider", "openai-compatible", "--model", "toy", "--base-url", &url];
                mockforge(&path, &[&common[..], &provider, &["--out", out]].concat())
            })
        };
        let (first, again) = (generate("chat.jsonl").await, generate("again.jsonl").await);
        assert!(first.status.success() && again.status.success(), "{}{}", told(&first), told(&again));
        assert_eq!(
            told(&first),
            "3 events by openai-compatible/toy: 90 tokens read, 30 written; 1 part of its answers no event\n  \
             passed over: prose: Here you are:\n"
        );
        assert!(
            told(&again).contains(": 0 tokens read, 0 written; 1 answer kept from before, at no cost"),
            "{}",
            told(&again)
        );
        assert_eq!(model.asked().len(), 1, "the same request costs once");
    });
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("it is written");
    assert_eq!(read("chat.jsonl"), read("again.jsonl"));
    let refused =
        mockforge(folder.path(), &["generate", "--narrative", "x", "-n", "1", "--out", "chat.jsonl"]);
    assert_eq!(refused.status.code(), Some(2), "a file that is there stays: {}", told(&refused));
    serves_back(folder.path(), "chat.jsonl", 3);
}

/// Checks a script, serves it and reads it back.
fn serves_back(folder: &Path, script: &str, events: usize) {
    let check = mockforge(folder, &["check", "--strict", script]);
    assert!(check.status.success(), "{}", told(&check));
    let wanted: Vec<Value> = std::fs::read_to_string(folder.join(script))
        .expect("it is written")
        .lines()
        .filter(|line| !line.starts_with("//"))
        .map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"))
        .filter_map(|line| line.get("json").cloned())
        .collect();
    assert_eq!(wanted.len(), events);
    let server = Serving::start(folder, &[script]);
    block_on(async {
        let (mut client, _) = connect_async(server.url.as_str()).await.expect("the server accepts");
        for wanted in &wanted {
            let event = client.next().await.expect("an event").expect("a message");
            let text = event.to_text().expect("a text").replace("{{", r"\{{");
            assert_eq!(
                serde_json::from_str::<Value>(&text.replace(r"\{{", "{{")).expect("JSON"),
                unescaped(wanted)
            );
        }
    });
    let (code, told) = server.terminate();
    assert_eq!(code, Some(0), "{told}");
}

/// What a literal template says.
fn unescaped(value: &Value) -> Value {
    serde_json::from_str(&value.to_string().replace(r"\\{{", "{{")).expect("it is still JSON")
}

#[test]
fn without_a_model_the_same_seed_gives_the_same_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let narrative = "Simulate 5 minutes of live trading in AAPL and BTC-USD at 20 events per second";
    let common =
        ["generate", "--narrative", narrative, "-n", "40", "--seed", "7", "--now", "2024-01-15T10:30:00Z"];
    for name in ["a.jsonl", "b.jsonl"] {
        let output = mockforge(folder.path(), &[&common[..], &["--out", name]].concat());
        assert_eq!(told(&output), "40 events by simulation, not by a language model; seed 7\n");
        assert_eq!(output.stdout, format!("{name}\n").as_bytes());
    }
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect("it is written");
    assert_eq!(read("a.jsonl"), read("b.jsonl"));
    serves_back(folder.path(), "a.jsonl", 40);
}

#[test]
fn live_times_are_those_of_the_serving_and_speed_is_that_of_the_flag() {
    let folder = tempfile::tempdir().expect("a folder");
    let generate =
        ["generate", "--narrative", "Trading in AAPL, 3 events at 0.01 per second", "--out", "live.jsonl"];
    let output = mockforge(folder.path(), &[&generate[..], &["--live-times"]].concat());
    assert!(output.status.success(), "{}", told(&output));
    assert!(mockforge(folder.path(), &["check", "--strict", "live.jsonl"]).status.success());
    // A hundred seconds from event to event.
    let server =
        Serving::start(folder.path(), &["live.jsonl", "--now", "2030-01-01T00:00:00Z", "--speed", "1000"]);
    block_on(async {
        let (mut client, _) = connect_async(&server.url).await.expect("it accepts");
        for time in ["00:00", "01:40", "03:20"] {
            let message = client.next().await.expect("a message").expect("no error");
            let event: Value = serde_json::from_str(message.to_text().expect("a text")).expect("it is JSON");
            assert_eq!(event["timestamp"], format!("2030-01-01T00:{time}.000Z"), "{event}");
        }
    });
}

#[test]
fn what_is_wrong_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |args: &[&str]| {
        let output = mockforge(folder.path(), &[&["generate", "--narrative", "a chat"], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", told(&output));
        told(&output)
    };
    assert!(refused(&[]).contains("`--count 50`"));
    assert!(refused(&["-n", "3", "--provider", "openai"]).contains("set OPENAI_API_KEY"));
    assert!(refused(&["-n", "3", "--provider", "opnai"]).contains("did you mean `openai`?"));
    assert!(refused(&["-n", "3", "--schema", "none.json"]).contains("none.json: there is no such file"));
    let both = refused(&["-n", "3", "--rate", "0", "--event-type", "say=x"]);
    assert!(both.contains("--rate") && both.contains("--event-type"), "{both}");
    // Nobody listens there: what has been generated before is kept, and there is nothing yet.
    let url = ["--provider", "openai-compatible", "--model", "m", "--base-url", "http://127.0.0.1:9/v1"];
    let output = mockforge(
        folder.path(),
        &[&["generate", "--narrative", "a chat", "-n", "3", "--out", "x.jsonl"], &url[..]].concat(),
    );
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    assert!(told(&output).contains("0 events by openai-compatible/m"), "{}", told(&output));
}

#[test]
fn rules_answer_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let yaml = "websocket:\n  seed: 7\n  routes:\n    - path: /ws\n      ai:\n        narrative: A support chat between Alice \
                and an agent\n        answers_only: true\n        interactive: { rules: [{ on: ^ping$, reply: pong }] }\n";
    std::fs::write(folder.path().join("mockforge.yaml"), yaml).expect("the folder is there");
    let server = Serving::start(folder.path(), &[]);
    block_on(async {
        let (mut client, _) =
            connect_async(server.origin().to_string() + "/ws").await.expect("the server accepts");
        let hello = r#"{"type":"message","text":"my order is late"}"#;
        for said in [hello, "ping", "ping"] {
            client.send(Message::text(said)).await.expect("the server reads");
        }
        let mut heard = Vec::new();
        while heard.len() < 3 {
            let message = client.next().await.expect("an answer").expect("a message");
            heard.push(message.to_text().expect("a text").to_string());
        }
        // The rules answer at once, and the story when it has something to say.
        assert_eq!(heard[..2], ["pong", "pong"]);
        let answer: Value = serde_json::from_str(&heard[2]).expect("JSON");
        assert_eq!(answer["type"], "message");
    });
    let (code, told) = server.terminate();
    assert_eq!(code, Some(0), "{told}");
    assert!(!told.contains("unanswered"), "{told}");
}
