//! Files stay small and say what they are; the core stays smaller than that.

use crate::workspace::{Member, Source};

/// The lines that `mockforge-ws-core/src` may have: everything else is built on it, so it must be read.
const CORE_LINES: usize = 3180;
/// The lines that a file of a crate's `src` may have.
const FILE_LINES: usize = 600;

/// The files that are too long or do not open with `//!`.
pub(crate) fn complaints(members: &[Member]) -> Vec<String> {
    members.iter().flat_map(of_member).collect()
}

fn of_member(member: &Member) -> Vec<String> {
    let src = format!("{}/src/", member.folder);
    let library: Vec<&Source> =
        member.sources.iter().filter(|source| source.path.starts_with(&src)).collect();
    let mut complaints = Vec::new();
    for source in &member.sources {
        if !source.introduced {
            complaints.push(format!("{} does not open with `//!`: say what the file is", source.path));
        }
    }
    if member.folder.starts_with("crates/") {
        for Source { path, lines, .. } in library.iter().filter(|source| source.lines > FILE_LINES) {
            complaints.push(format!("{path} has {lines} lines: split it, {FILE_LINES} are the most"));
        }
    }
    let total: usize = library.iter().map(|source| source.lines).sum();
    if member.name == "mockforge-ws-core" && total > CORE_LINES {
        complaints.push(format!("{src} has {total} lines: {CORE_LINES} are the most, so move something up"));
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, folder: &str, sources: &[(&str, usize)]) -> Member {
        let source = |&(path, lines): &(&str, usize)| Source { path: path.into(), lines, introduced: true };
        Member {
            name: name.into(),
            folder: folder.into(),
            sources: sources.iter().map(source).collect(),
            ..Member::default()
        }
    }

    #[test]
    fn sizes_have_bounds() {
        let core = |sources: &[(&str, usize)]| {
            complaints(&[member("mockforge-ws-core", "crates/mockforge-ws-core", sources)]).len()
        };
        let path = |file: &str| format!("crates/mockforge-ws-core/{file}");
        let (a, b, test) = (&*path("src/a.rs"), &*path("src/b.rs"), &*path("tests/it/main.rs"));
        assert_eq!(core(&[(a, 600)]), 0);
        assert_eq!(core(&[(a, 601)]), 1, "a long file");
        assert_eq!(core(&[(test, 5000)]), 0, "tests are not the library");
        assert_eq!(core(&[(a, 600); 6]), 1, "a core of 3,600 lines");
        assert_eq!(core(&[(a, 500), (b, 500), (a, 500), (b, 500), (a, 500)]), 0, "a core of 2,500 lines");
        assert_eq!(complaints(&[member("xtask", "xtask", &[("xtask/src/main.rs", 601)])]).len(), 0);
    }

    #[test]
    fn a_file_introduces_itself() {
        let mut member = member("one", "crates/one", &[("crates/one/tests/it/main.rs", 3)]);
        member.sources[0].introduced = false;
        assert_eq!(
            complaints(&[member]),
            ["crates/one/tests/it/main.rs does not open with `//!`: say what the file is"]
        );
    }
}
