//! The example in `docs/reference.md` is a good config.

use std::path::Path;

use mockforge_ws_config::check;

use crate::folder::Folder;

#[test]
fn every_key_of_a_narrative_is_in_the_guide() {
    let page = include_str!("../../../../docs/ai.md");
    let table = page.split("| key | what it is for |").nth(1).expect("there is a table");
    let missing = mockforge_ws_ai::AI_KEYS.iter().filter(|(key, _)| !table.contains(&format!("`{key}`")));
    assert_eq!(missing.count(), 0, "docs/ai.md lacks some");
}

#[test]
fn the_references_example_checks_clean() {
    let page = include_str!("../../../../docs/reference.md");
    let example = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = Folder::new([("mockforge.yaml", example), ("feed.jsonl", "{\"text\":\"a\"}\n")]);
    let checked = check(Path::new("mockforge.yaml"), &folder.environment("", [("REGION", "eu")]));
    assert!(checked.passes(true), "{:#?}", checked.diagnostics);
}
