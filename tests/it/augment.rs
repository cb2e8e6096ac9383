//! Augmented scripts compile, and all that was not generated is where it was.

use std::path::Path;

use mockforge_ws_ai::{AugmentOptions, Augmentation, How, Point};
use mockforge_ws_replay::{Options, compile};
use mockforge_ws_testkit::Sim;
use proptest::prelude::*;
use serde_json::{Value, json};
use time::OffsetDateTime;

const MARK: &str = "// generated: ";

fn errors(script: &str) -> Vec<String> {
    compile(script, &Options::new("script.jsonl")).diagnostics.iter().map(ToString::to_string).collect()
}

/// When each line is due and what it does, as its compiler sees it, without its number in the file.
fn timeline(script: &str) -> Vec<String> {
    let compiled = compile(script, &Options::new("script.jsonl"));
    let script = compiled.script.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let rows = script.timeline().to_string();
    let columns = |row: &str| row.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
    rows.lines().map(columns).collect()
}

/// Without what was generated: the marks, and in `Insert` the lines below them.
fn without_generated(script: &str, how: How) -> Vec<&str> {
    let mut lines = script.split_inclusive('\n');
    let mut kept = Vec::new();
    while let Some(line) = lines.next() {
        match line.starts_with(MARK) {
            true if how == How::Insert => drop(lines.next()),
            true => {}
            false => kept.push(line.trim_end_matches(['\r', '\n'])),
        }
    }
    kept
}

fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples");
    let files =
        std::fs::read_dir(folder).expect("they are there").map(|file| file.expect("it is there").path());
    let mut scripts: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|ext| ext == "jsonl")).collect();
    scripts.sort();
    let read = |path: &std::path::PathBuf| std::fs::read_to_string(path).expect("it is readable");
    scripts.iter().map(|path| (path.display().to_string(), read(path))).collect()
}

/// Each example at each of its lines, without a model.
#[test]
fn the_examples_are_augmented_without_a_model() {
    let scripts = examples();
    assert!(scripts.len() >= 4);
    let mut count = 0;
    for (name, script) in &scripts {
        let labels_and_types = ["$", "/./", "hello", "delta", "room", "welcome", "next", "user.get"];
        for (point, how) in
            labels_and_types.iter().flat_map(|point| [(point, How::Insert), (point, How::Rewrite)])
        {
            let options = AugmentOptions {
                narrative: "A busy day of stock trading".into(),
                points: vec![Point::parse(point).expect("it is a point")],
                per_point: if how == How::Insert { 3 } else { 1 },
                how,
                seed: 7,
                ..AugmentOptions::default()
            };
            let run = || {
                let mut augmentation = Augmentation::new(script, options.clone()).ok()?;
                augmentation.offline(OffsetDateTime::UNIX_EPOCH).expect("the options are good");
                Some(augmentation.finish())
            };
            // Not every example has every point.
            let Some(new) = run() else { continue };
            assert_eq!(errors(&new), [""; 0], "{name}, {point}, {how:?}:\n{new}");
            assert_eq!(Some(&new), run().as_ref(), "{name}, {point}");
            if how == How::Insert {
                assert_eq!(
                    without_generated(&new, how),
                    script.lines().collect::<Vec<_>>(),
                    "{name}, {point}"
                );
            }
            count += 1;
        }
    }
    assert!(count >= 12, "{count}");
}

/// The page for users shows what happens.
#[test]
fn the_page_shows_what_happens() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ai.md");
    let page = std::fs::read_to_string(page).expect("it is readable");
    let page = page.split("## Augmenting a script\n").nth(1).expect("it has the section");
    let block = |language: &str| {
        let block = page.split(&format!("```{language}\n")).nth(1).and_then(|rest| rest.split("```").next());
        block.unwrap_or_else(|| panic!("it has a block of {language}"))
    };
    let options = AugmentOptions {
        narrative: "A nervous hour of stock trading in ACME".into(),
        points: vec![Point::parse("type:trade").expect("it is a point")],
        seed: 7,
        ..AugmentOptions::default()
    };
    let mut augmentation = Augmentation::new(block("json"), options).expect("the point is there");
    augmentation.offline(OffsetDateTime::UNIX_EPOCH).expect("the options are good");
    assert_eq!(block("diff"), augmentation.diff("feed.jsonl"));
}

