//! Command lines with their output, and the reference of the command line. `TRYCMD=overwrite cargo test -p
//! mockforge-ws-cli` writes both anew.

use crate::process::run;

#[test]
fn command_lines() {
    trycmd::TestCases::new().case("tests/cmd/*.md").case("../../docs/cli.md");
}

#[test]
fn completions_and_man_pages_know_the_flags() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell]);
        assert_eq!((script.code, &*script.stderr), (Some(0), ""), "{shell}");
        assert!(script.stdout.contains("ws-replay-file"), "{shell}");
    }
    for (args, name, flag) in [
        (&["man"][..], "mockforge 1", "completions"),
        (&["man", "serve"], "mockforge-serve 1", "ws\\-replay\\-file"),
        (&["man", "config", "print"], "mockforge-config-print 1", "heartbeat"),
    ] {
        let page = run(args);
        assert_eq!(page.code, Some(0));
        assert!(
            page.stdout.contains(&format!(".TH {name}")) && page.stdout.contains(flag),
            "{}",
            page.stdout
        );
    }
}

#[test]
fn the_schema_is_json() {
    let schema: serde_json::Value =
        serde_json::from_str(&run(&["config", "schema"]).stdout).expect("it is JSON");
    assert!(schema["properties"]["websocket"]["properties"]["port"].is_object());
}
