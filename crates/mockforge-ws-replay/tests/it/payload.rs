//! What lines send.

use mockforge_ws_core::Message;

use crate::{Pass, Say, check, facts, run, script};

#[test]
fn text_json_base64_and_hex() {
    check(
        r#"{"text":"plain \"text\" é 😀"}
{"text":"\ud83d\ude00 \{{"}
{"json":{"b":[1.10, 1e3, null], "a":"x y"}}
{"json":null}
{"json":"just a string"}
{"base64":"AAEC/w=="}
{"hex":"00ff"}
{"text":""}
{"text":"end"}"#
            .replace("\\{{", "\\\\{{")
            .as_str(),
        &[],
        "0 > plain \"text\" é 😀 | 0 > 😀 {{ | 0 > {\"b\":[1.10,1e3,null],\"a\":\"x y\"} | 0 > null | 0 > \"just a string\" | 0 > 0x000102ff | 0 > 0x00ff | 0 >  | 0 > end",
    );
}

#[test]
fn templates_work_in_all() {
    check(
        r#"{"waitFor":"$","text":"n={{$.n}}"}
{"json":{"n":"{{$.n}}","s":"<{{$.n}}>"}}
{"base64":"{{base64 $.t}}"}
{"hex":"{{hex $.t}}00"}"#,
        &[Say(r#"{"n":7,"t":"hi"}"#)],
        r#"0 < {"n":7,"t":"hi"} | 0 > n=7 | 0 > {"n":7,"s":"<7>"} | 0 > 0x6869 | 0 > 0x686900"#,
    );
}

#[test]
fn bytes_that_cannot_be_built_are_not_sent() {
    let source = r#"{"waitFor":"$","hex":"{{$.h}}","close":true}"#;
    check(source, &[Say(r#"{"h":"0g"}"#)], r#"0 < {"h":"0g"} | 0 x close 1000"#);
    let facts = facts(source, &[Say(r#"{"h":"0g"}"#)]);
    assert!(
        facts[1].starts_with("Unsendable") && facts[1].contains("`g` is no hexadecimal digit"),
        "{facts:?}"
    );
}

#[test]
fn the_same_message_is_shared() {
    let script = script(r#"{"text":"a rather long text that is shared by all connections"}"#);
    let sent = |script| match &run(script, &[]).sent()[0] {
        Message::Text(text) => text.as_ptr() as usize,
        other => panic!("{other:?}"),
    };
    assert_eq!(sent(&script), sent(&script));
}

/// Wall time under `--now` is the script's own: neither waits nor lateness move it.
#[test]
fn now_follows_the_script() {
    check(
        r#"{"ts":1000,"text":"{{now}}"}
{"ts":2000,"waitFor":"go","text":"{{now}}"}
{"ts":3000,"text":"{{now}}","repeat":{"count":2,"every":1000}}"#,
        &[Pass(10_000), Say("go"), Pass(5_000)],
        "1000 > 2024-01-15T10:30:01Z | 10000 < go | 10000 > 2024-01-15T10:30:02Z | 11000 > 2024-01-15T10:30:03Z | 12000 > 2024-01-15T10:30:04Z",
    );
}

#[test]
fn a_seed_fixes_what_is_random() {
    let script =
        script("{\"text\":\"{{uuid}} {{randInt 1 1000000}}\"}\n{\"ts\":5,\"json\":{\"id\":\"{{uuid}}\"}}");
    let texts = || run(&script, &[Pass(10)]).texts();
    assert_eq!(texts(), texts());
    assert_ne!(texts()[0], texts()[1]);
}

#[test]
fn without_expansion_templates_are_text() {
    use mockforge_ws_replay::{Options, compile};
    let mut options = Options::new("s.jsonl");
    options.template.expand = false;
    let source = "{\"text\":\"{{nothing}}\"}\n{\"json\":{\"a\":\"{{uuid\"}}\n{\"hex\":\"00\"}";
    let script = compile(source, &options).script.unwrap();
    assert_eq!(run(&script, &[]).texts()[..2], ["{{nothing}}", r#"{"a":"{{uuid"}"#]);
}
