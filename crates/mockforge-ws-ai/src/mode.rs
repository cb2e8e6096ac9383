//! The mode that sends generated events.

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Hello, Mode, Opening, Session};
use mockforge_ws_diagnostic::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pace::{Pace, Pacer};
use crate::session::AiSession;
use crate::{Feed, FeedOptions, Llm, ModelSource, Narrative, Offline, OfflineOptions, Source};

/// What an [`AiMode`] does.
#[derive(Debug, Clone)]
pub struct AiOptions {
    /// Where events come from.
    pub source: Source,
    /// When they leave.
    pub pace: Pace,
    /// How many of them leave in all; without end where nothing is said. For a model that is also the
    /// [count](crate::prompt::Brief::event_count) of its brief.
    pub event_count: Option<usize>,
    /// How long they do, from the opening. For a model that is also the time that its brief tells of, where that has
    /// none of its own.
    pub duration: Option<Duration>,
    /// What follows the last event.
    pub on_end: OnEnd,
    /// Whether clients are answered for as long as the connection lasts, after the last event too. Without an
    /// `event_count` the mode then speaks only when it is spoken to.
    pub interactive: bool,
    /// What a client is sent when it has connected, before all else; it is no event and does not count.
    pub first: Option<Value>,
    /// Makes each connection of a route, by its number, the same whatever the seed of the run is. A model is told
    /// the seed of its brief instead.
    pub seed: Option<u64>,
}

impl AiOptions {
    /// Events of a source without end, one a second.
    pub fn new(source: Source) -> Self {
        Self {
            source,
            pace: Pace::default(),
            event_count: None,
            duration: None,
            on_end: OnEnd::default(),
            interactive: false,
            first: None,
            seed: None,
        }
    }

    /// Events without a model, as many and as fast as the narrative says: [`Narrative::count`],
    /// [`Narrative::duration`] and [`Narrative::per_second`].
    pub fn offline(narrative: impl Into<String>) -> Self {
        let options = OfflineOptions { narrative: narrative.into(), ..OfflineOptions::default() };
        let said = Narrative::read(&options.narrative);
        let mut this = Self::new(Source::Offline(options));
        this.adopt(&said);
        this
    }

    /// Takes what a narrative says of count, time and pace.
    pub(crate) fn adopt(&mut self, said: &Narrative) {
        self.event_count = said.count.and_then(|count| usize::try_from(count).ok());
        self.duration = said.duration;
        let pace = said.per_second.map(|rate| Pace::Fixed { rate });
        self.pace = pace.filter(|pace| Pacer::new(*pace).is_ok()).unwrap_or_default();
    }
}

/// What follows the last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnEnd {
    /// The connection stays open and nothing more is said.
    #[default]
    Keep,
    /// The connection is closed normally (1000).
    Close,
}

/// Sends generated events to each client, from the beginning of the story.
///
/// Events are text messages of compact JSON that leave as the pace says, counted from the first one. What clients send
/// may be answered: [`Offline`] does so soon, a model with its next page, and one that only answers without a pace.
///
/// The same seed gives the same messages where no model is asked. A model is asked while the connection goes on, so
/// that it has been asked only for what a client was there to hear. When it fails, and there is no fallback, the
/// connection is closed with 1011.
///
/// ```
/// use mockforge_ws_ai::{AiMode, AiOptions};
/// use mockforge_ws_testkit::{Setup, Sim};
///
/// let mode = AiMode::new(AiOptions::offline("Trading in AAPL, 3 events at 2 per second")).unwrap();
/// let mut sim = Sim::open(&mode, Setup::default());
/// sim.advance(600);
/// assert_eq!(sim.texts().len(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct AiMode {
    pub(crate) plan: Arc<Plan>,
}

/// What the connections have in common.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) voice: Voice,
    pub(crate) pace: Pace,
    pub(crate) event_count: Option<usize>,
    pub(crate) duration: Option<Duration>,
    pub(crate) on_end: OnEnd,
    pub(crate) interactive: bool,
    pub(crate) first: Option<Value>,
    pub(crate) seed: Option<u64>,
}

/// Who speaks, before the first word.
#[derive(Debug, Clone)]
pub(crate) enum Voice {
    Offline(Box<Offline>),
    Model { llm: Arc<dyn Llm>, feed: Box<Feed>, fallback: Option<Box<Offline>> },
}

impl AiMode {
    /// Prepares what the connections have in common.
    ///
    /// # Errors
    /// All mistakes of the pace, the schema, the examples and the event types.
    pub fn new(options: AiOptions) -> Result<Self, Vec<Problem>> {
        let AiOptions { source, pace, mut event_count, duration, on_end, interactive, first, seed } = options;
        let mut problems = Vec::new();
        if let Err(mistakes) = Pacer::new(pace) {
            problems.extend(mistakes.into_iter().map(|problem| problem.under("pace")));
        }
        let voice = match source {
            Source::Offline(offline) => {
                Offline::new(&offline).map(|offline| Voice::Offline(Box::new(offline)))
            }
            Source::Model(model) => {
                let ModelSource { llm, mut brief, budget, fallback } = *model;
                event_count = event_count.or(brief.event_count);
                brief.event_count = event_count;
                brief.duration = brief.duration.or(duration);
                let options = FeedOptions {
                    model: llm.name().into(),
                    is_interactive: interactive,
                    budget,
                    ..FeedOptions::new(brief)
                };
                let feed = Feed::new(options.paced(pace.mean_rate()));
                let fallback = fallback.map(|options| Offline::new(&options).map(Box::new)).transpose();
                match (feed, fallback) {
                    (Ok(feed), Ok(fallback)) => Ok(Voice::Model { llm, feed: Box::new(feed), fallback }),
                    (Err(mistakes), _) | (_, Err(mistakes)) => Err(mistakes),
                }
            }
        };
        match voice {
            Ok(voice) if problems.is_empty() => {
                let plan = Plan { voice, pace, event_count, duration, on_end, interactive, first, seed };
                Ok(Self { plan: Arc::new(plan) })
            }
            Ok(_) => Err(problems),
            Err(mistakes) => {
                problems.extend(mistakes);
                Err(problems)
            }
        }
    }
}

impl AiMode {
    /// What one client hears, for who has its connection and no handshake.
    pub fn session(&self) -> impl Session + use<> {
        AiSession::new(Arc::clone(&self.plan))
    }
}

impl Mode for AiMode {
    fn open(&self, _: &Hello) -> Opening {
        Opening::accept(self.session())
    }
}
