//! The bodies of the fuzz targets, here so that they are compiled and run once by the ordinary tests.
//!
//! Each takes any bytes and must not panic, whatever they are; what it asserts beyond that is said there.

use mockforge_ws_ai::events::{EventLimits, EventParser, Parsed};
use mockforge_ws_core::{Conn, Cx, Effects, Event, Inbound, Message};
use mockforge_ws_interactive::{GraphNotation, Guard, Rules, Vocabulary};
use mockforge_ws_match::{Dialect, Pattern, PatternSet};
use mockforge_ws_replay::har::{Limits, Recording, read_within, write};
use mockforge_ws_replay::{Options, compile};
use mockforge_ws_template::{JsonTemplate, Scope, Template};
use serde_json::Value;
use std::time::Duration;

/// Parses a template and renders it against a message; the parts are divided by a zero byte. The rendering
/// keeps to the largest message size, and the same seed renders the same.
pub fn template(data: &[u8]) {
    let (text, message) = halves(data);
    let options = mockforge_ws_template::Options::default();
    let message = Inbound::new(Message::text(message));
    if let Ok(template) = Template::parse(&text, &options) {
        let render = || {
            let (mut conn, mut effects) = (small(), Effects::new());
            let mut out = String::new();
            let scope = Scope { message: Some(&message), ..Scope::default() };
            template.render(&scope, &mut Cx::new(&mut conn, &mut effects, Duration::ZERO), &mut out);
            out
        };
        let first = render();
        assert!(first.len() <= SMALL, "{} bytes were rendered", first.len());
        assert_eq!(first, render(), "the same seed renders the same");
    }
    if let Ok(value) = serde_json::from_str::<Value>(&text)
        && let Ok(template) = JsonTemplate::parse(&value, &options)
    {
        let (mut conn, mut effects) = (small(), Effects::new());
        let scope = Scope { message: Some(&message), ..Scope::default() };
        let mut out = String::new();
        template.render(&scope, &mut Cx::new(&mut conn, &mut effects, Duration::ZERO), &mut out);
    }
}

/// Parses a pattern and holds a message against it; the parts are divided by a zero byte. A message either
/// matches or differs in a way that can be told.
pub fn pattern(data: &[u8]) {
    let (text, message) = halves(data);
    let inbounds =
        [Inbound::new(Message::text(message.clone())), Inbound::new(Message::binary(message.into_bytes()))];
    for dialect in [Dialect::Rfc9535, Dialect::Goessner] {
        let spec = serde_json::from_str(&text).unwrap_or(Value::String(text.clone()));
        let Ok(pattern) = Pattern::parse(&spec, dialect) else { continue };
        let set = PatternSet::new([pattern.clone()]);
        for inbound in &inbounds {
            let matched = pattern.is_match(inbound);
            assert_eq!(matched, pattern.matches(inbound).is_some(), "{pattern}");
            assert_eq!(matched, set.first(inbound).is_some(), "{pattern}");
            assert_eq!(matched, pattern.explain(inbound).is_none(), "{pattern}");
        }
    }
}

