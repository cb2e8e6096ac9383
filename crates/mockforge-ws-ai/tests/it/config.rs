//! The settings as data, and what becomes of them.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_ai::{LlmErrorKind, OnEnd, ReplayAugmentationConfig, WebSocketAiConfig};
use mockforge_ws_testkit::{Setup, Sim};
use serde_json::json;

use crate::fake::Fake;

fn read(text: &str) -> WebSocketAiConfig {
    serde_json::from_str(text).expect("settings")
}

/// What is sent in a minute without a model.
fn minute(config: &WebSocketAiConfig) -> Sim {
    let mut sim = Sim::open(&config.mode(None).expect("good settings"), Setup::default());
    sim.advance(60_000);
    sim
}

#[test]
fn what_is_not_said_the_narrative_says() {
    for (text, sent) in [
        (r#"{"narrative":"chat"}"#, 61),
        (r#"{"narrative":"chat, 7 events"}"#, 7),
        (r#"{"narrative":"chat, 7 events","event_count":9}"#, 9),
        (r#"{"narrative":"chat at 2 per second"}"#, 121),
        (r#"{"narrative":"chat at 2 per second","events_per_second":0.5}"#, 31),
        (r#"{"narrative":"10 seconds of chat","events_per_second":2}"#, 20),
        (r#"{"narrative":"10 seconds of chat","duration":"0.05m"}"#, 3),
        (r#"{"narrative":"chat","pace":{"burst":{"size":3,"every":"30s"}}}"#, 9),
        (r#"{"narrative":"chat","interactive":true,"first":{"hi":1}}"#, 1),
        (r#"{"narrative":"chat","enabled":false,"first":{"hi":1}}"#, 0),
        (r#"{"replay":{"narrative":"chat, 2 events","provider":"offline"}}"#, 2),
    ] {
        assert_eq!(minute(&read(text)).sent().len(), sent, "{text}");
    }
    let closing = read(r#"{"narrative":"chat, 1 event","on_end":"close"}"#);
    assert!(minute(&closing).is_over());
    let typed = read(r#"{"narrative":"stock trading","event_types":{"trade":1}}"#);
    assert!(minute(&typed).texts().iter().all(|text| text.contains(r#""type":"trade""#)));
    let shaped = read(r#"{"examples":[{"id":1,"ok":true}],"seed":3}"#);
    assert!(minute(&shaped).texts()[0].contains("\"ok\":"));
    assert_eq!(
        minute(&shaped).transcript(),
        Sim::open(&shaped.mode(None).unwrap(), Setup { seed: 99, ..Setup::default() })
            .advance(60_000)
            .transcript()
    );
}

#[test]
fn a_model_is_asked_as_the_settings_say() {
    let fake = Fake::default();
    let config = WebSocketAiConfig {
        narrative: "Trading".into(),
        event_count: 3,
        seed: Some(5),
        on_end: OnEnd::Close,
        replay: Some(ReplayAugmentationConfig {
            system_prompt: Some("You are a stock exchange.".into()),
            provider: "fake".into(),
            temperature: Some(0.5),
            max_tokens: Some(500),
            offline_fallback: true,
            ..Default::default()
        }),
        ..Default::default()
    };
    let mode = config.mode(Some(Arc::new(fake.clone()))).unwrap();
    let mut sim = Sim::open(&mode, Setup::default());
    let request = fake.last();
    assert_eq!((request.temperature, request.max_tokens, request.seed), (Some(0.5), Some(500), Some(5)));
    assert!(request.system.starts_with("You are a stock exchange."));
    assert!(fake.asked().ends_with("Write events 1 to 3 of 3."), "{}", fake.asked());
    fake.fails(LlmErrorKind::Server);
    sim.advance(9_000);
    assert_eq!((sim.texts().len(), sim.is_over()), (3, true));

    let strict = ReplayAugmentationConfig { offline_fallback: false, ..config.replay.clone().unwrap() };
    let strict = WebSocketAiConfig { replay: Some(strict), ..config.clone() };
    let mut sim = Sim::open(&strict.mode(Some(Arc::new(fake.clone()))).unwrap(), Setup::default());
    fake.fails(LlmErrorKind::Server);
    assert!(sim.advance(9_000).transcript().contains("close 1011"));

    let small = ReplayAugmentationConfig { max_tokens_total: Some(20), ..config.replay.clone().unwrap() };
    let mode =
        WebSocketAiConfig { replay: Some(small), ..config }.mode(Some(Arc::new(fake.clone()))).unwrap();
    Sim::open(&mode, Setup::default());
    assert_eq!(fake.requests(), 2);
}

#[test]
fn settings_are_written_as_they_are_read() {
    let text = json!({
        "enabled": true, "narrative": "chat", "event_count": 5, "events_per_second": 0.0,
        "pace": { "poisson": 2.0 }, "duration": "1500ms", "schema": { "type": "object" }, "examples": [{ "a": 1 }],
        "event_types": { "message": 2.0 }, "seed": 7, "interactive": true, "first": "hi", "on_end": "close",
        "replay": {
            "narrative": "", "augmentation_points": ["a"], "provider": "openai", "model": "m", "base_url": "http://h/",
            "system_prompt": "p", "temperature": 0.1, "max_tokens": 9, "max_tokens_total": 99, "price": { "input": 1.0, "output": 2.0 }, "max_cost": 0.5,
            "offline_fallback": true,
        },
    });
    let config = read(&text.to_string());
    assert_eq!(config.duration, Some(Duration::from_millis(1_500)));
    assert_eq!(serde_json::to_value(&config).unwrap(), text);
    let default = WebSocketAiConfig::default();
    assert_eq!(read("{}"), default);
    assert_eq!(read(&serde_json::to_string(&default).unwrap()), default);
    for wrong in [r#"{"narative":"x"}"#, r#"{"duration":"5"}"#, r#"{"replay":{"key":"x"}}"#, r#"{"pace":0}"#]
    {
        assert!(serde_json::from_str::<WebSocketAiConfig>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn mistakes_are_told_where_they_are() {
    let told = |text: &str| -> Vec<String> {
        let problems = read(text).mode(None).unwrap_err();
        let way = |keys: &[mockforge_ws_diagnostic::Key]| {
            keys.iter().map(|key| format!("{key:?}")).collect::<Vec<_>>().join(" ")
        };
        problems.iter().map(|problem| format!("{}: {}", way(&problem.path), problem.message)).collect()
    };
    assert_eq!(told("{}"), [r#"Name("narrative"): nothing says what the events are about"#]);
    assert_eq!(
        told(r#"{"narrative":"x","pace":1,"events_per_second":-1,"replay":{"provider":"openai"}}"#),
        [
            r#"Name("events_per_second"): `pace` and `events_per_second` both say how fast events leave"#,
            r#"Name("replay") Name("provider"): there is no client for the provider `openai`"#,
        ]
    );
    assert_eq!(
        told(r#"{"narrative":"x","events_per_second":-1,"schema":false}"#)[0],
        r#"Name("events_per_second"): a rate is more than 0 and at most 10000 events a second, found -1"#
    );
}
