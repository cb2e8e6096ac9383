//! The crate from outside: files in, configurations and diagnostics out.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

mod broken;
mod discovery;
mod flags;
mod folder;
mod good;
mod handshake;
mod har;
mod interactive_guide;
mod odd;
mod precedence;
mod proxy;
mod record;
mod reference;
mod reload;
mod script;
mod templates;
mod tls;
