//! Events on connections: in memory with a clock that jumps, and through axum.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::routing::get;
use futures_util::{SinkExt, StreamExt};
use mockforge_ws::core::{CloseFrame, Message, Status, close};
use mockforge_ws::io::{PairPeer, pair};
use mockforge_ws::{
    AiEventGenerator, ReplayAugmentationConfig, StreamSummary, TestServer, WebSocketAiConfig,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::scripted::Scripted;
use super::{config, with};

/// A client, and what will have become of its stream.
async fn stream(
    generator: &AiEventGenerator,
    max_events: Option<usize>,
) -> (PairPeer, JoinHandle<StreamSummary>) {
    let (socket, client) = pair().await;
    let generator = generator.clone();
    (client, tokio::spawn(async move { generator.stream_events(socket, max_events).await }))
}

fn scripted(config: WebSocketAiConfig, model: &Scripted) -> AiEventGenerator {
    AiEventGenerator::with_llm(config, Arc::new(model.clone())).expect("a good config")
}

/// All texts up to the close frame, and that.
async fn all(client: &mut PairPeer) -> (Vec<String>, Option<CloseFrame>) {
    let mut texts = Vec::new();
    loop {
        match client.next().await {
            Some(Ok(Message::Text(text))) => texts.push(text.to_string()),
            Some(Ok(Message::Close(frame))) => return (texts, frame),
            other => panic!("no text and no close frame: {other:?}"),
        }
    }
}

fn numbered(numbers: std::ops::Range<u64>) -> Vec<String> {
    numbers.map(|number| format!("{{\"n\":{number}}}")).collect()
}

#[tokio::test(start_paused = true)]
async fn as_many_events_as_asked_for_at_their_pace() {
    let model = Scripted::default().events(0..12).events(12..20);
    let generator = scripted(WebSocketAiConfig { first: Some("hi".into()), ..config() }, &model);
    let began = Instant::now();
    let (mut client, summary) = stream(&generator, Some(20)).await;
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text(r#""hi""#));
    let (texts, frame) = all(&mut client).await;
    assert_eq!(texts, numbered(0..20));
    let took = began.elapsed();
    assert!((Duration::from_millis(1_900)..Duration::from_millis(2_100)).contains(&took), "{took:?}");
    assert_eq!(frame, Some(close::frame(1000, "")));
    assert!(client.next().await.is_none());

    let StreamSummary { events, ended, usage, is_spent, fell_back } = summary.await.unwrap();
    assert_eq!((events, ended.status, ended.reason), (20, Status::Normal, None));
    assert_eq!((usage.input_tokens, usage.output_tokens), (1000, 20));
    assert_eq!((is_spent, fell_back), (false, None));
    assert_eq!((model.asked(), model.open()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn the_smaller_of_two_counts_is_kept_to() {
    let generator = AiEventGenerator::new(WebSocketAiConfig { event_count: 4, ..config() }).unwrap();
    for (max_events, expected) in [(None, 4), (Some(9), 4), (Some(3), 3), (Some(0), 0)] {
        let (mut client, summary) = stream(&generator, max_events).await;
        assert_eq!(all(&mut client).await.0.len(), expected, "{max_events:?}");
        drop(client);
        assert_eq!(summary.await.unwrap().events, expected, "{max_events:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn streams_without_a_model_differ_and_can_be_repeated() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let generator = AiEventGenerator::new("Trading in AAPL, 5 events").unwrap();
        for _ in 0..2 {
            let (mut client, _) = stream(&generator, None).await;
            let (texts, _) = all(&mut client).await;
            let without_times = |text: &String| text.split(",\"timestamp\"").next().map(str::to_string);
            runs.push(texts.iter().map(without_times).collect::<Vec<_>>());
        }
    }
    assert_ne!(runs[0], runs[1]);
    assert_eq!(runs[..2], runs[2..]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_ends_the_request_to_the_model() {
    let model = Scripted::default().endless(0..5);
    let (mut client, summary) = stream(&scripted(config(), &model), Some(20)).await;
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text(r#"{"n":0}"#));
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text(r#"{"n":1}"#));
    assert_eq!(model.open(), 1);
    client.close(Some(close::frame(4000, "enough"))).await.unwrap();
    drop(client);
    let summary = summary.await.unwrap();
    assert_eq!((summary.events, summary.ended.status), (2, Status::ClientClose));
    assert_eq!(summary.ended.frame, Some(close::frame(4000, "enough")));
    assert_eq!(model.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_fails_closes_with_1011_behind_what_it_had_said() {
    let model = Scripted::default().events(0..6).fails();
    let (mut client, summary) = stream(&scripted(config(), &model), Some(20)).await;
    let (texts, frame) = all(&mut client).await;
    assert_eq!(texts, numbered(0..6));
    assert_eq!(frame, Some(close::frame(1011, "the model failed: it was asked too often")));
    drop(client);
    let summary = summary.await.unwrap();
    assert_eq!((summary.events, summary.ended.status), (6, Status::HandlerError));
    assert_eq!(summary.ended.reason.as_deref(), Some("the model failed: too many requests"));
    assert_eq!(summary.usage.output_tokens, 10);
}

#[tokio::test(start_paused = true)]
async fn a_fallback_takes_over() {
    let model = Scripted::default().events(0..6).fails();
    let replay = ReplayAugmentationConfig { offline_fallback: true, ..Default::default() };
    let (mut client, summary) = stream(&scripted(with(replay), &model), Some(20)).await;
    let (texts, frame) = all(&mut client).await;
    assert_eq!((texts.len(), &texts[..6]), (20, &numbered(0..6)[..]));
    assert_eq!(frame, Some(close::frame(1000, "")));
    drop(client);
    let summary = summary.await.unwrap();
    assert_eq!((summary.events, summary.ended.status), (20, Status::Normal));
    assert_eq!(summary.fell_back.as_deref(), Some("too many requests"));
}

#[tokio::test(start_paused = true)]
async fn used_up_tokens_end_a_stream_normally() {
    let model = Scripted::default().events(0..10).events(10..20);
    let replay = ReplayAugmentationConfig { max_tokens_total: Some(700), ..Default::default() };
    let (mut client, summary) = stream(&scripted(with(replay), &model), Some(20)).await;
    let (texts, frame) = all(&mut client).await;
    assert_eq!((texts, frame), (numbered(0..10), Some(close::frame(1000, ""))));
    drop(client);
    let summary = summary.await.unwrap();
    assert!(summary.is_spent && summary.events == 10, "{summary:?}");
}

#[tokio::test(start_paused = true)]
async fn an_interactive_generator_answers_for_as_long_as_its_client_stays() {
    let model = Scripted::default().events(0..1).events(1..2);
    let interactive = WebSocketAiConfig { interactive: true, ..config() };
    let (mut client, summary) = stream(&scripted(interactive, &model), Some(1)).await;
    for n in 0..2 {
        assert_eq!(model.asked(), n);
        client.send(Message::text("more tea?")).await.unwrap();
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text(format!("{{\"n\":{n}}}")));
    }
    client.close(None).await.unwrap();
    drop(client);
    let summary = summary.await.unwrap();
    assert_eq!((summary.events, summary.ended.status), (2, Status::ClientClose));
}

#[tokio::test]
async fn a_rate_that_is_none_closes_with_1011() {
    let generator = AiEventGenerator::new("A chat").unwrap();
    for rate in [0.0, -2.0, f64::NAN, f64::INFINITY] {
        let (socket, mut client) = pair().await;
        let client = tokio::spawn(async move { all(&mut client).await });
        let summary = generator.stream_events_with_rate(socket, None, rate).await;
        let (texts, frame) = client.await.unwrap();
        assert_eq!((texts.len(), frame.map(|frame| frame.code.into())), (0, Some(1011_u16)), "{rate}");
        assert_eq!((summary.events, summary.ended.status), (0, Status::HandlerError), "{rate}");
        let reason = summary.ended.reason.unwrap();
        assert!(reason.contains("rate"), "{reason}");
    }
}

/// A server that streams to each client at `/ws`, and what has become of the streams.
async fn serving(generator: AiEventGenerator) -> (TestServer, mpsc::Receiver<StreamSummary>) {
    let (told, summaries) = mpsc::channel(1);
    let handler = async move |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async move |socket| {
            let summary = generator.stream_events_with_rate(socket, Some(20), 1_000.0).await;
            told.send(summary).await.expect("the test waits for it");
        })
    };
    (TestServer::new(Router::new().route("/ws", get(handler))).await, summaries)
}

#[tokio::test]
async fn axums_socket_gets_its_events_and_is_closed() {
    let model = Scripted::default().events(0..30);
    let (server, mut summaries) = serving(scripted(config(), &model)).await;
    let (mut client, _) = tokio_tungstenite::connect_async(server.url()).await.unwrap();
    let mut texts = Vec::new();
    let frame = loop {
        match client.next().await.unwrap().unwrap() {
            Message::Text(text) => texts.push(text.to_string()),
            Message::Close(frame) => break frame,
            other => panic!("neither an event nor the end: {other:?}"),
        }
    };
    assert_eq!((texts, frame), (numbered(0..20), Some(close::frame(1000, ""))));
    assert!(client.next().await.is_none());
    let summary = summaries.recv().await.unwrap();
    assert_eq!((summary.events, summary.ended.status), (20, Status::Normal));
}

#[tokio::test]
async fn axums_socket_that_leaves_ends_the_stream() {
    let model = Scripted::default().endless(0..3);
    let (server, mut summaries) = serving(scripted(config(), &model)).await;
    let (mut client, _) = tokio_tungstenite::connect_async(server.url()).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text(r#"{"n":0}"#));
    client.close(None).await.unwrap();
    let summary = summaries.recv().await.unwrap();
    assert_eq!(summary.ended.status, Status::ClientClose);
    assert_eq!(model.open(), 0);
}
