//! Chromium behind the proxy.

use std::path::Path;

use serde_json::json;

use super::{Way, serve};
use crate::peer::Peer;
use crate::program::Upstream;

const CHROMIUM: &str = "/usr/bin/chromium";

#[test]
fn a_browser_agrees_with_the_server_on_compression() {
    if !Peer::Node.has("playwright-core") || !Peer::Node.has("ws") || !is_installed() {
        return;
    }
    let upstream = Upstream::start(Peer::Node, &[]);
    let directory = tempfile::tempdir().expect("a directory");
    let proxy = serve(directory.path(), &format!("ws://127.0.0.1:{}", upstream.port), Way::Spliced, &[]);
    let seen = Peer::Node
        .script("browser", &[CHROMIUM, &format!("{}/ws", proxy.origin())])
        .unwrap_or_else(|failure| panic!("{failure}"));
    let [seen] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(
        seen["extensions"].as_str().expect("text").split(';').next(),
        Some("permessage-deflate"),
        "{seen}"
    );
    assert_eq!(seen["protocol"], "v2");
    let hello = seen["received"][0].as_str().expect("a greeting");
    assert!(hello.contains(r#""url":"/ws""#), "{seen}");
    assert_eq!(
        seen["received"].as_array().expect("a list")[1..],
        [json!("héllo 💡"), json!([0, 255, 16]), json!(1 << 20)]
    );
    assert_eq!(seen["close"], json!([4002, "why"]));
}

/// Whether Chromium is here. Says so where it is not; under `CI=true` it must be.
fn is_installed() -> bool {
    let is_here = Path::new(CHROMIUM).exists();
    if !is_here {
        let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!ci, "Chromium must be installed under CI=true: .ci/prepare does it");
        println!("skipped: Chromium is not installed here; .ci/prepare installs it");
    }
    is_here
}
