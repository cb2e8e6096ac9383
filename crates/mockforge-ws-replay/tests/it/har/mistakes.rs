//! What is wrong with a HAR, and what is left out of one.

use std::cell::Cell;
use std::io::{self, Read};

use mockforge_ws_replay::har::{Limits, read, read_within};
use serde_json::{Value, json};

use super::{import, lines, message, shown};

#[test]
fn files_that_are_no_har() {
    let check = |file: &str, expect: &str| {
        let error = read(file.as_bytes(), "f.har").unwrap_err();
        assert_eq!(error.to_string(), format!("f.har{expect}"), "{file}");
    };
    let no_har = ": error: this is JSON and no HAR: there is no list `log.entries`";
    check("", ": error: the file is empty");
    check("{\"log\":{\n \"entries\":[{]}}", ":2:14: error: entry 1: this is not JSON: key must be a string");
    check(
        "{\"log\":{\"entries\":[{\"time\":1},\n{\"a\"",
        ":2:4: error: entry 2: the file ends in the middle of a value",
    );
    check("{\"log\":{\"entries\":[{\"time\":1}]}} x", ":1:34: error: this is not JSON: trailing characters");
    check("PK\u{3}\u{4}", ": error: this is a zip archive");
    check("{\"mockforge\":1}\n{\"text\":\"a script\"}", no_har);
    check("[1, \"a\", null, {}]", no_har);
    check("{\"log\":{\"entries\":{}}}", no_har);
    check("7", no_har);
    let none = ": error: the HAR has no WebSocket messages: ";
    check("{\"log\":{\"entries\":[]}}", &format!("{none}there are no entries"));
    check("{\"log\":{\"entries\":[7]}}", &format!("{none}of its one entry none is a WebSocket"));
    check(
        r#"{"log":{"entries":[{"request":{"url":"ws://a"}},{"response":{"status":101}},{},null]}}"#,
        &format!("{none}of its 4 entries 2 are WebSockets, all without messages"),
    );
}

#[test]
fn a_byte_order_mark_and_any_order_of_keys_are_read() {
    let file = "\u{feff}{\"log\":{\"entries\":[{\"_webSocketMessages\":[{\"data\":\"x\",\"type\":\"receive\"}],\
                \"request\":{\"url\":\"ws://a/x\"}}],\"creator\":{\"name\":\"C\"}},\"more\":[{}]}";
    let har = read(file.as_bytes(), "f.har").unwrap();
    assert_eq!((&*har.sockets[0].url, &*har.creator), ("ws://a/x", "C"));
}

#[test]
fn every_mistake_tells_its_message() {
    let file = r#"{"log":{"entries":[{},{"_webSocketMessages":[
        {"type":"receive","time":1769851800,"opcode":1,"data":"good"},
        {"type":"receive","time":1769851800,"opcode":2,"data":"n*t"},
        {"type":"sent","time":1769851800,"opcode":1,"data":"x"},
        {"time":1769851800,"opcode":1,"data":"x"},
        {"type":"send","time":1769851800,"opcode":1,"data":{}},
        {"type":"send","time":1769851800,"opcode":0,"data":"x"},
        {"type":"send","time":1769851800,"opcode":3,"data":"x"},
        {"type":"send","time":999999999999999,"opcode":1,"data":"x"},
        7
    ]}]}}"#;
    let imported = read(file.as_bytes(), "f.har").unwrap().sockets[0].script();
    assert_eq!(imported.source, None);
    let expect = [
        "f.har:3:9: error: message 2 of entry 2: `data` is to be base64: `*` is no base64 here",
        "f.har:4:9: error: message 3 of entry 2: `type` is `sent` (it is `send` or `receive`)",
        "f.har:5:9: error: message 4 of entry 2: `type` is missing (it is `send` or `receive`)",
        "f.har:6:9: error: message 5 of entry 2: `data` is missing, or is no text (it is the text, or the bytes in base64)",
        "f.har:7:9: error: message 6 of entry 2: the message is a fragment (opcode 0) (messages are read as a whole: opcode 1 or 2)",
        "f.har:8:9: error: message 7 of entry 2: there is no opcode 3 (1 is text, 2 is binary)",
        "f.har:9:9: error: message 8 of entry 2: `time` is more than a hundred years after the start of the entry \
         (it is seconds or milliseconds since 1970)",
        "f.har:11: error: message 9 of entry 2: `type` is missing (it is `send` or `receive`)",
        "f.har: warning: entry 2: 1 message without a time (each comes with the one before it)",
    ];
    assert_eq!(shown(&imported.diagnostics), expect);
}

#[test]
fn mistakes_are_bounded() {
    let imported = import(&json!(vec![message("got", 0.0, 1, "x"); 1_003]));
    assert_eq!(imported.diagnostics.len(), 1_001);
    assert_eq!(imported.diagnostics[1_000].message, "entry 1: 3 more mistakes are not shown");
}

