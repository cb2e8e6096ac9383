//! `mockforge serve` on real sockets.

use std::io::{Read as _, Write as _};

use serde_json::{Value, json};

use crate::process::{Running, Server, command, run, run_with};

#[test]
fn it_echoes_and_says_what_happens() {
    let mut server = Server::start(&["--seed", "7"]);
    let echoed = run(&["connect", &server.url, "-x", "hello", "-n", "1"]);
    assert_eq!((echoed.code, &*echoed.stdout), (Some(0), "echo: hello\n"), "{}", echoed.stderr);
    assert!(server.process.hear("echo").starts_with(&server.url));
    server.process.hear("seed 7");
    assert!(server.process.hear("connected").starts_with("/ws#1 connected from 127.0.0.1:"));
    server.process.hear("/ws#1 closed by the client with 1000");
}

#[test]
fn a_wrong_path_is_answered_with_the_routes() {
    let server = Server::start(&[]);
    let url = format!(":{}/nowhere", server.port());
    let refused = run(&["connect", &url]);
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains("Routes:\n\n    /ws  echo\n\nerror: "), "{}", refused.stderr);
    assert!(refused.stderr.contains("the server answered 404 Not Found"), "{}", refused.stderr);
}

#[test]
fn a_busy_port_is_an_error_with_a_way_out() {
    let server = Server::start(&[]);
    let busy = run(&["serve", "--ws-port", server.port()]);
    assert_eq!((busy.code, &*busy.stdout), (Some(3), ""));
    assert!(
        busy.stderr.contains(&format!("error: could not listen on localhost:{}", server.port())),
        "{}",
        busy.stderr
    );
    assert!(busy.stderr.contains("--ws-port 0"), "{}", busy.stderr);
}

/// The file may be the journal of the very server that has the port.
#[test]
fn a_start_that_fails_leaves_the_journal_alone() {
    let folder = folder_with("facts.jsonl", "kept\n");
    let journal = folder.path().join("facts.jsonl");
    let server = Server::start(&[]);
    let busy =
        run(&["serve", "--ws-port", server.port(), "--journal", journal.to_str().expect("it is text")]);
    assert_eq!(busy.code, Some(3));
    #[expect(clippy::disallowed_methods, reason = "the test reads what the binary left")]
    let kept = std::fs::read_to_string(&journal).expect("it is there");
    assert_eq!(kept, "kept\n");
}

#[test]
fn what_can_not_be_written_is_found_before_anything_is_served() {
    for flags in [&["--journal", "no/such/folder/j"][..], &["--verify", "--junit", "no/such/folder/j"]] {
        let ended = run(&[&["serve", "--ws-port", "0", "--print-url"], flags].concat());
        assert_eq!((ended.code, &*ended.stdout), (Some(3), ""), "{flags:?}");
        assert!(ended.stderr.starts_with("error: could not write "), "{}", ended.stderr);
        assert!(ended.stderr.contains("no/such/folder/j: "), "{}", ended.stderr);
    }
}

#[test]
fn a_mock_that_others_can_reach_says_so() {
    let mut server = Server::start(&["--host", "0.0.0.0"]);
    let line = server.process.hear("warning");
    assert!(line.contains("can be reached from other machines"), "{line}");
}

#[test]
fn the_journal_has_every_fact() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("facts.jsonl"), "of an earlier run\n").expect("it is written");
    let server = Server::start_in(folder.path(), &["--journal", "facts.jsonl"]);
    let answered = run(&["connect", &server.url, "-x", "a", "-n", "1"]);
    assert_eq!(answered.code, Some(0));
    end_by("TERM", server);
    #[expect(clippy::disallowed_methods, reason = "the test reads what the binary wrote")]
    let journal = std::fs::read_to_string(folder.path().join("facts.jsonl")).expect("it is there");
    let facts: Vec<serde_json::Value> =
        journal.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let names: Vec<_> = facts.iter().map(|fact| fact["fact"].as_str().expect("it has a name")).collect();
    assert_eq!(names, ["opened", "received", "sent", "closed"]);
    assert_eq!(facts[2]["text"], "echo: a");
}

