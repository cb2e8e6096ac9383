//! The `ai:` section of a route, read.

mod schema;

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_diagnostic::{At, Problem, did_you_mean, meant_key};
use serde_json::{Map, Value};

use crate::pace::Pace;
use crate::prompt::Brief;
use crate::{AiOptions, Budget, Llm, ModelSource, OfflineOptions, OnEnd, Price, Source};

pub use schema::schema;

/// The keys of an `ai:` section, each with what it is for.
pub const AI_KEYS: &[(&str, &str)] = &[
    ("narrative", "What happens, in your words: the one key that must be there."),
    ("event_count", "How many events there are on a connection; else what the narrative says, else no end."),
    ("duration", "How long there are events on a connection, such as `5m`; else what the narrative says."),
    ("events_per_second", "How fast events leave; else what the narrative says, else 1."),
    (
        "pace",
        "How events leave where that is not evenly: `{poisson: 2.0}`, `{burst: {size: 5, every: 10s}}`.",
    ),
    ("schema", "The JSON Schema of one event, or the name of its file, relative to this one."),
    ("examples", "Events to take as a pattern."),
    ("event_types", "The types of events: a list, or a mapping of weights."),
    (
        "provider",
        "Who generates: `offline` (the default: no model, no network), `openai`, `anthropic`, `gemini`, `ollama` or `openai-compatible`.",
    ),
    ("model", "Which of the provider's models."),
    ("base_url", "Where the provider is asked, if not at its usual address."),
    ("system_prompt", "Who the model is to be."),
    ("temperature", "How much chance there is in its words, from 0 to 2."),
    ("max_tokens", "The most tokens of one answer."),
    ("token_budget", "The most tokens that a connection may use; then its events are over."),
    (
        "price",
        "What a million tokens cost, `{input: 0.15, output: 0.60}`: the journal then tells what answers cost.",
    ),
    (
        "cost_budget",
        "The most that all connections of the route may cost together, by `price`; then their events are over.",
    ),
    ("answers_only", "Whether there are no events but answers to the client: a chatbot, an order desk."),
    ("interactive", "Rules that answer first; what none of them takes goes into the story."),
    (
        "on_failure",
        "What happens when the model fails: `close` (the default) with 1011, or `offline` generation.",
    ),
    ("on_end", "What happens after the last event: `keep` the connection open (the default) or `close` it."),
    ("cache", "Whether answers are kept, so that the same request costs once; true unless said otherwise."),
];

/// Who generates when nobody is named.
pub const OFFLINE: &str = "offline";

/// What an `ai:` section asks for.
///
/// ```
/// use mockforge_ws_ai::AiSection;
/// use serde_json::json;
///
/// let section = AiSection::read(&json!("Simulate 5 minutes of trading in AAPL at 2 events per second")).unwrap();
/// assert_eq!(section.duration, Some(std::time::Duration::from_secs(300)));
/// assert_eq!(section.pace.mean_rate(), 2.0);
///
/// let problems = AiSection::read(&json!({ "narative": "a chat", "on_end": "clsoe" })).unwrap_err();
/// assert_eq!(problems[0].hint.as_deref(), Some("did you mean `narrative`?"));
/// assert_eq!(problems[1].hint.as_deref(), Some("did you mean `close`?"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AiSection {
    /// What the events are to be; without a [`schema_file`](Self::schema_file).
    pub brief: Brief,
    /// The file of the schema, where it stands in one of its own.
    pub schema_file: Option<String>,
    /// How long there are events.
    pub duration: Option<Duration>,
    /// When they leave.
    pub pace: Pace,
    /// Who generates, as written; `None` for [`OFFLINE`].
    pub provider: Option<String>,
    /// Which model.
    pub model: Option<String>,
    /// Where it is asked.
    pub base_url: Option<String>,
    /// The most that may be used of the model.
    pub budget: Budget,
    /// Whether events are answers only.
    pub answers_only: bool,
    /// Whether offline generation goes on where the model fails.
    pub falls_back: bool,
    /// Whether the connection is closed after the last event.
    pub closes: bool,
    /// Whether answers are kept.
    pub cache: bool,
}

/// What has no effect where no model is asked.
const OF_MODELS: &[&str] = &[
    "model",
    "base_url",
    "system_prompt",
    "temperature",
    "max_tokens",
    "token_budget",
    "price",
    "cost_budget",
    "on_failure",
    "cache",
];

