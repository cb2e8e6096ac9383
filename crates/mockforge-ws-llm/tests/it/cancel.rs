//! Nothing is asked before it is wanted, and nothing is generated for nobody.

use std::sync::Arc;

use futures_util::StreamExt as _;
use mockforge_ws_ai::{Llm as _, Piece};
use mockforge_ws_llm::Provider;
use tokio::sync::Notify;

use crate::fake::{Answer, Fake};
use crate::little;

const BEGUN: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ha\"}}]}\n\n";

#[tokio::test]
async fn the_first_piece_is_here_before_the_last_is_made_and_leaving_closes_the_connection() {
    let left = Arc::new(Notify::new());
    let fake = Fake::start([Answer::trickle(BEGUN).stall(&left)]).await;
    let client = fake.client(Provider::OpenAi);
    let mut answer = client.generate(little());
    assert_eq!(answer.next().await, Some(Ok(Piece::Text("ha".into()))));
    drop(answer);
    left.notified().await;
}

#[tokio::test]
async fn nothing_is_sent_before_the_first_look() {
    let fake = Fake::start([Answer::trickle(BEGUN)]).await;
    let client = fake.client(Provider::OpenAi);
    let answer = client.generate(little());
    tokio::task::yield_now().await;
    drop(answer);
    assert!(fake.asked().is_empty());
    assert!(client.generate(little()).next().await.is_some());
    assert_eq!(fake.asked().len(), 1);
}
