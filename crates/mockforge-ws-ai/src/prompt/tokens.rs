//! How much a text costs, about.

use crate::Request;

/// About how many tokens a text has: a quarter of its characters. An estimate for budgets, good for English and
/// JSON and low for other scripts; what was used in the end, the provider says.
///
/// ```
/// use mockforge_ws_ai::prompt::estimate_tokens;
///
/// assert_eq!(estimate_tokens("Simulate trades"), 4);
/// ```
pub fn estimate_tokens(text: &str) -> u64 {
    tokens(text.chars().count() as u64)
}

/// The same for so many characters.
pub(crate) fn tokens(chars: u64) -> u64 {
    chars.div_ceil(4)
}

/// The same for all that a request sends: its texts and its schema.
pub fn estimate_request(request: &Request) -> u64 {
    let schema = request.schema.as_ref().map(ToString::to_string).unwrap_or_default();
    let turns = request.turns.iter().map(|turn| estimate_tokens(&turn.text));
    estimate_tokens(&request.system) + estimate_tokens(&schema) + turns.sum::<u64>()
}
