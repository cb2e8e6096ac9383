//! Handshakes that lead to no connection.

use std::io::Read;
use std::net::TcpListener;

use super::{WAYS, ask, serve};
use crate::nginx::Nginx;
use crate::peer::Peer;
use crate::program::Upstream;

#[test]
fn a_refusal_passes_with_its_headers_and_body() {
    for server in Peer::installed() {
        let upstream = Upstream::start(server, &[]);
        let nginx = Nginx::is_installed().then(|| Nginx::before(upstream.port));
        for port in nginx.iter().map(|nginx| nginx.port).chain([upstream.port]) {
            for way in WAYS {
                let directory = tempfile::tempdir().expect("a directory");
                let proxy = serve(directory.path(), &format!("ws://127.0.0.1:{port}"), way, &[]);
                let (mut stream, head) = ask(&proxy, "/deny?who=me");
                let head = head.to_ascii_lowercase();
                assert!(head.starts_with("http/1.1 401 unauthorized\r\n"), "{server:?}, {way:?}: {head}");
                for header in ["www-authenticate: basic realm=\"it\"\r\n", "x-reason: who\r\n"] {
                    assert!(head.contains(header), "{server:?}, {way:?}: {head}");
                }
                let mut body = [0; 9];
                stream.read_exact(&mut body).expect("there is a body");
                assert_eq!(&body, b"Not you.\n", "{server:?}, {way:?}");
            }
        }
    }
}

#[test]
fn a_server_that_is_not_there_is_502() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = free.local_addr().expect("it is bound").port();
    drop(free);
    for way in WAYS {
        let directory = tempfile::tempdir().expect("a directory");
        let proxy = serve(directory.path(), &format!("ws://127.0.0.1:{port}"), way, &[]);
        let (_, head) = ask(&proxy, "/ws");
        assert!(head.starts_with("HTTP/1.1 502 "), "{way:?}: {head}");
    }
}
