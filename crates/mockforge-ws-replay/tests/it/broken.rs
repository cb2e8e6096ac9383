//! The corpus of broken scripts: every file's mistakes, with place, words and hint.

use std::fmt::Write as _;
use std::path::Path;

use mockforge_ws_diagnostic::Diagnostic;
use mockforge_ws_replay::{Options, compile};

#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus is a folder of files")]
fn the_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/broken");
    let entries = std::fs::read_dir(folder).expect("the corpus is in the repository");
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    assert!(paths.len() >= 40, "{} files", paths.len());
    let mut out = String::new();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let source = std::fs::read(&path).unwrap();
        let compiled = compile(&source, &Options::new(name.as_str()));
        assert!(!compiled.diagnostics.is_empty(), "{name} has no mistake");
        writeln!(out, "─── {name}").unwrap();
        compiled.diagnostics.iter().for_each(|found| show(found, &source, &mut out));
    }
    insta::assert_snapshot!("broken", out);
}

/// As a terminal would show it: the message, the line with what is meant underlined, the hint.
fn show(found: &Diagnostic, source: &[u8], out: &mut String) {
    let Diagnostic { severity, line, column, width, message, hint, .. } = found;
    let text = String::from_utf8_lossy(source);
    let text = text.trim_start_matches('\u{feff}').lines().nth(line.wrapping_sub(1)).unwrap_or_default();
    let shown: String = text.chars().map(|c| if c.is_control() { '␉' } else { c }).collect();
    writeln!(out, "{line}:{column} {severity}: {message}").unwrap();
    if *column > 0 {
        assert!(column + width <= shown.chars().count() + 2, "{found} points beyond its line");
        writeln!(out, "    {shown}\n    {}{}", " ".repeat(column - 1), "^".repeat(*width)).unwrap();
    }
    if let Some(hint) = hint {
        writeln!(out, "    = {hint}").unwrap();
    }
}
