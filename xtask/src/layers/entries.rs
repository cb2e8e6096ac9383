//! The root holds what cargo and a newcomer need, and nothing else.

const ALLOWED: &[&str] = &[
    ".cargo",
    ".ci",
    ".github",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "clippy.toml",
    "crates",
    "deny.toml",
    "docs",
    "rustfmt.toml",
    "tests",
    "xtask",
];

/// The entries of the root that are not listed.
pub(crate) fn complaints(entries: &[String]) -> Vec<String> {
    let unlisted = entries.iter().filter(|entry| !ALLOWED.contains(&entry.as_str()));
    unlisted
        .map(|entry| {
            format!("{entry} at the root is not listed: find it a folder (or list it in xtask/src/layers/entries.rs)")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unlisted_entry_is_named() {
        let entries = ["crates", "notes.txt", "README.md"].map(String::from);
        let complaints = complaints(&entries);
        assert!(
            complaints.len() == 1 && complaints[0].starts_with("notes.txt at the root"),
            "{complaints:?}"
        );
    }
}
