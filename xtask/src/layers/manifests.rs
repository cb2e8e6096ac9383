//! Every manifest inherits the workspace's lints, metadata and dependency versions.

use toml::{Table, Value};

use crate::workspace::Member;

/// What every package inherits.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "repository", "authors"];
/// What a published package inherits beside.
const PUBLISHED: &[&str] = &["keywords", "categories"];
const DEPENDENCIES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

/// What the manifests say themselves and should not, and what they leave out.
pub(crate) fn complaints(members: &[Member]) -> Vec<String> {
    let of_member = |member: &Member| -> Vec<String> {
        let complaints = of_manifest(&member.manifest).into_iter();
        complaints.map(|complaint| format!("{}/Cargo.toml: {complaint}", member.folder)).collect()
    };
    members.iter().flat_map(of_member).collect()
}

fn of_manifest(manifest: &Table) -> Vec<String> {
    let empty = Table::new();
    let package = manifest.get("package").and_then(Value::as_table).unwrap_or(&empty);
    let published = package.get("publish").and_then(Value::as_bool) != Some(false);
    let mut complaints = Vec::new();
    for key in INHERITED.iter().chain(if published { PUBLISHED } else { &[] }) {
        if !package.get(*key).is_some_and(is_inherited) {
            complaints.push(format!("[package] lacks `{key}.workspace = true`"));
        }
    }
    if !package.contains_key("description") {
        complaints.push("[package] lacks a description: one sentence, for registries and the diagram".into());
    }
    if !manifest.get("lints").is_some_and(is_inherited) {
        complaints.push("[lints] lacks `workspace = true`".into());
    }
    let platforms = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    let platforms = platforms.filter_map(|(_, platform)| platform.as_table());
    for table in std::iter::once(manifest).chain(platforms) {
        for kind in DEPENDENCIES {
            let entries = table.get(*kind).and_then(Value::as_table).into_iter().flatten();
            complaints.extend(entries.filter(|(_, value)| !is_inherited(value)).map(|(name, _)| {
                format!(
                    "[{kind}] names a source of `{name}` itself: put that into [workspace.dependencies] of the \
                     root and write `{name}.workspace = true`"
                )
            }));
        }
    }
    complaints
}

fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "
        [package]
        name = 'one'
        description = 'One.'
        version.workspace = true
        edition.workspace = true
        rust-version.workspace = true
        license.workspace = true
        repository.workspace = true
        authors.workspace = true
        keywords.workspace = true
        categories.workspace = true
        [dependencies]
        bytes.workspace = true
        serde = { workspace = true, features = ['rc'] }
        [lints]
        workspace = true
    ";

    #[test]
    fn what_is_not_inherited_is_named() {
        let check = |from: &str, to: &str, expect: &[&str]| {
            assert!(GOOD.contains(from), "{from}");
            let complaints = of_manifest(&GOOD.replace(from, to).parse().expect("it parses"));
            assert_eq!(complaints.len(), expect.len(), "{complaints:?}");
            for (complaint, part) in complaints.iter().zip(expect) {
                assert!(complaint.contains(part), "wanted {part:?} in {complaint:?}");
            }
        };
        check("", "", &[]);
        check("edition.workspace = true", "edition = '2024'", &["lacks `edition.workspace"]);
        check("license.workspace = true", "", &["lacks `license.workspace"]);
        check("keywords.workspace = true", "", &["lacks `keywords.workspace"]);
        check("keywords.workspace = true", "publish = false", &[]);
        check("description = 'One.'", "", &["lacks a description"]);
        check("[lints]\n        workspace = true", "", &["[lints] lacks"]);
        check("bytes.workspace = true", "bytes = '1'", &["[dependencies] names a source of `bytes`"]);
        check("bytes.workspace = true", "bytes = { path = '../bytes' }", &["source of `bytes`"]);
        check(
            "[dependencies]",
            "[dev-dependencies.insta]\nversion = '1'\n[dependencies]",
            &["[dev-dependencies]"],
        );
        check(
            "[dependencies]",
            "[target.'cfg(unix)'.dependencies]\nlibc = '0.2'\n[dependencies]",
            &["source of `libc`"],
        );
    }

    #[test]
    fn a_complaint_names_the_manifest() {
        let member = Member { folder: "crates/one".into(), ..Member::default() };
        let complaints = complaints(&[member]);
        assert!(
            complaints.len() > 5 && complaints.iter().all(|text| text.starts_with("crates/one/Cargo.toml: "))
        );
    }
}
