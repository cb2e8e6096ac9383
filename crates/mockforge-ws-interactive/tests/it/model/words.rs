//! The small languages inside rules, read naively: patterns, the guards that the model knows, templates.

use mockforge_ws_core::Message;
use regex::Regex;
use serde_json::{Map, Value};

/// What actions are about.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    pub(super) message: Option<Message>,
    pub(super) captures: Vec<Option<String>>,
    pub(super) error: Option<String>,
    pub(super) key: Option<String>,
    pub(super) room: Option<String>,
    pub(super) sender: Option<String>,
    pub(super) row: Option<Value>,
}

impl About {
    pub(super) fn message(message: &Message) -> Self {
        Self { message: Some(message.clone()), ..Self::default() }
    }

    pub(super) fn json(&self) -> Option<Value> {
        json(self.message.as_ref()?)
    }
}

pub(super) fn json(message: &Message) -> Option<Value> {
    match message {
        Message::Text(text) => serde_json::from_str(text).ok(),
        _ => None,
    }
}

pub(super) fn is_data(message: &Message) -> bool {
    matches!(message, Message::Text(_) | Message::Binary(_))
}

/// The member that `$.a.b` names.
pub(super) fn member(json: &Value, path: &str) -> Option<Value> {
    path.trim_start_matches('$')
        .split('.')
        .filter(|name| !name.is_empty())
        .try_fold(json, |value, name| value.get(name))
        .cloned()
}

/// The groups where the pattern matches.
pub(super) fn matches(pattern: &Value, message: &Message) -> Option<Vec<Option<String>>> {
    let text = match message {
        Message::Text(text) => Some(text.as_str()),
        _ => None,
    };
    let at = |path: &Value| member(&json(message)?, path.as_str()?);
    let holds = match pattern {
        Value::String(path) if path == "$" || path.starts_with("$.") => at(pattern).is_some(),
        Value::String(regex) => {
            let groups = Regex::new(regex).expect("a regex").captures(text?)?;
            return Some(groups.iter().map(|group| group.map(|g| g.as_str().to_owned())).collect());
        }
        Value::Object(keys) => {
            let any = |list: &Value| list.as_array().expect("a list").clone();
            if let Some(path) = keys.get("jsonpath") {
                let value = at(path)?;
                if let Some(wanted) = keys.get("equals") {
                    value == *wanted
                } else if let Some(wanted) = keys.get("in") {
                    any(wanted).contains(&value)
                } else {
                    value.as_f64()? > keys["gt"].as_f64().expect("a number")
                }
            } else if let Some(wanted) = keys.get("exact") {
                text? == wanted
            } else if let Some(wanted) = keys.get("contains") {
                text?.contains(wanted.as_str().expect("a text"))
            } else if let Some(wanted) = keys.get("prefix") {
                text?.starts_with(wanted.as_str().expect("a text"))
            } else if let Some(wanted) = keys.get("json") {
                has(&json(message)?, wanted)
            } else if let Some(wanted) = keys.get("type") {
                matches!((message, wanted.as_str()), (Message::Text(_), Some("text")))
                    || matches!((message, wanted.as_str()), (Message::Binary(_), Some("binary")))
            } else if let Some(wanted) = keys.get("not") {
                matches(wanted, message).is_none()
            } else if let Some(wanted) = keys.get("any") {
                return any(wanted).iter().find_map(|wanted| matches(wanted, message));
            } else {
                let all: Option<Vec<_>> =
                    any(&keys["all"]).iter().map(|wanted| matches(wanted, message)).collect();
                return all?.into_iter().find(|groups| !groups.is_empty()).or(Some(Vec::new()));
            }
        }
        _ => unreachable!("no pattern: {pattern}"),
    };
    holds.then(Vec::new)
}

