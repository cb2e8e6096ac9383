//! Streams of generated events on connections that a program brings. Feature `ai`.
//!
//! [`AiEventGenerator`] sends events to a socket, [`ReplayAugmentationEngine`] makes them, and puts messages into
//! scripts. Both work from a [`WebSocketAiConfig`]; without a provider in it they ask no model. The crate
//! [`ai`](crate::ai) has the parts, [`llm`](crate::llm) the clients of providers.

mod engine;
mod error;
mod summary;

use std::sync::Arc;

use mockforge_ws_core::{Conn, ConnId, Cx, Event, Hello, Layer, Limits, Seed, Session, Status, Wall, close};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_io::{Context, IntoPeer, drive};
use mockforge_ws_layers::tempo::Tempo;

use mockforge_ws_ai::{EventStream, Llm, LlmError, WebSocketAiConfig};

pub use engine::ReplayAugmentationEngine;
pub use error::AiError;
pub use summary::StreamSummary;

use summary::Tally;

/// Sends generated events to sockets. Clones share what is prepared.
///
/// The owner's page, in a handler of axum:
///
/// ```
/// # use axum::extract::WebSocketUpgrade;
/// # use mockforge_ws::{AiEventGenerator, ReplayAugmentationConfig, WebSocketAiConfig};
/// # async fn route(upgrade: WebSocketUpgrade) -> axum::response::Response {
/// # upgrade.on_upgrade(async |socket| drop(serve(socket).await))
/// # }
/// # async fn serve(socket: axum::extract::ws::WebSocket) -> Result<(), mockforge_ws::AiError> {
/// let ai_config = WebSocketAiConfig {
///     enabled: true,
///     narrative: "Simulate 5 minutes of live stock market trading".to_string(),
///     event_count: 20,
///     replay: Some(ReplayAugmentationConfig {
///         provider: "openai".to_string(),
///         model: "gpt-3.5-turbo".to_string(),
///         ..Default::default()
///     }),
///     ..Default::default()
/// };
///
/// let generator = AiEventGenerator::new(ai_config)?;
/// generator.stream_events(socket, Some(20)).await;
/// # Ok(())
/// # }
/// # let _: axum::Router = axum::Router::new().route("/ws", axum::routing::get(route));
/// ```
///
/// Without a provider, at a rate, and with what came of it:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), mockforge_ws::AiError> {
/// use mockforge_ws::AiEventGenerator;
/// use mockforge_ws::io::pair;
/// # use futures_util::StreamExt;
///
/// let generator = AiEventGenerator::new("Trading in AAPL")?;
/// let (socket, client) = pair().await;
/// # tokio::spawn(client.for_each(async |_| {}));
/// let summary = generator.stream_events_with_rate(socket, Some(3), 500.0).await;
/// assert_eq!((summary.events, summary.ended.status.as_str()), (3, "normal"));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct AiEventGenerator {
    engine: ReplayAugmentationEngine,
    context: Context,
    tempo: Tempo,
}

impl AiEventGenerator {
    /// Prepares the events. The key of a provider that the config names is taken from the environment
    /// (`OPENAI_API_KEY` and so on).
    ///
    /// # Errors
    /// All mistakes of the config at once; a provider without a key is one.
    ///
    /// ```
    /// use mockforge_ws::{AiEventGenerator, ReplayAugmentationConfig, WebSocketAiConfig};
    ///
    /// let replay = ReplayAugmentationConfig { provider: "opnai".to_string(), ..Default::default() };
    /// let config = WebSocketAiConfig { events_per_second: -1.0, replay: Some(replay), ..Default::default() };
    /// let error = AiEventGenerator::new(config).unwrap_err().to_string();
    /// assert!(error.contains("replay.provider: ") && error.contains("did you mean `openai`?"), "{error}");
    /// assert!(error.contains("events_per_second: ") && error.contains("narrative: "), "{error}");
    /// ```
    pub fn new(config: impl Into<WebSocketAiConfig>) -> Result<Self, AiError> {
        ReplayAugmentationEngine::new(config).map(Self::from)
    }

    /// Prepares events of a model that the program brings; the provider in the config is not looked at.
    ///
    /// # Errors
    /// All mistakes of the config.
    pub fn with_llm(config: impl Into<WebSocketAiConfig>, llm: Arc<dyn Llm>) -> Result<Self, AiError> {
        ReplayAugmentationEngine::with_llm(config, llm).map(Self::from)
    }

