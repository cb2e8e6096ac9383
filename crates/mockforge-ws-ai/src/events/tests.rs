//! What is found in texts of all kinds, wherever they are cut.

use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;

/// What is found in a text that comes in one piece, or in pieces that end at these characters.
fn found(parser: EventParser, text: &str, cuts: &[usize]) -> Vec<Parsed> {
    let (mut parser, mut found) = (parser, Vec::new());
    let chars: Vec<char> = text.chars().collect();
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (chars.len() + 1)).collect();
    cuts.extend([0, chars.len()]);
    cuts.sort_unstable();
    for pair in cuts.windows(2) {
        parser.push(&chars[pair[0]..pair[1]].iter().collect::<String>(), &mut found);
    }
    parser.finish(&mut found);
    found
}

fn small() -> EventParser {
    EventParser::new(EventLimits { bytes: 60, depth: 4 })
}

/// One line for each thing that was found; the same whether the text comes at once or by characters.
fn told(text: &str) -> Vec<String> {
    let every: Vec<usize> = (0..text.chars().count()).collect();
    let whole = found(small(), text, &[]);
    assert_eq!(whole, found(small(), text, &every), "{text}");
    let line = |parsed: &Parsed| match parsed {
        Parsed::Event(event) => {
            let span = event.span.start as usize..event.span.end as usize;
            assert!(text[span.clone()].starts_with('{') && text[span].ends_with('}'), "{text}");
            event.value.to_string()
        }
        Parsed::Skipped(skipped) => {
            assert!(
                skipped.excerpt.is_empty()
                    || text[skipped.start as usize..].starts_with(&skipped.excerpt[..1])
            );
            let reason = match &skipped.reason {
                SkipReason::NotJson(_) => "not JSON".to_string(),
                other => other.to_string(),
            };
            format!("{reason} {}: {}", skipped.chars, skipped.excerpt)
        }
    };
    whole.iter().map(line).collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(told(text), expected, "{text}");
}

const A: &str = r#"{"a":1}"#;
const B: &str = r#"{"b":[{"c":2}]}"#;

