//! Where a script is augmented: lines by their label, the type of their message, or what their message is.

use std::fmt;

use mockforge_ws_core::Inbound;
use mockforge_ws_diagnostic::{Key, Problem};
use mockforge_ws_match::{Dialect, Pattern};
use serde_json::{Value, json};

/// What chooses lines of a script.
///
/// | written | chooses lines |
/// |---|---|
/// | `label:welcome` | with that label |
/// | `type:user_message` | with a JSON message that has that `type` |
/// | `user_message` | with that type or that label |
/// | `$.price`, `$[?@.qty > 5]` | with a JSON message in which the JSONPath (RFC 9535) selects something |
/// | `/^ack \d+$/` | with a message in whose text the regex is found |
///
/// Messages are looked at as they stand in the script, templates unrendered. Binary ones have neither type nor text.
#[derive(Debug, Clone)]
pub struct Point {
    written: String,
    chooses: Chooses,
}

#[derive(Debug, Clone)]
enum Chooses {
    Label(String),
    Message(Pattern),
    Either(String, Pattern),
}

impl Point {
    /// Reads a point.
    ///
    /// # Errors
    /// Where it is empty, where its JSONPath or regex is none, and where a word looks like a regex without slashes.
    ///
    /// ```
    /// use mockforge_ws_ai::Point;
    ///
    /// assert_eq!(Point::parse("type:trade").unwrap().to_string(), "type:trade");
    ///
    /// let problem = Point::parse("^ack").unwrap_err();
    /// assert_eq!(problem.message, "`^` can't be in a label or a type, expected of a word like `user_message`");
    /// assert_eq!(problem.hint.as_deref(), Some("write `/^ack/` for a regex, `label:^ack` for a label"));
    /// ```
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let written = text.trim();
        let chooses = if let Some(label) = written.strip_prefix("label:") {
            Chooses::Label(named("label", label)?)
        } else if let Some(kind) = written.strip_prefix("type:") {
            Chooses::Message(of_type(&named("type", kind)?)?)
        } else if written.starts_with('$') {
            Chooses::Message(first(Pattern::parse_str(written, Dialect::default()))?)
        } else if let Some(rest) = written.strip_prefix('/') {
            let regex = rest.strip_suffix('/').filter(|regex| !regex.is_empty()).ok_or_else(|| {
                Problem::new(format!("`{written}` is no regex between slashes")).hint("as in `/^ack/`")
            })?;
            Chooses::Message(first(Pattern::parse(&json!({ "regex": regex }), Dialect::default()))?)
        } else {
            let word = word(written)?;
            Chooses::Either(word.to_string(), of_type(word)?)
        };
        Ok(Self { written: written.to_string(), chooses })
    }

    /// Whether it chooses a line with this label and this message.
    pub(super) fn chooses(&self, label: Option<&str>, message: Option<&Inbound>) -> bool {
        let is_label = |name: &String| label == Some(name);
        let is_match = |pattern: &Pattern| message.is_some_and(|message| pattern.is_match(message));
        match &self.chooses {
            Chooses::Label(name) => is_label(name),
            Chooses::Message(pattern) => is_match(pattern),
            Chooses::Either(name, pattern) => is_label(name) || is_match(pattern),
        }
    }

    /// The label or type that it names, where it names one.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.chooses {
            Chooses::Label(name) | Chooses::Either(name, _) => Some(name),
            Chooses::Message(_) => self.written.strip_prefix("type:"),
        }
    }
}

/// As it was written.
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

fn named(what: &str, name: &str) -> Result<String, Problem> {
    match name.trim() {
        "" => {
            Err(Problem::new(format!("`{what}:` is without a name")).hint(format!("as in `{what}:welcome`")))
        }
        name => Ok(name.to_string()),
    }
}

fn word(text: &str) -> Result<&str, Problem> {
    let hint = "`label:NAME`, `type:NAME`, a word that is one of them, a JSONPath (`$.price`) or a `/regex/`";
    if text.is_empty() {
        return Err(Problem::new("an augmentation point is empty").hint(format!("expected {hint}")));
    }
    match text.chars().find(|c| "^$*+?()[]{}|\\\"".contains(*c)) {
        None => Ok(text),
        Some(c) => {
            let problem = Problem::new(format!(
                "`{c}` can't be in a label or a type, expected of a word like `user_message`"
            ));
            Err(problem.hint(format!("write `/{text}/` for a regex, `label:{text}` for a label")))
        }
    }
}

fn of_type(kind: &str) -> Result<Pattern, Problem> {
    first(Pattern::parse(&json!({ "jsonpath": "$.type", "equals": Value::from(kind) }), Dialect::default()))
}

/// The first mistake, without the way to it: a point is one text.
fn first(pattern: Result<Pattern, Vec<Problem>>) -> Result<Pattern, Problem> {
    pattern.map_err(|problems| {
        let first = problems.into_iter().next().unwrap_or_else(|| Problem::new("this is no pattern"));
        Problem { path: Vec::<Key>::new(), span: None, ..first }
    })
}

#[cfg(test)]
mod tests {
    use mockforge_ws_core::Message;

    use super::*;

    #[test]
    fn lines_are_chosen() {
        let json = r#"{"type":"trade","price":101,"sym":"{{oneOf \"A\" \"B\"}}"}"#;
        for (point, label, message, expect) in [
            ("label:top", Some("top"), None, true),
            ("label:top", Some("tops"), None, false),
            ("label:trade", None, Some(json), false),
            ("label: a ^ b ", Some("a ^ b"), None, true),
            ("type:trade", None, Some(json), true),
            ("type:trade", Some("trade"), Some("trade"), false),
            ("trade", None, Some(json), true),
            ("trade", Some("trade"), None, true),
            ("trade", Some("x"), Some(r#"{"type":"quote"}"#), false),
            ("$.price", None, Some(json), true),
            ("$[?@ == 'quote']", None, Some(json), false),
            ("$", None, Some("no json"), false),
            ("/^hel+o/", None, Some("hello you"), true),
            (r"/\{\{oneOf/", None, Some(json), true),
            ("/a/b/", None, Some("a/b"), true),
            ("/^$/", None, None, false),
        ] {
            let parsed = Point::parse(point).unwrap();
            let message = message.map(|text| Inbound::new(Message::text(text)));
            assert_eq!(parsed.chooses(label, message.as_ref()), expect, "{point} {label:?} {message:?}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (point, expect) in [
            ("", "an augmentation point is empty"),
            ("label:", "`label:` is without a name"),
            ("type: ", "`type:` is without a name"),
            ("/ack", "`/ack` is no regex between slashes"),
            ("//", "`//` is no regex between slashes"),
            ("/(/", "regex, column 1: this group is never closed with `)`"),
            ("a|b", "`|` can't be in a label or a type"),
        ] {
            let problem = Point::parse(point).unwrap_err();
            assert!(problem.message.starts_with(expect), "{point}: {problem}");
            assert!(problem.path.is_empty());
        }
        assert!(Point::parse("$.a[").is_err() && Point::parse("$a").is_err());
    }
}
