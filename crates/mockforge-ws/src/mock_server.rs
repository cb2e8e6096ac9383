//! A mock server for tests in users' crates.

mod live;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use mockforge_ws_config::{Environment, Problems, script};
use mockforge_ws_core::{
    FactSink, Follower, Hello, Interest, Message, Mode, Record, Seed, Stack, echo::Echo,
};
use mockforge_ws_diagnostic::{Diagnostic, Problem};
use mockforge_ws_handlers::{HandlerRegistry, HandlerResult, Handlers, RoomManager, Socket, async_mode};
use mockforge_ws_interactive::Rules;
use mockforge_ws_io::Context;
use mockforge_ws_layers::latency::{Latency, LatencyProfile};
use mockforge_ws_layers::tempo::Tempo;
use mockforge_ws_proxy::{Proxy, Target, TargetError, WsProxyConfig};
use mockforge_ws_replay::{Options, Script, compile};
#[cfg(feature = "tls")]
use mockforge_ws_server::ServerTls;
use mockforge_ws_server::{BindError, Handle, Listen, Route, RouteError, Routes, Server, Settings};
use mockforge_ws_verify::{Ledger, Report};
use serde_json::Value;
use tokio::sync::Notify;

pub use self::live::Connection;
use self::live::Live;
use crate::expecting::Expecting;
use crate::ws_config::forwarding;
#[cfg(feature = "ai")]
use crate::{AiError, ReplayAugmentationEngine, WebSocketAiConfig};

/// A mock server on a free loopback port, until it is dropped.
///
/// ```
/// use std::time::Duration;
/// use futures_util::{SinkExt, StreamExt};
/// use mockforge_ws::MockServer;
/// use tokio_tungstenite::{connect_async, tungstenite::Message};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = MockServer::replay(r#"
///     {"text": "HELLO"}
///     {"waitFor": "^SUB (?<symbol>\\w+)$", "text": "subscribed to {{capture.symbol}}"}
/// "#).start().await?;
///
/// let (mut client, _) = connect_async(server.url()).await?;
/// assert_eq!(client.next().await.unwrap()?, Message::text("HELLO"));
/// client.send(Message::text("SUB AAPL")).await?;
/// assert_eq!(client.next().await.unwrap()?, Message::text("subscribed to AAPL"));
///
/// server.expect("^SUB ").times(1).within(Duration::from_secs(1)).await?;
/// assert_eq!(server.received(), [Message::text("SUB AAPL")]);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct MockServer {
    url: String,
    #[cfg(feature = "tls")]
    tls: Option<ServerTls>,
    seed: Seed,
    handle: Handle,
    ledger: Arc<Ledger>,
    changed: Arc<Notify>,
    live: Arc<Live>,
}

impl MockServer {
    /// A server that plays a script (JSON lines) to every connection.
    pub fn replay(script: impl Into<String>) -> Builder {
        Builder::new(Source::Script(script.into()))
    }

    /// A server that plays the script in a file.
    pub fn replay_file(path: impl Into<std::path::PathBuf>) -> Builder {
        Builder::new(Source::File(path.into()))
    }

    /// A server that answers by rules: the `interactive:` section of a config, as JSON.
    pub fn rules(section: Value) -> Builder {
        Builder::new(Source::Rules(section))
    }

    /// A server that forwards to another: `ws://` or `wss://`. Where the URL has no path it is asked for the client's.
    ///
    /// ```
    /// use std::time::Duration;
    /// use futures_util::{SinkExt, StreamExt};
    /// use mockforge_ws::MockServer;
    /// use tokio_tungstenite::{connect_async, tungstenite::Message};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let real = MockServer::echo().start().await?;
    /// let server = MockServer::proxy(real.url()).start().await?;
    ///
    /// let (mut client, _) = connect_async(server.url()).await?;
    /// client.send(Message::text("hi")).await?;
    /// assert_eq!(client.next().await.unwrap()?, Message::text("echo: hi"));
    /// server.expect("^hi$").times(1).within(Duration::from_secs(1)).await?;
    /// # Ok(()) }
    /// ```
    pub fn proxy(upstream_url: impl Into<String>) -> Builder {
        Builder::new(Source::Proxy(upstream_url.into()))
    }

