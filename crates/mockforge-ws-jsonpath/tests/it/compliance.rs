//! The JSONPath Compliance Test Suite against both dialects.
//!
//! The suite belongs to others and is not part of the repository. It is looked for where the npm package
//! `jsonpath-rfc9535` unpacks it and where a checkout may have it beside itself. Without it there is nothing
//! to test: that is said, and is a failure under continuous integration.
//!
//! RFC 9535 has to pass as a whole. What Goessner's dialect makes of the same cases is written down in
//! `goessner-expected.txt`, which `UPDATE_EXPECT=1` rewrites.

use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path as FilePath, PathBuf};

use jsonpath_lib::Compiled;
use mockforge_ws_jsonpath::{Dialect, Path};
use serde_json::Value;
use serde_json_path::JsonPath;

const PLACES: [&str; 2] = [
    "../../tests/peers/node_modules/jsonpath-rfc9535/src/__tests__/jsonpath-compliance-test-suite/cts.json",
    "../../../shared/data/jsonpath-cts.json",
];

struct Case {
    name: String,
    selector: String,
    document: Value,
    /// The node lists that are right; none for an invalid selector.
    results: Vec<Vec<Value>>,
}

fn here() -> &'static FilePath {
    FilePath::new(env!("CARGO_MANIFEST_DIR"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "whether a missing suite is a failure is for the environment to say"
)]
fn set(variable: &str) -> bool {
    std::env::var(variable).is_ok_and(|value| !value.is_empty() && value != "0" && value != "false")
}

#[expect(clippy::disallowed_methods, reason = "the suite is a file")]
fn read(path: PathBuf) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn suite() -> Option<Vec<Case>> {
    let Some(text) = PLACES.iter().find_map(|place| read(here().join(place))) else {
        assert!(!set("CI"), "the JSONPath compliance suite is in none of {PLACES:?}");
        // Straight to stderr: the harness would keep what a passing test prints.
        let note = format!("SKIPPED: the JSONPath compliance suite is in none of {PLACES:?}\n");
        std::io::stderr().write_all(note.as_bytes()).unwrap();
        return None;
    };
    let suite: Value = serde_json::from_str(&text).unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let cases: Vec<Case> = list(&suite["tests"])
        .iter()
        .map(|test| Case {
            name: test["name"].as_str().unwrap().to_string(),
            selector: test["selector"].as_str().unwrap().to_string(),
            document: test["document"].clone(),
            results: match (test.get("result"), test.get("results")) {
                (Some(result), _) => vec![list(result)],
                (_, Some(results)) => list(results).iter().map(list).collect(),
                _ => Vec::new(),
            },
        })
        .collect();
    assert!(cases.len() >= 687, "the suite has shrunk to {} cases", cases.len());
    Some(cases)
}

/// What a dialect makes of a case.
fn outcome(case: &Case, dialect: Dialect) -> &'static str {
    match Path::parse(&case.selector, dialect) {
        Err(_) if case.results.is_empty() => "pass",
        Err(_) => "refused",
        Ok(_) if case.results.is_empty() => "accepts-invalid",
        Ok(path) => {
            let nodes: Vec<Value> = path.query(&case.document).into_iter().cloned().collect();
            if case.results.contains(&nodes) { "pass" } else { "wrong" }
        }
    }
}

#[test]
fn rfc9535_passes_every_case() {
    let Some(cases) = suite() else { return };
    let failed: Vec<_> = cases
        .iter()
        .filter_map(|case| {
            let outcome = outcome(case, Dialect::Rfc9535);
            (outcome != "pass").then(|| format!("{outcome}: {} ({})", case.name, case.selector))
        })
        .collect();
    assert_eq!(failed, [""; 0]);
}

/// Paths that are plain are ours to evaluate; the library's answers to them are the same, in the same order.
#[test]
fn plain_paths_are_evaluated_as_the_library_does() {
    let Some(cases) = suite() else { return };
    let mut plain = 0;
    for case in &cases {
        let Ok(path) = Path::parse(&case.selector, Dialect::Rfc9535) else { continue };
        plain += usize::from(path.is_plain());
        let library = JsonPath::parse(&case.selector).unwrap();
        assert_eq!(path.query(&case.document), library.query(&case.document).all(), "{}", case.selector);
    }
    assert!(plain >= 200, "only {plain} cases have a plain path");
}

#[test]
fn every_invalid_selector_is_explained() {
    let Some(cases) = suite() else { return };
    for case in cases.iter().filter(|case| case.results.is_empty()) {
        let text = case.selector.as_str();
        let error = Path::parse(text, Dialect::Rfc9535).unwrap_err();
        let offset = error.offset.unwrap_or_else(|| panic!("no offset for {text}: {error}"));
        assert!(text.is_char_boundary(offset), "{offset} of {text}: {error}");
        assert!(!error.message.contains(['\n', '\r']), "{text}: {error}");
    }
}

/// Whether the library itself, without this crate around it, panics on a case.
fn library_panics(case: &Case) -> bool {
    let run =
        || Compiled::compile(&case.selector).map(|path| path.select(&case.document).map(|nodes| nodes.len()));
    catch_unwind(AssertUnwindSafe(|| drop(run()))).is_err()
}

#[test]
fn goessner_does_what_is_written_down() {
    let Some(cases) = suite() else { return };
    let mut list = String::new();
    for case in &cases {
        let library = if library_panics(case) { " (the library alone panics)" } else { "" };
        writeln!(list, "{}: {}{library}", case.name, outcome(case, Dialect::Goessner)).unwrap();
    }
    let file = here().join("tests/it/goessner-expected.txt");
    if set("UPDATE_EXPECT") {
        std::fs::write(&file, &list).unwrap();
    }
    let expected = read(file).unwrap_or_default();
    let changed: Vec<_> =
        list.lines().filter(|line| !expected.lines().any(|expected| expected == *line)).collect();
    assert_eq!(changed, [""; 0], "not as in goessner-expected.txt; UPDATE_EXPECT=1 rewrites it");
    assert_eq!(list.lines().count(), expected.lines().count());
}
