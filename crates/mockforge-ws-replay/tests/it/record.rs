//! Sessions recorded from facts, and played again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mockforge_ws_core::{Conn, ConnId, Ended, Fact, FactSink, Hello, Limits, Message, Party, Record, Seed};
use mockforge_ws_core::{Status, Wall, close};
use mockforge_ws_replay::record::{RecordOptions, Recorder, Redaction, SessionName, Track};
use mockforge_ws_replay::{Options, Script, compile, har};
use mockforge_ws_testkit::{Entry, START, Setup, Sim};
use proptest::prelude::*;
use time::OffsetDateTime;

mod correlation;
mod secrets;

struct Lines(Arc<Mutex<Vec<String>>>);

impl Track for Lines {
    fn line(&mut self, line: &str) {
        assert!(!line.contains('\n'), "{line}");
        self.0.lock().unwrap().push(line.to_string());
    }

    fn end(self: Box<Self>) {
        self.0.lock().unwrap().push(String::new());
    }
}

/// A connection under recording, on a clock of its own.
struct Recording {
    recorder: Recorder,
    conn: Conn,
    lines: Arc<Mutex<Vec<String>>>,
    ms: u64,
}

impl Recording {
    fn of(hello: Hello, options: RecordOptions) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&lines);
        let tape = move |_: &SessionName| Box::new(Lines(Arc::clone(&shared))) as Box<dyn Track>;
        let recorder = Recorder::new(options, tape).unwrap();
        let wall = Wall::Real(OffsetDateTime::from_unix_timestamp(START).unwrap());
        let id = ConnId { route: "/ws".into(), number: 1 };
        let hello = Arc::new(Hello { wall, ..hello });
        let conn = Conn::new(id, hello, Seed(0), wall, Limits::default());
        let recording = Self { recorder, conn, lines, ms: 0 };
        recording.note(&Fact::Opened { subprotocol: None });
        recording
    }

    fn new(options: RecordOptions) -> Self {
        Self::of(Hello::new("/ws"), options)
    }

    fn note(&self, fact: &Fact) {
        let at = Duration::from_millis(self.ms);
        self.recorder.note(Record { conn: self.conn.id(), hello: self.conn.hello(), at, fact });
    }

    fn pass(&mut self, ms: u64) -> &mut Self {
        self.ms += ms;
        self
    }

    fn got(&mut self, text: &str) -> &mut Self {
        self.note(&Fact::Received(Message::text(text)));
        self
    }

    fn sent(&mut self, text: &str) -> &mut Self {
        self.note(&Fact::Sent(Message::text(text)));
        self
    }

    fn ended(&mut self, status: Status, by: Party, frame: Option<(u16, &str)>) -> &mut Self {
        let frame = frame.map(|(code, reason)| close::frame(code, reason));
        self.note(&Fact::Closed(Ended { status, frame, by, reason: None }));
        self
    }

    /// The lines after the header.
    fn lines(&self) -> Vec<String> {
        self.all().split_off(1)
    }

    fn all(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        lines.iter().filter(|line| !line.is_empty()).cloned().collect()
    }

    fn script(&self) -> Script {
        whole_and_in_parts(&self.lines.lock().unwrap())
    }
}

/// Compiles a recording, and every part of it that a crash could leave.
fn whole_and_in_parts(lines: &[String]) -> Script {
    let mut source = String::new();
    let mut script = None;
    for line in lines {
        source.push_str(line);
        source.push('\n');
        let compiled = compile(&source, &Options::new("r.jsonl"));
        script = Some(compiled.script.unwrap_or_else(|| panic!("{source}{:#?}", compiled.diagnostics)));
    }
    script.unwrap()
}

