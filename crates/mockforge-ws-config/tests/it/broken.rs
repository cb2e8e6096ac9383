//! A corpus of configs with mistakes: what is said, where, and what to do about it.

use std::fmt::Write as _;
use std::path::Path;

use mockforge_ws_config::{Checked, Environment, Failure, check};

use crate::folder::{files, fixtures};

/// As a terminal would show it: the place, the message, the line with the mistake marked, the hint.
fn shown(checked: &Checked) -> String {
    let mut out = String::new();
    for diagnostic in &checked.diagnostics {
        writeln!(out, "{diagnostic}").unwrap();
        if let Some(line) = checked.sources.line(diagnostic) {
            let line = line.replace('\t', " ");
            writeln!(out, "  | {line}").unwrap();
            if diagnostic.column > 0 {
                let pad = diagnostic.column - 1;
                writeln!(out, "  | {:pad$}{}", "", "^".repeat(diagnostic.width)).unwrap();
            }
        }
        if let Some(hint) = &diagnostic.hint {
            writeln!(out, "  = {hint}").unwrap();
        }
    }
    out
}

#[test]
fn every_mistake_is_told_with_its_place_and_a_hint() {
    let environment = Environment::with(fixtures("broken"), [("REGION", "eu")]);
    let mut all = String::new();
    for path in files("broken") {
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.ends_with("jsonl") || name.ends_with("csv") {
            continue;
        }
        let checked = check(Path::new(name), &environment);
        assert!(!checked.passes(false), "{name} passes");
        assert!(checked.failure.is_some(), "{name}");
        writeln!(all, "==== {name}\n{}", shown(&checked)).unwrap();
    }
    insta::assert_snapshot!("broken", all);
}

#[test]
fn what_can_not_be_read_is_a_failure_of_usage() {
    let environment = Environment::with(fixtures("broken"), [("", "")]);
    let mut all = String::new();
    for name in ["valeus.yaml", "feed.jsn", "no/feed.jsonl", ".", "session.har"] {
        let checked = check(Path::new(name), &environment);
        assert_eq!(checked.failure, Some(Failure::Usage), "{name}");
        all += &shown(&checked);
    }
    insta::assert_snapshot!("unreadable", all);
}
