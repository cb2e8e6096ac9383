//! What each provider is asked, and how its answers are read, whatever pieces they come in.

use mockforge_ws_ai::{Llm as _, LlmErrorKind, Request, Usage};
use mockforge_ws_llm::{Client, LlmOptions, Provider};
use serde_json::{Value, json};

use crate::fake::{Answer, Asked, Fake};
use crate::{everything, little, say};

/// With characters of two, three and four bytes and escapes, as one text in two parts.
const TEXT: [&str; 2] = ["{\"präis\": \"5 €", " 🚀\\n\"}"];

/// Server-sent events with a comment and a field that nobody knows; with both kinds of line ends where they have no
/// names (genai loses the name of an event where a piece ends between `\r` and `\n`: docs/adr/0011).
fn events(events: &[(Option<&str>, Value)]) -> String {
    let mut body = ": hello\n\nretry: 3000\n\n".to_string();
    for (index, (name, data)) in events.iter().enumerate() {
        body += &match name {
            Some(name) => format!("event: {name}\ndata: {data}\n\n"),
            None if index % 2 == 0 => format!("data: {data}\n\n"),
            None => format!("data: {data}\r\n\r\n"),
        };
    }
    body
}

fn openai() -> String {
    let chunk = |choices: Value, usage: Value| {
        let chunk = json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "some-model",
            "choices": choices, "usage": usage,
        });
        (None, chunk)
    };
    let delta = |delta: Value, reason: Value| json!([{"index": 0, "delta": delta, "finish_reason": reason}]);
    let body = events(&[
        chunk(delta(json!({"role": "assistant", "content": ""}), Value::Null), Value::Null),
        chunk(delta(json!({"reasoning_content": "hm"}), Value::Null), Value::Null),
        chunk(delta(json!({"content": TEXT[0]}), Value::Null), Value::Null),
        chunk(delta(json!({"content": TEXT[1]}), Value::Null), Value::Null),
        chunk(delta(json!({}), json!("stop")), Value::Null),
        chunk(json!([]), json!({"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16})),
    ]);
    body + "data: [DONE]\n\n"
}

fn anthropic() -> String {
    let event = |data: Value| (data["type"].as_str().map(str::to_string), data);
    let text = |text| {
        event(
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}),
        )
    };
    let all = [
        event(json!({"type": "message_start", "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "some-model",
            "stop_reason": null, "usage": {"input_tokens": 11, "output_tokens": 1},
        }})),
        event(
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        ),
        event(json!({"type": "ping"})),
        text(TEXT[0]),
        text(TEXT[1]),
        event(json!({"type": "content_block_stop", "index": 0})),
        event(json!({
            "type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5},
        })),
        event(json!({"type": "message_stop"})),
    ];
    events(&all.iter().map(|(name, data)| (name.as_deref(), data.clone())).collect::<Vec<_>>())
}

fn gemini() -> String {
    let chunk = |text: &str, reason: Value| {
        let chunk = json!({
            "candidates": [{
                "content": {"parts": [{"text": text}], "role": "model"}, "index": 0, "finishReason": reason,
            }],
            "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 5, "totalTokenCount": 16},
            "modelVersion": "some-model",
        });
        (None, chunk)
    };
    let mut first = chunk(TEXT[0], Value::Null);
    // Left out, where there is none.
    first.1["candidates"][0].as_object_mut().unwrap().remove("finishReason");
    events(&[first, chunk(TEXT[1], json!("STOP"))])
}

fn body(provider: Provider) -> String {
    match provider {
        Provider::Anthropic => anthropic(),
        Provider::Gemini => gemini(),
        _ => openai(),
    }
}

#[tokio::test]
async fn an_answer_is_read_whatever_pieces_it_comes_in() {
    for provider in Provider::ALL {
        let fake = Fake::start([Answer::trickle(body(provider))]).await;
        let said = say(&fake.client(provider), little()).await;
        assert_eq!(said.error, None, "{provider}");
        assert_eq!(said.text, TEXT.concat(), "{provider}");
        assert_eq!(said.usage, Some(Usage { input_tokens: 11, output_tokens: 5 }), "{provider}");
        assert_eq!(fake.asked().len(), 1, "{provider}");
    }
}

/// Asks for everything, and comes back with how.
async fn asked(provider: Provider, request: Request) -> Asked {
    let fake = Fake::start([Answer::trickle(body(provider))]).await;
    assert_eq!(say(&fake.client(provider), request).await.error, None);
    fake.asked_once()
}

#[tokio::test]
async fn openai_is_asked_for_chat_completions() {
    for provider in [Provider::OpenAi, Provider::OpenAiCompatible, Provider::Ollama] {
        let asked = asked(provider, everything()).await;
        assert_eq!(asked.uri, "/v1/chat/completions");
        assert_eq!(asked.header("authorization"), Some("Bearer sk-test-key"));
        assert_eq!(asked.header("user-agent"), Some(concat!("mockforge-ws/", env!("CARGO_PKG_VERSION"))));
        assert_eq!(asked.header("accept-encoding"), None);
        assert_eq!(
            asked.body,
            json!({
                "model": "some-model",
                "stream": true,
                "stream_options": {"include_usage": true},
                "messages": [
                    {"role": "system", "content": "You are an exchange."},
                    {"role": "user", "content": "A trade."},
                    {"role": "assistant", "content": "{}"},
                    {"role": "user", "content": "Another."},
                ],
                "response_format": {"type": "json_schema", "json_schema": {
                    "name": "answer",
                    "strict": true,
                    "schema": {
                        "type": "object",
                        "properties": {"price": {"type": "number"}},
                        "required": ["price"],
                        "additionalProperties": false,
                    },
                }},
                "temperature": 0.5,
                "max_tokens": 64,
                "seed": 7,
            })
        );
    }
}

