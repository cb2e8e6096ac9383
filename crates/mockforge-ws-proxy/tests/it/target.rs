//! Which URL of the server a client's path and query become.

use mockforge_ws_core::Hello;
use mockforge_ws_proxy::Target;

/// A URL for a route, a client's path and query, and what is asked of the server.
#[track_caller]
fn check(url: &str, route: &str, asked: &str, expect: Option<&str>) {
    let (path, query) = asked.split_once('?').map_or((asked, None), |(path, query)| (path, Some(query)));
    let mut hello = Hello::new(path);
    hello.raw_query = query.map(Into::into);
    let target = Target::new(url).unwrap().under(route);
    let found = target.url(&hello).map(|url| url.to_string());
    assert_eq!(found.as_deref(), expect, "{url} at {route}: {asked}");
}

#[test]
fn a_url_without_a_path_takes_every_path() {
    for url in ["ws://h:1", "ws://h:1/"] {
        check(url, "/ws", "/ws", Some("ws://h:1/ws"));
        check(url, "/ws", "/ws/a?q", Some("ws://h:1/ws/a?q"));
        check(url, "/ws", "/other", Some("ws://h:1/other"));
        check(url, "/ws", "/", Some("ws://h:1/"));
        check(url, "/ws", "/ws?a=1&b=%20", Some("ws://h:1/ws?a=1&b=%20"));
        check(url, "/ws", "/ws?", Some("ws://h:1/ws"));
    }
    check("wss://h?key=1", "/ws", "/ws/a?q", Some("wss://h/ws/a?key=1&q"));
    check("WSS://h", "/ws", "/ws", Some("wss://h/ws"));
}

#[test]
fn a_path_stands_in_place_of_the_routes() {
    let url = "ws://h/v2";
    check(url, "/ws", "/ws", Some("ws://h/v2"));
    check(url, "/ws", "/ws/", Some("ws://h/v2/"));
    check(url, "/ws", "/ws/a/b", Some("ws://h/v2/a/b"));
    check(url, "/ws", "/ws?q=1", Some("ws://h/v2?q=1"));
    check(url, "/ws", "/wsx", None);
    check(url, "/ws", "/other", None);
    check(url, "/", "/", Some("ws://h/v2"));
    check(url, "/", "/a", Some("ws://h/v2/a"));
    check("ws://h/v2/", "/ws", "/ws", Some("ws://h/v2/"));
    check("ws://h/v2/", "/ws", "/ws/a", Some("ws://h/v2/a"));
    check("ws://h/v2?key=1", "/ws", "/ws/a?q", Some("ws://h/v2/a?key=1&q"));
    check("ws://h/v2?key=1", "/ws", "/ws", Some("ws://h/v2?key=1"));
    // Nothing is resolved or decoded.
    check(url, "/ws", "/ws/../x/%2e%2E//y", Some("ws://h/v2/../x/%2e%2E//y"));
}

#[test]
fn of_a_route_with_parameters_the_whole_segments_before_them_count() {
    check("ws://h/v2", "/chat/{room}", "/chat/lobby", Some("ws://h/v2/lobby"));
    check("ws://h/v2", "/chat/{room}/x", "/chat/lobby/x", Some("ws://h/v2/lobby/x"));
    check("ws://h/v2", "/{*rest}", "/a/b", Some("ws://h/v2/a/b"));
    check("ws://h/v2", "/chat-{room}", "/chat-lobby", Some("ws://h/v2/chat-lobby"));
    check("ws://h/v2", "/a/b-{c}", "/a/b-1", Some("ws://h/v2/b-1"));
    check("ws://h", "/chat-{room}", "/chat-lobby", Some("ws://h/chat-lobby"));
}

#[test]
fn credentials_are_taken_out() {
    let target = Target::new("wss://user:p%40ss@example.com:9000/v1").unwrap();
    assert_eq!(target.base().to_string(), "wss://example.com:9000/v1");
    assert_eq!(target.credentials(), Some("user:p%40ss"));
    assert_eq!(Target::new("ws://[::1]:80").unwrap().credentials(), None);
}

#[test]
fn what_is_no_url_is_told() {
    let check = |url: &str, expect: &str| {
        let error = Target::new(url).expect_err(url).to_string();
        assert!(error.starts_with(expect), "{url}: {error}");
    };
    check("http://h", "a WebSocket URL begins with `ws://` or `wss://`: did you mean `ws://h`?");
    check("HTTPS://h/x", "a WebSocket URL begins with `ws://` or `wss://`: did you mean `wss://h/x`?");
    check("localhost:3000", "a WebSocket URL begins with");
    check("", "a WebSocket URL begins with");
    check("ws://", "no valid URL");
    check("ws:///x", "no valid URL");
    check("ws://h:", "the port is missing after `:`");
    check("ws://h:0", "the port is a number from 1 to 65535");
    check("ws://h:99999", "the port is a number from 1 to 65535");
    check("ws://user:99999@h:x", "the port is a number");
    check("ws://h/x#y", "a WebSocket URL has no fragment");
    check("ws://a b", "no valid URL");
    check("ws://é", "no valid URL");
}
