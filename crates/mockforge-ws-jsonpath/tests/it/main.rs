//! What the crate promises, from outside.

#![expect(clippy::unwrap_used, reason = "a test that finds something else than it expects has failed")]

mod bounds;
mod compliance;
mod edit;
mod errors;
mod goessner;
mod plain;
mod properties;
