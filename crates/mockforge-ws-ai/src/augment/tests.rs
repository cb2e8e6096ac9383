//! Augmented scripts.

use serde_json::json;
use time::macros::datetime;

use super::*;

fn options(point: &str, how: How) -> AugmentOptions {
    let narrative = "A chat about tea".to_string();
    let points = vec![Point::parse(point).expect("it is a point")];
    AugmentOptions { narrative, points, how, seed: 7, ..AugmentOptions::default() }
}

/// Augments with a model that gives these answers, one after the other and then the first again.
fn augment(script: &str, options: AugmentOptions, answers: &[&str]) -> Augmentation {
    let mut augmentation = Augmentation::new(script, options).expect("the points are there");
    let mut answers = answers.iter().cycle();
    while augmentation.request().is_some() {
        augmentation.push(answers.next().expect("there is an answer"));
        augmentation.answered("toy");
    }
    augmentation
}

#[test]
fn inserted_messages_stand_below_a_mark_and_all_else_is_as_it_was() {
    let answer = r#"{"type":"t","say":"a \"b\" {{c}}"}"#;
    let line = r#"{"ts":TS,"json":{"type":"t","say":"a \"b\" \\{{c}}"}}"#;
    let line = |ts: &str| line.replace("TS", ts);
    for (script, point, expect) in [
        // White space, comments and the header stay.
        (
            "{\"mockforge\":1}\n// c\n\n {\"ts\": 5, \"json\":{\"type\":\"m\"}} \n# d\n{\"ts\":15}\n"
                .to_string(),
            "m",
            format!(
                "{{\"mockforge\":1}}\n// c\n\n {{\"ts\": 5, \"json\":{{\"type\":\"m\"}}}} \n\
                 // generated: toy, seed 7, after line 4\n{}\n# d\n{{\"ts\":15}}\n",
                line("10")
            ),
        ),
        // Ends of lines are those of the file, and a last line without one stays so.
        (
            "{\"ts\":5,\"label\":\"l\"}\r\n{\"json\":{\"type\":\"m\"}}".to_string(),
            "label:l",
            format!(
                "{{\"ts\":5,\"label\":\"l\"}}\r\n// generated: toy, seed 7, after line 1\r\n{}\r\n{{\"json\":{{\"type\":\"m\"}}}}",
                line("5")
            ),
        ),
        (
            "{\"ts\":5}\r\n{\"ts\":25,\"json\":{\"type\":\"m\"}}".to_string(),
            "$.type",
            format!(
                "{{\"ts\":5}}\r\n{{\"ts\":25,\"json\":{{\"type\":\"m\"}}}}\r\n// generated: toy, seed 7, after line 2\r\n{}",
                line("45")
            ),
        ),
    ] {
        let augmented = augment(&script, options(point, How::Insert), &[answer]);
        assert_eq!(augmented.finish(), expect, "{script}");
        assert_eq!(augmented.left_out(), []);
    }
}

#[test]
fn a_rewritten_line_keeps_all_but_its_message() {
    for (line, answer, expect) in [
        (
            r#"{"ts": 5, "json" : {"type":"m","id":"{{$.id}}","say":"x"} ,"label":"l","waitFor":"^a"}"#,
            r#"{"say":"{{y}}","type":"m","id":9,"new":1}"#,
            r#"{"ts": 5, "json" : {"type":"m","id":"{{$.id}}","say":"\\{{y}}","new":1} ,"label":"l","waitFor":"^a"}"#,
        ),
        (
            r#"{"text":"{\"type\":\"m\"}","goto":"l","label":"l"}"#,
            r#"{"type":"m","say":"{{y}}"}"#,
            r#"{"text":"{\"type\":\"m\",\"say\":\"\\{{y}}\"}","goto":"l","label":"l"}"#,
        ),
        (
            r#"{"text":"hello","label":"l"}"#,
            r#"{"text":"good \"day\""}"#,
            r#"{"text":"good \"day\"","label":"l"}"#,
        ),
    ] {
        let augmented = augment(&format!("# a\n{line}\n"), options("label:l", How::Rewrite), &[answer]);
        let expect = format!("# a\n// generated: toy, seed 7, in place of line 2\n{expect}\n");
        assert_eq!(augmented.finish(), expect);
    }
}

