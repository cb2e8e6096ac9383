//! A connection as an async function has it.

use std::sync::Arc;

use mockforge_ws_core::{Ended, Hello, Message, Status, close};
use tokio::sync::mpsc;

use crate::line::Line;
use crate::{HandlerError, HandlerResult, Outbox, RoomManager, WsContext};

/// A connection, to receive from and send to.
///
/// Both ways are bounded: the client is not read while 64 messages or 1 MiB wait to be received, and
/// [`send`](Self::send) waits while as much waits to leave. Pings are answered below.
///
/// ```
/// use mockforge_ws_core::Message;
/// use mockforge_ws_handlers::{HandlerResult, Socket};
///
/// async fn shout(mut socket: Socket) -> HandlerResult<()> {
///     while let Some(Ok(message)) = socket.recv().await {
///         if let Message::Text(text) = message {
///             socket.send(Message::text(text.to_uppercase())).await?;
///         }
///     }
///     Ok(())
/// }
/// let mode = mockforge_ws_handlers::async_mode(shout);
/// ```
#[derive(Debug)]
pub struct Socket {
    line: Arc<Line>,
    inbox: mpsc::Receiver<Message>,
    rooms: RoomManager,
    told: bool,
}

impl Socket {
    pub(crate) fn new(line: Arc<Line>, inbox: mpsc::Receiver<Message>, rooms: RoomManager) -> Self {
        Self { line, inbox, rooms, told: false }
    }

    /// The next message. Last come a close frame, with the code and reason of who closed, or the error by
    /// which the connection was lost; then `None`.
    ///
    /// Nothing is lost where the future is dropped, so it can stand in a `select!`.
    pub async fn recv(&mut self) -> Option<HandlerResult<Message>> {
        if let Some(message) = self.inbox.recv().await {
            self.line.taken(message.len());
            return Some(Ok(message));
        }
        if std::mem::replace(&mut self.told, true) {
            return None;
        }
        let lost = || Some(Err(HandlerError::ConnectionError("the connection was lost".into())));
        let Some(ended) = self.line.ended() else { return lost() };
        match (ended.status, &ended.reason) {
            (Status::Normal | Status::ClientClose, _) => Some(Ok(Message::Close(ended.frame.clone()))),
            (_, Some(reason)) => Some(Err(HandlerError::ConnectionError(reason.clone()))),
            (_, None) => lost(),
        }
    }

    /// Sends a message, when there is room. `Message::Close` closes.
    ///
    /// # Errors
    /// Where the connection is closed, or the message is larger than the server's limit.
    pub async fn send(&self, message: Message) -> HandlerResult<()> {
        self.line.send(message).await
    }

    /// Closes with a code and a reason; what was sent before leaves first.
    ///
    /// # Errors
    /// Where no close frame may have that code, or the connection is closed already.
    pub fn close(&self, code: u16, reason: &str) -> HandlerResult<()> {
        Outbox::from(Arc::clone(&self.line)).close(code, reason)
    }

    /// Waits until the connection is over, throwing away what still comes, and says how it ended; `None`
    /// where it was dropped without an end.
    pub async fn closed(&mut self) -> Option<&Ended> {
        while let Some(message) = self.inbox.recv().await {
            self.line.taken(message.len());
        }
        self.line.ended()
    }

    /// Which connection this is, such as `/ws#1`.
    pub fn id(&self) -> &str {
        &self.line.id
    }

    /// The handshake: path, query, headers, subprotocols.
    pub fn hello(&self) -> &Arc<Hello> {
        &self.line.hello
    }

    /// The context that a [`WsHandler`](crate::WsHandler) has: rooms, metadata, and ways to send that can be
    /// cloned and moved to other tasks.
    pub fn context(&self) -> WsContext {
        WsContext::new(
            self.id().to_string(),
            self.hello().path.clone(),
            self.rooms.clone(),
            Arc::clone(&self.line),
        )
    }

    pub(crate) fn fail(&self, error: &HandlerError) {
        self.line.fail(error.to_string());
    }

    pub(crate) fn is_over(&self) -> bool {
        self.line.is_over()
    }
}

/// Whether a close frame may have that code.
pub(crate) fn check_code(code: u16) -> HandlerResult<()> {
    match close::objection(code) {
        Some(objection) => Err(HandlerError::SendError(format!("close code {code} {objection}"))),
        None => Ok(()),
    }
}
