//! Files that change while they are served.

use std::sync::mpsc::channel;

use mockforge_ws_config::{Flags, watch};

use crate::folder::Folder;

#[test]
fn a_reload_reads_the_same_inputs_again() {
    let folder = Folder::new([("mockforge.yaml", "websocket: {routes: [{path: /a, replay: a.jsonl}]}")]);
    folder.write("a.jsonl", "{\"text\":\"one\"}");
    let first = folder.load(&Flags { port: Some(0), ..Flags::default() }).unwrap();
    assert_eq!(first.files(), [folder.path("mockforge.yaml"), folder.path("a.jsonl")]);

    folder.write("a.jsonl", "{\"txt\":\"two\"}");
    let problems = first.reload().unwrap_err();
    assert!(problems.to_string().starts_with("a.jsonl:1:2: error: unknown key `txt`"), "{problems}");
    assert_eq!(first.routes().iter().count(), 1, "what was loaded stays");

    folder.write("a.jsonl", "{\"text\":\"two\"}");
    folder
        .write("mockforge.yaml", "websocket: {routes: [{path: /a, replay: a.jsonl}, {path: /b, echo: {}}]}");
    let second = first.reload().unwrap();
    assert_eq!(second.routes().iter().count(), 2);
    assert_eq!(second.port.origin.to_string(), "--ws-port", "flags are kept");
}

/// A save in place, a save by renaming a new file over the old one, a file that goes, and one that comes.
#[test]
fn every_way_to_change_a_file_is_seen() {
    let check = |file: &str, change: &dyn Fn(&Folder)| {
        let folder = Folder::new([("a.jsonl", "{}"), ("a.jsonl.new", "{}")]);
        let (changes, changed) = channel();
        let watcher = watch(&[folder.path(file)], move || {
            // The test may have seen enough.
            let _ = changes.send(());
        });
        let watcher = watcher.unwrap();
        change(&folder);
        changed.recv().unwrap();
        drop(watcher);
        // Ends when nobody can tell of changes any more.
        changed.iter().for_each(drop);
    };
    check("a.jsonl", &|folder| folder.write("a.jsonl", "{\"text\":\"in place\"}"));
    check("a.jsonl", &|folder| {
        std::fs::rename(folder.path("a.jsonl.new"), folder.path("a.jsonl")).unwrap();
    });
    check("a.jsonl", &|folder| std::fs::remove_file(folder.path("a.jsonl")).unwrap());
    check("b.jsonl", &|folder| folder.write("b.jsonl", "{}"));
}

#[test]
fn a_folder_that_is_not_there_can_not_be_watched() {
    let folder = Folder::new([]);
    let error = watch(&[folder.path("no/a.jsonl")], || {}).unwrap_err();
    assert!(error.to_string().starts_with("could not watch "), "{error}");
}
