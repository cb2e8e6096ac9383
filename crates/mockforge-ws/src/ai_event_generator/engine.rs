//! Generated events without a connection, and scripts with generated messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mockforge_ws_ai::pace::Pace;
use mockforge_ws_ai::{
    AiMode, AugmentOptions, Augmentation, EventStream, Llm, LlmError, OnEnd, Point, ReplayAugmentationConfig,
    Usage, WebSocketAiConfig,
};
use mockforge_ws_config::{Environment, llm_client};
use mockforge_ws_diagnostic::Problem;
use time::OffsetDateTime;

use super::AiError;

/// Generates events and augments scripts, as a config says. Clones share what is prepared.
///
/// The owner's page builds a generator of its own on one:
///
/// ```
/// # use std::sync::Arc;
/// # use axum::extract::ws::{Message, WebSocket};
/// # use futures_util::StreamExt;
/// # use mockforge_ws::ReplayAugmentationEngine;
/// # use tokio::sync::RwLock;
/// # type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
/// pub struct AiEventGenerator {
///     engine: Arc<RwLock<ReplayAugmentationEngine>>,
/// }
///
/// impl AiEventGenerator {
///     pub async fn stream_events(&self, socket: WebSocket, max_events: Option<usize>) -> Result<()> {
///         // Generate contextual events based on narrative
///         let events = self.engine.write().await.generate_stream().await?;
///         // Stream events to client with configurable rate
/// #       let mut socket = socket;
/// #       let mut events = events.take(max_events.unwrap_or(usize::MAX));
/// #       while let Some(event) = events.next().await {
/// #           socket.send(Message::Text(event?.to_string().into())).await?;
/// #       }
/// #       Ok(())
///     }
/// }
/// ```
///
/// Its config of an augmentation, at work on a script:
///
/// ```no_run
/// # use mockforge_ws::{ReplayAugmentationConfig, ReplayAugmentationEngine};
/// # async fn example(script: &str) -> Result<(), mockforge_ws::AiError> {
/// let augmentation_config = ReplayAugmentationConfig {
///     narrative: "Add realistic user interactions to chat replay".to_string(),
///     augmentation_points: vec!["user_message".to_string()],
///     provider: "openai".to_string(),
///     model: "gpt-4".to_string(),
///     ..Default::default()
/// };
///
/// let engine = ReplayAugmentationEngine::new(augmentation_config)?;
/// println!("{}", engine.augment(script).await?.diff("chat.jsonl"));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct ReplayAugmentationEngine {
    config: Arc<WebSocketAiConfig>,
    points: Vec<Point>,
    llm: Option<Arc<dyn Llm>>,
    mode: AiMode,
    /// How many streams there were.
    streams: Arc<AtomicU64>,
}

impl ReplayAugmentationEngine {
    /// As [`AiEventGenerator::new`](super::AiEventGenerator::new).
    ///
    /// # Errors
    /// All mistakes of the config at once; a provider without a key is one.
    pub fn new(config: impl Into<WebSocketAiConfig>) -> Result<Self, AiError> {
        let config = config.into();
        match client(&config) {
            Ok(llm) => Self::prepare(config, llm),
            Err(problem) => {
                let provider = ["replay".into(), "provider".into()];
                let others = Self::prepare(config, None).err();
                let others = others.into_iter().flat_map(|error| match error {
                    AiError::Config(problems) => problems,
                    AiError::Model(_) => Vec::new(),
                });
                // That nobody is there to be asked has its reason already.
                let others = others.filter(|other| other.path != provider);
                Err(AiError::Config([problem].into_iter().chain(others).collect()))
            }
        }
    }

    /// As [`AiEventGenerator::with_llm`](super::AiEventGenerator::with_llm).
    ///
    /// # Errors
    /// All mistakes of the config.
    pub fn with_llm(config: impl Into<WebSocketAiConfig>, llm: Arc<dyn Llm>) -> Result<Self, AiError> {
        Self::prepare(config.into(), Some(llm))
    }

    fn prepare(config: WebSocketAiConfig, llm: Option<Arc<dyn Llm>>) -> Result<Self, AiError> {
        let (points, mut problems) = points(&config);
        match config.mode(llm.clone()) {
            Ok(mode) if problems.is_empty() => {
                Ok(Self { config: Arc::new(config), points, llm, mode, streams: Arc::default() })
            }
            outcome => {
                problems.extend(outcome.err().into_iter().flatten());
                Err(AiError::Config(problems))
            }
        }
    }

