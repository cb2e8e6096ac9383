//! JSON templates: types, escapes, literals.

use mockforge_ws_core::{Fact, Limits, Message};
use mockforge_ws_template::{JsonTemplate, Options};
use serde_json::{Value, json};

use crate::support::World;

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "the cases read better without a reference each")]
fn check(template: Value, expect: Value) {
    let mut world = World::new();
    let rendered = world.json(&template);
    assert_eq!(rendered, expect.to_string(), "{template}");
    assert_eq!(world.facts(), [], "{template}");
    let mut world = World::new();
    let compiled = JsonTemplate::parse(&template, &world.options).unwrap();
    assert_eq!(world.run(|scope, cx| compiled.value(scope, cx)), expect, "{template}");
    assert_eq!(compiled.to_string(), template.to_string());
}

#[test]
fn one_expression_keeps_its_type() {
    check(json!({"id": "{{$.id}}"}), json!({"id": 7}));
    check(json!("{{$.user}}"), json!({"first": "Ann", "last": "Lee", "tags": ["t1", "t2"]}));
    check(
        json!(["{{$.none}}", "{{$.yes}}", "{{$.big}}", "{{$.price}}"]),
        json!([null, true, u64::MAX, 64123.45]),
    );
    check(
        json!({"a": ["{{seq}}", {"b": "{{seq}}"}], "c": "{{$.items[*].n}}"}),
        json!({"a": [1, {"b": 2}], "c": [1, 2, 3]}),
    );
    check(
        json!(["{{now}}", "{{now.unix}}", "{{now '%H'}}"]),
        json!(["2024-01-15T10:30:00Z", 1_705_314_600, "10"]),
    );
    check(json!(["{{now '\"%H\"'}}", "x{{now '\"%H\"'}}"]), json!(["\"10\"", "x\"10\""]));
    check(
        json!(["{{key}}", "{{capture.1}}", "{{state.said}}", "{{state.user}}"]),
        json!(["AAPL", "42", 3, {"name": "eve", "roles": ["admin", "ops"]}]),
    );
    check(json!(["{{json $.id}}", "{{json $.user.tags}}"]), json!(["7", "[\"t1\",\"t2\"]"]));
    check(json!(["{{var.n}}", "{{var.deep}}", "{{var.markup}}"]), json!([5, {"list": [10, 20]}, "{{uuid}}"]));
    check(json!("{{message}}"), json!(crate::support::MESSAGE));
}

#[test]
fn other_strings_stay_strings() {
    check(json!({"id": "{{$.id}} "}), json!({"id": "7 "}));
    check(json!("<{{$.quote}}>"), json!("<a \"b\" \\ \n>"));
    check(json!("{{#if $.yes}}say \"{{$.quote}}\"{{/if}}"), json!("say \"a \"b\" \\ \n\""));
    check(json!("{{#each $.items}}\n{{this.id}}\"{{/each}}\t"), json!("x\"y\"}}\"\t"));
    check(
        json!("user {{$.user}}!"),
        json!("user {\"first\":\"Ann\",\"last\":\"Lee\",\"tags\":[\"t1\",\"t2\"]}!"),
    );
    check(json!("{{$.id}}{{$.id}}"), json!("77"));
    check(json!("\\{{x}} \"quoted\""), json!("{{x}} \"quoted\""));
    check(json!("{{env.REGION}}\n{{var.deep}}"), json!("eu-1\n{\"list\":[10,20]}"));
}

#[test]
fn keys_are_templates_too() {
    check(json!({"{{$.name}}": 1, "k{{seq}}": "{{seq}}"}), json!({"bob": 1, "k1": 2}));
    check(json!({"{{$.id}}": "{{$.id}}", "{{$.quote}}": 0}), json!({"7": 7, "a \"b\" \\ \n": 0}));
}

#[test]
fn values_without_templates_are_literals() {
    for value in
        [json!({"b": [1, 2.5, null], "a": "x\n\u{1}"}), json!("text"), json!(1), json!({}), json!([])]
    {
        let template = JsonTemplate::parse(&value, &Options::default()).unwrap();
        assert_eq!(template.literal(), Some(&*value.to_string()));
        check(value.clone(), value);
    }
    let constant = JsonTemplate::parse(&json!({"n": "{{var.n}}", "\\{{": "a{{! }}"}), &World::new().options);
    assert_eq!(constant.unwrap().literal(), Some(r#"{"n":5,"{{":"a"}"#));
    let off = Options { expand: false, ..Options::default() };
    assert_eq!(JsonTemplate::parse(&json!("{{x"), &off).unwrap().literal(), Some("\"{{x\""));
}

#[test]
fn missing_values_are_null_and_reported() {
    let mut world = World::new();
    let rendered =
        world.json(&json!({"a": "{{$.x}}", "b": "{{state.x}}", "c": "<{{$.y}}>", "d": "{{upper $.z}}"}));
    assert_eq!(rendered, r#"{"a":null,"b":null,"c":"<>","d":null}"#);
    assert_eq!(world.missing(), ["$.x", "state.x", "$.y", "$.z"]);
}

#[test]
fn whatever_the_client_sends_stays_json() {
    let hostile = "\"}},{\"\\\n\u{0}\u{7f}{{uuid}}\u{2028}";
    let message = json!({ "x": hostile, "o": { hostile: [hostile] } });
    let mut world = World::new().received(Message::text(message.to_string()));
    let rendered = world.json(&json!({"a": "{{$.x}}", "b": "-{{$.x}}-", "c": "{{$.o}}", "d": "-{{$.o}}-", "{{$.x}}": "{{json $.x}}"}));
    let parsed: Value = serde_json::from_str(&rendered).unwrap();
    assert_eq!(parsed["a"], hostile);
    assert_eq!(parsed["b"], format!("-{hostile}-"));
    assert_eq!(parsed["c"], message["o"]);
    assert_eq!(parsed["d"], format!("-{}-", message["o"]));
    assert_eq!(parsed[hostile], json!(hostile).to_string());
}

#[test]
fn problems_have_the_way_to_their_string() {
    let value = json!({"a": [0, {"b": "x {{uid}} {{randInt 1}}"}], "{{nope}}": 1, "c": "{{"});
    let problems = JsonTemplate::parse(&value, &Options::default()).unwrap_err();
    let shown: Vec<_> =
        problems.iter().map(|problem| format!("{:?} {:?} {problem}", problem.path, problem.span)).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    [Name("a"), Index(1), Name("b")] Some(4..7) no such helper or value `uid` (did you mean `uuid`?)
    [Name("a"), Index(1), Name("b")] Some(12..19) `randInt` takes 2 arguments, got 1 (as in `{{randInt LO HI}}`)
    [Name("{{nope}}")] None in the key: no such helper or value `nope` (a field of the message is `$.nope`, a value of `set` is `state.nope`)
    [Name("c")] Some(0..2) `{{` is never closed (close it with `}}`, or write `\{{` for literal braces)
    "#);
}

#[test]
fn what_is_cut_comes_as_text() {
    let mut world = World::with(1, Limits { max_message_size: 20 });
    let template =
        JsonTemplate::parse(&json!({"a": "{{$.user.last}}", "b": "{{randString 50}}"}), &world.options)
            .unwrap();
    let value = world.run(|scope, cx| template.value(scope, cx));
    assert_eq!(value.as_str().map(str::len), Some(20));
    assert_eq!(world.facts(), [Fact::Truncated { limit: 20 }]);
}
