//! What the client said, in the few members that a simulation looks at.

use serde_json::Value;

/// How many members are kept, and how long a text of them may be.
const MOST_MEMBERS: usize = 32;
const MOST_CHARS: usize = 400;

/// The members that say what the client wants done.
pub(crate) const VERBS: &[&str] = &["type", "action", "op", "event", "method", "command", "cmd", "kind"];

/// A message's members with folded names (`orderId` and `order_id` are the same), those of nested objects too.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Heard {
    members: Vec<Member>,
    /// The nested objects, whose members are among those above too.
    objects: Vec<Member>,
}

#[derive(Debug, Clone, PartialEq)]
struct Member {
    /// As the client wrote it.
    name: String,
    folded: String,
    value: Value,
}

impl Member {
    fn new(name: &str, value: &Value) -> Self {
        Self { name: name.chars().take(64).collect(), folded: fold(name), value: clipped(value, 0) }
    }
}

impl Heard {
    pub(crate) fn read(message: &Value) -> Self {
        let mut heard = Self::default();
        match message {
            Value::Object(_) => heard.take(message, 0),
            Value::Array(items) => items.iter().take(MOST_MEMBERS).for_each(|item| heard.take(item, 0)),
            other => heard.put("text", other),
        }
        heard
    }

    fn take(&mut self, value: &Value, depth: usize) {
        let Value::Object(members) = value else { return };
        for (name, value) in members {
            match value {
                Value::Object(_) if depth < 2 => {
                    if self.objects.len() < MOST_MEMBERS {
                        self.objects.push(Member::new(name, value));
                    }
                    self.take(value, depth + 1);
                }
                value => self.put(name, value),
            }
        }
    }

    fn put(&mut self, name: &str, value: &Value) {
        if self.members.len() < MOST_MEMBERS {
            self.members.push(Member::new(name, value));
        }
    }

    /// The first member that has one of these folded names.
    pub(crate) fn value(&self, names: &[&str]) -> Option<&Value> {
        named(&self.members, names)
    }

    /// The elements of a list that has one of these folded names; or the one thing of that name, an object too.
    pub(crate) fn list(&self, names: &[&str]) -> &[Value] {
        match named(&self.objects, names).or_else(|| self.value(names)) {
            Some(Value::Array(items)) => items,
            Some(value) => std::slice::from_ref(value),
            None => &[],
        }
    }

    /// All members but those with these folded names, as the client named them.
    pub(crate) fn others(&self, names: &[&str]) -> impl Iterator<Item = (&str, &Value)> {
        let others = self.members.iter().filter(|member| !names.contains(&member.folded.as_str()));
        others.map(|member| (member.name.as_str(), &member.value))
    }

    pub(crate) fn text(&self, names: &[&str]) -> Option<&str> {
        self.value(names)?.as_str().filter(|text| !text.is_empty())
    }

    /// A number, or a text that reads as one.
    pub(crate) fn number(&self, names: &[&str]) -> Option<f64> {
        let value = self.value(names)?;
        value
            .as_f64()
            .or_else(|| value.as_str()?.trim().parse().ok())
            .filter(|number: &f64| number.is_finite())
    }

    /// A text, or the texts of a list.
    pub(crate) fn texts(&self, names: &[&str]) -> Vec<&str> {
        match self.value(names) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            Some(value) => value.as_str().into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// What the client wants done, folded: `subscribe`, `placeorder`.
    pub(crate) fn verb(&self) -> String {
        fold(self.text(VERBS).unwrap_or_default())
    }

    /// What is said in words: the message itself, or a member that is usual for it.
    pub(crate) fn said(&self) -> Option<&str> {
        self.text(&["text", "message", "content", "body", "msg", "prompt", "question"])
    }

    /// The id by which the client knows its message.
    pub(crate) fn reference(&self) -> Value {
        self.value(&["id", "requestid", "clientorderid", "ref", "reqid"]).cloned().unwrap_or(Value::Null)
    }
}

fn named<'m>(members: &'m [Member], names: &[&str]) -> Option<&'m Value> {
    names
        .iter()
        .find_map(|name| members.iter().find(|member| member.folded == *name))
        .map(|member| &member.value)
}

/// A name in lower case without `_`, `-` and other signs.
pub(crate) fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).take(64).flat_map(char::to_lowercase).collect()
}

fn clipped(value: &Value, depth: usize) -> Value {
    match value {
        Value::String(text) => text.chars().take(MOST_CHARS).collect::<String>().into(),
        Value::Array(items) if depth < 2 => {
            items.iter().take(MOST_MEMBERS).map(|item| clipped(item, depth + 1)).collect()
        }
        Value::Object(members) if depth < 2 => {
            let clip = |(name, value): (&String, &Value)| {
                (name.chars().take(64).collect(), clipped(value, depth + 1))
            };
            Value::Object(members.iter().take(MOST_MEMBERS).map(clip).collect())
        }
        Value::Array(_) | Value::Object(_) => Value::Null,
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_found_by_folded_names_wherever_they_are() {
        let heard = Heard::read(&json!({ "Type": "place-order", "data": { "orderId": "o1", "qty": "3" } }));
        assert_eq!(heard.verb(), "placeorder");
        assert_eq!(heard.text(&["orderid"]), Some("o1"));
        assert_eq!(heard.number(&["qty"]), Some(3.0));
        assert_eq!(Heard::read(&json!("hello")).said(), Some("hello"));
    }

    #[test]
    fn lists_and_objects_are_found_whole() {
        let heard = Heard::read(&json!({ "items": ["a", { "name": "b" }], "item": { "name": "c" } }));
        assert_eq!(heard.list(&["items"]), [json!("a"), json!({ "name": "b" })]);
        assert_eq!(heard.list(&["item"]), [json!({ "name": "c" })]);
        assert_eq!(heard.list(&["name"]), [json!("c")]);
        assert!(heard.list(&["other"]).is_empty());
        assert_eq!(heard.others(&["items"]).collect::<Vec<_>>(), [("name", &json!("c"))]);
    }

    #[test]
    fn much_is_clipped() {
        let heard = Heard::read(&json!({ "text": "é".repeat(1_000_000), "list": vec![1; 100_000] }));
        assert_eq!(heard.text(&["text"]).map(|text| text.chars().count()), Some(MOST_CHARS));
        assert_eq!(heard.value(&["list"]).and_then(Value::as_array).map(Vec::len), Some(MOST_MEMBERS));
    }
}
