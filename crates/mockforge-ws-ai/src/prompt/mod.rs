//! From a brief to what a language model is asked, page by page.
//!
//! A model is never asked for all events at once: it is asked for a page, and the next one is asked for when it is
//! needed, with what a [`Memory`] holds of those before. So prices go on from where they were, a client that leaves
//! costs no more than a page, and what clients say in between gets into the next page.

mod brief;
mod conversation;
mod memory;
mod outline;
mod prompts;
mod schema;
pub(crate) mod text;
mod tokens;

pub use brief::Brief;
pub use conversation::Conversation;
pub use memory::{Memory, MemoryLimits};
pub use prompts::Prompts;
pub use schema::is_strict;
pub(crate) use tokens::tokens;
pub use tokens::{estimate_request, estimate_tokens};
