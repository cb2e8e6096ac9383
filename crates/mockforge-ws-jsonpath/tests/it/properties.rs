//! No text and no message does harm, in either dialect.

use mockforge_ws_jsonpath::{Dialect, Path};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Texts that come near to being paths, with a character of several bytes among theirs.
const NEAR_PATHS: &str =
    r#"(\$|@|\.|\.\.|\*|\[|\]|\(|\)|\?|'|"|\\|,|:|=|<|!|&|\||~| |a|b|0|1|-|e9|é|length|match\(){0,14}"#;

fn check(text: &str, message: &Value) {
    for dialect in Dialect::ALL {
        match Path::parse(text, dialect) {
            Ok(path) => {
                let nodes = path.query(message);
                assert_eq!(path.first(message), nodes.first().copied(), "{text}");
                assert_eq!(path.exists(message), !nodes.is_empty(), "{text}");
            }
            Err(error) => {
                assert!(!error.message.is_empty() && !error.message.contains('\n'), "{text}: {error}");
                assert!(error.offset.is_none_or(|offset| text.is_char_boundary(offset)), "{text}: {error}");
            }
        }
    }
}

proptest! {
    #[test]
    fn near_paths(text in NEAR_PATHS) {
        let message = json!({ "a": [{ "b": 1 }, [0, "x"], "é"], "b": { "a": null } });
        check(&text, &message);
        check(&format!("${text}"), &message);
        check(&format!("$.a[?(@.{text})]"), &message);
        check(&format!("$[?{text}]"), &message);
    }

    #[test]
    fn any_text(text in any::<String>()) {
        check(&text, &json!([1]));
        check(&format!("$['{text}']"), &json!([1]));
    }
}

/// A string that is never closed once cut a character in two.
#[test]
fn unclosed_strings_with_wide_characters() {
    for text in ["$['é", "$[\"", "$['\\'", "$['\\é", "'¡"] {
        check(text, &json!({}));
    }
}
