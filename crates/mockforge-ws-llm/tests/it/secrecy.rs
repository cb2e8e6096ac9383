//! The key is nowhere but in the request, even where the provider sends it back.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use mockforge_ws_ai::Llm as _;
use mockforge_ws_llm::{Client, LlmOptions, Provider};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::fake::{Answer, Fake};
use crate::{little, say};

const KEY: &str = "sk-do-not-tell";

/// Everything that anybody logs, at every level.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

impl Visit for Everything {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        attributes.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// All ways for a provider to give a key away.
fn answers() -> Vec<Answer> {
    let error = json!({"error": {"message": format!("Incorrect API key: {KEY}."), "type": KEY}}).to_string();
    let event = |name: &str, data: &str| format!("event: {name}\ndata: {data}\n\n");
    vec![
        Answer::status(401, error.clone()),
        Answer::status(404, KEY),
        Answer::status(400, error.clone()),
        Answer::status(429, error.clone()).header("retry-after", "3600"),
        Answer::status(302, KEY).header("location", format!("https://example.invalid/?key={KEY}")),
        Answer::trickle(event("error", &error)),
        Answer::trickle(event("content_block_delta", KEY)),
        Answer::trickle(event("message_delta", &format!("{{\"{KEY}\":"))),
        Answer::trickle(event(KEY, KEY)),
        Answer::trickle(
            format!("data: {KEY}\u{0}").into_bytes().into_iter().chain([0xff]).collect::<Vec<_>>(),
        ),
    ]
}

#[tokio::test]
async fn the_key_is_in_no_error_and_no_log() {
    let log = Everything::default();
    let listening = tracing::subscriber::set_default(log.clone());
    tracing::info!("someone listens");
    for provider in Provider::ALL {
        for answer in answers() {
            let fake = Fake::start([answer]).await;
            let mut options = LlmOptions { key: Some(KEY.into()), ..fake.options(provider) };
            options.retries.times = 0;
            let shows = format!("{options:?}");
            let client = Client::new(options).unwrap();
            let said = say(&client, little()).await;
            assert!(said.error.is_some());
            let error = said.error.as_ref().map(ToString::to_string);
            for text in [shows, format!("{client:?} {}", client.name()), format!("{said:?} {error:?}")] {
                assert!(!text.contains(KEY), "{provider}: {text}");
            }
            let asked = fake.asked_once();
            assert!(format!("{asked:?}").contains(KEY), "it was sent");
        }
    }
    drop(listening);
    let log = log.0.lock().unwrap();
    assert!(log.contains("someone listens"));
    assert!(!log.contains(KEY), "{}", log.lines().find(|line| line.contains(KEY)).unwrap_or_default());
}

#[tokio::test]
async fn the_key_does_not_follow_a_redirect() {
    let other = Fake::start([]).await;
    let location = format!("http://{}/v1/messages", other.address);
    let fake = Fake::start([Answer::status(307, "").header("location", location)]).await;
    say(&fake.client(Provider::Anthropic), little()).await;
    assert_eq!((fake.asked().len(), other.asked().len()), (1, 0));
}
