//! Routes that record their sessions.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_config::{Config, Flags, check};
use mockforge_ws_core::{Conn, ConnId, Ended, Fact, FactSink as _, Hello, Limits, Message, Party, Record};
use mockforge_ws_core::{Seed, Status, Wall};
use mockforge_ws_testkit::START;
use time::OffsetDateTime;

use crate::folder::Folder;

fn route(record: &str) -> String {
    format!("websocket: {{routes: [{{path: /ws, echo: , record: {record}}}]}}")
}

/// A session of a config's first route: these messages of the server.
fn session(config: &Config, number: u64, texts: &[&str]) {
    let routes = config.routes();
    let sink = routes.iter().next().and_then(|route| route.sink.clone()).unwrap();
    let wall = Wall::Real(OffsetDateTime::from_unix_timestamp(START).unwrap());
    let hello = Arc::new(Hello { wall, ..Hello::new("/ws") });
    let conn = Conn::new(ConnId { route: "/ws".into(), number }, hello, Seed(0), wall, Limits::default());
    let note = |fact: &Fact| {
        sink.note(Record { conn: conn.id(), hello: conn.hello(), at: Duration::ZERO, fact });
    };
    note(&Fact::Opened { subprotocol: None });
    texts.iter().for_each(|text| note(&Fact::Sent(Message::text(*text))));
    note(&Fact::Closed(Ended { status: Status::ClientClose, frame: None, by: Party::Client, reason: None }));
}

/// The names of recordings, each of which passes `check`.
fn recordings(folder: &Folder, within: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path(within)).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".jsonl"));
    names.sort();
    for name in &names {
        let checked = check(&Path::new(within).join(name), &folder.environment("", []));
        assert!(checked.passes(true), "{name}: {:?}", checked.diagnostics);
    }
    names
}

#[expect(clippy::disallowed_methods, reason = "what was written is read back")]
fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_folder_has_a_file_for_each_session() {
    let folder = Folder::new([("mockforge.yaml", &*route("sessions/"))]);
    let config = folder.load(&Flags::default()).unwrap();
    assert!(!folder.path("sessions").exists(), "nothing is made before there is a session");
    assert_eq!(config.routes().iter().next().unwrap().about, "echo, recorded");
    session(&config, 1, &["a"]);
    session(&config, 2, &["b", r#"{"password":"hunter22"}"#]);
    config.recordings().finish();
    assert_eq!(config.recordings().failure(), None);
    assert_eq!(
        recordings(&folder, "sessions"),
        ["ws-20240115T103000Z-1.jsonl", "ws-20240115T103000Z-2.jsonl"]
    );
    assert!(read(folder.path("sessions/ws-20240115T103000Z-2.jsonl")).ends_with(
        "{\"mockforge\":1,\"variables\":{\"secret1\":\"REDACTED-1\"}}\n\
         {\"ts\":0,\"text\":\"{\\\"password\\\":\\\"{{var.secret1}}\\\"}\"}\n"
    ));
}

#[test]
fn a_file_is_numbered_from_the_second_session_on() {
    let folder = Folder::new([("mockforge.yaml", &*route("feed.jsonl"))]);
    let config = folder.load(&Flags::default()).unwrap();
    session(&config, 1, &["a"]);
    session(&config.reload().unwrap(), 2, &["b"]);
    config.recordings().finish();
    assert_eq!(recordings(&folder, ""), ["feed-2.jsonl", "feed.jsonl"]);
}

#[test]
fn recordings_are_bounded_and_valid() {
    let record = "{dir: s, max_bytes: 1024, max_files: 2, redact: false}";
    let folder = Folder::new([("mockforge.yaml", &*route(record))]);
    let config = folder.load(&Flags::default()).unwrap();
    let text = "x".repeat(100);
    for number in 1..=4 {
        session(&config, number, &[&*text; 50]);
    }
    config.recordings().finish();
    assert_eq!(config.recordings().failure(), None);
    let names = recordings(&folder, "s");
    assert_eq!(names, ["ws-20240115T103000Z-3.jsonl", "ws-20240115T103000Z-4.jsonl"]);
    let kept = read(folder.path("s").join(&names[0]));
    assert!(kept.len() <= 1024 && kept.lines().count() > 5, "{kept}");
    assert!(
        kept.ends_with("// The recording ends here: it has 1024 bytes, the most it may have.\n"),
        "{kept}"
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let folder = Folder::new([("mockforge.yaml", &*route("{dir: taken}")), ("taken", "a file")]);
    let config = folder.load(&Flags::default()).unwrap();
    session(&config, 1, &["a"]);
    config.recordings().finish();
    let failure = config.recordings().failure().unwrap();
    assert!(failure.contains("taken/ws-20240115T103000Z-1.jsonl: "), "{failure}");
}

/// The blocks of the guide in a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let page = include_str!("../../../../docs/recording.md");
    let block = |rest: &'static str| rest.split("```").next().unwrap();
    page.split(&format!("```{language}\n")).skip(1).map(block).collect()
}

#[test]
fn the_guides_examples_check_clean() {
    let configs = blocks("yaml");
    let route = "websocket:\n  routes:\n    - path: /a\n      echo:\n";
    let rules = "rules: [{ on: connect, reply: hi }]";
    for config in [configs[0].to_string(), format!("{route}{}", configs[1])] {
        let folder = Folder::new([("mockforge.yaml", &*config), ("chat.yaml", rules)]);
        let checked = check(Path::new("mockforge.yaml"), &folder.environment("", []));
        assert!(checked.passes(true), "{config}{:#?}", checked.diagnostics);
    }
    let scripts = blocks("json");
    // The third of each is about HAR files, which have tests of their own.
    assert_eq!((configs.len(), scripts.len()), (3, 3));
    for script in &scripts[..2] {
        let folder = Folder::new([("s.jsonl", *script)]);
        let checked = check(Path::new("s.jsonl"), &folder.environment("", []));
        assert!(checked.passes(true), "{script}{:#?}", checked.diagnostics);
    }
}
