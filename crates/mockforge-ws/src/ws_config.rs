//! The server settings of the owner's page, as plain data.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_config::Environment;
use mockforge_ws_core::{Limits, Stack, echo::Echo};
use mockforge_ws_io::Dialer;
use mockforge_ws_proxy::{WsProxyConfig, WsProxyHandler};
use mockforge_ws_server::{Listen, Settings};
use serde::{Deserialize, Serialize};

use crate::mock_server::{Builder, Source};
use crate::{MockServer, StartError};
#[cfg(feature = "ai")]
use crate::{ReplayAugmentationConfig, WebSocketAiConfig};

/// What a server is to be; [`serve`] runs it, and [`MockServer::from`] does for a test.
///
/// It serves `/ws`: the script, or another server's messages (at all paths below too; it is reached through the proxies
/// that `HTTPS_PROXY` and the like name), or generated events, and an echo where nothing is said. Of these only one can be meant, but for a script that a model, or the generator without
/// one, is to [augment](ReplayAugmentationConfig::augmentation_points).
///
/// ```
/// use std::time::Duration;
/// use mockforge_ws::WsConfig;
///
/// let config: WsConfig = serde_json::from_str(r#"{"port": 0, "heartbeat_interval": 10}"#).unwrap();
/// assert_eq!((config.port, config.heartbeat_interval), (0, Duration::from_secs(10)));
/// assert_eq!(config.max_connections, WsConfig::default().max_connections);
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WsConfig {
    /// The port to listen on, at `localhost`; 0 picks a free one.
    pub port: u16,
    /// How many connections may be open at once; more get 503.
    pub max_connections: usize,
    /// The largest message, in bytes; a larger one closes with 1009.
    pub max_message_size: usize,
    /// From ping to ping on a quiet connection, in a file as seconds; zero sends none.
    #[serde(with = "seconds")]
    pub heartbeat_interval: Duration,
    /// A script to play to each client.
    pub replay_file: Option<PathBuf>,
    /// Another server to forward to.
    pub proxy_config: Option<WsProxyConfig>,
    /// Events to generate. Feature `ai`.
    #[cfg(feature = "ai")]
    pub ai_config: Option<WebSocketAiConfig>,
}

impl Default for WsConfig {
    /// As `mockforge serve` without flags: an echo at port 3001, 10,000 connections, messages of 4 MiB, a ping each
    /// 30 seconds.
    fn default() -> Self {
        Self {
            port: 3001,
            max_connections: 10_000,
            max_message_size: 4 << 20,
            heartbeat_interval: Duration::from_secs(30),
            replay_file: None,
            proxy_config: None,
            #[cfg(feature = "ai")]
            ai_config: None,
        }
    }
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(time.as_secs_f64())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(|_| D::Error::custom("expected seconds from 0"))
    }
}

/// Serves what a config says, until the program ends.
///
/// # Errors
/// When the config has mistakes (all of them are told), or the port can't be bound.
///
/// ```no_run
/// use mockforge_ws::{WsConfig, serve};
///
/// # async fn example() -> Result<(), mockforge_ws::StartError> {
/// serve(WsConfig { replay_file: Some("feed.jsonl".into()), ..WsConfig::default() }).await?;
/// # Ok(()) }
/// ```
pub async fn serve(config: WsConfig) -> Result<(), StartError> {
    let (server, running) = MockServer::from(config).bind().await?;
    server.run().await;
    // It would have been stopped with this.
    drop(running);
    Ok(())
}

impl MockServer {
    /// A server as a config says: at its port, with its limits.
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use mockforge_ws::{MockServer, WsConfig};
    /// use tokio_tungstenite::{connect_async, tungstenite::Message};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let script = folder.path().join("feed.jsonl");
    /// # std::fs::write(&script, r#"{"text":"HELLO"}"#)?;
    /// let config = WsConfig { port: 0, replay_file: Some(script), ..WsConfig::default() };
    /// let server = MockServer::from(config).start().await?;
    /// let (mut client, _) = connect_async(server.url()).await?;
    /// assert_eq!(client.next().await.unwrap()?, Message::text("HELLO"));
    /// # Ok(()) }
    /// ```
    pub fn from(config: WsConfig) -> Builder {
        let mut settings = Settings {
            max_connections: config.max_connections,
            limits: Limits { max_message_size: config.max_message_size },
            ..Settings::default()
        };
        let interval = config.heartbeat_interval;
        settings.context.timing.heartbeat = (!interval.is_zero()).then_some(interval);
        settings.context.dialer = Arc::new(Dialer::new(Environment::real().proxies()));
        let listen = Listen { port: config.port, ..Listen::default() };
        Builder::new(config.source()).settings(settings).listen(listen)
    }
}

impl WsConfig {
    fn source(self) -> Source {
        let mut said = Vec::new();
        #[cfg(feature = "ai")]
        let augments = self.ai_config.as_ref().is_some_and(augments);
        #[cfg(feature = "ai")]
        if let (Some(file), true) = (&self.replay_file, augments)
            && self.proxy_config.is_none()
            && let Some(config) = self.ai_config
        {
            return Source::Augmented(file.clone(), Box::new(config));
        }
        said.extend(self.replay_file.map(|file| ("replay_file", Source::File(file))));
        said.extend(self.proxy_config.map(|config| ("proxy_config", Source::Forward(Box::new(config)))));
        #[cfg(feature = "ai")]
        said.extend(self.ai_config.map(|config| ("ai_config", Source::Ai(Box::new(config)))));
        if said.len() > 1 {
            return Source::Conflict(said.into_iter().map(|(name, _)| name).collect());
        }
        said.pop().map_or_else(|| Source::Mode(Stack::new(Echo::default())), |(_, source)| source)
    }
}

/// Whether messages are to be put into a script.
#[cfg(feature = "ai")]
fn augments(config: &WebSocketAiConfig) -> bool {
    let has_points = |replay: &ReplayAugmentationConfig| !replay.augmentation_points.is_empty();
    config.replay.as_ref().is_some_and(has_points)
}

/// The mode of a config that forwards.
///
/// # Errors
/// When a URL in it is none.
pub(crate) fn forwarding(config: WsProxyConfig) -> Result<Stack, StartError> {
    let handler = WsProxyHandler::new(config);
    handler.check()?;
    Ok(Stack::new(handler))
}
