//! A line of a script as plain data, for programs that read or write scripts themselves.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::words::{Dir, OnEnd, OnTimeout};

/// A line of a script, with the format's keys as fields. Whether it makes sense is for
/// [`compile`](crate::compile) to say; this is only its shape.
///
/// It displays, and serializes, as the line that it was read from.
///
/// ```
/// use mockforge_ws_replay::ReplayEntry;
///
/// let entry: ReplayEntry = serde_json::from_str(r#"{"ts":0,"text":"hello","waitFor":"ready"}"#).unwrap();
/// assert_eq!((entry.ts, entry.text.as_str()), (0, "hello"));
///
/// let reply = ReplayEntry { ts: 250, ..ReplayEntry::text("welcome") };
/// assert_eq!(reply.to_string(), r#"{"ts":250,"text":"welcome"}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Wire", into = "Wire")]
pub struct ReplayEntry {
    /// Milliseconds on the script's timeline. 0 where the line does not say; to a script that means the
    /// previous line's time.
    pub ts: u64,
    /// Which way the message goes.
    pub dir: Dir,
    /// The name that jumps use for the line.
    pub label: Option<String>,
    /// The pattern to wait for, a string or an object.
    pub wait_for: Option<Value>,
    /// How long to wait at most, in milliseconds.
    pub timeout: Option<u64>,
    /// What follows a wait that is not met in time.
    pub on_timeout: Option<OnTimeout>,
    /// The text message, a template. Empty where another payload is set, or none.
    pub text: String,
    /// Whether a `text` that is empty is a message all the same.
    pub empty: bool,
    /// The message as a JSON value.
    pub json: Option<Value>,
    /// The binary message in base64.
    pub base64: Option<String>,
    /// The binary message in hexadecimal.
    pub hex: Option<String>,
    /// On an `in` line, the pattern to compare with.
    pub pattern: Option<Value>,
    /// Variables to set when the line is played, by name.
    pub set: Map<String, Value>,
    /// Copies of the line.
    pub repeat: Option<Repeat>,
    /// Patterns to wait for, each with the label to go to.
    pub branch: Vec<Branch>,
    /// The label to go to.
    pub goto: Option<String>,
    /// How often to go there.
    pub times: Option<u64>,
    /// How to close after the line.
    pub close: Option<Close>,
    /// Whether to drop the TCP connection after the line.
    pub abort: bool,
    /// What follows the script, on its last line.
    pub on_end: Option<OnEnd>,
}

impl ReplayEntry {
    /// A line that sends a text message.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { empty: text.is_empty(), text, ..Self::default() }
    }
}

impl fmt::Display for ReplayEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// Copies of a line on the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// How many messages there are in all; without a number, they go on until the close.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The milliseconds from one to the next.
    pub every: u64,
}

/// One way out of a `branch` line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// The pattern, a string or an object.
    pub on: Value,
    /// The label to go to.
    pub goto: String,
}

/// How a line closes the connection. The default is code 1000 without a reason, written `true`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The code (RFC 6455, section 7.4).
    pub code: u16,
    /// The reason, at most 123 bytes.
    pub reason: String,
}

impl Default for Close {
    fn default() -> Self {
        Self { code: 1000, reason: String::new() }
    }
}

/// The line as it is written. Only here does an empty text differ from none.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Wire {
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dir: Option<Dir>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_for: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_timeout: Option<OnTimeout>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// `null` is a value to send.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    json: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#match: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<Repeat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<Vec<Branch>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goto: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<WireClose>,
    #[serde(skip_serializing_if = "Option::is_none")]
    abort: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_end: Option<OnEnd>,
}

