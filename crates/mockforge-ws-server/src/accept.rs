//! From the listener to HTTP: accepts connections, takes TLS off, and serves requests.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsAcceptor;
use tower_service::Service;

use crate::upgrade::{Accepted, Tls};
use crate::{Handle, ServerTls};

/// How long a client may take to send its request's head, so that slow ones do not pile up.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait when the system has no file descriptors left for one more connection.
pub(crate) const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);
/// The first byte of a client that speaks TLS: a handshake record (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 22;
/// What a client gets that speaks HTTP where TLS is spoken.
const PLAIN_ON_TLS: &str = "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n\
    content-length: 57\r\nconnection: close\r\n\r\nThis port speaks TLS. Connect with wss:// (or https://).\n";
const BAD_REQUEST: u16 = StatusCode::BAD_REQUEST.as_u16();
/// As nginx numbers in its log what has no answer in HTTP.
const TLS_FAILED: u16 = 495;

/// What the connections of a server go through.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) handle: Handle,
    pub(crate) tls: Option<ServerTls>,
}

/// Accepts until the shutdown begins. What one connection does holds up no other.
pub(crate) async fn accept(listener: TcpListener, local: SocketAddr, door: Arc<Door>) {
    let shutdown = door.handle.site.settings.context.shutdown.clone();
    let begun = shutdown.begun();
    let mut begun = std::pin::pin!(begun);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut begun => return,
        };
        match accepted {
            Ok((stream, peer)) => drop(tokio::spawn(Arc::clone(&door).welcome(stream, local, peer))),
            // The connection was gone before it was accepted, or there are too many; neither ends the loop.
            Err(_) => tokio::time::sleep(EXHAUSTED_PAUSE).await,
        }
    }
}

impl Door {
    async fn welcome(self: Arc<Self>, stream: TcpStream, local: SocketAddr, peer: SocketAddr) {
        let _ = stream.set_nodelay(true);
        let shutdown = self.handle.site.settings.context.shutdown.clone();
        tokio::select! {
            // A request that breaks HTTP, or a client that is gone, ends here and concerns nobody else.
            () = self.converse(stream, local, peer) => {}
            () = shutdown.begun() => {}
        }
    }

    async fn converse(&self, mut stream: TcpStream, local: SocketAddr, peer: SocketAddr) {
        let until = Instant::now() + HEAD_TIMEOUT;
        let mut first = [0];
        // Who says nothing costs no buffers.
        if !matches!(timeout_at(until, stream.peek(&mut first)).await, Ok(Ok(1))) {
            return;
        }
        let speaks_tls = first[0] == TLS_HANDSHAKE;
        let Some(tls) = &self.tls else {
            if speaks_tls {
                return self.refused(peer, BAD_REQUEST, "TLS, which is not spoken here");
            }
            return self.serve(stream, until, Accepted { local, secure: false }, peer).await;
        };
        if !speaks_tls {
            let _ = timeout_at(until, tell(&mut stream, PLAIN_ON_TLS)).await;
            return self.refused(peer, BAD_REQUEST, "plain HTTP, where TLS is spoken");
        }
        match timeout_at(until, TlsAcceptor::from(Arc::clone(&tls.config)).accept(stream)).await {
            Ok(Ok(stream)) => {
                let stream: Tls = Box::new(stream);
                self.serve(stream, until, Accepted { local, secure: true }, peer).await;
            }
            Ok(Err(error)) => self.refused(peer, TLS_FAILED, &format!("TLS: {error}")),
            Err(_) => self.refused(peer, TLS_FAILED, "TLS: the client did not finish its handshake in time"),
        }
    }

    /// A client that gets no connection, before it has asked for a path.
    fn refused(&self, peer: SocketAddr, status: u16, reason: &str) {
        self.handle.site.refused("", Some(peer), status, Some(reason));
    }

    /// Serves requests until one is upgraded.
    async fn serve<S>(&self, stream: S, until: Instant, accepted: Accepted, peer: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(accepted);
            let served = self.handle.served.load_full();
            async move {
                let response: Result<Response, std::convert::Infallible> =
                    served.router.clone().call(request.map(axum::body::Body::new)).await;
                response.map(IntoResponse::into_response)
            }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(until - Instant::now())
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        // A request that breaks HTTP, or a client that is gone, ends here and concerns nobody else.
        let _ = connection.await;
    }
}

/// Says something and waits until the client is gone, so that it is not overtaken by a reset.
async fn tell(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await?;
    tokio::io::copy(stream, &mut tokio::io::sink()).await.map(drop)
}
