//! Ends that are no ends: frames that are none, and servers that are killed.

use std::io::{Read, Write};

use super::{WAYS, Way, close_code, frame, say, serve, upgraded};
use crate::peer::Peer;
use crate::program::Upstream;

/// What the client gets after it has sent `order` to a server that obeys.
fn check(order: &str, expect: impl Fn(Way, &mut std::net::TcpStream)) {
    if !Peer::Node.has("ws") {
        return;
    }
    for way in WAYS {
        let upstream = Upstream::start(Peer::Node, &[]);
        let directory = tempfile::tempdir().expect("a directory");
        let url = format!("ws://127.0.0.1:{}", upstream.port);
        let proxy = serve(directory.path(), &url, way, &[]);
        let mut client = upgraded(&proxy);
        say(&mut client, order);
        expect(way, &mut client);
        drop(client);
        let (code, stderr) = proxy.terminate();
        assert_eq!(code, Some(0), "{way:?}: {stderr}");
    }
}

#[test]
fn a_server_that_is_killed_is_1014() {
    check("die", |way, client| assert_eq!(close_code(client), Some(1014), "{way:?}"));
}

/// Behind half a frame no other can stand, so that the connection is dropped; who reads messages has passed
/// nothing of it on.
#[test]
fn a_server_that_is_killed_halfway_ends_the_connection() {
    check("die halfway", |way, client| match way {
        Way::Spliced => {
            let mut rest = Vec::new();
            let _ = client.read_to_end(&mut rest);
            assert_eq!(rest.len(), 504, "{way:?}");
        }
        Way::Inspected => assert_eq!(close_code(client), Some(1014), "{way:?}"),
    });
}

#[test]
fn a_malformed_frame_of_the_server_is_1014() {
    check("garbage", |way, client| assert_eq!(close_code(client), Some(1014), "{way:?}"));
}

#[test]
fn a_malformed_frame_of_the_client_is_1002() {
    check("hello", |way, client| {
        assert_eq!(frame(client), Some((0x81, b"hello".to_vec())), "{way:?}");
        client.write_all(&[0xff; 64]).expect("the proxy reads");
        assert_eq!(close_code(client), Some(1002), "{way:?}");
    });
}
