//! The clients against providers that play their documented parts on the loopback.

#![expect(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

mod cancel;
#[cfg(feature = "llm-chain")]
mod chain;
mod fake;
mod faults;
mod providers;
mod secrecy;
mod time;
mod tls;

use futures_util::StreamExt as _;
use mockforge_ws_ai::{Llm, LlmError, Piece, Request, Turn, Usage};

/// All that a model says: its text, what it took, and the error it ended with.
#[derive(Debug, Default)]
struct Said {
    text: String,
    usage: Option<Usage>,
    error: Option<LlmError>,
}

async fn say(llm: &impl Llm, request: Request) -> Said {
    let mut said = Said::default();
    let mut pieces = llm.generate(request);
    while let Some(piece) = pieces.next().await {
        assert!(said.usage.is_none() && said.error.is_none() || piece.is_err(), "{piece:?} after the end");
        match piece {
            Ok(Piece::Text(text)) => {
                assert!(!text.is_empty());
                said.text.push_str(&text);
            }
            Ok(Piece::Usage(usage)) => said.usage = Some(usage),
            Err(error) => said.error = Some(error),
        }
    }
    said
}

/// A request that says all there is to say.
fn everything() -> Request {
    Request {
        system: "You are an exchange.".into(),
        turns: vec![Turn::user("A trade."), Turn::assistant("{}"), Turn::user("Another.")],
        schema: Some(std::sync::Arc::new(serde_json::json!({
            "type": "object",
            "properties": {"price": {"type": "number"}},
            "required": ["price"],
        }))),
        temperature: Some(0.5),
        max_tokens: Some(64),
        seed: Some(7),
    }
}

/// A request that says as little as it can.
fn little() -> Request {
    Request { turns: vec![Turn::user("Go.")], ..Request::default() }
}
