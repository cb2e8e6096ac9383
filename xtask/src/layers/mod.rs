//! `layers`: the architecture's rules. Each is a function from the workspace as data to complaints.

mod edges;
mod entries;
mod manifests;
mod purity;
mod sources;
pub(crate) mod table;

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use crate::{codegen, process};

/// Prints every breach of the rules; any is an error.
pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::read()?;
    let mut complaints = edges::complaints(&workspace.members);
    complaints.extend(manifests::complaints(&workspace.members));
    complaints.extend(sources::complaints(&workspace.members));
    complaints.extend(entries::complaints(&workspace.entries));
    for member in workspace.members.iter().filter(|member| table::is_pure(&member.name)) {
        match tree(&member.name) {
            Ok(tree) => complaints.extend(purity::complaints(&member.name, &tree)),
            // Cargo refuses a cycle; the complaint about the edge that closes it must not be lost.
            Err(error) => complaints.push(error.to_string()),
        }
    }
    complaints.extend(codegen::stale(&workspace)?);
    for complaint in &complaints {
        eprintln!("error: {complaint}");
    }
    match complaints.len() {
        0 => Ok(()),
        1 => bail!("a rule of the architecture is broken (docs/architecture.md says why it is there)"),
        many => bail!(
            "{many} breaches of the architecture's rules (docs/architecture.md says why they are there)"
        ),
    }
}

/// Everything that a package is built from, one a line.
fn tree(name: &str) -> Result<String> {
    process::output(
        process::cargo(&["tree", "-p", name, "-e", "normal", "--all-features", "--prefix", "none"])
            .current_dir(crate::workspace::root()),
    )
}