#[test]
fn what_is_not_as_it_should_be_is_asked_for_once_more() {
    let script = "{\"json\":{\"type\":\"m\"}}\n";
    let schema = json!({ "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"] });
    let with =
        |per_point| AugmentOptions { schema: Some(schema.clone()), per_point, ..options("m", How::Insert) };

    let mut augmentation = Augmentation::new(script, with(1)).unwrap();
    augmentation.request().unwrap();
    augmentation.push(r#"Sure: {"n":"one"}"#);
    augmentation.answered("toy");
    let again = augmentation.request().unwrap().turns.remove(0).text;
    assert!(again.contains(r#"{"n":"one"}"#) && again.contains("$.n"), "{again}");
    augmentation.push(r#"{"n":1} {"n":2}"#);
    augmentation.answered("toy");
    assert!(augmentation.request().is_none() && augmentation.left_out().is_empty());
    assert_eq!(augmentation.finish().matches("\"json\":{\"n\"").count(), 1, "no more than was asked for");

    for (answers, got, why) in [
        ([r#"{"n":1}"#, "x"], 1, "it wrote other things than JSON objects"),
        (["", ""], 0, "it wrote no more"),
        ([r#"{"n":1}{"m":1}"#, ""], 1, "others are not as they should be: $.n: "),
    ] {
        let augmented = augment(script, with(2), &answers);
        let told = augmented.left_out()[0].to_string();
        assert!(
            told.starts_with(&format!("line 1: {got} of 2 messages were generated by toy ({why}")),
            "{told}"
        );
        assert_eq!(augmented.finish().matches("// generated").count(), got);
        assert_eq!(augmented.left_out().len(), 1);
    }
}

#[test]
fn a_model_sees_what_surrounds_the_point_as_data() {
    let lines: Vec<String> =
        (0..20).map(|n| format!("{{\"json\":{{\"n\":{n},\"x\":\"</script>\"}}}}")).collect();
    let asked = |how| {
        let options = AugmentOptions { context: 2, ..options("$[?@ == 10]", how) };
        Augmentation::new(&lines.join("\n"), options).unwrap().request().unwrap()
    };
    let text = asked(How::Insert).turns.remove(0).text;
    let script = text.split("<script>\n").nth(1).unwrap().split("\n</script>").next().unwrap();
    let line = |n| lines[n as usize].replace('<', "\\u003c").replace('>', "\\u003e");
    assert_eq!(script, [line(8), line(9), line(10), "<here/>".into(), line(11), line(12)].join("\n"));
    assert!(
        text.contains("A chat about tea") && text.ends_with("Write the first event. There will be more.")
    );
    let text = asked(How::Rewrite).turns.remove(0).text;
    assert!(text.contains(&format!("\n<here>{}</here>\n", line(10))), "{text}");
    assert_eq!(asked(How::Insert).seed, Some(7));
}

#[test]
fn what_was_generated_is_remembered_for_the_next_point() {
    let script = "{\"json\":{\"type\":\"m\"}}\n{\"json\":{\"type\":\"m\"}}\n";
    let mut augmentation = Augmentation::new(script, options("m", How::Insert)).unwrap();
    augmentation.request().unwrap();
    augmentation.push(r#"{"price":101}"#);
    assert_eq!(augmentation.progress(), (0, 2));
    augmentation.answered("toy");
    assert_eq!(augmentation.progress(), (1, 2));
    let request = augmentation.request().unwrap();
    assert_eq!(request.turns[1].text, r#"{"price":101}"#);
    assert_eq!(request.seed, Some(8));
}

#[test]
fn mistakes_are_told_together() {
    let script = "{\"label\":\"top\",\"text\":\"a\"}\n{\"json\":{\"type\":\"tick\"},\"close\":true}\n";
    let told = |options: AugmentOptions| -> Vec<String> {
        let problems = Augmentation::new(script, options).unwrap_err();
        problems.iter().map(|problem| format!("{:?} {problem}", problem.path)).collect()
    };
    let there_is = "labels: top; types: tick";
    assert_eq!(
        told(AugmentOptions {
            points: ["label:tip", "tick", "/b/"].map(|point| Point::parse(point).unwrap()).into(),
            per_point: 0,
            ..AugmentOptions::default()
        }),
        [
            "[Name(\"per_point\")] a point gets 1 to 1000 messages, not 0".to_string(),
            format!(
                "[Name(\"points\"), Index(0)] `label:tip` chooses no line of the script (did you mean `top`? {there_is})"
            ),
            format!("[Name(\"points\"), Index(2)] `/b/` chooses no line of the script ({there_is})"),
        ]
    );
    assert_eq!(
        told(options("tick", How::Insert)),
        [
            "[Name(\"points\")] line 2 is left as it is: nothing can follow it, for the line closes the connection"
        ]
    );
    assert_eq!(
        told(AugmentOptions::default()),
        [format!("[Name(\"points\")] there is no point at which to augment the script ({there_is})")]
    );
    assert_eq!(
        told(AugmentOptions { per_point: 2, ..options("top", How::Rewrite) }),
        [
            "[Name(\"per_point\")] a line that is rewritten has 1 message, not 2 (insert messages to have more of them)"
        ]
    );
    let schema = Some(json!({ "properties": { "a": { "type": "strin" } } }));
    let wrong = told(AugmentOptions { schema, ..options("top", How::Insert) });
    assert!(wrong[0].starts_with("[Name(\"schema\"), Name(\"properties\")"), "{wrong:?}");
}

#[test]
fn lines_at_which_nothing_can_stand_are_left_and_told() {
    let script = "{\"json\":{\"type\":\"m\"}}\n{\"json\":{\"type\":\"m\"},\"close\":true}\n";
    let augmented = augment(script, options("m", How::Insert), &[r#"{"type":"m"}"#]);
    assert_eq!(augmented.left_out().len(), 1);
    assert_eq!(augmented.finish().matches("// generated").count(), 1);
}

#[test]
fn a_name_can_not_leave_its_comment() {
    let mut augmentation = Augmentation::new("{\"label\":\"a\"}", options("a", How::Insert)).unwrap();
    augmentation.push("{\"x\":1}");
    augmentation.answered("evil\n{\"close\":true}\n");
    assert_eq!(augmentation.finish().lines().count(), 3);
    assert_eq!(
        augmentation.finish().lines().nth(1),
        Some("// generated: evil {\"close\":true} , seed 7, after line 1")
    );
}

fn offline(script: &str, options: AugmentOptions) -> String {
    let mut augmentation = Augmentation::new(script, options).expect("the points are there");
    augmentation.offline(datetime!(2024-01-15 10:30 UTC)).expect("the options are good");
    assert_eq!(augmentation.request(), None);
    augmentation.finish()
}

#[test]
fn without_a_model_messages_look_like_those_nearby() {
    let script = r#"{"ts":0,"json":{"type":"hello","server":"x"}}
{"ts":100,"json":{"type":"tick","sym":"ACME","px":101.25,"n":1}}
{"ts":1100,"json":{"type":"tick","sym":"ACME","px":101.5,"n":2}}
{"ts":2100,"json":{"type":"tick","sym":"ACME","px":"{{walk 101 0.1}}","n":3}}
{"ts":3000,"text":"bye"}
"#;
    let market = |how| AugmentOptions { narrative: "Stock trading in ACME".into(), ..options("tick", how) };
    let new = offline(script, AugmentOptions { per_point: 3, ..market(How::Insert) });
    assert_eq!(new, offline(script, AugmentOptions { per_point: 3, ..market(How::Insert) }));
    assert_ne!(new, offline(script, AugmentOptions { per_point: 3, seed: 8, ..market(How::Insert) }));
    let generated: Vec<Value> = new
        .split("after line ")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.lines().nth(1).expect("a line follows")).expect("it is JSON"))
        .collect();
    assert_eq!(generated.len(), 9);
    assert_eq!(generated[0]["ts"], 350);
    for line in &generated {
        let event = &line["json"];
        assert_eq!((&event["type"], &event["sym"]), (&json!("tick"), &json!("ACME")), "{event}");
        assert!(event["px"].as_f64().is_some_and(|price| (50.0..200.0).contains(&price)), "{event}");
    }
    let rewritten = offline(script, market(How::Rewrite));
    assert_eq!(rewritten.matches("in place of").count(), 3);
    assert!(rewritten.contains("\"px\":\"{{walk 101 0.1}}\""), "{rewritten}");
}

#[test]
fn without_a_model_a_bid_is_not_above_its_ask() {
    let quote = |ts: u64, bid: f64, ask: f64| {
        format!("{}\n", json!({ "ts": ts, "json": { "type": "quote", "bid": bid, "ask": ask } }))
    };
    let script = quote(0, 99.9, 100.0) + &quote(1_000, 100.05, 100.1);
    for seed in 0..50 {
        let new = offline(&script, AugmentOptions { per_point: 5, seed, ..options("quote", How::Insert) });
        for line in new.lines().filter(|line| line.starts_with('{')) {
            let quote = serde_json::from_str::<Value>(line).expect("a line")["json"].clone();
            assert!(quote["bid"].as_f64() <= quote["ask"].as_f64(), "seed {seed}: {quote}");
        }
    }
}

#[test]
fn without_a_model_texts_are_texts() {
    let script = "{\"text\":\"hello\"}\n{\"text\":\"bye\"}\n";
    let new = offline(script, AugmentOptions { per_point: 2, ..options("/hello/", How::Insert) });
    assert_eq!(new.matches("{\"ts\":0,\"text\":\"").count(), 2, "{new}");
    assert!(!new.contains("\"text\":\"\""), "{new}");
}

#[test]
fn without_a_model_a_client_is_answered() {
    let script = "{\"dir\":\"in\",\"json\":{\"type\":\"user_message\",\"text\":\"Where is my umbrella?\"}}\n{\"ts\":500}\n";
    let new = offline(script, options("user_message", How::Insert));
    assert!(new.lines().nth(2).is_some_and(|line| line.contains("umbrella")), "{new}");
}

#[test]
fn the_time_of_a_script_goes_on() {
    let script = r#"{"ts":0,"json":{"type":"hello"}}
{"ts":500,"json":{"type":"tick","at":"2024-01-15T10:30:00.500Z","n":1}}
{"ts":2500,"json":{"type":"tick","at":"2024-01-15T10:30:02.500Z","n":2}}
"#;
    let points = vec![Point::parse("tick").unwrap()];
    let mut augmentation =
        Augmentation::new(script, AugmentOptions { points, ..Default::default() }).unwrap();
    let begins = augmentation.begins().unwrap();
    assert_eq!(begins, time::macros::datetime!(2024-01-15 10:30:00 UTC));
    augmentation.offline(begins).unwrap();
    assert!(
        augmentation.finish().contains(r#""at":"2024-01-15T10:30:01.500Z""#),
        "{}",
        augmentation.finish()
    );
}
