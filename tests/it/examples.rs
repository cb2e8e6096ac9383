//! The examples: free of mistakes, and each mock driven by the library for whose users it is.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::mockforge::{Serving, binary};
use crate::peer::Peer;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples")
}

/// Serves an example and has the program of the same name go through its steps.
fn drive(name: &str, path: &str, peer: Peer, package: &str) {
    if !peer.has(package) {
        return;
    }
    let server = Serving::start(&examples(), &[&format!("{name}.yaml")]);
    let driven = peer.script(name, &[&format!("{}{path}", server.origin())]);
    let (code, stderr) = server.terminate();
    let lines = driven.unwrap_or_else(|failure| panic!("{failure}\nthe server said:\n{stderr}"));
    let steps = lines.last().and_then(|line| line["ok"].as_array()).map_or(0, Vec::len);
    assert!(steps > 0, "{name} has gone through nothing: {lines:?}");
    assert_eq!(code, Some(0), "{stderr}");
}

#[test]
fn graphql() {
    drive("graphql-ws", "/graphql", Peer::Node, "graphql-ws");
}

#[test]
fn ethereum() {
    drive("ethereum", "/", Peer::Node, "ethers");
}

#[test]
fn ocpp() {
    drive("ocpp", "/ocpp", Peer::Python, "ocpp");
}

#[test]
fn stomp() {
    drive("stomp", "/stomp", Peer::Node, "@stomp/stompjs");
}

#[test]
fn chat() {
    drive("chat", "/chat", Peer::Node, "ws");
}

#[test]
fn all_of_them_pass_a_strict_check() {
    let files = std::fs::read_dir(examples()).expect("they are there");
    let mut files: Vec<_> = files.map(|file| file.expect("it is readable").path()).collect();
    files.sort();
    assert!(files.len() >= 9, "{files:?}");
    let output = Command::new(binary()).args(["check", "--strict"]).args(&files).output().expect("it runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
}