    /// A server that sends generated events: what a narrative says, or a whole config. Feature `ai`.
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use mockforge_ws::MockServer;
    /// use tokio_tungstenite::connect_async;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::ai("Trading in AAPL, 100 events per second").start().await?;
    ///
    /// let (mut client, _) = connect_async(server.url()).await?;
    /// let event = client.next().await.unwrap()?.into_text()?;
    /// assert!(event.contains(r#""symbol":"AAPL""#), "{event}");
    /// # Ok(()) }
    /// ```
    ///
    /// A provider that the config names has its key in the environment. To ask a model of your own, give
    /// [`mode`](Self::mode) what [`WebSocketAiConfig::mode`] makes of it.
    #[cfg(feature = "ai")]
    pub fn ai(config: impl Into<WebSocketAiConfig>) -> Builder {
        Builder::new(Source::Ai(Box::new(config.into())))
    }

    /// A server that echoes: `echo: {text}`.
    pub fn echo() -> Builder {
        Self::mode(Echo::default())
    }

    /// A server on the handlers of a registry, which can be changed while it runs. A path that none of them
    /// takes echoes.
    ///
    /// ```
    /// use futures_util::{SinkExt, StreamExt};
    /// use mockforge_ws::handlers::{Message, WsMessage, handler_fn};
    /// use mockforge_ws::{HandlerRegistry, MockServer};
    /// use tokio_tungstenite::connect_async;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let registry = HandlerRegistry::new();
    /// registry.register(handler_fn(|msg, ctx| async move {
    ///     match msg {
    ///         WsMessage::Text(text) => ctx.send_text(&text.to_uppercase()).await,
    ///         _ => Ok(()),
    ///     }
    /// }));
    /// let server = MockServer::handlers(registry).start().await?;
    ///
    /// let (mut client, _) = connect_async(server.url()).await?;
    /// client.send(Message::text("hi")).await?;
    /// assert_eq!(client.next().await.unwrap()?, Message::text("HI"));
    /// # Ok(()) }
    /// ```
    pub fn handlers(registry: impl Into<Arc<HandlerRegistry>>) -> Builder {
        Self::mode(Handlers::new(registry.into()))
    }

    /// A server that gives each connection to an async function.
    ///
    /// ```
    /// use futures_util::{SinkExt, StreamExt};
    /// use mockforge_ws::MockServer;
    /// use mockforge_ws::handlers::Message;
    /// use tokio_tungstenite::connect_async;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::handler(|mut socket| async move {
    /// // Echo mode (default)
    /// while let Some(msg) = socket.recv().await {
    ///     if let Ok(Message::Text(text)) = msg {
    ///         let response = format!("echo: {}", text);
    ///         socket.send(Message::Text(response.into())).await?;
    ///     }
    /// }
    /// Ok(())
    /// }).start().await?;
    ///
    /// let (mut client, _) = connect_async(server.url()).await?;
    /// client.send(Message::text("hi")).await?;
    /// assert_eq!(client.next().await.unwrap()?, Message::text("echo: hi"));
    /// # Ok(()) }
    /// ```
    pub fn handler<F, Serving>(serve: F) -> Builder
    where
        F: Fn(Socket) -> Serving + Clone + Send + Sync + 'static,
        Serving: Future<Output = HandlerResult<()>> + Send + 'static,
    {
        Self::mode(async_mode(serve))
    }

    /// A server on a mode of your own, or a closure from handshake to opening.
    pub fn mode(mode: impl Mode + 'static) -> Builder {
        Builder::new(Source::Mode(Stack::new(mode)))
    }

    /// `ws://127.0.0.1:PORT/ws`, or the path that the builder was given; `wss://` with TLS.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate in PEM, for clients to trust where nobody has signed it; `None` without TLS. Feature `tls`.
    #[cfg(feature = "tls")]
    pub fn certificate(&self) -> Option<&str> {
        self.tls.as_ref().map(ServerTls::certificate)
    }

