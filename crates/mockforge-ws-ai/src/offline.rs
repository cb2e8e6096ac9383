//! Events without a model: a small simulation for each domain, and values for schemas.

mod alerts;
mod answers;
mod auction;
mod chat;
mod gaming;
mod generic;
mod heard;
mod kind;
mod market;
mod orders;
mod schema;
mod scores;
mod social;
mod telemetry;
mod tracking;
pub(crate) mod types;
mod world;

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use mockforge_ws_diagnostic::Problem;
use rand::Rng;
use serde_json::Value;
use time::OffsetDateTime;

use self::generic::Generic;
use self::heard::Heard;
pub(crate) use self::schema::near;
use self::schema::{Facts, Shape};
use self::types::{EventType, EventTypes};
use self::world::{Kind, Scene, Setting, World};
use crate::narrative::{self, words::Words};
use crate::{Domain, Narrative};

/// How many messages are kept that come before the first event.
const MOST_EARLY: usize = 16;
/// How many events the beginning of a story has.
const OPENING: usize = 10;
/// How many events are passed over to find one of a wanted type.
const MOST_PASSED: usize = 100;

/// What [`Offline`] generates.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OfflineOptions {
    /// What the stream is about, in English.
    pub narrative: String,
    /// A JSON Schema that every event is to fit.
    pub schema: Option<Value>,
    /// Events that others are to look like. With a schema they are only checked against it.
    pub examples: Vec<Value>,
    /// Values of `type`, each with its weight. None means those of the domain.
    pub event_types: Vec<(String, f64)>,
}

/// Believable events without a language model.
///
/// It is a set of small simulations with word banks, one for each [`Domain`], driven by the random numbers that it
/// is given: prices walk, devices drift and fail, orders go through their lives, people answer each other. The
/// narrative chooses and sets up the simulation by its keywords, as [`Narrative`] describes; nothing in it is
/// understood beyond that. Same options, same random numbers and same times give the same events.
///
/// With a schema or examples, events have that shape: members whose names tell what they are (`price`, `user`,
/// `lat`, `timestamp` …) are taken from the simulation where they fit, counters count, numbers walk, and the rest
/// is drawn.
///
/// ```
/// use std::time::Duration;
///
/// use mockforge_ws_ai::{Offline, OfflineOptions};
/// use mockforge_ws_core::ConnRng;
/// use rand::SeedableRng as _;
/// use serde_json::json;
/// use time::macros::datetime;
///
/// let options = OfflineOptions {
///     narrative: "An online shop on Black Friday".to_string(),
///     schema: Some(json!({
///         "type": "object",
///         "properties": {
///             "seq": { "type": "integer", "minimum": 1 },
///             "event": { "enum": ["order.created", "order.paid", "order.shipped"] },
///             "orderId": { "type": "string", "format": "uuid" },
///             "total": { "type": "number", "minimum": 0 },
///             "at": { "type": "string", "format": "date-time" },
///         },
///         "required": ["seq", "event", "orderId", "total", "at"],
///     })),
///     ..OfflineOptions::default()
/// };
/// let mut offline = Offline::new(&options).unwrap();
/// let mut rng = ConnRng::seed_from_u64(7);
/// let event = offline.next(&mut rng, Duration::ZERO, datetime!(2024-01-15 10:30 UTC));
/// assert_eq!(event["seq"], 1);
/// assert_eq!(event["at"], "2024-01-15T10:30:00.000Z");
/// assert!(event["total"].as_f64().unwrap() > 0.0);
/// ```
pub struct Offline {
    narrative: Narrative,
    words: Words,
    domain: Domain,
    types: EventTypes,
    shape: Option<Shape>,
    /// Made with the first event, as it takes random numbers.
    worlds: Option<Worlds>,
    early: VecDeque<Heard>,
}

struct Worlds {
    domain: Box<dyn World>,
    generic: Generic,
}

impl Offline {
    /// Reads the options.
    ///
    /// # Errors
    /// All mistakes: a schema that is none, or to which no event can be found; examples that do not fit it; event
    /// types without a name, and weights that are negative, not finite, or all 0. The first key of a problem's
    /// path is the option's name.
    pub fn new(options: &OfflineOptions) -> Result<Self, Vec<Problem>> {
        let narrative = Narrative::read(&options.narrative);
        let mut problems = types::check(&options.event_types);
        let shape = Shape::new(options.schema.as_ref(), &options.examples);
        let shape = match shape {
            Ok(shape) if problems.is_empty() => shape,
            Ok(_) => return Err(problems),
            Err(more) => {
                problems.extend(more);
                return Err(problems);
            }
        };
        let domain = match (narrative.domain, &shape) {
            (Domain::Generic, shape) => types::domain(&options.event_types, shape.as_ref()),
            (domain, _) => domain,
        };
        let types = EventTypes::new(&options.event_types, shape.as_ref(), kinds(domain));
        let words = Words::of(narrative::head(&options.narrative));
        let mut offline =
            Self { narrative, words, domain, types, shape, worlds: None, early: VecDeque::new() };
        offline.prove()?;
        Ok(offline)
    }

    /// What the narrative says.
    pub fn narrative(&self) -> &Narrative {
        &self.narrative
    }

    /// The domain that is simulated: the narrative's, or else what event types, schema and examples suggest.
    pub fn domain(&self) -> Domain {
        self.domain
    }

