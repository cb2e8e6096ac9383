//! What `lobby.rs` locks with. In `tests/it/models.rs` it is a scheduler's, which tries every order.

pub(crate) use std::sync::{Mutex, MutexGuard};
