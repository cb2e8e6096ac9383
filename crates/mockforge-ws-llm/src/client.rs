//! The client: asks, asks again, and reads the answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use futures_util::{StreamExt as _, stream};
use genai::chat::{ChatStream, ChatStreamEvent, StopReason, StreamEnd};
use mockforge_ws_ai::{Generation, Llm, LlmError, LlmErrorKind, Piece, Request, Usage};
use rustls::RootCertStore;
use tokio::time::{sleep, timeout};

use crate::failure::{Again, Failure, broke_off, foreign, never};
use crate::quiet::Quiet;
use crate::target::Target;
use crate::{LlmOptions, Provider, Retries, Timeouts, ask, transport};

/// A model of a provider. Cloning it is cheap, and clones share their connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    target: Target,
    genai: genai::Client,
    timeouts: Timeouts,
    retries: Retries,
}

impl Client {
    /// A client for one model. Nothing is sent yet: whether the provider is there, knows the model and accepts
    /// the key is seen when it is first asked.
    ///
    /// # Errors
    /// Where a key, a model or a base URL is missing and none is usual; where one of the options is not what it
    /// should be.
    ///
    /// ```
    /// use mockforge_ws_ai::{Llm, LlmErrorKind};
    /// use mockforge_ws_llm::{Client, LlmOptions, Provider};
    ///
    /// let options = LlmOptions { provider: Provider::Anthropic, ..LlmOptions::default() };
    /// let error = Client::new(options.clone()).unwrap_err();
    /// assert_eq!(error.kind, LlmErrorKind::NoKey);
    /// assert_eq!(error.hint.as_deref(), Some("set ANTHROPIC_API_KEY"));
    ///
    /// let client = Client::new(LlmOptions { key: Some("sk-ant-1".into()), ..options }).unwrap();
    /// assert_eq!(client.name(), "anthropic/claude-haiku-4-5");
    /// ```
    pub fn new(options: LlmOptions) -> Result<Self, LlmError> {
        let LlmOptions { provider, model, base_url, key, proxy, roots, timeouts, retries } = options;
        let target = Target::new(provider, &model, base_url.as_deref(), key)?;
        let trusted = match target.base.scheme() {
            "https" => transport::roots(roots.as_deref())?,
            _ => RootCertStore::empty(),
        };
        let http = transport::client(trusted, proxy.as_deref(), timeouts.connect)?;
        let genai = genai::Client::builder()
            .with_reqwest(http)
            .build()
            .map_err(|error| LlmError::new(LlmErrorKind::Protocol, target.quote(&error.to_string())))?;
        Ok(Self(Arc::new(Inner { target, genai, timeouts, retries })))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = &self.0.target;
        f.debug_struct("Client").field("name", &target.name).field("address", &target.address()).finish()
    }
}

impl Llm for Client {
    fn name(&self) -> &str {
        &self.0.target.name
    }

    fn generate(&self, request: Request) -> Generation {
        let client = Arc::clone(&self.0);
        let pieces = stream::try_unfold(Stage::Asking(Box::new(request)), move |stage| {
            let client = Arc::clone(&client);
            async move { client.step(stage).await }
        });
        Box::pin(Quiet(Box::pin(pieces)))
    }
}

/// How far an answer is.
enum Stage {
    Asking(Box<Request>),
    Reading(Box<ChatStream>),
    /// All was read; an error tells that the model did not say what it might have said.
    Over(Option<LlmError>),
}

impl Inner {
    /// The next piece, and what comes after it.
    async fn step(&self, stage: Stage) -> Result<Option<(Piece, Stage)>, LlmError> {
        let (mut answer, mut event) = match stage {
            Stage::Asking(request) => self.ask(&request).await?,
            Stage::Reading(mut answer) => {
                let event = self.next(&mut answer).await?;
                (answer, event)
            }
            Stage::Over(None) => return Ok(None),
            Stage::Over(Some(error)) => return Err(error),
        };
        loop {
            match event {
                ChatStreamEvent::Chunk(chunk) if !chunk.content.is_empty() => {
                    return Ok(Some((Piece::Text(chunk.content), Stage::Reading(answer))));
                }
                ChatStreamEvent::End(end) => {
                    let (usage, error) = self.ending(end);
                    return match (usage, error) {
                        (Some(usage), error) => Ok(Some((Piece::Usage(usage), Stage::Over(error)))),
                        (None, None) => Ok(None),
                        (None, Some(error)) => Err(error),
                    };
                }
                // What it thinks, before it speaks, is a sign of life and no more.
                _ => event = self.next(&mut answer).await?,
            }
        }
    }

