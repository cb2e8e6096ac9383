//! From the listener to HTTP: accepts connections, takes TLS off, and serves requests.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_rustls::TlsAcceptor;
use tower_service::Service;

use crate::lobby::{Lobby, Seat};
use crate::tls::H2;
use crate::upgrade::{Accepted, Tls};
use crate::{Handle, Handshakes};

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
/// How a connection of HTTP/2 begins (RFC 9113, section 3.4), as far as no method of HTTP/1.1 does.
const HTTP2: &[u8; 3] = b"PRI";
const BAD_REQUEST: u16 = StatusCode::BAD_REQUEST.as_u16();
const URI_TOO_LONG: u16 = StatusCode::URI_TOO_LONG.as_u16();
const HEADERS_TOO_LARGE: u16 = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.as_u16();
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
        let http2 = tokio::select! {
            http2 = self.converse(stream, local, peer, &seat) => http2,
            () = seat.sent_away() => return self.made_room(peer),
            () = shutdown.begun() => return,
        };
        // That goes on through the shutdown, for the WebSockets that it carries are closed in order.
        if let Some(http2) = http2 {
            tokio::select! {
                () = http2 => {}
                () = seat.sent_away() => self.made_room(peer),
            }
        }
    }

    fn made_room(&self, peer: SocketAddr) {
        self.refused(Some(peer), REQUEST_TIMEOUT, "it made room for others");
    }

    fn limits(&self) -> &Handshakes {
        &self.handle.site.settings.handshakes
    }

    /// Finds out what the client speaks, and serves it; what is left is a connection of HTTP/2.
    async fn converse(
        self: &Arc<Self>,
        mut stream: TcpStream,
        local: SocketAddr,
        peer: SocketAddr,
        seat: &Arc<Seat>,
    ) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let until = Instant::now() + self.limits().timeout;
        let mut first = [0; HTTP2.len()];
        // Who says nothing costs no buffers.
        let Ok(Ok(1..)) = timeout_at(until, stream.peek(&mut first)).await else { return None };
        let speaks_tls = first[0] == TLS_HANDSHAKE;
        let visit = |secure| Visit {
            door: Arc::clone(self),
            seat: Arc::clone(seat),
            accepted: Accepted { local, secure },
            peer,
            has_asked: Arc::default(),
        };
        let Some(tls) = self.handle.tls.load_full() else {
            if speaks_tls {
                self.refused(Some(peer), BAD_REQUEST, "TLS, which is not spoken here");
                return None;
            }
            return match &first == HTTP2 {
                true => Some(Box::pin(visit(false).http2(stream))),
                false => {
                    visit(false).http1(stream, until).await;
                    None
                }
            };
        };
        if !speaks_tls {
            let _ = timeout_at(until, tell(&mut stream, PLAIN_ON_TLS)).await;
            self.refused(Some(peer), BAD_REQUEST, "plain HTTP, where TLS is spoken");
            return None;
        }
        match timeout_at(until, TlsAcceptor::from(Arc::clone(&tls.config)).accept(stream)).await {
            Ok(Ok(stream)) => {
                let stream: Tls = Box::new(stream);
                if stream.get_ref().1.alpn_protocol() == Some(H2) {
                    return Some(Box::pin(visit(true).http2(stream)));
                }
                visit(true).http1(stream, until).await;
            }
            Ok(Err(error)) => self.refused(Some(peer), TLS_FAILED, &format!("TLS: {error}")),
            Err(_) => self.refused(Some(peer), TLS_FAILED, "TLS: the handshake took too long"),
        }
        None
    }

    /// A client that gets no connection, before it has asked for a path.
    fn refused(&self, peer: Option<SocketAddr>, status: u16, reason: &str) {
        self.handle.site.refused("", peer, status, Some(reason));
    }
}

/// A client that speaks HTTP.
#[derive(Clone)]
struct Visit {
    door: Arc<Door>,
    seat: Arc<Seat>,
    accepted: Accepted,
    peer: SocketAddr,
    /// Whether there was a request, since this was looked at last.
    has_asked: Arc<AtomicBool>,
}

impl Visit {
    /// Answers a request.
    fn answer(&self, mut request: Request<Incoming>) -> impl Future<Output = Answered> + Send + use<> {
        let attended = Arc::new(self.seat.attend());
        self.has_asked.store(true, Ordering::Relaxed);
        let served = self.door.handle.served.load_full();
        let limits = self.door.limits();
        let refusal = too_large(&request, limits);
        if let Some(status) = refusal {
            let path = request.uri().path();
            let path = path.get(..PATH_TOLD).unwrap_or(path);
            self.door.handle.site.refused(path, Some(self.peer), status.as_u16(), None);
        }
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(self.peer));
        extensions.insert(self.accepted);
        if request.version() == Version::HTTP_2 {
            request.extensions_mut().insert(Arc::clone(&attended));
        }
        async move {
            let _attended = attended;
            if let Some(status) = refusal {
                return Ok(status.into_response());
            }
            let response: Answered = served.router.clone().call(request.map(axum::body::Body::new)).await;
            response.map(IntoResponse::into_response)
        }
    }

    /// Serves requests until one is upgraded.
    async fn http1<S>(self, stream: S, until: Instant)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let limits = self.door.limits();
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(until - Instant::now())
            .max_headers(limits.max_headers)
            // What is beyond this is not even read: 431.
            .max_buf_size(LEAST_BUFFER.max(limits.max_request_line + limits.max_header_size))
            .serve_connection(TokioIo::new(stream), service_fn(|request| self.answer(request)))
            .with_upgrades();
        match connection.await {
            Err(error) if error.is_timeout() && !self.has_asked.load(Ordering::Relaxed) => {
                let reason = "it did not finish its request in time";
                self.door.refused(Some(self.peer), REQUEST_TIMEOUT, reason);
            }
            // hyper has answered by itself.
            Err(error) if error.is_parse() => {
                let status = match error.to_string() {
                    too_long if too_long.contains("URI") && error.is_parse_too_large() => URI_TOO_LONG,
                    _ if error.is_parse_too_large() => HEADERS_TOO_LARGE,
                    _ => BAD_REQUEST,
                };
                self.door.refused(Some(self.peer), status, &format!("its request is broken: {error}"));
            }
            // A client that is gone concerns nobody else.
            _ => {}
        }
    }

    /// Serves requests and the WebSockets that become of them (RFC 8441), until there is none for too long, or the
    /// shutdown has begun and the last is over.
    async fn http2<S>(self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let visit = self.clone();
        let limits = self.door.limits();
        let shutdown = self.door.handle.site.settings.context.shutdown.clone();
        let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .enable_connect_protocol()
            .max_header_list_size(u32::try_from(limits.max_header_size).unwrap_or(u32::MAX))
            .serve_connection(TokioIo::new(stream), service_fn(move |request| visit.answer(request)));
        let mut connection = std::pin::pin!(connection);
        let idle = async {
            loop {
                sleep(limits.timeout).await;
                if !self.has_asked.swap(false, Ordering::Relaxed) && self.seat.is_taken() {
                    return;
                }
            }
        };
        tokio::select! {
            _ = connection.as_mut() => return,
            () = idle => {}
            () = shutdown.begun() => {}
        }
        connection.as_mut().graceful_shutdown();
        // What is left when no request is attended to is an answer that the client does not take.
        let stuck = async {
            loop {
                sleep(limits.timeout).await;
                if self.seat.is_taken() {
                    return;
                }
            }
        };
        tokio::select! {
            _ = connection => {}
            () = stuck => {}
        }
    }
}

type Answered = Result<Response, std::convert::Infallible>;

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
