//! RFC 9535 by `serde_json_path`, with mistakes in our own words.
//!
//! The library decides what is a path. Where it refuses one, its messages name its parser's rules, so
//! [`grammar`] reads the text again to say what was expected where.

use serde_json_path::JsonPath;

use crate::{PathError, grammar};

pub(crate) fn parse(text: &str) -> Result<JsonPath, PathError> {
    JsonPath::parse(text).map_err(|error| {
        grammar::mistake(text).unwrap_or_else(|| {
            // What the grammar allows and the library does not is a function used against its type
            // (RFC 9535, section 2.4.3).
            let at = (0..=error.position().min(text.len())).rev().find(|at| text.is_char_boundary(*at));
            PathError::new("a function here has arguments or a result of the wrong type")
                .at(at.unwrap_or(0))
                .hint("length, count and value give a value to compare; match and search stand alone")
        })
    })
}
