//! Events by themselves, and in scripts.

use std::sync::Arc;

use futures_util::StreamExt;
use mockforge_ws::ai::{LlmError, LlmErrorKind};
use mockforge_ws::{
    AiError, AiEventGenerator, ReplayAugmentationConfig, ReplayAugmentationEngine, WebSocketAiConfig,
};
use serde_json::{Value, json};

use super::scripted::Scripted;
use super::{config, with};

const SCRIPT: &str = "{\"ts\":0,\"json\":{\"type\":\"a\",\"n\":1}}\n{\"ts\":90,\"json\":{\"type\":\"b\",\"n\":2}}\n{\"ts\":180,\"text\":\"end\"}\n";

fn engine(config: WebSocketAiConfig, model: &Scripted) -> ReplayAugmentationEngine {
    ReplayAugmentationEngine::with_llm(config, Arc::new(model.clone())).expect("a good config")
}

fn too_many() -> LlmError {
    LlmError::new(LlmErrorKind::RateLimited, "too many requests")
}

async fn all(engine: &ReplayAugmentationEngine) -> Vec<Result<Value, LlmError>> {
    engine.generate_stream().await.expect("there is a first event").collect().await
}

fn numbered(numbers: std::ops::Range<u64>) -> Vec<Result<Value, LlmError>> {
    numbers.map(|number| Ok(json!({ "n": number }))).collect()
}

#[tokio::test]
async fn events_come_without_waiting_for_their_time() {
    let model = Scripted::default().events(0..10).events(10..20);
    let count = WebSocketAiConfig { event_count: 15, ..config() };
    assert_eq!(all(&engine(count.clone(), &model)).await, numbered(0..15));
    assert_eq!(model.open(), 0);

    let offline = AiEventGenerator::new(count).unwrap();
    let (one, other) = (offline.generate_stream().await.unwrap(), offline.generate_stream().await.unwrap());
    let (one, other): (Vec<_>, Vec<_>) = (one.collect().await, other.collect().await);
    assert_eq!((one.len(), other.len()), (15, 15));
    assert_ne!(one, other);

    let timed = WebSocketAiConfig { duration: Some(std::time::Duration::from_secs(3)), ..config() };
    assert_eq!(all(&ReplayAugmentationEngine::new(timed).unwrap()).await.len(), 30);
    let none = WebSocketAiConfig { enabled: false, ..config() };
    assert_eq!(all(&ReplayAugmentationEngine::new(none).unwrap()).await.len(), 0);
}

#[tokio::test]
async fn a_model_is_not_asked_for_more_than_is_taken() {
    let model = Scripted::default().endless(0..3).events(3..6);
    let mut events = engine(config(), &model).generate_stream().await.unwrap();
    assert_eq!(events.next().await, Some(Ok(json!({ "n": 0 }))));
    assert_eq!((model.asked(), model.open()), (1, 1));
    drop(events);
    assert_eq!(model.open(), 0);

    let model = Scripted::default().endless(0..9);
    let timed = WebSocketAiConfig { duration: Some(std::time::Duration::from_millis(250)), ..config() };
    let mut events = engine(timed, &model).generate_stream().await.unwrap();
    assert_eq!(events.by_ref().collect::<Vec<_>>().await, numbered(0..3));
    assert_eq!(model.open(), 0);
}

#[tokio::test]
async fn a_failure_is_an_error_before_the_first_event_and_the_last_item_after_it() {
    let early = engine(config(), &Scripted::default().fails());
    assert_eq!(early.generate_stream().await.unwrap_err(), too_many());

    let late = engine(config(), &Scripted::default().events(0..5).fails());
    let mut events = late.generate_stream().await.unwrap();
    let told: Vec<_> = events.by_ref().collect().await;
    assert_eq!((&told[..5], &told[5..]), (&numbered(0..5)[..], &[Err(too_many())][..]));
    assert!(events.usage().input_tokens >= 500 && events.usage().output_tokens == 10, "{:?}", events.usage());

    let replay = ReplayAugmentationConfig { offline_fallback: true, ..Default::default() };
    let count = WebSocketAiConfig { event_count: 8, ..with(replay) };
    let told = all(&engine(count, &Scripted::default().events(0..5).fails())).await;
    assert_eq!((told.len(), &told[..5]), (8, &numbered(0..5)[..]));
    assert!(told.iter().all(Result::is_ok), "{told:?}");
}

fn at(points: &[&str]) -> ReplayAugmentationConfig {
    let augmentation_points = points.iter().map(ToString::to_string).collect();
    ReplayAugmentationConfig { augmentation_points, ..Default::default() }
}

#[tokio::test]
async fn scripts_are_augmented_by_a_model() {
    let model = Scripted::default().says(&[r#"{"type":"a","#, r#""n":7}"#]).says(&[r#"{"type":"b","n":8}"#]);
    let augmented = engine(with(at(&["a", "/:2}/"])), &model).augment(SCRIPT).await.unwrap();
    assert_eq!(
        augmented.finish(),
        r#"{"ts":0,"json":{"type":"a","n":1}}
// generated: toy/scripted, seed 0, after line 1
{"ts":45,"json":{"type":"a","n":7}}
{"ts":90,"json":{"type":"b","n":2}}
// generated: toy/scripted, seed 0, after line 2
{"ts":135,"json":{"type":"b","n":8}}
{"ts":180,"text":"end"}
"#
    );
}

#[tokio::test]
async fn scripts_are_augmented_without_a_model_or_when_it_fails() {
    let offline = ReplayAugmentationEngine::new(with(at(&["a", "b"]))).unwrap();
    let script = offline.augment(SCRIPT).await.unwrap().finish();
    assert_eq!(script.matches("// generated: offline, seed 0").count(), 2, "{script}");

    let model = || Scripted::default().says(&[r#"{"type":"a","n":7}"#]).fails();
    let failed = engine(with(at(&["a", "b"])), &model()).augment(SCRIPT).await.unwrap_err();
    assert_eq!(failed, AiError::Model(too_many()));
    let replay = ReplayAugmentationConfig { offline_fallback: true, ..at(&["a", "b"]) };
    let script = engine(with(replay), &model()).augment(SCRIPT).await.unwrap().finish();
    assert!(script.contains("toy/scripted") && script.contains("offline"), "{script}");
}

#[tokio::test]
async fn an_augmentation_keeps_to_its_tokens_and_tells_its_mistakes() {
    let model = Scripted::default().says(&[r#"{"type":"a","n":7}"#]).says(&[r#"{"type":"b","n":8}"#]);
    let replay = ReplayAugmentationConfig { max_tokens_total: Some(510), ..at(&["a", "b"]) };
    let augmented = engine(with(replay), &model).augment(SCRIPT).await.unwrap();
    assert_eq!((augmented.progress(), model.asked()), ((1, 2), 1));

    let error = engine(with(at(&["c"])), &model).augment(SCRIPT).await.unwrap_err();
    assert!(error.to_string().contains("`c` chooses no line of the script"), "{error}");
}