    /// The next event, at `elapsed` since the stream began and at the wall time `now`. There always is one.
    pub fn next(&mut self, rng: &mut impl Rng, elapsed: Duration, now: OffsetDateTime) -> Value {
        let mut scene = Scene { rng, elapsed, now, wanted: None };
        self.begin(&mut scene);
        let worlds = self.worlds.as_mut().expect("they have begun");
        let event = worlds.next(&self.types, &mut scene);
        match &mut self.shape {
            Some(shape) => {
                let facts = Facts::new(event, &worlds.domain.background());
                shape.draw(&facts, &mut scene)
            }
            None => event,
        }
    }

    /// Passes over the beginning of the story: what comes next is from the middle of it.
    pub(crate) fn skip_opening(&mut self, rng: &mut impl Rng, elapsed: Duration, now: OffsetDateTime) {
        let mut scene = Scene { rng, elapsed, now, wanted: None };
        let worlds = self.begin(&mut scene);
        for _ in 0..OPENING {
            worlds.domain.event(&mut scene);
        }
    }

    /// The simulations, made with the first random numbers where there are none yet.
    fn begin(&mut self, scene: &mut Scene<'_>) -> &mut Worlds {
        let setting = Setting { narrative: &self.narrative, words: &self.words };
        self.worlds.get_or_insert_with(|| {
            let mut domain = world(self.domain, setting, scene);
            self.early.drain(..).for_each(|heard| domain.hear(&heard));
            Worlds { domain, generic: Generic::new(setting, scene) }
        })
    }

    /// Takes a message of the client: the next event may answer it, where the domain has an answer to it.
    pub fn hear(&mut self, message: &Value) {
        let heard = Heard::read(message);
        match &mut self.worlds {
            Some(worlds) => worlds.domain.hear(&heard),
            None if self.early.len() < MOST_EARLY => self.early.push_back(heard),
            None => {}
        }
    }

    /// Whether something that the client said waits for an answer. It comes with the next event, or soon after where
    /// something has to happen before it; never where the event types have none that could be it.
    pub fn has_answer(&self) -> bool {
        match &self.worlds {
            Some(worlds) => worlds.domain.pending().is_some(),
            None => !self.early.is_empty(),
        }
    }

    /// Draws some events with fixed seeds, so that a schema to which none is found is refused at once.
    fn prove(&mut self) -> Result<(), Vec<Problem>> {
        let Some(shape) = &self.shape else { return Ok(()) };
        let mut trial = Self {
            narrative: self.narrative.clone(),
            words: self.words.clone(),
            domain: self.domain,
            types: self.types.clone(),
            shape: Some(shape.clone()),
            worlds: None,
            early: VecDeque::new(),
        };
        let proven = schema::prove(|rng| {
            trial.next(rng, Duration::ZERO, OffsetDateTime::UNIX_EPOCH);
            trial.shape.as_mut().map(Shape::verdict).unwrap_or_default()
        })?;
        if let Some(shape) = &mut self.shape {
            shape.keep(proven);
        }
        Ok(())
    }
}

impl Worlds {
    fn next(&mut self, types: &EventTypes, scene: &mut Scene<'_>) -> Value {
        let Some(EventType { name, kind, .. }) = types.choose(self.domain.pending(), scene) else {
            return self.domain.event(scene);
        };
        scene.wanted = *kind;
        let found = kind.and_then(|kind| {
            let mut events = std::iter::repeat_with(|| self.domain.event(scene)).take(MOST_PASSED);
            events.find(|event| event["type"] == kind)
        });
        scene.wanted = None;
        match found {
            Some(mut event) => {
                event["type"] = name.as_str().into();
                event
            }
            None => self.generic.labelled(name, scene),
        }
    }
}

impl Clone for Offline {
    fn clone(&self) -> Self {
        let copy =
            |worlds: &Worlds| Worlds { domain: worlds.domain.boxed(), generic: worlds.generic.clone() };
        Self {
            narrative: self.narrative.clone(),
            words: self.words.clone(),
            domain: self.domain,
            types: self.types.clone(),
            shape: self.shape.clone(),
            worlds: self.worlds.as_ref().map(copy),
            early: self.early.clone(),
        }
    }
}

impl fmt::Debug for Offline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offline").field("domain", &self.domain).finish_non_exhaustive()
    }
}

fn world(domain: Domain, setting: Setting<'_>, scene: &mut Scene<'_>) -> Box<dyn World> {
    match domain {
        Domain::MarketData => Box::new(market::Market::new(setting, scene)),
        Domain::Chat => Box::new(chat::Chat::new(setting, scene)),
        Domain::Telemetry => Box::new(telemetry::Telemetry::new(setting, scene)),
        Domain::Tracking => Box::new(tracking::Tracking::new(setting, scene)),
        Domain::Gaming => Box::new(gaming::Gaming::new(setting, scene)),
        Domain::Orders => Box::new(orders::Orders::new(setting, scene)),
        Domain::Alerts => Box::new(alerts::Alerts::new(setting, scene)),
        Domain::Scores => Box::new(scores::Scores::new(setting, scene)),
        Domain::Social => Box::new(social::Social::new(setting, scene)),
        Domain::Auction => Box::new(auction::Auction::new(setting, scene)),
        Domain::Generic => Box::new(Generic::new(setting, scene)),
    }
}

/// The types of events of a domain.
fn kinds(domain: Domain) -> &'static [Kind] {
    match domain {
        Domain::MarketData => market::KINDS,
        Domain::Chat => chat::KINDS,
        Domain::Telemetry => telemetry::KINDS,
        Domain::Tracking => tracking::KINDS,
        Domain::Gaming => gaming::KINDS,
        Domain::Orders => orders::KINDS,
        Domain::Alerts => alerts::KINDS,
        Domain::Scores => scores::KINDS,
        Domain::Social => social::KINDS,
        Domain::Auction => auction::KINDS,
        Domain::Generic => generic::KINDS,
    }
}
