//! Behaviour that cuts across modes: a session around a session, whatever the inner one does.
//!
//! [`latency`] delays what a session sends, [`faults`] lose, double or cut it off. Both are
//! [`Layer`](mockforge_ws_core::Layer)s for a [`Stack`](mockforge_ws_core::Stack), so every combination with a
//! mode exists without code for it. Neither touches a clock or a socket: time and randomness are the
//! connection's. A [`backlog`] keeps messages, within bounds, for somebody who is slow or away. With [`first`], what one
//! mode does not answer another one hears. A [`tempo`] makes time pass faster, slower or not at all, and [`rate`] holds
//! clients to so many messages in a time.
//!
//! ```
//! use mockforge_ws_core::{Stack, echo::Echo};
//! use mockforge_ws_layers::latency::{Latency, LatencyProfile};
//!
//! let slow_echo = Stack::new(Echo::default()).layer(Latency::new(LatencyProfile::slow()));
//! ```

pub mod backlog;
pub mod faults;
pub mod first;
pub mod latency;
pub mod rate;
pub mod tempo;
