//! What recording a message costs: as it is, with redaction, with correlation, and the secrets found.

use std::sync::Arc;
use std::time::Duration;

use divan::{Bencher, black_box};
use mockforge_ws_core::{Conn, Fact, FactSink, Message, Record};
use mockforge_ws_replay::record::{RecordOptions, Recorder, Redaction, SessionName, Track};

/// 95 bytes, as a feed has them.
const PRICE: &str =
    r#"{"type":"ticker","product_id":"BTC-USD","price":"43127.10","size":"0.0124","sequence":18113012}"#;
const SECRET: &str =
    r#"{"type":"hello","token":"f6a8e2c4b0d9-1a2b3c4d","user":{"name":"bob","session":"a"},"seq":181}"#;
const TIMES: &str =
    r#"{"id":"7f0a","at":"1970-01-01T00:00:00.005Z","trace":"0190f3b4-7d1c-4cc2-9a53-2f4b8a1c0d77","n":1}"#;

fn main() {
    divan::main();
}

struct Count(u64);

impl Track for Count {
    fn line(&mut self, line: &str) {
        self.0 += black_box(line).len() as u64;
    }

    fn end(self: Box<Self>) {}
}

fn messages(bencher: Bencher<'_, '_>, text: &str, options: RecordOptions) {
    let tape = |_: &SessionName| Box::new(Count(0)) as Box<dyn Track>;
    let recorder: Arc<dyn FactSink> =
        Arc::new(Recorder::new(options, tape).expect("the rules are the usual"));
    let conn = Conn::alone("/ws");
    let note = |fact: &Fact| {
        let at = Duration::from_millis(5);
        recorder.note(Record { conn: conn.id(), hello: conn.hello(), at, fact });
    };
    note(&Fact::Opened { subprotocol: None });
    note(&Fact::Received(Message::text(r#"{"type":"subscribe","id":"7f0a"}"#)));
    let fact = Fact::Sent(Message::text(text));
    note(&fact);
    bencher.bench_local(|| note(&fact));
}

fn plain() -> RecordOptions {
    RecordOptions { redact: Redaction::off(), ..RecordOptions::default() }
}

#[divan::bench]
fn as_it_is(bencher: Bencher<'_, '_>) {
    messages(bencher, PRICE, plain());
}

#[divan::bench]
fn redacted_nothing_found(bencher: Bencher<'_, '_>) {
    messages(bencher, PRICE, RecordOptions::default());
}

#[divan::bench]
fn redacted_secret_found(bencher: Bencher<'_, '_>) {
    messages(bencher, SECRET, RecordOptions::default());
}

#[divan::bench]
fn correlated_nothing_found(bencher: Bencher<'_, '_>) {
    messages(bencher, PRICE, RecordOptions { correlate: true, ..plain() });
}

#[divan::bench]
fn correlated_id_time_and_uuid(bencher: Bencher<'_, '_>) {
    messages(bencher, TIMES, RecordOptions { correlate: true, ..plain() });
}

#[divan::bench]
fn all_of_it(bencher: Bencher<'_, '_>) {
    messages(bencher, PRICE, RecordOptions { correlate: true, ..RecordOptions::default() });
}

#[divan::bench]
fn large_redacted(bencher: Bencher<'_, '_>) {
    let text = format!("[{}]", vec![PRICE; 1_000].join(","));
    messages(bencher, &text, RecordOptions::default());
}

#[divan::bench]
fn large_without_quotes(bencher: Bencher<'_, '_>) {
    messages(bencher, &"x".repeat(16 << 10), RecordOptions::default());
}

/// What a connection costs once: the rules are compiled with the recorder, not here.
#[divan::bench]
fn the_rules() -> Recorder {
    let tape = |_: &SessionName| Box::new(Count(0)) as Box<dyn Track>;
    Recorder::new(RecordOptions::default(), tape).expect("the rules are the usual")
}
