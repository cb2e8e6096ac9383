//! The whole grammar, as tables of what is written and what it renders as.

use mockforge_ws_core::Message;
use mockforge_ws_template::{Options, Template};
use serde_json::json;

use crate::support::{MESSAGE, World};

/// Renders each text in a world of its own and compares; nothing may be reported.
#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expect) in cases {
        let mut world = World::new();
        assert_eq!(world.render(text), *expect, "{text}");
        assert_eq!(world.facts(), [], "{text}");
        assert_eq!(world.parse(text).to_string(), *text);
    }
}

/// The same, where exactly these expressions are reported as missing.
#[track_caller]
fn check_missing(cases: &[(&str, &str, &[&str])]) {
    for (text, expect, missing) in cases {
        let mut world = World::new();
        assert_eq!(world.render(text), *expect, "{text}");
        assert_eq!(world.missing(), *missing, "{text}");
    }
}

#[test]
fn text_is_text() {
    check(&[
        ("", ""),
        ("plain", "plain"),
        ("{ } }} { {", "{ } }} { {"),
        (r"\{{uuid}}", "{{uuid}}"),
        (r"a\{{b}} {{$.id}}", "a{{b}} 7"),
        (r"\\{{$.id}}", r"\7"),
        (r"c:\dir {{$.id}}\", r"c:\dir 7\"),
        (r#"{{"{"}}{{$.id}}}"#, "{7}"),
    ]);
}

#[test]
fn comments_and_white_space() {
    check(&[
        ("a{{! it's }}b", "ab"),
        ("a{{!-- {{uuid}} }} --}}b", "ab"),
        ("a {{~$.id~}} b", "a7b"),
        ("a {{~#if $.id~}} b {{~/if~}} c", "abc"),
        ("a {{~! x ~}} b", "ab"),
        ("{{  $.id  }}", "7"),
        ("{{\n$.id\t}}", "7"),
        ("head\n{{#each $.list}}\n  - {{this}}\n{{/each}}\ntail", "head\n  - 1\n  - 2\n  - 3\ntail"),
        ("{{#if $.yes}}\nyes\n{{else}}\nno\n{{/if}}\n", "yes\n"),
        ("{{#if $.yes}} yes {{/if}} ", " yes  "),
    ]);
}

#[test]
fn the_message() {
    check(&[
        ("{{$.id}}", "7"),
        ("{{$.name}}", "bob"),
        ("{{{$.name}}} {{&$.name}}", "bob bob"),
        ("{{$.big}}", "18446744073709551615"),
        ("{{$.price}}", "64123.45"),
        ("{{$.none}}", "null"),
        ("{{$.yes}} {{$.no}}", "true false"),
        ("{{$.empty}}", ""),
        ("{{$.user}}", r#"{"first":"Ann","last":"Lee","tags":["t1","t2"]}"#),
        ("{{$.user.tags[1]}}", "t2"),
        ("{{$['a b'].c}}", "deep"),
        ("{{$[\"a b\"]['c']}}", "deep"),
        ("{{$.items[?(@.id == 'x')].n}}", "1"),
        ("{{$.items[?(@.id == '}}')].n}}", "3"),
        ("{{$.items[?@.n > 1 && @.n < 3].id}}", "y"),
        ("{{$.items[*].id}}", r#"["x","y","}}"]"#),
        ("{{$..n}}", "[1,2,3]"),
        ("{{message}}", MESSAGE),
        ("{{$.quote}}", "a \"b\" \\ \n"),
        ("{{$.markup}}", "{{uuid}}"),
        ("{{var.markup}}", "{{uuid}}"),
    ]);
    check_missing(&[
        ("<{{$.nobody}}>", "<>", &["$.nobody"]),
        ("{{$.nobody}}{{$.nobody}}{{$.void[0]}}", "", &["$.nobody", "$.void[0]"]),
        ("{{#each $.list}}{{$.nobody}}{{/each}}", "", &["$.nobody"]),
    ]);
}

#[test]
fn messages_that_are_not_json() {
    let cases: [(Message, &str, &str, &[&str]); 9] = [
        (Message::text("hi"), "{{message}}", "hi", &[]),
        (Message::text("hi"), "{{$.x}}", "", &["$.x"]),
        (Message::text("hi"), "{{bytes 0 2}}", "6869", &[]),
        (Message::binary(vec![0, 1, 0xfe, 0xff]), "{{message}}", "0001feff", &[]),
        (Message::binary(vec![0, 1, 0xfe, 0xff]), "{{bytes 1 2}} {{bytes 2 99}}", "01fe feff", &[]),
        (Message::binary(vec![0, 1]), "{{bytes 2 1}}", "", &["bytes 2 1"]),
        (Message::binary(vec![0, 1, 0xfe]), "{{base64 message}} {{hex message}}", "AAH+ 0001fe", &[]),
        (Message::binary(b"{\"id\":1}".to_vec()), "{{message}}", "{\"id\":1}", &[]),
        (Message::binary(vec![0xfe; 100]), "{{json message}}", &format!("\"{}\"", "fe".repeat(100)), &[]),
    ];
    for (message, text, expect, missing) in cases {
        let mut world = World::new().received(message);
        assert_eq!(world.render(text), expect, "{text}");
        assert_eq!(world.missing(), missing, "{text}");
    }
}

#[test]
fn nothing_is_there_before_the_first_message() {
    let mut world = World::new();
    let template = world.parse("{{message}}{{$.id}}{{capture.1}}{{key}}{{bytes 0 1}}.");
    let mut out = String::new();
    world.run(|_, cx| template.render(&mockforge_ws_template::Scope::default(), cx, &mut out));
    assert_eq!(out, ".");
    assert_eq!(world.missing(), ["message", "$.id", "capture.1", "key", "bytes 0 1"]);
}

#[test]
fn what_is_known_of_the_connection() {
    check(&[
        ("{{capture.0}}|{{capture.1}}|{{capture.who}}", "join 42 bob|42|bob"),
        ("{{key}} {{machine}}", "AAPL member"),
        ("{{path.id}} {{query.q}} {{header.x-client}} {{header.X-Client}}", "lobby find me tests/1 tests/1"),
        ("{{state.said}} {{state.user.name}} {{state.user.roles.1}}", "3 eve ops"),
        ("{{state.[a b]}} {{state['a b']}} {{state.user.roles[0]}}", "spaced spaced admin"),
        ("{{state.user}}", r#"{"name":"eve","roles":["admin","ops"]}"#),
        ("{{json state}}", r#"{"user":{"name":"eve","roles":["admin","ops"]},"said":3,"a b":"spaced"}"#),
        ("{{var.name}} {{var.n}} {{var.deep.list.1}} {{var.deep}}", r#"feed 5 20 {"list":[10,20]}"#),
        ("{{env.REGION}}", "eu-1"),
    ]);
    check_missing(&[
        ("{{capture.3}}{{capture.9}}{{capture.other}}", "", &["capture.3", "capture.9", "capture.other"]),
        (
            "{{state.x}}{{state.said.x}}{{state.user.roles.7}}",
            "",
            &["state.x", "state.said.x", "state.user.roles.7"],
        ),
        ("{{path.x}}{{query.x}}{{header.x}}", "", &["path.x", "query.x", "header.x"]),
        ("{{upper state.x}}", "", &["state.x"]),
    ]);
}

#[test]
fn dates() {
    // 2024-01-15T10:30:00.125Z, a Monday.
    check(&[
        ("{{now}}", "2024-01-15T10:30:00Z"),
        ("{{now+1h}}", "2024-01-15T11:30:00Z"),
        ("{{now-250ms}}", "2024-01-15T10:29:59Z"),
        (
            "{{now+90s}} {{now+1m}} {{now-1d}} {{now+1w}}",
            "2024-01-15T10:31:30Z 2024-01-15T10:31:00Z 2024-01-14T10:30:00Z 2024-01-22T10:30:00Z",
        ),
        ("{{now+1d-2h}} {{now + 1h - 30m}}", "2024-01-16T08:30:00Z 2024-01-15T11:00:00Z"),
        ("{{now.unix}} {{now.unixMs}}", "1705314600 1705314600125"),
        ("{{now.unix+1h}} {{now+1h.unix}} {{now-1s.unixMs}}", "1705318200 1705318200 1705314599125"),
        (r#"{{now "%Y-%m-%dT%H:%M:%S%.3fZ"}}"#, "2024-01-15T10:30:00.125Z"),
        (r#"{{now+1h "%H:%M"}} {{now - 1d '%F'}}"#, "11:30 2024-01-14"),
        (
            r#"{{now "%f %3f %6f %9f %.f %.6f %.9f"}}"#,
            "125000000 125 125000 125000000 .125 .125000 .125000000",
        ),
        (
            r#"{{now+14d "%s %j %a %A %b %B %h %e %d %-d %_d %0e"}}"#,
            "1706524200 029 Mon Monday Jan January Jan 29 29 29 29 29",
        ),
        (r#"{{now-10d "%e|%-d|%_d|%d|%0e"}}"#, " 5|5| 5|05|05"),
        (r#"{{now "%y %C %m %-m %u %w %U %W %V %G %g"}}"#, "24 20 01 1 1 1 02 03 03 2024 24"),
        (
            r#"{{now "%H %k %I %l %M %S %p %P"}}|{{now+4h "%I %l %p %P"}}|{{now-10h-30m "%I %k"}}"#,
            "10 10 10 10 30 00 AM am|02  2 PM pm|12  0",
        ),
        (
            r#"{{now "%D %x %F %v %R %T %X %r"}}"#,
            "01/15/24 01/15/24 2024-01-15 15-Jan-2024 10:30 10:30:00 10:30:00 10:30:00 AM",
        ),
        (
            r#"{{now "%c|%+|%Z %z %:z|%%%t%n"}}"#,
            "Mon Jan 15 10:30:00 2024|2024-01-15T10:30:00.125+00:00|UTC +0000 +00:00|%\t\n",
        ),
        (r#"{{now-125ms "%.f|%+"}}"#, "|2024-01-15T10:30:00+00:00"),
        (r#"{{now+1ms-125ms "%.f"}}{{json (now "\"%Y\"")}}"#, r#".001"\"2024\"""#),
        (
            "{{json (now+1h)}} {{upper (now '%b')}} {{default $.nobody now.unix}}",
            "\"2024-01-15T11:30:00Z\" JAN 1705314600",
        ),
        ("{{default $.nobody now + 1h}}", "2024-01-15T11:30:00Z"),
    ]);
}

#[test]
fn helpers() {
    check(&[
        ("{{upper $.name}} {{lower 'ÄB'}} [{{trim '  x '}}]", "BOB äb [x]"),
        ("{{upper $.id}} {{upper $.yes}} {{upper $.user.tags}}", "7 TRUE [\"T1\",\"T2\"]"),
        ("{{json $.id}} {{json $.name}} {{json $.none}} {{json $.list}}", "7 \"bob\" null [1,2,3]"),
        ("{{json $.quote}}", r#""a \"b\" \\ \n""#),
        ("{{json (json $.name)}}", r#""\"bob\"""#),
        ("{{base64 'hello'}} {{hex 'hello'}} {{hex $.list}}", "aGVsbG8= 68656c6c6f 5b312c322c335d"),
        ("{{default $.nobody 'x'}} {{default $.none 'x'}} {{default $.name 'x'}}", "x x bob"),
        ("{{default $.nobody state.x 'third'}} [{{default $.empty 'x'}}]", "third []"),
        ("{{upper (default $.nobody \"bob\")}} {{(upper 'x')}}", "BOB X"),
        ("{{seq}} {{seq}} {{seq 'other'}} {{seq}} {{seq \"other\"}}", "1 2 1 3 2"),
        ("{{oneOf 'only'}} {{oneOf $.id}}", "only 7"),
        ("{{randInt 5 5}} {{randInt -3 -3}} {{randFloat 2 2 1}}", "5 -3 2.0"),
        ("{{randString 0}}", ""),
        ("{{\"a\"}}{{1}}{{-2.50}}{{true}}{{null}}", "a1-2.5truenull"),
        (r#"{{"say \"hi\" \\ \n"}}"#, r#"say "hi" \ \n"#),
    ]);
    check_missing(&[
        ("{{upper $.nobody}}", "", &["$.nobody"]),
        ("{{json $.nobody}}", "null", &["$.nobody"]),
        ("{{default $.nobody $.none}}", "null", &[]),
        ("{{default $.nobody $.nothing}}", "", &["$.nothing"]),
        ("{{randInt 1 $.name}}", "", &["randInt 1 $.name"]),
        ("{{randInt 10 $.id}}", "", &["randInt 10 $.id"]),
        ("{{randString $.name}}", "", &["randString $.name"]),
        ("{{randFloat 1 $.zero}}", "", &["randFloat 1 $.zero"]),
        ("{{upper (upper $.nobody)}}{{randInt 1 $.nobody}}", "", &["$.nobody"]),
    ]);
}

#[test]
fn comparisons() {
    let cases = [
        ("eq $.id 7", true),
        ("eq $.id 7.0", true),
        ("eq $.text 12", true),
        ("eq capture.1 42", true),
        ("eq $.name 'bob'", true),
        ("eq $.name 'Bob'", false),
        ("eq $.nobody null", true),
        ("eq $.none $.nobody", true),
        ("eq $.nobody ''", false),
        ("eq $.list $.items[*].n", true),
        ("eq $.items[*].n $.list", true),
        ("eq $.user state.user", false),
        ("eq $.yes true", true),
        ("eq $.big 18446744073709551614", false),
        ("ne $.id 8", true),
        ("ne $.name 'bob'", false),
        ("gt $.id 6", true),
        ("gt $.id 7", false),
        ("gte $.id 7", true),
        ("lt 'a' 'b'", true),
        ("lt '10' '9'", true),
        ("lt '10' 9", false),
        ("lte $.price 64123.45", true),
        ("gt $.nobody 1", false),
        ("lt $.nobody 1", false),
        ("gt $.name 1", false),
        ("and $.yes 1 'x'", true),
        ("and $.yes $.no", false),
        ("or $.no $.empty 'x'", true),
        ("or $.nobody $.zero $.void", false),
        ("not $.nobody", true),
        ("not (and $.yes (eq $.name 'bob'))", false),
    ];
    for (condition, expect) in cases {
        check(&[
            (&format!("{{{{{condition}}}}}"), &expect.to_string()),
            (
                &format!("{{{{#if ({condition})}}}}yes{{{{else}}}}no{{{{/if}}}}"),
                if expect { "yes" } else { "no" },
            ),
        ]);
    }
}

#[test]
fn truth_is_that_of_handlebars() {
    for (value, expect) in [
        ("$.nobody", false),
        ("$.none", false),
        ("$.no", false),
        ("$.zero", false),
        ("0.0", false),
        ("$.empty", false),
        ("$.void", false),
        ("state.x", false),
        ("capture.3", false),
        ("$.yes", true),
        ("$.id", true),
        ("$.name", true),
        ("'0'", true),
        ("$.list", true),
        ("$.user", true),
        ("$..n", true),
        ("message", true),
    ] {
        let (yes, no) = if expect { ("yes", "") } else { ("", "no") };
        check(&[
            (&format!("{{{{#if {value}}}}}yes{{{{/if}}}}"), yes),
            (&format!("{{{{#unless {value}}}}}no{{{{/unless}}}}"), no),
        ]);
    }
}

#[test]
fn blocks() {
    check(&[
        ("{{#if $.no}}a{{else}}b{{/if}}", "b"),
        ("{{#if $.no}}a{{^}}b{{/if}}", "b"),
        ("{{#if $.no}}a{{else if $.zero}}b{{else if $.yes}}c{{else}}d{{/if}}", "c"),
        ("{{#if $.no}}a{{else if $.zero}}b{{else unless $.no}}c{{/if}}", "c"),
        ("{{#unless $.yes}}a{{else if (eq $.id 7)}}b{{/unless}}", "b"),
        ("{{#each $.list}}{{this}},{{/each}}", "1,2,3,"),
        ("{{#each $.list}}{{.}}{{#unless @last}},{{/unless}}{{/each}}", "1,2,3"),
        (
            "{{#each $.items}}{{@index}}{{@first}}{{@last}}{{this.id}} {{/each}}",
            "0truefalsex 1falsefalsey 2falsetrue}} ",
        ),
        ("{{#each $.user}}{{@key}}={{this}};{{/each}}", r#"first=Ann;last=Lee;tags=["t1","t2"];"#),
        ("{{#each $.list}}{{@key}}{{/each}}", "012"),
        ("{{#each $.void}}a{{else}}none{{/each}}", "none"),
        ("{{#each $.nobody}}a{{else}}none{{/each}}", "none"),
        ("{{#each $.name}}a{{else}}none{{/each}}", "none"),
        ("{{#each $.items[?@.n > 2]}}{{this.n}}{{/each}}", "3"),
        ("{{#each $.items[*].id}}<{{this}}>{{/each}}", "<x><y><}}>"),
        ("{{#each state.user.roles}}{{this}} {{/each}}", "admin ops "),
        ("{{#each var.deep.list}}{{this}} {{/each}}", "10 20 "),
        ("{{#each $.list as |n i|}}{{i}}:{{n}} {{/each}}", "0:1 1:2 2:3 "),
        (
            "{{#each $.items as |item|}}{{item.id}}{{#each $.list as |n|}}{{n}}{{item.n}}{{/each}};{{/each}}",
            "x112131;y122232;}}132333;",
        ),
        (
            "{{#each $.items}}{{#each $.list}}{{../this.n}}{{../n}}{{@../index}}{{this}} {{/each}}{{/each}}",
            "1101 1102 1103 2211 2212 2213 3321 3322 3323 ",
        ),
        (
            "{{#each $.items}}{{#repeat 2}}{{this.id}}{{@index}}{{@../index}}{{/repeat}}{{/each}}",
            "x00x10y01y11}}02}}12",
        ),
        ("{{#each $.list}}{{#repeat 1}}{{../@index}}{{this}} {{/repeat}}{{/each}}", "01 12 23 "),
        ("{{#repeat 3}}{{@index}}{{#if @last}}.{{else}},{{/if}}{{/repeat}}", "0,1,2."),
        (
            "{{#repeat $.id}}x{{/repeat}} {{#repeat capture.1}}y{{/repeat}}",
            &format!("xxxxxxx {}", "y".repeat(42)),
        ),
        ("{{#repeat 0}}x{{else}}none{{/repeat}}", "none"),
        ("{{#repeat 2}}{{seq}}{{/repeat}}", "12"),
        (
            "{{#if $.yes}}{{#if $.no}}{{else}}{{#each $.list}}{{#if (gt this 1)}}{{this}}{{/if}}{{/each}}{{/if}}{{/if}}",
            "23",
        ),
        ("{{#each $.user.tags as |key|}}{{key}}{{/each}}", "t1t2"),
        ("{{#if (eq (upper $.name) 'BOB')}}hi{{/if}}", "hi"),
    ]);
    check(&[("{{header['x-client']}} {{path[id]}}", "tests/1 lobby")]);
    check_missing(&[
        ("{{#repeat $.nobody}}x{{/repeat}}", "", &["$.nobody"]),
        ("{{#repeat $.name}}x{{else}}none{{/repeat}}", "none", &["$.name"]),
        ("{{#each $.items}}{{this.nobody}}{{/each}}", "", &["this.nobody"]),
    ]);
}

#[test]
fn values_have_types() {
    for (text, expect) in [
        ("{{$.id}}", json!(7)),
        ("{{$.big}}", json!(u64::MAX)),
        ("{{$.price}}", json!(64123.45)),
        ("{{$.none}}", json!(null)),
        ("{{$.user}}", json!({"first": "Ann", "last": "Lee", "tags": ["t1", "t2"]})),
        ("{{$.items[*].n}}", json!([1, 2, 3])),
        ("{{seq}}", json!(1)),
        ("{{now.unix}}", json!(1_705_314_600)),
        ("{{now.unixMs}}", json!(1_705_314_600_125_i64)),
        ("{{now}}", json!("2024-01-15T10:30:00Z")),
        ("{{randInt 4 4}}", json!(4)),
        ("{{var.n}}", json!(5)),
        ("{{true}}", json!(true)),
        ("{{state.user.roles}}", json!(["admin", "ops"])),
        ("{{state.said}}", json!(3)),
        ("{{message}}", json!(MESSAGE)),
        ("{{capture.1}}", json!("42")),
        ("{{json $.id}}", json!("7")),
        ("{{walk 100 0.5}}", json!(100.0)),
        ("{{eq 1 1}}", json!(true)),
        ("{{~$.id~}}", json!(7)),
        ("{{$.id}} ", json!("7 ")),
        ("{{$.id}}{{$.id}}", json!("77")),
        ("{{#if $.id}}7{{/if}}", json!("7")),
        ("plain", json!("plain")),
        (r"\{{x}}", json!("{{x}}")),
    ] {
        assert_eq!(World::new().value(text), expect, "{text}");
    }
    let mut world = World::new();
    assert_eq!(world.value("{{$.nobody}}"), json!(null));
    assert_eq!(world.missing(), ["$.nobody"]);
}

#[test]
fn constants_make_literals() {
    let world = World::new();
    for (text, expect) in [
        ("plain", Some("plain")),
        (r"\{{x}}", Some("{{x}}")),
        ("in {{env.REGION}}: {{var.name}} {{var.n}}{{! x }}", Some("in eu-1: feed 5")),
        ("{{var.n}}", Some("5")),
        ("00{{hex var.name}}ff", Some("0066656564ff")),
        ("{{hex $.a}}", None),
        ("{{uuid}}", None),
        ("{{#if true}}x{{/if}}", None),
    ] {
        assert_eq!(world.parse(text).literal(), expect, "{text}");
    }
}

#[test]
fn nothing_is_expanded_where_that_is_off() {
    let options = Options { expand: false, ..Options::default() };
    for text in ["{{uuid}}", "{{", r"\{{x}}", "{{#if"] {
        assert_eq!(Template::parse(text, &options).unwrap().literal(), Some(text));
    }
}

#[test]
fn numbers_keep_their_digits() {
    let message =
        r#"{"a":9007199254740993,"b":-9223372036854775808,"c":0.1,"d":1.0,"e":1e21,"f":64123.450000000004}"#;
    let mut world = World::new().received(Message::text(message));
    let text = "{{$.a}} {{$.b}} {{$.c}} {{$.d}} {{$.e}} {{$.f}}";
    assert_eq!(world.render(text), "9007199254740993 -9223372036854775808 0.1 1.0 1e+21 64123.450000000004");
}
