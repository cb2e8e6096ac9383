//! Rooms: who hears what.

use serde_json::json;

use crate::support::{Tap, sims};

#[test]
fn members_come_speak_whisper_and_go() {
    let rules = json!({
        "rules": [
            { "on": "^nick (?<name>.+)$", "set": { "name": "{{capture.name}}" },
              "join": { "room": "room:{{path.room}}", "as": "{{capture.name}}" },
              "reply": { "json": { "in": "{{room.name}}", "size": "{{room.size}}", "who": "{{room.members}}" } },
              "broadcast": { "to": "room:{{path.room}}", "except": "sender", "text": "{{sender}} came" } },
            { "on": "^who$", "reply": "{{join room.members \", \"}}" },
            { "on": "^to (?<who>\\w+) (?<what>.+)$", "broadcast": { "to": "room:{{path.room}}", "only": "{{capture.who}}", "text": "{{sender}} whispers {{capture.what}}" } },
            { "on": "^all (.+)$", "broadcast": { "to": "route", "text": "{{connection.number}}: {{capture.1}}" } },
            { "on": "^leave$", "leave": "all", "reply": "{{room.size}}" },
            { "on": "disconnect", "broadcast": { "to": "room:{{path.room}}", "text": "{{state.name}} left" } },
        ],
    });
    let [mut ada, mut bob, mut eve] = sims(&rules);
    let (mut a, mut b, mut e) = (Tap::new(), Tap::new(), Tap::new());
    ada.receive("nick ada");
    bob.receive("nick bob");
    assert_eq!(a.take(ada.collect()), [r#"{"in":"lobby","size":1,"who":["ada"]}"#, "bob came"]);
    assert_eq!(b.take(&bob), [r#"{"in":"lobby","size":2,"who":["ada","bob"]}"#]);
    eve.receive("all hello");
    assert_eq!(e.take(&eve), ["3: hello"]);
    assert_eq!(a.take(ada.collect()), ["3: hello"]);
    ada.receive("to bob psst").receive("who");
    assert_eq!(a.take(&ada), ["ada, bob"]);
    assert_eq!(b.take(bob.collect()), ["3: hello", "ada whispers psst"]);
    bob.leave();
    assert_eq!(a.take(ada.collect()), ["bob left"]);
    ada.receive("leave").receive("all x");
    eve.receive("to ada lost").collect();
    assert_eq!(a.take(ada.collect()), ["", "1: x"]);
    assert_eq!(e.take(&eve), ["1: x"]);
}

/// Whether a name is taken has to be known before one is in the room.
#[test]
fn members_are_seen_from_outside() {
    let rules = json!({
        "rules": [
            { "on": "^nick (?<name>.+)$", "when": "capture.name in members('room:' + path.room)",
              "reply": "{{capture.name}} of {{join (members path.room) \", \"}} is taken" },
            { "on": "^nick (?<name>.+)$", "join": { "room": "room:{{path.room}}", "as": "{{capture.name}}" }, "reply": "welcome" },
            { "on": "^bare$", "when": "size(members(path.room)) == 2 && members('elsewhere') == []", "reply": "two" },
        ],
    });
    let [mut ada, mut bob, mut eve] = sims(&rules);
    let (mut a, mut b, mut e) = (Tap::new(), Tap::new(), Tap::new());
    ada.receive("nick ada");
    assert_eq!(a.take(&ada), ["welcome"]);
    bob.receive("nick ada").receive("nick bob");
    assert_eq!(b.take(&bob), ["ada of ada is taken", "welcome"]);
    eve.receive("bare");
    assert_eq!(e.take(&eve), ["two"]);
    ada.leave();
    eve.receive("nick ada");
    assert_eq!(e.take(&eve), ["welcome"]);
}

/// A membership has a key, by which each member gets what is published in its own words.
#[test]
fn a_delivery_can_be_dressed_by_the_rules_of_the_receiver() {
    let rules = json!({
        "vars": { "seen": 0 },
        "rules": [
            { "on": "^sub (?<topic>\\w+) (?<id>\\w+)$", "join": { "room": "room:topic:{{capture.topic}}", "key": "{{capture.id}}" } },
            { "on": "^unsub (?<id>\\w+)$", "leave": { "key": "{{capture.id}}" } },
            { "on": "^pub (?<topic>\\w+) (?<what>.+)$", "broadcast": { "to": "room:topic:{{capture.topic}}", "json": { "x": "{{capture.what}}" } } },
            { "on": { "room": "topic:*", "match": "$.x" }, "when": "$.x != 'secret'", "set": { "seen": { "add": 1 } },
              "reply": "{{key}} {{room.name}} {{$.x}} from {{sender}} no {{state.seen}}" },
            { "on": { "room": "topic:*" }, "reply": [] , "set": { "seen": { "add": 0 } } },
        ],
    });
    let mut rules = rules;
    rules["rules"][4].as_object_mut().expect("a rule").remove("reply");
    let [mut ada, mut bob] = sims(&rules);
    ada.receive("sub news s1").receive("sub news s2").receive("sub sport s3");
    bob.receive("sub news b1").receive("pub news one").receive("pub news secret").receive("pub sport two");
    ada.collect();
    let ours = "from /chat/{room}#2 no";
    assert_eq!(
        ada.texts(),
        [
            format!("s1 topic:news one {ours} 1"),
            format!("s2 topic:news one {ours} 2"),
            format!("s3 topic:sport two {ours} 3"),
        ]
    );
    assert_eq!(bob.texts(), [format!("b1 topic:news one {ours} 1")]);
    ada.receive("unsub s1");
    bob.receive("pub news three");
    ada.collect();
    assert_eq!(ada.texts().len(), 4);
    assert!(ada.texts()[3].starts_with("s2 topic:news three"));
}

#[test]
fn a_message_goes_to_one_connection_by_its_id() {
    let rules = json!({ "rules": [
        { "on": "^id$", "reply": "{{connection.id}}" },
        { "on": "^to (.+)$", "broadcast": { "to": "connection:{{capture.1}}", "text": "for you" } },
    ]});
    let [mut ada, mut bob] = sims(&rules);
    ada.receive("id");
    bob.receive(&format!("to {}", ada.texts()[0]));
    assert_eq!(ada.collect().texts()[1], "for you");
    assert!(bob.texts().is_empty());
}

/// A client that chooses the room does not get to hear what is meant for another connection.
#[test]
fn nobody_joins_what_is_no_room() {
    let rules = json!({ "rules": [
        { "on": "^join (.+)$", "join": "{{capture.1}}" },
        { "on": "^dm$", "broadcast": { "to": "connection:{{connection.id}}", "text": "secret" } },
    ]});
    let [mut ada, mut eve] = sims(&rules);
    eve.receive("join connection:/chat/{room}#1").receive("join route:/chat/{room}");
    ada.receive("dm");
    assert!(eve.collect().texts().is_empty());
    assert_eq!(ada.texts(), ["secret"]);
}