    /// Asks until an answer begins, or trying again makes no sense.
    async fn ask(&self, request: &Request) -> Result<(Box<ChatStream>, ChatStreamEvent), LlmError> {
        let mut waits = self.waits();
        loop {
            let failure = match self.begin(request).await {
                Ok(begun) => return Ok(begun),
                Err(failure) => failure,
            };
            let wait = match failure.again {
                Again::Never => None,
                Again::Soon => waits.next(),
                Again::After(asked) if asked > self.retries.longest => None,
                Again::After(asked) => waits.next().map(|wait| wait.max(asked)),
            };
            match wait {
                Some(wait) => sleep(wait).await,
                None => return Err(failure.error),
            }
        }
    }

    fn waits(&self) -> impl Iterator<Item = Duration> + use<> {
        let Retries { times, wait, longest } = self.retries;
        let waits = ExponentialBuilder::default().with_min_delay(wait).with_max_delay(longest);
        waits.with_max_times(times).with_jitter().build()
    }

    /// Asks once. Comes back with the first sign of an answer.
    async fn begin(&self, request: &Request) -> Result<(Box<ChatStream>, ChatStreamEvent), Failure> {
        let target = &self.target;
        let options = ask::options(target.provider, request);
        let begun = async {
            let asked =
                self.genai.exec_chat_stream(target.service(), ask::conversation(request), Some(&options));
            let mut answer = asked.await.map_err(|error| Failure::new(target, error))?.stream;
            loop {
                match answer.next().await {
                    // Said before anything is sent.
                    Some(Ok(ChatStreamEvent::Start)) => {}
                    Some(Ok(event)) => return Ok((Box::new(answer), event)),
                    Some(Err(error)) => return Err(Failure::new(target, error)),
                    None => return Err(never(foreign(target))),
                }
            }
        };
        let first = self.timeouts.first;
        timeout(first, begun)
            .await
            .unwrap_or_else(|_| Err(never(self.silent(&format!("did not begin to answer within {first:?}")))))
    }

    /// The next event of an answer that has begun.
    async fn next(&self, answer: &mut ChatStream) -> Result<ChatStreamEvent, LlmError> {
        let between = self.timeouts.between;
        match timeout(between, answer.next()).await {
            Ok(Some(Ok(event))) => Ok(event),
            Ok(Some(Err(error))) => Err(Failure::new(&self.target, error).error),
            Ok(None) => Err(broke_off(&self.target, None)),
            Err(_) => Err(self.silent(&format!("fell silent in the middle of its answer, for {between:?}"))),
        }
    }

    fn silent(&self, what: &str) -> LlmError {
        let Target { name, .. } = &self.target;
        LlmError::new(LlmErrorKind::Timeout, format!("`{name}` {what}"))
            .hint(format!("is {} busy? A longer timeout may help", self.target.address()))
    }

    /// What the end of an answer tells.
    fn ending(&self, end: StreamEnd) -> (Option<Usage>, Option<LlmError>) {
        let count = |tokens: Option<i32>| tokens.and_then(|tokens| u64::try_from(tokens).ok());
        let usage = end.captured_usage.and_then(|usage| {
            let (input, output) = (count(usage.prompt_tokens), count(usage.completion_tokens));
            (input.is_some() || output.is_some()).then_some(Usage {
                input_tokens: input.unwrap_or_default(),
                output_tokens: output.unwrap_or_default(),
            })
        });
        let error = match end.captured_stop_reason {
            Some(StopReason::ContentFilter(reason)) => Some(
                LlmError::new(
                    LlmErrorKind::Refused,
                    format!("`{}` would not answer ({})", self.target.name, self.target.quote(&reason)),
                )
                .hint("its provider filters contents: put it differently, or ask another model"),
            ),
            // Gemini says nothing at its end but why it ends; genai makes an end where there was none.
            None if self.target.provider == Provider::Gemini => Some(broke_off(&self.target, None)),
            _ => None,
        };
        (usage, error)
    }
}
