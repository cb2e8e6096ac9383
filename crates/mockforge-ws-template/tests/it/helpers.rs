//! Helpers that look into values, calculate and count, each with its types and with what it can't do.

use std::time::Duration;

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
        ("{{hexInt 31 2}} {{hexInt 0 1}} {{hexInt $.id 8}}", json!("0x001f 0x00 0x0000000000000007")),
        ("{{hexInt 255 $.list[0]}}", json!("0xff")),
        (
            "{{hexInt $.big 8}} {{hexInt capture.1 capture.1}}",
            json!(format!("0x{} 0x{:084x}", "f".repeat(16), 42)),
        ),
        ("{{hexInt 1 4096}}", json!(format!("0x{:08192x}", 1))),
        ("{{randHex 0}}", json!("")),
    ]);
    check_missing(&[
        ("hexInt (sub 0 1)", &["hexInt (sub 0 1)"]),
        ("hexInt $.price", &["hexInt $.price"]),
        ("hexInt $.name", &["hexInt $.name"]),
        ("hexInt $.nobody", &["$.nobody"]),
        ("hexInt $.big 7", &["hexInt $.big 7"]),
        ("hexInt (add 255 1) 1", &["hexInt (add 255 1) 1"]),
        ("hexInt 1 $.zero", &["hexInt 1 $.zero"]),
        ("hexInt 0 (add 4096 1)", &["hexInt 0 (add 4096 1)"]),
        ("hexInt $.price 8", &["hexInt $.price 8"]),
        ("hexInt 1 $.nobody", &["$.nobody"]),
        ("randHex $.name", &["randHex $.name"]),
        ("randHex $.price", &["randHex $.price"]),
    ]);
    let mut world = World::new();
    let (first, second) = (world.render("{{randHex 16}}"), world.render("{{randHex 16}}"));
    assert!(first.len() == 32 && hex::decode(&first).is_ok(), "{first}");
    assert_ne!(first, second);
    insta::assert_snapshot!(first, @"0111870783dd2eae75d3ae2c992d7130");
}

#[test]
fn integers() {
    check(&[
        ("{{int 7}}", json!(7)),
        ("{{int $.id}}", json!(7)),
        ("{{int $.big}}", json!(u64::MAX)),
        ("{{int capture.1}}", json!(42)),
        ("{{int ' -12\n'}}", json!(-12)),
        ("{{int '+007'}}", json!(7)),
        ("{{int 7.0}} {{int '7.0'}} {{int -0.0}} {{int 1e3}}", json!("7 7 0 1000")),
        ("{{int (mul 1.5 2)}}", json!(3)),
        ("{{int '0x1F'}} {{int ' 0Xff '}} {{int '0x0'}}", json!("31 255 0")),
        ("{{int '0xffffffffffffffff'}}", json!(u64::MAX)),
        ("{{int -9223372036854775808}}", json!(i64::MIN)),
        ("{{int (hexInt 12 32)}}", json!(12)),
        ("{{add (int '0x10') 1}}", json!(17)),
    ]);
    let mut world = World::new().received(Message::text(
        r#"{"hex":"0x10000000000000000","sign":"0x-1","bare":"0x","gap":"0x 1","big":1e300,"long":"18446744073709551616","float":18446744073709551616.0}"#,
    ));
    for path in ["$.hex", "$.sign", "$.bare", "$.gap", "$.big", "$.long", "$.float"] {
        assert_eq!(world.value(&format!("{{{{int {path}}}}}")), Value::Null, "{path}");
        assert_eq!(world.missing(), [format!("int {path}")]);
    }
    check_missing(&[
        ("int $.price", &["int $.price"]),
        ("int $.name", &["int $.name"]),
        ("int $.empty", &["int $.empty"]),
        ("int $.yes", &["int $.yes"]),
        ("int $.none", &["int $.none"]),
        ("int $.list", &["int $.list"]),
        ("int $.nobody", &["$.nobody"]),
    ]);
}

