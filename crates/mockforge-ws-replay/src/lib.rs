//! Replay scripts: what a server sends and waits for, line by line with times, compiled and played.
//!
//! A script is JSON lines. [`compile`] turns one into a [`Script`], or says everything that is wrong with
//! it; a script's [`mode`](Script::mode) plays it to every connection, each with a [`Player`] of its own,
//! which holds a place in the script and never a copy of it. A player is a state machine over
//! `mockforge-ws-core`: it reads no clock and opens nothing.
//!
//! ```
//! use mockforge_ws_replay::{Options, compile};
//! use mockforge_ws_testkit::Sim;
//!
//! let source = r#"
//! // A greeting, an order, and a price every second until the client leaves.
//! {"ts":0,"text":"HELLO"}
//! {"ts":10,"waitFor":"$.symbol","json":{"ordered":"{{$.symbol}}"}}
//! {"ts":1000,"json":{"price":"{{randInt 90 110}}"},"repeat":{"every":1000}}
//! "#;
//! let script = compile(source, &Options::new("prices.jsonl")).script.unwrap();
//! let mut sim = Sim::new(script.player());
//! sim.advance(500).receive(r#"{"symbol":"AAPL"}"#).advance(3000);
//! assert_eq!(sim.texts()[..2], ["HELLO", r#"{"ordered":"AAPL"}"#]);
//! assert_eq!(sim.texts().len(), 5);
//! ```
//!
//! Programs that read or write scripts themselves use [`Header`] and [`ReplayEntry`], the lines as data.

mod binary;
mod compile;
mod entry;
mod header;
mod keys;
mod mode;
mod player;
mod preview;
mod script;
mod timeline;
mod words;

pub use compile::{Compiled, Options, compile};
pub use entry::{Branch, Close, Repeat, ReplayEntry};
pub use header::Header;
pub use mode::Replay;
pub use player::Player;
pub use script::Script;
pub use timeline::Timeline;
pub use words::{Dir, Early, OnEnd, OnTimeout, SyncLevel};
