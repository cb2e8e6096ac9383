//! Where a context's messages go.

use std::sync::Arc;

use mockforge_ws_core::{Ended, Fact, Message, close};
use tokio::sync::mpsc;

use crate::line::Line;
use crate::socket::check_code;
use crate::{HandlerError, HandlerResult};

/// A way to the client, which can be cloned. The server's are bounded: they take 64 messages or 1 MiB, and
/// who sends more waits.
///
/// For tests of handlers without a server, any channel of messages is one:
///
/// ```
/// use mockforge_ws_core::Message;
/// use mockforge_ws_handlers::{RoomManager, WsContext};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> mockforge_ws_handlers::HandlerResult<()> {
/// let (sender, mut sent) = tokio::sync::mpsc::channel::<Message>(8);
/// let ctx = WsContext::new("test".into(), "/ws".into(), RoomManager::new(), sender);
/// ctx.send_text("hi").await?;
/// assert_eq!(sent.recv().await, Some(Message::text("hi")));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Outbox(Way);

#[derive(Debug, Clone)]
enum Way {
    Line(Arc<Line>),
    Bounded(mpsc::Sender<Message>),
    Unbounded(mpsc::UnboundedSender<Message>),
    #[cfg(feature = "axum")]
    Axum(mpsc::Sender<axum::extract::ws::Message>),
    #[cfg(feature = "axum")]
    AxumUnbounded(mpsc::UnboundedSender<axum::extract::ws::Message>),
}

impl Outbox {
    /// Sends a message, when there is room.
    ///
    /// # Errors
    /// Where nobody receives any more, or the message is too large.
    pub async fn send(&self, message: Message) -> HandlerResult<()> {
        match &self.0 {
            Way::Line(line) => line.send(message).await,
            Way::Bounded(sender) => sender.send(message).await.map_err(gone),
            Way::Unbounded(sender) => sender.send(message).map_err(gone),
            #[cfg(feature = "axum")]
            Way::Axum(sender) => sender.send(mockforge_ws_io::to_axum(message)).await.map_err(gone),
            #[cfg(feature = "axum")]
            Way::AxumUnbounded(sender) => sender.send(mockforge_ws_io::to_axum(message)).map_err(gone),
        }
    }

    /// Closes with a code and a reason; what was sent before leaves first.
    ///
    /// # Errors
    /// Where no close frame may have that code, the connection is closed already, or a bounded channel that
    /// was given as an outbox is full.
    pub fn close(&self, code: u16, reason: &str) -> HandlerResult<()> {
        check_code(code)?;
        let frame = Some(close::frame(code, reason));
        match &self.0 {
            Way::Line(line) => line.close(frame),
            Way::Bounded(sender) => sender.try_send(Message::Close(frame)).map_err(gone),
            Way::Unbounded(sender) => sender.send(Message::Close(frame)).map_err(gone),
            #[cfg(feature = "axum")]
            Way::Axum(sender) => {
                sender.try_send(mockforge_ws_io::to_axum(Message::Close(frame))).map_err(gone)
            }
            #[cfg(feature = "axum")]
            Way::AxumUnbounded(sender) => {
                sender.send(mockforge_ws_io::to_axum(Message::Close(frame))).map_err(gone)
            }
        }
    }

    /// Reports a fact, where the outbox is a server's.
    pub(crate) async fn note(&self, fact: Fact) {
        if let Way::Line(line) = &self.0 {
            line.note(fact).await;
        }
    }

    pub(crate) fn line(&self) -> Option<&Arc<Line>> {
        match &self.0 {
            Way::Line(line) => Some(line),
            _ => None,
        }
    }

    pub(crate) fn ended(&self) -> Option<&Ended> {
        self.line()?.ended()
    }
}

fn gone(_: impl std::error::Error) -> HandlerError {
    HandlerError::SendError("nobody receives any more".into())
}

impl From<Arc<Line>> for Outbox {
    fn from(line: Arc<Line>) -> Self {
        Self(Way::Line(line))
    }
}

impl From<mpsc::Sender<Message>> for Outbox {
    fn from(sender: mpsc::Sender<Message>) -> Self {
        Self(Way::Bounded(sender))
    }
}

/// As the wider MockForge project has it. Such an outbox bounds nothing.
impl From<mpsc::UnboundedSender<Message>> for Outbox {
    fn from(sender: mpsc::UnboundedSender<Message>) -> Self {
        Self(Way::Unbounded(sender))
    }
}

#[cfg(feature = "axum")]
impl From<mpsc::Sender<axum::extract::ws::Message>> for Outbox {
    fn from(sender: mpsc::Sender<axum::extract::ws::Message>) -> Self {
        Self(Way::Axum(sender))
    }
}

/// As the wider MockForge project has it. Such an outbox bounds nothing.
#[cfg(feature = "axum")]
impl From<mpsc::UnboundedSender<axum::extract::ws::Message>> for Outbox {
    fn from(sender: mpsc::UnboundedSender<axum::extract::ws::Message>) -> Self {
        Self(Way::AxumUnbounded(sender))
    }
}
