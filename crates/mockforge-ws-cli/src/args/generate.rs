//! `mockforge generate`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde_json::{Map, Value};

use super::model::{ModelFlags, flag};

/// Write a script of events that a narrative tells of.
///
/// Without --provider no model is asked: a small simulation of markets, chats, devices, orders and the like, which reads
/// the narrative for names, counts and rates. With one, a language model writes the events; its key comes from the usual
/// variable (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY). The script can be reviewed, edited, committed and served.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Generate {
    /// What happens, in your words
    #[arg(long, value_name = "TEXT")]
    narrative: String,

    /// The script to write [default: stdout]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,

    /// How many events [default: what the narrative says]
    #[arg(long, short = 'n', value_name = "N")]
    count: Option<u64>,

    /// For how long, such as 5m [default: what the narrative says]
    #[arg(long, value_name = "TIME")]
    duration: Option<String>,

    /// How many events a second [default: what the narrative says, or 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = rate)]
    rate: Option<f64>,

    /// The JSON Schema of one event
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    schema: Option<PathBuf>,

    /// A type of events, and how often it comes in relation to the others (repeatable)
    #[arg(long = "event-type", value_name = "NAME[=WEIGHT]")]
    event_types: Vec<String>,

    #[command(flatten)]
    model: ModelFlags,

    /// The number from which everything random follows [default: drawn]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// When the story begins, in RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,

    /// Make times in events templates, so that they are those of the moment when the script is served
    #[arg(long)]
    pub(crate) live_times: bool,

    /// Overwrite a file that is there
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
}

/// The flags whose names are not those of the keys.
const NAMES: &[(&str, &str)] =
    &[("event_count", "--count"), ("events_per_second", "--rate"), ("event_types", "--event-type")];

impl Generate {
    /// The same as an `ai:` section.
    pub(crate) fn section(&self) -> Value {
        let mut section = Map::new();
        let mut put =
            |key: &str, value: Option<Value>| section.extend(value.map(|value| (key.to_string(), value)));
        put("narrative", Some(self.narrative.clone().into()));
        put("event_count", self.count.map(Into::into));
        put("duration", self.duration.clone().map(Into::into));
        put("events_per_second", self.rate.map(Into::into));
        put("schema", self.schema.as_ref().map(|file| file.display().to_string().into()));
        let types: Map<String, Value> = self.event_types.iter().map(|text| weighted(text)).collect();
        put("event_types", (!types.is_empty()).then_some(types.into()));
        self.model.put_into(&mut section);
        section.into()
    }

    /// The flag that a key of the section comes from.
    pub(crate) fn flag(key: &str) -> String {
        flag(key, NAMES)
    }
}

/// `trade=3`; a weight that is no number is left to be complained of.
fn weighted(text: &str) -> (String, Value) {
    match text.rsplit_once('=') {
        Some((name, weight)) => {
            (name.into(), weight.parse::<f64>().map_or_else(|_| weight.into(), Into::into))
        }
        None => (text.into(), 1.into()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| "expected a number of events a second, such as 5 or 0.5".to_string())
}

const EXAMPLES: &str = "\
Examples:
  mockforge generate --narrative 'Simulate 5 minutes of live stock market trading' --count 50 --out market.jsonl
  mockforge generate --narrative 'A support chat between Alice and an agent' -n 20 --rate 0.5
  mockforge generate --narrative 'Orders of a web shop' -n 30 --schema order.json --seed 7 --out orders.jsonl
  mockforge generate --narrative 'A busy auction' -n 20 --provider openai --model gpt-4o-mini --out auction.jsonl
  mockforge serve market.jsonl                     the events, as often as you like";
