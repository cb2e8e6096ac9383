//! A running connection, reached from outside of it.

use std::fmt;
use std::sync::{Mutex, Weak};

use tungstenite::protocol::{CloseFrame, Message};

use crate::Conn;
use crate::rooms::{Inbox, Mail, lock};

/// What somebody outside asks of a connection. Its loop does it, past the session and its layers, behind what has
/// come for the connection before.
pub enum Order {
    /// Sends a message.
    Send(Message),
    /// Closes; the client has all that was sent before.
    Close(Option<CloseFrame>),
    /// Runs on the connection's own task, to look at what is kept for it, or to change it.
    Visit(Box<dyn FnOnce(&mut Conn) + Send>),
}

/// A way to reach one connection from outside, for as long as it is open. A clone is a reference; it keeps nothing
/// of the connection alive.
///
/// ```
/// use mockforge_ws_core::{Mailbox, Message, Order, Rooms, Unreached};
///
/// let mailbox = Mailbox::new(&Rooms::default());
/// let remote = mailbox.remote();
/// assert_eq!(remote.order(Order::Send(Message::text("from a test"))), Ok(()));
/// drop(mailbox);
/// assert_eq!(remote.order(Order::Close(None)), Err(Unreached::Over));
/// ```
#[derive(Debug, Clone)]
pub struct Remote(pub(crate) Weak<Mutex<Inbox>>);

/// Why an order was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreached {
    /// The connection is over.
    Over,
    /// As much waits for it as may: the client reads too slowly.
    Full,
}

impl Remote {
    /// Puts an order behind all that has come for the connection.
    ///
    /// # Errors
    /// Where it is over, or keeps up with nothing more.
    pub fn order(&self, order: Order) -> Result<(), Unreached> {
        let inbox = self.0.upgrade().ok_or(Unreached::Over)?;
        let mut inbox = lock(&inbox);
        if !inbox.has_room(order.len()) {
            return Err(Unreached::Full);
        }
        inbox.put(Mail::Order(order));
        Ok(())
    }

    /// Drops the connection at once, with all that waits; over TCP by a reset. False where it is over already.
    pub fn abort(&self) -> bool {
        let inbox = self.0.upgrade();
        inbox.as_ref().map(|inbox| lock(inbox).abort()).is_some()
    }
}

impl Order {
    /// The bytes that wait.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Send(message) => message.len(),
            Self::Close(_) | Self::Visit(_) => 0,
        }
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(message) => f.debug_tuple("Send").field(message).finish(),
            Self::Close(frame) => f.debug_tuple("Close").field(frame).finish(),
            Self::Visit(_) => f.write_str("Visit(…)"),
        }
    }
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Over => "the connection is over",
            Self::Full => "the connection takes no more: its client reads too slowly",
        })
    }
}

impl std::error::Error for Unreached {}
