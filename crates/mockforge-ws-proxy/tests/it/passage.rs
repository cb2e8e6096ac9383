//! What of a handshake reaches the server, and of its answer the client.

use http::{HeaderMap, HeaderValue};
use mockforge_ws_core::{Answer, Dialled, Dialling, Hello, Mode, Opening, Pool, Upstream};
use mockforge_ws_proxy::{Host, Origin, Passage, Proxy, Target};

fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in list {
        headers.append(*name, HeaderValue::from_static(value));
    }
    headers
}

/// Sorted by name, as `name: value`.
fn shown(headers: &HeaderMap) -> Vec<String> {
    let mut shown: Vec<_> =
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    shown.sort();
    shown
}

/// A client's usual handshake.
fn hello() -> Hello {
    let mut hello = Hello::new("/ws");
    hello.headers = headers(&[
        ("host", "mock:3001"),
        ("origin", "http://localhost:5173"),
        ("connection", "keep-alive, Upgrade, X-Hop"),
        ("upgrade", "websocket"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-version", "13"),
        ("sec-websocket-protocol", "v1, v2"),
        ("sec-websocket-extensions", "permessage-deflate"),
        ("x-hop", "1"),
        ("te", "trailers"),
        ("proxy-authorization", "Basic x"),
        ("keep-alive", "5"),
        ("cookie", "a=1"),
        ("user-agent", "test"),
    ]);
    hello.subprotocols = vec!["v1".into(), "v2".into()];
    hello.peer = Some("192.0.2.7:5000".parse().unwrap());
    hello
}

fn dialling(proxy: &Proxy, hello: &Hello) -> Dialling {
    match proxy.open(hello) {
        Opening::Dial(dialling) => *dialling,
        other => panic!("it should dial: {other:?}"),
    }
}

/// How the server is asked, beside what every handshake says.
#[track_caller]
fn check(url: &str, passage: Passage, expect: &[&str]) {
    let proxy = Proxy::new(Target::new(url).unwrap()).passage(passage);
    let dialling = dialling(&proxy, &hello());
    assert_eq!(shown(&dialling.dial.headers), expect);
    assert_eq!(dialling.dial.subprotocols, ["v1", "v2"]);
}

const COOKIE: &str = "cookie: a=1";
const AGENT: &str = "user-agent: test";
const ORIGIN: &str = "origin: http://localhost:5173";

#[test]
fn headers_of_one_hop_stay_behind() {
    check("ws://h", Passage::default(), &[COOKIE, ORIGIN, AGENT]);
}

#[test]
fn host_and_origin() {
    let host = |host: Host| Passage { host, ..Passage::default() };
    check("ws://h", host(Host::Client), &[COOKIE, "host: mock:3001", ORIGIN, AGENT]);
    check("ws://h", host(Host::Fixed("other".parse().unwrap())), &[COOKIE, "host: other", ORIGIN, AGENT]);
    let origin = |origin: Origin| Passage { origin, ..Passage::default() };
    check("ws://h", origin(Origin::Remove), &[COOKIE, AGENT]);
    check("ws://h", origin(Origin::Fixed("null".parse().unwrap())), &[COOKIE, "origin: null", AGENT]);
    check("ws://h:80/x", origin(Origin::Upstream), &[COOKIE, "origin: http://h", AGENT]);
    check("ws://h:443", origin(Origin::Upstream), &[COOKIE, "origin: http://h:443", AGENT]);
    check("wss://h:443", origin(Origin::Upstream), &[COOKIE, "origin: https://h", AGENT]);
    check("wss://h:8443", origin(Origin::Upstream), &[COOKIE, "origin: https://h:8443", AGENT]);
    check("ws://[::1]:9", origin(Origin::Upstream), &[COOKIE, "origin: http://[::1]:9", AGENT]);
}

#[test]
fn headers_are_set_and_removed() {
    let passage = Passage {
        set: headers(&[("cookie", "b=2"), ("x-new", "1"), ("x-new", "2")]),
        remove: vec!["user-agent".parse().unwrap()],
        ..Passage::default()
    };
    check("ws://h", passage, &["cookie: b=2", ORIGIN, "x-new: 1", "x-new: 2"]);
}

#[test]
fn the_server_is_told_of_the_client() {
    let passage = Passage { forwarded: true, ..Passage::default() };
    let told = ["x-forwarded-for: 192.0.2.7", "x-forwarded-host: mock:3001", "x-forwarded-proto: ws"];
    check("ws://h", passage.clone(), &[&[COOKIE, ORIGIN, AGENT], &told[..]].concat());
    // Behind what another proxy has said.
    let mut hello = hello();
    hello.headers.insert("x-forwarded-for", HeaderValue::from_static("198.51.100.1"));
    let proxy = Proxy::new(Target::new("ws://h").unwrap()).passage(passage);
    let dialling = dialling(&proxy, &hello);
    let all: Vec<_> = dialling.dial.headers.get_all("x-forwarded-for").iter().collect();
    assert_eq!(all, ["198.51.100.1", "192.0.2.7"]);
    let secure = Hello { secure: true, ..hello };
    assert_eq!(self::dialling(&proxy, &secure).dial.headers["x-forwarded-proto"], "wss");
}

#[test]
fn credentials_become_a_header() {
    let with = |line: &'static str| vec![line, COOKIE, ORIGIN, AGENT];
    check("ws://user:p%40ss@h", Passage::default(), &with("authorization: Basic dXNlcjpwQHNz"));
    check("ws://user@h", Passage::default(), &with("authorization: Basic dXNlcg=="));
    // What the user sets stands.
    let set = Passage { set: headers(&[("authorization", "Bearer t")]), ..Passage::default() };
    check("ws://user:pass@h", set, &with("authorization: Bearer t"));
}

/// Connections that wait for whoever comes can say nothing of a client.
#[test]
fn a_pool_has_one_handshake() {
    let passage = Passage {
        forwarded: true,
        host: Host::Client,
        set: headers(&[("x-set", "1")]),
        ..Passage::default()
    };
    let pool = Pool { size: 2, idle: std::time::Duration::from_secs(1), reuse: false };
    let upstream = Upstream { pool: Some(pool), ..Upstream::default() };
    let proxy =
        Proxy::new(Target::new("ws://h").unwrap()).passage(passage).upstream(upstream, vec!["own".into()]);
    let dialling = dialling(&proxy, &hello());
    assert_eq!(shown(&dialling.dial.headers), ["x-set: 1"]);
    assert_eq!(dialling.dial.subprotocols, ["own"]);
}

#[test]
fn the_servers_answer_reaches_the_client() {
    let proxy = Proxy::new(Target::new("ws://h").unwrap());
    let dialling = dialling(&proxy, &hello());
    // Nobody looks at the messages, so that the two may agree on extensions.
    assert!(dialling.splice);
    assert_eq!(dialling.dial.extensions, ["permessage-deflate"]);
    let answer = Answer {
        subprotocol: Some("v2".into()),
        headers: headers(&[
            ("upgrade", "websocket"),
            ("connection", "Upgrade"),
            ("sec-websocket-accept", "x"),
            ("sec-websocket-protocol", "v2"),
            ("sec-websocket-extensions", "permessage-deflate"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("transfer-encoding", "chunked"),
        ]),
    };
    let Opening::Accept(accept) = (dialling.then)(Dialled::Open(Box::new(answer))) else {
        panic!("it should accept")
    };
    assert_eq!(accept.subprotocol.as_deref(), Some("v2"));
    let expect = ["sec-websocket-extensions: permessage-deflate", "set-cookie: a=1", "set-cookie: b=2"];
    assert_eq!(shown(&accept.headers), expect);
}
