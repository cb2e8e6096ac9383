//! The same seed gives the same text, for ever: users commit seeds.

use mockforge_ws_core::Limits;
use mockforge_ws_template::{Options, Scope, Template};

use crate::support::World;

const EVERYTHING: &str = "{{uuid}} {{uuid}} {{randInt 1 100}} {{randInt -5 5}} {{randInt -9223372036854775808 9223372036854775807}} \
    {{randFloat 0 1}} {{randFloat -1 1 3}} {{randString 12}} {{oneOf 'a' 'b' 'c'}} \
    {{walk 100 0.5}} {{walk 100 0.5}} {{walk 100 0.5 'other'}} {{walk 1.0842 0.0001}} {{walk 1.0842 0.0001}} \
    {{faker.name}} {{faker.email}} {{faker.uuid}}";

fn render(seed: u64) -> String {
    World::with(seed, Limits::default()).render(EVERYTHING)
}

#[test]
fn a_seed_decides_everything() {
    assert_eq!(render(1), render(1));
    assert_ne!(render(1), render(2));
    insta::assert_snapshot!(render(1), @r#"30712d99-2cae-4375-ae2e-dd8307871101 b96cc3ea-b1a8-425a-9e2c-7bc34021636a 83 4 -7065596057353970977 0.04694690477217045 0.584 pVW3ldnfNkF5 b 100.0 100.22 100.0 1.0842 1.08421 Constance Reichel hazle@example.org bf56f0e0-5511-432f-879d-371173719694"#);
}

#[test]
fn each_occurrence_draws_its_own() {
    let mut world = World::new();
    let text = world.render("{{#repeat 50}}{{uuid}} {{/repeat}}");
    let mut drawn: Vec<_> = text.split_whitespace().collect();
    for uuid in &drawn {
        let parsed = uuid::Uuid::parse_str(uuid).unwrap();
        assert_eq!((parsed.get_version_num(), parsed.get_variant()), (4, uuid::Variant::RFC4122));
    }
    drawn.sort_unstable();
    drawn.dedup();
    assert_eq!(drawn.len(), 50);
}

#[test]
fn draws_stay_within_their_bounds() {
    let mut world = World::new();
    let mut seen = [false; 3];
    for _ in 0..200 {
        let n: i64 = world.render("{{randInt -1 1}}").parse().unwrap();
        seen[usize::try_from(n + 1).unwrap()] = true;
        let f: f64 = world.render("{{randFloat -0.5 0.25}}").parse().unwrap();
        assert!((-0.5..=0.25).contains(&f));
        let text = world.render("{{randString 5}}");
        assert!(text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert!(["x", "7"].contains(&&*world.render("{{oneOf 'x' $.id}}")));
    }
    assert_eq!(seen, [true; 3], "both ends are inclusive");
}

#[test]
fn walks_go_on_and_print_few_digits() {
    let mut world = World::new();
    assert_eq!(world.render("{{walk 100 0.5}}"), "100.0");
    let mut last = 100.0_f64;
    for _ in 0..50 {
        let text = world.render("{{walk 100 0.5}}");
        let value: f64 = text.parse().unwrap();
        assert!((value - last).abs() <= 0.51, "{last} to {value}");
        assert!(text.split_once('.').is_some_and(|(_, digits)| digits.len() <= 2), "{text}");
        last = value;
    }
    let digits = |text: String| text.split_once('.').map(|(_, digits)| digits.len());
    assert_eq!(digits(world.render("{{walk 1.0842 0.0001}}")), Some(4));
    assert!(digits(world.render("{{walk 1.0842 0.0001}}")) <= Some(5));
}

#[test]
fn each_key_of_a_stream_has_its_own_walk() {
    let mut world = World::new();
    let template = world.parse("{{walk 100 50}}");
    let mut tick = |key| {
        let mut out = String::new();
        world.run(|scope, cx| template.render(&Scope { key, ..*scope }, cx, &mut out));
        out
    };
    assert_eq!([tick(Some("A")), tick(Some("B")), tick(None)], ["100.0", "100.0", "100.0"]);
    assert_ne!(tick(Some("A")), "100.0");
}

#[test]
fn each_key_of_a_stream_counts_by_itself() {
    let mut world = World::new();
    let mut tick = |key| world.render_in("{{seq}}{{seq 'a'}}{{seq 'a'}}", |scope| scope.key = key);
    assert_eq!([tick(Some("A")), tick(Some("A")), tick(Some("B")), tick(None)], ["112", "234", "112", "112"]);
    assert_eq!(tick(Some("B")), "234");
    assert_eq!(tick(Some("")), "112");
}

#[test]
fn every_faker_name_is_known() {
    let names = "uuid email name address phone company url ip color word sentence paragraph firstName lastName \
        username city country zip postcode street state latitude longitude creditCard currency isbn";
    for name in names.split_whitespace() {
        for spelling in [name.to_string(), name.to_uppercase()] {
            let text = format!("{{{{faker.{spelling}}}}}");
            assert!(!World::new().render(&text).is_empty(), "{text}");
        }
    }
    assert!(Template::parse("{{faker.first_name}}", &Options::default()).is_ok());
}