    /// The events as a mode of a server, with the config's pace and end.
    pub fn mode(&self) -> &AiMode {
        &self.mode
    }

    /// The events by themselves, each as soon as it is wanted and there; there is one when this returns, unless there is
    /// none at all. Each stream tells another story.
    ///
    /// # Errors
    /// Where the model fails before there is an event, and the config has no fallback. When it fails later, the error is
    /// the last item of the stream.
    pub async fn generate_stream(&self) -> Result<EventStream, LlmError> {
        self.mode.stream(self.number(), now()).begun().await
    }

    /// Inserts a generated message at each of the config's `augmentation_points` in a script.
    /// [`finish`](Augmentation::finish) gives the script, [`diff`](Augmentation::diff) what is new in it.
    ///
    /// Where `max_tokens_total` or `max_cost` is used up, the points that are left get none: [`progress`](Augmentation::progress).
    ///
    /// # Errors
    /// The mistakes of the script; points that choose none of its lines; and where the model fails, without a fallback.
    pub async fn augment(&self, script: &str) -> Result<Augmentation, AiError> {
        let replay = self.config.replay.clone().unwrap_or_default();
        let mut augmentation = Augmentation::new(script, self.augmenting(&replay))?;
        let Some(llm) = &self.llm else {
            augmentation.offline(now())?;
            return Ok(augmentation);
        };
        match augmentation.ask(&**llm, &replay.budget(), &mut Usage::default()).await {
            Err(_) if replay.offline_fallback => augmentation.offline(now())?,
            outcome => outcome?,
        }
        Ok(augmentation)
    }

    fn augmenting(&self, replay: &ReplayAugmentationConfig) -> AugmentOptions {
        let narrative = match replay.narrative.trim() {
            "" => self.config.narrative(),
            _ => &replay.narrative,
        };
        AugmentOptions {
            narrative: narrative.to_string(),
            points: self.points.clone(),
            seed: self.config.seed.unwrap_or_default(),
            schema: self.config.schema.clone(),
            examples: self.config.examples.clone(),
            system_prompt: replay.system_prompt.clone(),
            temperature: replay.temperature,
            max_tokens: replay.max_tokens,
            ..AugmentOptions::default()
        }
    }

    /// The events of one connection, which is closed after the last.
    pub(super) fn limited(&self, most: Option<usize>, rate: Option<f64>) -> Result<AiMode, Vec<Problem>> {
        let mut options = self.config.options(self.llm.clone());
        options.on_end = OnEnd::Close;
        let speaks_unasked = !options.interactive || options.event_count.is_some();
        if let Some(most) = most.filter(|_| speaks_unasked) {
            options.event_count = Some(options.event_count.map_or(most, |count| count.min(most)));
        }
        if let Some(rate) = rate {
            options.pace = Pace::Fixed { rate };
        }
        AiMode::new(options)
    }

    /// The number of a new stream.
    pub(super) fn number(&self) -> u64 {
        self.streams.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// How many messages come before the events.
    pub(super) fn greets(&self) -> usize {
        usize::from(self.config.enabled && self.config.first.is_some())
    }
}

/// Whom the config names.
fn client(config: &WebSocketAiConfig) -> Result<Option<Arc<dyn Llm>>, Problem> {
    let Some(replay) = config.replay.as_ref().filter(|replay| !replay.is_offline()) else { return Ok(None) };
    let (provider, model, base_url) = (&replay.provider, &replay.model, replay.base_url.as_deref());
    match llm_client(provider, model, base_url, &Environment::real()) {
        Ok(client) => Ok(Some(Arc::new(client))),
        Err(problem) => Err(problem.under("replay")),
    }
}

fn points(config: &WebSocketAiConfig) -> (Vec<Point>, Vec<Problem>) {
    let (mut points, mut problems) = (Vec::new(), Vec::new());
    let written = config.replay.iter().flat_map(|replay| &replay.augmentation_points);
    for (index, point) in written.enumerate() {
        match Point::parse(point) {
            Ok(point) => points.push(point),
            Err(problem) => problems.push(problem.under(index).under("augmentation_points").under("replay")),
        }
    }
    (points, problems)
}

#[expect(clippy::disallowed_methods, reason = "a story begins now")]
pub(super) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
