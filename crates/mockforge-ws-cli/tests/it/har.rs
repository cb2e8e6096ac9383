//! HAR files in and out, where a transcript can't show it.

use crate::process::{run, run_with};

const HAR: &str = r#"{"log":{"entries":[{"request":{"url":"ws://a/x"},"_webSocketMessages":[
    {"type":"receive","time":1769851800.5,"opcode":1,"data":"back\\slash \\{{x}} \u2028 {{"}]}]}}"#;

#[test]
fn the_standard_streams() {
    let imported = run_with(&["import", "-"], HAR.as_bytes());
    assert_eq!((imported.code, &*imported.stderr), (Some(0), ""));
    let exported = run_with(&["export", "-", "--out", "-"], imported.stdout.as_bytes());
    assert_eq!((exported.code, &*exported.stderr), (Some(0), ""));
    let back: serde_json::Value = serde_json::from_str(&exported.stdout).expect("it is JSON");
    let message = &back["log"]["entries"][0]["_webSocketMessages"][0];
    assert_eq!(message["data"], "back\\slash \\{{x}} \u{2028} {{");
    assert_eq!(
        run_with(&["import", "-"], exported.stdout.as_bytes()).stdout.lines().nth(1),
        imported.stdout.lines().nth(1)
    );

    let twice = run(&["export", "-", "-", "--out", "-"]);
    assert_eq!(twice.code, Some(2));
    assert!(twice.stderr.contains("named twice"), "{}", twice.stderr);
    let attached =
        r#"{"log":{"entries":[{"_resourceType":"websocket","response":{"content":{"_file":"m.jsonl"}}}]}}"#;
    let refused = run_with(&["import", "-"], attached.as_bytes());
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("refers to the file `m.jsonl`"), "{}", refused.stderr);
}
