//! Publishing in a room and listening to it from outside of any connection.

use std::sync::Arc;

use mockforge_ws_core::{Audience, Mail, Mailbox, Message, Rooms};

use crate::{HandlerError, HandlerResult};

/// A way to publish in a room, and to listen.
///
/// The wider MockForge project has a `tokio::sync::broadcast::Sender` here. This one differs: what it sends
/// reaches the room's connections too, a room without listeners is no error, and who falls behind is told so
/// once rather than given what came after the gap.
///
/// ```
/// use mockforge_ws_handlers::RoomManager;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> mockforge_ws_handlers::HandlerResult<()> {
/// let news = RoomManager::new().get_broadcaster("news").await;
/// let mut listener = news.subscribe();
/// assert_eq!(news.send("rain")?, 1);
/// assert_eq!(listener.recv().await?, "rain");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Broadcaster {
    rooms: Rooms,
    room: Arc<str>,
}

impl Broadcaster {
    pub(crate) fn new(rooms: Rooms, room: Arc<str>) -> Self {
        Self { rooms, room }
    }

    /// Publishes a text, and says how many hear it. Never waits.
    ///
    /// # Errors
    /// None; the signature is the wider project's.
    pub fn send(&self, text: impl Into<String>) -> HandlerResult<usize> {
        Ok(self.rooms.publish(&self.room, "", Message::text(text.into()), Audience::All))
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> Subscription {
        let mut mailbox = Mailbox::new(&self.rooms);
        // Without a name, so that it does not stand among the members.
        let refused = mailbox.join(&self.room, None, "").err();
        Subscription { mailbox, refused }
    }

    /// How many listen: members and subscriptions.
    pub fn receiver_count(&self) -> usize {
        self.rooms.size(&self.room)
    }
}

/// What is published in a room, for code that is no connection. It keeps 1,024 messages and 4 MiB.
#[derive(Debug)]
pub struct Subscription {
    mailbox: Mailbox,
    refused: Option<&'static str>,
}

impl Subscription {
    /// The next text; messages that are none are passed over.
    ///
    /// # Errors
    /// Where more came than is kept, after what is kept; where the room's name is too long.
    pub async fn recv(&mut self) -> HandlerResult<String> {
        if let Some(reason) = self.refused {
            return Err(HandlerError::RoomError(reason.into()));
        }
        std::future::poll_fn(|task| {
            use std::task::Poll;
            loop {
                match self.mailbox.poll(task) {
                    Poll::Ready(Mail::Message(delivery)) => {
                        if let Some(text) = delivery.message.text() {
                            return Poll::Ready(Ok(text.to_string()));
                        }
                    }
                    Poll::Ready(Mail::Changed | Mail::Order(_)) => {}
                    Poll::Pending if self.mailbox.trouble().is_some() => {
                        let reason = "more was published than a subscription keeps";
                        return Poll::Ready(Err(HandlerError::RoomError(reason.into())));
                    }
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await
    }
}
