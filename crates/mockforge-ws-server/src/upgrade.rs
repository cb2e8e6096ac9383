//! From an HTTP request to a running session.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, OriginalUri, RawPathParams, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use bytes::Bytes;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header, request::Parts};
use hyper_util::rt::TokioIo;
use mockforge_ws_core::{
    Accept, Conn, ConnId, Dialled, Dialling, FactSink, Following, Hello, Interest, Mode, Opening, Refusal,
    Refused, Session,
};
use mockforge_ws_io::{self as io, Context, Link, Socket, Stream, bridge, drive, server};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::handshake::{Answer, bad_request, check, host, offered_subprotocols};
use crate::host::is_local;
use crate::lobby::Attended;
use crate::site::Place;
use crate::{Route, Routes, Site};

impl Site {
    /// A router with these routes and nothing else, to merge into a larger one.
    ///
    /// Connections are upgraded through hyper, so it works wherever hyper serves: below `axum::serve` and
    /// below [`Server`](crate::Server).
    pub fn router(self: &Arc<Self>, routes: &Routes) -> Router {
        self.generation_router(routes, &self.next_generation())
    }

    /// As [`router`](Self::router); the connections of routes that are closed on a reload join the room
    /// `generation`.
    pub(crate) fn generation_router(self: &Arc<Self>, routes: &Routes, generation: &Arc<str>) -> Router {
        routes.by_path().into_iter().fold(Router::new(), |router, (path, routes)| {
            let shares_path = routes.len() > 1;
            let entry = |route: &Route| {
                let id = route.id(shares_path);
                Entry {
                    numbers: self.numbers(&id),
                    id,
                    generation: route.close_on_reload.then(|| Arc::clone(generation)),
                    context: Arc::new(self.context_of(route)),
                    route: route.clone(),
                }
            };
            let routes = routes.into_iter().map(entry).collect();
            let endpoint = Arc::new(Endpoint { site: Arc::clone(self), routes });
            router.route(path, any(move |request: Request| endpoint.answer(request)))
        })
    }
}

impl Site {
    /// What the connections of a route share: the route may have somebody of its own who is told the facts.
    fn context_of(&self, route: &Route) -> Context {
        let context = &self.settings.context;
        match &route.sink {
            None => context.clone(),
            Some(own) => Context {
                sink: Arc::new(vec![Arc::clone(&context.sink), Arc::clone(own)]),
                ..context.clone()
            },
        }
    }
}

/// A connection that our own listener accepted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accepted {
    /// Our end of it.
    pub(crate) local: SocketAddr,
    /// Whether it is one of TLS.
    pub(crate) secure: bool,
}

/// A connection of TLS, on the heap: it is large, and the many without it are not to make room for it.
pub(crate) type Tls = Box<TlsStream<TcpStream>>;

/// A path, and the routes that share it.
struct Endpoint {
    site: Arc<Site>,
    /// At least one.
    routes: Vec<Entry>,
}

/// A route as it is entry.
struct Entry {
    id: Arc<str>,
    numbers: Arc<AtomicU64>,
    /// The room that its connections join, to be closed together.
    generation: Option<Arc<str>>,
    context: Arc<Context>,
    route: Route,
}

impl Endpoint {
    async fn answer(self: Arc<Self>, request: Request) -> Response {
        let (path, peer) = (asked_path(&request), peer(request.extensions()));
        self.upgrade(request).await.unwrap_or_else(|refusal| {
            let Refusal { status, headers, body, reason } = *refusal;
            self.site.refused(&path, peer, status.as_u16(), reason.as_deref());
            (status, headers, body).into_response()
        })
    }