    /// The rooms of the server, to publish from the test:
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use mockforge_ws::MockServer;
    /// use mockforge_ws::handlers::Message;
    /// use tokio_tungstenite::connect_async;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::handler(|mut socket| async move {
    ///     socket.context().join_room("news").await?;
    ///     socket.send(Message::text("ready")).await?;
    ///     socket.closed().await;
    ///     Ok(())
    /// }).start().await?;
    /// let (mut client, _) = connect_async(server.url()).await?;
    /// assert_eq!(client.next().await.unwrap()?, Message::text("ready"));
    ///
    /// server.rooms().get_broadcaster("news").await.send("rain")?;
    /// assert_eq!(client.next().await.unwrap()?, Message::text("rain"));
    /// # Ok(()) }
    /// ```
    pub fn rooms(&self) -> RoomManager {
        RoomManager::over(self.handle.site().commons().rooms.clone())
    }

    /// The connections that are open, the oldest first: to push to a client from the test, and to close or drop it.
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use mockforge_ws::MockServer;
    /// use tokio_tungstenite::{connect_async, tungstenite::Message};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::echo().start().await?;
    /// let (mut client, _) = connect_async(server.url()).await?;
    /// let connection = server.connected(1).await.remove(0);
    /// connection.send(Message::text(r#"{"price":101.5}"#))?;
    /// assert_eq!(client.next().await.unwrap()?, Message::text(r#"{"price":101.5}"#));
    /// connection.close(4001, "token expired")?;
    /// assert!(client.next().await.unwrap()?.is_close());
    /// # Ok(()) }
    /// ```
    pub fn connections(&self) -> Vec<Connection> {
        self.live.connections()
    }

    /// As [`connections`](Self::connections), once as many are open.
    pub async fn connected(&self, count: usize) -> Vec<Connection> {
        loop {
            let opened = self.live.opened.notified();
            let connections = self.connections();
            if connections.len() >= count {
                return connections;
            }
            opened.await;
        }
    }

    /// The data messages that clients have sent, in the order of their arrival.
    pub fn received(&self) -> Vec<Message> {
        self.ledger.received().iter().map(|received| received.message.message().clone()).collect()
    }