/// Compiles a script and plays it for a simulated minute against two messages.
pub fn script(data: &[u8]) {
    let Some(script) = compile(data, &Options::new("fuzz.jsonl")).script else { return };
    play(Box::new(script.player()), [r#"{"type":"a","id":1}"#, "ACK"]);
}

/// Reads a HAR, makes a script of each WebSocket and plays it for a simulated minute. A script that is made
/// compiles, and what it is exported to is read again.
pub fn har(data: &[u8]) {
    let limits = Limits { value: 1 << 16, total: 1 << 18 };
    let Ok(har) = read_within(data, "fuzz.har", limits) else { return };
    for socket in &har.sockets {
        let Some(source) = socket.script().source else { continue };
        // The one thing that a HAR may say and a script may not is a subprotocol that is no name.
        let Some(script) = compile(&source, &Options::new("fuzz.jsonl")).script else {
            assert!(socket.subprotocol.is_some(), "{source}");
            continue;
        };
        play(Box::new(script.player()), ["x", "y"]);
        if let Some(recording) = Recording::of(&script, Some("ws://a/b")).recording {
            let mut file = Vec::new();
            write(&[recording], &mut file).expect("memory can be written");
            if script.is_empty() {
                continue;
            }
            read_within(&*file, "back.har", Limits::default()).expect("what is written is read");
        }
    }
}

/// Compiles an `interactive:` section, written as JSON, and plays it for a simulated minute against two
/// messages, which follow it after zero bytes.
pub fn rules(data: &[u8]) {
    let (text, messages) = halves(data);
    let (first, second) = messages.split_once('\0').unwrap_or((&messages, "{\"type\":\"a\",\"id\":1}"));
    let Ok(section) = serde_json::from_str::<Value>(&text) else { return };
    let Ok(rules) = Rules::compile(&section, &Default::default()) else { return };
    play(Box::new(rules.session()), [first, second]);
    let _ = rules.graph(GraphNotation::Mermaid);
}

/// Compiles a guard and asks it about a message; the parts are divided by a zero byte. It holds, or why not
/// can be told.
pub fn guard(data: &[u8]) {
    let (text, message) = halves(data);
    let Ok(guard) = Guard::parse(&text, &Vocabulary::default()) else { return };
    let message = serde_json::from_str(&message).unwrap_or(Value::String(message));
    let names = serde_json::Map::from_iter([("$".to_string(), message)]);
    let holds = guard.holds(&names);
    assert_eq!(holds, guard.holds(&names), "{guard}");
    assert_eq!(holds == Ok(true), guard.explain(&names).is_none(), "{guard}");
}

/// Reads what a language model might have written, at once and in pieces; the lengths of the pieces, in
/// characters, follow it after a zero byte. Both find the same, events are JSON and keep to the limits, and
/// nothing is found twice.
pub fn events(data: &[u8]) {
    let (text, lengths) = halves(data);
    let limits = EventLimits { bytes: 256, depth: 8 };
    let mut whole = Vec::new();
    let mut parser = EventParser::new(limits);
    parser.push(&text, &mut whole);
    parser.finish(&mut whole);
    let mut pieces = Vec::new();
    let (mut rest, mut lengths) = (&*text, lengths.bytes().chain(std::iter::repeat(1)));
    while !rest.is_empty() {
        let length = lengths.next().map_or(1, usize::from);
        let end = rest.char_indices().nth(length).map_or(rest.len(), |(end, _)| end);
        parser.push(&rest[..end], &mut pieces);
        rest = &rest[end..];
    }
    parser.finish(&mut pieces);
    assert_eq!(whole, pieces);
    let mut end = 0;
    for parsed in whole {
        let Parsed::Event(event) = parsed else { continue };
        assert!(end <= event.span.start && event.span.end <= text.len() as u64);
        assert!(event.span.end - event.span.start <= 256 && event.value.is_object());
        end = event.span.end;
    }
}

/// A simulated minute of a session that hears two messages.
fn play(mut player: Box<dyn mockforge_ws_core::Session>, messages: [&str; 2]) {
    let (mut conn, mut effects, mut now) = (small(), Effects::with_bounds(64, 1 << 16), Duration::ZERO);
    let mut tell = |event, now| {
        player.on(event, &mut Cx::new(&mut conn, &mut effects, now));
        let mut over = false;
        while let Some(effect) = effects.pop() {
            over |= matches!(effect, mockforge_ws_core::Effect::Close(_) | mockforge_ws_core::Effect::Abort);
        }
        (over, effects.take_writable(), player.deadline())
    };
    let (mut over, mut writable, mut deadline) = tell(Event::Opened, now);
    for round in 0..2_000 {
        let event = match round {
            500 => Event::Received(Inbound::new(Message::text(messages[0]))),
            1_000 => Event::Received(Inbound::new(Message::text(messages[1]))),
            _ if writable => Event::Writable,
            _ => {
                now = deadline.map_or(now, |due| due.max(now)).min(Duration::from_secs(60));
                Event::Tick
            }
        };
        if over {
            return;
        }
        (over, writable, deadline) = tell(event, now);
    }
}

const SMALL: usize = 1 << 16;

fn small() -> Conn {
    Conn::alone("/ws").with_limits(mockforge_ws_core::Limits { max_message_size: SMALL })
}

fn halves(data: &[u8]) -> (String, String) {
    let at = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&data[..at]), text(data.get(at + 1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    /// The targets run on inputs that reach their insides, so that they do not rot between fuzzing sessions.
    #[test]
    fn the_targets_run() {
        super::template(b"a {{$.x}} {{randInt 1 9}} {{#repeat 99999999}}x{{/repeat}}\0{\"x\":[1,2]}");
        super::template(br#"{"a":"{{uuid}}","b":["{{now}}"]}"#);
        super::pattern(b"^(a+)+$\0aaaaaaaaaaaaaaaaaaaaaaaaaa!");
        super::pattern(b"{\"jsonpath\":\"$..a\",\"equals\":1}\0{\"a\":1}");
        super::script(b"{\"text\":\"a\",\"repeat\":{\"every\":1}}\n{\"waitFor\":\"$.id\",\"text\":\"{{$.id}}\",\"onEnd\":\"loop\"}");
        super::script(b"{\"text\":");
        super::har(include_bytes!("../fixtures/har/devtools.har"));
        super::har(
            br#"{"log":{"entries":[{"response":{"headers":[{"name":"sec-websocket-protocol","value":"a b"}]},
            "_webSocketMessages":[{"type":"receive","time":-1,"opcode":1,"data":"{{"},
            {"type":"receive","time":1e308,"opcode":8,"data":"A+g="}]}]}}"#,
        );
        super::har(br#"{"log":{"entries":[{"_webSocketMessages":[{"type":"send","time":1,"opcode":9}]}]}}"#);
        super::rules(
            br#"{"states":{"a":{"timeout":{"after":"1s","to":"b"}},"b":{"final":true}},"vars":{"n":0},
                "rules":[{"on":"x","when":"state.n < 3","set":{"n":{"add":1}},"reply":"{{$.id}}","start":"s"}],
                "streams":{"s":{"every":"1ms","json":{"k":"{{seq}}"}}}}"#,
        );
        super::events(
            "Sure!\n```json\n{\"a\":[1,],}\n{“b”:1}\n1. {\"c\":\"\\u00e9}\"}\n\0\u{3}\0\u{1}".as_bytes(),
        );
        super::events(b"{\"n\":1,\"events\":[{\"a\":{}},\n{\"b\":x}],\"c\":{}}{\"d\":\0\x09");
        super::guard(b"size($.a) > 0 && $.b in [1, 2]\0{\"a\":\"x\",\"b\":3}");
    }
}
