//! Did the clients do what they should have?
//!
//! A [`Ledger`] listens to facts. It keeps what clients sent (in a ring of bounded size) and what scripts
//! found missing, and answers two questions: the [`Report`] says which sessions left a wait or an `in` line
//! unmet, an [`Expectation`] counts the messages that match a pattern. Both explain a failure with the nearest
//! miss. The same engine serves `serve --verify` and `MockServer::expect`.
//!
//! ```
//! use mockforge_ws_core::Seed;
//! use mockforge_ws_verify::Ledger;
//!
//! let ledger = Ledger::default();
//! assert!(ledger.report(Seed(7)).passed());
//! ```

mod expectation;
mod junit;
mod ledger;
mod report;

pub use expectation::{Expectation, Unmet};
pub use ledger::{Ledger, Received};
pub use report::{Failure, Report, SessionReport};