#[test]
fn control_frames() {
    let check = |messages: &[Value], expect: &[&str], warnings: &[&str]| {
        let imported = import(&json!(messages));
        assert_eq!(lines(&imported), expect);
        assert_eq!(shown(&imported.diagnostics), warnings);
    };
    let close = |kind| message(kind, 1.0, 8, "D6FvdmVy");
    check(&[close("receive"), close("send")], &[r#"{"ts":1000,"close":{"code":4001,"reason":"over"}}"#], &[]);
    check(
        &[
            message("receive", 0.5, 1, "x"),
            close("send"),
            close("receive"),
            message("receive", 2.0, 1, "late"),
        ],
        &[r#"{"ts":500,"text":"x"}"#],
        &[
            "f.har:1:174: warning: message 2 of entry 1: the client closed, which a script does not do: the close is left out",
            "f.har: warning: entry 1: 1 message after the close left out",
        ],
    );
    check(
        &[message("receive", 0.5, 8, "A+4=")],
        &[r#"{"ts":500,"close":true}"#],
        &[
            "f.har:1:113: warning: message 1 of entry 1: the server's close frame can't be sent again: 1006 is reserved \
           for reports by a client library and is never sent (the script closes with 1000)",
        ],
    );
    check(&[message("receive", 0.5, 8, "")], &[r#"{"ts":500,"close":true}"#], &[]);
    check(
        &[message("send", 0.0, 9, ""), message("receive", 0.1, 10, ""), message("receive", 0.2, 1, "x")],
        &[r#"{"ts":200,"text":"x"}"#],
        &[
            "f.har: warning: entry 1: 2 messages of the kinds ping and pong left out (the server answers pings by itself)",
        ],
    );
}

#[test]
fn times_that_go_back_are_put_in_order() {
    let imported = import(&json!([
        message("send", 0.2, 1, "first sent"),
        message("send", 0.4, 1, "then this"),
        message("receive", 0.1, 1, "a"),
        message("receive", 0.4, 1, "b"),
    ]));
    let texts: Vec<Value> = lines(&imported).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let texts: Vec<_> = texts.iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["a", "first sent", "then this", "b"]);
    assert_eq!(
        shown(&imported.diagnostics),
        ["f.har: warning: entry 1: the time goes back once (the messages are put in order by time)"]
    );
}

/// Gives this many bytes of `"a"`s in the middle of a HAR, and counts what was asked for.
struct Endless<'c> {
    before: &'static [u8],
    asked: &'c Cell<usize>,
}

impl Read for Endless<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.asked.set(self.asked.get() + out.len());
        if self.before.is_empty() {
            out.fill(b'a');
            return Ok(out.len());
        }
        self.before.read(out)
    }
}

#[test]
fn a_value_without_end_is_not_read_to_its_end() {
    for before in [
        &br#"{"log":{"entries":[{"_webSocketMessages":[{"data":""#[..],
        br#"{"log":{"entries":[{"request":{"url":""#,
        br#"{"log":{"entries":[{"startedDateTime":""#,
        br#"{"log":{""#,
    ] {
        let asked = Cell::new(0);
        let limits = Limits { value: 100_000, ..Limits::default() };
        let error = read_within(Endless { before, asked: &asked }, "f.har", limits).unwrap_err();
        assert!(error.message.ends_with("a value takes more than 100000 bytes"), "{error}");
        assert!(asked.get() < 400_000, "{} bytes were read", asked.get());
    }
}

#[test]
fn messages_in_all_are_bounded() {
    let many = vec![message("send", 0.0, 1, &"x".repeat(1_000)); 50];
    let file = json!({ "log": { "entries": [{ "_webSocketMessages": many }] } }).to_string();
    let limits = Limits { total: 20_000, ..Limits::default() };
    let error = read_within(file.as_bytes(), "f.har", limits).unwrap_err();
    assert!(error.message.contains("the messages take more than 20000 bytes"), "{error}");
}

/// A body that is passed over takes no memory, nor do entries of other kinds.
#[test]
fn other_entries_are_not_held() {
    let body = "x".repeat(4 << 20);
    let socket = json!({ "_webSocketMessages": [message("receive", 0.0, 1, "x")] });
    let other =
        json!({ "response": { "content": { "text": body }, "headers": [] }, "more": { "a": [body] } });
    let file = json!({ "log": { "entries": [other, socket, other] } }).to_string();
    let limits = Limits { value: 1_000, ..Limits::default() };
    let mut most = 0;
    let info = allocation_counter::measure(|| {
        let har = read_within(file.as_bytes(), "f.har", limits).unwrap();
        most = har.sockets.len();
    });
    assert_eq!(most, 1);
    assert!(info.bytes_max < 200_000, "{} bytes were held", info.bytes_max);
}
