//! HAR files as what is served and checked.

use std::path::Path;

use mockforge_ws_config::{Config, Environment, Failure, Flags, check, har};
use serde_json::{Value, json};

use crate::folder::{Folder, fixtures, read};

/// A HAR with WebSockets of these URLs, each with a message from the server.
fn recorded(urls: &[&str]) -> String {
    let entry = |url: &&str| {
        json!({
            "startedDateTime": "2026-01-31T09:30:00Z",
            "request": { "url": url },
            "_webSocketMessages": [
                { "type": "receive", "time": 1_769_851_800.5, "opcode": 1, "data": format!("from {url} {{{{x}}}}") }
            ]
        })
    };
    har_of(&urls.iter().map(entry).collect::<Vec<_>>())
}

fn har_of(entries: &[Value]) -> String {
    json!({ "log": { "version": "1.2", "entries": entries } }).to_string()
}

fn served(config: &Config) -> Vec<String> {
    config.routes().iter().map(|route| format!("{} {}", route.path, route.about)).collect()
}

fn file(name: &str) -> Flags {
    Flags { file: Some(name.into()), ..Flags::default() }
}

#[test]
fn one_web_socket_is_served_where_the_flags_say() {
    let folder = Folder::new([("one.har", &*recorded(&["wss://a.example/feed"]))]);
    let config = folder.load(&file("one.har")).unwrap();
    assert_eq!(served(&config), ["/ws replay of one.har"]);
    let flags = Flags { path: Some("/p".into()), ..file("one.har") };
    assert_eq!(served(&folder.load(&flags).unwrap()), ["/p replay of one.har"]);
    let flags = Flags { replay_file: Some("one.har".into()), ..Flags::default() };
    assert_eq!(served(&folder.load(&flags).unwrap()), ["/ws replay of one.har"]);
    // What was recorded has braces; it is sent as it was also where templates are off.
    let flags = Flags { expand: Some(false), ..file("one.har") };
    let config = folder.load(&flags).unwrap();
    let routes = config.routes();
    let route = routes.iter().next().unwrap();
    let mut sim = mockforge_ws_testkit::Sim::open(&route.mode, mockforge_ws_testkit::Setup::default());
    assert_eq!(sim.advance(500).texts(), ["from wss://a.example/feed {{x}}"]);
    assert_eq!(config.files(), [folder.path("one.har")]);
}

#[test]
fn several_web_sockets_are_served_at_their_own_paths() {
    let urls = ["ws://a/x?1", "ws://a/y", "ws://b/x", "ws://a", "ws://c/x", "ws://a/{z}"];
    let folder = Folder::new([("more.har", &*recorded(&urls))]);
    let config = folder.load(&file("more.har")).unwrap();
    assert_eq!(
        served(&config),
        [
            "/x replay of more.har, WebSocket 1",
            "/y replay of more.har, WebSocket 2",
            "/ replay of more.har, WebSocket 4",
            "/{{z}} replay of more.har, WebSocket 6"
        ]
    );
    let warnings: Vec<_> = config.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["more.har: warning: of the WebSockets at /x the first is served (1), and not 3, 5"]
    );
    let told = folder.told(&Flags { path: Some("/p".into()), ..file("more.har") });
    assert!(
        told.contains("`--ws-path` has no effect: the WebSockets of more.har are served at paths"),
        "{told}"
    );
    let told = folder.told(&Flags { replay_file: Some("more.har".into()), ..Flags::default() });
    assert!(
        told.starts_with("more.har: error: the HAR has 6 WebSockets, and one is wanted (1  ws://a/x?1: 1"),
        "{told}"
    );

    // What is printed serves the same.
    let printed = config.print();
    let again = Folder::new([("mockforge.yaml", &*printed), ("more.har", &*recorded(&urls))]);
    let again = again.load(&Flags::default()).unwrap_or_else(|problems| panic!("{problems}\n{printed}"));
    assert_eq!(served(&again), served(&config));
}

