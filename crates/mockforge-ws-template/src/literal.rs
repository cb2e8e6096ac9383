//! Texts as templates that render as those texts.

use std::borrow::Cow;

use serde_json::Value;

/// The template that renders as `text`, whatever that contains: what recordings are written with.
///
/// ```
/// use mockforge_ws_template::literal;
///
/// assert_eq!(literal("hello {name}"), "hello {name}");
/// assert_eq!(literal("hello {{name}}"), r"hello \{{name}}");
/// ```
pub fn literal(text: &str) -> Cow<'_, str> {
    let mut pieces = text.split("{{").peekable();
    let mut escaped = String::new();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            if escaped.is_empty() {
                return Cow::Borrowed(text);
            }
            escaped.push_str(piece);
            break;
        }
        escaped.push_str(piece);
        // A backslash before `\{{` would escape that one: there the braces are an expression.
        escaped.push_str(if piece.ends_with('\\') { r#"\{{"{{"}}"# } else { r"\{{" });
    }
    Cow::Owned(escaped)
}

/// The same for a value of `json:`, whose strings and names are templates.
///
/// ```
/// use mockforge_ws_template::literal_value;
/// use serde_json::json;
///
/// assert_eq!(literal_value(&json!({ "{{a}}": ["{{b}}", 1] })), json!({ r"\{{a}}": [r"\{{b}}", 1] }));
/// ```
pub fn literal_value(value: &Value) -> Value {
    match value {
        Value::String(text) => literal(text).into(),
        Value::Array(elements) => elements.iter().map(literal_value).collect(),
        Value::Object(members) => {
            let member =
                |(name, value): (&String, &Value)| (literal(name).into_owned(), literal_value(value));
            Value::Object(members.iter().map(member).collect())
        }
        _ => value.clone(),
    }
}
