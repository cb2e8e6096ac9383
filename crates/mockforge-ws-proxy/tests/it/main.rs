//! Proxied connections, simulated.

#![expect(clippy::unwrap_used, reason = "what a test sets up holds, and a panic tells where it does not")]

mod guard;
mod local;
mod mistakes;
mod opening;
mod passage;
mod random;
mod rules;
mod schema;
mod support;
mod target;
mod transform;
mod upstream;