fn has(value: &Value, wanted: &Value) -> bool {
    match wanted {
        Value::Object(wanted) => {
            wanted.iter().all(|(name, wanted)| value.get(name).is_some_and(|value| has(value, wanted)))
        }
        _ => value == wanted,
    }
}

/// What guards see.
pub(super) struct Seen<'a> {
    pub(super) state: &'a Map<String, Value>,
    pub(super) shared: &'a Map<String, Value>,
    pub(super) message: Option<Value>,
    pub(super) machine: &'a str,
}

/// The guards that do without a message, and so may become true.
pub(super) const STANDING: &[&str] = &[
    "state.n < 2",
    "state.n >= 2",
    "state.n % 2 == 0",
    "state.flag",
    "!state.flag",
    "size(state.list) >= 2",
    "machine == 's2'",
];
/// The guards that look at the message.
pub(super) const ASKING: &[&str] =
    &["$.n > 1", "$.t == 'a'", "state.n < 2 || $.n > 1", "$.n > 1 && state.flag"];
/// The guards that look at what is shared.
pub(super) const SHARING: &[&str] = &["shared.total < 2", "shared.total >= 2"];

/// What a guard says; nothing where it fails.
pub(super) fn guard(text: &str, seen: &Seen<'_>) -> Option<bool> {
    let n = || seen.state.get("n")?.as_f64();
    let asked = || Some(member(seen.message.as_ref()?, "$.n")?.as_f64()? > 1.0);
    let flag = || seen.state.get("flag")?.as_bool();
    let total = || seen.shared.get("total")?.as_f64();
    match text {
        "state.n < 2" => Some(n()? < 2.0),
        "state.n >= 2" => Some(n()? >= 2.0),
        "state.n % 2 == 0" => Some(seen.state.get("n")?.as_i64()? % 2 == 0),
        "state.flag" => flag(),
        "!state.flag" => Some(!flag()?),
        "size(state.list) >= 2" => Some(seen.state.get("list")?.as_array()?.len() >= 2),
        "machine == 's2'" => Some(seen.machine == "s2"),
        "$.n > 1" => asked(),
        "$.t == 'a'" => Some(member(seen.message.as_ref()?, "$.t")? == "a"),
        "state.n < 2 || $.n > 1" => match (n().map(|n| n < 2.0), asked()) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        "$.n > 1 && state.flag" => match (asked(), flag()) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        "shared.total < 2" => Some(total()? < 2.0),
        "shared.total >= 2" => Some(total()? >= 2.0),
        _ => unreachable!("the model does not know the guard {text}"),
    }
}

/// A template's text: strings bare, all else as JSON, what is missing empty.
pub(super) fn render(template: &str, expression: &mut dyn FnMut(&str) -> Option<Value>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, after) = after.split_once("}}").expect("the braces are closed");
        out.push_str(before);
        match expression(inside) {
            Some(Value::String(text)) => out.push_str(&text),
            Some(value) => out.push_str(&value.to_string()),
            None => {}
        }
        rest = after;
    }
    out + rest
}

/// JSON with templates in it: one expression by itself keeps its type.
pub(super) fn fill(value: &Value, expression: &mut dyn FnMut(&str) -> Option<Value>) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix("{{").and_then(|text| text.strip_suffix("}}")) {
            Some(inside) if !inside.contains("{{") => expression(inside).unwrap_or(Value::Null),
            _ => render(text, expression).into(),
        },
        Value::Array(items) => items.iter().map(|item| fill(item, expression)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), fill(member, expression))).collect()
        }
        other => other.clone(),
    }
}

/// `50ms` or `2s`, in milliseconds.
pub(super) fn time(value: &Value) -> u64 {
    let text = value.as_str().expect("a time");
    match text.strip_suffix("ms") {
        Some(number) => number.parse().expect("a number"),
        None => text.strip_suffix('s').and_then(|s| s.parse::<u64>().ok()).expect("seconds") * 1_000,
    }
}

/// A key that may hold one or a list.
pub(super) fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}
