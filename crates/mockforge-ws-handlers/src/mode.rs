//! The modes that run user code.

use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt as _;
use mockforge_ws_core::{Hello, Mode, Opening, echo::Echo};

use crate::bridge::{Bridge, Run};
use crate::conversation::converse;
use crate::rooms::Exchange;
use crate::{HandlerRegistry, HandlerResult, Socket};

/// Serves what the handlers of a registry say. A path that none of them takes echoes (`echo: {text}`).
///
/// Each connection has a task of its own, so a handler that takes its time slows no other connection. The
/// task is spawned on the tokio runtime of the event loop.
///
/// ```
/// use std::sync::Arc;
/// use mockforge_ws_core::Stack;
/// use mockforge_ws_handlers::{HandlerRegistry, Handlers};
///
/// let mode = Stack::new(Handlers::new(Arc::new(HandlerRegistry::new())));
/// ```
#[derive(Debug, Clone)]
pub struct Handlers {
    registry: Arc<HandlerRegistry>,
    exchange: Arc<Exchange>,
}

impl Handlers {
    /// Serves a registry, which can be changed meanwhile.
    pub fn new(registry: Arc<HandlerRegistry>) -> Self {
        Self { registry, exchange: Arc::default() }
    }
}

impl Mode for Handlers {
    fn open(&self, hello: &Hello) -> Opening {
        let registry = &self.registry;
        if !registry.is_hot_reload_enabled() && !registry.has_handler_for(&hello.path) {
            return Echo::default().open(hello);
        }
        let registry = Arc::clone(registry);
        let run: Run = Box::new(move |socket| converse(registry, socket).boxed());
        Opening::accept(Bridge::new(run, Arc::clone(&self.exchange)))
    }
}

/// A mode from an async function that has the connection for itself: it receives and sends until it returns,
/// which closes with 1000; an error or a panic closes with 1011.
///
/// ```
/// use mockforge_ws_core::Message;
/// use mockforge_ws_handlers::async_mode;
///
/// let mode = async_mode(|mut socket| async move {
///     while let Some(Ok(message)) = socket.recv().await {
///         if let Message::Text(text) = message {
///             socket.send(Message::Text(text)).await?;
///         }
///     }
///     Ok(())
/// });
/// ```
pub fn async_mode<F, Serving>(serve: F) -> AsyncMode<F>
where
    F: Fn(Socket) -> Serving + Clone + Send + Sync + 'static,
    Serving: Future<Output = HandlerResult<()>> + Send + 'static,
{
    AsyncMode { serve, exchange: Arc::default() }
}

/// The mode that [`async_mode`] makes.
#[derive(Clone)]
pub struct AsyncMode<F> {
    serve: F,
    exchange: Arc<Exchange>,
}

impl<F, Serving> Mode for AsyncMode<F>
where
    F: Fn(Socket) -> Serving + Clone + Send + Sync + 'static,
    Serving: Future<Output = HandlerResult<()>> + Send + 'static,
{
    fn open(&self, _: &Hello) -> Opening {
        let serve = self.serve.clone();
        let run: Run = Box::new(move |socket| serve(socket).boxed());
        Opening::accept(Bridge::new(run, Arc::clone(&self.exchange)))
    }
}

impl<F> fmt::Debug for AsyncMode<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncMode").finish_non_exhaustive()
    }
}
