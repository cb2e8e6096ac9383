//! What goes wrong at a provider, what is made of it, and when it is asked again.

use std::time::Duration;

use mockforge_ws_ai::{LlmError, LlmErrorKind};
use mockforge_ws_llm::{Client, LlmOptions, Provider, Retries, Timeouts};
use serde_json::json;
use tokio::time::Instant;

use crate::fake::{Answer, Fake};
use crate::{little, say};

const WHOLE: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"all\"},\"finish_reason\":\"stop\"}]}\n\n\
                     data: [DONE]\n\n";
const HALF: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ha\"}}]}\n\n";

/// Asks a provider that answers so, and comes back with the error and how often it was asked.
async fn fails(provider: Provider, answers: impl IntoIterator<Item = Answer>) -> (LlmError, usize) {
    let fake = Fake::start(answers).await;
    let said = say(&fake.client(provider), little()).await;
    assert_eq!((said.text.as_str(), said.usage), ("", None));
    (said.error.expect("an error"), fake.asked().len())
}

#[tokio::test]
async fn each_status_is_explained_in_the_providers_words() {
    use LlmErrorKind::{BadKey, NoModel, Protocol, Refused};
    let openai =
        |message: &str| json!({"error": {"message": message, "type": "t", "code": null}}).to_string();
    let anthropic = |kind: &str, message: &str| {
        json!({"type": "error", "error": {"type": kind, "message": message}}).to_string()
    };
    let google = |code: u16, message: &str| {
        json!([{"error": {"code": code, "message": message, "status": "S"}}]).to_string()
    };
    let cases = [
        (
            Provider::OpenAi,
            401,
            openai("Incorrect API key provided"),
            BadKey,
            "`openai` does not accept the key (401): Incorrect API key provided \
             (is the value of OPENAI_API_KEY right, and for this model?)",
        ),
        (
            Provider::Anthropic,
            403,
            anthropic("permission_error", "Not yours"),
            BadKey,
            "`anthropic` does not accept the key (403): Not yours \
             (is the value of ANTHROPIC_API_KEY right, and for this model?)",
        ),
        (
            Provider::Gemini,
            400,
            google(400, "API key not valid. Please pass a valid API key."),
            BadKey,
            "`gemini` does not accept the key (400): API key not valid. Please pass a valid API key. \
             (is the value of GEMINI_API_KEY or GOOGLE_API_KEY right, and for this model?)",
        ),
        (
            Provider::Ollama,
            404,
            openai("model \"some-model\" not found, try pulling it first"),
            NoModel,
            "`ollama` has no model `some-model` (404): model \"some-model\" not found, try pulling it first \
             (`ollama pull some-model` gets it)",
        ),
        (
            Provider::OpenAi,
            400,
            openai("Invalid schema"),
            Refused,
            "`openai/some-model` does not accept the request (400): Invalid schema",
        ),
        (
            Provider::OpenAiCompatible,
            413,
            String::new(),
            Refused,
            "`openai-compatible/some-model` does not accept the request (413 Payload Too Large)",
        ),
        (
            Provider::OpenAi,
            302,
            String::new(),
            Protocol,
            "`openai/some-model` gave no answer (302 Found) \
             (ADDRESS is not where the API is; redirects are not followed)",
        ),
    ];
    for (provider, status, body, kind, says) in cases {
        let fake = Fake::start([Answer::status(status, body).header("location", "/elsewhere")]).await;
        let error = say(&fake.client(provider), little()).await.error.expect("an error");
        assert_eq!(fake.asked().len(), 1, "nothing to hope for: {error}");
        let says = says.replace("ADDRESS", &format!("http://{}/v1/", fake.address));
        assert_eq!((error.kind, error.to_string()), (kind, says));
    }
}

#[tokio::test]
async fn a_missing_model_is_told_where_it_was_looked_for() {
    let fake = Fake::start([Answer::status(404, "<html>nothing here</html>")]).await;
    let error = say(&fake.client(Provider::OpenAiCompatible), little()).await.error.expect("an error");
    assert_eq!(error.kind, LlmErrorKind::NoModel);
    assert!(
        error.to_string().contains(&format!("is http://{}/v1/ the right address?", fake.address)),
        "{error}"
    );
}

#[tokio::test]
async fn a_busy_provider_is_asked_again() {
    let cases = [
        vec![Answer::status(429, "slow down")],
        vec![Answer::status(429, "").header("retry-after", "0.001")],
        vec![Answer::status(500, ""), Answer::status(503, ""), Answer::status(529, "overloaded")],
        vec![Answer::status(200, "").cut()],
        vec![Answer::status(200, "data: {\"error\":{\"message\":\"busy\",\"type\":\"server_error\"}}\n\n")],
    ];
    for (case, mut answers) in cases.into_iter().enumerate() {
        let before = answers.len();
        answers.push(Answer::trickle(WHOLE));
        let fake = Fake::start(answers).await;
        let said = say(&fake.client(Provider::OpenAi), little()).await;
        assert_eq!((said.text.as_str(), said.error), ("all", None), "case {case}");
        assert_eq!(fake.asked().len(), before + 1, "case {case}");
    }
}

#[tokio::test]
async fn not_for_ever() {
    let busy = || (0..9).map(|_| Answer::status(503, "{\"error\":\"overloaded\"}"));
    let (error, asked) = fails(Provider::OpenAi, busy()).await;
    assert_eq!((error.kind, asked), (LlmErrorKind::Server, 4));
    assert_eq!(error.to_string(), "`openai/some-model` failed (503): overloaded");

    let fake = Fake::start(busy()).await;
    let retries = Retries { times: 0, ..Retries::default() };
    let client = Client::new(LlmOptions { retries, ..fake.options(Provider::OpenAi) }).unwrap();
    say(&client, little()).await;
    assert_eq!(fake.asked().len(), 1);
}