    async fn upgrade(&self, request: Request) -> Result<Response, Box<Refusal>> {
        let (mut parts, body) = request.into_parts();
        self.check_host(&parts)?;
        let answer = check(&parts)?;
        let place = self.site.admit(peer(&parts.extensions)).map_err(|reason| {
            let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n"))
                .header(header::RETRY_AFTER, HeaderValue::from_static("1"));
            Box::new(Refusal { reason: Some(reason.trim_end_matches('.').to_lowercase()), ..refusal })
        })?;
        let offered = offered_subprotocols(&parts.headers);
        let entry = self.choose(&offered)?;
        let hello = self.hello(entry, offered, &mut parts).await;
        let mut following = Following::default();
        following.begin(&*entry.context.sink, &hello);
        let decided = entry.decide(&hello, &mut following).await.and_then(|decided| {
            let response = accepted(answer, &decided.accept)?;
            Ok((decided, response))
        });
        let (decided, response) = decided.inspect_err(|refusal| {
            let (path, status, reason) = (&hello.path, refusal.status.as_u16(), refusal.reason.as_deref());
            following.refused(Refused { path, peer: hello.peer, status, reason });
        })?;
        // While a connection of HTTP/2 has WebSockets it is no idle one.
        let attended = parts.extensions.remove::<Arc<Attended>>();
        let upgrade = hyper::upgrade::on(Request::from_parts(parts, body));
        tokio::spawn(entry.run(upgrade, (place, attended), decided, hello, following));
        Ok(response)
    }

    fn check_host(&self, parts: &Parts) -> Result<(), Box<Refusal>> {
        let Some(host) = host(parts) else {
            return Err(bad_request("The header Host is missing."));
        };
        let accepted = parts.extensions.get::<Accepted>();
        let on_loopback = accepted.is_some_and(|accepted| accepted.local.ip().is_loopback());
        let allowed = &self.site.settings.allow_hosts;
        if on_loopback && !host.to_str().is_ok_and(|host| is_local(host, allowed)) {
            let body = "This mock listens on loopback and is not served under that Host name (a guard against \
                        DNS rebinding).\nIf you mean it, start the server with --allow-host NAME.\n";
            return Err(Box::new(Refusal::new(StatusCode::FORBIDDEN, body)));
        }
        Ok(())
    }

    /// The first offer that a route speaks decides; without one it is the route without subprotocols. One that
    /// has the path for itself takes everybody.
    fn choose(&self, offered: &[String]) -> Result<&Entry, Box<Refusal>> {
        if let [only] = &self.routes[..] {
            return Ok(only);
        }
        let speaker = |name| self.routes.iter().find(|entry| entry.route.subprotocols.contains(name));
        let rest = || self.routes.iter().find(|entry| entry.route.subprotocols.is_empty());
        offered.iter().find_map(speaker).or_else(rest).ok_or_else(|| {
            let spoken = self.routes.iter().flat_map(|entry| &entry.route.subprotocols);
            Box::new(Refusal::subprotocol(offered, spoken.map(String::as_str)))
        })
    }

    async fn hello(&self, entry: &Entry, offered: Vec<String>, parts: &mut Parts) -> Hello {
        let params = RawPathParams::from_request_parts(parts, &()).await;
        let owned = |(name, value): (&str, &str)| (name.to_string(), value.to_string());
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let path = original(&parts.uri, &parts.extensions).path();
        let mut headers = own(&parts.headers);
        if let Some(host) = host(parts) {
            headers.entry(header::HOST).or_insert(host);
        }
        Hello {
            path: path.to_string(),
            route: entry.id.to_string(),
            params: params.map(|params| params.iter().map(owned).collect()).unwrap_or_default(),
            query: query.into_owned().collect(),
            raw_query: parts.uri.query().map(Into::into),
            subprotocols: offered,
            headers,
            peer: peer(&parts.extensions),
            secure: is_secure(&parts.extensions),
            seed: entry.route.seed.unwrap_or(self.site.settings.seed),
            wall: self.site.wall(),
        }
    }
}

