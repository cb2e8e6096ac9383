//! Configs without mistakes: the example, the fixtures, and what is printed of them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use mockforge_ws_config::{Config, Environment, Flags, check, load, starter};

use crate::folder::{Folder, files, fixtures, read};

#[test]
fn the_starter_passes_strictly_and_serves() {
    let folder = Folder::new(starter().iter().copied());
    for (name, _) in starter() {
        let checked = check(Path::new(name), &folder.environment("", []));
        assert!(checked.passes(true), "{:?}", checked.diagnostics);
        assert_eq!(checked.timelines.len(), 1, "the script of {name}");
    }
    let config = folder.load(&Flags::default()).unwrap();
    let routes: Vec<_> =
        config.routes().iter().map(|route| format!("{} {}", route.path, route.about)).collect();
    assert_eq!(
        routes,
        [
            "/echo echo without a prefix",
            "/chat/{room} 4 rules",
            "/market replay of market.jsonl, latency fast"
        ]
    );
}

/// What a configuration comes to, without its origins.
fn effect(config: &Config) -> String {
    let bare = |line: &str| line.split("  #").next().unwrap_or_default().trim_end().to_string();
    config.print().lines().map(bare).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_printed_is_a_config_that_says_the_same() {
    let is_config = |path: &&PathBuf| {
        !["jsonl", "har", "pem", "key"].map(OsStr::new).contains(&path.extension().unwrap())
    };
    let recording = read(&fixtures("good/feed.har"));
    for path in files("good").iter().filter(is_config) {
        let environment = Environment::with(fixtures("good"), [("", "")]);
        let flags = Flags { file: Some(path.file_name().unwrap().into()), ..Flags::default() };
        let config = load(&flags, &environment).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(config.warnings().is_empty(), "{path:?}");
        let printed = config.print();
        insta::assert_snapshot!(format!("printed-{}", path.extension().unwrap().display()), printed);

        let (certificate, key) =
            (read(&fixtures("good/localhost.pem")), read(&fixtures("good/localhost.key")));
        let folder = Folder::new([
            ("localhost.pem", certificate.as_str()),
            ("localhost.key", key.as_str()),
            ("mockforge.yaml", printed.as_str()),
            ("feed.jsonl", "{\"text\":\"hello\"}"),
            ("feed.har", recording.as_str()),
        ]);
        let again = folder.load(&Flags::default()).unwrap_or_else(|problems| panic!("{problems}\n{printed}"));
        assert_eq!(effect(&again), effect(&config));
    }
}

#[test]
fn what_is_printed_without_pings_is_a_config_too() {
    let folder = Folder::new([]);
    let printed = folder.load(&Flags { heartbeat: Some(0), ..Flags::default() }).unwrap().print();
    folder.write("mockforge.yaml", &printed);
    let again = folder.load(&Flags::default()).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again.heartbeat.value, None);
}

#[test]
fn secrets_are_not_printed() {
    let environment = Environment::with(fixtures("good"), [("", "")]);
    let flags = Flags { file: Some("full.yaml".into()), ..Flags::default() };
    let printed = load(&flags, &environment).unwrap().print();
    assert!(!printed.contains("s3cr3t") && !printed.contains("hidden"), "{printed}");
    assert!(printed.contains("\"currency\":\"USD\""), "{printed}");
}

#[test]
fn settings_reach_the_server() {
    let environment = Environment::with(fixtures("good"), [("", "")]);
    let flags = Flags { file: Some("full.yaml".into()), ..Flags::default() };
    let config = load(&flags, &environment).unwrap();
    let listen = config.listen();
    assert_eq!((listen.host.as_str(), listen.port), ("127.0.0.1", 4000));
    let settings = config.settings(mockforge_ws_io::Context::default(), mockforge_ws_core::Seed(5));
    assert_eq!((settings.max_connections, settings.limits.max_message_size), (50, 65536));
    assert_eq!((settings.seed.0, settings.allow_hosts), (u64::MAX, vec!["mock.internal".to_string()]));
    assert_eq!(settings.now.map(time::OffsetDateTime::unix_timestamp), Some(1_769_851_800));
    let seconds = |time: Option<std::time::Duration>| time.map(|time| time.as_secs());
    let timing = settings.context.timing;
    assert_eq!(seconds(timing.heartbeat), Some(10));
    assert_eq!((seconds(timing.write), seconds(timing.lifetime)), (Some(20), Some(3600)));
    assert_eq!(timing.missed_pong, mockforge_ws_io::MissedPong::Abort);
    assert_eq!((settings.max_connections_per_ip, settings.context.max_frame_size), (Some(5), Some(4096)));
    let handshakes = mockforge_ws_server::Handshakes {
        timeout: std::time::Duration::from_millis(1500),
        max_pending: 100,
        max_headers: 20,
        max_header_size: 4096,
        max_request_line: 1024,
        ..Default::default()
    };
    assert_eq!(settings.handshakes, handshakes);
    assert_eq!(seconds(settings.context.timing.idle), Some(300));
    let echo = config.routes().iter().find(|route| route.path == "/echo").cloned().unwrap();
    assert_eq!(
        (echo.seed.map(|seed| seed.0), echo.subprotocols),
        (Some(7), vec!["chat.v2".into(), "chat.v1".into()])
    );
}
