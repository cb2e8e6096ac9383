//! What `backlog.rs` shares its counts by. In `tests/it/models.rs` it is a scheduler's, which tries every order.

pub(crate) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
