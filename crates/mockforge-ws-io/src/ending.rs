//! How a connection comes to its end.

use mockforge_ws_core::{CloseFrame, Ended, Party, Status, close};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};

/// What is still to be done once the end has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// The closing handshake: write out, and read until the stream ends.
    Handshake,
    /// Write out what was sent before, then drop the connection.
    WriteOut,
    /// Write out a close frame for a client that broke the protocol, and wait until it is gone.
    Discard,
    /// Nothing but to say, in the language of the connection, that it is over.
    Over,
    /// Nothing, as nobody is there.
    GivenUp,
}

/// The end has begun: how it will be told, and what is still to be done.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) ended: Ended,
    pub(crate) rest: Rest,
}

impl Ending {
    pub(crate) fn new(ended: Ended, rest: Rest) -> Self {
        Self { ended, rest }
    }

    /// Whether nothing is left to be done for the client.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.rest, Rest::Over | Rest::GivenUp)
    }

    /// The server closes, where it has failed for that reason, and waits for the client's close frame.
    pub(crate) fn closed(frame: Option<CloseFrame>, failure: Option<(Status, String)>) -> Self {
        let (status, reason) =
            failure.map_or((Status::Normal, None), |(status, reason)| (status, Some(reason)));
        Self::new(Ended { status, frame, by: Party::Server, reason }, Rest::Handshake)
    }

    /// The server drops the connection.
    pub(crate) fn aborted() -> Self {
        Self::new(
            Ended { status: Status::Normal, frame: None, by: Party::Server, reason: None },
            Rest::WriteOut,
        )
    }

    /// The client closes; tungstenite has queued the answer.
    pub(crate) fn left(frame: Option<CloseFrame>) -> Self {
        Self::new(
            Ended { status: Status::ClientClose, frame, by: Party::Client, reason: None },
            Rest::Handshake,
        )
    }

    /// The client was gone without a word.
    pub(crate) fn vanished(reason: impl Into<String>) -> Self {
        let ended =
            Ended { status: Status::Error, frame: None, by: Party::Client, reason: Some(reason.into()) };
        Self::new(ended, Rest::Over)
    }
}

/// What a failed read means: the end, and the close frame that tells the client of its mistake.
pub(crate) fn failure(error: &Error) -> (Ending, Option<CloseFrame>) {
    let told = |status, code, reason: String| {
        let frame = close::frame(code, &reason);
        let ended = Ended { status, frame: Some(frame.clone()), by: Party::Server, reason: Some(reason) };
        (Ending::new(ended, Rest::Discard), Some(frame))
    };
    match error {
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => told(
            Status::Limit,
            1009,
            format!("a message of {size} bytes is larger than the {max_size} allowed"),
        ),
        Error::Utf8(_) => told(Status::Error, 1007, "a text message is not valid UTF-8".into()),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            (Ending::vanished("the client left without a closing handshake"), None)
        }
        Error::Protocol(mistake) => told(Status::Error, 1002, mistake.to_string()),
        other => (Ending::vanished(other.to_string()), None),
    }
}
