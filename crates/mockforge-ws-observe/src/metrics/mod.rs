//! Numbers for Prometheus: what is counted, of which route, and the text that is scraped.

mod family;
mod follower;
mod hand;
mod installed;
mod page;
mod registry;
mod route;
mod tally;

pub use ::metrics::Unit;
pub use hand::{IntoSeconds, IntoStatus};
pub use registry::{Registry, get_global_registry};