/// What is recorded is served, and a recording that fails holds nobody up and is told at the end.
#[test]
fn recordings_are_written_or_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = |to: &str| {
        let text = format!("websocket: {{ routes: [{{ path: /ws, echo: , record: {to} }}] }}");
        std::fs::write(folder.path().join("mockforge.yaml"), text).expect("it is written");
    };
    let session = |code: i32| {
        let server = Server::start_in(folder.path(), &[]);
        let answered = run(&["connect", &server.url, "-x", "a", "-n", "1"]);
        assert_eq!((answered.code, &*answered.stdout), (Some(0), "echo: a\n"));
        let ended = end_by("TERM", server);
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        ended.stderr
    };
    config("once.jsonl");
    session(0);
    std::fs::remove_file(folder.path().join("mockforge.yaml")).expect("it is there");
    let served = Server::start_in(folder.path(), &["once.jsonl"]);
    let answered = run(&["connect", &served.url, "-x", "b", "-n", "1"]);
    assert_eq!(answered.stdout, "echo: a\n");
    end_by("TERM", served);
    config("once.jsonl/no");
    let told = session(3);
    assert!(told.contains("error: a recording ends early: ") && told.contains("once.jsonl/no"), "{told}");
}

fn end_by(signal: &str, server: Server) -> crate::process::Ended {
    server.process.signal(signal);
    server.process.end()
}

/// SIGTERM is an orderly end, SIGINT too but is told as an interruption; clients see 1001 both times.
#[test]
fn signals_close_all_connections() {
    for (signal, code) in [("TERM", 0), ("INT", 130)] {
        let mut server = Server::start(&[]);
        let mut client = Running::start(command().args(["connect", &server.url, "-w", "inf"]));
        server.process.hear("connected");
        client.hear("connected");
        let ended = end_by(signal, server);
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        assert!(ended.stderr.contains("closing 1 connection"), "{}", ended.stderr);
        let client = client.end();
        assert_eq!(client.code, Some(0), "{}", client.stderr);
        assert!(client.stderr.contains("closed by the server with 1001"), "{}", client.stderr);
    }
}

/// A client that answers no close frame would hold the server up for seconds.
#[test]
fn a_second_signal_ends_at_once() {
    use std::io::{Read as _, Write as _};
    let mut server = Server::start(&[]);
    #[expect(clippy::disallowed_types, reason = "a client that breaks the rules")]
    let mut client =
        std::net::TcpStream::connect(format!("127.0.0.1:{}", server.port())).expect("it listens");
    let request = "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    client.write_all(request.as_bytes()).expect("it takes the request");
    server.process.hear("connected");
    server.process.signal("INT");
    server.process.hear("stopping");
    server.process.signal("TERM");
    let ended = server.process.end();
    assert_eq!(ended.code, Some(130));
    assert!(
        !ended.stderr.contains("/ws#1 ended") && !ended.stderr.contains("/ws#1 closed"),
        "{}",
        ended.stderr
    );
    let mut rest = Vec::new();
    // The connection is gone, one way or the other.
    let _ = client.read_to_end(&mut rest);
}

#[test]
fn verification_needs_no_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start_in(
        folder.path(),
        &["--verify", "--connections", "2", "--junit", "v.xml", "--seed", "5"],
    );
    for _ in 0..2 {
        assert_eq!(run(&["connect", &server.url, "-x", "a", "-n", "1"]).code, Some(0));
    }
    let ended = server.process.end();
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.stdout.ends_with("verified: 2 sessions, nothing left unmet (seed 5)\n"),
        "{}",
        ended.stdout
    );
    #[expect(clippy::disallowed_methods, reason = "the test reads what the binary wrote")]
    let junit = std::fs::read_to_string(folder.path().join("v.xml")).expect("it is there");
    assert!(junit.contains("tests=\"2\"") && junit.contains("failures=\"0\""), "{junit}");
}

