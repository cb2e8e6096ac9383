//! What is asked for, and what can't be.

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_match::{Dialect, Pattern};
use serde_json::{Value, json};

use super::Point;

/// The most messages at one point.
const MOST_AT_A_POINT: usize = 1_000;

/// What becomes of a script.
#[derive(Debug, Clone)]
pub struct AugmentOptions {
    /// What the messages are to be about.
    pub narrative: String,
    /// Where they go; a line that several points choose counts once.
    pub points: Vec<Point>,
    /// Whether they are more messages or other ones.
    pub how: How,
    /// How many messages each point gets: 1 to 1000; 1 where messages are rewritten.
    pub per_point: usize,
    /// The same seed makes the same messages: of the offline generator always, of models where they can.
    pub seed: u64,
    /// The JSON Schema of each message that is a JSON object; one that is inserted then is.
    pub schema: Option<Value>,
    /// Messages to take as a pattern, likewise. By default they are those nearby.
    pub examples: Vec<Value>,
    /// How many lines of the script before and after a point are looked at.
    pub context: usize,
    /// As of [`Brief`](crate::prompt::Brief).
    pub system_prompt: Option<String>,
    /// As of [`Brief`](crate::prompt::Brief).
    pub temperature: Option<f64>,
    /// The most tokens of one answer.
    pub max_tokens: Option<u32>,
}

/// One inserted message at each point, and no points.
impl Default for AugmentOptions {
    fn default() -> Self {
        Self {
            narrative: String::new(),
            points: Vec::new(),
            how: How::Insert,
            per_point: 1,
            seed: 0,
            schema: None,
            examples: Vec::new(),
            context: 5,
            system_prompt: None,
            temperature: None,
            max_tokens: None,
        }
    }
}

/// What is done at a point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum How {
    /// Messages are sent after the line.
    #[default]
    Insert,
    /// The line sends another message. All else of it stays, and so do values of its `json` that are templates.
    Rewrite,
}

/// What is wrong with how many messages are asked for.
pub(super) fn count(options: &AugmentOptions) -> Option<Problem> {
    let asked = options.per_point;
    let problem = match options.how {
        How::Rewrite if asked != 1 => {
            Problem::new(format!("a line that is rewritten has 1 message, not {asked}"))
                .hint("insert messages to have more of them")
        }
        _ if !(1..=MOST_AT_A_POINT).contains(&asked) => {
            Problem::new(format!("a point gets 1 to {MOST_AT_A_POINT} messages, not {asked}"))
        }
        _ => return None,
    };
    Some(problem.under("per_point"))
}

/// A schema as what tells whether a message fits it.
pub(super) fn pattern(schema: &Value) -> Result<Pattern, Vec<Problem>> {
    Pattern::parse(&json!({ "schema": schema }), Dialect::default()).map_err(|mut problems| {
        // The way through the pattern is not the user's.
        problems.iter_mut().filter(|problem| !problem.path.is_empty()).for_each(|problem| {
            problem.path.remove(0);
        });
        problems
    })
}
