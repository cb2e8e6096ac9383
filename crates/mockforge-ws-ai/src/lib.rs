//! A narrative becomes a stream of believable events: "Simulate 5 minutes of live stock market trading".
//!
//! | part | what it does |
//! |---|---|
//! | [`Narrative`] | what such a sentence asks for: the domain, how many events, how fast, who and what is named |
//! | [`Offline`] | events without network, key or model |
//! | [`Llm`] | a language model, or something that acts as one; clients of real providers are in `mockforge-ws-llm` |
//! | [`prompt`] | from a brief to [`Request`]s, page by page, with a memory of what was sent |
//! | [`events`] | an answer, while it is being written, read as events |
//! | [`Feed`] | the events of a model: when it is asked, and what of its answers is kept |
//! | [`pace`] | when each event leaves |
//! | [`AiSection`] | all of this as users write it in a file |
//! | [`AiMode`] | all of it on a connection |
//! | [`EventStream`] | the events by themselves |
//! | [`Augmentation`] | more messages, or other ones, in a script that is there |
//!
//! Nothing here touches the world: time, random numbers and what a model answers are arguments.
//!
//! **The offline generator is no language model.** It is a set of small simulations (prices that walk, devices that
//! drift, orders that are shipped, people that chat) with rules, word banks and random numbers, chosen by keywords
//! of the narrative. It does not understand the narrative, and it can't tell what its simulations don't know. What
//! it gives in return: it starts at once, costs nothing, never fails, and the same seed gives the same events.
//!
//! ```
//! use std::time::Duration;
//!
//! use mockforge_ws_ai::{Offline, OfflineOptions};
//! use mockforge_ws_core::ConnRng;
//! use rand::SeedableRng as _;
//! use serde_json::json;
//! use time::macros::datetime;
//!
//! let narrative = "Trading in AAPL and BTC-USD, 5 events at 2 per second".to_string();
//! let options = OfflineOptions { narrative, ..OfflineOptions::default() };
//! let mut offline = Offline::new(&options).unwrap();
//! let mut rng = ConnRng::seed_from_u64(7);
//!
//! let start = datetime!(2024-01-15 10:30 UTC);
//! let events: Vec<serde_json::Value> = (0..5)
//!     .map(|number| Duration::from_millis(500) * number)
//!     .map(|elapsed| offline.next(&mut rng, elapsed, start + elapsed))
//!     .collect();
//! assert_eq!(events, [
//!     json!({ "type": "trade", "symbol": "AAPL", "price": 192.15, "size": 21, "side": "sell",
//!         "volume": 433868, "trade_id": 1, "timestamp": "2024-01-15T10:30:00.000Z" }),
//!     json!({ "type": "trade", "symbol": "BTC-USD", "price": 63120.97, "size": 400, "side": "sell",
//!         "volume": 838977, "trade_id": 2, "timestamp": "2024-01-15T10:30:00.500Z" }),
//!     json!({ "type": "quote", "symbol": "BTC-USD", "bid": 63119.57, "bid_size": 1000, "ask": 63120.37,
//!         "ask_size": 2, "timestamp": "2024-01-15T10:30:01.000Z" }),
//!     json!({ "type": "quote", "symbol": "BTC-USD", "bid": 63116.9, "bid_size": 41, "ask": 63117.06,
//!         "ask_size": 44, "timestamp": "2024-01-15T10:30:01.500Z" }),
//!     json!({ "type": "trade", "symbol": "AAPL", "price": 192.16, "size": 1100, "side": "sell",
//!         "volume": 434968, "trade_id": 3, "timestamp": "2024-01-15T10:30:02.000Z" }),
//! ]);
//! ```
//!
//! # The domains
//!
//! | domain | types of events | of the client's messages, these are answered |
//! |---|---|---|
//! | [`MarketData`](Domain::MarketData) | `trade`, `quote`, `halt`, `resume`; asked for, `ticker` | `subscribe`, `unsubscribe`, an order, as JSON or in words |
//! | [`Chat`](Domain::Chat) | `message`, `typing`, `reaction`, `user_joined`, `user_left` | any text; JSON that is none, by a confirmation |
//! | [`Telemetry`](Domain::Telemetry) | `reading`, `fault`, `recovered`, `battery_low`, `battery_replaced` | any command |
//! | [`Tracking`](Domain::Tracking) | `assigned`, `location_update`, `picked_up`, `arriving`, `delivered` | `cancel`, `status` |
//! | [`Gaming`](Domain::Gaming) | `player_moved`, `player_hit`, `player_killed`, `item_collected`, `round_started` and others | `join`, `move` |
//! | [`Orders`](Domain::Orders) | `order_created`, `_paid`, `_packed`, `_shipped`, `_delivered`, `_cancelled`; asked for, `order_status`, `menu`, `error` | an order, `status`, `cancel`, `menu`, as JSON or in words; the rest by `error` |
//! | [`Alerts`](Domain::Alerts) | `alert_fired`, `_acknowledged`, `_escalated`, `_resolved` | `ack`, `escalate`, `resolve` |
//! | [`Scores`](Domain::Scores) | `score`, `play`, `foul`, `substitution`, `period_started`, `period_ended`, `match_ended` | none |
//! | [`Social`](Domain::Social) | `post_created`, `post_liked`, `comment_created`, `post_shared`, `user_followed` | a post |
//! | [`Auction`](Domain::Auction) | `lot_opened`, `bid_placed`, `going_once`, `lot_sold`, `lot_unsold` | a bid, as JSON or in words |
//! | [`Generic`](Domain::Generic) | `created`, `updated`, `deleted` | all, by `ack` |
//!
//! # What it does not do
//!
//! - Narratives are read in English, by keywords: "no outages" has the word `outage` in it. What happens when ("one
//!   fails after two minutes") is not scripted.
//! - Time is compressed where an event a second would show nothing: a vehicle drives, and a match goes on, faster
//!   than the clock.
//! - Of a schema, `not`, `if`, `contains` and the `unevaluated…` keywords are left to chance: values are drawn until
//!   one fits, and a schema to which none is found is refused before the stream begins.

mod augment;
mod bank;
mod config;
pub mod events;
mod feed;
mod llm;
mod mode;
mod narrative;
mod offline;
pub mod pace;
pub mod prompt;
mod script;
mod section;
mod session;
mod source;
mod stream;
mod times;

pub use augment::{AugmentOptions, Augmentation, How, Point};
pub use config::{ReplayAugmentationConfig, WebSocketAiConfig};
pub use feed::{Budget, Feed, FeedOptions, Price};
pub use llm::{Generation, Llm, LlmError, LlmErrorKind, Piece, Request, Role, Turn, Usage};
pub use mode::{AiMode, AiOptions, OnEnd};
pub use narrative::{Amount, Crowd, Domain, Mood, Narrative, Topic};
pub use offline::{Offline, OfflineOptions};
pub use script::{script_head, script_line};
pub use section::{AI_KEYS, AiSection, OFFLINE, schema};
pub use source::{ModelSource, Source};
pub use stream::EventStream;
