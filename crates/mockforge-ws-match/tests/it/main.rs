//! What the crate promises, from outside.

#![expect(clippy::unwrap_used, reason = "a test that finds something else than it expects has failed")]
#![expect(clippy::needless_pass_by_value, reason = "a case is written down where it is checked")]

mod differences;
mod errors;
mod forms;
mod model;
mod near_misses;
mod properties;
mod schemas;
mod sets;
mod shadows;

use mockforge_ws_core::{Inbound, Message};
use mockforge_ws_jsonpath::Dialect;
use mockforge_ws_match::Pattern;
use serde_json::Value;

fn pattern(spec: &Value) -> Pattern {
    Pattern::parse(spec, Dialect::default()).unwrap_or_else(|problems| panic!("{spec}: {problems:?}"))
}

fn text(text: &str) -> Inbound {
    Inbound::new(Message::text(text))
}

fn binary(bytes: &[u8]) -> Inbound {
    Inbound::new(Message::binary(bytes.to_vec()))
}
