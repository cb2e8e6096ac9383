//! A handler that passes some messages on to another server.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use http::Uri;
use mockforge_ws_core::Message;
use mockforge_ws_io::Dialer;

use crate::upstream::Upstream;
use crate::{HandlerError, HandlerResult, MessagePattern, WsContext, WsHandler, WsMessage};

/// What is passed on, and to whom.
#[derive(Debug, Clone)]
pub struct PassthroughConfig {
    /// Which messages.
    pub pattern: MessagePattern,
    /// To which server: a `ws://` URL.
    pub upstream_url: String,
}

impl PassthroughConfig {
    /// Passes on what a pattern takes.
    pub fn new(pattern: MessagePattern, upstream_url: impl Into<String>) -> Self {
        Self { pattern, upstream_url: upstream_url.into() }
    }

    /// Passes on the texts in which a regex is found.
    ///
    /// # Errors
    /// Where the regex is none.
    pub fn regex(regex: &str, upstream_url: impl Into<String>) -> HandlerResult<Self> {
        Ok(Self::new(MessagePattern::regex(regex)?, upstream_url))
    }
}

/// Passes messages on to another server, and what that answers back to the client.
///
/// Each client has an upstream connection of its own, opened with it and closed with it, with the client's
/// code and reason. Binary messages are passed on where the pattern takes anything. When the upstream
/// closes, the client hears nothing of it (the journal does), and the next message opens another connection;
/// when that fails, the client is closed with 1011.
///
/// ```
/// use mockforge_ws_handlers::{HandlerRegistry, PassthroughConfig, PassthroughHandler};
///
/// # fn main() -> mockforge_ws_handlers::HandlerResult<()> {
/// let config = PassthroughConfig::regex("^live:", "ws://localhost:9000/feed")?;
/// let handler = PassthroughHandler::new(config)?;
/// assert!(handler.should_passthrough("live:AAPL") && !handler.should_passthrough("ping"));
/// HandlerRegistry::new().register(handler);
/// # Ok(()) }
/// ```
pub struct PassthroughHandler {
    config: PassthroughConfig,
    url: Uri,
    dialer: Arc<Dialer>,
    /// By the connection's token.
    upstreams: Mutex<HashMap<usize, Upstream>>,
}

impl PassthroughHandler {
    /// Checks a config, and passes on by it.
    ///
    /// # Errors
    /// Where the URL is none of a WebSocket, or the pattern can take nothing.
    ///
    /// ```
    /// use mockforge_ws_handlers::{MessagePattern, PassthroughConfig, PassthroughHandler};
    ///
    /// let config = PassthroughConfig::new(MessagePattern::any(), "https://example.com");
    /// let error = PassthroughHandler::new(config).unwrap_err();
    /// assert!(error.to_string().contains("begins with `ws://` or `wss://`"), "{error}");
    /// ```
    pub fn new(config: PassthroughConfig) -> HandlerResult<Self> {
        Self::with(config, Arc::default())
    }

    /// As [`new`](Self::new), with the way to other servers: through proxies, say.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with(config: PassthroughConfig, dialer: Arc<Dialer>) -> HandlerResult<Self> {
        config.pattern.check()?;
        let url = check_url(&config.upstream_url)?;
        Ok(Self { config, url, dialer, upstreams: Mutex::default() })
    }

    /// Whether a text is passed on.
    pub fn should_passthrough(&self, text: &str) -> bool {
        self.config.pattern.matches(text)
    }

    /// To whom.
    pub fn upstream_url(&self) -> &str {
        &self.config.upstream_url
    }

    async fn forward(&self, ctx: &WsContext, message: Message) -> HandlerResult<()> {
        let open = self.upstreams().get(&ctx.token()).map(Upstream::sender);
        let message = match open {
            Some(sender) => match sender.send(message).await {
                Ok(()) => return Ok(()),
                // The upstream has closed.
                Err(unsent) => unsent.0,
            },
            None => message,
        };
        let sender = self.dial(ctx).await?;
        sender.send(message).await.map_err(|_| {
            HandlerError::ConnectionError(format!("the upstream {} closed at once", self.upstream_url()))
        })
    }

    async fn dial(&self, ctx: &WsContext) -> HandlerResult<tokio::sync::mpsc::Sender<Message>> {
        let (upstream, sender) = Upstream::dial(&self.dialer, self.url.clone(), ctx.clone()).await?;
        self.upstreams().insert(ctx.token(), upstream);
        Ok(sender)
    }

    fn upstreams(&self) -> MutexGuard<'_, HashMap<usize, Upstream>> {
        self.upstreams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check_url(text: &str) -> HandlerResult<Uri> {
    let wrong = |reason: &str| HandlerError::ConnectionError(format!("upstream `{text}`: {reason}"));
    let url: Uri = text.parse().map_err(|error: http::uri::InvalidUri| wrong(&error.to_string()))?;
    match url.scheme_str() {
        Some("ws" | "wss") if url.host().is_some_and(|host| !host.is_empty()) => Ok(url),
        Some("ws" | "wss") => Err(wrong("the host is missing")),
        _ => Err(wrong("a WebSocket URL begins with `ws://` or `wss://`")),
    }
}

#[async_trait]
impl WsHandler for PassthroughHandler {
    async fn on_connect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
        self.dial(ctx).await.map(drop)
    }

    async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
        match msg {
            WsMessage::Text(text) if self.should_passthrough(&text) => {
                self.forward(ctx, Message::text(text)).await
            }
            WsMessage::Binary(bytes) if matches!(self.config.pattern, MessagePattern::Any) => {
                self.forward(ctx, Message::binary(bytes)).await
            }
            _ => Ok(()),
        }
    }

    async fn on_disconnect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
        let upstream = self.upstreams().remove(&ctx.token());
        if let Some(upstream) = upstream {
            upstream.close(ctx.close_frame());
        }
        Ok(())
    }
}

impl fmt::Debug for PassthroughHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PassthroughHandler").field("config", &self.config).finish_non_exhaustive()
    }
}