fn present<'de, D: Deserializer<'de>>(json: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(json).map(Some)
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WireClose {
    Plain(bool),
    With(WireFrame),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireFrame {
    #[serde(default = "normal")]
    code: u16,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
}

fn normal() -> u16 {
    Close::default().code
}

impl From<Wire> for ReplayEntry {
    fn from(wire: Wire) -> Self {
        let close = match wire.close {
            Some(WireClose::Plain(true)) => Some(Close::default()),
            Some(WireClose::With(WireFrame { code, reason })) => Some(Close { code, reason }),
            Some(WireClose::Plain(false)) | None => None,
        };
        Self {
            ts: wire.ts.unwrap_or_default(),
            dir: wire.dir.unwrap_or_default(),
            label: wire.label,
            wait_for: wire.wait_for,
            timeout: wire.timeout,
            on_timeout: wire.on_timeout,
            empty: wire.text.as_deref() == Some(""),
            text: wire.text.unwrap_or_default(),
            json: wire.json,
            base64: wire.base64,
            hex: wire.hex,
            pattern: wire.r#match,
            set: wire.set.unwrap_or_default(),
            repeat: wire.repeat,
            branch: wire.branch.unwrap_or_default(),
            goto: wire.goto,
            times: wire.times,
            close,
            abort: wire.abort.unwrap_or_default(),
            on_end: wire.on_end,
        }
    }
}

impl From<ReplayEntry> for Wire {
    fn from(entry: ReplayEntry) -> Self {
        let close = entry.close.map(|close| match close == Close::default() {
            true => WireClose::Plain(true),
            false => WireClose::With(WireFrame { code: close.code, reason: close.reason }),
        });
        Self {
            ts: (entry.ts > 0).then_some(entry.ts),
            dir: (entry.dir == Dir::In).then_some(entry.dir),
            label: entry.label,
            wait_for: entry.wait_for,
            timeout: entry.timeout,
            on_timeout: entry.on_timeout,
            text: (entry.empty || !entry.text.is_empty()).then_some(entry.text),
            json: entry.json,
            base64: entry.base64,
            hex: entry.hex,
            r#match: entry.pattern,
            set: (!entry.set.is_empty()).then_some(entry.set),
            repeat: entry.repeat,
            branch: (!entry.branch.is_empty()).then_some(entry.branch),
            goto: entry.goto,
            times: entry.times,
            close,
            abort: entry.abort.then_some(true),
            on_end: entry.on_end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::LineKey;
    use serde_json::json;

    /// The fields and the compiler's keys are one list.
    #[test]
    fn every_key_has_a_field_and_is_written_in_order() {
        let full = json!({
            "ts": 1, "dir": "in", "label": "a", "waitFor": "x", "timeout": 5, "onTimeout": "skip", "text": "t",
            "json": null, "base64": "", "hex": "00", "match": {"exact": "x"}, "set": {"v": "x"}, "repeat": {"count": 2, "every": 3},
            "branch": [{"on": "x", "goto": "a"}], "goto": "a", "times": 4,
            "close": {"code": 4000, "reason": "bye"}, "abort": true, "onEnd": "loop"
        });
        let entry: ReplayEntry = serde_json::from_value(full.clone()).unwrap();
        let written = serde_json::to_value(&entry).unwrap();
        assert_eq!(written, full);
        let keys: Vec<_> = written.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, LineKey::ALL);
    }

    #[test]
    fn what_is_read_is_written() {
        let check = |line: &str, wanted: &str| {
            let entry: ReplayEntry = serde_json::from_str(line).unwrap();
            assert_eq!(entry.to_string(), wanted);
            assert_eq!(serde_json::from_str::<ReplayEntry>(wanted).unwrap(), entry);
        };
        check("{}", "{}");
        check(r#"{"ts":0,"dir":"out","text":""}"#, r#"{"text":""}"#);
        check(r#"{"json":null,"close":true}"#, r#"{"json":null,"close":true}"#);
        check(r#"{"close":false,"abort":false,"timeout":null}"#, "{}");
        check(r#"{"close":{"code":1000}}"#, r#"{"close":true}"#);
        check(r#"{"close":{"reason":"bye"}}"#, r#"{"close":{"code":1000,"reason":"bye"}}"#);
    }

    #[test]
    fn unknown_and_repeated_keys_are_refused() {
        let refusal = |line: &str| serde_json::from_str::<ReplayEntry>(line).unwrap_err().to_string();
        assert!(refusal(r#"{"txt":"x"}"#).contains("unknown field `txt`"));
        assert!(refusal(r#"{"text":"x","text":"y"}"#).contains("duplicate field `text`"));
        assert!(refusal(r#"{"repeat":{"ever":1}}"#).contains("unknown field `ever`"));
    }
}
