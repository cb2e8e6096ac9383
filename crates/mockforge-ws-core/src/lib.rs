//! The words that every mode of a WebSocket mock speaks, and nothing that touches the world.
//!
//! A mode (replay, interactive, proxy, …) is a state machine: a [`Session`] takes an [`Event`] and a
//! [`Cx`] (the time, a seeded random generator, the connection's variables) and writes [`Effect`]s into a
//! bounded buffer. It never dials, sleeps, spawns, reads a clock or opens a file; one event loop (in
//! `mockforge-ws-io`) does all of that for every mode. So the same seed and the same transcript give the
//! same run, byte for byte, and tests need no sockets.
//!
//! ```
//! use mockforge_ws_core::{Cx, Event, Message, Session};
//!
//! /// Answers every text message with its length.
//! struct Length;
//!
//! impl Session for Length {
//!     fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
//!         if let Event::Received(inbound) = event
//!             && let Some(text) = inbound.text()
//!         {
//!             cx.send(Message::text(text.len().to_string()));
//!         }
//!     }
//! }
//! ```
//!
//! The parts:
//!
//! | word | what it is |
//! |---|---|
//! | [`Hello`] | the handshake as seen |
//! | [`Mode`] | decides, once per connection, on an [`Opening`]: accept, refuse, or first wait or [`Dial`] |
//! | [`Session`] | one connection's behaviour, a state machine |
//! | [`Layer`] | `Session -> Session`: latency, faults and what else cuts across modes |
//! | [`Cx`], [`Conn`] | what a session may use, and what the loop keeps for it between calls |
//! | [`Commons`] | what connections have in common: [`Rooms`], and variables that are [`Shared`] |
//! | [`Fact`] | what happened, for journals, verification, metrics; sessions report, they never log |
//! | [`FactSink`], [`Follower`] | who is told: of all connections, or of one |

pub mod close;
pub mod echo;

mod conn;
mod cx;
mod dial;
mod effect;
mod event;
mod fact;
mod follow;
mod hello;
mod inbound;
mod layer;
mod mode;
mod remote;
mod rooms;
mod seed;
mod session;
mod shared;

pub use bytes::Bytes;
pub use conn::{Conn, ConnId, ConnRng, Limits, Wall};
pub use cx::Cx;
pub use dial::{
    Answer, Breaker, Dial, DialError, DialErrorKind, Dialled, Dialling, FromUpstream, Pool, Tls, ToUpstream,
    Upstream,
};
pub use effect::{Effect, Effects};
pub use event::Event;
pub use fact::{
    AiFact, DropReason, Ended, Fact, FactSink, Interest, Party, Record, Refused, Status, Step, Traffic,
    UpstreamFact, WaitOutcome,
};
pub use follow::{Follower, Following, Passed, Way};
pub use hello::{Hello, Params};
pub use inbound::{Captures, Inbound};
pub use layer::{Layer, Stack};
pub use mode::{Accept, Mode, Opening, Refusal};
pub use remote::{Order, Remote, Unreached};
pub use rooms::{Audience, Delivery, Mail, Mailbox, Rooms, Trouble};
pub use seed::Seed;
pub use session::Session;
pub use shared::{Commons, Shared, Sharing};
pub use tungstenite::Utf8Bytes;
pub use tungstenite::protocol::{CloseFrame, Message, frame::coding::CloseCode};

/// Time since the connection was opened (the upgrade was answered).
pub type Elapsed = std::time::Duration;
