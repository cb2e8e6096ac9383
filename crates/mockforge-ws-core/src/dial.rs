//! Connections to other servers, asked for as data: the loop dials, a mode or a session hears what came of it.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use tungstenite::protocol::{CloseFrame, Message};

use crate::{Bytes, Inbound, Opening, Refusal};

/// How a server is reached. One for each that is configured: what the loop learns about the server (its open
/// connections, its failures, its TLS session) is kept for as long as this is.
#[derive(Debug, Clone, PartialEq)]
pub struct Upstream {
    /// For the whole way to the server's answer: name look-up, TCP, TLS and the handshake.
    pub timeout: Duration,
    /// How often a failed attempt is repeated.
    pub retries: u32,
    /// The pause before the first repetition; it doubles each time, with jitter, up to ten seconds.
    pub backoff: Duration,
    /// When to give a failing server a rest.
    pub breaker: Option<Breaker>,
    /// Connections that are kept open for clients to come.
    pub pool: Option<Pool>,
    /// What holds for `wss://`.
    pub tls: Tls,
}

impl Default for Upstream {
    /// Ten seconds, no repetition (from 100 ms on), no breaker, no pool, the system's root certificates.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            retries: 0,
            backoff: Duration::from_millis(100),
            breaker: None,
            pool: None,
            tls: Tls::default(),
        }
    }
}

/// A circuit breaker: after so many failures in a row nobody dials for a while; then one tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// How many failures open it.
    pub failures: u32,
    /// How long it stays open.
    pub rest: Duration,
}

/// Connections that are opened before they are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// How many wait, at most.
    pub size: usize,
    /// How long one waits, at most.
    pub idle: Duration,
    /// Whether one that a client has used goes to the next one. A WebSocket has state: this is for protocols
    /// in which each message stands for itself.
    pub reuse: bool,
}

/// What holds for `wss://`, in PEM (RFC 7468).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Tls {
    /// Certificates to trust in place of the system's.
    pub roots: Option<Bytes>,
    /// The certificate chain and the key to show to the server.
    pub identity: Option<(Bytes, Bytes)>,
    /// Whether any certificate will do, of whomever.
    pub insecure: bool,
}

/// A handshake to send to another server.
#[derive(Debug, Clone, PartialEq)]
pub struct Dial {
    /// `ws://` or `wss://`, with path and query as they are sent.
    pub url: Uri,
    /// Headers besides those that make a handshake (RFC 6455, section 4.1).
    pub headers: HeaderMap,
    /// The subprotocols to offer.
    pub subprotocols: Vec<String>,
    /// The extensions to offer. The loop drops them where it has to read the messages itself.
    pub extensions: Vec<HeaderValue>,
    /// How to get there.
    pub upstream: Arc<Upstream>,
}

impl Dial {
    /// A handshake without headers, subprotocols and extensions.
    pub fn new(url: Uri, upstream: Arc<Upstream>) -> Self {
        Self { url, headers: HeaderMap::new(), subprotocols: Vec::new(), extensions: Vec::new(), upstream }
    }
}

/// What came of a [`Dial`].
#[derive(Debug)]
pub enum Dialled {
    /// The server has upgraded; its connection belongs to the session that is accepted next.
    Open(Box<Answer>),
    /// The server has answered with an ordinary HTTP response.
    Refused(Box<Refusal>),
    /// There is no answer.
    Failed(DialError),
}

/// A server's 101 response.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// The subprotocol that it has selected.
    pub subprotocol: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
}

/// Why a server gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialError {
    /// In one word.
    pub kind: DialErrorKind,
    /// In one sentence, with the server's name.
    pub reason: String,
}

/// Where on the way to a server it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialErrorKind {
    /// The name has no address.
    Resolve,
    /// Nobody listens there, or the way there is closed.
    Connect,
    /// The TLS handshake failed, often for want of trust in the certificate.
    Tls,
    /// The answer is no valid HTTP, or no valid upgrade.
    Handshake,
    /// The time was up.
    Timeout,
    /// The circuit breaker is open: nobody has tried.
    Resting,
}

impl DialError {
    /// The status that a gateway answers with: 504 when the time was up, else 502 (RFC 9110, section 15.6).
    pub fn status(&self) -> StatusCode {
        match self.kind {
            DialErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        }
    }
}

impl std::fmt::Display for DialError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for DialError {}

/// A decision that waits for another server's: [`Opening::Dial`].
pub struct Dialling {
    /// The handshake to send.
    pub dial: Dial,
    /// Whether the session that follows looks at no message, so that the bytes of both connections may be
    /// copied from one to the other.
    pub splice: bool,
    /// Goes on with what came of it.
    pub then: Box<dyn FnOnce(Dialled) -> Opening + Send>,
}

impl std::fmt::Debug for Dialling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialling")
            .field("dial", &self.dial)
            .field("splice", &self.splice)
            .finish_non_exhaustive()
    }
}

/// What a session asks of the connection to the other server.
#[derive(Debug, Clone, PartialEq)]
pub enum ToUpstream {
    /// Send a message.
    Send(Message),
    /// Begin the closing handshake.
    Close(Option<CloseFrame>),
    /// Connect, in place of the connection that was; [`FromUpstream::Dialled`] tells what came of it.
    Dial(Box<Dial>),
}

/// What happened on the connection to the other server.
#[derive(Debug)]
pub enum FromUpstream {
    /// A message came. Pings and pongs come too, for information: the loop has answered the ping.
    Received(Inbound),
    /// The connection is over.
    Closed {
        /// The server's close frame; `None` where it had none, or closed without a code.
        frame: Option<CloseFrame>,
        /// What went wrong, where something did.
        failure: Option<String>,
    },
    /// What came of [`ToUpstream::Dial`].
    Dialled(Box<Dialled>),
}
