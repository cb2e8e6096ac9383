//! WebSocket mocks in async Rust, where scripts and rules do not reach.
//!
//! A [`WsHandler`] hears connections open, speak and close; a [`HandlerRegistry`] says which handlers serve
//! which path; [`Handlers`] is the mode that runs them. Their connections meet in rooms ([`RoomManager`]),
//! which are those of the server's rules too. [`MessageRouter`] answers by pattern, [`PassthroughHandler`]
//! passes some messages on to a real server. An async function that wants the connection for itself is a
//! mode by [`async_mode`].
//!
//! ```
//! use std::sync::Arc;
//! use mockforge_ws_core::{Mode, Hello, Opening};
//! use mockforge_ws_handlers::{HandlerRegistry, Handlers, WsMessage, handler_fn};
//!
//! let registry = HandlerRegistry::new();
//! registry.register(handler_fn(|msg, ctx| async move {
//!     match msg {
//!         WsMessage::Text(text) if text == "bye" => ctx.close(4000, "so long"),
//!         WsMessage::Text(text) => ctx.send_text(&format!("you said {text}")).await,
//!         _ => Ok(()),
//!     }
//! }));
//! let mode = Handlers::new(Arc::new(registry));
//! assert!(matches!(mode.open(&Hello::new("/ws")), Opening::Accept(_)));
//! ```
//!
//! Handlers run on tasks of their own, beside the event loop, and every queue between the two is bounded. So
//! a handler that takes its time slows its own connection, one that panics ends its own connection (1011),
//! and neither does anything to the others.
//!
//! The names are those of the WebSocket crate of the wider MockForge project; the types are our own.

mod backlog;
mod bridge;
mod broadcaster;
mod context;
mod conversation;
mod error;
mod handler;
mod line;
mod message;
mod mode;
mod outbox;
mod passthrough;
mod pattern;
mod registry;
mod rooms;
mod router;
mod socket;
mod sync;
mod upstream;

pub use async_trait::async_trait;
pub use broadcaster::{Broadcaster, Subscription};
pub use context::WsContext;
pub use error::{HandlerError, HandlerResult};
pub use handler::{WsHandler, handler_fn};
pub use message::WsMessage;
pub use mockforge_ws_core::{CloseFrame, Message};
pub use mode::{AsyncMode, Handlers, async_mode};
pub use outbox::Outbox;
pub use passthrough::{PassthroughConfig, PassthroughHandler};
pub use pattern::{JsonPathPattern, MessagePattern, RegexPattern};
pub use registry::HandlerRegistry;
pub use rooms::{ConnectionId, RoomManager};
pub use router::MessageRouter;
pub use socket::Socket;
