//! Which handlers there are.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::WsHandler;

pub(crate) type Handlers = Vec<Arc<dyn WsHandler>>;

/// The handlers of a server. Every handler that takes a path hears all of its connections' messages, in the
/// order in which they were registered.
///
/// It can be changed while it serves: connections that open later have what is registered then. With
/// [hot reload](Self::with_hot_reload) those that are open follow too, from their next message on: a handler
/// that is new to a connection hears `on_connect` first, one that was taken away still hears
/// `on_disconnect` in the end.
///
/// ```
/// use mockforge_ws_handlers::{HandlerRegistry, handler_fn};
///
/// let registry = HandlerRegistry::with_hot_reload();
/// registry.register(handler_fn(|_, ctx| async move { ctx.send_text("first").await }));
/// assert!(registry.has_handler_for("/ws/chat"));
/// registry.clear();
/// assert!(registry.is_empty());
/// ```
#[derive(Default)]
pub struct HandlerRegistry {
    handlers: ArcSwap<Handlers>,
    hot_reload: bool,
}

impl HandlerRegistry {
    /// Without handlers, and without hot reload.
    pub fn new() -> Self {
        Self::default()
    }

    /// Without handlers; connections follow every change at once.
    pub fn with_hot_reload() -> Self {
        Self { hot_reload: true, ..Self::default() }
    }

    /// Whether connections follow changes.
    pub fn is_hot_reload_enabled(&self) -> bool {
        self.hot_reload
    }

    /// Adds a handler behind the others. An `Arc<dyn WsHandler>` is one too.
    pub fn register(&self, handler: impl WsHandler + 'static) -> &Self {
        let handler: Arc<dyn WsHandler> = Arc::new(handler);
        self.handlers.rcu(|handlers| {
            let mut handlers = Handlers::clone(handlers);
            handlers.push(Arc::clone(&handler));
            handlers
        });
        self
    }

    /// The handlers that take a path.
    pub fn get_handlers(&self, path: &str) -> Vec<Arc<dyn WsHandler>> {
        self.handlers.load().iter().filter(|handler| handler.handles_path(path)).cloned().collect()
    }

    /// Whether some handler takes a path.
    pub fn has_handler_for(&self, path: &str) -> bool {
        self.handlers.load().iter().any(|handler| handler.handles_path(path))
    }

    /// Takes all handlers away.
    pub fn clear(&self) {
        self.handlers.store(Arc::default());
    }

    /// How many handlers there are.
    pub fn len(&self) -> usize {
        self.handlers.load().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All handlers, by which a change is told.
    pub(crate) fn all(&self) -> Arc<Handlers> {
        self.handlers.load_full()
    }
}

impl fmt::Debug for HandlerRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerRegistry")
            .field("len", &self.len())
            .field("hot_reload", &self.hot_reload)
            .finish_non_exhaustive()
    }
}
