//! Functions of the user's that see each message on its way and say what becomes of it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{CloseFrame, Hello, Message};

/// Where a message comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// From the client, to the server.
    Client = 0,
    /// From the server, to the client.
    Upstream = 1,
}

impl Side {
    /// The one across.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Client => Self::Upstream,
            Self::Upstream => Self::Client,
        }
    }
}

/// A text or binary message on its way.
#[derive(Debug, Clone)]
pub struct Transit {
    /// Where it comes from.
    pub from: Side,
    /// The message.
    pub message: Message,
    /// The client's handshake.
    pub hello: Arc<Hello>,
}

/// What becomes of a message.
///
/// A message stands for itself, `None` for nothing, a list for as many.
///
/// ```
/// use mockforge_ws_core::Message;
/// use mockforge_ws_proxy::Verdict;
///
/// let answered = Verdict::answer([Message::text("mocked")]);
/// assert!(answered.forward.is_empty());
/// assert_eq!(Verdict::from(Message::text("on")).forward.len(), 1);
/// assert_eq!(Verdict::from(None::<Message>).forward.len(), 0);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdict {
    /// What goes on in its place.
    pub forward: Vec<Message>,
    /// What goes back to where it came from.
    pub answer: Vec<Message>,
    /// Whether both connections are closed then: the client's with this frame, the server's with 1001.
    pub close: Option<CloseFrame>,
    /// How long all of this waits. Messages that follow in the same direction wait too, so that their order holds.
    pub delay: Duration,
}

impl Verdict {
    /// The message is dropped.
    pub fn drop() -> Self {
        Self::default()
    }

    /// These go on in its place.
    pub fn forward(messages: impl Into<Vec<Message>>) -> Self {
        Self { forward: messages.into(), ..Self::default() }
    }

    /// These go back, and the other side hears nothing.
    pub fn answer(messages: impl Into<Vec<Message>>) -> Self {
        Self { answer: messages.into(), ..Self::default() }
    }

    /// Both connections are closed.
    pub fn close(frame: CloseFrame) -> Self {
        Self { close: Some(frame), ..Self::default() }
    }

    /// The same, later.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Whether anything is sent or closed.
    pub(crate) fn does_something(&self) -> bool {
        !self.forward.is_empty() || !self.answer.is_empty() || self.close.is_some()
    }
}

impl From<Message> for Verdict {
    fn from(message: Message) -> Self {
        Self { forward: vec![message], ..Self::default() }
    }
}

impl From<Option<Message>> for Verdict {
    fn from(message: Option<Message>) -> Self {
        Self { forward: message.into_iter().collect(), ..Self::default() }
    }
}

impl From<Vec<Message>> for Verdict {
    fn from(messages: Vec<Message>) -> Self {
        Self::forward(messages)
    }
}

/// What a function may return: a [`Verdict`], or a message, an option or a list of messages that go on.
///
/// One message that goes on, which is most of them, costs no list.
pub trait IntoVerdict {
    /// The message that goes on, or else the verdict.
    fn into_verdict(self) -> Result<Message, Verdict>;
}

impl IntoVerdict for Message {
    fn into_verdict(self) -> Result<Message, Verdict> {
        Ok(self)
    }
}

impl IntoVerdict for Option<Message> {
    fn into_verdict(self) -> Result<Message, Verdict> {
        self.ok_or_else(Verdict::drop)
    }
}

impl IntoVerdict for Vec<Message> {
    fn into_verdict(self) -> Result<Message, Verdict> {
        Err(self.into())
    }
}

impl IntoVerdict for Verdict {
    fn into_verdict(self) -> Result<Message, Verdict> {
        Err(self)
    }
}

type Judge = dyn Fn(Transit) -> Result<Message, Verdict> + Send + Sync;
type AsyncJudge = dyn Fn(Transit) -> Pin<Box<dyn Future<Output = Verdict> + Send>> + Send + Sync;

/// A function that says what becomes of each message, at once or after a while.
///
/// While one that takes its time is at work, nothing more is read from the side that its message came from, so the
/// order of messages holds.
///
/// ```
/// use mockforge_ws_core::Message;
/// use mockforge_ws_proxy::{Side, Transform, Transit, Verdict};
///
/// let no_secrets = Transform::new(|transit: Transit| match &transit.message {
///     Message::Text(text) if text.contains("secret") => Verdict::drop(),
///     _ => transit.message.into(),
/// });
/// let looked_up = Transform::future(|transit: Transit| async move {
///     match transit.from {
///         Side::Client => Verdict::answer([Message::text("from a database")]),
///         Side::Upstream => transit.message.into(),
///     }
/// });
/// ```
#[derive(Clone)]
pub struct Transform(Kind);

#[derive(Clone)]
enum Kind {
    Now(Arc<Judge>),
    Later(Arc<AsyncJudge>),
}

/// The name of the owner's page for a [`Transform`].
pub type TransformFn = Transform;

/// What a [`Transform`] has said.
pub(crate) enum Judged {
    Now(Result<Message, Verdict>),
    Later(Pin<Box<dyn Future<Output = Verdict> + Send>>),
}

impl Transform {
    /// A function that says it at once: a [`Verdict`], or a message, an option or a list of messages.
    pub fn new<V: IntoVerdict>(judge: impl Fn(Transit) -> V + Send + Sync + 'static) -> Self {
        Self(Kind::Now(Arc::new(move |transit| judge(transit).into_verdict())))
    }

    /// An async function, which ends with the connection where that ends first.
    pub fn future<V, Judging>(judge: impl Fn(Transit) -> Judging + Send + Sync + 'static) -> Self
    where
        V: IntoVerdict,
        Judging: Future<Output = V> + Send + 'static,
    {
        Self(Kind::Later(Arc::new(move |transit| {
            let judging = judge(transit);
            Box::pin(
                async move { judging.await.into_verdict().map_or_else(|verdict| verdict, Verdict::from) },
            )
        })))
    }

    pub(crate) fn judge(&self, transit: Transit) -> Judged {
        match &self.0 {
            Kind::Now(judge) => Judged::Now(judge(transit)),
            Kind::Later(judge) => Judged::Later(judge(transit)),
        }
    }
}

impl fmt::Debug for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Now(_) => "Transform(now)",
            Kind::Later(_) => "Transform(later)",
        })
    }
}