    /// Expects a message that matches a pattern (a regex, or a JSONPath beginning with `$`): at least once
    /// and within five seconds, unless told otherwise. Await it.
    pub fn expect(&self, pattern: &str) -> Expecting<'_> {
        Expecting::new(&self.ledger, &self.changed, self.seed, pattern)
    }

    /// The verdict on the sessions that are over: which waits and `in` lines of the script were left unmet.
    pub fn report(&self) -> Report {
        self.ledger.report(self.seed)
    }

    /// Waits until `count` sessions are over in all, then gives the verdict.
    pub async fn sessions(&self, count: u64) -> Report {
        loop {
            let changed = self.changed.notified();
            if self.ledger.sessions_over() >= count {
                return self.report();
            }
            changed.await;
        }
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

#[derive(Debug)]
pub(crate) enum Source {
    Script(String),
    File(PathBuf),
    Rules(Value),
    Proxy(String),
    /// Where and how, at all paths below too.
    Forward(Box<WsProxyConfig>),
    #[cfg(feature = "ai")]
    Ai(Box<WebSocketAiConfig>),
    /// A script, and what is put into it.
    #[cfg(feature = "ai")]
    Augmented(PathBuf, Box<WebSocketAiConfig>),
    Mode(Stack),
    /// Several of these, by the names of their settings.
    Conflict(Vec<&'static str>),
}

/// How a [`MockServer`] is set up; [`start`](Self::start) starts it.
#[derive(Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder {
    source: Source,
    path: String,
    seed: Seed,
    latency: LatencyProfile,
    tempo: Option<Tempo>,
    settings: Settings,
    listen: Listen,
    #[cfg(feature = "tls")]
    tls: Option<ServerTls>,
}

impl Builder {
    pub(crate) fn new(source: Source) -> Self {
        Self {
            source,
            path: "/ws".into(),
            seed: Seed::default(),
            latency: LatencyProfile::none(),
            tempo: None,
            settings: Settings::default(),
            listen: Listen { host: "127.0.0.1".into(), port: 0 },
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    pub(crate) fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    pub(crate) fn listen(self, listen: Listen) -> Self {
        Self { listen, ..self }
    }

    /// Serves this path instead of `/ws`; `{name}` takes a segment.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The seed of everything random; 0 unless told otherwise.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Seed(seed);
        self
    }

    /// Delays every message.
    pub fn latency(mut self, profile: LatencyProfile) -> Self {
        self.latency = profile;
        self
    }

    /// Lets scripts, streams and their time-outs go by a tempo, which pauses, resumes and speeds them up while clients
    /// are connected.
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use mockforge_ws::{MockServer, Tempo};
    /// use tokio_tungstenite::{connect_async, tungstenite::Message};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let tempo = Tempo::new(1000.0)?;
    /// let script = r#"{"text": "now"}
    ///                 {"ts": 60000, "text": "a minute later"}"#;
    /// let server = MockServer::replay(script).tempo(tempo.clone()).start().await?;
    ///
    /// let (mut client, _) = connect_async(server.url()).await?;
    /// assert_eq!(client.next().await.unwrap()?, Message::text("now"));
    /// tempo.pause();
    /// tempo.resume();
    /// assert_eq!(client.next().await.unwrap()?, Message::text("a minute later"));
    /// # Ok(()) }
    /// ```
    pub fn tempo(mut self, tempo: Tempo) -> Self {
        self.tempo = Some(tempo);
        self
    }

    /// Serves `wss://` with a certificate that is made for it, of `localhost`, 127.0.0.1 and ::1. Feature `tls`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use futures_util::StreamExt;
    /// use mockforge_ws::MockServer;
    /// use rustls::pki_types::{CertificateDer, pem::PemObject};
    /// use tokio_tungstenite::{Connector, connect_async_tls_with_config, tungstenite::Message};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::replay(r#"{"text": "HELLO"}"#).tls_auto().start().await?;
    /// assert!(server.url().starts_with("wss://127.0.0.1:"));
    ///
    /// let mut roots = rustls::RootCertStore::empty();
    /// roots.add(CertificateDer::from_pem_slice(server.certificate().unwrap().as_bytes())?)?;
    /// let ring = Arc::new(rustls::crypto::ring::default_provider());
    /// let trusting = rustls::ClientConfig::builder_with_provider(ring)
    ///     .with_safe_default_protocol_versions()?
    ///     .with_root_certificates(roots)
    ///     .with_no_client_auth();
    ///
    /// let connector = Some(Connector::Rustls(Arc::new(trusting)));
    /// let (mut client, _) = connect_async_tls_with_config(server.url(), None, false, connector).await?;
    /// assert_eq!(client.next().await.unwrap()?, Message::text("HELLO"));
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "tls")]
    pub fn tls_auto(self) -> Self {
        let names = ["localhost", "127.0.0.1", "::1"];
        let tls = ServerTls::self_signed(names, mockforge_ws_server::ClientAuth::None);
        self.tls(tls.expect("only the CAs of clients could be wrong"))
    }

    /// Serves `wss://` with a certificate of your own, perhaps for clients that show one too. Feature `tls`.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: ServerTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Starts on a free loopback port, on the present tokio runtime.
    ///
    /// # Errors
    /// When the script has mistakes (all of them are told), or no port is free.
    pub async fn start(self) -> Result<MockServer, StartError> {
        let (server, running) = self.bind().await?;
        tokio::spawn(server.run());
        Ok(running)
    }

    /// The server that is to be run, and what is left in the hand of who has it run.
    pub(crate) async fn bind(self) -> Result<(Server, MockServer), StartError> {
        let below = match self.source {
            Source::Forward(_) => Some(format!("{}/{{*path}}", self.path.trim_end_matches('/'))),
            _ => None,
        };
        let mode = match self.source {
            Source::Mode(mode) => mode,
            Source::Script(text) => Stack::new(compiled(&text)?.mode()),
            Source::File(path) => Stack::new(script(&path, &Environment::real())?.mode()),
            Source::Proxy(url) => Stack::new(Proxy::new(Target::new(&url)?.under(&self.path))),
            Source::Forward(config) => forwarding(*config)?,
            Source::Conflict(settings) => return Err(StartError::Conflict(settings)),
            #[cfg(feature = "ai")]
            Source::Ai(config) => Stack::new(ReplayAugmentationEngine::new(*config)?.mode().clone()),
            #[cfg(feature = "ai")]
            Source::Augmented(path, config) => {
                let text = mockforge_ws_config::script_text(&path, &Environment::real())?;
                let augmented = ReplayAugmentationEngine::new(*config)?.augment(&text).await?;
                Stack::new(compiled(&augmented.finish())?.mode())
            }
            Source::Rules(section) => {
                let rules = Rules::compile(&section, &Default::default());
                Stack::new(rules.map_err(StartError::Rules)?)
            }
        };
        let mode = match self.tempo {
            Some(tempo) => mode.layer(tempo),
            None => mode,
        };
        let mode = mode.layer(Latency::new(self.latency));
        let paths = [Some(self.path), below].into_iter().flatten();
        let routes = Routes::new(paths.map(|path| Route::new(path, mode.clone())))?;
        let (ledger, changed) = (Arc::<Ledger>::default(), Arc::<Notify>::default());
        let live = Arc::<Live>::default();
        let watcher =
            Watcher { ledger: Arc::clone(&ledger), changed: Arc::clone(&changed), live: Arc::clone(&live) };
        let settings = Settings {
            seed: self.seed,
            context: Context { sink: Arc::new(watcher), ..self.settings.context },
            ..self.settings
        };
        let server = Server::bind(&self.listen, settings, routes).await?;
        #[cfg(feature = "tls")]
        let server = match &self.tls {
            Some(tls) => server.with_tls(tls.clone()),
            None => server,
        };
        let (url, handle) = (server.url(), server.handle().clone());
        let running = MockServer {
            url,
            #[cfg(feature = "tls")]
            tls: self.tls,
            seed: self.seed,
            handle,
            ledger,
            changed,
            live,
        };
        Ok((server, running))
    }
}

