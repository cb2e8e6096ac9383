//! `mockforge connect` against our own server.

use crate::process::{Running, Server, command, run, run_with};

#[test]
fn lines_of_stdin_are_messages() {
    let server = Server::start(&["--echo-prefix", ""]);
    let ended = run_with(&["connect", &server.url, "-n", "3"], "one\n\nzwei → 二".as_bytes());
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "one\n\nzwei → 二\n"), "{}", ended.stderr);
    assert!(ended.stderr.contains("closed with 1000"), "{}", ended.stderr);
}

#[test]
fn messages_of_the_command_line_are_sent_and_stdin_is_left_alone() {
    let server = Server::start(&[]);
    let ended = run_with(&["connect", &server.url, "-x", "-a", "-x", "b", "-n", "2"], b"not this\n");
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "echo: -a\necho: b\n"), "{}", ended.stderr);
}

#[test]
fn json_has_one_object_a_message() {
    let server = Server::start(&[]);
    let ended = run(&["connect", &server.url, "-x", "a \"b\"", "-n", "1", "--json"]);
    let object: serde_json::Value = serde_json::from_str(&ended.stdout).expect("one object");
    assert_eq!((&object["type"], &object["data"]), (&"text".into(), &"echo: a \"b\"".into()));
    assert!(object["elapsed"].as_f64() > Some(0.0), "{object}");
}

#[test]
fn too_few_messages_are_a_failure() {
    let server = Server::start(&[]);
    let ended = run(&["connect", &server.url, "-n", "2", "-w", "0.2", "-x", "a"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.ends_with("error: 1 of 2 messages came\n"), "{}", ended.stderr);
}

#[test]
fn what_is_no_text_is_not_sent() {
    let server = Server::start(&[]);
    let ended = run_with(&["connect", &server.url], b"fine\n\xff\xfe\n");
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("error: line 2 of stdin"), "{}", ended.stderr);
}

#[test]
fn a_server_that_takes_no_subprotocol_is_no_connection() {
    let server = Server::start(&[]);
    let ended = run(&["connect", &server.url, "-s", "chat.v2"]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.stderr.contains("took none of the subprotocols offered"), "{}", ended.stderr);
}

#[test]
fn nobody_there() {
    let server = Server::start(&[]);
    let port = format!(":{}", server.port());
    drop(server);
    let ended = run(&["connect", &port]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.stderr.contains("is the server running?"), "{}", ended.stderr);
}

#[test]
fn headers_and_subprotocols_are_sent_and_binary_comes_in_hex() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = "websocket:\n  routes:\n    - path: /a\n      subprotocols: [v2, v1]\n      interactive:\n        \
        rules:\n          - { on: connect, reply: [\"{{header.x-token}}\", { hex: \"00ff\" }] }\n";
    std::fs::write(folder.path().join("mockforge.yaml"), config).expect("it is written");
    let server = Server::start_in(folder.path(), &[]);
    let args = ["-H", "X-Token: t 1", "-s", "v1", "-s", "v2", "-n", "2"];
    let plain = run(&[&["connect", &server.url], &args[..]].concat());
    assert_eq!((plain.code, &*plain.stdout), (Some(0), "t 1\n[binary, 2 bytes] 00ff\n"), "{}", plain.stderr);
    assert!(plain.stderr.contains("(subprotocol v2)"), "{}", plain.stderr);
    let json = run(&[&["connect", &server.url, "--json"], &args[..]].concat());
    assert!(json.stdout.contains(r#"{"type":"binary","data":"AP8=","elapsed":"#), "{}", json.stdout);
}

#[cfg(unix)]
#[test]
fn an_interruption_closes_the_connection() {
    let mut server = Server::start(&[]);
    let mut client = Running::start(command().args(["connect", &server.url, "-w", "inf", "-x", "a"]));
    assert_eq!(client.stdout.next().as_deref(), Some("echo: a"));
    client.signal("INT");
    assert_eq!(client.end().code, Some(130));
    server.process.hear("closed by the client with 1001");
}

#[cfg(unix)]
#[test]
fn who_stops_reading_has_had_enough() {
    let server = Server::start(&[]);
    let binary = env!("CARGO_BIN_EXE_mockforge");
    let piped = format!("seq 1000 | {binary} connect {} -w inf 2>/dev/null | head -n 2", server.url);
    let lines = std::process::Command::new("sh").args(["-c", &piped]).output().expect("the shell runs");
    assert_eq!(String::from_utf8_lossy(&lines.stdout), "echo: 1\necho: 2\n");
}

#[test]
fn a_certificate_is_trusted_by_its_file_or_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mock.pem").display().to_string();
    let server = Server::start(&["--tls-auto", "--tls-save", &file]);
    assert!(server.url.starts_with("wss://"), "{}", server.url);
    for flags in [&["--cacert", &file][..], &["-k"]] {
        let ended = run(&[&["connect", &server.url, "-x", "a", "-n", "1"], flags].concat());
        assert_eq!((ended.code, &*ended.stdout), (Some(0), "echo: a\n"), "{}", ended.stderr);
    }
    let check = |args: &[&str], code: i32, parts: &[&str]| {
        let ended = run(&[&["connect"], args].concat());
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        for part in parts {
            assert!(ended.stderr.contains(part), "{}", ended.stderr);
        }
    };
    check(&[&server.url], 3, &["UnknownIssuer", "--cacert FILE trusts"]);
    check(&[&server.url, "--cacert", "none.pem"], 2, &["none.pem", "there is no such file"]);
    let plain = server.url.replace("wss", "ws");
    check(&[&plain], 3, &["400 Bad Request", "Connect with wss://"]);
    check(&[&plain, "-k"], 2, &["`--insecure` has no effect"]);
}
