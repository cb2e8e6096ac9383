//! What passes: every kind of message, both ends, subprotocol, cookies and headers, directly and through nginx.

use serde_json::{Value, json};

use super::{WAYS, Way, serve};
use crate::nginx::Nginx;
use crate::peer::Peer;
use crate::program::Upstream;

/// Each installed client visits each installed server.
fn check(way: Way, through_nginx: bool) {
    for server in Peer::installed() {
        let mut upstream = Upstream::start(server, &[]);
        let nginx = through_nginx.then(|| Nginx::before(upstream.port));
        let port = nginx.as_ref().map_or(upstream.port, |nginx| nginx.port);
        let directory = tempfile::tempdir().expect("a directory");
        let proxy = serve(directory.path(), &format!("ws://127.0.0.1:{port}"), way, &[]);
        for client in Peer::installed() {
            let url = format!("{}/ws/a%20b?q=1&r=%2F", proxy.origin());
            let seen = client.script("visit", &[&url]).unwrap_or_else(|failure| panic!("{failure}"));
            let name = format!("{client:?} to {server:?}, {way:?}, nginx: {through_nginx}");
            assert_eq!(seen, [expected(client, server, way)], "{name}");
            assert_eq!(upstream.program.line(), json!({ "closed": [4002, "why"] }), "{name}");
            assert_eq!(upstream.program.line(), json!({ "closed": [4001, "bye"] }), "{name}");
        }
        let (code, stderr) = proxy.terminate();
        assert_eq!(code, Some(0), "{stderr}");
    }
}

fn expected(client: Peer, server: Peer, way: Way) -> Value {
    let is_spliced = way == Way::Spliced;
    // End to end, or from hop to hop.
    let pings = |peer, ping| match peer {
        Peer::Node if is_spliced => json!([ping]),
        Peer::Node => json!([]),
        Peer::Python => Value::Null,
    };
    json!({
        "extensions": if is_spliced { vec!["permessage-deflate"] } else { Vec::new() },
        "protocol": "v2",
        "cookies": ["session=s1; Path=/", "theme=dark"],
        "hello": {
            "url": "/ws/a%20b?q=1&r=%2F",
            "cookie": "a=1; b=2",
            "origin": "http://localhost:8080",
            "custom": "v",
        },
        "text": "héllo 💡",
        "binary": "00ff10",
        "large": true,
        "big": 1 << 20,
        "fragmented": ["one two", "one two three"],
        "pong": "cli",
        "answered": "pong abc",
        "pings": pings(client, "abc"),
        // What has reached the server.
        "serverPings": pings(server, "cli"),
        "closedByServer": [4002, "why"],
        "closedByClient": [4001, "bye"],
    })
}

#[test]
fn all_passes_directly() {
    for way in WAYS {
        check(way, false);
    }
}

#[test]
fn all_passes_through_nginx() {
    if Nginx::is_installed() {
        for way in WAYS {
            check(way, true);
        }
    }
}