/// A run that was stopped before its clients came must not pass.
#[test]
fn a_verification_that_is_cut_short_fails() {
    let server = Server::start(&["--verify", "--connections", "2"]);
    assert_eq!(run_with(&["connect", &server.url, "-n", "1"], b"a\n").code, Some(0));
    let ended = end_by("TERM", server);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("error: verification failed: 1 of 2 sessions ended"), "{}", ended.stderr);
}

const LOGIN: &str = r#"{"text":"who are you?"}
{"waitFor":{"jsonpath":"$.user","equals":"ada"},"text":"welcome"}
"#;

/// A folder with one script in it.
fn folder_with(name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(name), text).expect("it is written");
    folder
}

#[test]
fn a_wait_left_unmet_fails_the_verification() {
    let folder = folder_with("login.jsonl", LOGIN);
    let server =
        Server::start_in(folder.path(), &["login.jsonl", "--verify", "--junit", "v.xml", "--seed", "7"]);
    let client = run(&["connect", &server.url, "-n", "1"]);
    assert_eq!((client.code, &*client.stdout), (Some(0), "who are you?\n"));
    let ended = server.process.end();
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.contains("login.jsonl:2: waited for"), "{}", ended.stdout);
    assert!(ended.stderr.contains("wait unmet at login.jsonl:2"), "{}", ended.stderr);
    assert!(ended.stderr.contains("--seed 7"), "{}", ended.stderr);
    #[expect(clippy::disallowed_methods, reason = "the test reads what the binary wrote")]
    let junit = std::fs::read_to_string(folder.path().join("v.xml")).expect("it is there");
    assert!(junit.contains("failures=\"1\"") && junit.contains("login.jsonl:2"), "{junit}");
}

/// The sessions that the end of the verification cuts off are not blamed.
#[test]
fn a_verification_judges_the_sessions_that_ended() {
    let folder = folder_with("login.jsonl", LOGIN);
    let mut server = Server::start_in(folder.path(), &["login.jsonl", "--verify"]);
    let mut idle = Running::start(command().args(["connect", &server.url, "-w", "inf"]));
    idle.hear("connected");
    server.process.hear("/ws#1 connected");
    let client = run(&["connect", &server.url, "-x", "{\"user\":\"ada\"}", "-n", "2"]);
    assert_eq!(client.stdout, "who are you?\nwelcome\n");
    let ended = server.process.end();
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("verified: 1 session,"), "{}", ended.stdout);
    assert!(idle.end().stderr.contains("closed by the server with 1001"));
}

#[test]
fn the_environment_is_as_good_as_a_flag() {
    let folder = folder_with("login.jsonl", LOGIN);
    let mut serve = command();
    serve.current_dir(folder.path()).args(["serve", "--ws-port", "0", "--print-url"]);
    serve.env("MOCKFORGE_WS_REPLAY_FILE", "./login.jsonl").env("MOCKFORGE_WS_PATH", "/login");
    let mut server = Running::start(&mut serve);
    let url = server.stdout.next().expect("it prints its URL");
    assert!(url.ends_with("/login"), "{url}");
    assert_eq!(run(&["connect", &url, "-n", "1"]).stdout, "who are you?\n");
}

#[test]
fn an_edit_is_taken_over_and_a_bad_one_is_not() {
    let folder = folder_with("greet.jsonl", "{\"text\":\"one\"}\n");
    let mut server = Server::start_in(folder.path(), &["greet.jsonl", "--watch"]);
    let edit = |text: &str| std::fs::write(folder.path().join("greet.jsonl"), text).expect("it is written");
    let greeting = |url: &str| run(&["connect", url, "-n", "1"]).stdout;
    assert_eq!(greeting(&server.url), "one\n");
    edit("{\"text\":\"two\"}\n");
    server.process.hear("reloaded; 1 route for new connections");
    assert_eq!(greeting(&server.url), "two\n");
    edit("{\"text\":\"{{uid}}\"}\n");
    server.process.hear("no such helper");
    server.process.hear("the last good version is still served");
    assert_eq!(greeting(&server.url), "two\n");
    edit("{\"text\":\"three\"}\n");
    server.process.hear("reloaded");
    assert_eq!(greeting(&server.url), "three\n");
}

