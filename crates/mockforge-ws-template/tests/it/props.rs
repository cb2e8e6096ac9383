//! For any text at all.

use mockforge_ws_template::{JsonTemplate, Options, Template, is_plain};
use proptest::prelude::*;
use serde_json::json;

use crate::support::World;

/// Texts that are close to templates.
fn near_template() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{{"),
        Just("}}"),
        Just("{{{"),
        Just("}}}"),
        Just("\\"),
        Just("~"),
        Just("!--"),
        Just("--"),
        Just("#if "),
        Just("/if"),
        Just("else"),
        Just("#each "),
        Just("/each"),
        Just("#repeat "),
        Just("/repeat"),
        Just("("),
        Just(")"),
        Just("\""),
        Just("'"),
        Just("["),
        Just("]"),
        Just("|"),
        Just(" as |x i|"),
        Just("$"),
        Just(".a"),
        Just("[?@.n>1]"),
        Just("..*"),
        Just("uuid"),
        Just("now"),
        Just("+1h"),
        Just("-"),
        Just(" \"%Y%"),
        Just("randInt "),
        Just("1"),
        Just("3"),
        Just(" "),
        Just("this"),
        Just("../"),
        Just("@index"),
        Just("json "),
        Just("default "),
        Just("state.user"),
        Just("var."),
        Just("faker."),
        Just("\n"),
        Just("é"),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn check(text: &str) {
    let mut world = World::new();
    match Template::parse(text, &world.options) {
        Ok(template) => {
            assert_eq!(template.to_string(), text);
            let again = Template::parse(&template.to_string(), &world.options).unwrap();
            let render = |template: &Template| {
                let mut world = World::new();
                let mut out = String::new();
                world.run(|scope, cx| template.render(scope, cx, &mut out));
                out
            };
            assert_eq!(render(&template), render(&again));
            if let Some(literal) = template.literal() {
                assert_eq!(render(&template), literal);
            }
            let json = world.json(&json!({ "x": text, text: [text] }));
            serde_json::from_str::<serde_json::Value>(&json)
                .unwrap_or_else(|error| panic!("{error}: {json}"));
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                let span = problem.span.expect("a template's problems have a place");
                assert!(span.start < span.end, "{span:?} {}", problem.message);
                assert!(text.get(span.clone()).is_some(), "{span:?} {}", problem.message);
            }
            JsonTemplate::parse(&json!(text), &world.options).unwrap_err();
        }
    }
    if is_plain(text) {
        assert_eq!(Template::parse(text, &world.options).unwrap().literal(), Some(text));
    }
    let off = Options { expand: false, ..Options::default() };
    assert_eq!(Template::parse(text, &off).unwrap().literal(), Some(text));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_tag(inner in "\\PC{0,40}") {
        check(&format!("a{{{{{inner}}}}}b"));
    }

    #[test]
    fn any_near_template(text in near_template()) {
        check(&text);
    }

    #[test]
    fn any_date_format(format in "[%a-zA-Z0-9:.+_ -]{0,12}") {
        check(&format!("{{{{now '%H{format}'}}}}"));
    }

    #[test]
    fn text_without_braces_is_literal(text in "[^{]*") {
        let template = Template::parse(&text, &Options::default()).unwrap();
        prop_assert_eq!(template.literal(), Some(&*text));
    }

    #[test]
    fn escaped_text_is_literal(text in "[^{\\\\]*") {
        let template = Template::parse(&format!("\\{{{{{text}"), &Options::default()).unwrap();
        let expect = format!("{{{{{text}");
        prop_assert_eq!(template.literal(), Some(&*expect));
    }
}
