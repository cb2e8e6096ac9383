//! Handshakes, simulated: what a section answers to a client.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use mockforge_ws_core::echo::Echo;
use mockforge_ws_core::{Accept, Hello, Mode, Opening, Refusal, Seed, Wall};
use mockforge_ws_diagnostic::Key;
use mockforge_ws_interactive::{Handshake, Options};
use proptest::prelude::*;
use serde_json::{Value, json};
use time::macros::datetime;

/// A handshake as its lines: `?name=value`, `name: value` or `offers name, …`.
fn hello(lines: &[&str]) -> Hello {
    let mut hello = Hello::new("/chat/lobby").with_params(vec![("room".into(), "lobby".into())]);
    for line in lines {
        if let Some(pair) = line.strip_prefix('?') {
            let (name, value) = pair.split_once('=').expect("it is a pair");
            hello.query.push((name.into(), value.into()));
        } else if let Some(names) = line.strip_prefix("offers ") {
            hello.subprotocols = names.split(", ").map(str::to_string).collect();
        } else {
            let (name, value) = line.split_once(": ").expect("it is a header");
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("it has no line breaks");
            hello.headers.append(name.parse::<HeaderName>().expect("it is a name"), value);
        }
    }
    hello.wall = Wall::Fixed(datetime!(2024-01-15 10:30 UTC));
    hello
}

/// The mode behind: it echoes, speaks what it was asked for, and has a header of its own.
fn behind(hello: &Hello) -> Opening {
    let mut accept = Accept::new(Echo::default());
    accept.headers.insert("x-mode", HeaderValue::from_static("echo"));
    accept.subprotocol = hello.subprotocols.iter().find(|name| name.starts_with("chat")).cloned();
    accept.into()
}

