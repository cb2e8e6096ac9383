//! Which texts a route or a passthrough takes.

use mockforge_ws_core::{Captures, Inbound, Message};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_jsonpath::Path;
use mockforge_ws_match::{Dialect, Pattern};
use serde_json::{Value, json};

use crate::{HandlerError, HandlerResult};

/// What a text has to be. Compiled once; a clone is cheap.
///
/// ```
/// use mockforge_ws_handlers::MessagePattern;
///
/// # fn main() -> mockforge_ws_handlers::HandlerResult<()> {
/// assert!(MessagePattern::regex("^/join (.+)$")?.matches("/join lobby"));
/// assert!(MessagePattern::jsonpath("$.user.id").matches(r#"{"user":{"id":7}}"#));
/// assert!(!MessagePattern::exact("ping").matches("ping!"));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub enum MessagePattern {
    /// A regex (syntax of the `regex` crate) is found in the text.
    Regex(RegexPattern),
    /// The text is JSON in which a path (RFC 9535) selects something.
    JsonPath(JsonPathPattern),
    /// The text is this one.
    Exact(String),
    /// Every text.
    Any,
}

/// A compiled regex.
#[derive(Debug, Clone)]
pub struct RegexPattern(Pattern);

/// A compiled JSONPath, or what is wrong with it: then it takes nothing.
#[derive(Debug, Clone)]
pub struct JsonPathPattern {
    query: String,
    path: Result<Path, String>,
}

impl MessagePattern {
    /// A regex.
    ///
    /// # Errors
    /// Where it is none, with the column.
    ///
    /// ```
    /// use mockforge_ws_handlers::MessagePattern;
    ///
    /// let error = MessagePattern::regex("[a-").unwrap_err();
    /// assert!(error.to_string().starts_with("Pattern error: "), "{error}");
    /// ```
    pub fn regex(pattern: &str) -> HandlerResult<Self> {
        let compiled = Pattern::parse(&json!({ "regex": pattern }), Dialect::default());
        Ok(Self::Regex(RegexPattern(compiled.map_err(|problems| wrong(&problems))?)))
    }

    /// A JSONPath. One that is none takes nothing; [`check`](Self::check) says what is wrong with it.
    pub fn jsonpath(query: &str) -> Self {
        let path = Path::parse(query, Dialect::default());
        Self::JsonPath(JsonPathPattern {
            query: query.to_string(),
            path: path.map_err(|error| error.to_string()),
        })
    }

    /// This text and no other.
    pub fn exact(text: &str) -> Self {
        Self::Exact(text.to_string())
    }

    /// Every text.
    pub fn any() -> Self {
        Self::Any
    }

    /// Whether the pattern can take anything.
    ///
    /// # Errors
    /// For a JSONPath that is none.
    ///
    /// ```
    /// use mockforge_ws_handlers::MessagePattern;
    ///
    /// let error = MessagePattern::jsonpath("$.a[").check().unwrap_err();
    /// assert!(error.to_string().contains("`$.a[`"), "{error}");
    /// ```
    pub fn check(&self) -> HandlerResult<()> {
        match self {
            Self::JsonPath(JsonPathPattern { query, path: Err(reason) }) => {
                Err(HandlerError::PatternError(format!("`{query}` is no JSONPath: {reason}")))
            }
            _ => Ok(()),
        }
    }

    /// Whether it takes this text.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Regex(RegexPattern(pattern)) => pattern.is_match(&inbound(text)),
            Self::JsonPath(JsonPathPattern { path, .. }) => {
                path.as_ref().is_ok_and(|path| parsed(text).is_some_and(|value| path.exists(&value)))
            }
            Self::Exact(wanted) => wanted == text,
            Self::Any => true,
        }
    }

    /// What a JSONPath selects first in a text; `None` where the text is no JSON, the path none, or
    /// nothing is selected.
    ///
    /// ```
    /// use mockforge_ws_handlers::MessagePattern;
    ///
    /// let id = MessagePattern::any().extract(r#"{"user":{"id":7}}"#, "$.user.id");
    /// assert_eq!(id, Some(7.into()));
    /// ```
    pub fn extract(&self, text: &str, query: &str) -> Option<Value> {
        let value = parsed(text)?;
        match self {
            Self::JsonPath(own) if own.query == query => own.path.as_ref().ok()?.first(&value).cloned(),
            _ => Path::parse(query, Dialect::default()).ok()?.first(&value).cloned(),
        }
    }

    /// The groups of a regex that takes this text; `None` where it does not, or is no regex.
    ///
    /// ```
    /// use mockforge_ws_handlers::MessagePattern;
    ///
    /// # fn main() -> mockforge_ws_handlers::HandlerResult<()> {
    /// let groups = MessagePattern::regex("^/join (?<room>.+)$")?.captures("/join lobby").unwrap();
    /// assert_eq!((groups.get(1), groups.name("room")), (Some("lobby"), Some("lobby")));
    /// # Ok(()) }
    /// ```
    pub fn captures(&self, text: &str) -> Option<Captures> {
        match self {
            Self::Regex(RegexPattern(pattern)) => pattern.matches(&inbound(text)),
            Self::JsonPath(_) | Self::Exact(_) | Self::Any => None,
        }
    }
}

fn inbound(text: &str) -> Inbound {
    Inbound::new(Message::text(text))
}

fn parsed(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn wrong(problems: &[Problem]) -> HandlerError {
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    HandlerError::PatternError(problems.join("; "))
}
