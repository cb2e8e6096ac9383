//! The pattern language's front door.

use std::fmt;
use std::sync::Arc;

use mockforge_ws_core::{Captures, Inbound};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_jsonpath::Dialect;
use serde_json::Value;

use crate::near_miss::{NearMiss, explain};
use crate::node::Node;
use crate::parse::{parse, spec_text};
use crate::shadow::shadows;

/// What a message has to be, compiled once; clones share it.
///
/// Only data messages match: a pattern never takes a ping, a pong or a close, and `not` does not change
/// that. Patterns about text (regexes, `exact`, `contains`, `prefix`, and all that look at JSON) match no
/// binary message; `binary` matches no text message.
///
/// Displays as it was written, an object as JSON; [`parse_arg`](Self::parse_arg) reads that back.
///
/// ```
/// use mockforge_ws_core::{Inbound, Message};
/// use mockforge_ws_jsonpath::Dialect;
/// use mockforge_ws_match::Pattern;
/// use serde_json::json;
///
/// let buy = json!({ "jsonpath": "$.symbol", "equals": "AAPL" });
/// let buy = Pattern::parse(&buy, Dialect::default()).map_err(|problems| problems[0].clone())?;
/// assert!(buy.is_match(&Inbound::new(Message::text(r#"{"symbol":"AAPL"}"#))));
///
/// let other = Inbound::new(Message::text(r#"{"symbol":"aapl"}"#));
/// assert_eq!(buy.explain(&other).as_deref(), Some("$.symbol: wanted AAPL, got aapl"));
/// # Ok::<(), mockforge_ws_diagnostic::Problem>(())
/// ```
#[derive(Clone)]
pub struct Pattern {
    inner: Arc<Inner>,
}

struct Inner {
    spec: Value,
    node: Node,
}

impl Pattern {
    /// Compiles a text or an object of the pattern language. JSONPaths are read in `dialect`.
    ///
    /// # Errors
    /// All mistakes, each with the way to the value that it is about and, in a text, the bytes.
    pub fn parse(spec: &Value, dialect: Dialect) -> Result<Self, Vec<Problem>> {
        let node = parse(spec, dialect)?;
        Ok(Self { inner: Arc::new(Inner { spec: spec.clone(), node }) })
    }

    /// Compiles a text: a JSONPath where it begins with `$.` or `$[` or is `$`, a regex otherwise.
    ///
    /// # Errors
    /// Where it is neither, with the bytes.
    ///
    /// ```
    /// use mockforge_ws_jsonpath::Dialect;
    /// use mockforge_ws_match::Pattern;
    ///
    /// let problems = Pattern::parse_str("^ack(", Dialect::default()).unwrap_err();
    /// assert_eq!(problems[0].message, "regex, column 5: this group is never closed with `)`");
    /// assert_eq!(problems[0].span, Some(4..5));
    /// ```
    pub fn parse_str(text: &str, dialect: Dialect) -> Result<Self, Vec<Problem>> {
        Self::parse(&Value::String(text.to_string()), dialect)
    }

    /// As [`parse_str`](Self::parse_str), but a text that begins with `{`, which no regex does, is an object
    /// of the language written as JSON: for command lines, where there is nothing but text.
    ///
    /// # Errors
    /// As the others, and where the JSON is broken.
    ///
    /// ```
    /// use mockforge_ws_jsonpath::Dialect;
    /// use mockforge_ws_match::Pattern;
    ///
    /// let pattern = Pattern::parse_arg(r#"{"type":"binary"}"#, Dialect::default()).unwrap();
    /// assert_eq!(pattern.to_string(), r#"{"type":"binary"}"#);
    /// ```
    pub fn parse_arg(text: &str, dialect: Dialect) -> Result<Self, Vec<Problem>> {
        if !text.starts_with('{') {
            return Self::parse_str(text, dialect);
        }
        let spec: Value = serde_json::from_str(text).map_err(|error| {
            let line =
                text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
            let at = (line + error.column().saturating_sub(1)).min(text.len());
            let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let problem = Problem::new(format!(
                "a pattern that begins with `{{` is JSON, which is broken in column {}",
                error.column()
            ));
            vec![
                problem
                    .at(at..text[at..].chars().next().map_or(at, |c| at + c.len_utf8()))
                    .hint(r"write `\{` for a regex"),
            ]
        })?;
        Self::parse(&spec, dialect)
    }

