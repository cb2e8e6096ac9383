//! Helpers that look into values, calculate and count, each with its types and with what it can't do.

use mockforge_ws_core::{Fact, Limits, Message};
use serde_json::{Value, json};

use crate::support::World;

/// Values of expressions, each in a world of its own; nothing may be reported. Inside a JSON template they
/// are the same.
#[track_caller]
fn check(cases: &[(&str, Value)]) {
    for (text, expect) in cases {
        let mut world = World::new();
        assert_eq!(world.value(text), *expect, "{text}");
        assert_eq!(world.facts(), [], "{text}");
        let json = World::new().json(&json!({ "x": text }));
        assert_eq!(json, json!({ "x": expect }).to_string(), "{text}");
    }
}

/// Expressions that have no value, with what is reported; asking for them reports nothing.
#[track_caller]
fn check_missing(cases: &[(&str, &[&str])]) {
    for (expression, missing) in cases {
        let mut world = World::new();
        assert_eq!(world.render(&format!("{{{{{expression}}}}}")), "", "{expression}");
        assert_eq!(world.missing(), *missing, "{expression}");
        assert_eq!(world.render(&format!("{{{{default ({expression}) 'none'}}}}")), "none", "{expression}");
        assert_eq!(world.facts(), [], "{expression}");
    }
}

