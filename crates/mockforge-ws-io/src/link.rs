//! A connection to another server after its handshake: raw where its bytes may be copied, framed where its
//! messages are read.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use mockforge_ws_core::{Answer, Limits};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::{Peer, client};

/// The bytes of a connection to another server.
#[derive(Debug)]
pub enum Stream {
    /// `ws://`
    Plain(TcpStream),
    /// `wss://`
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection to another server that has upgraded.
#[derive(Debug)]
pub struct Link {
    /// Where to.
    pub url: String,
    /// What the server has answered.
    pub answer: Answer,
    pub(crate) wire: Wire,
}

#[derive(Debug)]
pub(crate) enum Wire {
    /// With what was read beyond the answer.
    Raw(Stream, Bytes),
    Framed(Pooled),
}

/// A connection from a pool.
pub(crate) struct Pooled {
    pub(crate) peer: Box<dyn Peer>,
    /// Whether it goes back when it is dropped.
    pub(crate) reusable: bool,
}

impl std::fmt::Debug for Pooled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pooled").field("reusable", &self.reusable).finish_non_exhaustive()
    }
}

/// The second end of a session, as messages.
pub struct Connected {
    /// The messages.
    pub peer: Box<dyn Peer>,
    /// Where to, for people.
    pub url: String,
    /// What the server has answered.
    pub answer: Answer,
    /// Whether it is dropped rather than closed when the client is done with it.
    pub reusable: bool,
}

impl Connected {
    /// A connection that is closed with the client's.
    pub fn new(url: impl Into<String>, peer: impl Peer + 'static) -> Self {
        Self { peer: Box::new(peer), url: url.into(), answer: Answer::default(), reusable: false }
    }
}

impl std::fmt::Debug for Connected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connected")
            .field("url", &self.url)
            .field("answer", &self.answer)
            .finish_non_exhaustive()
    }
}

impl Link {
    /// The connection as messages.
    pub async fn connected(self, limits: Limits) -> Connected {
        let Self { url, answer, wire } = self;
        let (peer, reusable): (Box<dyn Peer>, _) = match wire {
            // An enum of streams would take the larger one's memory for both.
            Wire::Raw(Stream::Plain(stream), early) => (Box::new(client(stream, early, limits).await), false),
            Wire::Raw(Stream::Tls(stream), early) => (Box::new(client(stream, early, limits).await), false),
            Wire::Framed(Pooled { peer, reusable }) => (peer, reusable),
        };
        Connected { peer, url, answer, reusable }
    }

    /// The connection as bytes, with what was read beyond the answer and where to, for people.
    ///
    /// # Errors
    /// The link itself, where it comes from a pool, which has read from it already.
    #[expect(clippy::result_large_err, reason = "it is the link itself, which is moved either way")]
    pub fn into_raw(self) -> Result<(Stream, Bytes, String), Self> {
        match self {
            Self { wire: Wire::Raw(stream, early), url, .. } => Ok((stream, early, url)),
            framed => Err(framed),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(task, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(task, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, task: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(task, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(task, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(task),
            Self::Tls(stream) => Pin::new(stream).poll_flush(task),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(task),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(task),
        }
    }
}
