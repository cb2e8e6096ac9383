//! What flags ask for, together and against each other.

use mockforge_ws_config::{Failure, Flags};

use crate::folder::Folder;

fn folder() -> Folder {
    Folder::new([
        ("a.jsonl", "{\"text\":\"hi\"}"),
        ("b.jsonl", "{\"txt\":\"hi\"}"),
        ("c.yaml", "websocket: {routes: [{path: /c, echo: {}}]}"),
        ("d.toml", "websocket.port = 1"),
        ("e.txt", "{\"text\":\"hi\"}"),
    ])
}

fn path(name: &str) -> Option<std::path::PathBuf> {
    Some(name.into())
}

#[test]
fn what_has_no_effect_is_a_mistake() {
    let folder = folder();
    let script = || Flags { file: path("a.jsonl"), ..Flags::default() };
    let config = || Flags { file: path("c.yaml"), ..Flags::default() };
    let reply = || vec!["a=b".to_string()];
    let host = Some("192.0.2.1".to_string());
    let cases = [
        Flags { replay_file: path("a.jsonl"), ..script() },
        Flags { reply: reply(), ..script() },
        Flags { echo_prefix: Some("x".into()), ..script() },
        Flags { echo_prefix: Some("x".into()), reply: reply(), ..Flags::default() },
        Flags { config: path("d.toml"), ..config() },
        Flags { path: Some("/x".into()), ..config() },
        Flags { watch: true, ..Flags::default() },
        Flags { host, allow_hosts: vec!["x".into()], ..Flags::default() },
        Flags { file: path("e.txt"), ..Flags::default() },
        Flags { file: path("a.json"), ..Flags::default() },
        Flags { config: path("e.txt"), ..Flags::default() },
    ];
    let told = cases.map(|flags| {
        let problems = folder.load(&flags).unwrap_err();
        assert_eq!(problems.failure, Failure::Usage, "{problems}");
        problems.to_string()
    });
    insta::assert_snapshot!("no-effect", told.join("\n\n"));
}

#[test]
fn values_of_flags_are_explained() {
    let flags = Flags {
        host: Some("localhost:80".into()),
        path: Some("ws".into()),
        now: Some("soon".into()),
        latency: Some("20ms...80ms".into()),
        speed: Some(-2.0),
        max_connections: Some(0),
        heartbeat: Some(u64::MAX),
        reply: vec!["ping".into(), "=x".into(), "(=x".into(), "^é$={{uid}}".into(), "$.a[=x".into()],
        ..Flags::default()
    };
    insta::assert_snapshot!("values", folder().told(&flags));
    let path = Flags { path: Some("/a/{x}{y}".into()), ..Flags::default() };
    insta::assert_snapshot!("path", folder().told(&path));
}

#[test]
fn a_broken_script_is_told_by_line() {
    let flags = Flags { replay_file: path("b.jsonl"), ..Flags::default() };
    let problems = folder().load(&flags).unwrap_err();
    assert_eq!(problems.failure, Failure::Invalid);
    assert_eq!(problems.to_string(), "b.jsonl:1:2: error: unknown key `txt` (did you mean `text`?)");
    assert_eq!(problems.sources.line(&problems.diagnostics[0]), Some("{\"txt\":\"hi\"}"));
}

#[test]
fn flags_make_the_route_at_the_path() {
    let folder = folder();
    let served = |flags: Flags| {
        let config = folder.load(&flags).unwrap();
        let routes: Vec<_> =
            config.routes().iter().map(|route| format!("{} {}", route.path, route.about)).collect();
        routes.join(", ")
    };
    assert_eq!(served(Flags::default()), "/ws echo");
    assert_eq!(served(Flags { path: Some("/x".into()), ..Flags::default() }), "/x echo");
    assert_eq!(
        served(Flags { echo_prefix: Some(String::new()), ..Flags::default() }),
        "/ws echo without a prefix"
    );
    assert_eq!(served(Flags { file: path("a.jsonl"), ..Flags::default() }), "/ws replay of a.jsonl");
    assert_eq!(served(Flags { replay_file: path("e.txt"), ..Flags::default() }), "/ws replay of e.txt");
    assert_eq!(served(Flags { file: path("c.yaml"), ..Flags::default() }), "/c echo");
    assert_eq!(served(Flags { file: path("d.toml"), ..Flags::default() }), "/ws echo");
    let both = Flags { file: path("c.yaml"), replay_file: path("a.jsonl"), ..Flags::default() };
    assert_eq!(served(both), "/ws replay of a.jsonl, /c echo");
    let replies = Flags { reply: vec!["a=b".into(), "$.c={{$.c}}".into()], ..Flags::default() };
    assert_eq!(served(replies), "/ws 2 rules");
}