    /// What the regexes of the pattern found in a message that it matches; nothing where there is no regex.
    /// `None` where the message does not match.
    ///
    /// By number there are the groups of the first regex that took part. By name there are those of all that
    /// did: of the regexes in `all`, whether they look at the text or at a value of its JSON, each adds its
    /// named groups, and where two have the same name the first counts. Of `any`, the first alternative that
    /// matches takes part.
    ///
    /// ```
    /// use mockforge_ws_core::{Inbound, Message};
    /// use mockforge_ws_jsonpath::Dialect;
    /// use mockforge_ws_match::Pattern;
    /// use serde_json::json;
    ///
    /// let spec = json!({ "all": [
    ///     { "jsonpath": "$.op", "matches": "^sub:(\\w+)$" },
    ///     { "jsonpath": "$.user", "matches": "^(?<name>\\w+)@(?<host>.+)$" },
    /// ] });
    /// let pattern = Pattern::parse(&spec, Dialect::default()).unwrap();
    /// let message = Inbound::new(Message::text(r#"{"op":"sub:trades","user":"ann@example.org"}"#));
    /// let captures = pattern.matches(&message).unwrap();
    /// assert_eq!((captures.get(0), captures.get(1)), (Some("sub:trades"), Some("trades")));
    /// assert_eq!((captures.name("name"), captures.name("host")), (Some("ann"), Some("example.org")));
    /// ```
    pub fn matches(&self, message: &Inbound) -> Option<Captures> {
        if message.is_data() { self.inner.node.captures(message).map(Captures::from) } else { None }
    }

    /// Whether a message matches. Groups are not looked for, so it is cheaper than
    /// [`matches`](Self::matches).
    pub fn is_match(&self, message: &Inbound) -> bool {
        message.is_data() && self.inner.node.is_match(message)
    }

    /// Why a message does not match, in one line; `None` where it does.
    pub fn explain(&self, message: &Inbound) -> Option<String> {
        self.near_miss(message).map(|miss| miss.text)
    }

    /// As [`explain`](Self::explain), with a score, by which the nearest of many messages can be told.
    pub fn near_miss(&self, message: &Inbound) -> Option<NearMiss> {
        if self.is_match(message) { None } else { Some(explain(&self.inner.node, message)) }
    }

    /// Whether it is certain that this pattern matches every message that `later` matches, so that in a list
    /// where it comes first `later` is never reached.
    ///
    /// `false` says nothing: of most pairs it can't be told. What is told are patterns that say the same, a
    /// regex that is found in every text, `{type: …}`, texts and bytes that are part of one another, a regex
    /// that is found in a text that the other wants, a JSONPath that the other goes on from, tests of the same
    /// value that are as strict or stricter, JSON that has the other's JSON, and all of these within `all`,
    /// `any` and `not`.
    ///
    /// ```
    /// use mockforge_ws_jsonpath::Dialect;
    /// use mockforge_ws_match::Pattern;
    ///
    /// let pattern = |text| Pattern::parse_arg(text, Dialect::default()).unwrap();
    /// assert!(pattern(".*").shadows(&pattern("^ping$")));
    /// assert!(pattern("^cmd").shadows(&pattern("^cmd_17 (\\w+)$")));
    /// assert!(pattern("$.user").shadows(&pattern(r#"{"jsonpath":"$.user.id","gt":5}"#)));
    /// assert!(!pattern("^ping$").shadows(&pattern(".*")));
    /// ```
    pub fn shadows(&self, later: &Self) -> bool {
        shadows(self.node(), later.node())
    }

    /// Whether it is certain that only JSON matches: a JSONPath, `json` or `schema`, an `all` with one of
    /// these, an `any` of nothing else.
    ///
    /// ```
    /// use mockforge_ws_jsonpath::Dialect;
    /// use mockforge_ws_match::Pattern;
    ///
    /// let pattern = |text| Pattern::parse_arg(text, Dialect::default()).unwrap();
    /// assert!(pattern("$.id").is_json());
    /// assert!(pattern(r#"{"all":["^.{0,99}$",{"json":{"op":"sub"}}]}"#).is_json());
    /// assert!(!pattern("^\\{").is_json());
    /// ```
    pub fn is_json(&self) -> bool {
        self.node().is_json()
    }

    /// The pattern as it was written.
    pub fn spec(&self) -> &Value {
        &self.inner.spec
    }

    pub(crate) fn node(&self) -> &Node {
        &self.inner.node
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&spec_text(&self.inner.spec))
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.inner.spec).finish()
    }
}
