//! A script as lines of text, with as much understood of each as augmenting needs. What is right and wrong in a
//! script is for its compiler to say.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use mockforge_ws_core::{Inbound, Message};
use mockforge_ws_diagnostic::Problem;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// How many mistakes are told.
const MOST_PROBLEMS: usize = 20;
/// How many labels and types are remembered, to be told.
const MOST_NAMES: usize = 1_000;

/// A script.
#[derive(Debug, Clone)]
pub(super) struct Script {
    text: String,
    /// Where the lines of the file are, each with its end of line.
    lines: Vec<Range<usize>>,
    /// The lines that are played.
    pub(super) entries: Vec<Entry>,
    pub(super) labels: BTreeSet<String>,
    pub(super) types: BTreeSet<String>,
    pub(super) variables: Map<String, Value>,
}

/// A line that is played.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Of the file, from 0.
    pub(super) line: usize,
    /// Where it stands on the timeline, said or not.
    pub(super) ts: u64,
    /// Whether the client is expected to send its message.
    pub(super) is_in: bool,
    /// Why nothing that comes after the line would be played, or could be compiled.
    pub(super) is_end: Option<&'static str>,
    pub(super) label: Option<String>,
    pub(super) message: Option<Said>,
}

/// The message of a line.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// Where its value stands in the script.
    pub(super) at: Range<usize>,
    pub(super) kind: Kind,
}

/// How a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Json,
    Binary,
}

type Members<'s> = BTreeMap<String, &'s RawValue>;

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// The lines that are no JSON objects.
    pub(super) fn read(text: &str) -> Result<Self, Vec<Problem>> {
        let mut script = Self {
            text: text.to_string(),
            lines: Vec::new(),
            entries: Vec::new(),
            labels: BTreeSet::new(),
            types: BTreeSet::new(),
            variables: Map::new(),
        };
        let (mut problems, mut ts, mut at) = (Vec::new(), 0, 0);
        for line in text.split_inclusive('\n') {
            let number = script.lines.len();
            script.lines.push(at..at + line.len());
            at += line.len();
            let says = if number == 0 { line.trim_start_matches('\u{feff}') } else { line }.trim_ascii();
            if says.is_empty() || says.starts_with("//") || says.starts_with('#') {
                continue;
            }
            match serde_json::from_str::<Members<'_>>(says) {
                Ok(members) if members.contains_key("mockforge") => script.header(&members),
                Ok(members) => {
                    let entry = entry(text, number, ts, &members);
                    ts = entry.ts;
                    script.learn(&entry);
                    script.entries.push(entry);
                }
                Err(error) if problems.len() < MOST_PROBLEMS => problems.push(
                    Problem::new(format!("line {} is no JSON object: {error}", number + 1))
                        .hint("`mockforge check` says more; a script is augmented when it has no mistakes"),
                ),
                Err(_) => break,
            }
        }
        if problems.is_empty() { Ok(script) } else { Err(problems) }
    }

    fn header(&mut self, members: &Members<'_>) {
        let variables: Option<Map<String, Value>> =
            members.get("variables").and_then(|raw| serde_json::from_str(raw.get()).ok());
        self.variables.extend(variables.unwrap_or_default());
    }

    fn learn(&mut self, entry: &Entry) {
        if self.labels.len() < MOST_NAMES {
            self.labels.extend(entry.label.clone());
        }
        if self.types.len() < MOST_NAMES
            && let Some(Value::String(kind)) =
                self.value(entry).and_then(|mut value| value.get_mut("type").map(Value::take))
        {
            self.types.insert(kind);
        }
    }

    /// The whole of a line of the file, with its end of line.
    pub(super) fn line(&self, index: usize) -> &str {
        &self.text[self.lines[index].clone()]
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// The line of an entry in two parts, around the value of its message.
    pub(super) fn around(&self, entry: &Entry, said: &Said) -> (&str, &str) {
        let line = &self.lines[entry.line];
        (&self.text[line.start..said.at.start], &self.text[said.at.end..line.end])
    }

    /// How lines end.
    pub(super) fn newline(&self) -> &'static str {
        if self.lines.first().is_some_and(|_| self.line(0).ends_with("\r\n")) { "\r\n" } else { "\n" }
    }

    /// What is sent as text, as it stands in the script.
    pub(super) fn sent(&self, entry: &Entry) -> Option<String> {
        let said = entry.message.as_ref()?;
        let raw = &self.text[said.at.clone()];
        match said.kind {
            Kind::Text => serde_json::from_str(raw).ok(),
            Kind::Json => serde_json::from_str::<Value>(raw).ok().map(|value| value.to_string()),
            Kind::Binary => None,
        }
    }

    /// The message as JSON, where it is JSON.
    pub(super) fn value(&self, entry: &Entry) -> Option<Value> {
        serde_json::from_str(&self.sent(entry)?).ok()
    }

    /// The message as patterns see it.
    pub(super) fn inbound(&self, entry: &Entry) -> Option<Inbound> {
        self.sent(entry).map(|text| Inbound::new(Message::text(text)))
    }
}

