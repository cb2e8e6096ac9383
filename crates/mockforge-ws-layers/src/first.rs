//! Two modes on one connection: what the first does not answer, the second hears.

use std::sync::Arc;

use mockforge_ws_core::{
    Accept, Cx, Effect, Effects, Elapsed, Event, Fact, Hello, Inbound, Mode, Opening, Session,
};

/// A mode that is asked first, and another one for the messages that it has no answer to: those that it
/// reports as [`Unanswered`](Fact::Unanswered). Both may speak by themselves, and either may end the connection.
///
/// The handshake is that of the first, in as far as it has a say in it. Rooms are the first one's; async work and
/// another server are the second one's.
///
/// ```
/// use mockforge_ws_core::echo::Echo;
/// use mockforge_ws_core::{Cx, Event, Fact, Message, Session};
/// use mockforge_ws_layers::first::First;
/// use mockforge_ws_testkit::{Setup, Sim};
///
/// /// Answers `ping` and nothing else.
/// struct Ping;
///
/// impl Session for Ping {
///     fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
///         match event {
///             Event::Received(inbound) if inbound.text() == Some("ping") => cx.send(Message::text("pong")),
///             Event::Received(_) => cx.note(Fact::Unanswered { near: None }),
///             _ => {}
///         }
///     }
/// }
///
/// let ping = |_: &mockforge_ws_core::Hello| mockforge_ws_core::Opening::accept(Ping);
/// let mut sim = Sim::open(&First::new(ping, Echo::default()), Setup::default());
/// sim.receive("ping").receive("hello");
/// assert_eq!(sim.texts(), ["pong", "echo: hello"]);
/// ```
#[derive(Clone)]
pub struct First {
    first: Arc<dyn Mode>,
    then: Arc<dyn Mode>,
}

impl First {
    /// Asks `first`, and `then` where that has no answer.
    pub fn new(first: impl Mode + 'static, then: impl Mode + 'static) -> Self {
        Self { first: Arc::new(first), then: Arc::new(then) }
    }
}

impl std::fmt::Debug for First {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("First").finish_non_exhaustive()
    }
}

impl Mode for First {
    fn open(&self, hello: &Hello) -> Opening {
        let (then, hello) = (Arc::clone(&self.then), hello.clone());
        self.first.open(&hello.clone()).and_then(move |first| {
            then.open(&hello).and_then(move |then| {
                let Accept { session, mut subprotocol, mut headers } = then;
                subprotocol = first.subprotocol.or(subprotocol);
                headers.extend(first.headers);
                Accept {
                    session: Box::new(Both { first: first.session, then: session }),
                    subprotocol,
                    headers,
                }
                .into()
            })
        })
    }
}

struct Both {
    first: Box<dyn Session>,
    then: Box<dyn Session>,
}

impl Session for Both {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        match event {
            Event::Received(inbound) => {
                if !answers(&mut *self.first, &inbound, cx) && inbound.is_data() {
                    self.then.on(Event::Received(inbound), cx);
                }
            }
            Event::Tick => {
                for session in [&mut self.first, &mut self.then] {
                    if session.deadline().is_some_and(|due| due <= cx.elapsed()) {
                        session.on(Event::Tick, cx);
                    }
                }
            }
            Event::Opened => self.each(|| Event::Opened, cx),
            Event::Writable => self.each(|| Event::Writable, cx),
            Event::Shutdown => self.each(|| Event::Shutdown, cx),
            Event::Closed(ended) => self.each(|| Event::Closed(ended.clone()), cx),
            Event::Room(_) | Event::Changed => self.first.on(event, cx),
            Event::Upstream(_) | Event::Returned(..) => self.then.on(event, cx),
        }
    }

    fn deadline(&self) -> Option<Elapsed> {
        [self.first.deadline(), self.then.deadline()].into_iter().flatten().min()
    }

    fn held_bytes(&self) -> usize {
        self.first.held_bytes() + self.then.held_bytes()
    }
}

impl Both {
    fn each(&mut self, event: impl Fn() -> Event, cx: &mut Cx<'_>) {
        self.first.on(event(), cx);
        self.then.on(event(), cx);
    }
}

/// Hands a message to a session, and says whether it answers it: one that reports it as
/// [`Unanswered`](Fact::Unanswered), which then is no fact, does not.
pub fn answers(session: &mut dyn Session, inbound: &Inbound, cx: &mut Cx<'_>) -> bool {
    let mut emitted = Effects::new();
    session.on(Event::Received(inbound.clone()), &mut cx.with_effects(&mut emitted));
    let mut is_answered = true;
    while let Some(effect) = emitted.pop() {
        match effect {
            Effect::Note(Fact::Unanswered { .. }) => is_answered = false,
            effect => cx.emit(effect),
        }
    }
    if emitted.take_writable() {
        session.on(Event::Writable, cx);
    }
    is_answered
}
