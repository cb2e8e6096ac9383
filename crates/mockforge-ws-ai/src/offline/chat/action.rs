//! A message that is no text, in words: "transfer (amount 50, to Bob)".

use serde_json::Value;

use crate::offline::heard::{Heard, VERBS};
use crate::offline::kind::words;

/// How many members are told, and how much of each.
const MOST_MEMBERS: usize = 6;
const MOST_CHARS: usize = 40;

/// Members that say nothing about what is wanted.
const PASSED: &[&str] = &[
    "id",
    "requestid",
    "ref",
    "reqid",
    "timestamp",
    "ts",
    "time",
    "user",
    "username",
    "room",
    "channel",
    "token",
    "text",
    "session",
    "sessionid",
    "version",
];
/// Verbs with which something is said.
const SPOKEN: &[&str] = &[
    "message",
    "chat",
    "chatmessage",
    "msg",
    "text",
    "say",
    "send",
    "sendmessage",
    "usermessage",
    "prompt",
    "question",
];

/// What a message wants done, with its members; none where it says something in words, or nothing.
pub(super) fn of(heard: &Heard) -> Option<String> {
    if heard.said().is_some() {
        return None;
    }
    let verb = heard.text(VERBS).unwrap_or_default();
    let verb = if SPOKEN.contains(&heard.verb().as_str()) { String::new() } else { words(verb).join(" ") };
    let members = heard.others(PASSED).filter(|(name, _)| !VERBS.contains(&name.to_lowercase().as_str()));
    let told: Vec<String> =
        members.filter_map(|(name, value)| told(name, value)).take(MOST_MEMBERS).collect();
    match (verb.is_empty(), told.is_empty()) {
        (true, true) => None,
        (true, false) => Some(told.join(", ")),
        (false, true) => Some(verb),
        (false, false) => Some(format!("{verb} ({})", told.join(", "))),
    }
}

/// A message that asks for something, as somebody would say it: "what is my balance?" of `get_balance`.
pub(super) fn question(heard: &Heard) -> Option<String> {
    let verb = words(heard.text(VERBS)?);
    let (first, rest) = verb.split_first()?;
    let asks = ["get", "show", "fetch", "check", "query", "list"].contains(&first.as_str());
    (asks && !rest.is_empty() && heard.said().is_none()).then(|| format!("what is my {}?", rest.join(" ")))
}

fn told(name: &str, value: &Value) -> Option<String> {
    let value = match value {
        Value::String(text) => text.trim().to_string(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => if *value { "yes" } else { "no" }.to_string(),
        _ => return None,
    };
    let value: String = value.chars().take(MOST_CHARS).collect();
    let name = words(name).join(" ");
    (!value.is_empty() && !name.is_empty()).then(|| format!("{name} {value}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_asked_for_is_a_question() {
        let question = |message| question(&Heard::read(&message));
        assert_eq!(question(json!({ "type": "getBalance" })).as_deref(), Some("what is my balance?"));
        assert_eq!(question(json!({ "type": "get" })), None);
        assert_eq!(question(json!({ "type": "transfer_money" })), None);
        assert_eq!(question(json!({ "type": "get_answer", "text": "who?" })), None);
    }

    #[test]
    fn what_is_wanted_is_told_with_its_members() {
        for (message, expect) in [
            (
                json!({ "action": "transfer", "amount": 50, "to": "Bob" }),
                Some("transfer (amount 50, to Bob)"),
            ),
            (
                json!({ "type": "blockCard", "id": 7, "data": { "cardId": "c-1", "now": true } }),
                Some("block card (card id c-1, now yes)"),
            ),
            (json!({ "cmd": "get_balance" }), Some("get balance")),
            (json!({ "amount": 3 }), Some("amount 3")),
            (json!({ "type": "message", "id": 7 }), None),
            (json!({ "type": "transfer", "text": "50 to Bob" }), None),
            (json!("hello"), None),
            (json!([1, 2]), None),
            (json!(42), None),
        ] {
            assert_eq!(of(&Heard::read(&message)).as_deref(), expect, "{message}");
        }
    }
}
