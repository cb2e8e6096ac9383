//! What rules do with messages.

use mockforge_ws_core::{DropReason, Fact, Hello, Limits, Message};
use mockforge_ws_proxy::{Reconnect, Transform, Transit, Verdict};
use mockforge_ws_testkit::{Setup, Sim};
use serde_json::{Value, json};

use crate::support::{compile, open, play, proxy, rules};

/// Rules, what happens, and the transcript.
#[track_caller]
fn check(rules: &Value, script: &[&str], expect: &[&str]) {
    let transcript = play(&mut open(rules), script);
    assert_eq!(transcript.lines().collect::<Vec<_>>(), expect, "{rules}");
}

/// One rule, a message, and what comes out, with the facts.
#[track_caller]
fn facts(rule: &Value, message: &str, expect: &[&str]) {
    let mut sim = open(&json!([rule]));
    play(&mut sim, &[message]);
    let transcript = sim.transcript_with_facts();
    let lines: Vec<_> = transcript.lines().skip(1).collect();
    assert_eq!(lines, expect, "{rule}");
}

#[test]
fn answers_are_not_passed_on() {
    let order = json!([{
        "from": "client",
        "on": { "jsonpath": "$.op", "equals": "order" },
        "answer": { "json": { "op": "ack", "id": "{{$.id}}" } }
    }]);
    check(
        &order,
        &[r#"< {"op":"order","id":7}"#, r#"<< {"op":"order","id":8}"#, r#"< {"op":"quote"}"#],
        &[
            r#"0 < {"op":"order","id":7}"#,
            r#"0 > {"op":"ack","id":7}"#,
            r#"0 << {"op":"order","id":8}"#,
            r#"0 > {"op":"order","id":8}"#,
            r#"0 < {"op":"quote"}"#,
            r#"0 >> {"op":"quote"}"#,
        ],
    );
    // The server is answered as the client is.
    check(
        &json!([{ "from": "upstream", "on": "^ping$", "answer": "pong" }]),
        &["<< ping"],
        &["0 << ping", "0 >> pong"],
    );
    check(
        &json!([{ "on": "^x$", "answer": "echo" }]),
        &["< x", "<< x"],
        &["0 < x", "0 > x", "0 << x", "0 >> x"],
    );
    check(
        &json!([{ "on": "^b(.)$", "answer": [{ "hex": "0{{capture.1}}" }, { "base64": "AAE=" }, "{{message}}"] }]),
        &["< b7"],
        &["0 < b7", "0 > 0x07", "0 > 0x0001", "0 > b7"],
    );
}

/// As in replies: each so long after the one before, and what comes meanwhile is not held up.
#[test]
fn late_answers_hold_up_nothing() {
    let slow = json!([{ "from": "client", "on": "^slow$", "answer": ["at once", { "after": "50ms", "text": "a" }, { "after": "10ms", "text": "b" }] }]);
    check(
        &slow,
        &["< slow", "+ 20", "< quick", "<< news", "< slow", "+ 100"],
        &[
            "0 < slow",
            "0 > at once",
            "20 < quick",
            "20 >> quick",
            "20 << news",
            "20 > news",
            "20 < slow",
            "20 > at once",
            "50 > a",
            "60 > b",
            "70 > a",
            "80 > b",
        ],
    );
    // A `delay` holds up all answers.
    let delayed = json!([{ "on": "x", "delay": "5ms", "answer": ["a", { "after": "10ms", "text": "b" }] }]);
    check(&delayed, &["< x", "+ 50"], &["0 < x", "5 > a", "15 > b"]);
}

#[test]
fn late_answers_are_bounded() {
    let mut sim = open(&json!([{ "on": "x", "answer": { "after": "1s", "text": "y" } }]));
    for _ in 0..2000 {
        sim.receive("x");
    }
    sim.advance(1000);
    assert_eq!(sim.sent().len(), 1024);
    let dropped = |fact: &&&Fact| matches!(fact, Fact::Dropped(DropReason::KeptOverflow));
    assert_eq!(sim.facts().iter().filter(dropped).count(), 2000 - 1024);
}

#[test]
fn the_bytes_of_late_answers_are_bounded() {
    let mut sim = open(&json!([
        { "on": "x", "answer": { "after": "1s", "text": "{{#repeat 600000}}y{{/repeat}}" } },
        { "on": "z", "answer": { "after": "1s", "text": "short" } },
    ]));
    let dropped = |sim: &Sim| sim.facts().contains(&&Fact::Dropped(DropReason::KeptOverflow));
    // What has left counts no more.
    sim.receive("x").advance(1000).receive("x").receive("z").advance(1000);
    assert_eq!((sim.sent().len(), dropped(&sim)), (3, false));
    sim.receive("x").receive("x").advance(1000);
    assert_eq!((sim.sent().len(), dropped(&sim)), (4, true));
}

/// Where the first of several answers has to wait for its turn, so do those behind it.
#[test]
fn late_answers_keep_their_order() {
    check(
        &json!([
            { "on": "^slow$", "delay": "50ms" },
            { "on": "^x$", "answer": ["a", { "after": "5ms", "text": "b" }] },
        ]),
        &["< slow", "< x", "+ 100"],
        &["0 < slow", "0 < x", "50 > a", "50 >> slow", "55 > b"],
    );
}

#[test]
fn messages_are_dropped() {
    let rule = json!({ "from": "upstream", "on": "heartbeat", "drop": true, "name": "quiet" });
    check(
        &json!([rule]),
        &["<< a heartbeat", "< heartbeat"],
        &["0 << a heartbeat", "0 < heartbeat", "0 >> heartbeat"],
    );
    facts(&rule, "<< heartbeat", &[r#"0 ! Fired { rule: "quiet" }"#, "0 ! Dropped(Rule)"]);
}

#[test]
fn what_no_rule_takes_may_be_dropped() {
    let section = json!({ "otherwise": "drop", "rules": [
        { "on": "^a", "forward": true },
        { "on": "^b", "stop": false, "replace": "seen" },
    ]});
    let mut sim = Sim::open(&proxy().rules(compile(&section)), Setup::default());
    let transcript = play(&mut sim, &["< abc", "< bcd", "< cde", "<< cde"]);
    assert_eq!(transcript, "0 < abc\n0 >> abc\n0 < bcd\n0 >> seen\n0 < cde\n0 << cde\n");
    let dropped = sim.facts().iter().filter(|fact| ***fact == Fact::Dropped(DropReason::Rule)).count();
    assert_eq!(dropped, 2);
}

#[test]
fn json_is_edited() {
    let check = |replace: Value, message: &str, expect: &str| {
        let mut sim = open(&json!([{ "from": "upstream", "replace": replace }]));
        sim.upstream(message);
        assert_eq!(sim.texts(), [expect], "{replace}");
    };
    check(
        json!({ "set": { "$.price": "{{mul $.price 2}}", "$.venue": "mock" }, "remove": ["$.debug"], "merge": { "meta": { "mocked": true } } }),
        r#"{ "price": 21, "debug": {"t":1}, "size": 1 }"#,
        r#"{"price":42,"size":1,"venue":"mock","meta":{"mocked":true}}"#,
    );
    check(json!({ "remove": "$..id" }), r#"[{"id":1,"a":2},{"b":{"id":3}}]"#, r#"[{"a":2},{"b":{}}]"#);
    check(
        json!({ "set": { "$.items[*].n": 0 } }),
        r#"{"items":[{"n":5},{"n":6}]}"#,
        r#"{"items":[{"n":0},{"n":0}]}"#,
    );
    check(json!({ "set": { "$": { "was": "{{$}}" } } }), "[1]", r#"{"was":[1]}"#);
    check(
        json!({ "merge": { "a": null, "b": { "c": "{{$.a}}" } } }),
        r#"{"a":"x","b":1}"#,
        r#"{"b":{"c":"x"}}"#,
    );
    // Removed first, then set, then merged, all from the message as it came.
    check(json!({ "remove": "$.a", "set": { "$.b": "{{$.a}}" } }), r#"{"a":[7]}"#, r#"{"b":[7]}"#);
    check(json!({ "set": { "$.a": 1 }, "merge": { "a": 2 } }), "{}", r#"{"a":2}"#);
    // Numbers and order stay as they are, but for white space, and where nothing changes all bytes do.
    check(
        json!({ "set": { "$.x": 1 } }),
        r#"{"z":0.1, "y":64123.45,"n":18446744073709551615,"e":-0.0,"x":0,"a":1.0}"#,
        r#"{"z":0.1,"y":64123.45,"n":18446744073709551615,"e":-0.0,"x":1,"a":1.0}"#,
    );
    // What can't be kept.
    check(
        json!({ "set": { "$.x": 1 } }),
        r#"{"a":1e2,"b":12345678901234567890123,"c":-0,"d":"\u00e9\/","e":1,"e":2}"#,
        r#"{"a":100.0,"b":1.2345678901234568e+22,"c":-0.0,"d":"é/","e":2,"x":1}"#,
    );
    check(json!({ "remove": "$.nothing" }), r#"{ "a" : 1e2 }"#, r#"{ "a" : 1e2 }"#);
}

#[test]
fn what_can_not_be_edited_goes_on_and_is_told() {
    let set = json!({ "replace": { "set": { "$.a.b": 1 } } });
    let fired = r#"0 ! Fired { rule: "rules[0]" }"#;
    facts(
        &set,
        "< {a}",
        &[fired, r#"0 ! InvalidJson { reason: "key must be a string at line 1 column 2" }"#, "0 >> {a}"],
    );
    facts(&set, "< 0x00ff", &[fired, r#"0 ! InvalidJson { reason: "a binary message" }"#, "0 >> 0x00ff"]);
    facts(&set, r#"<< {"b":1}"#, &[fired, r#"0 ! MissingValue { expression: "$.a.b" }"#, r#"0 > {"b":1}"#]);
    facts(&json!({ "replace": { "set": { "$..a": 1 } } }), "< {}", &[fired, "0 >> {}"]);
    facts(
        &json!({ "replace": { "set": { "$.a": "{{$.b}}" } } }),
        "< {}",
        &[fired, r#"0 ! MissingValue { expression: "$.b" }"#, r#"0 >> {"a":null}"#],
    );
    facts(
        &json!({ "replace": { "hex": "{{message}}" } }),
        "< 0g",
        &[
            fired,
            r#"0 ! Error { reason: "rules[0]: the message goes on unchanged: `g` is no hexadecimal digit" }"#,
            "0 >> 0g",
        ],
    );
    facts(
        &json!({ "replace": { "regex": "a", "with": "b" } }),
        "< 0x61",
        &[
            fired,
            r#"0 ! Error { reason: "rules[0]: the message goes on unchanged: a binary message has no text for a regex" }"#,
            "0 >> 0x61",
        ],
    );
    facts(
        &json!({ "answer": { "base64": "{{message}}" } }),
        "< !",
        &[fired, r#"0 ! Error { reason: "rules[0]: an answer could not be sent: `!` is no base64 here" }"#],
    );
}

#[test]
fn edits_keep_to_the_largest_message() {
    let setup = Setup { limits: Limits { max_message_size: 100 }, ..Setup::default() };
    let list = json!([
        { "on": { "jsonpath": "$.list", "exists": true }, "replace": { "set": { "$.list[*]": "x".repeat(30) } } },
        { "replace": { "merge": { "a": "y".repeat(60) } } },
    ]);
    let mut sim = Sim::open(&proxy().rules(rules(&list)), setup);
    let copies = r#"{"list":[1,2,3,4]}"#;
    let long = format!(r#"{{"b":"{}"}}"#, "z".repeat(60));
    sim.receive(copies).receive(&long).receive("{}");
    let sent: Vec<_> =
        sim.sent_upstream().iter().map(|message| message.to_text().unwrap().to_string()).collect();
    assert_eq!(sent, [copies, &long, &format!(r#"{{"a":"{}"}}"#, "y".repeat(60))]);
    let told = sim.facts().iter().filter(|fact| matches!(fact, Fact::Error { .. })).count();
    assert_eq!(told, 2);
}

#[test]
fn texts_and_whole_messages_are_replaced() {
    let check = |replace: Value, message: &str, expect: &str| {
        check(
            &json!([{ "replace": replace }]),
            &[&format!("<< {message}")],
            &[&format!("0 << {message}"), &format!("0 > {expect}")],
        );
    };
    check(
        json!({ "regex": r"secret-(\w+)", "with": "public-$1" }),
        "a secret-x secret-y",
        "a public-x public-y",
    );
    check(json!({ "regex": r"(?<a>\d)", "with": "{{query.q}}${a}" }), "x1", "x1");
    check(json!({ "regex": "nothing", "with": "x" }), "a", "a");
    check(json!("other {{message}}"), "a", "other a");
    check(json!({ "text": "t" }), "0xff", "t");
    check(json!({ "json": { "a": "{{message}}" } }), "x", r#"{"a":"x"}"#);
    check(json!({ "hex": "00ff{{bytes 0 1}}" }), "0x0102", "0x00ff01");
    check(json!({ "base64": "AAE=" }), "a", "0x0001");
}

#[test]
fn templates_see_the_message_its_groups_and_the_handshake() {
    let mut hello = Hello::new("/ws/7").with_params(vec![("id".into(), "7".into())]);
    hello.query = vec![("q".into(), "find".into())];
    hello.headers.insert("x-client", "test".parse().unwrap());
    let text = "{{capture.1}} {{capture.who}} {{path.id}} {{query.q}} {{header.x-client}} {{seq}} {{var.v}} {{message}}";
    let section = json!({ "rules": [{ "on": r"^(\w+) (?<who>\w+)$", "replace": text }] });
    let vars = json!({ "v": 5 }).as_object().unwrap().clone();
    let options = mockforge_ws_template::Options { vars: vars.into(), ..Default::default() };
    let rules = mockforge_ws_proxy::Rules::compile(&section, &options).unwrap();
    let mut sim = Sim::open(&proxy().rules(rules), Setup { hello, ..Setup::default() });
    sim.upstream("hi bob").upstream("hi eve");
    assert_eq!(sim.texts(), ["hi bob 7 find test 1 5 hi bob", "hi eve 7 find test 2 5 hi eve"]);
}

/// What waits is overtaken by nothing that goes the same way.
#[test]
fn delays_keep_the_order() {
    check(
        &json!([{ "from": "upstream", "on": "^slow", "delay": "50ms" }]),
        &["<< slow 1", "+ 10", "<< quick", "< up", "<< slow 2", "+ 100", "<< quick"],
        &[
            "0 << slow 1",
            "10 << quick",
            "10 < up",
            "10 >> up",
            "10 << slow 2",
            "50 > slow 1",
            "50 > quick",
            "60 > slow 2",
            "110 << quick",
            "110 > quick",
        ],
    );
    // The delays of several rules add up, and all that one message leads to waits together.
    check(
        &json!([
            { "on": "a", "delay": "10ms", "stop": false },
            { "on": "a", "delay": "20ms", "inject": [{ "to": "upstream", "text": "x" }, { "to": "client", "text": "y" }] },
        ]),
        &["< a", "+ 50"],
        &["0 < a", "30 > y", "30 >> x", "30 >> a"],
    );
}

#[test]
fn a_range_draws_from_the_connections_seed() {
    let list = json!([{ "delay": "20ms..80ms" }]);
    let run = |seed: u64| {
        let mut sim = Sim::open(&proxy().rules(rules(&list)), Setup { seed, ..Setup::default() });
        for n in 0..20 {
            sim.receive(&n.to_string()).advance(100);
        }
        sim.transcript()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    let at = |line: &str| line.split(' ').next().unwrap().parse::<f64>().unwrap();
    let transcript = run(1);
    let lines: Vec<_> = transcript.lines().collect();
    for pair in lines.chunks(2) {
        let delay = at(pair[1]) - at(pair[0]);
        assert!((20.0..=80.0).contains(&delay), "{pair:?}");
    }
}

#[test]
fn messages_are_injected_beside_another() {
    check(
        &json!([
            { "from": "client", "on": "^login$", "inject": { "to": "upstream", "json": { "op": "hello" }, "when": "before" } },
            { "from": "client", "on": "^both$", "inject": [
                { "to": "upstream", "text": "behind", "when": "after" },
                { "to": "upstream", "text": "before {{message}}" },
                { "to": "client", "hex": "01" },
            ]},
            { "from": "upstream", "on": "^news$", "inject": { "to": "client", "text": "first" } },
            { "from": "client", "on": "^ask$", "answer": "mocked", "inject": [{ "to": "upstream", "text": "asked" }, { "to": "client", "text": "more", "when": "after" }] },
        ]),
        &["< login", "< both", "<< news", "< ask"],
        &[
            "0 < login",
            r#"0 >> {"op":"hello"}"#,
            "0 >> login",
            "0 < both",
            "0 > 0x01",
            "0 >> before both",
            "0 >> both",
            "0 >> behind",
            "0 << news",
            "0 > first",
            "0 > news",
            "0 < ask",
            "0 > mocked",
            "0 > more",
            "0 >> asked",
        ],
    );
}

#[test]
fn both_connections_are_closed() {
    check(
        &json!([{ "from": "upstream", "on": "$.fatal", "close": { "code": 4000, "reason": "mocked {{$.fatal}}" } }]),
        &[r#"<< {"fatal":"x"}"#],
        &[r#"0 << {"fatal":"x"}"#, "0 x close 4000 mocked x"],
    );
    // It is passed on before only where the rule says so.
    check(
        &json!([{ "on": "bye", "forward": true, "close": true }]),
        &["< bye"],
        &["0 < bye", "0 >> bye", "0 x close 1000"],
    );
    check(
        &json!([{ "on": "bye", "answer": "so long", "close": 4001 }]),
        &["< bye"],
        &["0 < bye", "0 > so long", "0 x close 4001"],
    );
    check(
        &json!([{ "on": "bye", "replace": "ciao", "close": true, "delay": "5ms" }]),
        &["< bye", "+ 10"],
        &["0 < bye", "5 >> ciao", "5 x close 1000"],
    );
    facts(
        &json!({ "on": "x", "close": true }),
        "< x",
        &[r#"0 ! Fired { rule: "rules[0]" }"#, "0 x close 1000"],
    );
}

#[test]
fn the_first_rule_decides_unless_it_does_not_stop() {
    let list = json!([
        { "on": "^a", "replace": { "regex": "^a", "with": "b" }, "stop": false, "name": "first" },
        { "on": "^a", "drop": true, "name": "never for what begins with an a" },
        { "on": "^b", "replace": { "regex": "^b", "with": "c" } },
        { "on": "^c", "drop": true },
    ]);
    // What was changed is what later rules see, and earlier ones are not asked again.
    check(&list, &["< abc", "< bcd", "< cde"], &["0 < abc", "0 >> cbc", "0 < bcd", "0 >> ccd", "0 < cde"]);
    let mut sim = open(&list);
    sim.receive("abc");
    let fired: Vec<String> = sim
        .facts()
        .iter()
        .filter_map(|fact| match fact {
            Fact::Fired { rule } => Some(rule.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(fired, ["first", "rules[2]"]);
}

#[test]
fn times_are_counted_for_each_connection() {
    let proxy = proxy().rules(rules(&json!([
        { "from": "client", "on": "^x$", "answer": "mocked", "times": 2 },
        { "from": "client", "on": "^x$", "replace": "y", "times": 1 },
    ])));
    for number in 1..3 {
        let mut sim = Sim::open(&proxy, Setup { number, ..Setup::default() });
        sim.receive("x").receive("x").receive("x").receive("x");
        assert_eq!(sim.texts(), ["mocked", "mocked"]);
        assert_eq!(sim.sent_upstream(), [Message::text("y"), Message::text("x")]);
    }
}

#[test]
fn a_probability_draws_from_the_connections_seed() {
    let proxy = proxy().rules(rules(&json!([
        { "on": "x", "drop": true, "probability": 0.25 },
        { "on": "x", "drop": true, "probability": 0 },
        { "on": "y", "drop": true, "probability": 1 },
    ])));
    let run = |seed: u64| {
        let mut sim = Sim::open(&proxy, Setup { seed, ..Setup::default() });
        for n in 0..1000 {
            sim.receive(&format!("x{n}"));
        }
        sim.receive("y");
        sim.sent_upstream()
    };
    let sent = run(1);
    assert_eq!(sent, run(1));
    assert_ne!(sent, run(2));
    assert!((680..820).contains(&sent.len()), "{}", sent.len());
    assert!(!sent.contains(&Message::text("y")));
}

/// All kinds of rules in one list, as the documentation has them.
#[test]
fn rules_of_all_kinds_stand_in_one_list() {
    let list = json!([
        { "from": "client", "on": { "jsonpath": "$.op", "equals": "order" }, "answer": { "json": { "op": "ack", "id": "{{$.id}}" } } },
        { "from": "upstream", "on": "heartbeat", "drop": true },
        { "from": "upstream", "on": "$.price", "replace": { "set": { "$.price": "{{mul $.price 2}}", "$.venue": "mock" }, "remove": ["$.debug"], "merge": { "meta": { "mocked": true } } } },
        { "on": "secret-\\w+", "replace": { "regex": "secret-(\\w+)", "with": "public-$1" } },
        { "on": { "type": "binary" }, "replace": { "hex": "00ff" } },
        { "from": "upstream", "on": "$.trade", "delay": "50ms" },
        { "from": "client", "on": "$.login", "inject": { "to": "upstream", "json": { "op": "hello" }, "when": "before" } },
        { "from": "upstream", "on": "$.fatal", "close": { "code": 4000, "reason": "mocked" } },
        { "on": "$.x", "forward": true, "times": 3, "probability": 0.5, "name": "third" },
    ]);
    check(
        &list,
        &[
            r#"<< {"price":1.5,"debug":0}"#,
            "< a secret-7",
            "<< 0x01",
            r#"<< {"trade":1}"#,
            "<< heartbeat",
            "+ 50",
            r#"<< {"fatal":1}"#,
        ],
        &[
            r#"0 << {"price":1.5,"debug":0}"#,
            r#"0 > {"price":3.0,"venue":"mock","meta":{"mocked":true}}"#,
            "0 < a secret-7",
            "0 >> a public-7",
            "0 << 0x01",
            "0 > 0x00ff",
            r#"0 << {"trade":1}"#,
            "0 << heartbeat",
            r#"50 > {"trade":1}"#,
            r#"50 << {"fatal":1}"#,
            "50 x close 4000 mocked",
        ],
    );
}

#[test]
fn control_frames_are_no_messages() {
    let mut sim = open(&json!([{ "drop": true }]));
    sim.receive_message(Message::Ping("p".into())).upstream_message(Message::Pong("p".into()));
    assert_eq!(sim.facts().len(), 0);
}

/// The function sees the message as the rules have made it, where it goes on; what rules have put beside it stays.
#[test]
fn the_transform_sees_what_goes_on() {
    let list = json!([
        { "on": "^a", "answer": "mocked" },
        { "on": "^b", "replace": "bb", "delay": "10ms", "inject": [{ "to": "upstream", "text": "before" }, { "to": "upstream", "text": "after", "when": "after" }] },
    ]);
    let shout = |transit: &Transit| Message::text(transit.message.to_text().unwrap().to_uppercase());
    let expect = "0 < a\n0 > mocked\n0 < b\n0 < c\n15 >> before\n15 >> BB\n15 >> after\n15 >> C\n";
    let now = Transform::new(move |transit: Transit| {
        Verdict::from(shout(&transit)).after(std::time::Duration::from_millis(5))
    });
    let later = Transform::future(move |transit: Transit| async move {
        Verdict::from(shout(&transit)).after(std::time::Duration::from_millis(5))
    });
    for transform in [now, later] {
        let proxy = proxy().rules(rules(&list)).transform(transform);
        let mut sim = Sim::open(&proxy, Setup::default());
        sim.receive("a").receive("b").receive("c").advance(50);
        assert_eq!(sim.transcript(), expect);
    }
    // What the function drops is dropped, and what stands beside it is not.
    let proxy = proxy().rules(rules(&list)).transform(Transform::new(|_| Verdict::drop()));
    let mut sim = Sim::open(&proxy, Setup::default());
    sim.receive("b").advance(50);
    assert_eq!(sim.transcript(), "0 < b\n10 >> before\n10 >> after\n");
}

#[test]
fn rules_go_with_a_server_that_is_lost() {
    let proxy = proxy()
        .reconnect(Reconnect::default())
        .rules(rules(&json!([{ "on": "^a$", "answer": "mocked" }, { "on": "^b$", "replace": "bb" }])));
    let mut sim = Sim::open(&proxy, Setup::default());
    sim.upstream_leaves(None, Some("lost")).receive("a").receive("b");
    assert_eq!(sim.texts(), ["mocked"]);
    assert_eq!(sim.sent_upstream(), []);
    sim.dialled(mockforge_ws_core::Dialled::Open(Default::default()));
    assert_eq!(sim.sent_upstream(), [Message::text("bb")]);
}

/// A message that no rule takes costs the search alone.
#[test]
fn what_no_rule_takes_is_not_copied() {
    let list: Vec<_> =
        (0..100).map(|n| json!({ "on": { "contains": format!("<{n}>") }, "drop": true })).collect();
    let setup = Setup { max_effects: 8, ..Setup::default() };
    let count = |proxy: &mockforge_ws_proxy::Proxy| {
        let mut sim = Sim::open(proxy, setup.clone());
        for _ in 0..50 {
            sim.receive("warm");
        }
        let message = Message::text("x".repeat(10_000));
        let info = allocation_counter::measure(|| {
            sim.receive_message(message.clone());
        });
        (info.count_total, info.bytes_total)
    };
    // A proxy that looks at messages for another reason, so that both run a session.
    let plain = proxy().reconnect(Reconnect::default());
    assert_eq!(count(&plain), count(&plain.clone().rules(rules(&json!(list)))));
}
