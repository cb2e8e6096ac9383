//! What a scope and the connections around offer: rooms, rows, streams, the sender, the error.

use std::time::Duration;

use mockforge_ws_template::Scope;
use serde_json::json;

use crate::support::World;

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expect) in cases {
        let mut world = World::new();
        assert_eq!(world.render(text), *expect, "{text}");
        assert_eq!(world.facts(), [], "{text}");
    }
}

#[test]
fn shared_variables() {
    check(&[
        ("{{shared.total}} {{shared.scores.ann.1}} {{shared['total']}}", "12 2 12"),
        ("{{shared}}", r#"{"total":12,"scores":{"ann":[1,2]}}"#),
        ("{{#each shared.scores}}{{@key}}={{this}}{{/each}}", "ann=[1,2]"),
        ("{{#if shared.nobody}}a{{else}}b{{/if}}", "b"),
    ]);
    let mut world = World::new();
    assert_eq!(world.render("<{{shared.nobody}}{{shared.total.x}}{{upper shared.x}}>"), "<>");
    assert_eq!(world.missing(), ["shared.nobody", "shared.total.x", "shared.x"]);
    assert_eq!(World::new().value("{{shared.scores}}"), json!({"ann": [1, 2]}));
    assert_eq!(World::new().json(&json!(["{{shared.total}}"])), "[12]");
}

#[test]
fn rows() {
    check(&[
        ("{{row.name}} {{row.n}} {{row.list.1}} {{row.list[0]}}", "first row 1 y x"),
        ("{{row}}", r#"{"name":"first row","n":1,"list":["x","y"]}"#),
        ("{{#each $.list as |row|}}{{row}}{{/each}}", "123"),
    ]);
    assert_eq!(World::new().value("{{row.n}}"), json!(1));
    let mut world = World::new();
    assert_eq!(world.render("{{row.nobody}}"), "");
    assert_eq!(world.render_in("{{row}}{{row.n}}", |scope| scope.row = None), "");
    assert_eq!(world.missing(), ["row.nobody", "row", "row.n"]);
}

#[test]
fn the_connection() {
    check(&[
        ("{{connection.id}} {{connection.number}} {{connection[id]}}", "/chat/{id}#1 1 /chat/{id}#1"),
        ("{{elapsed}} {{sender}}", "0 /chat/{id}#1"),
    ]);
    assert_eq!(World::new().value("{{connection.number}}"), json!(1));
    let mut world = World::new();
    world.elapsed = Duration::from_micros(1_234_999);
    assert_eq!(world.value("{{elapsed}}"), json!(1234));
    assert_eq!(world.render("{{elapsed}}"), "1234");
}

#[test]
fn who_sent_it_and_what_went_wrong() {
    let mut world = World::new();
    let text = "{{sender}}: {{error}}";
    let change = |scope: &mut Scope<'_>| (scope.sender, scope.error) = (Some("ann"), Some("no \"JSON\""));
    assert_eq!(world.render_in(text, change), "ann: no \"JSON\"");
    assert_eq!(world.facts(), []);
    assert_eq!(world.render("{{error}}"), "");
    assert_eq!(world.missing(), ["error"]);
}

#[test]
fn the_room_is_that_of_the_scope_or_the_last_joined() {
    check(&[
        ("{{room.name}} {{room.size}} {{room.members}}", r#"lobby 2 ["bob","eve"]"#),
        ("{{#each room.members}}{{this}};{{/each}}", "bob;eve;"),
    ]);
    assert_eq!(World::new().value("{{room.size}}"), json!(2));
    assert_eq!(World::new().json(&json!({"all": "{{room.members}}"})), r#"{"all":["bob","eve"]}"#);
    let mut world = World::new();
    world.other.join("room:side", None, "bob").unwrap();
    let text = "{{room.name}} {{room.size}} {{room.members}}";
    assert_eq!(world.render_in(text, |scope| scope.room = Some("room:side")), r#"side 1 ["bob"]"#);
    assert_eq!(world.render_in(text, |scope| scope.room = Some("route:/chat")), r#"route:/chat 1 ["eve"]"#);
    assert_eq!(world.render_in(text, |scope| scope.room = Some("room:empty")), "empty 0 []");
    world.conn.join("room:side", None, "ann").unwrap();
    assert_eq!(world.render(text), r#"side 2 ["bob","ann"]"#);
    assert_eq!(world.facts(), []);
    world.conn.leave_rooms();
    assert_eq!(world.render("{{room.name}}{{room.size}}{{room.members}}"), "");
    assert_eq!(world.missing(), ["room.name", "room.size", "room.members"]);
}

#[test]
fn streams_that_run() {
    check(&[
        ("{{streams.ticks}} {{streams.other}}", r#"["AAPL","MSFT"] []"#),
        ("{{#if streams.ticks}}on{{/if}}{{#if streams.other}}on{{else}}off{{/if}}", "onoff"),
        ("{{#each streams['ticks']}}{{this}} {{/each}}", "AAPL MSFT "),
    ]);
    assert_eq!(World::new().value("{{streams.ticks}}"), json!(["AAPL", "MSFT"]));
    let mut world = World::new();
    assert_eq!(world.render_in("{{streams.ticks}}", |scope| scope.streams = None), "");
    assert_eq!(world.missing(), ["streams.ticks"]);
}

#[test]
fn scopes_can_be_shown() {
    let running = |_: &str| Vec::new();
    let shown = format!("{:?}", Scope { streams: Some(&running), ..Scope::default() });
    assert!(shown.contains("streams: Some(Streams)"), "{shown}");
}
