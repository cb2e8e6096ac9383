//! From the listener to HTTP: accepts connections, takes TLS off, and serves requests.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_rustls::TlsAcceptor;
use tower_service::Service;

use crate::lobby::{Lobby, Seat};
use crate::upgrade::{Accepted, Tls};
use crate::{Handle, Handshakes, ServerTls};

/// How long to wait when the system has nothing left for one more connection: with somebody who leaves for it,
/// and with nobody.
const EXHAUSTED_PAUSES: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(50)];
/// How many clients that have not shaken hands leave then.
const EXHAUSTED_LEAVE: usize = 16;
/// How often that is told.
const EXHAUSTED_TOLD: Duration = Duration::from_secs(1);
/// The first byte of a client that speaks TLS: a handshake record (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 22;
/// What a client gets that speaks HTTP where TLS is spoken.
const PLAIN_ON_TLS: &str = "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n\
    content-length: 57\r\nconnection: close\r\n\r\nThis port speaks TLS. Connect with wss:// (or https://).\n";
const BAD_REQUEST: u16 = StatusCode::BAD_REQUEST.as_u16();
const REQUEST_TIMEOUT: u16 = StatusCode::REQUEST_TIMEOUT.as_u16();
const UNAVAILABLE: u16 = StatusCode::SERVICE_UNAVAILABLE.as_u16();
/// As nginx numbers in its log what has no answer in HTTP.
const TLS_FAILED: u16 = 495;
/// How much of a path is told that is too long.
const PATH_TOLD: usize = 100;
/// The least that hyper takes for a buffer.
const LEAST_BUFFER: usize = 8 << 10;

/// What the connections of a server go through.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) handle: Handle,
    pub(crate) tls: Option<ServerTls>,
    pub(crate) lobby: Arc<Lobby>,
}

/// Accepts until the shutdown begins. What one connection does holds up no other.
pub(crate) async fn accept(listener: TcpListener, local: SocketAddr, door: Arc<Door>) {
    let shutdown = door.handle.site.settings.context.shutdown.clone();
    let accepting = async {
        let mut told: Option<Instant> = None;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let seat = Arc::new(door.lobby.enter().await);
                    tokio::spawn(Arc::clone(&door).welcome(stream, local, peer, seat));
                }
                // The connection was gone before it was accepted.
                Err(error) if is_of_one(&error) => {}
                // There are no file descriptors left, as a rule; the loop goes on when there are.
                Err(error) => {
                    if told.is_none_or(|told| told.elapsed() >= EXHAUSTED_TOLD) {
                        door.refused(None, UNAVAILABLE, &format!("no connection can be accepted: {error}"));
                        told = Some(Instant::now());
                    }
                    let [soon, later] = EXHAUSTED_PAUSES;
                    sleep(if door.lobby.make_room(EXHAUSTED_LEAVE) > 0 { soon } else { later }).await;
                }
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = shutdown.begun() => {}
    }
}

/// Whether an error of accepting concerns that one connection only.
fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::ConnectionAborted | Kind::ConnectionReset | Kind::Interrupted)
}

impl Door {
    async fn welcome(
        self: Arc<Self>,
        stream: TcpStream,
        local: SocketAddr,
        peer: SocketAddr,
        seat: Arc<Seat>,
    ) {
        let _ = stream.set_nodelay(true);
        let shutdown = self.handle.site.settings.context.shutdown.clone();
        tokio::select! {
            // A request that breaks HTTP, or a client that is gone, ends here and concerns nobody else.
            () = self.converse(stream, local, peer, &seat) => {}
            () = seat.sent_away() => self.refused(Some(peer), REQUEST_TIMEOUT, "it made room for others"),
            () = shutdown.begun() => {}
        }
    }

    fn limits(&self) -> &Handshakes {
        &self.handle.site.settings.handshakes
    }