#[test]
fn the_header_says_where_it_comes_from() {
    let mut hello = Hello::new("/ws").with_query(vec![
        ("room".into(), "a".into()),
        ("room".into(), "b".into()),
        ("access_token".into(), "query-secret".into()),
    ]);
    for (name, value) in [
        ("host", "localhost"),
        ("upgrade", "websocket"),
        ("authorization", "Bearer header-secret"),
        ("cookie", "a=cookie-secret; b=query-secret"),
        ("x-note", "it is header-secret"),
    ] {
        hello.headers.append(name, value.parse().unwrap());
    }
    let upstream = Some("wss://bob:upstream-secret@a.example/?key=key-secret".into());
    let mut recording = Recording::of(hello, RecordOptions { upstream, ..RecordOptions::default() });
    recording.pass(3).sent("query-secret and header-secret");
    let header: serde_json::Value = serde_json::from_str(&recording.lines.lock().unwrap()[0]).unwrap();
    let wanted = serde_json::json!({
        "mockforge": 1,
        "name": "/ws#1",
        "variables": {
            "secret1": "REDACTED-1", "secret2": "REDACTED-2", "secret3": "REDACTED-3",
            "secret4": "REDACTED-4", "secret5": "REDACTED-5"
        },
        "recorded": {
            "from": "mockforge",
            "at": "2024-01-15T10:30:00Z",
            "url": "wss://a.example/ws",
            "path": "/ws",
            "query": { "room": ["a", "b"], "access_token": "REDACTED-1" },
            "headers": {
                "host": "localhost",
                "authorization": "Bearer REDACTED-2",
                "cookie": "a=REDACTED-3; b=REDACTED-1",
                "x-note": "it is REDACTED-2"
            },
            "upstream": "wss://bob:REDACTED-4@a.example/?key=REDACTED-5"
        }
    });
    assert_eq!(header, wanted);
    assert_eq!(recording.lines(), [r#"{"ts":3,"text":"{{var.secret1}} and {{var.secret2}}"}"#]);
    let exported = har::Recording::of(&recording.script(), None);
    assert!(exported.recording.is_some(), "{:?}", exported.diagnostics);
}

#[test]
fn each_kind_of_message_has_its_line() {
    let mut recording = Recording::new(RecordOptions::default());
    recording.got("hi {{x}}").pass(7).sent("").sent("{\"a\": 1}");
    recording.note(&Fact::Sent(Message::binary(vec![0_u8, 255])));
    recording.note(&Fact::Sent(Message::Ping(Vec::new().into())));
    recording.note(&Fact::Received(Message::binary(b"x".to_vec())));
    let lines = [
        r#"{"ts":0,"dir":"in","text":"hi \\{{x}}"}"#,
        r#"{"ts":7,"text":""}"#,
        r#"{"ts":7,"text":"{\"a\": 1}"}"#,
        r#"{"ts":7,"base64":"AP8="}"#,
        r#"{"ts":7,"dir":"in","base64":"eA=="}"#,
    ];
    assert_eq!(recording.lines(), lines);
    recording.script();
}

#[test]
fn the_end_is_the_servers_or_there_is_none() {
    let check = |status: Status, by: Party, frame: Option<(u16, &str)>, wanted: &[&str]| {
        let mut recording = Recording::new(RecordOptions::default());
        recording.sent("a").pass(9).ended(status, by, frame);
        assert_eq!(recording.lines()[1..], *wanted);
        assert_eq!(
            recording.lines.lock().unwrap().last().map(String::as_str),
            Some(""),
            "the track has ended"
        );
        recording.script();
        // What comes after the end is nobody's.
        recording.sent("late");
        assert_eq!(recording.lines().len(), 1 + wanted.len());
    };
    use Party::{Client, Server};
    check(
        Status::Normal,
        Server,
        Some((4001, "a \"b\"")),
        &[r#"{"ts":9,"close":{"code":4001,"reason":"a \"b\""}}"#],
    );
    check(Status::Normal, Server, Some((1000, "")), &[r#"{"ts":9,"close":{"code":1000}}"#]);
    check(Status::Timeout, Server, Some((1000, "")), &[r#"{"ts":9,"close":{"code":1000}}"#]);
    check(
        Status::HandlerError,
        Server,
        Some((1011, "no")),
        &[r#"{"ts":9,"close":{"code":1011,"reason":"no"}}"#],
    );
    check(
        Status::Normal,
        Server,
        Some((2000, "")),
        &[
            "// The server closed with 2000, which is reserved by RFC 6455 for future use.",
            r#"{"ts":9,"close":true}"#,
        ],
    );
    check(Status::Normal, Server, None, &[r#"{"ts":9,"abort":true}"#]);
    check(
        Status::Normal,
        Server,
        Some((1000, "key sk-abcdefghijklmnopqrst")),
        &[r#"{"ts":9,"close":{"code":1000,"reason":"key REDACTED-1"}}"#],
    );
    check(Status::Normal, Server, Some((1001, "the server is going away")), &[]);
    check(Status::Timeout, Server, Some((1001, "no sign of life")), &[]);
    check(Status::Limit, Server, Some((1009, "")), &[]);
    check(Status::ClientClose, Client, Some((1000, "")), &[]);
    check(Status::Error, Client, None, &[]);
}

#[test]
fn sessions_at_a_time_are_kept_apart() {
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    struct Named(String, Arc<Mutex<Vec<String>>>);
    impl Track for Named {
        fn line(&mut self, line: &str) {
            self.1.lock().unwrap().push(format!("{} {line}", self.0));
        }
        fn end(self: Box<Self>) {}
    }
    let shared = Arc::clone(&lines);
    let tape = move |name: &SessionName| {
        Box::new(Named(format!("{}{}", name.path, name.number), Arc::clone(&shared))) as Box<dyn Track>
    };
    let recorder = Recorder::new(RecordOptions::default(), tape).unwrap();
    let hello = Hello::new("/p");
    let ids = [1, 2].map(|number| ConnId { route: "/r".into(), number });
    let note = |index: usize, fact: Fact| {
        let record = Record { conn: &ids[index], hello: &hello, at: Duration::ZERO, fact: &fact };
        recorder.note(record);
    };
    note(0, Fact::Opened { subprotocol: None });
    note(1, Fact::Opened { subprotocol: Some("v1".into()) });
    note(1, Fact::Sent(Message::text("b")));
    note(0, Fact::Sent(Message::text("a")));
    let lines = lines.lock().unwrap();
    assert!(lines[1].starts_with("/p2") && lines[1].contains(r#""subprotocol":"v1""#), "{}", lines[1]);
    assert_eq!(lines[2..], [r#"/p2 {"ts":0,"text":"b"}"#, r#"/p1 {"ts":0,"text":"a"}"#]);
}

/// A hundred thousand messages, each with an identifier, a UUID and a secret of its own, leave as much behind
/// as a thousand.
#[test]
fn memory_is_bounded() {
    let held = |count: u64| {
        let options = RecordOptions { correlate: true, ..RecordOptions::default() };
        let tape = |_: &SessionName| {
            struct Nowhere;
            impl Track for Nowhere {
                fn line(&mut self, _: &str) {}
                fn end(self: Box<Self>) {}
            }
            Box::new(Nowhere) as Box<dyn Track>
        };
        let recorder = Recorder::new(options, tape).unwrap();
        let conn = Conn::alone("/ws");
        let note = |fact: &Fact| {
            recorder.note(Record { conn: conn.id(), hello: conn.hello(), at: Duration::ZERO, fact });
        };
        note(&Fact::Opened { subprotocol: None });
        let mut held = 0;
        let info = allocation_counter::measure(|| {
            for n in 0..count {
                note(&Fact::Received(Message::text(format!(r#"{{"id":"{n}","type":"t"}}"#))));
                note(&Fact::Sent(Message::text(format!(r#"{{"u":"00000000-0000-4000-8000-{n:012}"}}"#))));
                if n < 300 {
                    note(&Fact::Sent(Message::text(format!(r#"{{"token":"secret-{n:06}"}}"#))));
                }
            }
        });
        held += info.bytes_current;
        held
    };
    let (few, many) = (held(2_000), held(100_000));
    assert!(many < few + few / 4 + 100_000, "{few} bytes, then {many}");
}

/// A message that is nothing but secrets, identifiers and UUIDs takes time in proportion to its size: with any
/// work squared, this test would go on for hours.
#[test]
fn a_message_of_the_worst_kind_is_no_trap() {
    let mut options = RecordOptions { correlate: true, ..RecordOptions::default() };
    options.redact.jsonpaths.push("$..pin".into());
    let mut recording = Recording::new(options);
    let numbers: Vec<_> = (0..60_000).map(|n| n.to_string()).collect();
    recording.got(&format!(r#"{{"token":[{}]}}"#, numbers.join(",")));
    let uuids: Vec<_> = (0..12_000).map(|n| format!(r#""00000000-0000-4000-8000-{n:012}""#)).collect();
    recording.sent(&format!(r#"{{"id":[{}],"token":[{}]}}"#, uuids.join(","), numbers[..9_000].join(",")));
    recording.sent(&format!("[{}]", [r#"{"pin":"a","id":1705314600}"#; 20_000].join(",")));
    recording.sent(&r#""token":{"#.repeat(50_000));
    recording.sent(&r#"\"token\":\\\""#.repeat(50_000));
    recording.sent(&"{".repeat(500_000));
    recording.sent(&"{{".repeat(250_000));
    recording.sent(&"://a:".repeat(100_000));
    assert!(recording.lines().len() > 8);
}

/// What the client does and the server does, as a script and the client's side of it.
#[derive(Debug, Clone)]
enum Act {
    Out(u64, Message),
    In(u64, Message),
}

fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        6 => "[ -~{}\\\\\"éß😀\n\u{0}]{0,12}".prop_map(Message::text),
        2 => "(\\{\\{|\\}\\}|\\\\|a|\\{|\\}){0,8}".prop_map(Message::text),
        2 => ("[a-z]{1,5}", any::<i32>(), "[^\u{0}]{0,6}").prop_map(|(name, number, text)| {
            Message::text(serde_json::json!({ name: [number, { "x": text }] }).to_string())
        }),
        1 => proptest::collection::vec(any::<u8>(), 0..9).prop_map(Message::binary),
    ]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = (any::<bool>(), 0_u64..30, message())
        .prop_map(|(out, gap, message)| if out { Act::Out(gap, message) } else { Act::In(gap, message) });
    proptest::collection::vec(act, 0..16)
}

/// Records a session of these acts, ended by the server or not.
fn recorded(acts: &[Act], ending: Option<u16>, options: RecordOptions) -> Vec<String> {
    let mut recording = Recording::new(options);
    for act in acts {
        match act {
            Act::Out(gap, message) => recording.pass(*gap).note(&Fact::Sent(message.clone())),
            Act::In(gap, message) => recording.pass(*gap).note(&Fact::Received(message.clone())),
        }
    }
    match ending {
        Some(code) => recording.pass(3).ended(Status::Normal, Party::Server, Some((code, "bye"))),
        None => recording.pass(3).ended(Status::ClientClose, Party::Client, None),
    };
    recording.all()
}

/// What such a session is as a transcript: milliseconds, direction, message.
fn transcript(acts: &[Act], ending: Option<u16>) -> String {
    let mut sim = Sim::new(|_: mockforge_ws_core::Event, _: &mut mockforge_ws_core::Cx<'_>| {});
    let mut out = String::new();
    let mut ms = 0;
    let mut show = |ms: u64, arrow: &str, message: &Message| {
        out += &format!("{ms} {arrow} {message:?}\n");
    };
    for act in acts {
        match act {
            Act::Out(gap, message) => {
                ms += gap;
                show(ms, ">", message);
            }
            Act::In(gap, message) => {
                ms += gap;
                show(ms, "<", message);
            }
        }
    }
    sim.leave();
    match ending {
        Some(code) => out + &format!("{} x {code} bye\n", ms + 3),
        None => out,
    }
}

/// Plays a script to a client that does what the recorded one did.
fn replayed(script: &Script, acts: &[Act]) -> String {
    let mut sim = Sim::with(script.player(), Setup::default());
    for act in acts {
        match act {
            Act::Out(gap, _) => {
                sim.advance(*gap);
            }
            Act::In(gap, message) => {
                sim.advance(*gap).receive_message(message.clone());
            }
        }
    }
    sim.advance(10);
    let line = |entry: &Entry| match entry {
        Entry::Received(at, message) => format!("{} < {message:?}\n", at.as_millis()),
        Entry::Sent(at, message) => format!("{} > {message:?}\n", at.as_millis()),
        Entry::Closed(at, frame) => {
            let frame = frame.clone().unwrap();
            format!("{} x {} {}\n", at.as_millis(), u16::from(frame.code), frame.reason)
        }
        Entry::Aborted(_)
        | Entry::Noted(..)
        | Entry::FromUpstream(..)
        | Entry::UpstreamLeft(..)
        | Entry::ToUpstream(..) => String::new(),
    };
    sim.entries().iter().map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// What is recorded plays again as it was, message for message and millisecond for millisecond.
    #[test]
    fn a_recording_serves_back_as_it_was(acts in acts(), ending in proptest::option::of(3000_u16..4999)) {
        for redact in [Redaction::default(), Redaction::off()] {
            let options = RecordOptions { redact, ..RecordOptions::default() };
            let script = whole_and_in_parts(&recorded(&acts, ending, options));
            prop_assert_eq!(replayed(&script, &acts), transcript(&acts, ending));
        }
    }

    /// Nothing panics with everything on, and what is written is a script.
    #[test]
    fn a_correlated_recording_is_a_script(acts in acts()) {
        let options = RecordOptions { correlate: true, ..RecordOptions::default() };
        whole_and_in_parts(&recorded(&acts, None, options));
    }
}
