//! The flags that say which model is asked.

use clap::Args;
use serde_json::{Map, Value, json};

#[derive(Debug, Args)]
#[command(next_help_heading = "Language model")]
pub(crate) struct ModelFlags {
    /// Who writes: offline (no model), openai, anthropic, gemini, ollama, openai-compatible
    #[arg(long, value_name = "NAME", default_value = "offline")]
    provider: String,

    /// Which of the provider's models
    #[arg(long, value_name = "NAME")]
    model: Option<String>,

    /// Where the provider is asked, if not at its usual address
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// Who the model is to be
    #[arg(long, value_name = "TEXT")]
    system_prompt: Option<String>,

    /// How much chance there is in the model's words, from 0 to 2
    #[arg(long, value_name = "N")]
    temperature: Option<f64>,

    /// The most tokens of all answers together
    #[arg(long, value_name = "N")]
    token_budget: Option<u64>,

    /// What a million tokens cost, read and written, such as 0.15/0.60
    #[arg(long, value_name = "READ/WRITTEN")]
    price: Option<String>,

    /// The most that all answers may cost together, by --price
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    cost_budget: Option<f64>,

    /// Ask again also what has been asked before
    #[arg(long)]
    no_cache: bool,
}

impl ModelFlags {
    /// Adds them to an `ai:` section.
    pub(super) fn put_into(&self, section: &mut Map<String, Value>) {
        let texts = [
            ("provider", Some(&self.provider)),
            ("model", self.model.as_ref()),
            ("base_url", self.base_url.as_ref()),
            ("system_prompt", self.system_prompt.as_ref()),
        ];
        for (key, text) in texts {
            section.extend(text.map(|text| (key.to_string(), text.as_str().into())));
        }
        section.extend(self.temperature.map(|temperature| ("temperature".to_string(), temperature.into())));
        section.extend(self.token_budget.map(|most| ("token_budget".to_string(), most.into())));
        section.extend(self.price.as_ref().map(|price| ("price".to_string(), priced(price))));
        section.extend(self.cost_budget.map(|most| ("cost_budget".to_string(), most.into())));
        section.extend(self.no_cache.then(|| ("cache".to_string(), false.into())));
    }
}

/// `0.15/0.60`; what is no number is left to be complained of.
fn priced(text: &str) -> Value {
    let number = |text: &str| text.trim().parse::<f64>().map_or_else(|_| text.into(), Value::from);
    match text.split_once('/') {
        Some((input, output)) => json!({ "input": number(input), "output": number(output) }),
        None => text.into(),
    }
}

/// The flag that a key of an `ai:` section comes from; `names` has those that are called otherwise.
pub(super) fn flag(key: &str, names: &[(&str, &str)]) -> String {
    let named = names.iter().chain(&[("cache", "--no-cache")]).find(|(name, _)| *name == key);
    named.map_or_else(|| format!("--{}", key.replace('_', "-")), |(_, flag)| (*flag).to_string())
}