impl AiSection {
    /// Reads a narrative, or a mapping with one.
    ///
    /// # Errors
    /// All mistakes, each with the way to it.
    pub fn read(section: &Value) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        match Self::gather(section, &mut problems).filter(|_| problems.is_empty()) {
            Some(read) => Ok(read),
            None => Err(problems),
        }
    }

    /// What can be read, so that more mistakes can be found in it; those that are found here are added.
    pub fn gather(section: &Value, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut reader = Reader { problems: Vec::new() };
        let read = reader.section(&At::root(section));
        problems.append(&mut reader.problems);
        read
    }

    /// For a mode, with the model that the section names, if it names one.
    pub fn options(&self, llm: Option<Arc<dyn Llm>>) -> AiOptions {
        let source = match llm {
            None => Source::Offline(self.offline()),
            Some(llm) => Source::Model(Box::new(ModelSource {
                llm,
                brief: self.brief.clone(),
                budget: self.budget,
                fallback: self.falls_back.then(|| self.offline()),
            })),
        };
        AiOptions {
            pace: self.pace,
            event_count: self.brief.event_count,
            duration: self.duration,
            on_end: if self.closes { OnEnd::Close } else { OnEnd::Keep },
            interactive: self.answers_only,
            ..AiOptions::new(source)
        }
    }

    /// For the generator that needs no model.
    pub fn offline(&self) -> OfflineOptions {
        let Brief { narrative, schema, examples, event_types, .. } = self.brief.clone();
        OfflineOptions { narrative, schema, examples, event_types }
    }

    fn of(narrative: &str) -> Self {
        let said = AiOptions::offline(narrative);
        let brief = Brief { event_count: said.event_count, ..Brief::new(narrative) };
        Self {
            brief,
            schema_file: None,
            duration: said.duration,
            pace: said.pace,
            provider: None,
            model: None,
            base_url: None,
            budget: Budget::default(),
            answers_only: false,
            falls_back: false,
            closes: false,
            cache: true,
        }
    }
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn problem(&mut self, at: &At<'_>, problem: Problem) {
        self.problems.push(at.placed(problem));
    }

    fn keep<T>(&mut self, at: &At<'_>, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.problem(at, problem)).ok()
    }

    fn section(&mut self, at: &At<'_>) -> Option<AiSection> {
        let members = match at.value {
            Value::String(narrative) => return Some(AiSection::of(narrative)),
            Value::Object(members) => members,
            _ => {
                let problem = Problem::new(format!("this is a narrative or a mapping, found {}", at.kind()));
                self.problem(at, problem.hint("for example `ai: Simulate 5 minutes of live trading`"));
                return None;
            }
        };
        let narrative = at.get("narrative").and_then(|narrative| self.text(&narrative, "narrative"));
        let mut read = AiSection::of(narrative.unwrap_or_default());
        for (key, value) in members {
            self.member(key, &at.under(key.as_str(), value), &mut read);
        }
        if narrative.is_none_or(|narrative| narrative.trim().is_empty()) && self.problems.is_empty() {
            let problem = Problem::new("`ai:` has no narrative");
            self.problem(
                at,
                problem.hint("say what happens: `narrative: Simulate 5 minutes of live trading`"),
            );
        }
        self.whole(at, members, &mut read);
        Some(read)
    }

    fn member(&mut self, key: &str, at: &At<'_>, read: &mut AiSection) {
        let owned = |text: Option<&str>| text.map(str::to_string);
        match key {
            "narrative" => {}
            "event_count" => {
                let count = self.keep(at, at.count(key)).and_then(|count| usize::try_from(count).ok());
                read.brief.event_count = count;
            }
            "duration" => read.duration = self.keep(at, at.duration(key)),
            "events_per_second" | "pace" => match Pace::read(at.value) {
                Ok(pace) => read.pace = pace,
                Err(problems) => problems.into_iter().for_each(|problem| self.problem(at, problem)),
            },
            "schema" => match at.value {
                Value::String(file) => read.schema_file = Some(file.clone()),
                Value::Object(_) => read.brief.schema = Some(at.value.clone()),
                _ => self.problem(
                    at,
                    Problem::new(format!(
                        "`schema` is a JSON Schema or the name of its file, found {}",
                        at.kind()
                    )),
                ),
            },
            "examples" => match at.value {
                Value::Array(examples) => read.brief.examples.clone_from(examples),
                _ => self.problem(
                    at,
                    Problem::new(format!("`examples` is a list of events, found {}", at.kind())),
                ),
            },
            "event_types" => read.brief.event_types = self.event_types(at),
            "provider" => read.provider = owned(self.text(at, key)).filter(|name| name != OFFLINE),
            "model" => read.model = owned(self.text(at, key)),
            "base_url" => read.base_url = owned(self.text(at, key)),
            "system_prompt" => read.brief.system_prompt = owned(self.text(at, key)),
            "temperature" => {
                let temperature = at.value.as_f64().filter(|number| (0.0..=2.0).contains(number));
                let problem =
                    || Problem::new(format!("`temperature` is a number from 0 to 2, found {}", at.value));
                read.brief.temperature = self.keep(at, temperature.ok_or_else(problem));
            }
            "max_tokens" => {
                let most = self.keep(at, at.count(key));
                read.brief.max_tokens = most.map(|most| u32::try_from(most).unwrap_or(u32::MAX));
            }
            "token_budget" => read.budget.tokens = self.keep(at, at.count(key)),
            "price" => read.budget.price = self.price(at),
            "cost_budget" => {
                let cost = at.value.as_f64().filter(|cost| *cost > 0.0);
                let problem =
                    || Problem::new(format!("`cost_budget` is a number above 0, found {}", at.value));
                read.budget.cost = self.keep(at, cost.ok_or_else(problem));
            }
            // Compiled by who knows rules.
            "interactive" if at.value.is_object() => {}
            "interactive" => {
                let problem =
                    Problem::new(format!("`interactive` is a mapping with rules, found {}", at.kind()));
                self.problem(at, problem.hint("where there is nothing but answers: `answers_only: true`"));
            }
            "answers_only" => read.answers_only = self.keep(at, at.boolean(key)).unwrap_or_default(),
            "on_failure" => read.falls_back = self.word(at, key, &["close", OFFLINE]) == Some(OFFLINE),
            "on_end" => read.closes = self.word(at, key, &["keep", "close"]) == Some("close"),
            "cache" => read.cache = self.keep(at, at.boolean(key)).unwrap_or(true),
            _ => {
                let keys: Vec<&str> = AI_KEYS.iter().map(|(key, _)| *key).collect();
                let aliases =
                    [("prompt", "narrative"), ("rate", "events_per_second"), ("count", "event_count")];
                let problem = Problem::new(format!("unknown key `{key}`"));
                self.problem(at, problem.hint(meant_key(key, &keys, &aliases)));
            }
        }
    }

    /// What can't stand beside each other.
    fn whole(&mut self, at: &At<'_>, members: &Map<String, Value>, read: &mut AiSection) {
        let mut object = |key: &str, why: String, hint: &str| {
            if let Some(at) = at.get(key) {
                self.problems.push(at.placed(Problem::new(why).hint(hint)));
            }
        };
        if read.provider.is_none() {
            for key in OF_MODELS {
                let why = format!("`{key}` has no effect without a model");
                object(key, why, "name who has one: `provider: openai`");
            }
        }
        if read.provider.is_some() && !members.contains_key("price") {
            let why = "`cost_budget` has no effect without `price`".to_string();
            object(
                "cost_budget",
                why,
                "say what a million tokens cost: `price: {input: 0.15, output: 0.60}`",
            );
        }
        if members.contains_key("pace") {
            let why = "`events_per_second` has no effect beside `pace`".to_string();
            object("events_per_second", why, "say one of them");
        }
        if read.answers_only {
            for key in ["event_count", "duration", "events_per_second", "pace"] {
                let why = format!("`{key}` has no effect beside `answers_only: true`");
                object(key, why, "the client decides when there is an event");
            }
            read.brief.event_count = None;
            read.duration = None;
        }
    }

    fn price(&mut self, at: &At<'_>) -> Option<Price> {
        let Value::Object(members) = at.value else {
            let problem = Problem::new(format!("`price` is a mapping, found {}", at.kind()));
            self.problem(at, problem.hint("what a million tokens cost: `{input: 0.15, output: 0.60}`"));
            return None;
        };
        let mut price = Price::default();
        for (key, value) in members {
            let at = at.under(key.as_str(), value);
            let slot = match key.as_str() {
                "input" => &mut price.input,
                "output" => &mut price.output,
                _ => {
                    let problem = Problem::new(format!("unknown key `{key}`"));
                    self.problem(&at, problem.hint(meant_key(key, &["input", "output"], &[])));
                    continue;
                }
            };
            let number = value.as_f64().filter(|price| (0.0..1e9).contains(price));
            let problem = || Problem::new(format!("a price is a number from 0, found {value}"));
            *slot =
                number.ok_or_else(problem).map_err(|problem| self.problem(&at, problem)).unwrap_or_default();
        }
        if price == Price::default() && self.problems.is_empty() {
            self.problem(at, Problem::new("tokens that cost nothing need no `price`"));
        }
        Some(price)
    }

    fn event_types(&mut self, at: &At<'_>) -> Vec<(String, f64)> {
        let mut types = Vec::new();
        match at.value {
            Value::Array(_) => {
                for element in at.elements() {
                    types.extend(self.text(&element, "a type").map(|name| (name.to_string(), 1.0)));
                }
            }
            Value::Object(members) => {
                for (name, weight) in members {
                    let at = at.under(name.as_str(), weight);
                    let number = weight.as_f64().filter(|weight| *weight > 0.0);
                    let problem = || Problem::new(format!("a weight is a number above 0, found {weight}"));
                    types.extend(
                        self.keep(&at, number.ok_or_else(problem)).map(|weight| (name.clone(), weight)),
                    );
                }
            }
            _ => {
                let problem =
                    Problem::new(format!("`event_types` is a list or a mapping, found {}", at.kind()));
                self.problem(at, problem.hint("`[trade, quote]` or `{trade: 3, quote: 1}`"));
            }
        }
        types
    }

    fn text<'v>(&mut self, at: &At<'v>, key: &str) -> Option<&'v str> {
        let problem = || Problem::new(format!("`{key}` is a text, found {}", at.kind()));
        self.keep(at, at.value.as_str().ok_or_else(problem))
    }

    fn word<'w>(&mut self, at: &At<'_>, key: &str, words: &[&'w str]) -> Option<&'w str> {
        let text = self.text(at, key)?;
        let problem = || {
            let list = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
            Problem::new(format!("`{key}` is {list}, found `{text}`"))
                .maybe_hint(did_you_mean(text, words.iter().copied()))
        };
        self.keep(at, words.iter().copied().find(|word| *word == text).ok_or_else(problem))
    }
}

