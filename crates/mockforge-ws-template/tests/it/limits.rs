//! No template and no message makes a rendering large or long.

use mockforge_ws_core::{Fact, Limits, Message};
use serde_json::{Value, json};

use crate::support::World;

/// Renders with a limit of 100 bytes: the first 100 of what it would be, and one fact.
#[track_caller]
fn check(text: &str, expect: &str) {
    let mut world = World::with(1, Limits { max_message_size: 100 });
    let rendered = world.render(text);
    assert_eq!(rendered, expect, "{text}");
    assert_eq!(world.facts(), [Fact::Truncated { limit: 100 }], "{text}");
}

#[test]
fn output_is_cut_at_the_limit() {
    check("{{#repeat 1000000000}}x{{/repeat}}", &"x".repeat(100));
    check(
        "{{#repeat 18446744073709551615}}{{@index}}{{/repeat}}",
        &(0..55).map(|n| n.to_string()).collect::<String>()[..100],
    );
    check("a{{#repeat 1000}}é{{/repeat}}", &format!("a{}", "é".repeat(49)));
    check(&format!("{}{{{{seq}}}}", "y".repeat(100)), &"y".repeat(100));
    check(&"z".repeat(101), &"z".repeat(100));
    check(
        "{{#repeat 100000}}{{#repeat 100000}}{{#repeat 100000}}ab{{/repeat}}{{/repeat}}{{/repeat}}",
        &"ab".repeat(50),
    );
}

#[test]
fn the_limit_counts_what_is_appended() {
    let mut world = World::with(1, Limits { max_message_size: 3 });
    let template = world.parse("{{'abc'}}{{! }}{{#if 1}}{{/if}}");
    let mut out = "before ".to_string();
    world.run(|scope, cx| template.render(scope, cx, &mut out));
    assert_eq!(out, "before abc");
    assert_eq!(world.facts(), []);
}

#[test]
fn exactly_the_limit_is_not_cut() {
    let mut world = World::with(1, Limits { max_message_size: 100 });
    assert_eq!(world.render("{{randString 100}}").len(), 100);
    assert_eq!(world.render("{{randHex 50}}").len(), 100);
    assert_eq!(world.render("{{#repeat 100}}x{{/repeat}}").len(), 100);
    assert_eq!(world.render("{{hex (randString 50)}}").len(), 100);
    assert_eq!(world.facts(), []);
}

#[test]
fn intermediate_values_are_cut_too() {
    for text in [
        "{{randString 1000000000000}}",
        "{{randHex 1000000000000}}",
        "{{randHex 51}}",
        "{{upper (randString 101)}}",
        "{{hex (hex (hex (hex (hex (randString 100))))))}}",
        "{{base64 (base64 (randString 90))}}",
        "{{json (json (json message))}}",
        "{{#if (eq (hex message) 'x')}}yes{{else}}no{{/if}}",
        "{{bytes 0 1000}}",
    ] {
        let text = text.replace("))))))}}", ")))))}}");
        let mut world = World::with(1, Limits { max_message_size: 100 });
        assert!(world.render(&text).len() <= 100, "{text}");
        assert_eq!(world.facts(), [Fact::Truncated { limit: 100 }], "{text}");
    }
}

#[test]
fn loops_that_write_nothing_end() {
    for text in ["{{#repeat 1000000000}}{{/repeat}}", "{{#repeat 1000000000}}{{! }}{{/repeat}}done"] {
        let mut world = World::new();
        world.render(text);
        assert_eq!(world.facts(), [], "an empty loop costs nothing: {text}");
    }
    for text in [
        "{{#repeat 1000000000}}{{#if false}}x{{/if}}{{/repeat}}",
        "{{#repeat 1000000000}}{{'' }}{{/repeat}}",
        "{{#repeat 1000000000}}{{#repeat 1000000000}}{{#each $.void}}{{/each}}{{/repeat}}{{/repeat}}",
    ] {
        let mut world = World::new();
        assert_eq!(world.render(text), "");
        assert_eq!(world.facts(), [Fact::Truncated { limit: 4 << 20 }], "{text}");
    }
}

#[test]
fn searching_a_large_message_in_a_loop_ends() {
    let items: Vec<Value> = (0..10_000).map(|n| json!({"n": n})).collect();
    let message = || Message::text(json!({ "items": items }).to_string());
    for text in [
        "{{#each $.items}}{{#if $.items[?@.n == 'never']}}x{{/if}}{{/each}}",
        "{{#each $.items}}{{#if (eq (upper message) 'x')}}x{{/if}}{{/each}}",
        "{{#each $.items}}{{#if (eq $ $.items)}}x{{/if}}{{/each}}",
    ] {
        let mut world = World::new().received(message());
        assert_eq!(world.render(text), "");
        assert_eq!(world.facts(), [Fact::Truncated { limit: 4 << 20 }], "{text}");
    }
    let mut world = World::new().received(message());
    assert_eq!(
        world.render("{{#each $.items}}{{#if (gt this.n 9997)}}{{this.n}} {{/if}}{{/each}}"),
        "9998 9999 "
    );
    assert_eq!(world.facts(), []);
}

#[test]
fn a_missing_value_is_reported_once_a_rendering() {
    let mut world = World::new();
    world.render("{{#repeat 100000}}{{$.nobody}}{{upper state.x}}{{/repeat}}");
    assert_eq!(world.missing(), ["$.nobody", "state.x"]);
}

#[test]
fn nodes_that_hold_each_other_are_not_copied_without_end() {
    let deep = (0..100).fold(json!("x".repeat(1000)), |inner, _| json!([inner]));
    let mut world =
        World::with(1, Limits { max_message_size: 10_000 }).received(Message::text(deep.to_string()));
    let value = world.value("{{$..*}}");
    assert!(value.to_string().len() <= 12_000, "{}", value.to_string().len());
    assert_eq!(world.facts(), [Fact::Truncated { limit: 10_000 }]);
    assert!(world.json(&json!("{{$..*}}")).len() <= 10_000);
    assert_eq!(world.facts(), [Fact::Truncated { limit: 10_000 }]);
}
