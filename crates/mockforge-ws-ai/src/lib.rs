//! Events from a narrative: what a language model is asked, what becomes of its answer, and when events leave.
//!
//! All of it is pure: no network, no clock, no threads.
//!
//! | part | what it does |
//! |---|---|
//! | [`prompt`] | from a brief to [`Request`]s, page by page, with a memory of what was sent |
//! | [`events`] | an answer, while it is being written, read as events |
//! | [`pace`] | when each event leaves |
//! | [`Llm`] | what stands between: a model, or something that acts as one |

pub mod events;
mod llm;
pub mod pace;
pub mod prompt;

pub use llm::{Generation, Llm, LlmError, LlmErrorKind, Piece, Request, Role, Turn, Usage};
