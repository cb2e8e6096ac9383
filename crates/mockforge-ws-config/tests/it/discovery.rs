//! Which config file is found.

use mockforge_ws_config::{Flags, load};

use crate::folder::Folder;

const CONFIG: &str = "websocket: {port: 4000}";

/// The file that the port comes from, or what is wrong.
fn found(folder: &Folder, below: &str, flags: &Flags) -> String {
    match load(flags, &folder.environment(below, [])) {
        Ok(config) => config.port.origin.to_string(),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn the_nearest_file_within_five_parents_is_read() {
    let folder = Folder::new([("mockforge.yaml", CONFIG), ("1/2/3/4/5/6/x", ""), ("n/mockforge.toml", "")]);
    let check =
        |below: &str, wanted: &str| assert_eq!(found(&folder, below, &Flags::default()), wanted, "{below}");
    check("", "mockforge.yaml:1");
    check("1", "../mockforge.yaml:1");
    check("1/2/3/4/5", "../../../../../mockforge.yaml:1");
    check("1/2/3/4/5/6", "default");
    check("n", "default");
}

#[test]
fn every_name_is_found_and_two_in_one_folder_are_a_question() {
    for (name, config) in [
        ("mockforge.yaml", CONFIG),
        ("mockforge.yml", CONFIG),
        ("mockforge.toml", "websocket.port = 4000"),
        ("mockforge.json", "{\"websocket\": {\"port\": 4000}}"),
    ] {
        let folder = Folder::new([(name, config)]);
        assert_eq!(found(&folder, "", &Flags::default()), format!("{name}:1"));
    }
    let folder = Folder::new([("mockforge.yaml", CONFIG), ("mockforge.json", "{}")]);
    assert_eq!(
        found(&folder, "", &Flags::default()),
        "mockforge.yaml: error: mockforge.json is there too, and only one config is read \
         (remove one, or name one with `--config`)"
    );
    let named = Flags { config: Some("mockforge.yaml".into()), ..Flags::default() };
    assert_eq!(found(&folder, "", &named), "mockforge.yaml:1");
}

#[test]
fn a_repository_is_not_left() {
    let folder = Folder::new([("mockforge.yaml", CONFIG), ("repo/.git/HEAD", ""), ("repo/a/x", "")]);
    assert_eq!(found(&folder, "repo/a", &Flags::default()), "default");
    assert_eq!(found(&folder, "repo", &Flags::default()), "default");
    folder.write("repo/mockforge.yaml", CONFIG);
    assert_eq!(
        found(&folder, "repo/a", &Flags::default()),
        "../mockforge.yaml:1",
        "the root itself is looked at"
    );
}

/// The file belongs to the wider project too: without our section it is nobody's mistake, unless it was named.
#[test]
fn a_file_without_our_section_counts_only_where_it_is_named() {
    let folder = Folder::new([("mockforge.yaml", "http: {port: 1}\nport: 2\n")]);
    assert_eq!(found(&folder, "", &Flags::default()), "default");
    let named = Flags { config: Some("mockforge.yaml".into()), ..Flags::default() };
    assert!(found(&folder, "", &named).contains("outside of the section `websocket:`"));
    folder.write("mockforge.yaml", "websockets: {port: 1}");
    assert!(found(&folder, "", &Flags::default()).contains("did you mean `websocket`?"));
}

/// Files that a config names stand beside it, wherever it was found from.
#[test]
fn paths_are_relative_to_the_config() {
    let config = "websocket: {routes: [{path: /a, replay: scripts/a.jsonl}]}";
    let folder =
        Folder::new([("mockforge.yaml", config), ("scripts/a.jsonl", "{\"text\":\"hi\"}"), ("b/c/x", "")]);
    let config = load(&Flags::default(), &folder.environment("b/c", [])).unwrap();
    let about: Vec<_> = config.routes().iter().map(|route| route.about.clone()).collect();
    assert_eq!(about, ["replay of ../../scripts/a.jsonl"]);
    assert_eq!(config.files(), [folder.path("mockforge.yaml"), folder.path("scripts/a.jsonl")]);
}

#[test]
fn a_server_that_is_switched_off_says_so() {
    let folder = Folder::new([("mockforge.yaml", "websocket:\n  enabled: false\n")]);
    assert_eq!(
        found(&folder, "", &Flags::default()),
        "mockforge.yaml:2:12: error: `enabled` is false, so nothing is served (set it to true, or take it away)"
    );
}
