//! A WebSocket mock server and toolkit, for tests of the clients of WebSocket APIs.
//!
//! The real API on demand: a script with exact timing, rules, latency and faults, on a free port within a
//! test, merged into an axum application, or from the command line with `mockforge serve`.
//!
//! ```
//! use futures_util::StreamExt;
//! use mockforge_ws::MockServer;
//! use tokio_tungstenite::{connect_async, tungstenite::Message};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = MockServer::replay(r#"{"text":"HELLO {{oneOf \"world\"}}"}"#).start().await?;
//! let (mut client, _) = connect_async(server.url()).await?;
//! assert_eq!(client.next().await.unwrap()?, Message::text("HELLO world"));
//! # Ok(()) }
//! ```
//!
//! # Where to go
//!
//! - [`guide`]: how to write scripts, wait for clients, and verify what they did.
//! - [`MockServer`]: the mock for your tests. [`TestServer`]: any axum router on a free port.
//! - [`router`], [`router_with_latency`], [`router_with_handlers`], [`router_with_proxy`],
//!   [`start_with_latency`]: inside a larger application. [`serve`]: a whole server from a [`WsConfig`].
//! - The crates below, each usable by itself: [`core`], [`diagnostic`], [`layers`], [`template`], [`matching`], [`replay`],
//!   [`interactive`], [`proxy`], [`handlers`], [`verify`], [`io`], [`server`], [`observe`], [`config`].
//!
//! With the feature `tls`, mock servers serve [`wss://`](Builder::tls_auto). With `otel`, [`observe`] sends traces to a
//! collector. With `ai` also [`AiEventGenerator`], [`MockServer::ai`], and the crates [`ai`] and [`llm`].
//!
//! This crate is thin: it re-exports those and adds what needs several of them.

#[cfg(feature = "ai")]
pub mod ai_event_generator;
mod environment_mode;
mod expecting;
mod mock_server;
mod router;
mod test_server;
mod ws_config;

pub mod guide;

#[cfg(feature = "ai")]
pub use ai_event_generator::{AiError, AiEventGenerator, ReplayAugmentationEngine, StreamSummary};
pub use expecting::{ExpectationFailed, Expecting};
pub use mock_server::{Builder, Connection, MockServer, StartError};
#[cfg(feature = "ai")]
pub use mockforge_ws_ai::{ReplayAugmentationConfig, WebSocketAiConfig};
pub use mockforge_ws_handlers::{
    ConnectionId, HandlerError, HandlerRegistry, HandlerResult, MessagePattern, MessageRouter,
    PassthroughConfig, PassthroughHandler, RoomManager, WsContext, WsHandler, WsMessage,
};
pub use mockforge_ws_io::{ConnectionPool, MessageBuffer, PooledConnection, RateLimiter};
pub use mockforge_ws_layers::faults::{FaultConfig, LatencyInjector};
pub use mockforge_ws_layers::latency::LatencyProfile;
pub use mockforge_ws_layers::tempo::Tempo;
pub use mockforge_ws_observe::{
    create_ws_connection_span, create_ws_message_span, get_global_registry, record_ws_connection_success,
    record_ws_error, record_ws_message_success, ws_tracing,
};
pub use mockforge_ws_proxy::{
    Transform, TransformFn, Transit, Verdict, WsProxyConfig, WsProxyHandler, WsProxyRule,
};
pub use mockforge_ws_replay::ReplayEntry;
pub use router::{
    ServeError, router, router_with_handlers, router_with_latency, router_with_proxy, start_with_latency,
    start_with_latency_and_host,
};
pub use test_server::TestServer;
pub use ws_config::{WsConfig, serve};

#[cfg(feature = "ai")]
pub use mockforge_ws_ai as ai;
pub use mockforge_ws_config as config;
pub use mockforge_ws_core as core;
pub use mockforge_ws_diagnostic as diagnostic;
pub use mockforge_ws_handlers as handlers;
pub use mockforge_ws_interactive as interactive;
pub use mockforge_ws_io as io;
pub use mockforge_ws_layers as layers;
#[cfg(feature = "ai")]
pub use mockforge_ws_llm as llm;
pub use mockforge_ws_match as matching;
pub use mockforge_ws_observe as observe;
pub use mockforge_ws_proxy as proxy;
pub use mockforge_ws_replay as replay;
pub use mockforge_ws_server as server;
pub use mockforge_ws_template as template;
pub use mockforge_ws_verify as verify;
