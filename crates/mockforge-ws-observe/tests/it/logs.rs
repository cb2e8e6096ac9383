//! What a subscriber of `tracing` hears of a connection.

use std::io::Write;
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use mockforge_ws_core::{Conn, Cx, Event, FactSink, Interest, Message, Refused, Session, Status, close};
use mockforge_ws_io::{Context, PairPeer, drive, pair};
use mockforge_ws_observe::logs::Logs;
use serde_json::{Value, json};
use tracing::subscriber::with_default;
use tracing::{Level, Subscriber};

/// Where lines are written.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Page {
    fn subscriber(&self, level: Level) -> impl Subscriber + Send + Sync + use<> {
        let page = self.clone();
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .without_time()
            .with_max_level(level)
            .with_writer(move || page.clone())
            .finish()
    }

    /// The lines, without what differs from run to run.
    fn lines(&self) -> Vec<Value> {
        let page = self.0.lock().expect("nobody panics");
        let read = |line: &str| {
            let mut line: Value = serde_json::from_str(line).expect("a line of JSON");
            line.as_object_mut().expect("an object").retain(|key, _| key != "duration_ms" && key != "target");
            line
        };
        String::from_utf8_lossy(&page).lines().map(read).collect()
    }
}

/// Runs a session for a client, logged at that level.
fn logged(level: Level, session: impl Session + 'static, visit: impl AsyncFnOnce(PairPeer)) -> Vec<Value> {
    let page = Page::default();
    with_default(page.subscriber(level), || {
        let context = Context { sink: Arc::new(Logs::new()), ..Context::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
        runtime.block_on(async {
            let (ours, theirs) = pair().await;
            tokio::join!(drive(ours, Box::new(session), Conn::alone("/ws"), &context), visit(theirs));
        });
    });
    page.lines()
}

async fn say(mut client: PairPeer) {
    client.send(Message::text(r#"{"user":"ada","password":"hunter2"}"#)).await.expect("it is read");
    client.next().await.expect("an answer").expect("in order");
    client.send(Message::binary(vec![1, 2, 3])).await.expect("it is read");
    client.next().await.expect("an answer").expect("in order");
    client.close(None).await.expect("it is read");
    while client.next().await.is_some() {}
}

fn echo(event: Event, cx: &mut Cx<'_>) {
    if let Event::Received(inbound) = event
        && inbound.is_data()
    {
        cx.send(inbound.into_message());
    }
}

#[test]
fn a_connection_is_two_lines_with_its_numbers() {
    let lines = logged(Level::INFO, echo, say);
    assert_eq!(
        lines,
        [
            json!({ "level": "INFO", "message": "connection opened", "route": "/ws", "conn": 1, "path": "/ws", "secure": false }),
            json!({
                "level": "INFO", "message": "connection closed", "route": "/ws", "conn": 1, "status": "client_close", "by": "client",
                "received": 2, "received_bytes": 38, "sent": 2, "sent_bytes": 38
            }),
        ]
    );
}

#[test]
fn messages_are_told_one_by_one_where_they_are_asked_for_and_their_bodies_only_at_the_lowest_level() {
    let debug = logged(Level::DEBUG, echo, say);
    let received = |body: Option<&str>| {
        let mut line = json!({ "level": "DEBUG", "message": "message received", "route": "/ws", "conn": 1, "kind": "text", "bytes": 35 });
        if let Some(body) = body {
            (line["level"], line["body"]) = ("TRACE".into(), body.into());
        }
        line
    };
    assert_eq!(debug[1], received(None));
    assert!(debug.len() == 6 && !debug.iter().any(|line| line.get("body").is_some()), "{debug:?}");
    let trace = logged(Level::TRACE, echo, say);
    assert_eq!(trace[1], received(Some(r#"{"user":"ada","password":"***"}"#)));
    assert!(!format!("{trace:?}").contains("hunter2"));
}

#[test]
fn what_goes_wrong_is_told_once() {
    let fails = |event: Event, cx: &mut Cx<'_>| {
        if let Event::Opened = event {
            cx.fail(Status::HandlerError, "the coffee is cold", close::frame(1011, "sorry"));
        }
    };
    let hear = async |mut client: PairPeer| while client.next().await.is_some() {};
    let lines = logged(Level::WARN, fails, hear);
    assert_eq!(
        lines,
        [
            json!({ "level": "ERROR", "message": "failed", "route": "/ws", "conn": 1, "reason": "the coffee is cold" })
        ]
    );
    // A client that is gone without a word has failed nobody, and is told with the end.
    let lines = logged(Level::WARN, echo, async |client: PairPeer| drop(client));
    assert_eq!(
        (lines.len(), &lines[0]["message"], &lines[0]["level"]),
        (1, &json!("connection closed"), &json!("WARN"))
    );
}

#[test]
fn refusals_are_told_and_limits_louder() {
    let page = Page::default();
    with_default(page.subscriber(Level::INFO), || {
        let logs = Logs::new();
        logs.refused(Refused { path: "/favicon.ico\n", peer: None, status: 404, reason: None });
        logs.refused(Refused { path: "/ws", peer: None, status: 503, reason: Some("too many") });
    });
    assert_eq!(
        page.lines(),
        [
            json!({ "level": "INFO", "message": "handshake refused", "path": "/favicon.ico\\n", "status": 404 }),
            json!({ "level": "WARN", "message": "handshake refused", "path": "/ws", "status": 503, "reason": "too many" }),
        ]
    );
}

#[test]
fn messages_are_wanted_only_where_somebody_hears_them() {
    let interest = |level| with_default(Page::default().subscriber(level), || Logs::new().interest());
    assert_eq!((interest(Level::INFO), interest(Level::DEBUG)), (Interest::Counts, Interest::All));
}