#[test]
fn texts_of_numbers_are_numbers() {
    let mut world = World::new().received(Message::text(r#"{"n":"100","m":" 7 "}"#));
    let text = "{{add $.n 1}} {{sub $.n $.m}} {{mul $.m 2}} {{div $.n $.m}} {{hexInt $.n}} {{hexInt $.n 2}} {{int $.m}}";
    assert_eq!(world.render(text), "101 93 14 14 0x64 0x0064 7");
    assert_eq!(world.value("{{add (default $.n 0) (mul $.m 1)}}"), json!(107));
    assert_eq!(world.facts(), []);
}

#[test]
fn replacing() {
    check(&[
        ("{{replace $.name 'b' 'd'}}", json!("dod")),
        ("{{replace 'a1b22' '[0-9]+' '<$0>'}}", json!("a<1>b<22>")),
        ("{{replace capture.0 '(\\w+) (?P<n>\\d+)' '${n}_$1'}}", json!("42_join bob")),
        ("{{replace 'x' 'x' '$$1 $ ${ $-'}}", json!("$1 $ ${ $-")),
        ("{{replace 'ab' '(a)|(b)' '[$1$2]'}}", json!("[a][b]")),
        ("{{replace 'aé' '' '-'}}", json!("-a-é-")),
        ("{{replace 'abc' 'x' 'y'}}", json!("abc")),
        ("{{replace $.empty 'x' 'y'}}", json!("")),
        ("{{replace $.id '7' $.name}}", json!("bob")),
        ("{{replace 'a' '(a)' (trim ' $1 ')}}", json!("$1")),
        ("{{replace 'a' 'a' 5}}", json!("5")),
        ("{{replace 'receipt:1\nto:2\n' '(?m)^receipt:.*\n' ''}}", json!("to:2\n")),
        ("{{replace $.user.tags 't' 'T'}}", json!(r#"["T1","T2"]"#)),
        ("{{replace (replace 'abc' 'a' 'b') 'b' '\"'}}", json!("\"\"c")),
        ("{{#each $.items}}{{replace this.id '[xy]' 'z'}}{{/each}}", json!("zz}}")),
    ]);
    check_missing(&[
        ("replace $.nobody 'a' 'b'", &["$.nobody"]),
        ("replace $.name 'a' $.nobody", &["$.nobody"]),
        ("replace (int $.name) 'a' 'b'", &["int $.name"]),
    ]);
}

#[test]
fn what_is_replaced_is_cut_at_the_limit() {
    for text in ["{{replace 'aaaaa' 'a' 'bcd'}}", "{{replace message '.' '$0$0'}}", "{{replace $ 'q' ''}}"] {
        let mut world = World::with(1, Limits { max_message_size: 10 });
        assert_eq!(world.render(text).len(), 10, "{text}");
        assert_eq!(world.facts(), [Fact::Truncated { limit: 10 }], "{text}");
    }
}

#[test]
fn replacing_in_a_large_text_ends() {
    // Each search looks at all of the rest before it knows that only one character matches.
    let mut world = World::new().received(Message::text("A".repeat(4 << 20)));
    assert!(world.render("{{replace message '.*[^A-Z]|[A-Z]' 'x'}}").len() < 1000);
    assert_eq!(world.facts(), [Fact::Truncated { limit: 4 << 20 }]);
    let mut world = World::new().received(Message::text("A".repeat(10_000)));
    let text = "{{#repeat 1000000000}}{{#if (eq (replace message 'B' 'x') '')}}x{{/if}}{{/repeat}}";
    assert_eq!(world.render(text), "");
    assert_eq!(world.facts(), [Fact::Truncated { limit: 4 << 20 }]);
    let mut world = World::new().received(Message::text("a line\n".repeat(5_000)));
    assert_eq!(world.render("{{replace message '\n' ''}}"), "a line".repeat(5_000));
    assert_eq!(world.facts(), []);
}

#[test]
fn members() {
    check(&[
        ("{{members 'lobby'}}", json!(["bob", "eve"])),
        ("{{members \"room:lobby\"}}", json!(["bob", "eve"])),
        ("{{members path.id}}", json!(["bob", "eve"])),
        ("{{members 'empty'}}", json!([])),
        ("{{members 'route:/chat'}}", json!([])),
        ("{{members $.id}}", json!([])),
        ("{{size (members 'lobby')}}", json!(2)),
        ("{{join (members 'lobby') ' & '}}", json!("bob & eve")),
        ("{{#each (members 'lobby')}}<{{this}}>{{else}}nobody{{/each}}", json!("<bob><eve>")),
        ("{{#if (members 'empty')}}some{{else}}none{{/if}}", json!("none")),
    ]);
    let mut world = World::new();
    world.other.join("room:elsewhere", None, "zoe").unwrap();
    assert_eq!(world.value("{{members 'elsewhere'}}"), json!(["zoe"]));
    assert_eq!(world.value("{{room.members}}"), json!(["bob", "eve"]));
    check_missing(&[("members $.nobody", &["$.nobody"]), ("members state.nobody", &["state.nobody"])]);
}

/// The next values of a text, one a line.
fn next(world: &mut World, text: &str, count: usize) -> String {
    let values: Vec<_> = (0..count).map(|_| world.render(text)).collect();
    values.join(" ")
}

#[test]
fn steps() {
    let check = |text: &str, expect: &str| {
        let mut world = World::new();
        let count = expect.split(' ').count();
        assert_eq!(next(&mut world, text, count), expect, "{text}");
        assert_eq!(world.facts(), [], "{text}");
    };
    check("{{step 1 1}}", "1 2 3 4");
    check("{{step 10 -5}}", "10 5 0 -5");
    check("{{step 0 0.1}}", "0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0 1.1");
    check("{{step 5 0}}", "5 5 5");
    check("{{step 1 1 3}}", "1 2 3 1 2 3 1");
    check("{{step 3 -1 1}}", "3 2 1 3 2");
    check("{{step 0 2 5}}", "0 2 4 0 2");
    check("{{step 0.1 0.1 0.3}}", "0.1 0.2 0.3 0.1");
    check("{{step 7 3 7}}", "7 7");
    check("{{step $.zero $.id 15}}", "0 7 14 0");
    check("{{step 1 1 'a'}}{{step 1 1 'b'}}{{step 1 1 'a'}}", "112 324");
    check("{{step 1 1 2 'a'}}{{step 1 1 2 'b'}}{{step 1 1 2 'a'}}", "112 122");
    check("{{step 1 1}}{{step 1  1}}{{step 1 2}}", "121 343");
    check("{{step 1 1 'x'}}{{seq 'x'}}{{seq 't1:x'}}", "111 222");
    check("{{step 9223372036854775807 1}}", "9223372036854775807 9223372036854775808");
    assert_eq!(World::new().json(&json!(["{{step 3 1}}", "{{step 0.5 1}}"])), "[3,0.5]");
    check_missing(&[
        ("step 0 1 (sub 0 1)", &["step 0 1 (sub 0 1)"]),
        ("step 0 $.zero 1", &["step 0 $.zero 1"]),
        ("step 0 0.0 $.id", &["step 0 0.0 $.id"]),
        ("step $.name 1", &["step $.name 1"]),
        ("step 0 1 $.list", &["step 0 1 $.list"]),
        ("step 0 1 $.none", &["step 0 1 $.none"]),
        ("step 0 $.nobody", &["$.nobody"]),
    ]);
    let mut world = World::new();
    assert_eq!(next(&mut world, "{{step $.big 1}}", 2), "18446744073709551615 ");
    assert_eq!(world.missing(), ["step $.big 1"]);
}

#[test]
fn cycles() {
    let mut world = World::new();
    assert_eq!(next(&mut world, "{{cycle 'a' 'b' 'c'}}", 5), "a b c a b");
    assert_eq!(next(&mut world, "{{cycle 'a' 'b'}}", 3), "a b a");
    assert_eq!(next(&mut world, "{{cycle 'only'}}{{cycle \"only\"}}", 2), "onlyonly onlyonly");
    assert_eq!(next(&mut world, "{{cycle $.id $.name}}{{seq}}", 3), "71 bob2 73");
    assert_eq!(next(&mut world, "{{#repeat 3}}{{cycle 1 2}}{{/repeat}}", 2), "121 212");
    assert_eq!(next(&mut world, "{{upper (cycle 'x' 'y')}}", 2), "X Y");
    assert_eq!(world.facts(), []);
    let values: Vec<_> = (0..3).map(|_| world.value("{{cycle 1.5 true $.user.tags}}")).collect();
    assert_eq!(values, [json!(1.5), json!(true), json!(["t1", "t2"])]);
    assert_eq!(next(&mut world, "{{cycle 'there' $.nobody}}", 3), "there  there");
    assert_eq!(world.missing(), ["$.nobody"]);
}

#[test]
fn each_key_of_a_stream_steps_and_cycles_by_itself() {
    let mut world = World::new();
    let mut tick = |key| world.render_in("{{step 5 5}}{{cycle 'a' 'b'}}", |scope| scope.key = key);
    assert_eq!([tick(Some("A")), tick(Some("A")), tick(Some("B")), tick(None)], ["5a", "10b", "5a", "5a"]);
    assert_eq!(tick(Some("A")), "15a");
}

#[test]
fn sines() {
    let mut world = World::new();
    let mut at = |ms: u64, since: u64, text: &str| {
        world.elapsed = Duration::from_millis(ms);
        let rendered = world.render_in(text, |scope| scope.since = Duration::from_millis(since));
        assert_eq!(world.facts(), [], "{text}");
        rendered
    };
    let text = "{{sine 20 5 '60s'}}";
    let wave = [0, 5, 15, 30, 45, 60].map(|s| at(s * 1000, 0, text));
    assert_eq!(wave, ["20.0", "22.5", "25.0", "20.0", "15.0", "20.0"]);
    assert_eq!(at(15_000, 0, "{{sine 20 5 '1m'}} {{sine 20 5 '60000ms'}}"), "25.0 25.0");
    assert_eq!(at(15_000, 15_000, text), "20.0");
    assert_eq!(at(15_000, 20_000, text), "20.0", "a stream that is to start");
    assert_eq!(at(1_000_000_000_015_000, 0, text), "17.5", "after long");
    assert_eq!(at(250, 0, "{{sine 1.0842 0.0001 '1s'}} {{sine 0 1 '500ms'}}"), "1.0843 0.0");
    assert_eq!(at(1_000, 0, "{{sine $.id (div 1.0 2) '4s'}}"), "7.5");
    assert_eq!(World::new().json(&json!({"x": "{{sine 1 1 '1s'}}"})), r#"{"x":1.0}"#);
    check_missing(&[
        ("sine $.name 1 '1s'", &["sine $.name 1 '1s'"]),
        ("sine 1 $.nobody '1s'", &["$.nobody"]),
    ]);
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
