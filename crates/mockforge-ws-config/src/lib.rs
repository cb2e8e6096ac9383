//! The configuration of a WebSocket mock server: what flags, environment and files say, put together.
//!
//! This crate alone opens config files and scripts and reads the environment, and lowers them to the options
//! of the crates that do the work. It parses no command line, prints nothing and serves nothing.
//!
//! ```
//! use mockforge_ws_config::{Environment, Flags, load};
//!
//! let flags = Flags { echo_prefix: Some("you said: ".into()), ..Flags::default() };
//! let config = load(&flags, &Environment::with("/", [("MOCKFORGE_WS_PATH", "/echo")])).unwrap();
//! assert_eq!(config.listen().port, 3001);
//! ```
//!
//! | name | what it is |
//! |---|---|
//! | [`Flags`], [`Environment`] | the inputs, as values |
//! | [`load`] | puts inputs and files together: a [`Config`], or all [`Problems`] at once |
//! | [`Config`] | every [`Setting`] with its [`Origin`]; `listen()`, `settings()`, `routes()` start the server |
//! | [`script`], [`har`] | one script by itself; the WebSockets of a HAR file |
//! | [`client_tls`] | what a client trusts and shows, from the files that flags name |
//! | [`check`], [`find`] | what is wrong with a script or a config, without serving it; the config that is there |
//! | [`schema`], [`starter`] | JSON Schema for editors; the files of a new project |
//! | [`Recordings`] | what routes write down: whether it has failed, and when it is written |
//! | [`watch`] | tells when one of a configuration's files has changed |
//!
//! A diagnostic's file is a path as the user named it, or the name of a flag or variable (`--reply`,
//! `MOCKFORGE_WS_PORT`) whose value is then its line 1, or line n for the nth value of a flag that is repeated;
//! [`Sources::line`] has the text of either.

mod ai;
mod check;
mod config;
mod discover;
mod effective;
mod environment;
mod files;
mod flags;
mod har;
mod inputs;
mod keys;
mod layers;
mod load;
mod lower;
mod origin;
mod print;
mod problems;
mod rate_limit;
mod recordings;
mod reply;
mod report;
mod rows;
mod schema;
mod section;
mod source;
mod starter;
mod tls;
mod traces;
mod tree;
mod values;
mod watch;

#[cfg(feature = "llm")]
pub use ai::llm_client;
pub use ai::{Ai, Model};
pub use check::{Checked, Timeline, check};
pub use config::Config;
pub use discover::find;
pub use environment::Environment;
pub use flags::Flags;
pub use har::har;
pub use load::{client_tls, load, script, script_text};
pub use mockforge_ws_interactive::GraphNotation;
pub use mockforge_ws_io::FileNews;
pub use origin::{Origin, Setting};
pub use problems::{Failure, Problems, Sources};
pub use rate_limit::{By, RateLimited};
pub use recordings::Recordings;
pub use schema::schema;
pub use starter::starter;
pub use tls::Tls;
pub use traces::Traces;
pub use watch::{WatchError, Watcher, watch};
