//! Behaviour that cuts across modes: a session around a session.

use std::sync::Arc;

use crate::{Accept, Hello, Mode, Opening, Session};

/// Wraps sessions. Because modes and layers meet only here, every combination exists without code for it.
///
/// A closure is a layer:
///
/// ```
/// use mockforge_ws_core::{Cx, Event, Layer, Session};
///
/// struct Muted(Box<dyn Session>);
/// impl Session for Muted {
///     fn on(&mut self, _: Event, _: &mut Cx<'_>) {}
/// }
/// let _mute: Box<dyn Layer> =
///     Box::new(|inner: Box<dyn Session>| Box::new(Muted(inner)) as Box<dyn Session>);
/// ```
pub trait Layer: Send + Sync {
    /// Wraps the session of one connection.
    fn wrap(&self, inner: Box<dyn Session>) -> Box<dyn Session>;
}

impl<F: Fn(Box<dyn Session>) -> Box<dyn Session> + Send + Sync> Layer for F {
    fn wrap(&self, inner: Box<dyn Session>) -> Box<dyn Session> {
        self(inner)
    }
}

/// A mode under layers; the first layer is the innermost.
///
/// ```
/// use mockforge_ws_core::{Session, Stack, echo::Echo};
///
/// let unchanged = |inner: Box<dyn Session>| inner;
/// let echo = Stack::new(Echo::default()).layer(unchanged);
/// ```
#[derive(Clone)]
pub struct Stack {
    mode: Arc<dyn Mode>,
    layers: Vec<Arc<dyn Layer>>,
}

impl Stack {
    /// A mode without layers.
    pub fn new(mode: impl Mode + 'static) -> Self {
        Self { mode: Arc::new(mode), layers: Vec::new() }
    }

    /// The same under one more layer, outside of those before.
    #[must_use]
    pub fn layer(mut self, layer: impl Layer + 'static) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }
}

impl Mode for Stack {
    fn open(&self, hello: &Hello) -> Opening {
        let opening = self.mode.open(hello);
        if self.layers.is_empty() {
            return opening;
        }
        let layers = self.layers.clone();
        opening.inspected().and_then(move |accept| {
            let session = layers.iter().fold(accept.session, |inner, layer| layer.wrap(inner));
            Opening::Accept(Accept { session, ..accept })
        })
    }
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stack").field("layers", &self.layers.len()).finish_non_exhaustive()
    }
}