/// What each line of a script may have beside its time.
fn line() -> impl Strategy<Value = Value> {
    let text = "[a-zé{}\\\\\" \n]{0,12}";
    prop_oneof![
        4 => text.prop_map(|text| json!({ "json": { "type": "m", "text": text.replace("{{", "{") } })),
        2 => text.prop_map(|text| json!({ "text": text.replace("{{", "{") })),
        1 => Just(json!({ "json": { "type": "m", "id": "{{uuid}}", "n": "{{seq}}" } })),
        1 => Just(json!({ "dir": "in", "json": { "type": "m" } })),
        1 => Just(json!({ "waitFor": "^go$" })),
        1 => Just(json!({ "hex": "00ff" })),
        1 => Just(json!({ "json": { "type": "m" }, "repeat": { "count": 2, "every": 30 } })),
        1 => Just(json!({ "text": "x", "waitFor": "$.a", "timeout": 50, "onTimeout": "skip" })),
    ]
}

fn script() -> impl Strategy<Value = String> {
    let timed =
        (line(), prop::option::of(0_u64..2_000), prop_oneof![Just("\n"), Just("\r\n"), Just("\n// a\n\n")]);
    (prop::collection::vec(timed, 1..12), any::<bool>(), any::<bool>()).prop_map(|(lines, header, ends)| {
        let (mut script, mut ts) = (String::new(), 0);
        if header {
            script.push_str("{\"mockforge\":1,\"onEnd\":\"close\"}\n");
        }
        for (mut line, gap, end) in lines {
            if let Some(gap) = gap {
                ts += gap;
                line["ts"] = ts.into();
            }
            script.push_str(&line.to_string());
            script.push_str(end);
        }
        if !ends {
            script.truncate(script.trim_end().len());
        }
        script
    })
}

/// What a model may write: any text, also such that means something in templates.
fn answers() -> impl Strategy<Value = Vec<String>> {
    let text = r#"[a-z{}$.\\"/\n\r\u{2028} ]{0,16}"#;
    let event = (text, text, any::<f64>()).prop_map(|(name, text, number)| {
        json!({ "type": "m", name: [text.clone()], "text": text, "number": number }).to_string()
    });
    prop::collection::vec(event, 1..4)
}

fn augmented(script: &str, how: How, answers: &[String]) -> Option<String> {
    let options = AugmentOptions {
        points: vec![Point::parse("/./").expect("it is a point")],
        per_point: if how == How::Insert { 2 } else { 1 },
        how,
        ..AugmentOptions::default()
    };
    let mut augmentation = Augmentation::new(script, options).ok()?;
    while augmentation.request().is_some() {
        answers.iter().for_each(|answer| augmentation.push(answer));
        augmentation.answered("openai/gpt-4o-mini");
    }
    Some(augmentation.finish())
}

