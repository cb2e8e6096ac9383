//! The config file that nobody has named: the nearest one above the working directory.

use std::path::{Path, PathBuf};

use crate::Environment;

/// The names that a config file is found by.
const NAMES: [&str; 4] = ["mockforge.yaml", "mockforge.yml", "mockforge.toml", "mockforge.json"];
/// How many parents of the working directory are looked at.
const PARENTS: usize = 5;

/// A config file as found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// As seen from the working directory.
    pub(crate) shown: PathBuf,
    /// Another one in the same folder.
    pub(crate) rival: Option<PathBuf>,
}

/// The config file that is used where nobody names one: the nearest in the working directory and at most five
/// of its parents, not beyond a repository's root. The path is as seen from the working directory.
///
/// ```
/// use mockforge_ws_config::{Environment, find};
///
/// let nowhere = Environment::with("/no/such/folder", [] as [(&str, &str); 0]);
/// assert_eq!(find(&nowhere), None);
/// ```
pub fn find(environment: &Environment) -> Option<PathBuf> {
    discover(environment.cwd()).map(|found| found.shown)
}

/// Looks in `cwd` and at most five parents, and not beyond a repository's root.
pub(crate) fn discover(cwd: &Path) -> Option<Found> {
    let mut up = PathBuf::new();
    for folder in cwd.ancestors().take(PARENTS + 1) {
        let mut there = NAMES.iter().filter(|name| folder.join(name).is_file());
        if let Some(name) = there.next() {
            let rival = there.next().map(|name| up.join(name));
            return Some(Found { path: folder.join(name), shown: up.join(name), rival });
        }
        if folder.join(".git").exists() {
            return None;
        }
        up.push("..");
    }
    None
}
