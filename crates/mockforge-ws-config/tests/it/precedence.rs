//! Flag > environment > file > default, setting by setting.

use mockforge_ws_config::{Environment, Flags, load};

use crate::folder::Folder;

const FILE: &str = "websocket:
  host: file.example
  port: 1
  path: /file
  max_connections: 1
  max_message_size: 1
  heartbeat: 1
  seed: 1
  now: 2001-01-01T00:00:00Z
  latency: 1ms
  templates: { expand: false }
";

const VARIABLES: [(&str, &str); 8] = [
    ("MOCKFORGE_WS_HOST", "variable.example"),
    ("MOCKFORGE_WS_PORT", "2"),
    ("MOCKFORGE_WS_PATH", "/variable"),
    ("MOCKFORGE_WS_MAX_CONNECTIONS", "2"),
    ("MOCKFORGE_WS_MAX_MESSAGE_SIZE", "2"),
    ("MOCKFORGE_WS_PING_INTERVAL", "2"),
    ("MOCKFORGE_WS_HOTRELOAD", "1"),
    ("MOCKFORGE_RESPONSE_TEMPLATE_EXPAND", "true"),
];

fn flags() -> Flags {
    Flags {
        host: Some("flag.example".into()),
        port: Some(3),
        path: Some("/flag".into()),
        max_connections: Some(3),
        max_message_size: Some(3),
        heartbeat: Some(3),
        seed: Some(3),
        now: Some("2003-01-01T00:00:00Z".into()),
        latency: Some("3ms".into()),
        expand: Some(false),
        watch: true,
        ..Flags::default()
    }
}

