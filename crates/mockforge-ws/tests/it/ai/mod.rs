//! Generated events: on connections, by themselves, and in scripts.

mod connections;
mod events;
mod scripted;

use mockforge_ws::{ReplayAugmentationConfig, WebSocketAiConfig};

/// Of a model, ten events a second.
fn config() -> WebSocketAiConfig {
    WebSocketAiConfig { events_per_second: 10.0, ..WebSocketAiConfig::from("A quiet chat about tea") }
}

fn with(replay: ReplayAugmentationConfig) -> WebSocketAiConfig {
    WebSocketAiConfig { replay: Some(replay), ..config() }
}

#[test]
fn all_mistakes_of_a_config_are_told_at_once() {
    let config = WebSocketAiConfig {
        event_types: [("trade".to_string(), -1.0)].into(),
        replay: Some(ReplayAugmentationConfig {
            provider: "olama".into(),
            augmentation_points: vec!["tick".into(), "/[/".into()],
            ..Default::default()
        }),
        ..WebSocketAiConfig::default()
    };
    let error = mockforge_ws::AiEventGenerator::new(config).unwrap_err();
    let ways: Vec<String> =
        error.to_string().lines().filter_map(|line| Some(line.split_once(": ")?.0.to_string())).collect();
    let expected = ["replay.provider", "replay.augmentation_points[1]", "narrative", "event_types[0]"];
    assert_eq!(ways, expected, "{error}");
    assert!(error.to_string().contains("did you mean `ollama`?"), "{error}");
}

#[tokio::test]
async fn a_mock_server_tells_the_mistakes_of_its_config() {
    let started = mockforge_ws::MockServer::ai(" ").start().await;
    let error = started.unwrap_err().to_string();
    assert!(error.starts_with("narrative: nothing says what the events are about"), "{error}");
}
