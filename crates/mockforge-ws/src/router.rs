//! The routers and starters of the owner's page, for programs that bring their own axum application.

use std::sync::Arc;

use axum::Router;
use mockforge_ws_config::Environment;
use mockforge_ws_core::Stack;
use mockforge_ws_handlers::{HandlerRegistry, Handlers};
use mockforge_ws_io::{Context, Dialer};
use mockforge_ws_layers::faults::LatencyInjector;
use mockforge_ws_layers::latency::LatencyProfile;
use mockforge_ws_proxy::WsProxyHandler;
use mockforge_ws_server::{BindError, Listen, Route, Routes, Server, Settings, Site};

use crate::environment_mode::EnvironmentMode;

const PATH: &str = "/ws";
const PATHS_BELOW: &str = "/ws/{*path}";

/// A router that serves `/ws` and nothing else, to merge into a larger one.
///
/// Each connection plays the script that `MOCKFORGE_WS_REPLAY_FILE` names when it opens, and echoes
/// (`echo: {text}`) where the variable is not set. A script that can't be read or compiled closes the
/// connection with 1011.
///
/// ```
/// let app: axum::Router = mockforge_ws::router();
/// ```
pub fn router() -> Router {
    serving(Stack::new(EnvironmentMode))
}

/// As [`router`], with every message delayed and mistreated as the injector says.
///
/// ```
/// use mockforge_ws::{LatencyInjector, LatencyProfile, router_with_latency};
///
/// let injector = LatencyInjector::new(LatencyProfile::slow(), Default::default());
/// let app = router_with_latency(injector);
/// ```
pub fn router_with_latency(latency: LatencyInjector) -> Router {
    serving(Stack::new(EnvironmentMode).layer(latency))
}

/// A router that serves `/ws` and all paths below it with the handlers of a registry, and nothing else. A
/// path that none of them takes echoes.
///
/// ```
/// use std::sync::Arc;
/// use mockforge_ws::{HandlerRegistry, HandlerResult, WsContext, WsHandler, WsMessage, router_with_handlers};
/// use mockforge_ws::handlers::async_trait;
///
/// struct Chat;
///
/// #[async_trait]
/// impl WsHandler for Chat {
///     async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
///         match msg {
///             WsMessage::Text(text) => ctx.send_text(&format!("{} has {text}", ctx.path)).await,
///             _ => Ok(()),
///         }
///     }
///     fn handles_path(&self, path: &str) -> bool {
///         path.starts_with("/ws/chat")
///     }
/// }
///
/// let registry = HandlerRegistry::new();
/// registry.register(Chat);
/// let app: axum::Router = router_with_handlers(Arc::new(registry));
/// ```
pub fn router_with_handlers(registry: Arc<HandlerRegistry>) -> Router {
    let mode = Stack::new(Handlers::new(registry));
    let routes = [Route::new(PATH, mode.clone()), Route::new(PATHS_BELOW, mode)];
    Site::new(Settings::default())
        .router(&Routes::new(routes).expect("the paths are good and do not overlap"))
}

/// A router that serves `/ws` and all paths below it by forwarding to another server, and nothing else. A path that
/// the config does not forward echoes.
///
/// The owner's page, with a function that sees each message:
///
/// ```
/// extern crate mockforge_ws as mockforge_core;
/// # fn main() {
/// # use mockforge_ws::proxy::Transit;
/// # let transform_fn = mockforge_ws::TransformFn::new(|transit: Transit| transit.message);
/// use mockforge_ws::router_with_proxy;
/// use mockforge_core::{WsProxyConfig, WsProxyHandler};
///
/// let proxy_config = WsProxyConfig {
///     upstream_url: "wss://api.example.com/ws".to_string(),
///     should_proxy: true,
///     message_transform: Some(transform_fn),
///     ..Default::default()
/// };
///
/// let proxy = WsProxyHandler::new(proxy_config);
/// let app = router_with_proxy(proxy);
/// # let _: axum::Router = app;
/// # }
/// ```
///
/// Servers are reached through the proxies that `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name. A
/// connection whose messages nobody looks at is copied byte by byte.
pub fn router_with_proxy(proxy: WsProxyHandler) -> Router {
    let mode = Stack::new(proxy);
    let routes = [Route::new(PATH, mode.clone()), Route::new(PATHS_BELOW, mode)];
    let dialer = Arc::new(Dialer::new(Environment::real().proxies()));
    let settings = Settings { context: Context { dialer, ..Context::default() }, ..Settings::default() };
    Site::new(settings).router(&Routes::new(routes).expect("the paths are good and do not overlap"))
}

/// Listens on `localhost` (127.0.0.1 and \[::1\]) and serves what [`router`] serves, delayed by the profile.
///
/// # Errors
/// When the port can't be bound.
///
/// ```no_run
/// use mockforge_ws::{LatencyProfile, start_with_latency};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// start_with_latency(3001, Some(LatencyProfile::normal())).await?;
/// # Ok(()) }
/// ```
pub async fn start_with_latency(port: u16, profile: Option<LatencyProfile>) -> Result<(), ServeError> {
    start_with_latency_and_host(port, "localhost", profile).await
}

/// As [`start_with_latency`], on a host by name or address.
///
/// # Errors
/// When the address can't be bound.
pub async fn start_with_latency_and_host(
    port: u16,
    host: &str,
    profile: Option<LatencyProfile>,
) -> Result<(), ServeError> {
    let injector = LatencyInjector::new(profile.unwrap_or_default(), Default::default());
    let routes = one(Stack::new(EnvironmentMode).layer(injector));
    let listen = Listen { host: host.to_string(), port };
    Server::bind(&listen, Settings::default(), routes).await?.run().await;
    Ok(())
}

/// A server that could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address can't be bound.
    #[error("{0}; {hint}", hint = .0.hint())]
    Bind(#[from] BindError),
}

fn serving(mode: Stack) -> Router {
    Site::new(Settings::default()).router(&one(mode))
}

fn one(mode: Stack) -> Routes {
    Routes::new([Route::new(PATH, mode)]).expect("`/ws` is a good path")
}
