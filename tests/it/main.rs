//! The built `mockforge` against clients that others wrote.
//!
//! What needs node or Python runs where they are (`.ci/prepare` installs them), says plainly what it skipped
//! where they are not, and fails instead of skipping under `CI=true`.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "end-to-end tests own processes, files and sockets, look at CI and say what they skip"
)]

mod augment;
mod clients;
mod collector;
mod conformance;
mod determinism;
mod examples;
mod har;
mod hostile;
mod http2;
mod mockforge;
mod nginx;
mod peer;
mod program;
mod prometheus;
mod proxy;
mod rate;
mod recording;
mod story;
mod tls;
mod traces;