fn compile(section: &Value) -> Handshake {
    let spoken = ["chat.v2".to_string(), "chat.v1".to_string()];
    let mut options = Options::default();
    options.template.env.insert("TOKEN".into(), "from the environment".into());
    Handshake::compile(section, &spoken, &options).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// An answer in one line.
fn told(opening: Opening) -> String {
    fn headers(map: &HeaderMap) -> String {
        let usual = |name: &HeaderName, value: &HeaderValue| {
            name == "x-mode" || (name == "content-type" && value == "text/plain; charset=utf-8")
        };
        let others = map.iter().filter(|(name, value)| !usual(name, value));
        others
            .map(|(name, value)| format!(" {name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect()
    }
    match opening {
        Opening::Accept(Accept { subprotocol, headers: map, .. }) => {
            assert_eq!(map["x-mode"], "echo");
            let subprotocol = subprotocol.map_or_else(String::new, |name| format!(" as {name}"));
            format!("101{subprotocol}{}", headers(&map))
        }
        Opening::Refuse(Refusal { status, headers: map, body, .. }) => {
            format!("{}{} | {}", status.as_u16(), headers(&map), String::from_utf8_lossy(&body).trim_end())
        }
        Opening::After(delay, next) => format!("after {delay:?} {}", told(*next)),
        Opening::Dial(dialling) => panic!("no other server is asked: {dialling:?}"),
    }
}

/// A section, a handshake, and the answer.
fn check(section: &Value, lines: &[&str], expected: &str) {
    let mode = compile(section).around(behind);
    assert_eq!(told(mode.open(&hello(lines))), expected, "{section} {lines:?}");
}

#[test]
fn headers_are_templates_of_the_handshake() {
    let served = |value: &str| json!({ "headers": { "X-Served": value } });
    check(&served("mock"), &[], "101 x-served: mock");
    check(
        &served("{{path.room}} {{query.q}} {{header.host}}"),
        &["?q=1", "host: h"],
        "101 x-served: lobby 1 h",
    );
    check(&served("{{now}}"), &[], "101 x-served: 2024-01-15T10:30:00Z");
    check(&served("größe"), &[], "101 x-served: größe");
    check(
        &json!({ "headers": { "set-cookie": ["a=1", "b={{query.b}}"], "x-n": 7 } }),
        &["?b=2"],
        "101 set-cookie: a=1 set-cookie: b=2 x-n: 7",
    );
    let broken =
        "500 | The header x-served can't be sent: its value has a line break or another control character.";
    check(&served("{{query.q}}"), &["?q=a\r\nset-cookie: evil=1"], broken);
    let long = format!("?q={}", "x".repeat(9000));
    let too_long = "500 | The header x-served can't be sent: its value is longer than 8 KiB.";
    check(&served("{{query.q}}"), &[&long], too_long);
}

#[test]
fn random_values_follow_from_the_seed_and_the_number_of_the_handshake() {
    let uuid = |seed: u64, count: usize| {
        let mode = compile(&json!({ "headers": { "x-id": "{{uuid}}" } })).around(behind);
        let hello = Hello { seed: Seed(seed), ..hello(&[]) };
        (0..count).map(|_| told(mode.open(&hello))).collect::<Vec<_>>()
    };
    let ids = uuid(1, 3);
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "{ids:?}");
    assert_eq!(ids, uuid(1, 3));
    assert_ne!(ids[0], uuid(2, 1)[0]);
}

#[test]
fn a_subprotocol_is_required_taken_or_forced() {
    let select = |how: &str| json!({ "subprotocol": how });
    check(&select("required"), &["offers soap, chat.v1"], "101 as chat.v1");
    check(
        &select("required"),
        &["offers soap"],
        "400 | The handshake offers the subprotocol soap; spoken here: chat.v2, chat.v1.",
    );
    check(
        &select("required"),
        &[],
        "400 | The handshake offers no subprotocol; spoken here: chat.v2, chat.v1.",
    );
    check(&select("any"), &["offers soap, chat.v1"], "101 as soap");
    check(&select("any"), &[], "101");
    check(&select("chat.v9"), &["offers chat.v1"], "101 as chat.v9");
    check(&select("chat.v9"), &[], "101 as chat.v9");
}

#[test]
fn origins_are_let_in_or_not() {
    let some = || json!({ "origins": ["https://app.example.com", "https://*.example.org", "null"] });
    let refused = "403 | Pages of this origin may not connect; these may: https://app.example.com, \
                   https://*.example.org, null.";
    check(&some(), &["origin: https://app.example.com"], "101");
    check(&some(), &["origin: https://a.b.example.org"], "101");
    check(&some(), &["origin: null"], "101");
    check(&some(), &["origin: https://example.org"], refused);
    check(&some(), &["origin: https://é.example.org"], refused);
    check(&some(), &["origin: https://app.example.com", "origin: https://evil.example"], refused);
    check(&some(), &[], "101");
    let required = || json!({ "origin": "required" });
    check(&required(), &[], "403 | The header Origin is missing.");
    check(&required(), &["origin: https://anybody.example"], "101");
    check(
        &json!({ "origins": "https://a", "origin": "required" }),
        &[],
        "403 | The header Origin is missing.",
    );
}

#[test]
fn what_is_required_has_to_be_there() {
    let require = |check: Value| json!({ "require": [check] });
    let missing = "400 | There must be the header x-key.";
    let wrong = "403 | The value of the header x-key is not the right one.";
    for (operator, good, bad) in [
        (json!({ "equals": "k" }), "k", "K"),
        (json!({ "equals": 7 }), "7", "7.0"),
        (json!({ "equals": true }), "true", "1"),
        (json!({ "equals": "{{path.room}}" }), "lobby", "hall"),
        (json!({ "in": ["a", "b"] }), "b", "ab"),
        (json!({ "matches": "^k[0-9]+$" }), "k12", "k"),
    ] {
        let mut section = operator;
        section["header"] = json!("X-Key");
        check(&require(section.clone()), &[&format!("x-key: {good}")], "101");
        check(&require(section.clone()), &["x-key: other", &format!("x-key: {good}")], "101");
        check(&require(section.clone()), &[&format!("x-key: {bad}")], wrong);
        check(&require(section), &[], missing);
    }
    // A value that is missing is no value that a client could send.
    check(&require(json!({ "header": "x-key", "equals": "{{query.k}}" })), &["x-key: "], wrong);
    check(&require(json!({ "header": "x-key", "equals": "" })), &["x-key: "], "101");
    check(&require(json!({ "header": "x-key" })), &["x-key: "], "101");
    check(&require(json!({ "header": "x-key", "present": true })), &[], missing);
    let absent = || require(json!({ "header": "x-key", "present": false }));
    check(&absent(), &[], "101");
    check(&absent(), &["x-key: 1"], "403 | There must not be the header x-key.");
    let version = || require(json!({ "query": "v", "equals": "2" }));
    check(&version(), &["?v=1", "?v=2"], "101");
    check(&version(), &["?w=2"], "400 | There must be the query parameter v.");
    let session = || require(json!({ "cookie": "sid", "equals": "s 1" }));
    check(&session(), &["cookie: a=b; sid=\"s 1\"; c"], "101");
    check(&session(), &["cookie: xsid=s 1"], "400 | There must be the cookie sid.");
    check(&session(), &["cookie: a=b", "cookie: sid=s 1"], "101");
}

#[test]
fn tokens_are_looked_for_where_the_section_says() {
    let bearer = || json!({ "require": { "token": ["t1", "{{env.TOKEN}}"] } });
    let missing = "401 www-authenticate: Bearer | A token is missing: it is expected in the header \
                   `Authorization: Bearer …`.";
    let wrong = "401 www-authenticate: Bearer | The token is not valid.";
    check(&bearer(), &["authorization: Bearer t1"], "101");
    check(&bearer(), &["authorization: bearer  t1 "], "101");
    check(&bearer(), &["authorization: Bearer from the environment"], "101");
    check(&bearer(), &["authorization: Bearer t2"], wrong);
    check(&bearer(), &["authorization: Bearer "], wrong);
    check(&bearer(), &["authorization: Basic t1"], missing);
    check(&bearer(), &["?access_token=t1"], missing);
    let places = ["query:access_token", "cookie:session", "header:x-token"];
    let anywhere = || json!({ "require": [{ "token": "t1", "in": places }] });
    check(&anywhere(), &["?access_token=t1"], "101");
    check(&anywhere(), &["cookie: session=t1"], "101");
    check(&anywhere(), &["x-token: t1", "?access_token=old"], "101");
    check(
        &anywhere(),
        &[],
        "401 www-authenticate: Bearer | A token is missing: it is expected in the query parameter \
         access_token or the cookie session or the header x-token.",
    );
    let of_query =
        |otherwise: Value| json!({ "require": [{ "token": "{{query.t}}", "otherwise": otherwise }] });
    check(&of_query(json!(403)), &["authorization: Bearer "], "403 | The token is not valid.");
}

#[test]
fn the_first_that_fails_refuses_in_its_own_way() {
    let section = || {
        json!({ "origins": ["https://a"], "subprotocol": "required", "require": [
            { "query": "v", "equals": "2", "otherwise": 426 },
            { "token": "t1", "otherwise": { "body": { "error": "no", "room": "{{path.room}}", "n": "{{query.v}}" } } },
            { "cookie": "sid", "otherwise": {
                "status": 302, "headers": { "location": "wss://b/{{path.room}}" }, "body": "" } },
            { "header": "x", "otherwise": { "status": 204 } },
        ] })
    };
    let mut lines = vec!["origin: https://b"];
    check(&section(), &lines, "403 | Pages of this origin may not connect; these may: https://a.");
    lines = vec![];
    check(&section(), &lines, "426 | There must be the query parameter v.");
    lines.push("?v=2");
    check(
        &section(),
        &lines,
        r#"401 content-type: application/json www-authenticate: Bearer | {"error":"no","room":"lobby","n":"2"}"#,
    );
    lines.push("authorization: Bearer t1");
    check(&section(), &lines, "302 location: wss://b/lobby | ");
    lines.push("cookie: sid=1");
    check(&section(), &lines, "204 | ");
    lines.push("x: 1");
    check(&section(), &lines, "400 | The handshake offers no subprotocol; spoken here: chat.v2, chat.v1.");
    lines.push("offers chat.v1");
    check(&section(), &lines, "101 as chat.v1");
}

#[test]
fn the_first_handshakes_are_refused() {
    let section = json!({
        "delay": "200ms",
        "refuse": { "status": 503, "times": 2, "headers": { "retry-after": 1 }, "body": "later, {{path.room}}" },
    });
    let handshake = compile(&section);
    // Clones of one section count together.
    let (mode, other) = (handshake.clone().around(behind), handshake.around(behind));
    let refused = "after 200ms 503 retry-after: 1 | later, lobby";
    assert_eq!(told(mode.open(&hello(&[]))), refused);
    assert_eq!(told(other.open(&hello(&[]))), refused);
    assert_eq!(told(mode.open(&hello(&[]))), "after 200ms 101");
    check(&json!({ "refuse": 418 }), &[], "418 | This handshake is refused.");
}

#[test]
fn what_waits_behind_is_dressed_when_it_is_there() {
    let late = |hello: &Hello| Opening::After(Duration::from_secs(1), Box::new(behind(hello)));
    let mode = compile(&json!({ "headers": { "x": "1" }, "subprotocol": "any" })).around(late);
    assert_eq!(told(mode.open(&hello(&["offers a"]))), "after 1s 101 as a x: 1");
    let refusing = |_: &Hello| Refusal::new(http::StatusCode::GONE, "gone").into();
    let mode = compile(&json!({ "headers": { "x": "1" } })).around(refusing);
    assert_eq!(told(mode.open(&hello(&[]))), "410 | gone");
}

proptest! {
    /// Whatever a client sends is answered, with headers that can be sent.
    #[test]
    fn nothing_that_a_client_sends_is_too_much(
        values in prop::collection::vec((0..4_usize, prop::collection::vec(any::<u8>(), 0..40)), 0..6),
        query in prop::collection::vec(("[vt]", any::<String>()), 0..4),
        offered in prop::collection::vec("[ -~]{0,12}", 0..3),
    ) {
        let names = ["origin", "authorization", "cookie", "x-key"];
        let mut hello = Hello { subprotocols: offered, ..Hello::new("/") }.with_query(query);
        for (name, value) in values {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                hello.headers.append(HeaderName::from_static(names[name]), value);
            }
        }
        let section = json!({
            "origins": ["https://*.example.com"], "subprotocol": "any",
            "headers": { "x-a": "{{query.v}}", "x-b": ["{{header.x-key}}", "{{header.cookie}}"] },
            "require": [
                { "header": "x-key", "matches": "^.?", "otherwise": { "headers": { "x-c": "{{query.t}}" } } },
                { "token": ["{{query.t}}", "t"], "in": ["bearer", "cookie:t", "query:t", "header:x-key"] },
            ],
        });
        let opening = compile(&section).around(behind).open(&hello);
        prop_assert!(!told(opening).is_empty());
    }
}

/// A section, and how what is told of it begins: the way, the message and the hint.
fn wrong(section: &Value, expected: &[&str]) {
    let problems = Handshake::compile(section, &[], &Options::default()).expect_err("there are mistakes");
    let place = |key: &Key| match key {
        Key::Name(name) => format!("/{name}"),
        Key::Index(index) => format!("/{index}"),
    };
    let told: Vec<String> = problems
        .iter()
        .map(|problem| format!("{} {problem}", problem.path.iter().map(place).collect::<String>()))
        .collect();
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\nshould begin with\n{expected}");
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
}

#[test]
fn mistakes_are_told_at_once_with_their_places() {
    wrong(&json!([]), &[" this is an object with `headers`"]);
    wrong(&json!({}), &[" `handshake` says nothing"]);
    wrong(
        &json!({ "dealy": "1s", "delay": 5, "origins": [], "origin": "https://a", "require": [], "headers": {} }),
        &[
            "/dealy unknown key `dealy` (did you mean `delay`?)",
            "/delay `delay` is a time with its unit (write the unit: `5ms` or `5s`)",
            "/origins an empty list of `origins` has no effect",
            "/origin `origin` is `required`, or left away",
            "/require an empty list has no effect",
            "/headers without a header `headers` has no effect",
        ],
    );
    wrong(&json!({ "delay": "0s" }), &["/delay a `delay` of nothing has no effect"]);
    wrong(&json!({ "subprotocol": "required" }), &["/subprotocol `subprotocol: required` has no effect"]);
    wrong(
        &json!({ "subprotocol": "require" }),
        &["/subprotocol `subprotocol` is `required`, `any` or a name"],
    );
    wrong(&json!({ "subprotocol": "a, b" }), &["/subprotocol `a, b` can't be the name of a subprotocol"]);
    wrong(
        &json!({ "origins": ["*", "a.example", 7] }),
        &[
            "/origins/0 `*` has no effect",
            "/origins/1 `a.example` is no origin",
            "/origins/2 an origin is a text",
        ],
    );
    wrong(
        &json!({ "headers": {
            "x y": "a", "Upgrade": "h2c", "sec-websocket-protocol": "a", "content-length": 0, "x": "a\nb",
            "y": [], "z": {}, "Z": "{{state.user}}",
        } }),
        &[
            "/headers/x y `x y` is no name of a header",
            "/headers/Upgrade the header upgrade of an upgrade is the server's own",
            "/headers/sec-websocket-protocol the header sec-websocket-protocol of an upgrade is the server's own (`subprotocol: NAME`",
            "/headers/content-length the header content-length follows from the body",
            "/headers/x the header can't be sent: its value has a line break",
            "/headers/y a list without values",
            "/headers/z the value of a header is a text, found a mapping",
            "/headers/Z the header z stands here a second time",
            "/headers/Z nothing sets `state.user`",
        ],
    );
    wrong(
        &json!({ "refuse": { "times": 0, "headers": 1 }, "delay": "1s" }),
        &[
            "/refuse/times `times` is a whole number from 1",
            "/refuse `refuse` says with which `status`",
            "/refuse/headers `headers` is a mapping",
        ],
    );
    wrong(&json!({ "refuse": 101 }), &["/refuse 101 upgrades the connection"]);
    wrong(&json!({ "refuse": "503" }), &["/refuse a status is a number from 200 to 599"]);
    wrong(&json!({ "refuse": { "status": 700 } }), &["/refuse/status a status is a number from 200 to 599"]);
    wrong(&json!({ "refuse": 302 }), &["/refuse a 302 needs the header `location`"]);
    wrong(
        &json!({ "refuse": { "status": 204, "body": "x" } }),
        &["/refuse/body `body` has no effect: a 204 has none"],
    );
    wrong(
        &json!({ "refuse": 503, "headers": { "x": "1" }, "require": { "token": "t" }, "delay": "1s" }),
        &[
            "/headers `headers` has no effect: every handshake is refused",
            "/require `require` has no effect: every handshake is refused",
        ],
    );
}

#[test]
fn mistakes_in_what_is_required_are_told() {
    wrong(
        &json!({ "require": [
            {},
            { "header": "a", "query": "b" },
            { "haeder": "a" },
            { "header": "a b" },
            { "query": "" },
            { "cookie": "a;b" },
            { "header": "a", "equals": "x", "matches": "y" },
            { "header": "a", "matches": "(" },
            { "header": "a", "in": [] },
            { "header": "a", "present": "yes" },
            { "header": "a", "equals": ["x"] },
            { "token": [] },
            { "token": "" },
            { "token": "t", "equals": "x" },
            { "token": "t", "in": ["barer", "query", "body:x", "header:a b"] },
            { "token": "t", "in": [] },
            { "token": "t", "otherwise": {} },
            { "token": "t", "otherwise": { "status": 99, "bdy": "x", "body": "{{nope}}" } },
            7,
        ] }),
        &[
            "/require/0 an element of `require` has one of",
            "/require/1 an element of `require` has one of",
            "/require/2/haeder unknown key `haeder` (did you mean `header`?)",
            "/require/3/header `a b` is no name of a header",
            "/require/4/query `` is no name of a query parameter",
            "/require/5/cookie `a;b` is no name of a cookie",
            "/require/6/matches `matches` stands beside `equals`",
            "/require/7/matches ",
            "/require/8/in `in` is an empty list",
            "/require/9/present `present` is `true` or `false`",
            "/require/10/equals `equals` is a text, found a list",
            "/require/11/token `token` is an empty list",
            "/require/12/token the token is empty",
            "/require/13/equals `equals` has no effect beside `token`",
            "/require/14/in/0 `barer` is no place of tokens (did you mean `bearer`?)",
            "/require/14/in/1 `query` is no place of tokens",
            "/require/14/in/2 `body:x` is no place of tokens",
            "/require/14/in/3 `a b` is no name of a header",
            "/require/15/in a token is looked for nowhere",
            "/require/16/otherwise `otherwise` says nothing",
            "/require/17/otherwise/bdy unknown key `bdy` (did you mean `body`?)",
            "/require/17/otherwise/status a status is a number",
            "/require/17/otherwise/body no such helper",
            "/require/18 this is an object with `header`",
        ],
    );
}