/// A value with members whose names mean something to the offline generator.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1_000_i64..1_000).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        "[a-z0-9{}:. -]{0,12}".prop_map(Value::from),
        Just(json!("2024-01-15T10:30:00Z")),
    ];
    let name = prop::sample::select(vec![
        "type", "price", "n", "id", "userId", "at", "ts", "text", "x", "data", "events",
    ]);
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..5).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_string(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn augmented_scripts_compile(script in script(), answers in answers(), inserts: bool) {
        let before = errors(&script);
        let how = if inserts { How::Insert } else { How::Rewrite };
        // Without a message there is no point.
        prop_assume!(!before.iter().any(|error| error.contains("error")));
        let Some(new) = augmented(&script, how, &answers) else { return Ok(()) };
        prop_assert!(!errors(&new).iter().any(|error| error.contains("error") || error.contains("goes back")), "{new}\n{:?}", errors(&new));
        prop_assert_eq!(new.ends_with('\n'), script.ends_with('\n'));
        let marks = new.matches(MARK).count();
        let kept = without_generated(&new, how);
        prop_assert!(how == How::Rewrite || kept == script.lines().collect::<Vec<_>>(), "{}", new);
        prop_assert_eq!(kept.len(), script.lines().count());
        if how == How::Insert {
            // All that was played before is played as before, and a line more for each mark.
            let (old, new) = (timeline(&script), timeline(&new));
            prop_assert_eq!(new.len(), old.len() + marks);
            let mut rows = new.iter();
            prop_assert!(old.iter().all(|row| rows.any(|other| other == row)), "{:?}\n{:?}", old, new);
        }
    }

    /// Whatever a script sends, something like it can be generated.
    #[test]
    fn any_message_has_others_like_it(first in value(), second in value(), inserts: bool) {
        let script = format!("{}\n{}\n", json!({ "json": { "type": "m", "v": first } }), json!({ "json": { "type": "m", "v": second } }));
        prop_assume!(!script.contains("{{"));
        let how = if inserts { How::Insert } else { How::Rewrite };
        let points = vec![Point::parse("m").expect("it is a point")];
        let mut augmentation = Augmentation::new(&script, AugmentOptions { points, how, ..AugmentOptions::default() }).expect("it is there");
        let done = augmentation.offline(OffsetDateTime::UNIX_EPOCH);
        prop_assert!(done.is_ok(), "{script}{done:?}");
        let new = augmentation.finish();
        prop_assert_eq!(new.matches(MARK).count(), 2);
        prop_assert_eq!(errors(&new), [""; 0], "{}", new);
    }

    /// Whatever the file and the answers are, nothing panics.
    #[test]
    fn what_is_broken_is_survived(
        script in script(), cut in any::<(prop::sample::Index, prop::sample::Index)>(), answer: String, inserts: bool,
    ) {
        let chars: Vec<char> = script.chars().collect();
        let (from, length) = (cut.0.index(chars.len()), cut.1.index(8));
        let broken: String = chars.iter().enumerate().filter(|(at, _)| !(from..from + length).contains(at)).map(|(_, c)| c).collect();
        let how = if inserts { How::Insert } else { How::Rewrite };
        let answers = [answer, "{\"text\":\"{{\"}".to_string()];
        if let Some(new) = augmented(&broken, how, &answers) {
            prop_assert_eq!(without_generated(&new, how).len(), broken.lines().count());
        }
        for text in [&broken, &answers[0]] {
            let _ = Point::parse(text);
        }
    }

    /// Whatever a model writes leaves as it was written.
    #[test]
    fn generated_messages_are_no_templates(answers in answers(), is_text: bool) {
        let line = if is_text { "{\"text\":\"a\"}" } else { "{\"json\":{\"type\":\"m\"}}" };
        for how in [How::Insert, How::Rewrite] {
            let script = augmented(line, how, &answers).expect("there is a point");
            let script = compile(&script, &Options::new("script.jsonl")).script.expect("it compiles");
            let mut sim = Sim::new(script.player());
            sim.advance(10_000);
            let sent: Vec<String> = sim.texts().iter().map(ToString::to_string).collect();
            let wanted: Vec<String> = answers
                .iter()
                .map(|answer| serde_json::from_str::<Value>(answer).expect("it is JSON"))
                .filter(|event| !is_text || event["text"] != "")
                .map(|event| if is_text { event["text"].as_str().expect("it is text").into() } else { event.to_string() })
                .collect();
            let (rest, most) = if how == How::Insert { (1, 2) } else { (0, 1) };
            let wanted: Vec<&String> = wanted.iter().cycle().take(if wanted.is_empty() { 0 } else { most }).collect();
            // Where there is nothing to put in its place, the line stays.
            let rest = if wanted.is_empty() { 1 } else { rest };
            prop_assert_eq!(sent[rest..].iter().collect::<Vec<_>>(), wanted);
        }
    }
}