#[test]
fn a_hang_up_has_the_files_read_again() {
    let folder = folder_with("greet.jsonl", "{\"text\":\"one\"}\n");
    let mut server = Server::start_in(folder.path(), &["greet.jsonl"]);
    std::fs::write(folder.path().join("greet.jsonl"), "{\"text\":\"two\"}\n").expect("it is written");
    assert_eq!(run(&["connect", &server.url, "-n", "1"]).stdout, "one\n");
    server.process.signal("HUP");
    server.process.hear("reloaded; 1 route for new connections");
    assert_eq!(run(&["connect", &server.url, "-n", "1"]).stdout, "two\n");
}

#[test]
fn a_hang_up_renews_the_certificate() {
    let folder = folder_with("mockforge.yaml", "websocket:\n  tls: { cert: mock.pem, key: mock.key }\n");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("it is written");
    let certify = || {
        let made = rcgen::generate_simple_self_signed(["localhost".to_string()]).expect("the name is good");
        write("mock.pem", &made.cert.pem());
        write("mock.key", &made.signing_key.serialize_pem());
        made.cert.pem()
    };
    let old = certify();
    let mut server = Server::start_in(folder.path(), &[]);
    write("old.pem", &old);
    let url = server.url.clone();
    let trusting = |name: &str| {
        let file = folder.path().join(name).display().to_string();
        run(&["connect", &url, "--cacert", &file, "-x", "a", "-n", "1"]).code
    };
    assert_eq!(trusting("old.pem"), Some(0));
    certify();
    server.process.signal("HUP");
    server.process.hear("new connections are shown the certificate ");
    assert_eq!((trusting("old.pem"), trusting("mock.pem")), (Some(3), Some(0)));
}

