//! How a connection begins: the mode sees the handshake and decides.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::{Bytes, Dialling, Hello, Session};

/// What serves a route. Asked once per handshake; shared by all connections of the route.
///
/// A closure from handshake to [`Opening`] is a mode:
///
/// ```
/// use mockforge_ws_core::{Cx, Event, Hello, Mode, Opening, Refusal};
/// use http::StatusCode;
///
/// let members_only = |hello: &Hello| match hello.query_param("token") {
///     Some(_) => Opening::accept(|_event: Event, _cx: &mut Cx<'_>| {}),
///     None => Refusal::new(StatusCode::UNAUTHORIZED, "a token, please\n").into(),
/// };
/// let _mode: Box<dyn Mode> = Box::new(members_only);
/// ```
pub trait Mode: Send + Sync {
    /// Decides on a handshake. Must not block.
    fn open(&self, hello: &Hello) -> Opening;
}

impl<F: Fn(&Hello) -> Opening + Send + Sync> Mode for F {
    fn open(&self, hello: &Hello) -> Opening {
        self(hello)
    }
}

impl Mode for Box<dyn Mode> {
    fn open(&self, hello: &Hello) -> Opening {
        (**self).open(hello)
    }
}

/// The answer to a handshake. The client's upgrade is answered only at `Accept` or `Refuse`.
#[derive(Debug)]
pub enum Opening {
    /// Upgrade, and run this session.
    Accept(Accept),
    /// Answer with an HTTP response instead of an upgrade.
    Refuse(Refusal),
    /// Wait, then do the other.
    After(Duration, Box<Opening>),
    /// Ask another server, then decide.
    Dial(Box<Dialling>),
}

impl Opening {
    /// Accepts with a session and nothing else.
    pub fn accept(session: impl Session + 'static) -> Self {
        Self::Accept(Accept::new(session))
    }

    /// The same with another end, where it ends with a session.
    #[must_use]
    pub fn and_then(self, next: impl FnOnce(Accept) -> Self + Send + 'static) -> Self {
        match self {
            Self::Accept(accept) => next(accept),
            Self::Refuse(refusal) => Self::Refuse(refusal),
            Self::After(delay, opening) => Self::After(delay, Box::new(opening.and_then(next))),
            Self::Dial(dialling) => {
                let Dialling { dial, splice, then } = *dialling;
                let then = Box::new(move |dialled| then(dialled).and_then(next));
                Self::Dial(Box::new(Dialling { dial, splice, then }))
            }
        }
    }

    /// The same where a layer has to see the messages: see [`Dialling::splice`].
    pub(crate) fn inspected(mut self) -> Self {
        match &mut self {
            Self::Dial(dialling) => dialling.splice = false,
            Self::After(_, opening) => {
                let next = std::mem::replace(&mut **opening, Self::Refuse(Refusal::default()));
                **opening = next.inspected();
            }
            Self::Accept(_) | Self::Refuse(_) => {}
        }
        self
    }
}

impl From<Refusal> for Opening {
    fn from(refusal: Refusal) -> Self {
        Self::Refuse(refusal)
    }
}

impl From<Accept> for Opening {
    fn from(accept: Accept) -> Self {
        Self::Accept(accept)
    }
}

/// An accepted handshake: the session and what the 101 response says.
pub struct Accept {
    /// What runs on the connection.
    pub session: Box<dyn Session>,
    /// The subprotocol selected among those the client offered (RFC 6455, section 4.2.2).
    pub subprotocol: Option<String>,
    /// Further response headers.
    pub headers: HeaderMap,
}

impl Accept {
    /// Accepts without a subprotocol.
    pub fn new(session: impl Session + 'static) -> Self {
        Self { session: Box::new(session), subprotocol: None, headers: HeaderMap::new() }
    }
}

impl fmt::Debug for Accept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accept").field("subprotocol", &self.subprotocol).finish_non_exhaustive()
    }
}

/// A refused handshake: an ordinary HTTP response.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Refusal {
    /// The status; anything but 101.
    pub status: StatusCode,
    /// The response headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Why, for whoever runs the server; it is not sent.
    pub reason: Option<String>,
}

impl Refusal {
    /// A refusal with that status and a plain-text body.
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers
            .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("text/plain; charset=utf-8"));
        Self { status, headers, body: body.into(), reason: None }
    }

    /// 400 for a client that offers none of the subprotocols that are spoken; it is told both.
    ///
    /// ```
    /// use mockforge_ws_core::Refusal;
    ///
    /// let refusal = Refusal::subprotocol(&[], ["chat.v2", "chat.v1"]);
    /// assert_eq!(refusal.body, "The handshake offers no subprotocol; spoken here: chat.v2, chat.v1.\n");
    /// ```
    pub fn subprotocol<'s>(offered: &[String], spoken: impl IntoIterator<Item = &'s str>) -> Self {
        let offered = match offered {
            [] => "no subprotocol".to_string(),
            [one] => format!("the subprotocol {one}"),
            many => format!("the subprotocols {}", many.join(", ")),
        };
        let spoken: Vec<_> = spoken.into_iter().collect();
        let body = format!("The handshake offers {offered}; spoken here: {}.\n", spoken.join(", "));
        Self::new(StatusCode::BAD_REQUEST, body)
    }

    /// The same with one more header; an earlier one of that name is replaced.
    #[must_use]
    pub fn header(mut self, name: http::HeaderName, value: http::HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}
