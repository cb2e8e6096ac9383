//! What the bytes of a connection go over.

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpStream;
use tokio_rustls::{client, server};

use crate::Stream;

/// A stream of bytes that can be given up.
///
/// ```
/// use mockforge_ws_io::Socket;
///
/// fn throw_away(mut socket: impl Socket) {
///     socket.abort();
/// }
///
/// throw_away(tokio::io::duplex(64).0);
/// // A stream of another kind is one by `impl Socket for Mine {}`.
/// ```
pub trait Socket: AsyncRead + AsyncWrite + Unpin + Send {
    /// Nobody takes what waits to be sent: it is thrown away when this is dropped, which is at once. Over TCP the
    /// other side is then sent a reset (RFC 9293, section 3.6.1), and the kernel keeps nothing for it; a connection
    /// that is only dropped would have its buffers, megabytes as a rule, until the kernel gives up too. Streams that
    /// keep nothing have nothing to do, as it is here.
    fn abort(&mut self) {}
}

impl Socket for TcpStream {
    fn abort(&mut self) {
        // A socket that is gone has nothing to throw away.
        let _ = self.set_zero_linger();
    }
}

impl Socket for server::TlsStream<TcpStream> {
    fn abort(&mut self) {
        self.get_mut().0.abort();
    }
}

impl Socket for client::TlsStream<TcpStream> {
    fn abort(&mut self) {
        self.get_mut().0.abort();
    }
}

impl Socket for Stream {
    fn abort(&mut self) {
        match self {
            Self::Plain(stream) => stream.abort(),
            Self::Tls(stream) => stream.abort(),
        }
    }
}

impl<S: Socket + ?Sized> Socket for Box<S> {
    fn abort(&mut self) {
        (**self).abort();
    }
}

/// In memory nothing is kept.
impl Socket for DuplexStream {}

/// A stream of HTTP/2 is reset when it is dropped (RFC 9113, section 5.4.2).
impl Socket for TokioIo<Upgraded> {}