impl Entry {
    /// Follows the mode's opening to its end.
    async fn decide(&self, hello: &Hello, following: &mut Following) -> Result<Decided, Box<Refusal>> {
        let mut opening = self.route.mode.open(hello);
        let (mut link, mut splice) = (None, false);
        loop {
            match opening {
                Opening::Refuse(refusal) => return Err(Box::new(refusal)),
                Opening::Dial(dialling) => {
                    let Dialling { mut dial, splice: may_splice, then } = *dialling;
                    splice = may_splice
                        && dial.upstream.pool.is_none()
                        && self.context.sink.interest() <= Interest::Counts;
                    if !splice {
                        // Nothing is offered that the loop could not read.
                        dial.extensions.clear();
                    }
                    following.carry(&mut dial);
                    let dialled = match self.context.dialer.dial(dial).await {
                        Ok(open) => {
                            let answer = Box::new(open.answer.clone());
                            link = Some(open);
                            Dialled::Open(answer)
                        }
                        Err(dialled) => {
                            link = None;
                            dialled
                        }
                    };
                    following.dialled(&dialled);
                    opening = then(dialled);
                }
                Opening::After(delay, next) => {
                    tokio::time::sleep(delay).await;
                    opening = *next;
                }
                Opening::Accept(mut accept) => {
                    // Where another server was asked, the choice is its.
                    if link.is_none() && accept.subprotocol.is_none() {
                        let mut ours = self.route.subprotocols.iter();
                        accept.subprotocol = ours.find(|name| hello.subprotocols.contains(name)).cloned();
                    }
                    let behind = link.map(|link| Box::new(Behind { link, splice }));
                    return Ok(Decided { accept, behind });
                }
            }
        }
    }

    fn run(
        &self,
        upgrade: hyper::upgrade::OnUpgrade,
        (place, attended): (Place, Option<Arc<Attended>>),
        decided: Decided,
        hello: Hello,
        following: Following,
    ) -> impl Future<Output = ()> + Send + 'static {
        let site = place.site();
        let limits = site.settings.limits;
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        let id = ConnId { route: Arc::clone(&self.id), number };
        let seed = hello.seed;
        let Decided { accept: Accept { session, subprotocol, .. }, behind } = decided;
        let mut conn = Conn::new(id, Arc::new(hello), seed, site.wall(), limits)
            .with_subprotocol(subprotocol)
            .with_commons(site.commons().clone())
            .with_following(following);
        if let Some(generation) = &self.generation {
            conn.join(generation, None, "").expect("the names are short and it is the first room");
        }
        let context = Arc::clone(&self.context);
        async move {
            // The client may be gone before it has its answer; then there is no connection to speak of.
            let Ok(upgraded) = upgrade.await else { return };
            match upgraded.downcast::<TokioIo<TcpStream>>() {
                Ok(parts) => {
                    let (stream, early) = apart(parts);
                    // An answer goes out when it is ready, not when more has gathered (RFC 896 is off).
                    let _ = stream.set_nodelay(true);
                    match behind {
                        None => {
                            let peer = server(stream, early, context.framing(limits)).await;
                            drive(peer, session, conn, &context).await;
                        }
                        Some(behind) => proxied((stream, early), behind, session, conn, &context).await,
                    }
                }
                Err(upgraded) => {
                    let running = match upgraded.downcast::<TokioIo<Tls>>() {
                        Ok(parts) => boxed(apart(parts), behind, session, conn, &context),
                        Err(upgraded) => {
                            let client = (TokioIo::new(upgraded), Bytes::new());
                            boxed(client, behind, session, conn, &context)
                        }
                    };
                    running.await;
                }
            }
            drop((place, attended));
        }
    }
}

/// An accepted handshake with the connection to another server that its session is to have.
struct Decided {
    accept: Accept,
    behind: Option<Box<Behind>>,
}

/// A connection to another server.
struct Behind {
    link: Link,
    /// Whether the bytes of both connections are copied, and no session is run.
    splice: bool,
}

