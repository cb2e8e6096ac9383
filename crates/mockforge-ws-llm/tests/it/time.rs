//! A provider that is silent is left.

use std::sync::Arc;

use futures_util::StreamExt as _;
use mockforge_ws_ai::{Llm as _, LlmErrorKind, Piece};
use mockforge_ws_llm::{Client, LlmOptions, Provider, Retries, Timeouts};
use tokio::sync::Notify;
use tokio::time;

use crate::fake::{Answer, Fake};
use crate::little;

const BEGUN: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ha\"}}]}\n\n";

#[tokio::test]
async fn when_it_does_not_begin() {
    let left = Arc::new(Notify::new());
    // Signs of life that say nothing are no beginning.
    let fake = Fake::start([Answer::trickle(": wait\n\n").stall(&left)]).await;
    let client = fake.client(Provider::OpenAi);
    let mut answer = client.generate(little());
    tokio::select! {
        biased;
        () = fake.was_asked() => {}
        piece = answer.next() => panic!("{piece:?}"),
    }
    // It is connected, and waits for nothing but time.
    time::pause();
    let error = answer.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind, LlmErrorKind::Timeout);
    assert_eq!(error.message, "`openai/some-model` did not begin to answer within 120s");
    assert_eq!(fake.asked().len(), 1, "it is not asked again, for as long once more");
    left.notified().await;
}

#[tokio::test]
async fn when_it_does_not_go_on() {
    let left = Arc::new(Notify::new());
    let fake = Fake::start([Answer::trickle(BEGUN).stall(&left)]).await;
    let client = fake.client(Provider::OpenAi);
    let mut answer = client.generate(little());
    assert_eq!(answer.next().await, Some(Ok(Piece::Text("ha".into()))));
    // Nothing is on its way any more, so that the clock may leap.
    time::pause();
    let begun = time::Instant::now();
    let error = answer.next().await.unwrap().unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), Timeouts::default().between.as_secs());
    assert_eq!(error.kind, LlmErrorKind::Timeout);
    assert_eq!(error.message, "`openai/some-model` fell silent in the middle of its answer, for 60s");
    assert!(answer.next().await.is_none());
    left.notified().await;
}

#[tokio::test(start_paused = true)]
async fn when_there_is_no_connection() {
    // The kernel takes a connection, and nobody accepts it or speaks TLS on it.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = LlmOptions {
        provider: Provider::OpenAiCompatible,
        model: "m".into(),
        base_url: Some(format!("https://{}", listener.local_addr().unwrap())),
        retries: Retries { times: 0, ..Retries::default() },
        ..LlmOptions::default()
    };
    let error = Client::new(options).unwrap().generate(little()).next().await.unwrap().unwrap_err();
    assert_eq!(error.kind, LlmErrorKind::NoNetwork);
    assert!(error.message.ends_with("no connection in time"), "{error}");
}