/// The settings with their origins, without what no source here speaks of.
fn shown(flags: &Flags, environment: &Environment) -> String {
    let config = load(flags, environment).unwrap();
    let keep =
        |line: &&str| !["enabled", "allow_hosts", "faults", "variables"].iter().any(|key| line.contains(key));
    config.print().lines().filter(keep).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_strongest_source_wins() {
    let folder = Folder::new([("mockforge.yaml", FILE)]);
    insta::assert_snapshot!("flags", shown(&flags(), &folder.environment("", VARIABLES)));
    insta::assert_snapshot!("variables", shown(&Flags::default(), &folder.environment("", VARIABLES)));
    insta::assert_snapshot!("file", shown(&Flags::default(), &folder.environment("", [])));
    insta::assert_snapshot!("defaults", shown(&Flags::default(), &Folder::new([]).environment("", [])));
}

#[test]
fn a_variable_that_is_wrong_is_told_by_its_name_whoever_wins() {
    let folder = Folder::new([]);
    let environment = folder.environment(
        "",
        [
            ("MOCKFORGE_WS_PORT", "many"),
            ("MOCKFORGE_WS_HOST", "a b"),
            ("MOCKFORGE_WS_PATH", "ws"),
            ("MOCKFORGE_WS_MAX_CONNECTIONS", "0"),
            ("MOCKFORGE_WS_MAX_MESSAGE_SIZE", "4MiB"),
            ("MOCKFORGE_WS_PING_INTERVAL", "-1"),
            ("MOCKFORGE_WS_HOTRELOAD", "perhaps"),
            ("MOCKFORGE_WS_REPLAY_FILE", "no.jsonl"),
        ],
    );
    let problems = load(&Flags { port: Some(0), ..Flags::default() }, &environment).unwrap_err();
    insta::assert_snapshot!("variables-wrong", problems);
}

#[test]
fn an_empty_variable_is_not_set() {
    let environment =
        Folder::new([]).environment("", [("MOCKFORGE_WS_PORT", ""), ("MOCKFORGE_WS_REPLAY_FILE", "")]);
    let config = load(&Flags::default(), &environment).unwrap();
    assert_eq!(config.port.origin.to_string(), "default");
}

#[test]
fn templates_are_expanded_unless_the_variable_says_no() {
    let folder = Folder::new([]);
    let check = |value: &str, expanded: bool, warnings: usize| {
        let environment = folder.environment("", [("MOCKFORGE_RESPONSE_TEMPLATE_EXPAND", value)]);
        let config = load(&Flags::default(), &environment).unwrap();
        assert_eq!((config.expand.value, config.warnings().len()), (expanded, warnings), "{value}");
    };
    check("0", false, 0);
    check("false", false, 0);
    check("FALSE", false, 0);
    check("1", true, 0);
    check("true", true, 0);
    check("", true, 0);
    check("off", true, 1);
}

/// A route by a flag takes the place of the file's at that path and leaves the others.
#[test]
fn a_route_by_a_flag_is_stronger_than_the_files() {
    let file = "websocket: {routes: [{path: /ws, echo: {prefix: a}}, {path: /b, echo: {}}]}";
    let folder = Folder::new([("mockforge.yaml", file), ("a.jsonl", "{\"text\":\"hi\"}")]);
    let routes = |flags: &Flags, environment: &Environment| {
        let config = load(flags, environment).unwrap();
        config.routes().iter().map(|route| format!("{} {}", route.path, route.about)).collect::<Vec<_>>()
    };
    let plain = folder.environment("", []);
    assert_eq!(routes(&Flags::default(), &plain), ["/ws echo with the prefix \"a\"", "/b echo"]);
    let reply = Flags { reply: vec!["a=b".into()], ..Flags::default() };
    assert_eq!(routes(&reply, &plain), ["/ws 1 rule", "/b echo"]);
    let elsewhere = Flags { path: Some("/c".into()), ..reply.clone() };
    assert_eq!(routes(&elsewhere, &plain), ["/c 1 rule", "/ws echo with the prefix \"a\"", "/b echo"]);
    let variable = folder.environment("", [("MOCKFORGE_WS_REPLAY_FILE", "a.jsonl")]);
    assert_eq!(routes(&Flags::default(), &variable), ["/ws replay of a.jsonl", "/b echo"]);
    assert_eq!(routes(&reply, &variable), ["/ws 1 rule", "/b echo"], "a flag is stronger than a variable");
    let latency = Flags { latency: Some("slow".into()), ..Flags::default() };
    assert_eq!(routes(&latency, &plain)[1], "/b echo, latency slow");
}

#[test]
fn a_route_has_its_own_speed_unless_a_flag_speaks() {
    let file = "websocket: {speed: 2, routes: [{path: /a, ai: a chat, speed: 4}, {path: /b, ai: a chat}, {path: /c, echo: {}}]}";
    let folder = Folder::new([("mockforge.yaml", file)]);
    let routes = |flags: &Flags| {
        let config = folder.load(flags).unwrap();
        let one = |route: &mockforge_ws_server::Route| {
            route.about.replace("events from a narrative (offline)", "ai")
        };
        config.routes().iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(routes(&Flags::default()), ["ai, speed 4", "ai, speed 2", "echo"]);
    assert_eq!(
        routes(&Flags { speed: Some(0.5), ..Flags::default() }),
        ["ai, speed 0.5", "ai, speed 0.5", "echo"]
    );
    assert_eq!(routes(&Flags { speed: Some(1.0), ..Flags::default() }), ["ai", "ai", "echo"]);
}

#[test]
fn a_speed_of_nothing_is_a_mistake() {
    let folder = Folder::new([("mockforge.yaml", "websocket: {speed: 2, path: /x, routes: []}")]);
    let told = folder.load(&Flags { speed: Some(3.0), ..Flags::default() }).unwrap_err().to_string();
    assert!(told.contains("--speed:1:1: error: `speed` has no effect"), "{told}");
    assert!(told.contains("mockforge.yaml:1:20: error: `speed` has no effect"), "{told}");
}

#[test]
fn a_route_has_its_own_latency_and_seed_unless_a_flag_speaks() {
    let file = "websocket: {seed: 1, latency: slow, routes: [{path: /a, echo: {}, seed: 2, latency: fast}, {path: /b, replay: b.jsonl}]}";
    let script = "{\"mockforge\":1,\"seed\":3}\n{\"text\":\"hi\"}";
    let folder = Folder::new([("mockforge.yaml", file), ("b.jsonl", script)]);
    let routes = |flags: &Flags| {
        let config = folder.load(flags).unwrap();
        let one = |route: &mockforge_ws_server::Route| {
            format!("{}: {}, seed {:?}", route.path, route.about, route.seed.map(|seed| seed.0))
        };
        config.routes().iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(
        routes(&Flags::default()),
        ["/a: echo, latency fast, seed Some(2)", "/b: replay of b.jsonl, latency slow, seed None"]
    );
    let flags = Flags { seed: Some(9), latency: Some("none".into()), ..Flags::default() };
    assert_eq!(routes(&flags), ["/a: echo, seed None", "/b: replay of b.jsonl, seed None"]);
    folder.write("mockforge.yaml", "websocket: {replay_file: b.jsonl}");
    assert_eq!(routes(&Flags::default()), ["/ws: replay of b.jsonl, seed Some(3)"]);
}
