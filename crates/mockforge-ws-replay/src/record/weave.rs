//! A text with expressions in place of some of its parts, as a template.

use std::ops::Range;

use mockforge_ws_template::literal;

/// A part of a text, and the expression that stands there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replacement {
    pub(super) at: Range<usize>,
    /// Without its braces.
    pub(super) expression: String,
}

/// Appends the template of `text`; the replacements are in order and do not overlap.
pub(super) fn weave(text: &str, replacements: &[Replacement], out: &mut String) {
    let mut from = 0;
    for Replacement { at, expression } in replacements {
        before_expression(&text[from..at.start], out);
        out.push_str("{{");
        out.push_str(expression);
        out.push_str("}}");
        from = at.end;
    }
    out.push_str(&literal(&text[from..]));
}

/// Braces and backslashes right before an expression would be read with it.
fn before_expression(piece: &str, out: &mut String) {
    let body = piece.trim_end_matches('{');
    out.push_str(&literal(body));
    if body.ends_with('\\') {
        out.push('\\');
    }
    if body.len() < piece.len() {
        out.push_str("{{\"");
        out.push_str(&piece[body.len()..]);
        out.push_str("\"}}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mockforge_ws_template::{Options, Template};
    use proptest::prelude::*;

    proptest! {
        /// Whatever stands around an expression renders as it is.
        #[test]
        fn woven_text_renders(pieces in proptest::collection::vec("[{}\\\\\"~!a é]{0,5}", 1..5)) {
            let (mut text, mut replacements) = (String::new(), Vec::new());
            for (index, piece) in pieces.iter().enumerate() {
                if index > 0 {
                    replacements.push(Replacement { at: text.len()..text.len() + 6, expression: "var.x".into() });
                    text.push_str("SECRET");
                }
                text.push_str(piece);
            }
            let mut options = Options::default();
            std::sync::Arc::make_mut(&mut options.vars).insert("x".into(), "V".into());
            let mut out = String::new();
            weave(&text, &replacements, &mut out);
            let template = Template::parse(&out, &options).unwrap();
            prop_assert_eq!(template.literal().unwrap(), text.replace("SECRET", "V"), "{}", out);
        }
    }
}
