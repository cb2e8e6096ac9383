//! The built `mockforge` against clients that others wrote.
//!
//! What needs node or Python runs where they are (`.ci/prepare` installs them), says plainly what it skipped
//! where they are not, and fails instead of skipping under `CI=true`.

mod clients;
mod determinism;
mod mockforge;
mod peer;
