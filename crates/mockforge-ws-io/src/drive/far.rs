//! The connection to another server: the second end of a session.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use futures_util::{SinkExt as _, StreamExt as _};
use mockforge_ws_core::{
    CloseFrame, Dial, Dialled, DropReason, Effect, Ended, Event, Fact, FromUpstream, Inbound, Message, Party,
    Status, ToUpstream, UpstreamFact, Way, close,
};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;

use super::{Connection, Context};
use crate::heartbeat::{Beat, Heartbeat};
use crate::{Connected, Peer};

type Dialling = dyn Future<Output = Result<Connected, Dialled>> + Send;

/// What the loop keeps of it.
pub(super) struct Far {
    state: State,
    url: String,
    subprotocol: Option<String>,
    /// Whether the connection goes on to somebody else when this client is done with it.
    reusable: bool,
    heartbeat: Heartbeat,
    /// Something was handed to the server since the last flush.
    unflushed: bool,
}

enum State {
    Dialling(Pin<Box<Dialling>>),
    Open(Box<dyn Peer>),
    /// A close frame went either way: until the stream ends, nothing more is passed on.
    Closing(Box<dyn Peer>),
    Over,
}

impl Far {
    pub(super) fn new(upstream: Connected, context: &Context) -> Self {
        let Connected { peer, url, answer, reusable } = upstream;
        let subprotocol = answer.subprotocol;
        let heartbeat = Heartbeat::new(context.timing.heartbeat, Instant::now());
        Self { state: State::Open(peer), url, subprotocol, reusable, heartbeat, unflushed: false }
    }

    fn peer(&mut self) -> Option<&mut Box<dyn Peer>> {
        match &mut self.state {
            State::Open(peer) | State::Closing(peer) => Some(peer),
            State::Dialling(_) | State::Over => None,
        }
    }

    pub(super) fn abort_unflushed(&mut self) {
        if self.unflushed
            && let Some(peer) = self.peer()
        {
            peer.abort();
        }
    }

    fn closing(&mut self) {
        if let State::Open(peer) = std::mem::replace(&mut self.state, State::Over) {
            self.state = State::Closing(peer);
        }
        self.heartbeat.stop();
    }

    fn over(&mut self) {
        self.state = State::Over;
        self.heartbeat.stop();
    }
}

