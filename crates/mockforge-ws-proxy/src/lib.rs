//! A WebSocket proxy as a mode: it sits between clients and the real server, and forwards, changes, holds up or
//! answers what goes by.
//!
//! A [`Proxy`] sends each client's handshake on, with the [usual changes](Passage), and answers it only when the
//! server has. Then a session forwards messages both ways; [`Rules`] and a [`Transform`] of the user's see each of
//! them and say what becomes of it. Where nobody looks at the messages, the loop copies bytes instead and runs no session.
//!
//! ```
//! use mockforge_ws_core::{Hello, Message};
//! use mockforge_ws_proxy::{Proxy, Target, Transform, Transit};
//! use mockforge_ws_testkit::{Setup, Sim};
//!
//! let shout = Transform::new(|transit: Transit| match transit.message {
//!     Message::Text(text) => Some(Message::text(text.to_uppercase())),
//!     _ => None,
//! });
//! let proxy = Proxy::new(Target::new("ws://localhost:9000").unwrap()).transform(shout);
//! let mut sim = Sim::open(&proxy, Setup::default());
//! sim.receive("hi").upstream("hello");
//! assert_eq!(sim.transcript(), "0 < hi\n0 >> HI\n0 << hello\n0 > HELLO\n");
//! ```
//!
//! It opens no connection: it asks the loop to, by [`Opening::Dial`](mockforge_ws_core::Opening::Dial).

mod config;
mod guard;
mod lane;
mod passage;
mod proxy;
mod rules;
mod session;
mod target;
mod transform;

pub use config::{WsProxyConfig, WsProxyHandler, WsProxyRule};
pub use guard::is_local_origin;
pub use passage::{Host, Origin, Passage};
pub use proxy::{Proxy, Reconnect};
pub use rules::{RULE_KEYS, Rules, schema};
pub use target::{Target, TargetError};
pub use transform::{IntoVerdict, Side, Transform, TransformFn, Transit, Verdict};
