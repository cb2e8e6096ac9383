//! Inputs that nobody would write: whatever a file holds, it is read or refused, and nothing panics.

use std::fmt::Write as _;
use std::path::Path;

use mockforge_ws_config::{Flags, check, starter};
use proptest::prelude::*;

use crate::folder::{Folder, fixtures};

fn refused(name: &str, contents: &str) -> String {
    let folder = Folder::new([(name, contents)]);
    let checked = check(Path::new(name), &folder.environment("", []));
    assert!(!checked.passes(false), "{name} passes");
    checked.diagnostics[0].message.clone()
}

#[test]
fn what_is_too_much_is_refused() {
    let deep =
        |open: &str, close: &str| format!("websocket: {}{}", open.repeat(10_000), close.repeat(10_000));
    assert!(refused("a.yaml", &deep("[", "]")).contains("levels deep"));
    assert!(refused("a.yaml", &deep("{a: ", "}")).contains("levels deep"));
    let json = format!("{{\"websocket\": {}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(refused("a.json", &json).contains("levels deep"), "{}", refused("a.json", &json));
    let toml = format!("websocket = {}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(refused("a.toml", &toml).contains("no TOML"));
    assert!(refused("a.yaml", &"#".repeat(1 << 21)).contains("larger than 1 MiB"));
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
    for level in 1..20 {
        writeln!(bomb, "a{level}: &a{level} [{}]", format!("*a{}, ", level - 1).repeat(10)).unwrap();
    }
    assert!(refused("a.yaml", &bomb).contains("more than 100000 values"));
}

/// Many keys, many routes, many mistakes: work that grows with the file and no faster.
#[test]
fn large_files_are_read() {
    let keys: String = (0..3_000).map(|key| format!("  k{key}: 1\n")).collect();
    let folder = Folder::new([("a.yaml", format!("websocket:\n{keys}").as_str())]);
    let checked = check(Path::new("a.yaml"), &folder.environment("", []));
    assert!(
        checked.diagnostics.len() > 100 && checked.diagnostics.len() <= 1001,
        "{}",
        checked.diagnostics.len()
    );
    let routes: String = (0..2_000).map(|route| format!("  - {{path: /r{route}, echo: {{}}}}\n")).collect();
    let folder = Folder::new([("a.yaml", format!("websocket:\n  routes:\n{routes}").as_str())]);
    let config = folder.load(&Flags { file: Some("a.yaml".into()), ..Flags::default() }).unwrap();
    assert_eq!(config.routes().iter().count(), 2_000);
}

fn corpus() -> Vec<(String, String)> {
    let mut all: Vec<_> = starter().iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
    for name in
        ["good/full.yaml", "good/full.toml", "good/full.json", "broken/rules.yaml", "broken/routes.yaml"]
    {
        let text = crate::folder::read(&fixtures(name));
        all.push((name.rsplit('/').next().unwrap().to_string(), text));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// A config with a piece cut out, doubled or replaced is read or refused, with places within the file.
    #[test]
    fn mutilated_configs_do_no_harm(
        which in any::<prop::sample::Index>(),
        from in any::<prop::sample::Index>(),
        length in 0_usize..40,
        put in "(\\PC{0,6}|[\\[\\]{}:,\"'|>&*!#%@ \n\t-]{0,4})",
    ) {
        let corpus = corpus();
        let (name, text) = which.get(&corpus);
        let start = text.floor_char_boundary(from.index(text.len()));
        let end = text.ceil_char_boundary((start + length).min(text.len()));
        let mutilated = format!("{}{put}{}", &text[..start], &text[end..]);
        let folder = Folder::new([(name.as_str(), mutilated.as_str()), ("feed.jsonl", "{}")]);
        let checked = check(Path::new(name), &folder.environment("", []));
        for diagnostic in checked.diagnostics.iter().filter(|diagnostic| *diagnostic.file == **name) {
            let lines = mutilated.split('\n').count();
            prop_assert!(diagnostic.line <= lines, "{diagnostic}");
        }
    }
}
