//! One client's connection to the server that its messages are passed on to.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use http::Uri;
use mockforge_ws_core::{CloseFrame, Dial, Dialled, Fact, Limits, Message, Upstream as How, close};
use mockforge_ws_io::{Dialer, Peer};
use tokio::sync::{mpsc, oneshot};

use crate::{HandlerError, HandlerResult, WsContext};

type Socket = Pin<Box<dyn Peer>>;

/// How many messages wait for an upstream that does not read, before its client's handler does.
const QUEUE: usize = 64;
/// The largest message that an upstream may send.
const MAX_MESSAGE_SIZE: usize = 64 << 20;
/// How long the upstream may take to accept a connection and to answer a close frame.
const PATIENCE: Duration = Duration::from_secs(5);

/// The near end of an upstream connection; a task has the far one.
pub(crate) struct Upstream {
    sender: mpsc::Sender<Message>,
    leave: oneshot::Sender<Option<CloseFrame>>,
}

impl Upstream {
    /// Connects, and passes what comes on to the client.
    pub(crate) async fn dial(
        dialer: &Arc<Dialer>,
        url: Uri,
        ctx: WsContext,
    ) -> HandlerResult<(Self, mpsc::Sender<Message>)> {
        let how = Arc::new(How { timeout: PATIENCE, ..How::default() });
        let link = dialer.dial(Dial::new(url.clone(), how)).await.map_err(|dialled| {
            HandlerError::ConnectionError(match dialled {
                Dialled::Refused(refusal) => format!("upstream {url}: it answered with {}", refusal.status),
                Dialled::Failed(error) => format!("upstream {error}"),
                Dialled::Open(_) => format!("upstream {url}: no connection"),
            })
        })?;
        let (url, limits) = (link.url.clone(), Limits { max_message_size: MAX_MESSAGE_SIZE });
        let socket = Box::into_pin(link.connected(limits).await.peer);
        let (sender, outgoing) = mpsc::channel(QUEUE);
        let (leave, leaving) = oneshot::channel();
        tokio::spawn(pass(socket, outgoing, leaving, ctx, url));
        Ok((Self { sender: sender.clone(), leave }, sender))
    }

    /// The way to it; closed where it is.
    pub(crate) fn sender(&self) -> mpsc::Sender<Message> {
        self.sender.clone()
    }

    /// Closes it with the client's own code and reason, behind what was sent.
    pub(crate) fn close(self, frame: Option<CloseFrame>) {
        // It may be closed already.
        let _ = self.leave.send(frame);
    }
}

/// The two directions, each waiting for its own receiver only, until one of them is over.
async fn pass(
    socket: Socket,
    outgoing: mpsc::Receiver<Message>,
    leaving: oneshot::Receiver<Option<CloseFrame>>,
    ctx: WsContext,
    url: String,
) {
    let (mut sink, mut stream) = socket.split();
    tokio::select! {
        reason = back(&mut stream, &ctx) => {
            ctx.note(Fact::Error { reason: format!("upstream {url}: {reason}") }).await;
        }
        () = forth(&mut sink, outgoing, leaving) => {}
    }
    // Whoever began to close, the handshake is seen through.
    let _ = tokio::time::timeout(PATIENCE, async { while let Some(Ok(_)) = stream.next().await {} }).await;
}

/// Passes on what the upstream sends, and says why no more comes.
async fn back(stream: &mut SplitStream<Socket>, ctx: &WsContext) -> String {
    loop {
        match stream.next().await {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                match ctx.send(message).await {
                    Ok(()) => {}
                    // The client is gone; the other direction ends this, with the client's close frame.
                    Err(_) if ctx.ended().is_some() => std::future::pending().await,
                    Err(error) => return format!("a message could not be passed on: {error}"),
                }
            }
            // Pings are answered by tungstenite: they are of one hop.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Close(Some(CloseFrame { code, reason })))) => {
                return format!("closed with {code} {reason}").trim_end().to_string();
            }
            Some(Ok(Message::Close(None))) => return "closed without a code".to_string(),
            Some(Err(error)) => return error.to_string(),
            None => return "the connection ended".to_string(),
        }
    }
}

/// Passes on what the client sends, then closes.
async fn forth(
    sink: &mut SplitSink<Socket, Message>,
    mut outgoing: mpsc::Receiver<Message>,
    mut leaving: oneshot::Receiver<Option<CloseFrame>>,
) {
    let frame = loop {
        tokio::select! {
            biased;
            Some(message) = outgoing.recv() => {
                if sink.send(message).await.is_err() {
                    // The reading side knows why, and says so.
                    return std::future::pending().await;
                }
            }
            frame = &mut leaving => break frame.ok().flatten(),
        }
    };
    // A code that only reports something, such as 1006, is no code to send.
    let frame = frame.filter(|frame| close::objection(frame.code.into()).is_none());
    let _ = sink.send(Message::Close(frame)).await;
}
