//! A regex and a template in the place of its matches.

use mockforge_ws_core::{Fact, Limits};
use mockforge_ws_template::{Options, Substitution};
use proptest::prelude::*;

use crate::support::World;

fn apply(world: &mut World, regex: &str, with: &str, text: &str) -> Option<String> {
    let substitution = Substitution::parse(regex, with, &world.options);
    let substitution = substitution.unwrap_or_else(|problems| panic!("{regex} {with}: {problems:#?}"));
    world.run(|scope, cx| substitution.apply(text, scope, cx))
}

#[test]
fn groups_and_templates_stand_side_by_side() {
    let check = |regex: &str, with: &str, text: &str, expect: Option<&str>| {
        assert_eq!(apply(&mut World::new(), regex, with, text).as_deref(), expect, "{regex} {with} {text}");
    };
    check(r"secret-(\w+)", "public-$1", "a secret-x, b secret-y", Some("a public-x, b public-y"));
    check("(?<k>[a-z]+)=(?<v>[0-9]+)", "${v}=$k$$", "a=1 b=2", Some("1=a$ 2=b$"));
    check("b", "", "abcb", Some("ac"));
    check("nothing", "x", "abc", None);
    check("^", "> ", "line", Some("> line"));
    check("b(x)?", "[$1]", "abc", Some("a[]c"));
    // A dollar of a path is no group, nor is one in quotes, and so is none in a value.
    check("b", "{{$.name}}:$0:{{state.said}}", "abc", Some("abob:b:3c"));
    check("b", "{{default $.nothing \"$1 }} $0\"}}$0", "abc", Some("a$1 }} $0bc"));
    check("(b)", r"{{replace 'x' 'x' '$$1'}}$1", "abc", Some("a$1bc"));
    // All matches have the same rendering.
    check("[ab]", "{{seq}}", "ab", Some("11"));
    check("b", r"\{{$0}} \\{{$.id}}", "b", Some(r"{{b}} \7"));
    check("b", "{{#if $.yes}}yes{{/if}}$0", "b", Some("yesb"));
    check("b", "{{{$.id}}}$0", "b", Some("7b"));
}

#[test]
fn mistakes_have_their_places() {
    let check = |regex: &str, with: &str, expect: &[&str]| {
        let problems = Substitution::parse(regex, with, &Options::default()).expect_err("it is wrong");
        let told: Vec<_> =
            problems.iter().map(|one| format!("{:?} {:?} {one}", one.path, one.span)).collect();
        for (told, expect) in told.iter().zip(expect) {
            assert!(told.starts_with(expect), "{told}\nshould begin with\n{expect}");
        }
        assert_eq!(told.len(), expect.len(), "{told:#?}");
    };
    check("a(", "{{uid}}", &[r#"[Name("regex")] Some(1..2) no regex: unclosed group"#]);
    check("(a)", "é $2", &[r#"[Name("with")] Some(3..5) the regex has no group `2`"#]);
    check("(a)", "{{uuid}} $b", &[r#"[Name("with")] Some(9..11) the regex has no group `b`"#]);
    check("(a)", "é $1 {{uid}}", &[r#"[Name("with")] Some(8..11) no such"#]);
    check("(a)", "$$ {{uid}}", &[r#"[Name("with")] Some(5..8) no such"#]);
    check("(a)", "{{uid}} $$ {{uid}}", &[r#"[Name("with")] None no such"#, r#"[Name("with")] None no such"#]);
    check("(a)", "{{#if $.x}}$1{{/if}}", &[r#"[Name("with")]"#, r#"[Name("with")]"#]);
    check("(a)", "{{$.x", &[r#"[Name("with")]"#]);
}

#[test]
fn the_limits_hold() {
    let mut world = World::with(1, Limits { max_message_size: 100 });
    let long = apply(&mut world, "a", "aaaa", &"a".repeat(90)).unwrap();
    assert_eq!((long, world.facts()), ("a".repeat(100), vec![Fact::Truncated { limit: 100 }]));

    // Each match looks at all that is left: with no bound, this would be a million million steps.
    let mut world = World::new();
    let cut = apply(&mut world, "a(.*b)?", "x", &"a".repeat(1 << 20)).unwrap();
    assert!(cut.len() < 1 << 20);
    assert_eq!(world.facts(), [Fact::Truncated { limit: Limits::default().max_message_size }]);
}

#[test]
fn without_expansion_braces_are_text() {
    let mut world = World::new();
    world.options.expand = false;
    assert_eq!(apply(&mut world, "(b)", "{{$1}}", "b").as_deref(), Some("{{b}}"));
}

proptest! {
    /// No text does harm, and what has neither dollars nor braces stands as it is.
    #[test]
    fn any_text(with in r#"(\$|\{\{|\}\}|\\|"|'|1|a|é| |#if |/if|\$\{){0,12}"#, text in "[ab]{0,6}") {
        let mut world = World::new();
        if let Ok(substitution) = Substitution::parse("(a)", &with, &world.options) {
            let done = world.run(|scope, cx| substitution.apply(&text, scope, cx));
            prop_assert_eq!(done.is_some(), text.contains('a'));
            if let Some(done) = done.filter(|_| !with.contains(['$', '{'])) {
                prop_assert_eq!(done, text.replace('a', &with));
            }
        }
    }
}