#[test]
fn lookup() {
    check(&[
        ("{{lookup $.user 'first'}}", json!("Ann")),
        ("{{lookup $.user.tags 1}}", json!("t2")),
        ("{{lookup $.list '2'}}", json!(3)),
        ("{{lookup $.items[*].n 1}}", json!(2)),
        ("{{lookup $.items[?@.n > 2].id 0}}", json!("}}")),
        ("{{lookup state.user 'roles'}}", json!(["admin", "ops"])),
        ("{{lookup state 'said'}} ", json!("3 ")),
        ("{{lookup state.user.roles 0}}", json!("admin")),
        ("{{lookup shared.scores 'ann'}}", json!([1, 2])),
        ("{{lookup (lookup shared.scores 'ann') 1}}", json!(2)),
        ("{{lookup row.list 0}}", json!("x")),
        ("{{lookup var.deep 'list'}}", json!([10, 20])),
        ("{{lookup streams.ticks 1}}", json!("MSFT")),
        ("{{lookup room.members 0}}", json!("bob")),
        ("{{#each $.user.tags}}{{lookup $.list @index}}{{/each}}", json!("12")),
    ]);
    let mut world =
        World::new().received(Message::text(r#"{"o":{"7":"seven","true":"yes"},"n":7,"b":true}"#));
    assert_eq!(world.render("{{lookup $.o $.n}} {{lookup $.o $.b}}"), "seven yes");
    check_missing(&[
        ("lookup $.user 'nobody'", &["lookup $.user 'nobody'"]),
        ("lookup $.list 3", &["lookup $.list 3"]),
        ("lookup $.list -1", &["lookup $.list -1"]),
        ("lookup $.list 0.5", &["lookup $.list 0.5"]),
        ("lookup $.list 'x'", &["lookup $.list 'x'"]),
        ("lookup $.items[*].n 9", &["lookup $.items[*].n 9"]),
        ("lookup $.name 0", &["lookup $.name 0"]),
        ("lookup message 0", &["lookup message 0"]),
        ("lookup $.id 'x'", &["lookup $.id 'x'"]),
        ("lookup $.nobody 'x'", &["$.nobody"]),
        ("lookup state.nobody 'x'", &["state.nobody"]),
        ("lookup $.user $.nobody", &["$.nobody"]),
        ("lookup state.user $.name", &["lookup state.user $.name"]),
    ]);
}

#[test]
fn size() {
    check(&[
        ("{{size $.list}}", json!(3)),
        ("{{size $.void}}", json!(0)),
        ("{{size $.user}}", json!(3)),
        ("{{size $.name}} ", json!("3 ")),
        ("{{size 'äöü€'}}", json!(4)),
        ("{{size $.items[*]}}", json!(3)),
        ("{{size $.items[?@.n > 2]}}", json!(1)),
        ("{{size $.items[?@.n > 9]}}", json!(0)),
        ("{{size state.user.roles}}", json!(2)),
        ("{{size state}} ", json!("3 ")),
        ("{{size shared}}", json!(2)),
        ("{{size capture.0}}", json!(11)),
        ("{{size streams.ticks}}", json!(2)),
        ("{{#if (gt (size room.members) 1)}}many{{/if}}", json!("many")),
    ]);
    let mut world = World::new().received(Message::binary(vec![1, 2, 0xff]));
    assert_eq!(world.value("{{size message}}"), json!(3));
    check_missing(&[
        ("size $.id", &["size $.id"]),
        ("size $.none", &["size $.none"]),
        ("size $.yes", &["size $.yes"]),
        ("size $.nobody", &["$.nobody"]),
        ("size shared.nobody", &["shared.nobody"]),
    ]);
}

#[test]
fn keys_and_join() {
    check(&[
        ("{{keys $.user}}", json!(["first", "last", "tags"])),
        ("{{keys state}}", json!(["user", "said", "a b"])),
        ("{{keys shared.scores}}", json!(["ann"])),
        ("{{#each (keys row)}}{{this}} {{/each}}", json!("name n list ")),
        ("{{join $.list ', '}}", json!("1, 2, 3")),
        ("{{join $.void ', '}}", json!("")),
        ("{{join $.user.tags ''}}", json!("t1t2")),
        ("{{join $.items[*].id '-'}}", json!("x-y-}}")),
        ("{{join $.items[?@.n > 9].id '-'}}", json!("")),
        ("{{join state.user.roles $.name}}", json!("adminbobops")),
        ("{{join (keys $.user) '|'}}", json!("first|last|tags")),
        ("{{join room.members ' and '}}", json!("bob and eve")),
        ("{{join $.items $.id}}", json!(r#"{"id":"x","n":1}7{"id":"y","n":2}7{"id":"}}","n":3}"#)),
    ]);
    check_missing(&[
        ("keys $.list", &["keys $.list"]),
        ("keys $.name", &["keys $.name"]),
        ("keys state.said", &["keys state.said"]),
        ("keys $.nobody", &["$.nobody"]),
        ("join $.user ','", &["join $.user ','"]),
        ("join $.name ','", &["join $.name ','"]),
        ("join $.list $.nobody", &["$.nobody"]),
        ("join state.nobody ','", &["state.nobody"]),
    ]);
}

#[test]
fn arithmetic() {
    check(&[
        ("{{add 1 2}}", json!(3)),
        ("{{sub 1 2}}", json!(-1)),
        ("{{mul $.id -3}}", json!(-21)),
        ("{{div 7 2}} {{div -7 2}} {{div 6 3}}", json!("3 -3 2")),
        ("{{div 7.0 2}}", json!(3.5)),
        ("{{add $.id 0.5}}", json!(7.5)),
        ("{{add 1.5 1.5}}", json!(3.0)),
        (
            "{{add 0.1 0.2}} {{sub 0.3 0.1}} {{mul 1.1 1.1}} {{mul $.price 1.1}}",
            json!("0.3 0.2 1.21 70535.795"),
        ),
        ("{{sub 0.3 0.3}} {{mul -0.1 0}}", json!("0.0 0.0")),
        ("{{add 1e-7 2e-7}} {{mul 1e300 2.0}}", json!("3e-7 2e+300")),
        ("{{add capture.1 2}}", json!(44)),
        ("{{add 9223372036854775807 1}}", json!(9_223_372_036_854_775_808_u64)),
        ("{{sub $.big 18446744073709551615}}", json!(0)),
        ("{{sub -9223372036854775807 1}}", json!(i64::MIN)),
        ("{{mul (add state.said 1) (sub 10 shared.total)}}", json!(-8)),
        ("{{add elapsed 1}}", json!(1)),
        ("{{#repeat (sub $.id 5)}}x{{/repeat}}", json!("xx")),
    ]);
    check_missing(&[
        ("add $.big 1", &["add $.big 1"]),
        ("sub -9223372036854775808 1", &["sub -9223372036854775808 1"]),
        ("mul $.big $.big", &["mul $.big $.big"]),
        ("mul 1e300 1e300", &["mul 1e300 1e300"]),
        ("div 1 0", &["div 1 0"]),
        ("div 1.5 0", &["div 1.5 0"]),
        ("div 0.0 0.0", &["div 0.0 0.0"]),
        ("add $.name 1", &["add $.name 1"]),
        ("add 1 $.list", &["add 1 $.list"]),
        ("add 1 $.none", &["add 1 $.none"]),
        ("add 1 $.nobody", &["$.nobody"]),
        ("add 1 (div 1 0)", &["div 1 0"]),
    ]);
}

#[test]
fn hexadecimal() {
    check(&[
        ("{{hexInt 16}} {{hexInt 0}} {{hexInt $.id}}", json!("0x10 0x0 0x7")),
        ("{{hexInt $.big}}", json!("0xffffffffffffffff")),
        ("{{hexInt (add 250 $.list[1])}} {{hexInt $.text}}", json!("0xfc 0xc")),
        ("{{randHex 0}}", json!("")),
    ]);
    check_missing(&[
        ("hexInt (sub 0 1)", &["hexInt (sub 0 1)"]),
        ("hexInt $.price", &["hexInt $.price"]),
        ("hexInt $.name", &["hexInt $.name"]),
        ("hexInt $.nobody", &["$.nobody"]),
        ("randHex $.name", &["randHex $.name"]),
        ("randHex $.price", &["randHex $.price"]),
    ]);
    let mut world = World::new();
    let (first, second) = (world.render("{{randHex 16}}"), world.render("{{randHex 16}}"));
    assert!(first.len() == 32 && hex::decode(&first).is_ok(), "{first}");
    assert_ne!(first, second);
    assert_eq!(World::new().render("{{randHex 16}}"), first);
}

#[test]
fn what_is_joined_is_cut_at_the_limit() {
    let mut world = World::with(1, Limits { max_message_size: 10 });
    assert_eq!(world.value("{{join $.list 'abcdef'}}"), json!("1abcdef2ab"));
    assert_eq!(world.facts(), [Fact::Truncated { limit: 10 }]);
}

#[test]
fn looking_into_large_variables_in_a_loop_ends() {
    for text in [
        "{{#repeat 1000000000}}{{#if (eq (join state.big '') 'x')}}x{{/if}}{{/repeat}}",
        "{{#repeat 1000000000}}{{#if (lookup (keys state.wide) 100000)}}x{{/if}}{{/repeat}}",
        "{{#repeat 1000000000}}{{#if (eq state.big 1)}}x{{/if}}{{/repeat}}",
    ] {
        let mut world = World::new();
        world.run(|_, cx| {
            let wide = (0..1000).map(|n| (n.to_string(), json!(n))).collect::<serde_json::Map<_, _>>();
            cx.state_mut().insert("big".into(), json!(vec!["0123456789"; 10_000]));
            cx.state_mut().insert("wide".into(), wide.into());
        });
        assert_eq!(world.render(text), "", "{text}");
        assert_eq!(world.facts(), [Fact::Truncated { limit: 4 << 20 }], "{text}");
    }
}
