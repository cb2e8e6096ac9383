//! HAR files: recordings by others served to clients that others wrote, and ours read by mitmproxy.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::mockforge::{Serving, binary};
use crate::peer::Peer;

fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/har")
}

/// Runs a command that has to work, and gives its output.
fn mockforge(args: &[&str]) -> String {
    let output = Command::new(binary()).args(args).current_dir(recordings()).output().expect("it runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{args:?}: {stderr}");
    String::from_utf8(output.stdout).expect("it is text")
}

#[test]
fn what_was_recorded_is_served_again() {
    // What the client that was recorded did, and what it saw.
    let steps = json!([
        { "recv": 2 }, { "send": "subscribe" }, { "recv": 3 }, { "sendHex": "cafe" }, { "recv": 3 },
        { "close": [1000, ""] },
    ]);
    let seen = [
        json!({ "open": "feed.v1" }),
        json!({ "text": "{\"type\":\"hello\",\"price\":1.10}" }),
        json!({ "hex": "000102ff" }),
        json!({ "text": "a template is written {{so}}, naïve 💡" }),
    ];
    for file in ["playwright.har", "playwright-attach/session.har", "mitmproxy.har", "chrome.har"] {
        for peer in Peer::installed() {
            let server = Serving::start(&recordings(), &[file]);
            let events = peer.run(&server.url, &steps, &["feed.v1"]);
            let (code, stderr) = server.terminate();
            assert_eq!(code, Some(0), "{stderr}");
            assert_eq!(events[..seen.len()], seen, "{file}, {peer:?}");
        }
    }
}

#[test]
fn mitmproxy_reads_what_is_exported() {
    if !Peer::Python.has("mitmproxy") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (prices, chat, har) = (path("prices.jsonl"), path("chat.jsonl"), path("both.har"));
    mockforge(&["import", "devtools.har", "--index", "1", "--out", &prices]);
    mockforge(&["import", "devtools.har", "--index", "2", "--out", &chat]);
    mockforge(&["export", &prices, &chat, "--out", &har]);
    let found = Peer::Python.script("har", &[&har]).unwrap_or_else(|failure| panic!("{failure}"));
    let wanted: [Value; 2] = [
        json!({
            "scheme": "wss", "host": "shop.example", "path": "/prices?session=***&v=2", "asked": "prices.v1",
            "status": 101, "selected": "prices.v1", "started": 1_769_851_800.0
        }),
        json!({
            "scheme": "wss", "host": "shop.example", "path": "/chat", "asked": null,
            "status": 101, "selected": null, "started": 1_769_851_802.0
        }),
    ];
    assert_eq!(found, wanted);

    // The messages, which it passes over, come back as they went in.
    for (number, script) in [("1", &prices), ("2", &chat)] {
        let back = mockforge(&["import", &har, "--index", number]);
        let script = std::fs::read_to_string(script).expect("it was written");
        assert_eq!(back.lines().skip(1).collect::<Vec<_>>(), script.lines().skip(1).collect::<Vec<_>>());
    }
}