/// Takes a connection out of hyper at once: its read buffer is not to live as long as the connection.
fn apart<S>(parts: hyper::upgrade::Parts<TokioIo<S>>) -> (S, Bytes) {
    (parts.io.into_inner(), kept(&parts.read_buf))
}

/// Runs a connection that is no plain socket. Boxed, so that those that are one are no larger for it.
fn boxed<'c, C>(
    client: (C, Bytes),
    behind: Option<Box<Behind>>,
    session: Box<dyn Session>,
    conn: Conn,
    context: &'c Context,
) -> Pin<Box<dyn Future<Output = ()> + Send + 'c>>
where
    C: Socket + 'static,
{
    let limits = conn.limits();
    match behind {
        None => Box::pin(async move {
            let peer = server(client.0, client.1, context.framing(limits)).await;
            drive(peer, session, conn, context).await;
        }),
        Some(behind) => proxied(client, behind, session, conn, context),
    }
}

/// Runs a connection that has another server behind it. Boxed, so that those without one are no larger for it.
fn proxied<'c, C>(
    client: (C, Bytes),
    behind: Box<Behind>,
    session: Box<dyn Session>,
    conn: Conn,
    context: &'c Context,
) -> Pin<Box<dyn Future<Output = ()> + Send + 'c>>
where
    C: Socket + 'static,
{
    let limits = conn.limits();
    let Behind { link, splice } = *behind;
    // Those of a pool have been read from already, and are not spliced.
    let link = match if splice { link.into_raw() } else { Err(link) } {
        Ok((Stream::Plain(upstream), beyond, url)) => {
            return Box::pin(async move {
                io::splice(client, (upstream, beyond), &url, conn, context).await;
            });
        }
        Ok((Stream::Tls(upstream), beyond, url)) => {
            return Box::pin(async move {
                io::splice(client, (upstream, beyond), &url, conn, context).await;
            });
        }
        Err(link) => link,
    };
    Box::pin(async move {
        let connected = link.connected(limits).await;
        let peer = server(client.0, client.1, context.framing(limits)).await;
        bridge(peer, connected, session, conn, context).await;
    })
}

fn asked_path(request: &Request) -> String {
    original(request.uri(), request.extensions()).path().to_string()
}

/// The URI as it came: axum shortens it below a nested router.
fn original<'r>(uri: &'r Uri, extensions: &'r Extensions) -> &'r Uri {
    extensions.get::<OriginalUri>().map_or(uri, |OriginalUri(original)| original)
}

/// Whether it came by TLS, as far as our own listener knows.
pub(crate) fn is_secure(extensions: &Extensions) -> bool {
    extensions.get().is_some_and(|accepted: &Accepted| accepted.secure)
}

pub(crate) fn peer(extensions: &Extensions) -> Option<SocketAddr> {
    extensions.get().map(|ConnectInfo(peer): &ConnectInfo<SocketAddr>| *peer)
}

/// The headers in memory of their own: hyper's are slices of its read buffer, which would otherwise live as
/// long as the connection.
fn own(headers: &HeaderMap) -> HeaderMap {
    let mut owned = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_str().as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            owned.append(name, value);
        }
    }
    owned
}

/// What the client sent early, without the 8 KiB buffer that it came in.
fn kept(early: &Bytes) -> Bytes {
    if early.is_empty() { Bytes::new() } else { Bytes::copy_from_slice(early) }
}

fn accepted(answer: Answer, accept: &Accept) -> Result<Response, Box<Refusal>> {
    let mut headers = accept.headers.clone();
    let status = match answer {
        Answer::Open => StatusCode::OK,
        Answer::Switch(key) => {
            headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(header::SEC_WEBSOCKET_ACCEPT, key);
            StatusCode::SWITCHING_PROTOCOLS
        }
    };
    if let Some(subprotocol) = &accept.subprotocol {
        let value = HeaderValue::from_str(subprotocol).map_err(|_| {
            Box::new(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The subprotocol is no token.\n"))
        })?;
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, value);
    }
    Ok((status, headers).into_response())
}
