//! Rate limits on a running server: what is counted together, and what becomes of messages beyond.

use std::time::Instant;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::mockforge::Serving;

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A minute is longer than any test: what is used up stays so.
const CONFIG: &str = r#"
websocket:
  rate_limit: { messages: 2, per: 60s, by: ip, over: { reply: { error: slow down } } }
  routes:
    - { path: /a, echo: { prefix: "" } }
    - { path: /b, echo: { prefix: "" } }
    - { path: /own, echo: { prefix: "" }, rate_limit: { messages: 1, per: 60s, over: close } }
    - { path: /all, echo: { prefix: "" }, rate_limit: { messages: 1, per: 60s, by: route, over: close } }
"#;

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts").block_on(test)
}

async fn client(server: &Serving, path: &str) -> Client {
    connect_async(format!("{}{path}", server.origin())).await.expect("the server accepts").0
}

/// Sends and gives what comes back.
async fn said(client: &mut Client, text: &str) -> String {
    client.send(Message::text(text)).await.expect("the server reads");
    match client.next().await.expect("the server answers").expect("in order") {
        Message::Close(frame) => frame.map_or("closed".into(), |frame| u16::from(frame.code).to_string()),
        message => message.to_string(),
    }
}

#[test]
fn addresses_routes_and_connections_have_their_counts() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("mockforge.yaml"), CONFIG).expect("it is writable");
    let server = Serving::start(directory.path(), &["mockforge.yaml", "--journal", "journal.jsonl"]);
    run(async {
        // An address has one count, whatever routes it uses.
        let (mut a, mut b) = (client(&server, "/a").await, client(&server, "/b").await);
        assert_eq!(said(&mut a, "1").await, "1");
        assert_eq!(said(&mut b, "2").await, "2");
        assert_eq!(said(&mut b, "3").await, r#"{"error":"slow down"}"#);
        assert_eq!(said(&mut a, "4").await, r#"{"error":"slow down"}"#);
        // Each connection for itself.
        for _ in 0..2 {
            let mut own = client(&server, "/own").await;
            assert_eq!(said(&mut own, "1").await, "1");
            assert_eq!(said(&mut own, "2").await, "1008");
        }
        // All of a route together.
        let mut one = client(&server, "/all").await;
        assert_eq!(said(&mut one, "1").await, "1");
        let mut two = client(&server, "/all").await;
        assert_eq!(said(&mut two, "1").await, "1008");
    });
    let (code, stderr) = server.terminate();
    assert_eq!(code, Some(0), "{stderr}");
    let journal = std::fs::read_to_string(directory.path().join("journal.jsonl")).expect("it was written");
    let count = |part: &str| journal.matches(part).count();
    assert_eq!(count(r#""fact":"dropped","reason":"rate_limit""#), 2, "{journal}");
    assert_eq!(count(r#""status":"limit""#), 3, "{journal}");
}

#[test]
fn with_the_flag_messages_wait() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = Serving::start(directory.path(), &["--rate-limit", "10/1"]);
    run(async {
        let mut client = client(&server, "/ws").await;
        let started = Instant::now();
        for number in 0..13 {
            client.feed(Message::text(number.to_string())).await.expect("the server reads");
        }
        client.flush().await.expect("the server reads");
        for number in 0..13 {
            let echo = client.next().await.expect("the server answers").expect("in order");
            assert_eq!(echo, Message::text(format!("echo: {number}")), "none is lost");
        }
        // Ten at once, and one each tenth of a second.
        assert!(started.elapsed().as_millis() >= 300, "{:?}", started.elapsed());
    });
    let (code, stderr) = server.terminate();
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("echo, at most 10 messages in 1s"), "{stderr}");
}