    /// Sends events to a socket at the pace of the config, until there have been `max_events` or as many as the config
    /// says, its time is over, or the client leaves. Then the connection is closed: normally (1000) after the last
    /// event, whatever the config's `on_end`, and with 1011 where the model has failed.
    ///
    /// What clients send is heard, and may be answered. An `interactive` generator goes on answering for as long as the
    /// client stays; `max_events` then counts only what it says unasked.
    pub async fn stream_events(&self, socket: impl IntoPeer, max_events: Option<usize>) -> StreamSummary {
        let session = self.session(max_events, None);
        self.stream(socket, session).await
    }

    /// As [`stream_events`](Self::stream_events), with so many events a second in place of the config's pace. A rate
    /// that is none closes the connection with 1011.
    ///
    /// The owner's page:
    ///
    /// ```
    /// # async fn serve(socket: axum::extract::ws::WebSocket) -> Result<(), mockforge_ws::AiError> {
    /// use mockforge_ws::{AiEventGenerator, WebSocketAiConfig};
    ///
    /// let config = WebSocketAiConfig {
    ///     enabled: true,
    ///     narrative: "Simulate real-time chat conversation".to_string(),
    ///     event_count: 50,
    ///     events_per_second: 2.0,
    ///     ..Default::default()
    /// };
    ///
    /// let generator = AiEventGenerator::new(config)?;
    /// generator.stream_events_with_rate(socket, None, 2.0).await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stream_events_with_rate(
        &self,
        socket: impl IntoPeer,
        max_events: Option<usize>,
        rate: f64,
    ) -> StreamSummary {
        let session = self.session(max_events, Some(rate));
        self.stream(socket, session).await
    }

    /// Pauses, resumes and speeds up the streams to sockets, those under way and those to come.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), mockforge_ws::AiError> {
    /// use mockforge_ws::AiEventGenerator;
    /// use mockforge_ws::io::pair;
    /// # use futures_util::StreamExt;
    ///
    /// let generator = AiEventGenerator::new("A chat among 3 friends, 4 events at 1 per second")?;
    /// generator.tempo().set_speed(1000.0).expect("a speed");
    /// let (socket, client) = pair().await;
    /// # tokio::spawn(client.for_each(async |_| {}));
    /// assert_eq!(generator.stream_events(socket, None).await.events, 4);
    /// # Ok(()) }
    /// ```
    pub fn tempo(&self) -> &Tempo {
        &self.tempo
    }

    /// As [`ReplayAugmentationEngine::generate_stream`].
    ///
    /// # Errors
    /// Where the model fails before there is an event.
    pub async fn generate_stream(&self) -> Result<EventStream, LlmError> {
        self.engine.generate_stream().await
    }

    fn session(&self, max_events: Option<usize>, rate: Option<f64>) -> Box<dyn Session> {
        match self.engine.limited(max_events, rate) {
            Ok(mode) => self.tempo.wrap(Box::new(mode.session())),
            Err(problems) => Box::new(failing(problems)),
        }
    }

    async fn stream(&self, socket: impl IntoPeer, session: Box<dyn Session>) -> StreamSummary {
        let tally = Arc::new(Tally::default());
        let id = ConnId { route: "ai".into(), number: self.engine.number() };
        let wall = Wall::Real(engine::now());
        let conn = Conn::new(id, Arc::new(Hello::new("/")), Seed::default(), wall, Limits::default());
        let context = Context { sink: Arc::clone(&tally) as _, ..self.context.clone() };
        let ended = drive(socket.into_peer(), session, conn, &context).await;
        tally.summary(ended, self.engine.greets())
    }
}

impl From<ReplayAugmentationEngine> for AiEventGenerator {
    fn from(engine: ReplayAugmentationEngine) -> Self {
        Self { engine, context: Context::default(), tempo: Tempo::default() }
    }
}

/// Closes at once.
fn failing(problems: Vec<Problem>) -> impl Session {
    move |event: Event, cx: &mut Cx<'_>| {
        if let Event::Opened = event {
            let frame = close::frame(1011, "the events can't be generated");
            cx.fail(Status::HandlerError, error::lines(&problems), frame);
        }
    }
}
