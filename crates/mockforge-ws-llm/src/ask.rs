//! A request in genai's words.

use genai::chat::{ChatMessage, ChatOptions, ChatRequest, JsonSpec, ReasoningEffort};
use mockforge_ws_ai::{Request, Role};

use crate::Provider;

/// The largest seed that each provider takes (Gemini's is a signed number of 32 bits).
const SEEDS: u64 = i32::MAX as u64;

/// What is said to the model.
pub(crate) fn conversation(request: &Request) -> ChatRequest {
    let message = |(role, text): (Role, &str)| match role {
        Role::User => ChatMessage::user(text),
        Role::Assistant => ChatMessage::assistant(text),
    };
    let turns = request.turns.iter().map(|turn| message((turn.role, &turn.text)));
    let chat = ChatRequest::new(turns.collect());
    match request.system.as_str() {
        "" => chat,
        system => chat.with_system(system),
    }
}

/// How it is to answer.
pub(crate) fn options(provider: Provider, request: &Request) -> ChatOptions {
    let schema = request.schema.as_deref().cloned();
    ChatOptions {
        temperature: request.temperature,
        max_tokens: request.max_tokens,
        seed: request.seed.map(|seed| seed & SEEDS),
        response_format: schema.map(|schema| JsonSpec::new("answer", schema).into()),
        capture_usage: Some(true),
        // Says nothing to OpenAI's API, and keeps genai from reading an effort out of the end of a model's name.
        reasoning_effort: match provider {
            Provider::Anthropic | Provider::Gemini => None,
            Provider::OpenAi | Provider::OpenAiCompatible | Provider::Ollama => {
                Some(ReasoningEffort::Budget(0))
            }
        },
        ..ChatOptions::default()
    }
}
