//! The list of the decision records, from their first lines.

use anyhow::{Context as _, Result, bail};

use crate::workspace::root;

/// The list, as Markdown.
pub(crate) fn render() -> Result<String> {
    let folder = root().join("docs/adr");
    let mut files = Vec::new();
    for entry in folder.read_dir().with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") && name != "README.md" {
            let text = std::fs::read_to_string(folder.join(&name)).with_context(|| name.clone())?;
            files.push((name, text));
        }
    }
    files.sort();
    list(&files)
}

/// The list of these files, which are sorted by name.
fn list(files: &[(String, String)]) -> Result<String> {
    let mut lines = String::new();
    let mut previous = None;
    for (name, text) in files {
        let number = name.split('-').next().unwrap_or_default();
        let title = text.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default();
        let Some(title) = title.strip_prefix(number).and_then(|title| title.strip_prefix(": ")) else {
            bail!("docs/adr/{name} does not begin with `# {number}: The decision`");
        };
        if previous == Some(number) {
            bail!("docs/adr/{name} has the number of another record");
        }
        previous = Some(number);
        lines.push_str(&format!("- [{number}]({name}) {title}\n"));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_listed_by_number_and_title() {
        let check = |files: &[(&str, &str)], expect: Result<&str, &str>| {
            let files: Vec<_> =
                files.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
            let listed = list(&files).map_err(|error| error.to_string());
            assert_eq!(listed.as_deref().map_err(String::as_str), expect);
        };
        check(
            &[("0001-one.md", "# 0001: One thing\n\nText"), ("0002-two.md", "# 0002: Two")],
            Ok("- [0001](0001-one.md) One thing\n- [0002](0002-two.md) Two\n"),
        );
        check(
            &[("0001-one.md", "# One thing\n")],
            Err("docs/adr/0001-one.md does not begin with `# 0001: The decision`"),
        );
        check(
            &[("0001-a.md", "# 0001: A"), ("0001-b.md", "# 0001: B")],
            Err("docs/adr/0001-b.md has the number of another record"),
        );
    }
}