#[cfg(test)]
mod tests {
    use mockforge_ws_diagnostic::Key;
    use serde_json::json;

    use super::*;

    #[test]
    fn all_mistakes_are_found() {
        let section = json!({
            "narrative": "a chat",
            "temperature": 3,
            "events_per_second": 0,
            "event_types": { "message": -1 },
            "schema": 7,
            "on_failure": "offline",
        });
        let problems = AiSection::read(&section).unwrap_err();
        let mut told: Vec<_> = problems.iter().map(|problem| problem.path[0].clone()).collect();
        told.dedup();
        let wanted =
            ["temperature", "events_per_second", "event_types", "schema", "temperature", "on_failure"];
        assert_eq!(told, wanted.map(Key::from), "{problems:?}");
    }

    #[test]
    fn what_is_said_is_stronger_than_the_narrative() {
        let narrative = "20 trades at 5 per second";
        let read = |more: Value| {
            let mut section = json!({ "narrative": narrative });
            section.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            AiSection::read(&section).unwrap()
        };
        let plain = read(json!({}));
        assert_eq!((plain.brief.event_count, plain.pace.mean_rate()), (Some(20), 5.0));
        let said = read(json!({ "event_count": 7, "pace": { "poisson": 3 } }));
        assert_eq!((said.brief.event_count, said.pace.mean_rate()), (Some(7), 3.0));
        let desk = read(json!({ "answers_only": true }));
        assert_eq!(desk.brief.event_count, None);
        let model = read(json!({ "provider": "ollama", "model": "llama3.2", "cache": false }));
        assert_eq!((model.provider.as_deref(), model.cache), (Some("ollama"), false));
        assert_eq!(read(json!({ "provider": "offline" })).provider, None);
    }