#[test]
fn one_object_a_line_is_an_event_a_line() {
    check("", &[]);
    check("{\"a\":1}\n{\"b\":[{\"c\":2}]}\n", &[A, B]);
    check("{\"a\":1}{\"a\":1} {\"b\":[{\"c\":2}]}", &[A, A, B]);
    check("\u{feff}{\"a\":1}\r\n\r\n{\"b\":[{\"c\":2}]}\r\n", &[A, B]);
    check("{\n  \"a\": 1\n}\n\n{\r\n \"b\": [\r\n{\"c\": 2,}, ]}", &[A, B]);
    check("{}", &["{}"]);
    check(r#"{"a":"}{\"[\\","é{":"```\n"}"#, &[r#"{"a":"}{\"[\\","é{":"```\n"}"#]);
}

#[test]
fn an_event_is_there_with_its_last_character() {
    let (mut parser, mut found) = (small(), Vec::new());
    for (piece, events) in [("[{\"a\":", 0), ("1", 0), ("}", 1), (",{\"a\":2}", 2), ("\n", 2)] {
        parser.push(piece, &mut found);
        assert_eq!(found.len(), events, "{piece}");
    }
}

#[test]
fn fences_lists_and_prefixes_are_passed_over() {
    check("```json\n{\"a\":1}\n```\n", &[A]);
    check("```\n[\n  {\"a\":1},\n  {\"b\":[{\"c\":2}]},\n]\n```", &[A, B]);
    check("1. {\"a\":1}\n2) {\"a\":1}\n- {\"a\":1}\n* `{\"a\":1}`\n• {\"a\":1};", &[A; 5]);
    check("data: {\"a\":1}\n\ndata: {\"a\":1}\n", &[A, A]);
    check("[[{\"a\":1}],[{\"a\":1}]]", &[A, A]);
}

#[test]
fn prose_is_told_once_for_each_run() {
    check(
        "Sure!\n\nHere are  events:\n{\"a\":1}\n\nEnjoy.",
        &["prose 23: Sure! Here are  events:", A, "prose 6: Enjoy."],
    );
    check("Event 1: {\"a\":1} (done)\n", &["prose 8: Event 1:", A, "prose 6: (done)"]);
    check("{{\"a\":1}}", &["prose 1: {", A, "prose 1: }"]);
    check("1, 2, true", &["prose 10: 1, 2, true"]);
    let long = "word ".repeat(100);
    check(&long, &[&format!("prose 499: {}", long[..80].trim_end())]);
}

#[test]
fn drafts_in_thoughts_are_no_events() {
    check(
        "\n<think>\nMaybe {\"a\":2}? </thin <</think>{\"a\":1}",
        &["thoughts 39: <think>\nMaybe {\"a\":2}? </thin <</think>", A],
    );
    check("<thinking>{\"a\":2}</think>", &["thoughts 25: <thinking>{\"a\":2}</think>"]);
    check("Say <think>\n{\"a\":1}", &["prose 11: Say <think>", A]);
    check("{\"a\":1}<think>{\"a\":1}", &[A, "prose 7: <think>", A]);
}

#[test]
fn the_elements_of_a_wrapper_are_events() {
    check(r#"{"events":[{"a":1},{"b":[{"c":2}]}]}"#, &[A, B]);
    check("{\n  \"data\": [\n    {\n      \"a\": 1\n    },\n  ],\n}\n{\"a\":1}", &[A, A]);
    check(
        r#"{"n":2,"events":[{"a":1}],"usage":{"tokens":5}}{"a":1}"#,
        &[
            r#"a wrapper's other members 17: {"n":2,"events":["#,
            A,
            r#"a wrapper's other members 21: ,"usage":{"tokens":5}"#,
            A,
        ],
    );
    check(
        r#"{"events":[]}{"data": [ ]}"#,
        &["a wrapper's other members 13: {\"events\":[]}", "a wrapper's other members 13: {\"data\": [ ]}"],
    );
    check(r#"{"events":[{"a":1}, oh, {x},{"a":1}]}"#, &[A, "prose 5: , oh,", "not JSON 3: {x}", A]);
}

#[test]
fn a_wrapper_may_be_broken_or_odd() {
    check(r#"{"events":[{"data":[]}]}"#, &[r#"{"data":[]}"#]);
    check("{\"events\":[{\"a\":1}}\n{\"data\":[{\"a\":1}]}", &[A, A]);
    check("{\"events\":[{\"a\":1}]\n{\"data\":[{\"a\":1}]}", &[A, A]);
    check(
        "{\"note\":“x”,\"events\":[{\"a\":1}]}{\"a\":1}",
        &["not JSON 31: {\"note\":“x”,\"events\":[{\"a\":1}]}", A],
    );
}

#[test]
fn an_event_may_have_lists_of_its_own() {
    for event in [
        r#"{"t":"trade","data":[{"p":1}]}"#,
        r#"{"data":[1,{"p":1}]}"#,
        r#"{"data":[[],{"p":1}]}"#,
        r#"{"data":{"events":[{"p":1}]}}"#,
        r#"{"data":[],"t":1}"#,
        r#"{"event":[{"p":1}]}"#,
    ] {
        check(event, &[event]);
    }
    let own = r#"{"data":[{"p":1}]}"#;
    let parsed = found(small().wrappers(["events"]), own, &[]);
    assert!(matches!(&parsed[..], [Parsed::Event(event)] if event.value["data"][0]["p"] == 1), "{parsed:?}");
}

#[test]
fn what_is_not_json_is_told_and_the_next_event_found() {
    check("{“a”: 1}\n{\"a\":1}", &["not JSON 8: {“a”: 1}", A]);
    check("{'a': {'b': 1}} {\"a\":1}", &["not JSON 15: {'a': {'b': 1}}", A]);
    check("{\"a\": NaN}{\"a\":1}", &["not JSON 10: {\"a\": NaN}", A]);
    check("{\"a\": \"x\"y\"}\n{\"a\":1}", &["not JSON 12: {\"a\": \"x\"y\"}", A]);
    check("use {symbol} here\n{\"a\":1}", &["prose 3: use", "not JSON 8: {symbol}", "prose 4: here", A]);
    check(
        "{\"a\":1e999}{\"a\":\"\\ud800\"}{\"a\":1}",
        &["not JSON 11: {\"a\":1e999}", "not JSON 14: {\"a\":\"\\ud800\"}", A],
    );
    check("{,{\"a\":1}}{\"a\":1}", &["not JSON 10: {,{\"a\":1}}", A]);
    check("{a: \"\n} {\"a\":1}", &["not JSON 7: {a: \"\n}", A]);
    check("{a: \"\\\"}\"}{\"a\":1}", &["not JSON 10: {a: \"\\\"}\"}", A]);
    // One that never closes: the next line that begins with an object ends it, if it is no part of it.
    check("{\"a\": “x\n{\"a\":1}\n{\"a\":1}", &["not JSON 8: {\"a\": “x", A, A]);
    check("{\"a\":1,\n{\"a\":1}", &["not JSON 7: {\"a\":1,", A]);
    check("{\"a\":\"x\n{\"a\":1}", &["not JSON 7: {\"a\":\"x", A]);
    check("1. {\"a\": x\n2. {\"a\":1}", &["not JSON 10: {\"a\": x\n2.", A]);
    check(
        "  {\"a\": x, \"b\":\n    {\"c\":1}\n  }\n  {\"a\":1}",
        &["not JSON 29: {\"a\": x, \"b\":\n    {\"c\":1}\n  }", A],
    );
    check("Use { to begin.\n\n  {\"a\":1}", &["prose 3: Use", "not JSON 11: { to begin.", A]);
    check("Use { to begin:\r\n```\r\n  {\"a\":1}", &["prose 3: Use", "not JSON 16: { to begin:\r\n```", A]);
}

#[test]
fn a_cut_end_is_told_with_its_beginning() {
    check("{\"a\":1}\n{\"a\":", &[A, "cut off before its end 5: {\"a\":"]);
    check("{\"events\":[{\"a\":1},", &[A, "cut off before its end 11: {\"events\":["]);
    check("{\"events\":[{\"a\":1},{\"b", &[A, "cut off before its end 3: {\"b"]);
    check("[{\"a\":1},", &[A]);
    check("{\"a\": x,", &["not JSON 8: {\"a\": x,"]);
    check("```json\n{\"a\":\"\\", &["cut off before its end 7: {\"a\":\"\\"]);
}

#[test]
fn limits_are_told_and_the_next_event_found() {
    let large = format!("{{\"a\":\"{}\",\"events\":[{{\"x\":1}}]}}", "}\\\"{".repeat(60));
    let expected = format!("an event that is too large 267: {}", &large[..80]);
    check(&format!("{large}{{\"a\":1}}"), &[&expected, A]);
    check(&format!("{large}\n{{\"a\":1}}"), &[&expected, A]);
    let deep = "{\"a\":[[[[\n\n  {\"x\":1}]]]]}";
    check(&format!("{deep}{{\"a\":1}}"), &[&format!("an event that is nested too deeply 25: {deep}"), A]);
    let cut = &large[..100];
    check(cut, &[&format!("an event that is too large 100: {}", &large[..80])]);
    check(
        "{\"a\":[[[[[[{}]]]]]]}{\"a\":1}",
        &["an event that is nested too deeply 20: {\"a\":[[[[[[{}]]]]]]}", A],
    );
}

#[test]
fn a_parser_can_be_used_again() {
    let (mut parser, mut found) = (small(), Vec::new());
    for _ in 0..2 {
        parser.push("<think> </think>{\"events\":[{\"a\":1},{\"", &mut found);
        parser.finish(&mut found);
    }
    assert_eq!((found.len(), &found[..3]), (6, &found[3..]));
}

/// The work for a megabyte that comes in characters is a small multiple of its length.
#[test]
fn work_is_linear_and_memory_bounded() {
    let line = "{\"type\":\"trade\",\"symbol\":\"AAPL\",\"price\":101.25}\n";
    let texts = [
        line.repeat((1 << 20) / line.len()),
        format!("{{\"a\":\"{}\"}}", "x".repeat(1 << 20)),
        "{".repeat(1 << 20),
        "{\"a\":".repeat((1 << 20) / 5),
        "{\"a\":{\"a\":{x".repeat((1 << 20) / 12),
        "{\"a\":{\"a\":{x\n".repeat((1 << 20) / 13),
        "{\"events\":[{\"a\":1".repeat((1 << 20) / 17),
        "{\"a\":[1,],}\n- ".repeat((1 << 20) / 14),
        "prose, ".repeat((1 << 20) / 7),
    ];
    for text in texts {
        let (mut parser, mut found) =
            (EventParser::new(EventLimits { bytes: 2 << 20, depth: 64 }), Vec::new());
        let mut piece = [0; 4];
        for c in text.chars() {
            parser.push(c.encode_utf8(&mut piece), &mut found);
        }
        parser.finish(&mut found);
        assert!(parser.looks <= 4 * text.len() as u64, "{} for {}", parser.looks, &text[..20]);
        assert!(found.len() <= text.len(), "{}", &text[..20]);
    }
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(|number: f64| json!(number)),
        "[ -~\u{e9}\u{1f600}\n\t]{0,12}".prop_map(Value::from),
        Just(json!("```\n{\"a\": [1,2]}, \\\"")),
    ]
}

fn object() -> impl Strategy<Value = Value> {
    let value = scalar().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec(("[a-d\"{]{0,3}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    });
    proptest::collection::vec(("[a-d{}\"\\[]{1,4}", value), 0..4)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// The ways in which a list of objects may be written.
const WRAPPINGS: usize = 10;

fn wrapped(objects: &[Value], wrapping: usize) -> String {
    let lines = |prefix: &dyn Fn(usize) -> String, end: &str| -> String {
        objects.iter().enumerate().map(|(n, object)| format!("{}{object}{end}", prefix(n))).collect()
    };
    let list = Value::from(objects.to_vec());
    match wrapping {
        0 => lines(&|_| String::new(), "\n"),
        1 => format!("```json\n{}```\nThat is all.", lines(&|_| String::new(), "\r\n")),
        2 => lines(&|n| format!("{}. ", n + 1), "\n"),
        3 => lines(&|_| "data: ".into(), "\n\n"),
        4 => list.to_string(),
        5 => format!("Here you are:\n{list:#}\n"),
        6 => json!({ "events": list }).to_string(),
        7 => format!("```\n{:#}\n```", json!({ "note": "[{", "events": list, "more": [{"x": {}}] })),
        8 => objects.iter().map(|object| format!("- {object:#}\nand\n")).collect(),
        _ => format!("\u{feff}[{}]", lines(&|_| String::new(), ",")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn objects_are_found_in_any_wrapping_and_any_pieces(
        objects in proptest::collection::vec(object(), 1..6),
        wrapping in 0..WRAPPINGS,
        cuts in proptest::collection::vec(any::<usize>(), 0..12),
    ) {
        let parsed = found(EventParser::new(EventLimits::default()), &wrapped(&objects, wrapping), &cuts);
        let events: Vec<Value> = parsed
            .into_iter()
            .filter_map(|parsed| match parsed {
                Parsed::Event(event) => Some(event.value),
                Parsed::Skipped(skipped) => {
                    assert!(matches!(skipped.reason, SkipReason::Prose | SkipReason::Wrapper), "{skipped}");
                    None
                }
            })
            .collect();
        prop_assert_eq!(events, objects);
    }

    #[test]
    fn any_text_is_read_the_same_in_any_pieces(
        text in "([{}\\[\\],:\"\\\\ \n\r`a1.u-]|\\{\"|\"events\":\\[|\\PC){0,120}",
        cuts in proptest::collection::vec(any::<usize>(), 0..12),
    ) {
        let limits = EventLimits { bytes: 40, depth: 3 };
        let whole = found(EventParser::new(limits), &text, &[]);
        prop_assert_eq!(&whole, &found(EventParser::new(limits), &text, &cuts));
        for parsed in whole {
            if let Parsed::Event(event) = parsed {
                prop_assert!(event.span.end - event.span.start <= 40);
            }
        }
    }
}
