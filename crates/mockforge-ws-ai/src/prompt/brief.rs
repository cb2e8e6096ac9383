//! What the user wants.

use std::time::Duration;

use serde_json::Value;

/// What the events are to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Brief {
    /// What happens, in the user's words.
    pub narrative: String,
    /// How many events there are in all; without end where nothing is said.
    pub event_count: Option<usize>,
    /// The time that they tell of.
    pub duration: Option<Duration>,
    /// The JSON Schema of one event.
    pub schema: Option<Value>,
    /// Events to take as a pattern.
    pub examples: Vec<Value>,
    /// Types of events, each with its weight.
    pub event_types: Vec<(String, f64)>,
    /// Who the model is to be, in place of the sentence that says so by default. The rules of the format stand
    /// after it in any case.
    pub system_prompt: Option<String>,
    /// How much chance there is in the choice of words; the provider's own where nothing is said.
    pub temperature: Option<f64>,
    /// The most tokens that a page may have.
    pub max_tokens: Option<u32>,
    /// How many events a page has.
    pub page_events: usize,
    /// For providers that can repeat an answer; each page gets the next number.
    pub seed: Option<u64>,
}

impl Brief {
    /// A narrative and nothing else: events without end, in pages of twenty.
    pub fn new(narrative: impl Into<String>) -> Self {
        Self {
            narrative: narrative.into(),
            event_count: None,
            duration: None,
            schema: None,
            examples: Vec::new(),
            event_types: Vec::new(),
            system_prompt: None,
            temperature: None,
            max_tokens: None,
            page_events: 20,
            seed: None,
        }
    }
}