    #[test]
    fn money_takes_a_price() {
        let read = |more: Value| {
            let mut section = json!({ "narrative": "a chat", "provider": "ollama" });
            section.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            AiSection::read(&section).map(|read| read.budget)
        };
        let budget = read(json!({ "price": { "input": 0.15, "output": 1 }, "cost_budget": 0.5 })).unwrap();
        let price = Price { input: 0.15, output: 1.0 };
        assert_eq!(budget, Budget { price: Some(price), cost: Some(0.5), tokens: None });
        for (section, wanted) in [
            (json!({ "cost_budget": 1 }), "`cost_budget` has no effect without `price`"),
            (json!({ "price": 0.15 }), "`price` is a mapping, found a number"),
            (json!({ "price": { "inptu": 1 } }), "unknown key `inptu`"),
            (json!({ "price": { "input": -1 } }), "a price is a number from 0, found -1"),
            (json!({ "price": {} }), "tokens that cost nothing need no `price`"),
            (
                json!({ "price": { "input": 1 }, "cost_budget": 0 }),
                "`cost_budget` is a number above 0, found 0",
            ),
        ] {
            let problems = read(section).unwrap_err();
            assert_eq!(problems.iter().map(|problem| &problem.message).collect::<Vec<_>>(), [wanted]);
        }
        let offline = AiSection::read(&json!({ "narrative": "a chat", "price": {}, "cost_budget": 1 }));
        assert!(
            offline.unwrap_err().iter().any(|problem| problem.message.ends_with("no effect without a model"))
        );
    }

    #[test]
    fn the_schema_has_all_keys() {
        let schema = schema();
        let properties = schema["Ai"]["anyOf"][1]["properties"].as_object().unwrap();
        assert!(AI_KEYS.iter().all(|(key, _)| properties.contains_key(*key)));
        assert!(AiSection::read(&json!(3)).is_err() && AiSection::read(&json!({})).is_err());
    }
}
