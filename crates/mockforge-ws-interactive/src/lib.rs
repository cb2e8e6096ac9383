//! Rules: which message is answered with what.
//!
//! [`Rules`] are compiled from the `interactive:` section of a config (or from `--reply`), with all mistakes at
//! once, and shared by all connections. The first rule that matches answers; messages that none answers get
//! the `default`, and where there is none they are a [fact](mockforge_ws_core::Fact::Unanswered) with the
//! nearest miss.
//!
//! ```
//! use mockforge_ws_interactive::Rules;
//! use mockforge_ws_testkit::Sim;
//! use serde_json::json;
//!
//! let rules = Rules::compile(
//!     &json!({
//!         "rules": [
//!             { "on": "connect", "reply": "welcome" },
//!             { "on": "^add (?<a>\\d+)$", "reply": { "json": { "added": "{{capture.a}}" } } },
//!             { "on": "^ping$", "reply": ["pong", { "after": "50ms", "text": "pong again" }] },
//!         ],
//!         "default": { "reply": "what?" },
//!     }),
//!     &Default::default(),
//! ).unwrap();
//!
//! let mut sim = Sim::new(rules.session());
//! sim.receive("add 2").receive("ping").advance(100).receive("?");
//! assert_eq!(sim.texts(), ["welcome", r#"{"added":"2"}"#, "pong", "pong again", "what?"]);
//! ```

mod about;
mod actions;
mod agenda;
mod compile;
mod correlate;
mod graph;
mod guard;
mod handshake;
mod options;
mod rules;
mod schema;
mod session;
mod stream;

pub use compile::{ACTION_KEYS, HANDSHAKE_KEYS, KEYS, RULE_KEYS};
pub use graph::GraphNotation;
pub use guard::{Declared, Expression, Guard, Named, Names, Vocabulary};
pub use handshake::Handshake;
pub use options::{Options, Rows};
pub use rules::Rules;
pub use schema::schema;
pub use session::Conversation;
