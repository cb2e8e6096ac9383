//! Event streams from a narrative.
//!
//! A model is anything that implements [`Llm`]. This crate asks and reads; it never dials, waits or reads a
//! clock. Clients of real providers are in `mockforge-ws-llm`.

mod llm;

pub use llm::{Generation, Llm, LlmError, LlmErrorKind, Piece, Request, Role, Turn, Usage};
