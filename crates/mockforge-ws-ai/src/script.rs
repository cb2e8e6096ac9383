//! Generated events as a replay script, to be reviewed, committed and served.

use std::time::Duration;

use mockforge_ws_template::literal_value;
use serde_json::{Value, json};

/// The first lines of a script: what it was generated from, and by whom.
///
/// ```
/// use mockforge_ws_ai::script_head;
///
/// let head = script_head("A chat\nabout tea", "offline", 7);
/// assert_eq!(head, "// generated: offline, seed 7\n{\"mockforge\":1,\"name\":\"A chat about tea\"}\n");
/// ```
pub fn script_head(narrative: &str, by: &str, seed: u64) -> String {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let header = json!({ "mockforge": 1, "name": plain(narrative) });
    format!("// generated: {}, seed {seed}\n{header}\n", plain(by))
}

/// A line of a script: an event and when it leaves, whatever the event contains.
///
/// ```
/// use std::time::Duration;
///
/// use mockforge_ws_ai::script_line;
/// use serde_json::json;
///
/// let line = script_line(Duration::from_millis(500), &json!({ "type": "say", "text": "{{hi}}" }));
/// assert_eq!(line, "{\"ts\":500,\"json\":{\"type\":\"say\",\"text\":\"\\\\{{hi}}\"}}\n");
/// ```
pub fn script_line(at: Duration, event: &Value) -> String {
    let ts = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
    format!("{}\n", json!({ "ts": ts, "json": literal_value(event) }))
}
