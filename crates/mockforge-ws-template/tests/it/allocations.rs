//! Rendering allocates nothing that it need not.

use crate::support::World;

/// The template of the specification.
const TEMPLATE: &str = "session {{uuid}} at {{now}} n={{randInt 1 100}}";

#[test]
fn a_rendering_allocates_at_most_once() {
    let mut world = World::new();
    let template = world.parse(TEMPLATE);
    let mut reused = String::new();
    world.run(|scope, cx| template.render(scope, cx, &mut reused));
    world.run(|scope, cx| {
        let fresh = allocation_counter::measure(|| {
            let mut out = String::new();
            template.render(scope, cx, &mut out);
            assert_eq!(out.len(), reused.len().max(out.len()));
        });
        assert_eq!(fresh.count_total, 1, "into a new string");
        let again = allocation_counter::measure(|| {
            for _ in 0..10 {
                reused.clear();
                template.render(scope, cx, &mut reused);
            }
        });
        assert_eq!(again.count_total, 0, "into a string that is reused");
    });
}

#[test]
fn values_of_the_connection_are_not_copied() {
    let mut world = World::new();
    let template =
        world.parse("{{shared.total}} {{row.name}} {{row.n}} {{elapsed}} {{state.user.name}} {{seq}} {{now '%F %.3f'}} {{now.unixMs}} {{capture.1}} {{key}}");
    let mut out = String::with_capacity(1000);
    world.run(|scope, cx| {
        template.render(scope, cx, &mut out);
        let counted = allocation_counter::measure(|| template.render(scope, cx, &mut out));
        assert_eq!(counted.count_total, 0);
    });
    assert!(out.ends_with("eve 2 2024-01-15 .125 1705314600125 42 AAPL"), "{out}");
}

#[test]
fn a_literal_is_given_as_it_is() {
    let world = World::new();
    let template = world.parse("plain text");
    let counted = allocation_counter::measure(|| {
        assert_eq!(template.literal(), Some("plain text"));
        let _shared = template.clone();
    });
    assert_eq!(counted.count_total, 0);
}
