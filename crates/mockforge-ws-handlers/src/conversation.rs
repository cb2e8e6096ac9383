//! One connection and the handlers of its path.

use std::sync::Arc;

use mockforge_ws_core::Message;

use crate::bridge::contained;
use crate::registry::Handlers;
use crate::{HandlerRegistry, HandlerResult, Socket, WsContext, WsHandler, WsMessage};

/// Tells the handlers of a connection, from its opening to its end.
pub(crate) async fn converse(registry: Arc<HandlerRegistry>, mut socket: Socket) -> HandlerResult<()> {
    let mut ctx = socket.context();
    let mut circle = Circle { present: Vec::new(), greeted: Vec::new(), seen: registry.all(), registry };
    circle.assemble(&ctx.path);
    if let Err(error) = circle.talk(&mut socket, &mut ctx).await {
        socket.fail(&error);
    }
    // A failed or closed connection takes a moment to end, and `on_disconnect` is to know how it did.
    socket.closed().await;
    for handler in std::mem::take(&mut circle.greeted) {
        // The connection's last fact has been told, so there is nobody to tell this to.
        let _ = contained(handler.on_disconnect(&mut ctx)).await;
    }
    Ok(())
}

/// The handlers that a connection is told to.
struct Circle {
    registry: Arc<HandlerRegistry>,
    /// The registry as it was looked at last.
    seen: Arc<Handlers>,
    /// Those of the path.
    present: Handlers,
    /// Those who heard `on_connect` and are owed `on_disconnect`.
    greeted: Handlers,
}

impl Circle {
    async fn talk(&mut self, socket: &mut Socket, ctx: &mut WsContext) -> HandlerResult<()> {
        self.greet(socket, ctx).await?;
        while let Some(Ok(message)) = socket.recv().await {
            if message.is_close() {
                continue;
            }
            if self.registry.is_hot_reload_enabled() {
                self.follow(&ctx.path);
                self.greet(socket, ctx).await?;
            }
            if self.present.is_empty() {
                excused(echo(ctx, message).await, socket)?;
                continue;
            }
            let message = WsMessage::from(message);
            for handler in &self.present {
                excused(contained(handler.on_message(ctx, message.clone())).await, socket)?;
            }
        }
        Ok(())
    }

    /// Looks whether the registry has changed.
    fn follow(&mut self, path: &str) {
        let registered = self.registry.all();
        if !Arc::ptr_eq(&registered, &self.seen) {
            self.seen = registered;
            self.assemble(path);
        }
    }

    fn assemble(&mut self, path: &str) {
        self.present = self.seen.iter().filter(|handler| handler.handles_path(path)).cloned().collect();
    }

    async fn greet(&mut self, socket: &Socket, ctx: &mut WsContext) -> HandlerResult<()> {
        for handler in &self.present {
            if !self.greeted.iter().any(|known| is_same(known, handler)) {
                self.greeted.push(Arc::clone(handler));
                excused(contained(handler.on_connect(ctx)).await, socket)?;
            }
        }
        Ok(())
    }
}

/// That nothing can be sent to a client which has left is no failure of a handler.
fn excused(outcome: HandlerResult<()>, socket: &Socket) -> HandlerResult<()> {
    if socket.is_over() { Ok(()) } else { outcome }
}

fn is_same(one: &Arc<dyn WsHandler>, other: &Arc<dyn WsHandler>) -> bool {
    std::ptr::addr_eq(Arc::as_ptr(one), Arc::as_ptr(other))
}

async fn echo(ctx: &WsContext, message: Message) -> HandlerResult<()> {
    match message {
        Message::Text(text) => ctx.send_text(&format!("echo: {text}")).await,
        Message::Binary(bytes) => ctx.send(Message::Binary(bytes)).await,
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => Ok(()),
    }
}
