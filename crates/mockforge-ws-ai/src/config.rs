//! The AI settings of the owner's page, as plain data.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_diagnostic::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pace::Pace;
use crate::prompt::Brief;
use crate::{AiMode, AiOptions, Budget, Llm, ModelSource, OfflineOptions, OnEnd, Price, Source};

/// What events to generate, how many and how fast.
///
/// What is not said is taken from the narrative ("20 events", "5 minutes of", "at 2 per second"), where that says it.
/// Events are generated offline, without a model, unless [`replay`](Self::replay) names a provider.
///
/// ```
/// use mockforge_ws_ai::WebSocketAiConfig;
/// use mockforge_ws_testkit::{Setup, Sim};
///
/// let config = WebSocketAiConfig {
///     enabled: true,
///     narrative: "Simulate real-time chat conversation".to_string(),
///     event_count: 50,
///     events_per_second: 2.0,
///     ..Default::default()
/// };
/// let mut sim = Sim::open(&config.mode(None).unwrap(), Setup::default());
/// assert_eq!(sim.advance(10_000).texts().len(), 21);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebSocketAiConfig {
    /// Whether anything is generated; otherwise clients are accepted and hear nothing.
    pub enabled: bool,
    /// What happens, in the user's words; where it is empty, the narrative of `replay`.
    pub narrative: String,
    /// How many events there are; 0 is what the narrative says, or else no end.
    pub event_count: usize,
    /// How many events leave in a second; 0 is what the narrative says, or else 1.
    pub events_per_second: f64,
    /// How events are spread over time, in place of `events_per_second`.
    pub pace: Option<Pace>,
    /// For how long events leave: as text a time with its unit, such as `5m`.
    #[serde(with = "crate::times")]
    pub duration: Option<Duration>,
    /// The JSON Schema of an event.
    pub schema: Option<Value>,
    /// Events that the others are to look like.
    pub examples: Vec<Value>,
    /// Types of events, each with its weight.
    pub event_types: BTreeMap<String, f64>,
    /// Makes the offline events of each connection the same in every run; a provider that can repeat an answer is told
    /// it.
    pub seed: Option<u64>,
    /// Whether clients are answered for as long as they stay: [`AiOptions::interactive`].
    pub interactive: bool,
    /// What a client is sent when it has connected.
    pub first: Option<Value>,
    /// What follows the last event.
    pub on_end: OnEnd,
    /// Which model to ask, and how.
    pub replay: Option<ReplayAugmentationConfig>,
}

impl Default for WebSocketAiConfig {
    /// Enabled, with nothing said.
    fn default() -> Self {
        Self {
            enabled: true,
            narrative: String::new(),
            event_count: 0,
            events_per_second: 0.0,
            pace: None,
            duration: None,
            schema: None,
            examples: Vec::new(),
            event_types: BTreeMap::new(),
            seed: None,
            interactive: false,
            first: None,
            on_end: OnEnd::default(),
            replay: None,
        }
    }
}

/// Which model to ask and what for: for events of a stream, and for lines of a script that is augmented.
///
/// ```
/// use mockforge_ws_ai::{ReplayAugmentationConfig, WebSocketAiConfig};
///
/// let config = ReplayAugmentationConfig {
///     narrative: "Add realistic user interactions to chat replay".to_string(),
///     augmentation_points: vec!["user_message".to_string()],
///     provider: "openai".to_string(),
///     model: "gpt-4".to_string(),
///     ..Default::default()
/// };
/// assert!(!config.is_offline());
/// let stream = WebSocketAiConfig::from(config);
/// assert_eq!(stream.narrative, "Add realistic user interactions to chat replay");
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReplayAugmentationConfig {
    /// What happens, in the user's words.
    pub narrative: String,
    /// Where a script is augmented; a stream has no such places.
    pub augmentation_points: Vec<String>,
    /// Whom to ask; empty, or `offline`, asks no model. Read by who makes the [`Llm`], with `model` and `base_url`.
    pub provider: String,
    /// Which model of the provider.
    pub model: String,
    /// Where the provider is, if not at its usual address.
    pub base_url: Option<String>,
    /// Who the model is to be, in place of the sentence that says so by default.
    pub system_prompt: Option<String>,
    /// How freely it chooses its words, from 0; the provider's own default where nothing is said.
    pub temperature: Option<f64>,
    /// The most tokens of an answer.
    pub max_tokens: Option<u32>,
    /// The most tokens, read and written, of a connection.
    pub max_tokens_total: Option<u64>,
    /// What the model's tokens cost, for facts and for `max_cost`.
    pub price: Option<Price>,
    /// The most that all connections may cost together, in the currency of the price.
    pub max_cost: Option<f64>,
    /// Whether events are generated offline when the model has failed; a fact says so. Otherwise the connection is
    /// failed.
    pub offline_fallback: bool,
}

impl ReplayAugmentationConfig {
    /// Whether no model is asked.
    pub fn is_offline(&self) -> bool {
        matches!(self.provider.trim(), "" | "offline")
    }

    /// The most that may be used of the model.
    pub fn budget(&self) -> Budget {
        Budget { tokens: self.max_tokens_total, price: self.price, cost: self.max_cost }
    }
}

