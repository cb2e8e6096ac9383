//! The tables of the two small languages, taken from the documentation of the crates that read them.

use anyhow::{Context as _, Result, ensure};

use crate::workspace::root;

/// The table in the documentation of that crate's `lib.rs`, as Markdown.
pub(crate) fn render(krate: &str) -> Result<String> {
    let path = format!("crates/{krate}/src/lib.rs");
    let source = std::fs::read_to_string(root().join(&path)).context(path.clone())?;
    let table = table(&source);
    ensure!(!table.is_empty(), "{path} has no table in its documentation");
    Ok(table)
}

/// The rows in the module documentation.
fn table(source: &str) -> String {
    let rows =
        source.lines().filter_map(|line| line.strip_prefix("//! ")).filter(|line| line.starts_with('|'));
    rows.map(|row| format!("{row}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn rows_of_the_module_documentation_and_nothing_else() {
        let source = "//! Text.\n//!\n//! | a | b |\n//! |---|---|\n//! | `x` | y |\n//!\n/// | no | no |\n";
        assert_eq!(table(source), "| a | b |\n|---|---|\n| `x` | y |\n");
    }
}