fn entry(text: &str, line: usize, before: u64, members: &Members<'_>) -> Entry {
    let value = |key: &str| members.get(key).map(|raw| raw.get());
    let said = |key: &str| value(key).filter(|raw| *raw != "null");
    let string = |key: &str| said(key).and_then(|raw| serde_json::from_str::<String>(raw).ok());
    let at = |raw: &str| {
        let start = raw.as_ptr() as usize - text.as_ptr() as usize;
        start..start + raw.len()
    };
    let message =
        [("text", Kind::Text), ("json", Kind::Json), ("base64", Kind::Binary), ("hex", Kind::Binary)]
            .into_iter()
            .find_map(|(key, kind)| {
                let raw = if kind == Kind::Json { value(key) } else { said(key) };
                Some(Said { at: at(raw?), kind })
            });
    let ways = [
        (said("goto").is_some() && said("times").is_none(), "the line always jumps elsewhere"),
        (said("branch").is_some(), "the line always jumps elsewhere"),
        (said("close").is_some_and(|raw| raw != "false"), "the line closes the connection"),
        (said("abort") == Some("true"), "the line drops the connection"),
    ];
    let skips = string("onTimeout").as_deref() == Some("skip");
    let away = ways.into_iter().find(|(leads, _)| *leads && !skips).map(|(_, why)| why);
    let last = said("onEnd").map(|_| "`onEnd` stays on the last line; move it into the header");
    Entry {
        line,
        ts: said("ts").and_then(|raw| raw.parse().ok()).unwrap_or(before),
        is_in: string("dir").as_deref() == Some("in"),
        is_end: away.or(last),
        label: string("label"),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_understood() {
        let text = "\u{feff}{\"mockforge\":1,\"variables\":{\"a\":1}}\r\n// a comment\n\n  {\"ts\":5,\"text\":\"{\\\"type\\\":\\\"t\\\"}\",\"label\":\"l\"}\r\n\
                    {\"json\" : [1, 2] ,\"dir\":\"in\"}\n{\"ts\":null,\"hex\":\"00\",\"text\":null,\"goto\":\"l\",\"times\":2}\n\
                    {\"ts\":9,\"branch\":[],\"onTimeout\":\"skip\"}\n{\"json\":null,\"close\":{\"code\":1000}}\n{\"onEnd\":\"loop\"}";
        let script = Script::read(text).unwrap();
        assert_eq!(script.newline(), "\r\n");
        assert_eq!((0..script.line_count()).map(|line| script.line(line)).collect::<String>(), text);
        assert_eq!(Value::from(script.variables.clone()), serde_json::json!({ "a": 1 }));
        let told: Vec<_> = script
            .entries
            .iter()
            .map(|entry| (entry.line, entry.ts, entry.is_in, script.sent(entry), entry.is_end.is_some()))
            .collect();
        assert_eq!(
            told,
            [
                (3, 5, false, Some(r#"{"type":"t"}"#.to_string()), false),
                (4, 5, true, Some("[1,2]".to_string()), false),
                (5, 5, false, None, false),
                (6, 9, false, None, false),
                (7, 9, false, Some("null".to_string()), true),
                (8, 9, false, None, true),
            ]
        );
        let said = script.entries[1].message.as_ref().unwrap();
        assert_eq!(script.around(&script.entries[1], said), ("{\"json\" : ", " ,\"dir\":\"in\"}\n"));
        assert!(script.labels.contains("l") && script.types.contains("t"));
    }

    #[test]
    fn lines_that_are_no_objects_are_told() {
        let problems = Script::read("{\"text\":\"a\"}\n[1]\n{'a'}\n").unwrap_err();
        assert_eq!(problems.len(), 2);
        assert!(problems[0].message.starts_with("line 2 is no JSON object: "), "{}", problems[0]);
        assert_eq!(Script::read(&"x\n".repeat(1000)).unwrap_err().len(), MOST_PROBLEMS);
    }
}
