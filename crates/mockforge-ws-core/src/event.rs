//! What a session is told.

use crate::{Delivery, Effect, Ended, FromUpstream, Inbound};

/// Something that happened to a connection. The enum is closed on purpose: a session says for each kind
/// what it does.
#[derive(Debug)]
pub enum Event {
    /// The upgrade has been answered; elapsed time is zero. The first event, once.
    Opened,
    /// A message came. Pings and pongs come too, for information: the loop has answered the ping.
    Received(Inbound),
    /// A message was published in a room that the connection has joined, or to the connection itself.
    /// Unless the session has reasons of its own it sends it on: [`Cx::deliver`](crate::Cx::deliver).
    Room(Delivery),
    /// Something that this connection shares with others was changed by one of them.
    Changed,
    /// Something happened on the connection to another server.
    Upstream(FromUpstream),
    /// Work that the session has [called](crate::Cx::call) for under that number is done; it leaves effects to be passed on.
    Returned(u8, Vec<Effect>),
    /// The session's [deadline](crate::Session::deadline) has passed. Delivered even while the effect
    /// buffer is full, so that time-outs work for a client that does not read.
    Tick,
    /// The effect buffer has room again after [`Cx::full`](crate::Cx::full) said that it had none.
    Writable,
    /// The server is going away. The session may still send; then the loop closes with 1001.
    Shutdown,
    /// The connection is over. The last event, once; effects other than notes have no receiver any more.
    Closed(Ended),
}
