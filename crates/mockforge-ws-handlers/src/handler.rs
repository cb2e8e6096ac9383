//! What users write.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{HandlerResult, WsContext, WsMessage};

/// Behaviour in async Rust. One handler serves all connections; what belongs to one of them is in its
/// [`WsContext`].
///
/// The calls for one connection come one after the other, in the order of its messages; those for different
/// connections run side by side. A call that errs or panics ends its connection with 1011.
///
/// An async closure is a handler too; [`handler_fn`] saves it the types.
///
/// ```
/// use mockforge_ws_handlers::{HandlerRegistry, HandlerResult, WsContext, WsHandler, WsMessage, async_trait};
///
/// struct Greeter;
///
/// #[async_trait]
/// impl WsHandler for Greeter {
///     async fn on_connect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
///         ctx.send_text("hello").await
///     }
///     async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
///         if let WsMessage::Text(text) = msg {
///             ctx.send_text(&format!("you said {text}")).await?;
///         }
///         Ok(())
///     }
///     fn handles_path(&self, path: &str) -> bool {
///         path == "/ws"
///     }
/// }
/// let registry = HandlerRegistry::new();
/// registry.register(Greeter);
/// ```
#[async_trait]
pub trait WsHandler: Send + Sync {
    /// The connection is open. Nothing unless told otherwise.
    async fn on_connect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
        let _ = ctx;
        Ok(())
    }

    /// A message came. Pings and pongs come too, for information; `Close` never does, see
    /// [`on_disconnect`](Self::on_disconnect).
    async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()>;

    /// The connection is over, and all of its messages have been handled. Nothing can be sent to it any
    /// more, but to its rooms; [`WsContext::close_frame`] has the client's code and reason. What fails here
    /// has no one to be told to.
    async fn on_disconnect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
        let _ = ctx;
        Ok(())
    }

    /// Whether connections to that path are this handler's; all unless told otherwise.
    fn handles_path(&self, path: &str) -> bool {
        let _ = path;
        true
    }
}

#[async_trait]
impl<F, Answer> WsHandler for F
where
    F: Fn(WsMessage, WsContext) -> Answer + Send + Sync,
    Answer: Future<Output = HandlerResult<()>> + Send + 'static,
{
    async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
        self(msg, ctx.clone()).await
    }
}

#[async_trait]
impl<H: WsHandler + ?Sized> WsHandler for Arc<H> {
    async fn on_connect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
        (**self).on_connect(ctx).await
    }

    async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
        (**self).on_message(ctx, msg).await
    }

    async fn on_disconnect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
        (**self).on_disconnect(ctx).await
    }

    fn handles_path(&self, path: &str) -> bool {
        (**self).handles_path(path)
    }
}

/// A handler from an async closure that takes messages.
///
/// ```
/// use mockforge_ws_handlers::{HandlerRegistry, WsMessage, handler_fn};
///
/// let registry = HandlerRegistry::new();
/// registry.register(handler_fn(|msg, ctx| async move {
///     match msg {
///         WsMessage::Text(text) => ctx.send_text(&text.to_uppercase()).await,
///         _ => Ok(()),
///     }
/// }));
/// ```
pub fn handler_fn<F, Answer>(handler: F) -> F
where
    F: Fn(WsMessage, WsContext) -> Answer + Send + Sync,
    Answer: Future<Output = HandlerResult<()>> + Send + 'static,
{
    handler
}
