//! Messages as handlers see them.

use mockforge_ws_core::Message;

/// A message, as plain Rust values.
///
/// `Close` bears no code, so that a `match` names it as it does in the wider MockForge project; the code and
/// reason are in [`WsContext::close_frame`](crate::WsContext::close_frame), and
/// [`WsContext::close`](crate::WsContext::close) sends them.
///
/// ```
/// use mockforge_ws_core::Message;
/// use mockforge_ws_handlers::WsMessage;
///
/// let message = WsMessage::from(Message::text("hi"));
/// assert_eq!(message, WsMessage::Text("hi".into()));
/// assert_eq!(Message::from(message), Message::text("hi"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WsMessage {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Vec<u8>),
    /// A ping; it has been answered.
    Ping(Vec<u8>),
    /// A pong.
    Pong(Vec<u8>),
    /// The end of the connection.
    Close,
}

impl From<Message> for WsMessage {
    fn from(message: Message) -> Self {
        match message {
            Message::Text(text) => Self::Text(text.as_str().to_string()),
            Message::Binary(bytes) => Self::Binary(bytes.into()),
            Message::Ping(bytes) => Self::Ping(bytes.into()),
            Message::Pong(bytes) => Self::Pong(bytes.into()),
            Message::Close(_) => Self::Close,
            // Only tungstenite's own reading side makes these.
            Message::Frame(frame) => Self::Binary(frame.into_payload().into()),
        }
    }
}

impl From<WsMessage> for Message {
    fn from(message: WsMessage) -> Self {
        match message {
            WsMessage::Text(text) => Self::text(text),
            WsMessage::Binary(bytes) => Self::binary(bytes),
            WsMessage::Ping(bytes) => Self::Ping(bytes.into()),
            WsMessage::Pong(bytes) => Self::Pong(bytes.into()),
            WsMessage::Close => Self::Close(None),
        }
    }
}

#[cfg(feature = "axum")]
impl From<axum::extract::ws::Message> for WsMessage {
    fn from(message: axum::extract::ws::Message) -> Self {
        mockforge_ws_io::from_axum(message).into()
    }
}

#[cfg(feature = "axum")]
impl From<WsMessage> for axum::extract::ws::Message {
    fn from(message: WsMessage) -> Self {
        mockforge_ws_io::to_axum(message.into())
    }
}
