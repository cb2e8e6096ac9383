//! The header, and what it changes.

use mockforge_ws_core::{Hello, Mode, Opening};
use mockforge_ws_replay::Header;

use crate::{Say, check, mistakes, run, script};

#[test]
fn all_its_keys_are_read() {
    let source = r#"// a comment before
{"mockforge":1,"name":"full","subprotocol":["a","b"],"seed":18446744073709551615,"variables":{"who":"bob"},"sync":"off","early":"drop","onEnd":"close","jsonpathDialect":"goessner","recorded":{"at":"2024-01-15T10:30:00Z"}}
{"text":"hi {{var.who}}"}"#;
    let script = script(source);
    let written: Header = serde_json::from_str(source.lines().nth(1).unwrap()).unwrap();
    assert_eq!(script.header(), &written);
    assert_eq!((script.name(), script.seed(), script.len()), (Some("full"), Some(u64::MAX), 1));
    assert_eq!(script.subprotocols(), ["a", "b"]);
    assert_eq!(run(&script, &[]).transcript(), "0 > hi bob\n0 x close 1000\n");
}

#[test]
fn variables_win_over_the_files() {
    use mockforge_ws_replay::{Options, compile};
    let mut options = Options::new("s.jsonl");
    options.template.vars = serde_json::from_str::<serde_json::Map<_, _>>(r#"{"a":1,"b":2}"#).unwrap().into();
    let source = "{\"mockforge\":1,\"variables\":{\"a\":3}}\n{\"text\":\"{{var.a}} {{var.b}}\"}";
    assert_eq!(run(&compile(source, &options).script.unwrap(), &[]).texts(), ["3 2"]);
}

#[test]
fn the_dialect_is_that_of_patterns_and_templates() {
    let goessner = r#"{"mockforge":1,"jsonpathDialect":"goessner"}
{"waitFor":"$.a","text":"{{$..a}}"}"#;
    check(goessner, &[Say(r#"{"a":1}"#)], r#"0 < {"a":1} | 0 > 1"#);
    let line = r#"{"waitFor":"$.a[?(@.b == \"x\")]","text":"x"}"#;
    assert_eq!(mistakes(line), [""; 0]);
}

#[test]
fn a_subprotocol_is_selected_where_the_client_offers_it() {
    let selected = |header: &str, offered: &[&str]| {
        let mode = script(&format!("{header}\n{{\"text\":\"a\"}}")).mode();
        let subprotocols = offered.iter().map(ToString::to_string).collect();
        match mode.open(&Hello { subprotocols, ..Hello::new("/ws") }) {
            Opening::Accept(accept) => accept.subprotocol,
            other => panic!("{other:?}"),
        }
    };
    let both = r#"{"mockforge":1,"subprotocol":["v2","v1"]}"#;
    assert_eq!(selected(both, &["v1", "v2"]).as_deref(), Some("v2"));
    assert_eq!(selected(both, &["v0", "v1"]).as_deref(), Some("v1"));
    assert_eq!(selected(both, &["v0"]), None);
    assert_eq!(selected(r#"{"mockforge":1,"subprotocol":"v1"}"#, &["v1"]).as_deref(), Some("v1"));
    assert_eq!(selected(r#"{"mockforge":1}"#, &["v1"]), None);
}

#[test]
fn another_version_is_refused_and_nothing_else_said() {
    assert_eq!(
        mistakes("{\"mockforge\":2,\"frobnicate\":1}\n{\"txt\":1}"),
        [
            ":1:14: error: `mockforge` is the version of the format, 1, found 2 (this release reads version 1; a later one may read this file)"
        ]
    );
}
