//! What a config lets templates do, in rules and in the scripts that it names.

use std::path::Path;

use mockforge_ws_config::{Flags, check, load};

use crate::folder::Folder;

const CONFIG: &str = "websocket:
  jsonpath_dialect: goessner
  templates: { env: [REGION, UNSET] }
  variables: { motd: hi }
  replay_file: a.jsonl
";
/// A path of the older dialect, a variable, a constant: none of them holds by itself.
const SCRIPT: &str = r#"{"waitFor":"$.user-id","text":"{{env.REGION}}{{env.UNSET}}{{var.motd}}"}"#;

#[test]
fn scripts_and_rules_have_what_the_config_gives() {
    let folder = Folder::new([("mockforge.yaml", CONFIG), ("a.jsonl", SCRIPT)]);
    let config = load(&Flags::default(), &folder.environment("", [("REGION", "eu")])).unwrap();
    let warnings: Vec<_> = config.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["mockforge.yaml:3:30: warning: the environment variable `UNSET` is not set"],
        "it is read as empty"
    );
    assert_eq!(config.sources().line(&config.warnings()[0]), Some("  templates: { env: [REGION, UNSET] }"));
    let reply = Flags { reply: vec!["$.user-id={{env.REGION}} {{var.motd}}".into()], ..Flags::default() };
    assert!(load(&reply, &folder.environment("", [("REGION", "eu")])).is_ok());
}

/// `check` of a script says what `serve` of it would say.
#[test]
fn a_script_is_checked_with_the_config_that_would_be_found() {
    let folder = Folder::new([("mockforge.yaml", CONFIG), ("a.jsonl", SCRIPT), ("alone/.git/HEAD", "")]);
    folder.write("alone/a.jsonl", SCRIPT);
    assert!(check(Path::new("a.jsonl"), &folder.environment("", [])).passes(true));
    assert!(!check(Path::new("a.jsonl"), &folder.environment("alone", [])).passes(false));
    folder.write("mockforge.yaml", "websocket: [");
    let checked = check(Path::new("a.jsonl"), &folder.environment("", []));
    assert!(checked.diagnostics.iter().all(|diagnostic| &*diagnostic.file == "a.jsonl"), "{checked:?}");
}

#[test]
fn a_scripts_warnings_are_the_configs() {
    let script = "{\"ts\":10,\"text\":\"a\"}\n{\"ts\":5,\"text\":\"b\"}\n";
    let folder = Folder::new([("a.jsonl", script)]);
    let config = folder.load(&Flags { file: Some("a.jsonl".into()), ..Flags::default() }).unwrap();
    assert_eq!(config.warnings().len(), 1);
    assert!(config.warnings()[0].to_string().starts_with("a.jsonl:2:"), "{:?}", config.warnings());
    assert_eq!(config.sources().line(&config.warnings()[0]), Some("{\"ts\":5,\"text\":\"b\"}"));
}

#[test]
fn where_nothing_is_expanded_nothing_is_wrong_with_templates() {
    let config = "websocket: {templates: {expand: false}, replay_file: a.jsonl}";
    let folder = Folder::new([("mockforge.yaml", config), ("a.jsonl", "{\"text\":\"{{nope}} {{\"}")]);
    assert!(folder.load(&Flags::default()).is_ok());
    let on = folder.environment("", [("MOCKFORGE_RESPONSE_TEMPLATE_EXPAND", "1")]);
    assert!(load(&Flags::default(), &on).is_err(), "the variable is stronger than the file");
}
