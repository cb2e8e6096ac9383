//! What a handler can fail of.

/// The result of what handlers do.
pub type HandlerResult<T> = Result<T, HandlerError>;

/// Why a handler could not do something; what a handler returns when it fails.
///
/// A handler that fails ends its own connection, with 1011, and no other.
///
/// ```
/// use mockforge_ws_handlers::HandlerError;
///
/// let error = HandlerError::from("no such user");
/// assert_eq!(error.to_string(), "Handler error: no such user");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandlerError {
    /// A message could not be sent: the connection is closing, or the message is too large.
    #[error("Failed to send message: {0}")]
    SendError(String),
    /// A value could not be read from JSON or written as such.
    #[error("JSON error: {0}")]
    JsonError(#[from] serde_json::Error),
    /// A regex or JSONPath is none.
    #[error("Pattern error: {0}")]
    PatternError(String),
    /// A room could not be joined, or was listened to too slowly.
    #[error("Room error: {0}")]
    RoomError(String),
    /// A connection failed: the client's or an upstream's.
    #[error("Connection error: {0}")]
    ConnectionError(String),
    /// Anything else, in the handler's own words.
    #[error("Handler error: {0}")]
    Generic(String),
}

impl From<String> for HandlerError {
    fn from(reason: String) -> Self {
        Self::Generic(reason)
    }
}

impl From<&str> for HandlerError {
    fn from(reason: &str) -> Self {
        Self::Generic(reason.to_string())
    }
}
