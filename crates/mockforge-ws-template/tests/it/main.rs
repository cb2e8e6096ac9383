//! Templates as their users write them.

#![expect(clippy::unwrap_used, reason = "what a test sets up holds, and a panic tells where it does not")]

mod allocations;
mod calls;
mod determinism;
mod errors;
mod grammar;
mod helpers;
mod json;
mod limits;
mod props;
mod scope;
mod substitution;
mod support;
mod unknown;