fn compiled(text: &str) -> Result<Script, StartError> {
    let compiled = compile(text, &Options::new("script"));
    compiled.script.ok_or(StartError::Script(compiled.diagnostics))
}

fn lines(mistakes: &[impl ToString]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A mock server that could not be started.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The file can't be read, or the script in it has mistakes.
    #[error("{0}")]
    File(#[from] Problems),
    /// The script has mistakes.
    #[error("{}", lines(.0))]
    Script(Vec<Diagnostic>),
    /// The rules have mistakes.
    #[error("{}", lines(.0))]
    Rules(Vec<Problem>),
    /// The config of generated events has mistakes.
    #[cfg(feature = "ai")]
    #[error(transparent)]
    Ai(#[from] AiError),
    /// The URL of the server to forward to is none.
    #[error(transparent)]
    Upstream(#[from] TargetError),
    /// Several settings of a config each say what is served.
    #[error("`{}` each say what is served; leave all but one out", .0.join("` and `"))]
    Conflict(Vec<&'static str>),
    /// The path is none.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// No port is free.
    #[error(transparent)]
    Bind(#[from] BindError),
}

/// As its `Display`, so that `unwrap` in a test shows every mistake on a line of its own.
impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Keeps the ledger and wakes those who wait for it.
struct Watcher {
    ledger: Arc<Ledger>,
    changed: Arc<Notify>,
    live: Arc<Live>,
}

impl FactSink for Watcher {
    fn note(&self, record: Record<'_>) {
        self.ledger.note(record);
        self.changed.notify_waiters();
    }

    fn follow(&self, _: &Hello) -> Option<Box<dyn Follower>> {
        Some(self.live.follow())
    }

    fn interest(&self) -> Interest {
        self.ledger.interest()
    }
}
