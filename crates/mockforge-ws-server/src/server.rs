//! A listener of our own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use mockforge_ws_core::{Audience, Message, close};
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service;

use crate::upgrade::{LocalAddr, peer};
use crate::{BindError, Listen, Routes, Settings, Site};

/// How long a client may take to send its request's head, so that slow ones do not pile up.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait when the system has no file descriptors left for one more connection.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);

/// A server that listens and is ready to run.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<(TcpListener, SocketAddr)>,
    host: String,
    handle: Handle,
}

/// A way to reach a running server from outside.
#[derive(Debug, Clone)]
pub struct Handle {
    site: Arc<Site>,
    served: Arc<ArcSwap<Served>>,
}

/// What is served at the moment; replaced as a whole by a reload.
#[derive(Debug)]
struct Served {
    router: Router,
    first_path: String,
    /// The room of the connections that a reload closes.
    generation: Arc<str>,
}

impl Server {
    /// Binds the addresses; connections wait in the system's queue until [`run`](Self::run).
    ///
    /// # Errors
    /// When an address can't be bound.
    pub async fn bind(listen: &Listen, settings: Settings, routes: Routes) -> Result<Self, BindError> {
        let mut listeners = Vec::new();
        for listener in listen.bind().await? {
            let local =
                listener.local_addr().map_err(|source| BindError { address: listen.host.clone(), source })?;
            listeners.push((listener, local));
        }
        let site = Site::new(settings);
        let served = Arc::new(ArcSwap::from_pointee(Served::new(&site, &routes)));
        Ok(Self { listeners, host: listen.host.clone(), handle: Handle { site, served } })
    }

    /// The addresses listened on.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.listeners.iter().map(|(_, address)| *address)
    }

    /// The URL of a path: the host as given, with the port that was bound.
    pub fn url_of(&self, path: &str) -> String {
        let host = match self.host.as_str() {
            // An address that means every interface is none to connect to.
            "0.0.0.0" | "::" | "[::]" => "localhost".to_string(),
            host if host.contains(':') && !host.starts_with('[') => format!("[{host}]"),
            host => host.to_string(),
        };
        let port = self.listeners.first().map_or(0, |(_, address)| address.port());
        format!("ws://{host}:{port}{path}")
    }

    /// The URL of the first route.
    pub fn url(&self) -> String {
        self.url_of(&self.handle.served.load().first_path)
    }

    /// The way to reach this server while it runs.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Accepts and serves connections until [`Handle::shutdown`], then waits until the open ones are over:
    /// they get 1001, and the drain time to finish.
    pub async fn run(self) {
        let Self { listeners, handle, .. } = self;
        let accepting = listeners
            .into_iter()
            .map(|(listener, local)| tokio::spawn(accept(listener, local, handle.clone())))
            .collect::<Vec<_>>();
        for task in accepting {
            // A panic in an accept loop has been reported by the runtime; the other loop goes on.
            let _ = task.await;
        }
        let site = &handle.site;
        let context = &site.settings.context;
        let patience = context.timing.drain + context.timing.close;
        // Connections drop themselves at the deadline; the margin is for a machine under load.
        let _ = tokio::time::timeout(patience + Duration::from_secs(1), site.empty()).await;
    }
}

impl Handle {
    /// The counts and settings.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// Begins the shutdown; [`Server::run`] returns when it is done.
    pub fn shutdown(&self) {
        self.site.settings.context.shutdown.begin();
    }

    /// Begins the shutdown when `signal` completes.
    pub async fn shutdown_after(self, signal: impl Future<Output = ()>) {
        signal.await;
        self.shutdown();
    }

    /// Serves these routes to new connections. Open ones keep what they have, but those of a route that is
    /// to [close on reload](crate::Route::close_on_reload) get 1012.
    pub fn reload(&self, routes: &Routes) {
        let old = self.served.swap(Arc::new(Served::new(&self.site, routes)));
        let restart = Message::Close(Some(close::frame(1012, "the mock was edited")));
        self.site.commons().rooms.publish(&old.generation, "", restart, Audience::All);
    }
}

impl Served {
    fn new(site: &Arc<Site>, routes: &Routes) -> Self {
        let list: String =
            routes.iter().map(|route| format!("    {}  {}\n", route.path, route.about)).collect();
        let told = Arc::clone(site);
        let generation = site.next_generation();
        let router =
            site.generation_router(routes, &generation).fallback(move |request: axum::extract::Request| {
                let path = request.uri().path();
                told.refused(path, peer(request.extensions()), StatusCode::NOT_FOUND, None);
                let body = format!("Nothing is served at {path}. Routes:\n\n{list}");
                async move { (StatusCode::NOT_FOUND, body) }
            });
        let first_path = routes.iter().next().map_or("/", |route| route.path.as_str()).to_string();
        Self { router, first_path, generation }
    }
}

async fn accept(listener: TcpListener, local: SocketAddr, handle: Handle) {
    let shutdown = handle.site.settings.context.shutdown.clone();
    let begun = shutdown.begun();
    let mut begun = std::pin::pin!(begun);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut begun => return,
        };
        match accepted {
            Ok((stream, peer)) => drop(tokio::spawn(serve(stream, local, peer, handle.clone()))),
            // The connection was gone before it was accepted, or there are too many; neither ends the loop.
            Err(_) => tokio::time::sleep(EXHAUSTED_PAUSE).await,
        }
    }
}

async fn serve(stream: TcpStream, local: SocketAddr, peer: SocketAddr, handle: Handle) {
    let _ = stream.set_nodelay(true);
    let shutdown = handle.site.settings.context.shutdown.clone();
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(LocalAddr(local));
        let served = handle.served.load_full();
        async move {
            let response: Result<Response, std::convert::Infallible> =
                served.router.clone().call(request.map(axum::body::Body::new)).await;
            response.map(IntoResponse::into_response)
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::select! {
        // A request that breaks HTTP, or a client that is gone, ends here and concerns nobody else.
        _ = connection => {}
        () = shutdown.begun() => {}
    }
}