impl<P: Peer> Connection<'_, P> {
    pub(super) fn note_upstream_opened(&mut self) {
        if let Some(far) = &self.far {
            let (url, subprotocol) = (far.url.clone(), far.subprotocol.clone());
            self.note(&Fact::Upstream(UpstreamFact::Opened { url, subprotocol }));
        }
    }

    pub(super) fn upstream_is_over(&self) -> bool {
        self.far.as_ref().is_none_or(|far| matches!(far.state, State::Over))
    }

    pub(super) fn upstream_deadline(&self) -> Option<Instant> {
        self.far.as_ref()?.heartbeat.deadline()
    }

    /// The client is done with: the other server is told, behind what waits for it.
    pub(super) fn part_from_upstream(&mut self, ended: &Ended) {
        let Some(far) = &mut self.far else { return };
        let is_lost =
            ended.by == Party::Client && ended.frame.is_none() && ended.status != Status::ClientClose;
        match far.state {
            State::Open(_) if far.reusable => {}
            State::Open(_) if !is_lost => {}
            State::Closing(_) if !is_lost => return,
            _ => return far.over(),
        }
        let frame = match ended.by {
            Party::Client => {
                ended.frame.clone().filter(|frame| close::objection(frame.code.into()).is_none())
            }
            Party::Server => Some(close::frame(1001, "the client's connection is over")),
        };
        self.effects.push(Effect::Upstream(ToUpstream::Close(frame)));
    }

    /// Takes the server's messages while they are ready and find room.
    pub(super) fn read_upstream(&mut self, task: &mut Task<'_>) {
        loop {
            let Some(far) = &mut self.far else { return };
            let polled = match &mut far.state {
                State::Over => return,
                State::Dialling(dialling) => match dialling.as_mut().poll(task) {
                    Poll::Pending => return,
                    Poll::Ready(outcome) => {
                        self.dialled(outcome);
                        continue;
                    }
                },
                State::Open(peer) => {
                    // Who is not listened to cannot give a sign of life.
                    let is_full = self.effects.inward_fills(1) || self.effects.outward_fills(2);
                    if is_full || self.conn.is_upstream_held() {
                        return far.heartbeat.alive();
                    }
                    peer.poll_next_unpin(task)
                }
                State::Closing(peer) => peer.poll_next_unpin(task),
            };
            match polled {
                Poll::Pending => return self.beat_upstream(task),
                Poll::Ready(Some(Ok(Message::Close(frame)))) => self.upstream_left(frame, None),
                Poll::Ready(Some(Ok(message))) => self.received_from_upstream(message),
                Poll::Ready(Some(Err(error))) => self.upstream_left(None, Some(explain(&error))),
                Poll::Ready(None) => self.upstream_left(None, Some("the connection was lost".into())),
            }
        }
    }

    fn received_from_upstream(&mut self, message: Message) {
        let Some(far) = &mut self.far else { return };
        far.heartbeat.alive();
        far.unflushed |= message.is_ping();
        if !matches!(far.state, State::Open(_)) || self.ending.is_some() {
            return;
        }
        if !matches!(message, Message::Ping(_) | Message::Pong(_)) {
            self.active = self.now;
        }
        self.pass(Way::FromUpstream, &message);
        self.tell(Event::Upstream(FromUpstream::Received(Inbound::new(message))));
    }

    /// The server has closed, in order where there is no failure.
    fn upstream_left(&mut self, frame: Option<CloseFrame>, failure: Option<String>) {
        let Some(far) = &mut self.far else { return };
        let was_open = matches!(far.state, State::Open(_));
        match failure {
            // tungstenite has queued the answer.
            None => {
                far.closing();
                far.unflushed = true;
            }
            Some(_) => far.over(),
        }
        if was_open {
            self.note(&Fact::Upstream(UpstreamFact::Closed {
                frame: frame.clone(),
                reason: failure.clone(),
            }));
            if self.ending.is_none() {
                self.tell(Event::Upstream(FromUpstream::Closed { frame, failure }));
            }
        }
    }

    fn dialled(&mut self, outcome: Result<Connected, Dialled>) {
        let dialled = match outcome {
            Ok(connected) => {
                let answer = Box::new(connected.answer.clone());
                self.far = Some(Box::new(Far::new(connected, self.context)));
                self.note_upstream_opened();
                Dialled::Open(answer)
            }
            Err(dialled) => {
                if let Some(far) = &mut self.far {
                    far.over();
                }
                let reason = match &dialled {
                    Dialled::Failed(error) => error.reason.clone(),
                    Dialled::Refused(refusal) => format!("answered with {}", refusal.status),
                    Dialled::Open(_) => String::new(),
                };
                self.note(&Fact::Upstream(UpstreamFact::Failed { reason }));
                dialled
            }
        };
        self.conn.following().dialled(&dialled);
        if self.ending.is_none() {
            self.tell(Event::Upstream(FromUpstream::Dialled(Box::new(dialled))));
        }
    }

    fn beat_upstream(&mut self, task: &mut Task<'_>) {
        let Some(far) = &mut self.far else { return };
        match far.heartbeat.beat(self.now) {
            Beat::Wait => {}
            Beat::Ping => {
                if let State::Open(peer) = &mut far.state
                    && peer.poll_ready_unpin(task).is_ready()
                    && peer.start_send_unpin(Message::Ping(bytes::Bytes::new())).is_ok()
                {
                    far.unflushed = true;
                }
            }
            Beat::Dead => {
                if let Some(peer) = far.peer() {
                    peer.abort();
                }
                self.upstream_left(None, Some("it answered no ping".into()));
            }
        }
    }

    /// Hands over what is for the server while it takes it, then flushes. Says whether there is more to do at
    /// once.
    pub(super) fn write_upstream(&mut self, task: &mut Task<'_>) -> bool {
        let was_full = self.effects.outward_fills(1);
        while self.effects.has_outward() {
            let Some(far) = &mut self.far else {
                // A session that dials without having been given a connection.
                match self.effects.pop_outward() {
                    Some(ToUpstream::Dial(dial)) => self.dial(*dial, task),
                    _ => self.note(&Fact::Dropped(DropReason::Backlog)),
                }
                continue;
            };
            match &mut far.state {
                State::Dialling(_) => return false,
                State::Open(peer) => match peer.poll_ready_unpin(task) {
                    Poll::Pending => break,
                    Poll::Ready(Ok(())) => self.perform_upstream(task),
                    Poll::Ready(Err(error)) => self.upstream_left(None, Some(explain(&error))),
                },
                State::Closing(_) | State::Over => match self.effects.pop_outward() {
                    Some(ToUpstream::Dial(dial)) if self.ending.is_none() => self.dial(*dial, task),
                    Some(ToUpstream::Send(_)) => self.note(&Fact::Dropped(DropReason::Backlog)),
                    _ => {}
                },
            }
        }
        self.flush_upstream(task);
        was_full && !self.effects.outward_fills(1)
    }

    fn perform_upstream(&mut self, task: &mut Task<'_>) {
        let Some(effect) = self.effects.pop_outward() else { return };
        let (message, closing) = match effect {
            ToUpstream::Dial(dial) => return self.dial(*dial, task),
            ToUpstream::Close(frame) => (Message::Close(frame.clone()), Some(frame)),
            ToUpstream::Send(message) => {
                self.active = self.now;
                self.pass(Way::ToUpstream, &message);
                (message, None)
            }
        };
        let Some(far) = &mut self.far else { return };
        if closing.is_some() && far.reusable {
            return far.over();
        }
        let State::Open(peer) = &mut far.state else { return };
        if let Err(error) = peer.start_send_unpin(message) {
            return self.upstream_left(None, Some(explain(&error)));
        }
        far.unflushed = true;
        if let Some(frame) = closing {
            far.closing();
            self.note(&Fact::Upstream(UpstreamFact::Closed { frame, reason: None }));
        }
    }

    fn dial(&mut self, mut dial: Dial, task: &mut Task<'_>) {
        self.conn.following().carry(&mut dial);
        let url = dial.url.to_string();
        let (dialer, limits) = (Arc::clone(&self.context.dialer), self.conn.limits());
        let dialling = async move { Ok(dialer.dial(dial).await?.connected(limits).await) };
        let state = State::Dialling(Box::pin(dialling));
        let heartbeat = Heartbeat::new(None, self.now);
        let far = Far { state, url, subprotocol: None, reusable: false, heartbeat, unflushed: false };
        self.far = Some(Box::new(far));
        // It is polled where messages are read, in the next round.
        task.waker().wake_by_ref();
    }

    fn flush_upstream(&mut self, task: &mut Task<'_>) {
        if self.far.as_ref().is_none_or(|far| !far.unflushed) {
            return;
        }
        self.rest();
        let Some(far) = &mut self.far else { return };
        let Some(peer) = far.peer() else { return };
        match peer.poll_flush_unpin(task) {
            Poll::Pending => {}
            Poll::Ready(Ok(())) => far.unflushed = false,
            // Reading tells why.
            Poll::Ready(Err(_)) => far.unflushed = false,
        }
    }
}

fn explain(error: &Error) -> String {
    match error {
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => "the connection was lost".to_string(),
        Error::ConnectionClosed | Error::AlreadyClosed => "the connection was lost".to_string(),
        other => other.to_string(),
    }
}
