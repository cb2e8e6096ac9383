//! For any text at all.

use mockforge_ws_template::{JsonTemplate, Options, Template, is_plain, literal};
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
        Just("lookup "),
        Just("size "),
        Just("join "),
        Just("add "),
        Just("div "),
        Just("hexInt "),
        Just("int "),
        Just("replace "),
        Just("'(a|)'"),
        Just("'$1$$'"),
        Just("members "),
        Just("randHex "),
        Just("sine "),
        Just("'1s'"),
        Just("step "),
        Just("cycle "),
        Just("shared."),
        Just("room."),
        Just("members"),
        Just("row"),
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

    /// Recorded text comes out as it went in, by itself and inside JSON.
    #[test]
    fn any_literal(text in prop_oneof![near_template(), "[{}\\\\ ~a]{0,12}"]) {
        let mut world = World::new();
        let escaped = literal(&text);
        prop_assert_eq!(&world.render(&escaped), &text);
        let json = world.json(&json!({ "x": escaped }));
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), json!({ "x": text }));
    }

    #[test]
    fn any_near_template(text in near_template()) {
        check(&text);
    }

    #[test]
    fn any_date_format(format in "[%a-zA-Z0-9:.+_ -]{0,12}") {
        check(&format!("{{{{now '%H{format}'}}}}"));
    }

    /// Integers are calculated as those of 128 bits are, or not at all.
    #[test]
    fn any_integers(a in any::<i64>(), b in any::<i64>(), small in -3_i64..=3) {
        let mut world = World::new();
        for (a, b) in [(a, b), (a, small), (small, b)] {
            let (x, y) = (i128::from(a), i128::from(b));
            for (name, exact) in
                [("add", Some(x + y)), ("sub", Some(x - y)), ("mul", Some(x * y)), ("div", x.checked_div(y))]
            {
                let fits = exact.filter(|n| (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(n));
                let expect = fits.map_or(String::new(), |n| n.to_string());
                prop_assert_eq!(world.render(&format!("{{{{{name} {a} {b}}}}}")), expect);
            }
        }
    }

    /// Other numbers are calculated as floating point has them, but for what is no digit of theirs.
    #[test]
    fn any_numbers(a in any::<f64>(), b in -1e6_f64..1e6) {
        let mut world = World::new();
        for (a, b) in [(a, b), (b, a), (b, b)] {
            let (x, y) = (serde_json::Number::from_f64(a), serde_json::Number::from_f64(b));
            let (Some(x), Some(y)) = (x, y) else { continue };
            for (name, exact) in [("add", a + b), ("sub", a - b), ("mul", a * b), ("div", a / b)] {
                let value = world.value(&format!("{{{{{name} {x} {y}}}}}"));
                match value.as_f64() {
                    Some(value) => prop_assert!((value - exact).abs() <= exact.abs() * 1e-9 + 1e-15),
                    None => prop_assert!(!exact.is_finite()),
                }
            }
        }
    }

    /// Steps stay between their ends, and come round to the first.
    #[test]
    fn any_steps(start in -50_i64..50, by in -9_i64..=9, end in -50_i64..50) {
        let mut world = World::new();
        let text = format!("{{{{step {start} {by} {end}}}}}");
        match Template::parse(&text, &world.options) {
            Err(_) => prop_assert!(start != end && (end - start).signum() != by.signum()),
            Ok(_) => {
                let turns = if start == end { 1 } else { (end - start) / by + 1 };
                for turn in 0..=turns {
                    let expect = start + turn % turns * by;
                    prop_assert_eq!(world.render(&text), expect.to_string());
                    prop_assert!((start.min(end)..=start.max(end)).contains(&expect));
                }
            }
        }
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
