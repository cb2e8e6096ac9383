//! One script by itself, as the facade reads it for each connection.

use std::path::Path;

use mockforge_ws_config::{Failure, script};

use crate::folder::Folder;

#[test]
fn a_script_is_read_with_the_environment() {
    let folder = Folder::new([("a.txt", "{\"text\":\"{{uuid}} {{nope}}\"}")]);
    let problems = script(Path::new("a.txt"), &folder.environment("", [])).unwrap_err();
    assert!(problems.to_string().contains("no such helper"), "{problems}");
    let plain = folder.environment("", [("MOCKFORGE_RESPONSE_TEMPLATE_EXPAND", "0")]);
    assert_eq!(script(Path::new("a.txt"), &plain).unwrap().len(), 1);
    let missing = script(Path::new("b.txt"), &plain).unwrap_err();
    assert_eq!(missing.failure, Failure::Usage);
    assert_eq!(missing.to_string(), "b.txt: error: there is no such file (did you mean `a.txt`?)");
}
