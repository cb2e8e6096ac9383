//! axum's own WebSocket as a [`Peer`], for users who hand theirs in.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::ws::{CloseFrame as AxumFrame, Message as AxumMessage, WebSocket};
use futures_util::{Sink, Stream};
use mockforge_ws_core::{CloseCode, CloseFrame, Message};
use tokio_tungstenite::tungstenite::Error;

use crate::{IntoPeer, Peer};

/// An adapter around axum's socket.
#[derive(Debug)]
pub struct AxumPeer(WebSocket);

impl From<WebSocket> for AxumPeer {
    fn from(socket: WebSocket) -> Self {
        Self(socket)
    }
}

impl IntoPeer for WebSocket {
    type Peer = AxumPeer;

    fn into_peer(self) -> AxumPeer {
        AxumPeer(self)
    }
}

impl Peer for AxumPeer {
    /// axum gives no access to the connection below, so there is nothing to read any more.
    fn poll_discard(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl Stream for AxumPeer {
    type Item = Result<Message, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.0).poll_next(cx).map(|next| next.map(|item| item.map(from_axum).map_err(error)))
    }
}

impl Sink<Message> for AxumPeer {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.0).poll_ready(cx).map_err(error)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        Pin::new(&mut self.0).start_send(to_axum(message)).map_err(error)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.0).poll_flush(cx).map_err(error)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.0).poll_close(cx).map_err(error)
    }
}

/// axum's message as ours.
pub fn from_axum(message: AxumMessage) -> Message {
    match message {
        // The bytes were validated by the same tungstenite below axum, and are shared rather than copied;
        // `Utf8Bytes` of the two crates can only be converted through a check.
        AxumMessage::Text(text) => {
            Message::Text(bytes::Bytes::from(text).try_into().expect("axum's text is valid UTF-8"))
        }
        AxumMessage::Binary(bytes) => Message::Binary(bytes),
        AxumMessage::Ping(bytes) => Message::Ping(bytes),
        AxumMessage::Pong(bytes) => Message::Pong(bytes),
        AxumMessage::Close(frame) => Message::Close(frame.map(|frame| CloseFrame {
            code: CloseCode::from(frame.code),
            reason: frame.reason.as_str().into(),
        })),
    }
}

/// Our message as axum's.
pub fn to_axum(message: Message) -> AxumMessage {
    match message {
        Message::Text(text) => {
            AxumMessage::Text(bytes::Bytes::from(text).try_into().expect("a text message is valid UTF-8"))
        }
        Message::Binary(bytes) => AxumMessage::Binary(bytes),
        Message::Ping(bytes) => AxumMessage::Ping(bytes),
        Message::Pong(bytes) => AxumMessage::Pong(bytes),
        Message::Close(frame) => AxumMessage::Close(
            frame.map(|frame| AxumFrame { code: frame.code.into(), reason: frame.reason.as_str().into() }),
        ),
        // Sessions cannot make raw frames; only tungstenite's reading side does.
        Message::Frame(frame) => AxumMessage::Binary(frame.into_payload()),
    }
}

/// axum boxes tungstenite's error; it is taken out again, since the loop tells protocol errors apart.
fn error(error: axum::Error) -> Error {
    match error.into_inner().downcast::<Error>() {
        Ok(error) => *error,
        Err(other) => Error::Io(std::io::Error::other(other)),
    }
}