#[test]
fn a_route_names_its_web_socket() {
    let check = |replay: &str, expect: &str| {
        let config = format!("websocket:\n  routes:\n    - path: /r\n      replay: {replay}\n");
        let folder = Folder::new([
            ("mockforge.yaml", &*config),
            ("two.har", &*recorded(&["ws://a/x", "ws://a/y"])),
            ("one.har", &*recorded(&["ws://a/x"])),
            ("s.jsonl", "{\"text\":\"x\"}"),
        ]);
        match folder.load(&Flags::default()) {
            Ok(config) => assert_eq!(served(&config), [expect], "{replay}"),
            Err(problems) => {
                let told = problems.to_string();
                assert!(told.starts_with(expect), "{replay}: {told}");
                assert_eq!(problems.failure, Failure::Invalid, "{replay}");
            }
        }
    };
    check("one.har", "/r replay of one.har");
    check("{ file: one.har, index: 1 }", "/r replay of one.har, WebSocket 1");
    check("{ file: two.har, index: 2 }", "/r replay of two.har, WebSocket 2");
    check("{ file: two.har, url: /y }", "/r replay of two.har, the WebSocket of /y");
    check(
        "two.har",
        "mockforge.yaml:4:15: error: two.har: the HAR has 2 WebSockets, and one is wanted (1  ws://a/x: 1 received, \
         0 sent, 0.5 s\n2  ws://a/y: 1 received, 0 sent, 0.5 s\nname one: `replay: {file: two.har, index: 1}`",
    );
    check(
        "{ file: two.har, index: 3 }",
        "mockforge.yaml:4:23: error: two.har: there is no WebSocket 3, the HAR has 2",
    );
    check(
        "{ file: two.har, url: z }",
        "mockforge.yaml:4:23: error: two.har: no WebSocket of the HAR has `z`",
    );
    check("{ file: two.har, index: 0 }", "mockforge.yaml:4:39: error: there is no number 0: the first is 1");
    check(
        "{ file: s.jsonl, url: z }",
        "mockforge.yaml:4:37: error: `index` and `url` have no effect: the file is no HAR",
    );
    check("{ index: 1 }", "mockforge.yaml:4:15: error: `replay:` names no file");
    check(
        "none.har",
        "mockforge.yaml:4:15: error: none.har: there is no such file (did you mean `one.har`?)",
    );
}

#[test]
fn all_web_sockets_are_checked() {
    let bad = json!({ "_webSocketMessages": [{ "type": "receive", "time": 1, "opcode": 2, "data": "*" }] });
    let good = json!({ "_webSocketMessages": [{ "type": "receive", "time": 1, "opcode": 1, "data": "x" }] });
    let folder = Folder::new([
        ("bad.har", &*har_of(&[good.clone(), bad.clone(), bad])),
        ("good.har", &*har_of(&[good.clone(), good])),
        ("no.har", "{\n\"log\""),
    ]);
    let checked = |name: &str| check(Path::new(name), &folder.environment("", []));
    let bad = checked("bad.har");
    let shown: Vec<_> = bad.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 2, "{shown:#?}");
    assert!(shown[0].contains("message 1 of entry 2: `data` is to be base64"), "{shown:#?}");
    assert_eq!(bad.failure, Some(Failure::Invalid));
    let good = checked("good.har");
    assert!(good.passes(true), "{:?}", good.diagnostics);
    let timelines: Vec<_> = good.timelines.iter().map(|(file, _)| &**file).collect();
    assert_eq!(timelines, ["good.har (1)", "good.har (2)"]);
    let no = checked("no.har");
    assert_eq!(no.diagnostics[0].to_string(), "no.har:2:5: error: the file ends in the middle of a value");
}

/// A HAR whose one WebSocket has its messages in a file.
fn attached(name: &str) -> String {
    har_of(&[json!({ "_resourceType": "websocket", "response": { "content": { "_file": name } } })])
}

#[test]
fn attached_files_stay_in_the_folder() {
    let message = "{\"type\":\"receive\",\"time\":1,\"opcode\":1,\"data\":\"x\"}\n";
    let told = |name: &str| {
        let folder = Folder::new([
            ("hars/s.har", &*attached(name)),
            ("secret.jsonl", message),
            ("hars/m.jsonl", message),
            ("hars/deep/m.jsonl", message),
            ("hars/wrong.jsonl", "{\"type\":\"receive\"}\n{\"type\""),
        ]);
        std::os::unix::fs::symlink(folder.path("secret.jsonl"), folder.path("hars/link.jsonl")).unwrap();
        har(Path::new("hars/s.har"), &folder.environment("", []))
            .map_or_else(|problems| problems.to_string(), |har| har.sockets[0].to_string())
    };
    let good = "(no URL): 1 received, 0 sent, 0 s";
    assert_eq!(told("m.jsonl"), good);
    assert_eq!(told("deep/m.jsonl"), good);
    for outside in ["../secret.jsonl", "deep/../../secret.jsonl", "/etc/hostname", "link.jsonl", ".."] {
        let expect =
            format!("hars/s.har: error: entry 1 refers to the file `{outside}`, outside of the HAR's folder");
        assert!(told(outside).starts_with(&expect), "{}", told(outside));
    }
    assert_eq!(
        told("n.jsonl"),
        "hars/s.har: error: entry 1 refers to hars/n.jsonl: there is no such file (did you mean `m.jsonl`?)"
    );
    assert_eq!(
        told("wrong.jsonl"),
        "hars/wrong.jsonl:2:7: error: the file ends in the middle of a value (was it written to its end?)"
    );
}

#[test]
fn playwrights_attached_messages_are_watched_too() {
    let folder = fixtures("../../../../tests/fixtures/har/playwright-attach");
    let environment = Environment::with(&folder, [("", "")]);
    let config = mockforge_ws_config::load(&file("session.har"), &environment).unwrap();
    assert_eq!(config.files().len(), 2, "{:?}", config.files());
    assert!(config.warnings().is_empty());
    let attached = read(&config.files()[1]);
    assert_eq!(attached.lines().count(), 5);
}
