//! The event loop.

mod clock;
mod far;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};

use mockforge_ws_core::{
    Conn, Cx, Effect, Effects, Elapsed, Ended, Event, Fact, FactSink, Inbound, Interest, Limits, Mail,
    Message, Order, Party, Session, Status, Trouble, Way, close,
};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_tungstenite::tungstenite::Error;

use crate::budget::Share;
use crate::ending::{Ending, Rest, failure};
use crate::heartbeat::Heartbeat;
use crate::shutdown::Watch;
use crate::stall::Stall;
use crate::turn::give_way;
use crate::{Budget, Connected, Dialer, Framing, Peer, Shutdown, Timing};

use far::Far;

/// What a connection shares with the others of its server.
#[derive(Clone)]
pub struct Context {
    /// Who is told the facts.
    pub sink: Arc<dyn FactSink>,
    /// The bound on all queues together.
    pub budget: Arc<Budget>,
    /// When to go away.
    pub shutdown: Shutdown,
    /// How long things may take.
    pub timing: Timing,
    /// The largest frame that is taken, in bytes; `None` for one as large as a message.
    pub max_frame_size: Option<usize>,
    /// Who connects to other servers.
    pub dialer: Arc<Dialer>,
    /// Whether the frames of connections whose bytes are copied are followed, to count them and to keep to the
    /// limits; otherwise nothing at all is known of them.
    pub taps: bool,
}

impl Default for Context {
    /// Nobody is told; the usual budget and timing; no shutdown; other servers are reached directly.
    fn default() -> Self {
        Self {
            sink: Arc::new(()),
            budget: Arc::default(),
            shutdown: Shutdown::default(),
            timing: Timing::default(),
            max_frame_size: None,
            dialer: Arc::default(),
            taps: true,
        }
    }
}

impl Context {
    /// How much may come at once on a connection with these limits.
    pub fn framing(&self, limits: Limits) -> Framing {
        let Framing { max_message_size, max_frame_size } = limits.into();
        let max_frame_size = self.max_frame_size.map_or(max_frame_size, |size| size.min(max_frame_size));
        Framing { max_message_size, max_frame_size }
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("timing", &self.timing).finish_non_exhaustive()
    }
}

/// Runs a session on a connection until it is over, and says how it ended.
///
/// The session hears [`Event::Opened`] first and [`Event::Closed`] last. Everything in between follows the
/// rules in [`Event`] and [`Effect`]; nothing that the client does makes this fail.
pub fn drive<P: Peer>(
    peer: P,
    session: Box<dyn Session>,
    conn: Conn,
    context: &Context,
) -> impl Future<Output = Ended> + Send + use<'_, P> {
    // Built outside of the async block, which then holds it once; an async fn would hold its arguments too.
    Connection::new(peer, session, conn, context, None).run()
}

/// As [`drive`], for a session that has a connection to another server too: the one that its mode has
/// [dialled](mockforge_ws_core::Opening::Dial).
///
/// That connection ends with the client's. A client that closes has its close frame passed on; for any other
/// end the server is told 1001, and one that is lost is dropped there too.
pub fn bridge<P: Peer>(
    peer: P,
    upstream: Connected,
    session: Box<dyn Session>,
    conn: Conn,
    context: &Context,
) -> impl Future<Output = Ended> + Send + use<'_, P> {
    Connection::new(peer, session, conn, context, Some(Box::new(Far::new(upstream, context)))).run()
}

/// How many rounds one poll does before other tasks get their turn.
const ROUNDS: usize = 64;
/// How many messages, either way, one poll handles before that.
const MESSAGES: usize = 256;

