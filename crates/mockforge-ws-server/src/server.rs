//! A listener of our own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use axum::Router;
use http::StatusCode;
use mockforge_ws_core::{Audience, Message, close};
use tokio::net::TcpListener;

use crate::accept::{Door, accept};
use crate::lobby::Lobby;
use crate::upgrade::peer;
use crate::{BindError, Listen, Routes, ServerTls, Settings, Site};

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
    pub(crate) site: Arc<Site>,
    pub(crate) served: Arc<ArcSwap<Served>>,
    pub(crate) tls: Arc<ArcSwapOption<ServerTls>>,
}

/// What is served at the moment; replaced as a whole by a reload.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) router: Router,
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
        let handle = Handle { site, served, tls: Arc::default() };
        Ok(Self { listeners, host: listen.host.clone(), handle })
    }

    /// The same with TLS: `wss://`. Who speaks plain HTTP is told so.
    #[must_use]
    pub fn with_tls(self, tls: ServerTls) -> Self {
        self.handle.tls.store(Some(Arc::new(tls)));
        self
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
        let scheme = if self.handle.tls.load().is_some() { "wss" } else { "ws" };
        format!("{scheme}://{host}:{port}{path}")
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
        let handshakes = handle.site.settings.handshakes;
        let lobby = Lobby::new(handshakes.max_pending, handshakes.grace);
        let door = Arc::new(Door { handle: handle.clone(), lobby });
        let accepting = listeners
            .into_iter()
            .map(|(listener, local)| tokio::spawn(accept(listener, local, Arc::clone(&door))))
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

    /// Shows another certificate, and lets other clients in, from the next connection on. A server without TLS stays
    /// without: it could not say so to clients that know its URL.
    ///
    /// ```
    /// use mockforge_ws_server::{ClientAuth, Handle, ServerTls};
    ///
    /// fn renew(handle: &Handle, chain: &[u8], key: &[u8]) -> Result<(), Vec<mockforge_ws_server::TlsError>> {
    ///     handle.renew_tls(ServerTls::new(chain, key, ClientAuth::None)?);
    ///     Ok(())
    /// }
    /// ```
    pub fn renew_tls(&self, tls: ServerTls) {
        let tls = Arc::new(tls);
        self.tls.rcu(|old| old.is_some().then(|| Arc::clone(&tls)));
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
                told.refused(path, peer(request.extensions()), StatusCode::NOT_FOUND.as_u16(), None);
                let body = format!("Nothing is served at {path}. Routes:\n\n{list}");
                async move { (StatusCode::NOT_FOUND, body) }
            });
        let first_path = routes.iter().next().map_or("/", |route| route.path.as_str()).to_string();
        Self { router, first_path, generation }
    }
}