#[test]
fn lines_are_json_where_they_are_to_be() {
    let flags = ["--log-format", "json", "--log-level", "trace", "--seed", "7", "--tls-auto"];
    let server = Server::start(&flags);
    let secret = r#"{"token":"hunter2"}"#;
    let answered = run(&["connect", &server.url, "--insecure", "-x", secret, "-n", "1"]);
    assert_eq!(answered.code, Some(0), "{}", answered.stderr);
    server.process.signal("TERM");
    let stderr = server.process.end().stderr;
    let read = |line: &str| -> Value {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    let lines: Vec<Value> = stderr.lines().map(read).collect();
    let find = |message: &str| {
        let found = lines.iter().find(|line| line["message"] == message);
        found.unwrap_or_else(|| panic!("no {message} in {stderr}"))
    };
    assert_eq!(find("route served")["url"], server.url);
    assert_eq!(find("listening")["seed"], 7);
    assert_eq!(find("message received")["body"], r#"{"token":"***"}"#);
    assert_eq!(
        (&find("connection closed")["received"], &find("connection closed")["level"]),
        (&json!(1), &json!("INFO"))
    );
    assert!(!stderr.contains("hunter2"), "{stderr}");
}

#[test]
fn levels_say_how_much_is_told() {
    let told = |flags: &[&str], variable: &str| {
        let mut serve = command();
        serve.args(["serve", "--ws-port", "0", "--print-url"]).args(flags).env("RUST_LOG", variable);
        let mut server = Running::start(&mut serve);
        let url = server.stdout.next().expect("it prints its URL");
        assert_eq!(run(&["connect", &url, "-x", "hello", "-n", "1"]).code, Some(0));
        server.signal("TERM");
        server.end().stderr
    };
    assert_eq!(told(&["--log-level", "warn"], ""), "");
    assert_eq!(told(&[], "error"), "");
    assert!(told(&[], "").contains("/ws#1 connected"));
    let debug = told(&["--log-level", "debug"], "error");
    assert!(debug.contains("/ws#1 received text, 5 bytes\n") && !debug.contains("hello"), "{debug}");
    assert!(told(&[], "mockforge_ws=trace").contains("/ws#1 received text, 5 bytes: hello\n"));
    let ended = run(&["serve", "--ws-port", "0", "--log-level", "loud"]);
    assert_eq!(ended.code, Some(2));
}

#[test]
fn numbers_are_at_a_port_of_their_own() {
    let mut server = Server::start(&["--metrics-port", "0"]);
    let line = server.process.hear("metrics at ");
    let url = line.rsplit(' ').next().expect("a URL");
    assert_eq!(run(&["connect", &server.url, "-x", "hello", "-n", "1"]).code, Some(0));
    server.process.hear("closed by the client");
    let page = get(url);
    assert!(page.contains("\nmockforge_ws_messages_received_total{route=\"/ws\"} 1\n"), "{page}");
    assert!(page.contains("\nmockforge_ws_queue_bytes 0\n"), "{page}");
    assert!(get(&url.replace("/metrics", "/readyz")).ends_with("ready\n"));
    // Nothing of it is at the mock's port.
    let refused = get(&format!("http://localhost:{}/metrics", server.port()));
    assert!(refused.starts_with("HTTP/1.1 404"), "{refused}");
}

/// A page as it comes, with its head.
#[expect(clippy::disallowed_types, reason = "the test is the client")]
fn get(url: &str) -> String {
    let (host, path) = url.strip_prefix("http://").and_then(|url| url.split_once('/')).expect("a URL");
    let mut stream = std::net::TcpStream::connect(host).expect("somebody listens");
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("it is read");
    let mut page = String::new();
    stream.read_to_string(&mut page).expect("a page of text");
    page
}

#[test]
fn an_edit_closes_the_connections_of_routes_that_ask_for_it() {
    let config = |prefix: &str| {
        format!(
            "websocket:\n  reload: close\n  routes:\n    - {{ path: /a, echo: {{ prefix: '{prefix}' }} }}\n    \
             - {{ path: /b, echo: , reload: keep }}\n"
        )
    };
    let folder = folder_with("mockforge.yaml", &config("one "));
    let mut server = Server::start_in(folder.path(), &["--watch"]);
    let connect = |path: &str| {
        let url = format!("ws://localhost:{}{path}", server.port());
        let mut client = Running::start(command().args(["connect", &url, "-w", "inf"]));
        client.hear("connected");
        client
    };
    let (closing, kept) = (connect("/a"), connect("/b"));
    std::fs::write(folder.path().join("mockforge.yaml"), config("two ")).expect("it is written");
    server.process.hear("reloaded; 2 routes for new connections");
    assert!(closing.end().stderr.contains("closed by the server with 1012"));
    assert_eq!(run(&["connect", &server.url, "-x", "a", "-n", "1"]).stdout, "two a\n");
    // It is there until the server goes.
    server.process.signal("TERM");
    assert!(kept.end().stderr.contains("closed by the server with 1001"));
}

#[test]
fn an_invalid_script_is_not_served() {
    let folder = folder_with("bad.jsonl", "{\"txt\":\"one\"}\n{\"waitFor\":\"(\"}\n");
    let bad = folder.path().join("bad.jsonl");
    let ended = run(&["serve", bad.to_str().expect("it is text"), "--ws-port", "0", "--print-url"]);
    assert_eq!((ended.code, &*ended.stdout), (Some(2), ""));
    assert!(ended.stderr.contains("bad.jsonl:1:2"), "{}", ended.stderr);
    assert!(ended.stderr.contains("bad.jsonl:2:"), "{}", ended.stderr);
    assert!(ended.stderr.ends_with("error: 2 errors; nothing is served\n"), "{}", ended.stderr);
}