struct Connection<'c, P> {
    peer: P,
    /// The connection to another server.
    far: Option<Box<Far>>,
    session: Box<dyn Session>,
    conn: Conn,
    effects: Effects,
    context: &'c Context,
    interest: Interest,
    share: Share<'c>,
    opened: Instant,
    /// The time of the present round.
    now: Instant,
    /// The same since the opening.
    elapsed: Elapsed,
    heartbeat: Heartbeat,
    stall: Stall,
    /// When the last data message went either way.
    active: Instant,
    watch: Watch,
    timer: Timer,
    /// How many messages this poll may handle still.
    left: usize,
    /// Something was handed to the peer since the last flush.
    unflushed: bool,
    shutting_down: bool,
    /// A close frame that found no room: what was written before has yet to leave.
    unsaid: Option<Message>,
    /// Set once the end has begun; the session then hears nothing more until it is over.
    ending: Option<Ending>,
    /// When to drop the connection, whatever it is doing.
    give_up: Option<Instant>,
}

impl<'c, P: Peer> Connection<'c, P> {
    fn new(
        peer: P,
        session: Box<dyn Session>,
        mut conn: Conn,
        context: &'c Context,
        far: Option<Box<Far>>,
    ) -> Self {
        let now = Instant::now();
        conn.follow(&*context.sink);
        Self {
            peer,
            far,
            session,
            conn,
            effects: Effects::new(),
            context,
            interest: context.sink.interest(),
            share: Share::new(&context.budget),
            opened: now,
            now,
            elapsed: Elapsed::ZERO,
            heartbeat: Heartbeat::new(context.timing.heartbeat, now),
            stall: Stall::new(context.timing.write),
            active: now,
            watch: context.shutdown.watch(),
            timer: Timer::default(),
            left: MESSAGES,
            unflushed: false,
            shutting_down: false,
            unsaid: None,
            ending: None,
            give_up: None,
        }
    }

