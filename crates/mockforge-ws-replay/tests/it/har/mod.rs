//! HAR files: what producers really write, what is wrong with others, and there and back.

mod mistakes;
mod producers;
mod write;

use mockforge_ws_diagnostic::Diagnostic;
use mockforge_ws_replay::har::{Har, Imported, read};
use serde_json::{Value, json};

#[expect(clippy::disallowed_methods, reason = "the fixtures are files")]
fn fixture(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/har");
    std::fs::read(folder.join(name)).unwrap()
}

/// The fixture, read.
fn har(name: &str) -> Har {
    read(&*fixture(name), name).unwrap()
}

/// The script of an entry with these messages that began at 09:30.
fn import(messages: &Value) -> Imported {
    let entry = json!({
        "startedDateTime": "2026-01-31T09:30:00Z",
        "request": { "url": "ws://a/x" },
        "_webSocketMessages": messages,
    });
    let file = json!({ "log": { "entries": [entry] } }).to_string();
    read(file.as_bytes(), "f.har").unwrap().sockets[0].script()
}

/// A message so many seconds after 09:30.
fn message(kind: &str, after: f64, opcode: u8, data: &str) -> Value {
    json!({ "type": kind, "time": 1_769_851_800.0 + after, "opcode": opcode, "data": data })
}

/// The lines after the header.
fn lines(imported: &Imported) -> Vec<&str> {
    imported
        .source
        .as_deref()
        .unwrap_or_else(|| panic!("{:#?}", imported.diagnostics))
        .lines()
        .skip(1)
        .collect()
}

fn shown(diagnostics: &[Diagnostic]) -> Vec<String> {
    let hint = |hint: &Option<String>| hint.as_ref().map_or(String::new(), |hint| format!(" ({hint})"));
    diagnostics.iter().map(|found| format!("{found}{}", hint(&found.hint))).collect()
}
