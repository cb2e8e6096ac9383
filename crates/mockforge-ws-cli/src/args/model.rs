//! The flags that say which model is asked.

use clap::Args;
use serde_json::{Map, Value};

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
        section.extend(self.no_cache.then(|| ("cache".to_string(), false.into())));
    }
}

/// The flag that a key of an `ai:` section comes from; `names` has those that are called otherwise.
pub(super) fn flag(key: &str, names: &[(&str, &str)]) -> String {
    let named = names.iter().chain(&[("cache", "--no-cache")]).find(|(name, _)| *name == key);
    named.map_or_else(|| format!("--{}", key.replace('_', "-")), |(_, flag)| (*flag).to_string())
}
