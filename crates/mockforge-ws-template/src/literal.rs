//! Texts as templates that render as those texts.

use std::borrow::Cow;

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
