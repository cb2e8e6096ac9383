//! The HTTP side of a WebSocket mock server: it listens, routes, checks and answers opening handshakes, and
//! gives each accepted connection to the event loop of `mockforge-ws-io`.
//!
//! A [`Site`] holds what all connections share; [`Route`]s say which [`Mode`](mockforge_ws_core::Mode) serves
//! which path. [`Site::router`] is an axum router to merge into a larger application, [`Server`] listens by
//! itself.
//!
//! ```
//! use mockforge_ws_core::{Stack, echo::Echo};
//! use mockforge_ws_server::{Listen, Route, Routes, Server, Settings};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let routes = Routes::new([Route::new("/ws", Stack::new(Echo::default()))])?;
//! let server = Server::bind(&Listen::free_port(), Settings::default(), routes).await?;
//! assert!(server.url().starts_with("ws://"));
//! let running = tokio::spawn(server.handle().clone().shutdown_after(std::future::ready(())));
//! server.run().await;
//! # running.await?;
//! # Ok(()) }
//! ```
//!
//! It knows no modes, no files and no flags.

mod accept;
mod handshake;
mod host;
mod listen;
mod lobby;
#[cfg(test)]
mod lobby_tests;
mod ops;
mod route;
mod server;
mod site;
mod sync;
mod tls;
mod upgrade;

pub use listen::{BindError, Listen};
pub use ops::Ops;
pub use route::{Route, RouteError, Routes};
pub use server::{Handle, Server};
pub use site::{Handshakes, Settings, Site};
pub use tls::{ClientAuth, ServerTls, TlsError};
