//! Routes and flags that forward to another server.

use std::path::Path;

use mockforge_ws_config::{Failure, Flags, check};
use mockforge_ws_core::{Hello, Mode as _, Opening};

use crate::folder::Folder;

fn proxy(url: &str) -> Flags {
    Flags { proxy: Some(url.into()), ..Flags::default() }
}

/// Every config of the guide is good as it stands.
#[test]
fn the_guides_examples_check_clean() {
    let page = include_str!("../../../../docs/proxy.md");
    let configs: Vec<_> =
        page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(configs.len() >= 2, "{}", configs.len());
    for config in configs.iter().filter(|config| config.starts_with("websocket:")) {
        let folder = Folder::new([("mockforge.yaml", *config)]);
        let checked = check(Path::new("mockforge.yaml"), &folder.environment("", []));
        assert!(checked.passes(true), "{config}{:#?}", checked.diagnostics);
    }
}

/// The paths of routes, and where a client's path leads.
#[test]
fn flags_forward_every_path_or_those_below_one() {
    let folder = Folder::new([]);
    let check = |url: &str, path: Option<&str>, asked: &str, expect: &[&str], leads: &str| {
        let flags = Flags { path: path.map(Into::into), ..proxy(url) };
        let config = folder.load(&flags).unwrap_or_else(|problems| panic!("{url}: {problems}"));
        let routes = config.routes();
        let paths: Vec<_> = routes.iter().map(|route| route.path.as_str()).collect();
        assert_eq!(paths, expect, "{url}");
        let opening = routes.iter().next().unwrap().mode.open(&Hello::new(asked));
        let Opening::Dial(dialling) = opening else { panic!("{url}: it asks nobody") };
        assert_eq!(dialling.dial.url.to_string(), leads);
        assert!(dialling.splice, "nobody reads the messages");
    };
    check("ws://up:9", None, "/any", &["/", "/{*path}"], "ws://up:9/any");
    check("ws://up:9/", None, "/any", &["/", "/{*path}"], "ws://up:9/any");
    check("wss://up/v2", None, "/ws/a", &["/ws", "/ws/{*path}"], "wss://up/v2/a");
    check("wss://up/v2", Some("/x/"), "/x/a", &["/x/", "/x/{*path}"], "wss://up/v2/a");
}

#[test]
fn replies_come_before_the_server_and_layers_read_messages() {
    let folder = Folder::new([]);
    let splices = |flags: Flags| {
        let routes = folder.load(&flags).unwrap().routes();
        let Opening::Dial(dialling) = routes.iter().next().unwrap().mode.open(&Hello::new("/ws")) else {
            panic!("it asks nobody")
        };
        dialling.splice
    };
    assert!(splices(proxy("ws://up")));
    assert!(!splices(Flags { reply: vec!["^a$=b".into()], ..proxy("ws://up") }));
    assert!(!splices(Flags { latency: Some("5ms".into()), ..proxy("ws://up") }));
}

#[test]
fn the_variable_gives_way_to_flags() {
    let folder = Folder::new([("a.jsonl", "{\"text\":\"hi\"}")]);
    let about = |flags: &Flags| {
        let environment = folder.environment("", [("MOCKFORGE_WS_PROXY_UPSTREAM_URL", "ws://by-variable")]);
        let routes = mockforge_ws_config::load(flags, &environment).unwrap().routes();
        routes.iter().next().unwrap().about.clone()
    };
    assert_eq!(about(&Flags::default()), "proxy to ws://by-variable");
    assert_eq!(about(&proxy("ws://by-flag")), "proxy to ws://by-flag");
    assert_eq!(about(&Flags { file: Some("a.jsonl".into()), ..Flags::default() }), "replay of a.jsonl");
}

/// One mistake each, and a word that tells it.
#[test]
fn mistakes_are_told() {
    let folder = Folder::new([("a.jsonl", "{\"text\":\"hi\"}"), ("no.pem", "nothing")]);
    let check = |flags: Flags, word: &str| {
        let problems = folder.load(&flags).unwrap_err();
        assert_eq!(problems.failure, Failure::Usage, "{problems}");
        assert!(problems.to_string().contains(word), "{problems}");
    };
    let path = |name: &str| Some(name.into());
    check(Flags { replay_file: path("a.jsonl"), ..proxy("ws://up") }, "`--proxy` has no effect beside");
    check(Flags { echo_prefix: Some("x".into()), ..proxy("ws://up") }, "`--proxy` has no effect beside");
    check(proxy("https://up"), "did you mean `wss://up`");
    check(proxy("ws://up:99999"), "port");
    check(Flags { insecure: true, ..Flags::default() }, "`--insecure` has no effect");
    check(Flags { no_metrics: true, ..Flags::default() }, "`--no-metrics` has no effect");
    check(Flags { allow_origins: vec!["*".into()], ..Flags::default() }, "`--allow-origin` has no effect");
    check(Flags { allow_origins: vec!["nowhere".into()], ..proxy("ws://up") }, "`nowhere` is no origin");
    check(Flags { upstream_headers: vec!["x".into()], ..proxy("ws://up") }, "NAME: VALUE");
    check(
        Flags { upstream_headers: vec!["Upgrade: x".into()], ..proxy("ws://up") },
        "belongs to the handshake",
    );
    check(Flags { upstream_ca: path("none.pem"), ..proxy("wss://up") }, "there is no such file");
    check(Flags { upstream_ca: path("no.pem"), ..proxy("wss://up") }, "no certificate in PEM");
    check(Flags { upstream_ca: path("no.pem"), insecure: true, ..proxy("wss://up") }, "beside `--insecure`");
    check(Flags { upstream_cert: path("no.pem"), ..proxy("wss://up") }, "takes both");
    check(Flags { correlate: true, ..proxy("ws://up") }, "`--correlate` has no effect");
}