impl From<ReplayAugmentationConfig> for WebSocketAiConfig {
    fn from(replay: ReplayAugmentationConfig) -> Self {
        Self { narrative: replay.narrative.clone(), replay: Some(replay), ..Self::default() }
    }
}

/// What the narrative says, without a model.
impl From<&str> for WebSocketAiConfig {
    fn from(narrative: &str) -> Self {
        Self { narrative: narrative.to_string(), ..Self::default() }
    }
}

impl WebSocketAiConfig {
    /// Whether no model is asked.
    pub fn is_offline(&self) -> bool {
        self.replay.as_ref().is_none_or(ReplayAugmentationConfig::is_offline)
    }

    /// The narrative.
    pub fn narrative(&self) -> &str {
        match &self.replay {
            Some(replay) if self.narrative.trim().is_empty() => &replay.narrative,
            _ => &self.narrative,
        }
    }

    /// What is asked of the generator without a model.
    pub fn offline(&self) -> OfflineOptions {
        OfflineOptions {
            narrative: self.narrative().to_string(),
            schema: self.schema.clone(),
            examples: self.examples.clone(),
            event_types: self.event_types(),
        }
    }

    /// What is asked of a model. How many events it is and for how long is said as far as the config says it.
    pub fn brief(&self) -> Brief {
        let replay = self.replay.clone().unwrap_or_default();
        Brief {
            event_count: (self.event_count > 0).then_some(self.event_count),
            duration: self.duration,
            schema: self.schema.clone(),
            examples: self.examples.clone(),
            event_types: self.event_types(),
            system_prompt: replay.system_prompt,
            temperature: replay.temperature,
            max_tokens: replay.max_tokens,
            seed: self.seed,
            ..Brief::new(self.narrative())
        }
    }

    fn event_types(&self) -> Vec<(String, f64)> {
        self.event_types.iter().map(|(name, weight)| (name.clone(), *weight)).collect()
    }

    /// The mode of all this. It asks `llm` where one is given; to ask nobody the config must name no provider.
    ///
    /// # Errors
    /// All mistakes, each with the way to the setting that it is about.
    pub fn mode(&self, llm: Option<Arc<dyn Llm>>) -> Result<AiMode, Vec<Problem>> {
        let mut problems = self.mistakes(llm.is_some());
        match AiMode::new(self.options(llm)) {
            Ok(mode) if problems.is_empty() => Ok(mode),
            Ok(_) => Err(problems),
            Err(mistakes) => {
                problems.extend(mistakes.into_iter().map(|problem| self.placed(problem)));
                Err(problems)
            }
        }
    }

    /// A problem of the mode at the setting that it comes from.
    fn placed(&self, mut problem: Problem) -> Problem {
        if self.pace.is_none()
            && let Some(key) = problem.path.first_mut().filter(|key| **key == "pace".into())
        {
            *key = "events_per_second".into();
        }
        problem
    }

    /// The same as options, which can be changed further; with all mistakes.
    pub fn options(&self, llm: Option<Arc<dyn Llm>>) -> AiOptions {
        let said = AiOptions::offline(self.narrative());
        let (event_count, interactive) = match (self.enabled, self.event_count) {
            (false, _) => (Some(0), false),
            (true, 0) => (said.event_count, self.interactive),
            (true, count) => (Some(count), self.interactive),
        };
        let rate = Some(self.events_per_second).filter(|rate| *rate != 0.0);
        AiOptions {
            source: match llm {
                None => Source::Offline(self.offline()),
                Some(llm) => {
                    let replay = self.replay.as_ref();
                    Source::Model(Box::new(ModelSource {
                        llm,
                        brief: self.brief(),
                        budget: replay.map(ReplayAugmentationConfig::budget).unwrap_or_default(),
                        fallback: replay.filter(|replay| replay.offline_fallback).map(|_| self.offline()),
                    }))
                }
            },
            pace: self.pace.or(rate.map(|rate| Pace::Fixed { rate })).unwrap_or(said.pace),
            event_count,
            duration: self.duration.or(said.duration),
            on_end: self.on_end,
            interactive,
            first: self.first.clone().filter(|_| self.enabled),
            seed: self.seed,
        }
    }

    /// What only the settings together show to be wrong.
    fn mistakes(&self, has_llm: bool) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.narrative().trim().is_empty() && self.schema.is_none() && self.examples.is_empty() {
            let problem = Problem::new("nothing says what the events are about");
            let hint = "for example `5 minutes of stock market trading in AAPL, 2 events per second`";
            problems.push(problem.hint(hint).under("narrative"));
        }
        if self.pace.is_some() && self.events_per_second != 0.0 {
            let problem = Problem::new("`pace` and `events_per_second` both say how fast events leave");
            problems.push(problem.hint("leave one out").under("events_per_second"));
        }
        if let Some(replay) = self.replay.as_ref().filter(|replay| !replay.is_offline() && !has_llm) {
            let problem = Problem::new(format!("there is no client for the provider `{}`", replay.provider));
            let hint = "hand one over, or leave the provider out to generate events without a model";
            problems.push(problem.hint(hint).under("provider").under("replay"));
        }
        problems
    }
}
