//! The other side of a connection, as a stream and a sink of messages.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Sink, Stream};
use mockforge_ws_core::{Limits, Message};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::{Readahead, Socket};

/// A WebSocket's messages: what the loop needs of a connection.
///
/// The implementation answers pings and close frames (as tungstenite does); the stream ends after the
/// closing handshake.
pub trait Peer: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin + Send {
    /// After a failure: says that nothing more will be sent, and reads and throws away what still comes, so
    /// that the close frame is not overtaken by a reset (RFC 6455, section 7.1.1). Ready when the other
    /// side is gone.
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<()>;

    /// As [`Socket::abort`](crate::Socket::abort), where the connection has one.
    fn abort(&mut self) {}

    /// How many bytes the connection has taken for the other side in all. Where that is not known, and it stays
    /// 0, somebody who is slow can't be told from somebody who does not read.
    fn written(&self) -> u64 {
        0
    }
}

/// How much may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Framing {
    /// The largest message, in bytes.
    pub max_message_size: usize,
    /// The largest frame, in bytes.
    pub max_frame_size: usize,
}

impl From<Limits> for Framing {
    /// Frames may be as large as messages.
    fn from(Limits { max_message_size }: Limits) -> Self {
        Self { max_message_size, max_frame_size: max_message_size }
    }
}

/// What can be made a [`Peer`]: every `Peer`, and with the feature `axum` axum's `WebSocket`.
///
/// ```
/// use mockforge_ws_core::{Conn, echo::Echo};
/// use mockforge_ws_io::{Context, IntoPeer, drive, pair};
///
/// async fn serve(socket: impl IntoPeer) {
///     drive(socket.into_peer(), Box::new(Echo::default()), Conn::alone("/ws"), &Context::default()).await;
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let (ours, theirs) = pair().await;
/// drop(theirs);
/// serve(ours).await;
/// # }
/// ```
pub trait IntoPeer: Send {
    /// What it becomes.
    type Peer: Peer;

    /// Makes it one.
    fn into_peer(self) -> Self::Peer;
}

impl<P: Peer> IntoPeer for P {
    type Peer = Self;

    fn into_peer(self) -> Self {
        self
    }
}

impl<S: Socket> Peer for WebSocketStream<Readahead<S>> {
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let stream = self.get_mut();
        if ready!(Pin::new(&mut *stream).poll_shutdown(cx)).is_err() {
            return Poll::Ready(());
        }
        let mut scratch = [0; 4096];
        loop {
            let mut buf = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut *stream).poll_read(cx, &mut buf)) {
                Ok(()) if !buf.filled().is_empty() => {}
                _ => return Poll::Ready(()),
            }
        }
    }

    fn abort(&mut self) {
        self.get_mut().abort();
    }

    fn written(&self) -> u64 {
        self.get_ref().written()
    }
}

/// A server's end.
pub type ServerPeer<S> = WebSocketStream<Readahead<S>>;

/// A client's end.
pub type ClientPeer<S> = WebSocketStream<Readahead<S>>;

/// One end of an in-memory connection.
pub type PairPeer = WebSocketStream<Readahead<DuplexStream>>;

/// A server's end of `stream` after the opening handshake; `early` is what was read beyond it.
pub async fn server<S>(stream: S, early: Bytes, framing: impl Into<Framing>) -> ServerPeer<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    endpoint(stream, early, Role::Server, framing.into()).await
}

/// A client's end of `stream` after the opening handshake; `early` is what was read beyond it.
pub async fn client<S>(stream: S, early: Bytes, limits: Limits) -> ClientPeer<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    endpoint(stream, early, Role::Client, limits.into()).await
}

/// Both ends of an in-memory connection, with real framing and a real closing handshake: the server's
/// first, the client's second.
pub async fn pair() -> (PairPeer, PairPeer) {
    let (ours, theirs) = duplex(64 * 1024);
    let limits = Limits { max_message_size: 64 << 20 };
    (server(ours, Bytes::new(), limits).await, client(theirs, Bytes::new(), limits).await)
}

async fn endpoint<S>(stream: S, early: Bytes, role: Role, framing: Framing) -> WebSocketStream<Readahead<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(Some(framing.max_message_size))
        .max_frame_size(Some(framing.max_frame_size));
    WebSocketStream::from_raw_socket(Readahead::new(stream, early), role, Some(config)).await
}

/// Allocated for every connection; [`Readahead`] serves larger messages.
const READ_BUFFER: usize = 4 * 1024;
/// Reached only by a connection that sends that much at once; it keeps what it has grown to.
const WRITE_BUFFER: usize = 32 * 1024;
