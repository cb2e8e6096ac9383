//! Proxied connections, simulated.

#![expect(clippy::unwrap_used, reason = "what a test sets up holds, and a panic tells where it does not")]

mod mistakes;
mod random;
mod rules;
mod support;