#[tokio::test]
async fn anthropic_is_asked_for_messages() {
    let asked = asked(Provider::Anthropic, everything()).await;
    assert_eq!(asked.uri, "/v1/messages");
    assert_eq!(asked.header("x-api-key"), Some("sk-test-key"));
    assert_eq!(asked.header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(
        asked.body,
        json!({
            "model": "some-model",
            "stream": true,
            "system": "You are an exchange.",
            "messages": [
                {"role": "user", "content": "A trade."},
                {"role": "assistant", "content": "{}"},
                {"role": "user", "content": "Another."},
            ],
            "output_config": {"format": {"type": "json_schema", "schema": {
                "type": "object",
                "properties": {"price": {"type": "number"}},
                "required": ["price"],
                "additionalProperties": false,
            }}},
            "temperature": 0.5,
            "max_tokens": 64,
        })
    );
}

#[tokio::test]
async fn gemini_is_asked_for_a_stream_of_content() {
    let asked = asked(Provider::Gemini, everything()).await;
    assert_eq!(asked.uri, "/v1beta/models/some-model:streamGenerateContent?alt=sse");
    assert_eq!(asked.header("x-goog-api-key"), Some("sk-test-key"));
    assert_eq!(
        asked.body,
        json!({
            "systemInstruction": {"parts": [{"text": "You are an exchange."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "A trade."}]},
                {"role": "model", "parts": [{"text": "{}"}]},
                {"role": "user", "parts": [{"text": "Another."}]},
            ],
            "generationConfig": {
                "responseMimeType": "application/json",
                "responseJsonSchema": {
                    "type": "object",
                    "properties": {"price": {"type": "number"}},
                    "required": ["price"],
                },
                "temperature": 0.5,
                "maxOutputTokens": 64,
                "seed": 7,
            },
        })
    );
}

#[tokio::test]
async fn what_is_not_said_is_not_asked() {
    let asked = asked(Provider::OpenAi, little()).await;
    assert_eq!(
        asked.body,
        json!({
            "model": "some-model",
            "stream": true,
            "stream_options": {"include_usage": true},
            "messages": [{"role": "user", "content": "Go."}],
        })
    );
}

#[tokio::test]
async fn a_local_server_is_sent_no_key_where_there_is_none() {
    for provider in [Provider::OpenAi, Provider::OpenAiCompatible, Provider::Ollama] {
        let fake = Fake::start([Answer::trickle(openai())]).await;
        let options = LlmOptions { key: None, ..fake.options(provider) };
        let client = Client::new(options).unwrap();
        assert_eq!(say(&client, little()).await.text, TEXT.concat());
        assert_eq!(fake.asked_once().header("authorization"), None);
    }
}

#[tokio::test]
async fn a_model_is_named_as_it_is_written() {
    // Each holds what genai would read an effort or a provider of its own from.
    for model in ["qwen-max", "gpt-oss-low", "ns::model", "hf.co/who/what:Q4", "claude-high"] {
        let fake = Fake::start([Answer::trickle(openai())]).await;
        let options = LlmOptions { model: model.into(), ..fake.options(Provider::Ollama) };
        let client = Client::new(options).unwrap();
        assert_eq!(client.name(), format!("ollama/{model}"));
        say(&client, little()).await;
        let body = fake.asked_once().body;
        assert_eq!((body["model"].as_str(), body.get("reasoning_effort")), (Some(model), None));
    }
}

#[tokio::test]
async fn a_seed_fits_every_provider() {
    let asked = asked(Provider::Gemini, Request { seed: Some(u64::MAX), ..little() }).await;
    assert_eq!(asked.body["generationConfig"]["seed"], i32::MAX);
}

#[tokio::test]
async fn a_proxy_is_asked_on_the_way() {
    let proxy = Fake::start([Answer::trickle(openai())]).await;
    let options = LlmOptions {
        base_url: Some("http://llm.invalid/v1".into()),
        proxy: Some(format!("http://{}", proxy.address)),
        ..proxy.options(Provider::OpenAiCompatible)
    };
    let said = say(&Client::new(options).unwrap(), little()).await;
    assert_eq!(said.text, TEXT.concat());
    assert_eq!(proxy.asked_once().header("host"), Some("llm.invalid"));
}

#[tokio::test]
async fn a_model_that_would_not_answer_says_so_after_its_tokens() {
    let refusal = openai().replace("\"stop\"", "\"content_filter\"");
    let fake = Fake::start([Answer::trickle(refusal)]).await;
    let said = say(&fake.client(Provider::OpenAi), little()).await;
    assert_eq!(said.usage, Some(Usage { input_tokens: 11, output_tokens: 5 }));
    let error = said.error.unwrap();
    assert_eq!(error.kind, LlmErrorKind::Refused);
    assert_eq!(error.message, "`openai/some-model` would not answer (content_filter)");

    let blocked =
        json!({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 4}});
    let fake = Fake::start([Answer::trickle(events(&[(None, blocked)]))]).await;
    let error = say(&fake.client(Provider::Gemini), little()).await.error.unwrap();
    assert_eq!((error.kind, fake.asked().len()), (LlmErrorKind::Refused, 1), "{error}");
}
