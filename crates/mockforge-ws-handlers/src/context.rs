//! What a handler knows of a connection and can do with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mockforge_ws_core::{CloseFrame, Ended, Fact, Hello, Message};
use serde_json::Value;

use crate::rooms::full_name;
use crate::{ConnectionId, HandlerResult, Outbox, RoomManager};

/// A connection, as its handlers have it. A clone is a reference, and can be moved to other tasks.
///
/// Whatever is sent or published leaves in the order in which it was asked for. Sending waits while the
/// client does not read.
///
/// ```
/// use mockforge_ws_handlers::{HandlerResult, WsContext, WsHandler, WsMessage, async_trait};
///
/// struct Chat;
///
/// #[async_trait]
/// impl WsHandler for Chat {
///     async fn on_connect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
///         ctx.join_room("lobby").await?;
///         ctx.send_text(&format!("welcome, {}", ctx.connection_id)).await
///     }
///     async fn on_message(&self, ctx: &mut WsContext, msg: WsMessage) -> HandlerResult<()> {
///         match msg {
///             WsMessage::Text(text) if text == "/quit" => ctx.close(4000, "as you wish"),
///             WsMessage::Text(text) => ctx.broadcast_to_room("lobby", &text).await,
///             _ => Ok(()),
///         }
///     }
///     async fn on_disconnect(&self, ctx: &mut WsContext) -> HandlerResult<()> {
///         let code = ctx.close_frame().map(|frame| u16::from(frame.code));
///         ctx.broadcast_to_room("lobby", &format!("{} left with {code:?}", ctx.connection_id)).await
///     }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct WsContext {
    /// Which connection this is, such as `/ws#1`.
    pub connection_id: ConnectionId,
    /// The path that it asked for.
    pub path: String,
    rooms: RoomManager,
    outbox: Outbox,
    metadata: Arc<Mutex<HashMap<String, Value>>>,
}

impl WsContext {
    /// A context for tests of handlers; the server makes its own. See [`Outbox`].
    pub fn new(
        connection_id: ConnectionId,
        path: String,
        rooms: RoomManager,
        outbox: impl Into<Outbox>,
    ) -> Self {
        Self { connection_id, path, rooms, outbox: outbox.into(), metadata: Arc::default() }
    }

    /// Sends a text.
    ///
    /// # Errors
    /// Where the connection is closed, or the text is larger than the server's limit.
    pub async fn send_text(&self, text: &str) -> HandlerResult<()> {
        self.outbox.send(Message::text(text)).await
    }

    /// Sends a binary message.
    ///
    /// # Errors
    /// As [`send_text`](Self::send_text).
    pub async fn send_binary(&self, data: Vec<u8>) -> HandlerResult<()> {
        self.outbox.send(Message::binary(data)).await
    }

    /// Sends a value as JSON.
    ///
    /// # Errors
    /// As [`send_text`](Self::send_text).
    pub async fn send_json(&self, value: &Value) -> HandlerResult<()> {
        self.send_text(&serde_json::to_string(value)?).await
    }

    /// Sends any message; `Close` closes without a code.
    ///
    /// # Errors
    /// As [`send_text`](Self::send_text).
    pub async fn send(&self, message: impl Into<Message>) -> HandlerResult<()> {
        self.outbox.send(message.into()).await
    }

    /// Closes with a code and a reason; what was sent before leaves first.
    ///
    /// # Errors
    /// Where no close frame may have that code, or the connection is closed already.
    pub fn close(&self, code: u16, reason: &str) -> HandlerResult<()> {
        self.outbox.close(code, reason)
    }

    /// The close frame with which the connection ended, in `on_disconnect`: the client's where the client
    /// closed. `None` where it had no code, or the connection was lost.
    pub fn close_frame(&self) -> Option<CloseFrame> {
        self.ended()?.frame
    }

    /// How the connection ended, in `on_disconnect`: who closed, and what went wrong where something did.
    pub fn ended(&self) -> Option<Ended> {
        self.outbox.ended().cloned()
    }

    /// The handshake: query, headers, subprotocols. `None` in a context that no server made.
    pub fn hello(&self) -> Option<&Arc<Hello>> {
        self.outbox.line().map(|line| &line.hello)
    }

    /// Makes the connection a member of a room.
    ///
    /// # Errors
    /// As [`RoomManager::join`].
    pub async fn join_room(&self, room: &str) -> HandlerResult<()> {
        self.rooms.join(&self.connection_id, room).await
    }

    /// Leaves a room.
    ///
    /// # Errors
    /// As [`RoomManager::leave`].
    pub async fn leave_room(&self, room: &str) -> HandlerResult<()> {
        self.rooms.leave(&self.connection_id, room).await
    }

    /// Publishes a text to all members of a room, this connection too where it is one. It need not be.
    ///
    /// # Errors
    /// None; the signature is the wider project's.
    pub async fn broadcast_to_room(&self, room: &str, text: &str) -> HandlerResult<()> {
        self.publish(room, Message::text(text), false).await;
        Ok(())
    }

    /// Publishes a text to all members of a room but this connection.
    ///
    /// # Errors
    /// None; the signature is that of [`broadcast_to_room`](Self::broadcast_to_room).
    pub async fn broadcast_to_others(&self, room: &str, text: &str) -> HandlerResult<()> {
        self.publish(room, Message::text(text), true).await;
        Ok(())
    }

    async fn publish(&self, room: &str, message: Message, others: bool) {
        let room = full_name(room);
        let heard = self.rooms.publish(&self.connection_id, &room, message, others);
        self.note(Fact::Published { room: room.into(), heard }).await;
    }

    /// The rooms that the connection is in, until `on_disconnect` has returned.
    pub async fn get_rooms(&self) -> Vec<String> {
        self.rooms.get_connection_rooms(&self.connection_id).await
    }

    /// The rooms of the server.
    pub fn rooms(&self) -> &RoomManager {
        &self.rooms
    }

    /// Keeps a value for the connection; all of its handlers see it.
    pub async fn set_metadata(&self, key: &str, value: Value) {
        self.metadata().insert(key.to_string(), value);
    }

    /// A value that was kept.
    pub async fn get_metadata(&self, key: &str) -> Option<Value> {
        self.metadata().get(key).cloned()
    }

    /// Reports a fact, to the journal and other sinks; nothing in a context that no server made.
    pub async fn note(&self, fact: Fact) {
        self.outbox.note(fact).await;
    }

    /// What tells this connection from all others that are open in the process.
    pub(crate) fn token(&self) -> usize {
        Arc::as_ptr(&self.metadata).addr()
    }

    fn metadata(&self) -> std::sync::MutexGuard<'_, HashMap<String, Value>> {
        self.metadata.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
