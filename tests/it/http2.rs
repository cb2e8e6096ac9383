//! WebSockets over HTTP/2 for a client that others wrote: node's own.

use serde_json::json;

use crate::mockforge::Serving;
use crate::peer::Peer;

#[test]
fn node_opens_two_on_one_connection_with_tls_and_without() {
    // It is node itself that is tested with; that it is there is seen by its usual package.
    if !Peer::Node.has("ws") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let ca = directory.path().join("mock.pem").display().to_string();
    for (flags, trust) in [(&[][..], None), (&["--tls-auto", "--tls-save", "mock.pem"], Some(ca.as_str()))] {
        let server = Serving::start(directory.path(), flags);
        let args: Vec<&str> = [server.url.as_str()].into_iter().chain(trust).collect();
        let lines = Peer::Node.script("h2", &args).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(
            lines,
            [
                json!({ "enableConnectProtocol": true }),
                json!({ "status": 200, "text": "echo: a", "close": 1000 }),
                json!({ "status": 200, "text": "echo: b", "close": 1000 }),
            ]
        );
        let (code, stderr) = server.terminate();
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stderr.contains("/ws#2 closed by the client with 1000"), "{stderr}");
    }
}
