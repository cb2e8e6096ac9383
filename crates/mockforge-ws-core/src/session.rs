//! One connection's behaviour.

use crate::{Cx, Elapsed, Event};

/// A connection's behaviour as a state machine: it takes events and the time, and writes effects.
///
/// A session never blocks and cannot fail: what goes wrong is a [`Fact`](crate::Fact), and where it must
/// end the connection, a [close](Cx::close).
///
/// A closure is a session without deadlines:
///
/// ```
/// use mockforge_ws_core::{Cx, Event, Message, Session};
///
/// let greet = |event: Event, cx: &mut Cx<'_>| {
///     if matches!(event, Event::Opened) {
///         cx.send(Message::text("hello"));
///     }
/// };
/// let _session: Box<dyn Session> = Box::new(greet);
/// ```
pub trait Session: Send {
    /// Takes one event. Effects go to `cx`.
    fn on(&mut self, event: Event, cx: &mut Cx<'_>);

    /// When the session wants a [`Tick`](Event::Tick), as time since the opening; `None` for never.
    /// Asked again after each event. A deadline that has passed is ticked at once, so a session must
    /// move it on while it handles the tick.
    fn deadline(&self) -> Option<Elapsed> {
        None
    }

    /// How many bytes of messages the session keeps for later, for the process-wide budget.
    fn held_bytes(&self) -> usize {
        0
    }
}

impl<F: FnMut(Event, &mut Cx<'_>) + Send> Session for F {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        self(event, cx);
    }
}

impl Session for Box<dyn Session> {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        (**self).on(event, cx);
    }

    fn deadline(&self) -> Option<Elapsed> {
        (**self).deadline()
    }

    fn held_bytes(&self) -> usize {
        (**self).held_bytes()
    }
}