/// A client for a paused clock, which leaps over any timeout while bytes are on their way.
fn patient(fake: &Fake) -> Client {
    const DAY: Duration = Duration::from_secs(86_400);
    let timeouts = Timeouts { connect: DAY, first: DAY, between: DAY };
    Client::new(LlmOptions { timeouts, ..fake.options(Provider::OpenAi) }).unwrap()
}

#[tokio::test(start_paused = true)]
async fn not_before_the_time_that_the_provider_asks_for() {
    let fake =
        Fake::start([Answer::status(429, "slow down").header("retry-after", "20"), Answer::trickle(WHOLE)])
            .await;
    let begun = Instant::now();
    let said = say(&patient(&fake), little()).await;
    assert_eq!(said.text, "all", "{:?}", said.error);
    assert!(begun.elapsed() >= Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn not_when_the_provider_asks_for_too_much_time() {
    let fake = Fake::start([Answer::status(429, "slow down").header("retry-after", "3600")]).await;
    let error = say(&patient(&fake), little()).await.error.expect("an error");
    assert_eq!((error.kind, fake.asked().len()), (LlmErrorKind::RateLimited, 1));
    assert_eq!(error.hint.as_deref(), Some("it asks to wait 3600s"));
}

#[tokio::test]
async fn not_with_an_empty_account() {
    let body = json!({"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}});
    let (error, asked) = fails(Provider::OpenAi, [Answer::status(429, body.to_string())]).await;
    assert_eq!((error.kind, asked), (LlmErrorKind::RateLimited, 1));
    assert_eq!(error.hint.as_deref(), Some("is there anything left on the account?"));
}

#[tokio::test]
async fn not_once_an_answer_has_begun() {
    let overloaded = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\
                      \"message\":\"Overloaded\"}}\n\n";
    let begun = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\
                 \"delta\":{\"type\":\"text_delta\",\"text\":\"ha\"}}\n\n";
    let gemini = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"ha\"}]}}]}\n\n";
    let cases = [
        (Provider::OpenAi, Answer::trickle(HALF).cut(), LlmErrorKind::Protocol, "broke off"),
        (Provider::OpenAi, Answer::trickle(HALF), LlmErrorKind::Protocol, "broke off"),
        (Provider::Ollama, Answer::trickle(HALF), LlmErrorKind::Protocol, "broke off"),
        (Provider::Gemini, Answer::trickle(gemini), LlmErrorKind::Protocol, "broke off"),
        (Provider::Anthropic, Answer::trickle(begun), LlmErrorKind::Protocol, "broke off"),
        (
            Provider::Anthropic,
            Answer::trickle([begun, overloaded].concat()),
            LlmErrorKind::Server,
            "`anthropic/some-model` failed: Overloaded",
        ),
        (
            Provider::OpenAi,
            Answer::trickle([HALF, "data: {not json}\n\n"].concat()),
            LlmErrorKind::Protocol,
            "no part of its protocol",
        ),
        (
            Provider::OpenAi,
            Answer::trickle([HALF.as_bytes(), b"data: \xff\n\n"].concat()),
            LlmErrorKind::Protocol,
            "broke off: invalid utf-8",
        ),
    ];
    for (provider, answer, kind, says) in cases {
        let fake = Fake::start([answer, Answer::trickle(WHOLE)]).await;
        let said = say(&fake.client(provider), little()).await;
        let error = said.error.unwrap_or_else(|| panic!("{provider}: no error: {says}"));
        assert_eq!((said.text.as_str(), error.kind, fake.asked().len()), ("ha", kind, 1), "{error}");
        assert!(error.message.contains(says), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_answer_at_all() {
    for provider in Provider::ALL {
        // Asked again, it would cost again: a server that does not stream has made a whole answer.
        for garbage in ["event: content_block_start\ndata: <html>Log in</html>\n\n", "{\"choices\": []}", ""]
        {
            let (error, asked) = fails(provider, [Answer::trickle(garbage)]).await;
            assert_eq!((error.kind, asked), (LlmErrorKind::Protocol, 1), "{error}");
        }
    }
}

#[tokio::test]
async fn nobody_is_there() {
    // Nobody listens on a port that was just given back.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let cases = [
        (format!("http://user:hunter2@{gone}/v1"), format!("at http://{gone}/v1/: ")),
        ("http://llm.invalid".into(), "at http://llm.invalid/v1/: ".into()),
    ];
    for (base_url, says) in cases {
        let options = LlmOptions {
            provider: Provider::Ollama,
            base_url: Some(base_url),
            retries: Retries { wait: Duration::from_millis(1), ..Retries::default() },
            ..LlmOptions::default()
        };
        let error = say(&Client::new(options).unwrap(), little()).await.error.expect("an error");
        assert_eq!(error.kind, LlmErrorKind::NoNetwork, "{error}");
        assert!(error.message.starts_with(&format!("`ollama` can't be reached {says}")), "{error}");
        assert_eq!(error.hint.as_deref(), Some("is it running? `ollama serve` starts it"));
    }
}

#[tokio::test]
async fn a_server_without_tls_is_not_reached_by_https() {
    let fake = Fake::start([]).await;
    let retries = Retries { times: 0, ..Retries::default() };
    let base_url = Some(format!("https://{}/v1", fake.address));
    let options = LlmOptions { base_url, retries, ..fake.options(Provider::OpenAiCompatible) };
    let error = say(&Client::new(options).unwrap(), little()).await.error.expect("an error");
    assert_eq!(error.kind, LlmErrorKind::NoNetwork, "{error}");
}