    async fn converse(&self, mut stream: TcpStream, local: SocketAddr, peer: SocketAddr, seat: &Arc<Seat>) {
        let until = Instant::now() + self.limits().timeout;
        let mut first = [0];
        // Who says nothing costs no buffers.
        if !matches!(timeout_at(until, stream.peek(&mut first)).await, Ok(Ok(1))) {
            return;
        }
        let speaks_tls = first[0] == TLS_HANDSHAKE;
        let Some(tls) = &self.tls else {
            if speaks_tls {
                return self.refused(Some(peer), BAD_REQUEST, "TLS, which is not spoken here");
            }
            return self.serve(stream, until, Accepted { local, secure: false }, peer, seat).await;
        };
        if !speaks_tls {
            let _ = timeout_at(until, tell(&mut stream, PLAIN_ON_TLS)).await;
            return self.refused(Some(peer), BAD_REQUEST, "plain HTTP, where TLS is spoken");
        }
        match timeout_at(until, TlsAcceptor::from(Arc::clone(&tls.config)).accept(stream)).await {
            Ok(Ok(stream)) => {
                let stream: Tls = Box::new(stream);
                self.serve(stream, until, Accepted { local, secure: true }, peer, seat).await;
            }
            Ok(Err(error)) => self.refused(Some(peer), TLS_FAILED, &format!("TLS: {error}")),
            Err(_) => self.refused(Some(peer), TLS_FAILED, "TLS: the handshake took too long"),
        }
    }

    /// A client that gets no connection, before it has asked for a path.
    fn refused(&self, peer: Option<SocketAddr>, status: u16, reason: &str) {
        self.handle.site.refused("", peer, status, Some(reason));
    }

    /// Serves requests until one is upgraded.
    async fn serve<S>(
        &self,
        stream: S,
        until: Instant,
        accepted: Accepted,
        peer: SocketAddr,
        seat: &Arc<Seat>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let limits = self.limits();
        let has_asked = AtomicBool::new(false);
        let service = hyper::service::service_fn(|mut request: Request<Incoming>| {
            let attended = seat.attend();
            has_asked.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(accepted);
            let served = self.handle.served.load_full();
            async move {
                let _attended = attended;
                if let Some(status) = too_large(&request, limits) {
                    let path = request.uri().path();
                    let path = path.get(..PATH_TOLD).unwrap_or(path);
                    self.handle.site.refused(path, Some(peer), status.as_u16(), None);
                    return Ok(status.into_response());
                }
                let response: Result<Response, std::convert::Infallible> =
                    served.router.clone().call(request.map(axum::body::Body::new)).await;
                response.map(IntoResponse::into_response)
            }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(until - Instant::now())
            .max_headers(limits.max_headers)
            // What is beyond this is not even read: 431.
            .max_buf_size(LEAST_BUFFER.max(limits.max_request_line + limits.max_header_size))
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        match connection.await {
            Err(error) if error.is_timeout() && !has_asked.load(Ordering::Relaxed) => {
                self.refused(Some(peer), REQUEST_TIMEOUT, "it did not finish its request in time");
            }
            // A request that breaks HTTP, or a client that is gone, concerns nobody else.
            _ => {}
        }
    }
}

/// The answer to a request whose head is larger than is allowed.
fn too_large(request: &Request<Incoming>, limits: &Handshakes) -> Option<StatusCode> {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let authority = request.uri().authority().map_or(0, |authority| authority.as_str().len());
    // `GET`, ` HTTP/1.1` and the end of the line.
    let line = request.method().as_str().len() + 1 + authority + target + 11;
    let headers: usize =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if line > limits.max_request_line {
        Some(StatusCode::URI_TOO_LONG)
    } else if headers > limits.max_header_size {
        Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
    } else {
        None
    }
}

/// Says something and waits until the client is gone, so that it is not overtaken by a reset.
async fn tell(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await?;
    tokio::io::copy(stream, &mut tokio::io::sink()).await.map(drop)
}
