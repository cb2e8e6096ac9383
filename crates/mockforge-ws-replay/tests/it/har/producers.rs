//! What Playwright, mitmproxy and Chrome write.

use mockforge_ws_core::Message;
use mockforge_ws_replay::{Options, Script, compile};
use mockforge_ws_testkit::{Entry, Sim};

use super::{fixture, har, lines, shown};

/// A script that has nothing to complain about.
#[track_caller]
fn flawless(source: &str) -> Script {
    let compiled = compile(source, &Options::new("imported.jsonl"));
    assert_eq!(shown(&compiled.diagnostics), [""; 0], "{source}");
    compiled.script.unwrap()
}

/// Plays a script to a client that says these things when it is time, and gives all that it heard.
fn heard(script: &Script, says: &[(u64, Message)]) -> Vec<Message> {
    let mut sim = Sim::new(script.player());
    let mut now = 0;
    for (at, message) in says {
        sim.advance(at - now).receive_message(message.clone());
        now = *at;
    }
    sim.advance(1_000);
    sim.entries()
        .iter()
        .filter_map(|entry| match entry {
            Entry::Sent(_, message) => Some(message.clone()),
            _ => None,
        })
        .collect()
}

/// What `recorded.jsonl` sends, as far as the recordings have it.
fn sent(count: usize) -> Vec<Message> {
    let all = [
        Message::text(r#"{"type":"hello","price":1.10}"#),
        Message::binary(vec![0, 1, 2, 255]),
        Message::text("a template is written {{so}}, naïve 💡"),
        Message::text(""),
    ];
    all[..count].to_vec()
}

#[test]
fn the_recorded_script_comes_back() {
    for (name, attached, creator, received) in [
        ("playwright.har", None, "Playwright 1.65.1", 3),
        (
            "playwright-attach/session.har",
            Some("b7ed97183a4d9a6e9c3ded03b81865d6.jsonl"),
            "Playwright 1.65.1",
            3,
        ),
        ("mitmproxy.har", None, "mitmproxy 11.0.2", 4),
        ("chrome.har", None, "WebInspector 537.36", 4),
    ] {
        let mut har = har(name);
        assert_eq!((har.sockets.len(), &*har.creator), (1, creator), "{name}");
        let socket = &mut har.sockets[0];
        assert_eq!(socket.attached.as_deref(), attached, "{name}");
        if let Some(file) = attached {
            assert_eq!((socket.received(), socket.sent()), (0, 0));
            socket.attach(&*fixture(&format!("playwright-attach/{file}")), file).unwrap();
        }
        assert_eq!((socket.received(), socket.sent()), (received, 2), "{name}");
        assert_eq!((&*socket.url, socket.path()), ("ws://127.0.0.1:4101/feed?token=***", "/feed"), "{name}");
        assert_eq!(socket.subprotocol.as_deref(), Some("feed.v1"), "{name}");
        let duration = socket.duration().as_millis();
        assert!((60..200).contains(&duration), "{name} took {duration} ms: the unit is misread");

        let imported = socket.script();
        assert_eq!(shown(&imported.diagnostics), [""; 0], "{name}");
        let source = imported.source.unwrap();
        let script = flawless(&source);
        assert!(!source.contains("secret") && !source.contains("token=t"), "{source}");
        let says = [(500, Message::text("subscribe")), (600, Message::binary(vec![0xca, 0xfe]))];
        assert_eq!(heard(&script, &says), sent(received), "{name}");
        assert_eq!(heard(&script, &[]), sent(2), "{name}: the third waits for the client");
    }
}

#[test]
fn devtools() {
    let har = har("devtools.har");
    assert_eq!((har.entries, &*har.creator), (4, "WebInspector 537.36"));
    assert_eq!(
        har.list(2),
        "1  wss://shop.example/prices?session=***&v=2: 3 received, 1 sent, 1.251 s\n\
         2  wss://shop.example/chat: 1 received, 1 sent, 0.75 s\nand 1 more"
    );
    let entries: Vec<_> = har.sockets.iter().map(|socket| socket.entry).collect();
    assert_eq!(entries, [2, 3, 4]);
    let imported = har.sockets[0].script();
    let source = imported.source.clone().unwrap();
    flawless(&source);
    assert_eq!(
        source,
        r#"{"mockforge":1,"name":"shop.example/prices","subprotocol":"prices.v1","recorded":{"from":"har","by":"WebInspector 537.36","url":"wss://shop.example/prices?session=***&v=2","at":"2026-01-31T09:30:00.000Z"}}
{"ts":120,"dir":"in","text":"{\"op\":\"subscribe\",\"symbol\":\"AAPL\"}"}
{"ts":251,"text":"{\"price\": 1.10}"}
{"ts":1251,"text":"{\"price\": 1.20}"}
{"ts":1251,"base64":"3q2+7w=="}
"#
    );
    let chat = har.sockets[1].script();
    assert_eq!(
        lines(&chat),
        [r#"{"ts":500,"text":"hello \\{{name}}"}"#, r#"{"ts":750,"dir":"in","text":"hi"}"#]
    );
    let script = flawless(chat.source.as_ref().unwrap());
    assert_eq!(heard(&script, &[]), [Message::text("hello {{name}}")]);
}

#[test]
fn omitted_messages_are_told() {
    let error = mockforge_ws_replay::har::read(&*fixture("playwright-omit.har"), "o.har").unwrap_err();
    assert_eq!(
        error.message,
        "the HAR has no WebSocket messages: of its 2 entries one is a WebSocket, without messages"
    );
    assert!(error.hint.unwrap().contains("content: \"omit\""));
}
