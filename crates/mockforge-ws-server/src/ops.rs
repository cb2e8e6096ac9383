//! What those who run a server ask of it, on a port of its own: numbers, and whether it lives and is ready.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower_service::Service;

use crate::host::is_local;
use crate::{BindError, Handle, Listen};

/// How long a client may take to send its request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait when the system has nothing left for one more connection.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);
/// How many connections are served at once; further ones wait in the system's queue.
const MAX_CONNECTIONS: usize = 64;

/// A listener beside the mock's, so that nothing of a mock is ever in the way of these paths:
///
/// | path | answer to a GET |
/// |---|---|
/// | `/metrics` | 200 with the page that was given (Prometheus text format 0.0.4) |
/// | `/healthz` | 200 as long as the process can answer |
/// | `/readyz` | 200, or 503 once the server shuts down and takes no more connections |
///
/// All else is 404.
///
/// ```
/// use mockforge_ws_server::{Listen, Ops, Routes, Server, Settings};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::bind(&Listen::free_port(), Settings::default(), Routes::new([])?).await?;
/// let ops = Ops::bind(&Listen::free_port()).await?;
/// println!("http://{}/metrics", ops.addresses().next().expect("one at least"));
/// let running = tokio::spawn(ops.run(server.handle().clone(), || "# nothing yet\n".to_string()));
/// # server.handle().shutdown();
/// server.run().await;
/// running.abort();
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Ops {
    listeners: Vec<TcpListener>,
}

impl Ops {
    /// Binds the addresses.
    ///
    /// # Errors
    /// When one can't be bound.
    pub async fn bind(listen: &Listen) -> Result<Self, BindError> {
        Ok(Self { listeners: listen.bind().await? })
    }

    /// The addresses listened on.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.listeners.iter().filter_map(|listener| listener.local_addr().ok())
    }

    /// Answers for a server until this is dropped: it goes on while the server shuts down. As on the mock's own
    /// port, a request that comes to loopback under a foreign `Host` is refused.
    pub async fn run(self, server: Handle, metrics: impl Fn() -> String + Send + Sync + 'static) {
        let router = router(server, metrics);
        let mut accepting = JoinSet::new();
        for listener in self.listeners {
            accepting.spawn(accept(listener, router.clone()));
        }
        while accepting.join_next().await.is_some() {}
    }
}

fn router(server: Handle, metrics: impl Fn() -> String + Send + Sync + 'static) -> Router {
    let shutdown = server.site().settings.context.shutdown.clone();
    let ready = move || std::future::ready(readiness(shutdown.has_begun()));
    let metrics = Arc::new(metrics);
    let page = move || {
        let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
        std::future::ready((kind, metrics()))
    };
    Router::new()
        .route("/metrics", get(page))
        .route("/healthz", get(|| std::future::ready("ok\n")))
        .route("/readyz", get(ready))
        .fallback(|| {
            std::future::ready((StatusCode::NOT_FOUND, "Here are /metrics, /healthz and /readyz.\n"))
        })
        .layer(from_fn(move |request, next| guard(server.clone(), request, next)))
}

fn readiness(is_leaving: bool) -> (StatusCode, &'static str) {
    match is_leaving {
        true => (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n"),
        false => (StatusCode::OK, "ready\n"),
    }
}

/// Keeps web pages out that reach loopback through a name of their own.
async fn guard(server: Handle, request: Request, next: Next) -> Response {
    let local = request.extensions().get::<SocketAddr>();
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if local.is_some_and(|local| local.ip().is_loopback())
        && !is_local(host, &server.site().settings.allow_hosts)
    {
        return (StatusCode::FORBIDDEN, "Not under that Host name.\n").into_response();
    }
    next.run(request).await
}

async fn accept(listener: TcpListener, router: Router) {
    let mut serving = JoinSet::new();
    loop {
        if serving.len() >= MAX_CONNECTIONS {
            serving.join_next().await;
        }
        while serving.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => drop(serving.spawn(serve(stream, router.clone()))),
            // As on the mock's port.
            Err(_) => tokio::time::sleep(EXHAUSTED_PAUSE).await,
        }
    }
}

async fn serve(stream: TcpStream, router: Router) {
    let local = stream.local_addr();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        if let Ok(local) = local {
            request.extensions_mut().insert(local);
        }
        let mut router = router.clone();
        async move {
            let response: Result<Response, Infallible> =
                router.call(request.map(axum::body::Body::new)).await;
            response
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    // A request that breaks HTTP, or a client that is gone, concerns nobody else.
    let _ = connection.await;
}
