//! The one event loop of the workspace: it owns sockets and clocks so that sessions need neither.
//!
//! [`drive`] runs a [`Session`](mockforge_ws_core::Session) on a [`Peer`]: a server's or a client's end of
//! a WebSocket connection, one half of an in-memory [`pair`], or (feature `axum`) axum's own socket. The loop
//! answers everything that one read brought with one write, keeps every queue bounded, delivers ticks even
//! while a client does not read, answers pings, and sees the closing handshake through.
//!
//! ```
//! use futures_util::{SinkExt, StreamExt};
//! use mockforge_ws_core::{Conn, Message, echo::Echo};
//! use mockforge_ws_io::{Context, drive, pair};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let (ours, mut theirs) = pair().await;
//! let server = tokio::spawn(async move {
//!     drive(ours, Box::new(Echo::default()), Conn::alone("/ws"), &Context::default()).await
//! });
//! theirs.send(Message::text("hi")).await.unwrap();
//! assert_eq!(theirs.next().await.unwrap().unwrap(), Message::text("echo: hi"));
//! theirs.close(None).await.unwrap();
//! assert_eq!(server.await.unwrap().status.as_str(), "client_close");
//! # }
//! ```
//!
//! A session that talks to another server too has a [`Dialer`] to connect it, and is run by
//! [`bridge`]; where it only forwards, [`splice`] copies the bytes.
//!
//! It does not listen, route or answer HTTP: that is `mockforge-ws-server`.

#[cfg(feature = "axum")]
mod axum;
mod budget;
mod buffer;
mod dial;
mod disk;
mod drive;
mod ending;
mod heartbeat;
mod journal;
mod line_files;
mod link;
mod peer;
mod rate;
mod readahead;
mod shutdown;
mod socket;
mod splice;
mod stall;
mod timing;
mod turn;

#[cfg(feature = "axum")]
pub use self::axum::{AxumPeer, from_axum, to_axum};
pub use budget::Budget;
pub use buffer::{BufferError, MessageBuffer};
pub use dial::{ConnectionPool, Dialer, PooledConnection, Proxies, check_tls, secure};
pub use disk::{Disk, Sheet};
pub use drive::{Context, bridge, drive};
pub use journal::{Journal, JournalLine};
pub use line_files::{FileNews, LineFile, LineFiles, Series, SeriesOptions};
pub use link::{Connected, Link, Stream};
pub use peer::{ClientPeer, Framing, IntoPeer, PairPeer, Peer, ServerPeer, client, pair, server};
pub use rate::{Counting, RateLimiter, SharedRate};
pub use readahead::Readahead;
pub use shutdown::Shutdown;
pub use socket::Socket;
pub use splice::splice;
pub use timing::{MissedPong, Timing};
pub use tokio_tungstenite::tungstenite::Error as PeerError;