    #[expect(clippy::manual_async_fn, reason = "an async fn would hold the connection twice")]
    fn run(mut self) -> impl Future<Output = Ended> + Send + use<'c, P> {
        async move {
            self.open();
            let ended = std::future::poll_fn(|task| self.poll(task)).await;
            self.finish(&ended);
            let (rest, patience) = (self.conn.take_rest(), self.context.timing.close);
            // The socket is let go before anything is waited for.
            drop(self);
            if let Some(rest) = rest {
                let _ = tokio::time::timeout(patience, rest).await;
            }
            ended
        }
    }

    fn open(&mut self) {
        self.conn.introduce();
        self.note(&Fact::Opened { subprotocol: self.conn.subprotocol().map(str::to_string) });
        self.note_upstream_opened();
        self.tell(Event::Opened);
    }

    fn finish(&mut self, ended: &Ended) {
        self.look_at_the_clock();
        self.tell(Event::Closed(ended.clone()));
        self.conn.leave_rooms();
        self.abandon_effects();
        self.note(&Fact::Closed(ended.clone()));
    }

    /// Rounds of: time, read all that is there, write all that it led to, flush once.
    fn poll(&mut self, task: &mut Task<'_>) -> Poll<Ended> {
        self.left = MESSAGES;
        for _ in 0..ROUNDS {
            self.look_at_the_clock();
            if self.watch.poll(task) && !self.shutting_down {
                self.shut_down();
            }
            self.tick(task);
            self.collect(task);
            self.read(task);
            self.read_upstream(task);
            let worked = self.work(task);
            let again = self.write(task) | self.write_upstream(task) | worked;
            self.rest();
            self.share.set(self.effects.bytes() + self.session.held_bytes() + self.conn.held_bytes());
            if let Some(ended) = self.over() {
                return Poll::Ready(ended);
            }
            if self.left == 0 {
                break;
            }
            if again {
                continue;
            }
            self.effects.shrink();
            self.stall.observe(self.now, self.unflushed, self.peer.written());
            let deadline = self.deadline();
            if self.timer.poll(task, deadline).is_pending() {
                return Poll::Pending;
            }
        }
        give_way(task)
    }

    fn look_at_the_clock(&mut self) {
        self.now = Instant::now();
        self.elapsed = self.now - self.opened;
    }

    #[inline]
    fn tell(&mut self, event: Event) {
        self.session.on(event, &mut Cx::new(&mut self.conn, &mut self.effects, self.elapsed));
    }

    fn note(&mut self, fact: &Fact) {
        self.conn.note(&*self.context.sink, self.elapsed, fact);
    }

    /// Tells of a message: how large it is to those who count, and all of it to those who want that.
    #[inline]
    fn pass(&mut self, way: Way, message: &Message) {
        if self.interest > Interest::Nothing {
            self.conn.following().passed(way, message, self.elapsed);
        }
        if self.interest > Interest::Counts {
            self.note(&Fact::passed(way, message.clone()));
        }
    }

    /// Nothing more happens before somebody else can know of what has happened.
    #[inline]
    fn rest(&mut self) {
        let opened = self.opened;
        self.conn.following().rest(self.elapsed, || Instant::now() - opened);
    }

    fn shut_down(&mut self) {
        self.shutting_down = true;
        if self.ending.is_none() {
            self.give_up = Some(self.now + self.context.timing.drain);
            self.tell(Event::Shutdown);
            self.effects.push(Effect::Close(Some(close::frame(1001, "the server is going away"))));
        }
    }

    /// Takes what came from other connections while there is room to send it on.
    fn collect(&mut self, task: &mut Task<'_>) {
        match self.conn.trouble().filter(|_| self.ending.is_none()) {
            None => {}
            Some(Trouble::Abort) => self.drop_at_once(),
            Some(Trouble::Overflow) => self.fall_behind(task),
        }
        while self.ending.is_none() && !self.effects.is_full() {
            match self.conn.poll_mail(task) {
                Poll::Pending => return,
                Poll::Ready(Mail::Changed) => self.tell(Event::Changed),
                Poll::Ready(Mail::Order(order)) => self.obey(order),
                Poll::Ready(Mail::Message(delivery)) => match delivery.message.message() {
                    // From outside of the session, which is not asked.
                    Message::Close(frame) if !delivery.is_own() => {
                        self.effects.push(Effect::Close(frame.clone()));
                    }
                    _ => self.tell(Event::Room(delivery)),
                },
            }
        }
        if self.ending.is_none() {
            self.conn.mind_trouble(task);
        }
    }

    /// Does what somebody outside wants, past the session.
    fn obey(&mut self, order: Order) {
        match order {
            Order::Send(message) => self.effects.push(Effect::Send(message)),
            Order::Close(frame) => self.effects.push(Effect::Close(frame)),
            Order::Visit(visit) => visit(&mut self.conn),
        }
    }

    fn drop_at_once(&mut self) {
        self.peer.abort();
        self.end(Ending { rest: Rest::GivenUp, ..Ending::aborted() });
    }

    fn fall_behind(&mut self, task: &mut Task<'_>) {
        let frame = close::frame(1013, "too slow for what is published");
        self.hand_over(task, Message::Close(Some(frame.clone())));
        let reason = Some("the client reads more slowly than its rooms are published to".to_string());
        let ended = Ended { status: Status::Limit, frame: Some(frame), by: Party::Server, reason };
        self.end(Ending::new(ended, Rest::Handshake));
    }

    /// Goes on with the session's async work; last before writing, so that what has just been begun is looked at.
    /// Says whether some of it is done, for then the session may listen again.
    fn work(&mut self, task: &mut Task<'_>) -> bool {
        let mut worked = false;
        while self.ending.is_none()
            && let Poll::Ready((number, effects)) = self.conn.poll_calls(task)
        {
            self.tell(Event::Returned(number, effects));
            worked = true;
        }
        worked
    }

    /// Gives the peer a control frame past the effects that wait: now, or never; a close frame when it takes
    /// one.
    fn hand_over(&mut self, task: &mut Task<'_>, message: Message) {
        match Pin::new(&mut self.peer).poll_ready(task) {
            Poll::Ready(Ok(())) => self.send(message),
            Poll::Pending if message.is_close() => self.unsaid = Some(message),
            Poll::Pending | Poll::Ready(Err(_)) => {}
        }
    }

    #[inline]
    fn send(&mut self, message: Message) {
        if !message.is_close() {
            self.pass(Way::ToClient, &message);
        }
        match Pin::new(&mut self.peer).start_send(message) {
            Ok(()) => self.unflushed = true,
            Err(error) => self.write_failed(&error),
        }
    }

    /// Takes messages while they are ready, their answers find room, and some are left to take.
    fn read(&mut self, task: &mut Task<'_>) {
        while self.left > 0 && self.may_read() {
            match &self.ending {
                // Who is not listened to cannot give a sign of life.
                None if self.conn.is_held() => return self.heartbeat.alive(),
                Some(Ending { rest: Rest::Handshake, .. }) | None => {}
                Some(_) => return,
            }
            match Pin::new(&mut self.peer).poll_next(task) {
                Poll::Pending => return,
                Poll::Ready(Some(Ok(message))) => {
                    self.left -= 1;
                    self.received(message);
                    // Before the next, which may be the last: a client that sends, and closes at once, is answered.
                    self.feed(task);
                }
                Poll::Ready(Some(Err(error))) => self.read_failed(task, &error),
                Poll::Ready(None) => match &mut self.ending {
                    Some(ending) => ending.rest = Rest::Over,
                    None => self.end(Ending::vanished("the connection ended")),
                },
            }
        }
    }

    /// What a client sends leads to messages for it or for the other server. Where there is one, what waits for
    /// the client comes mostly from there, so that reading goes on until the client's own part is as large.
    #[inline]
    fn may_read(&self) -> bool {
        match self.far {
            None => !self.effects.is_full(),
            Some(_) => !self.effects.outward_fills(1) && !self.effects.inward_fills(2),
        }
    }

    fn received(&mut self, message: Message) {
        self.heartbeat.alive();
        if self.ending.is_some() {
            return;
        }
        if let Message::Close(frame) = message {
            return self.end(Ending::left(frame));
        }
        // tungstenite has queued the pong; it goes out with the next flush.
        self.unflushed |= message.is_ping();
        if !matches!(message, Message::Ping(_) | Message::Pong(_)) {
            self.active = self.now;
        }
        self.pass(Way::FromClient, &message);
        self.tell(Event::Received(Inbound::new(message)));
    }

    fn read_failed(&mut self, task: &mut Task<'_>, error: &Error) {
        if let Some(ending) = &mut self.ending {
            ending.rest = Rest::Over;
            return;
        }
        let (ending, frame) = failure(error);
        if let Some(frame) = frame {
            self.hand_over(task, Message::Close(Some(frame)));
        }
        self.end(ending);
    }

    fn write_failed(&mut self, error: &Error) {
        let mut ending = Ending::vanished(error.to_string());
        ending.ended.status = Status::SendError;
        match &mut self.ending {
            Some(ending) => ending.rest = Rest::Over,
            None => self.end(ending),
        }
    }

    fn end(&mut self, ending: Ending) {
        self.heartbeat.stop();
        let until = self.now + self.context.timing.close;
        self.give_up = Some(self.give_up.map_or(until, |earlier| earlier.min(until)));
        self.part_from_upstream(&ending.ended);
        self.ending = Some(ending);
    }

    /// Hands effects to the peer while it takes them and some are left to handle; says whether it took all.
    #[inline]
    fn feed(&mut self, task: &mut Task<'_>) -> bool {
        while self.effects.has_inward() {
            if self.ending.is_some() {
                self.abandon_effects();
                break;
            }
            if self.left == 0 {
                return false;
            }
            match Pin::new(&mut self.peer).poll_ready(task) {
                Poll::Pending => return false,
                Poll::Ready(Err(error)) => self.write_failed(&error),
                Poll::Ready(Ok(())) => {
                    self.left -= 1;
                    self.perform_next();
                }
            }
        }
        true
    }

    /// Hands effects to the peer while it takes them, then flushes. Says whether there is more to do at once.
    fn write(&mut self, task: &mut Task<'_>) -> bool {
        let was_full = self.effects.is_full();
        if !self.feed(task) {
            return false;
        }
        if self.effects.take_writable() && self.ending.is_none() {
            self.tell(Event::Writable);
        }
        if let Some(frame) = self.unsaid.take() {
            self.hand_over(task, frame);
        }
        self.flush(task);
        // A full buffer kept the read side waiting; what a session emitted just now waits to be written.
        was_full || self.effects.has_inward()
    }

    #[inline]
    fn perform_next(&mut self) {
        match self.effects.pop_inward() {
            Some(Effect::Send(message)) => {
                self.active = self.now;
                self.send(message);
            }
            Some(Effect::Note(fact)) => self.note(&fact),
            Some(Effect::Close(frame)) => {
                self.send(Message::Close(frame.clone()));
                if self.ending.is_none() {
                    let failure = self.conn.take_failure();
                    self.end(Ending::closed(frame, failure));
                }
            }
            Some(Effect::Abort) => self.end(Ending::aborted()),
            // Those stand in a queue of their own.
            Some(Effect::Upstream(_)) | None => {}
        }
    }

    /// Once the end has begun nothing is sent any more; facts are still told.
    fn abandon_effects(&mut self) {
        while let Some(effect) = self.effects.pop_inward() {
            if let Effect::Note(fact) = effect {
                self.note(&fact);
            }
        }
    }

    fn flush(&mut self, task: &mut Task<'_>) {
        if self.unflushed {
            self.rest();
            match Pin::new(&mut self.peer).poll_flush(task) {
                Poll::Pending => return,
                Poll::Ready(Ok(())) => self.unflushed = false,
                Poll::Ready(Err(error)) => self.write_failed(&error),
            }
        }
        let Some(ending) = &mut self.ending else { return };
        match ending.rest {
            Rest::WriteOut => ending.rest = Rest::Over,
            Rest::Discard if self.peer.poll_discard(task).is_ready() => ending.rest = Rest::Over,
            // The other server has something to say still; the client need not wait for that.
            Rest::Over => drop(self.peer.poll_discard(task)),
            Rest::Handshake | Rest::Discard | Rest::GivenUp => {}
        }
    }

    /// How it ended, once there is nothing left to do or no time left to do it.
    fn over(&mut self) -> Option<Ended> {
        if self.ending.as_ref().is_some_and(Ending::is_over) && self.upstream_is_over() {
            return self.ending.take().map(|ending| ending.ended);
        }
        if self.give_up.is_none_or(|until| until > self.now) {
            return None;
        }
        // Where something is left to write, what has left already is cut off anyway.
        if self.unflushed {
            self.peer.abort();
        }
        if let Some(far) = &mut self.far {
            far.abort_unflushed();
        }
        let ending = self.ending.take().unwrap_or_else(Ending::aborted);
        if ending.rest == Rest::Discard || ending.is_over() {
            // The client has been told its mistake, or is gone; that somebody stays for more is no news.
            return Some(ending.ended);
        }
        let reason = ending.ended.reason.or_else(|| Some("the client did not finish in time".into()));
        let status = match ending.ended.status {
            Status::Normal | Status::ClientClose => Status::Timeout,
            // What made the loop or the session close is the better word for how it ended.
            failed => failed,
        };
        Some(Ended { status, reason, ..ending.ended })
    }
}

/// One timer for all deadlines of a connection, allocated by the first and reset by the others.
#[derive(Default)]
pub(crate) struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    #[inline]
    pub(crate) fn poll(&mut self, task: &mut Task<'_>, deadline: Option<Instant>) -> Poll<()> {
        let Some(deadline) = deadline else { return Poll::Pending };
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() != deadline {
            sleep.as_mut().reset(deadline);
        }
        sleep.as_mut().poll(task)
    }
}
