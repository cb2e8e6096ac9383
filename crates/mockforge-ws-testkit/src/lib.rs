//! A simulator for sessions: a virtual clock, a seed, and a transcript of what left when.
//!
//! It does what the event loop does (ticks at deadlines, room in the buffer, the end) without sockets or
//! waiting, so a test of an hour-long script takes microseconds.
//!
//! ```
//! use mockforge_ws_core::echo::Echo;
//! use mockforge_ws_testkit::Sim;
//!
//! let mut sim = Sim::new(Echo::default());
//! sim.receive("hi").advance(5).receive("again");
//! assert_eq!(sim.transcript(), "0 < hi\n0 > echo: hi\n5 < again\n5 > echo: again\n");
//! ```

mod transcript;

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mockforge_ws_core::{
    Answer, CloseFrame, Commons, Conn, ConnId, Cx, Dialled, Effect, Effects, Elapsed, Ended, Event, Fact,
    FromUpstream, Hello, Inbound, Limits, Mail, Message, Mode, Opening, Order, Party, Seed, Session, Status,
    ToUpstream, Wall,
};
use time::OffsetDateTime;

pub use transcript::Entry;

/// The wall time at which every simulated connection opens: 2024-01-15T10:30:00Z.
pub const START: i64 = 1_705_314_600;

/// A session on a virtual clock.
pub struct Sim {
    session: Box<dyn Session>,
    conn: Conn,
    effects: Effects,
    elapsed: Elapsed,
    entries: Vec<Entry>,
    over: bool,
    blocked: bool,
}

/// How a simulated connection is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The run's seed.
    pub seed: u64,
    /// The connection's number on its route.
    pub number: u64,
    /// The handshake.
    pub hello: Hello,
    /// The bounds.
    pub limits: Limits,
    /// How many effects the buffer takes before it is full.
    pub max_effects: usize,
    /// Rooms and shared variables; simulated connections with the same are those of one server.
    pub commons: Commons,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            seed: 1,
            number: 1,
            hello: Hello::new("/ws"),
            limits: Limits::default(),
            max_effects: Effects::MAX_LEN,
            commons: Commons::default(),
        }
    }
}

impl Sim {
    /// Opens a session at time zero with the usual set-up.
    pub fn new(session: impl Session + 'static) -> Self {
        Self::with(session, Setup::default())
    }

    /// Opens a mode's session. Where it dials, another server is there and selects the first subprotocol.
    ///
    /// # Panics
    /// Where the mode refuses the handshake.
    pub fn open(mode: &dyn Mode, setup: Setup) -> Self {
        let mut opening = mode.open(&setup.hello);
        loop {
            match opening {
                Opening::Accept(accept) => return Self::with(accept.session, setup),
                Opening::Refuse(refusal) => panic!("the mode refused with {}", refusal.status),
                Opening::After(_, next) => opening = *next,
                Opening::Dial(dialling) => {
                    let subprotocol = dialling.dial.subprotocols.first().cloned();
                    opening =
                        (dialling.then)(Dialled::Open(Box::new(Answer { subprotocol, ..Answer::default() })));
                }
            }
        }
    }

    /// Opens a session at time zero.
    pub fn with(session: impl Session + 'static, setup: Setup) -> Self {
        let id = ConnId { route: setup.hello.route.as_str().into(), number: setup.number };
        let start = OffsetDateTime::from_unix_timestamp(START).expect("the constant is in range");
        let conn = Conn::new(id, Arc::new(setup.hello), Seed(setup.seed), Wall::Fixed(start), setup.limits)
            .with_commons(setup.commons);
        let mut sim = Self {
            session: Box::new(session),
            conn,
            effects: Effects::with_bounds(setup.max_effects, Effects::MAX_BYTES),
            elapsed: Elapsed::ZERO,
            entries: Vec::new(),
            over: false,
            blocked: false,
        };
        sim.tell(Event::Opened);
        sim
    }

    /// The client sends a text message at the present time.
    pub fn receive(&mut self, text: &str) -> &mut Self {
        self.receive_message(Message::text(text))
    }

    /// The client sends any message at the present time.
    pub fn receive_message(&mut self, message: Message) -> &mut Self {
        if !self.collect().over {
            self.log(Entry::Received(self.elapsed, message.clone()));
            self.tell(Event::Received(Inbound::new(message)));
        }
        self.collect()
    }

    /// The other server sends a text message at the present time.
    pub fn upstream(&mut self, text: &str) -> &mut Self {
        self.upstream_message(Message::text(text))
    }

    /// The other server sends any message at the present time.
    pub fn upstream_message(&mut self, message: Message) -> &mut Self {
        if !self.collect().over {
            self.log(Entry::FromUpstream(self.elapsed, message.clone()));
            self.tell(Event::Upstream(FromUpstream::Received(Inbound::new(message))));
        }
        self.collect()
    }

    /// The connection to the other server is over, in order where there is no failure.
    pub fn upstream_leaves(&mut self, frame: Option<CloseFrame>, failure: Option<&str>) -> &mut Self {
        if !self.over {
            self.log(Entry::UpstreamLeft(self.elapsed, frame.clone()));
            let failure = failure.map(str::to_string);
            self.tell(Event::Upstream(FromUpstream::Closed { frame, failure }));
        }
        self
    }

    /// What came of a dial of the session's.
    pub fn dialled(&mut self, dialled: Dialled) -> &mut Self {
        if !self.over {
            self.tell(Event::Upstream(FromUpstream::Dialled(Box::new(dialled))));
        }
        self
    }

    /// What is for the other server, in order.
    pub fn sent_upstream(&self) -> Vec<Message> {
        let sent = |entry: &Entry| match entry {
            Entry::ToUpstream(_, ToUpstream::Send(message)) => Some(message.clone()),
            _ => None,
        };
        self.entries.iter().filter_map(sent).collect()
    }

    /// Takes what other connections have published for this one. Everything else that happens to it does so
    /// first.
    pub fn collect(&mut self) -> &mut Self {
        while !self.over
            && let Poll::Ready((number, effects)) =
                self.conn.poll_calls(&mut Context::from_waker(Waker::noop()))
        {
            self.tell(Event::Returned(number, effects));
        }
        while !self.over
            && !self.effects.is_full()
            && let Poll::Ready(mail) = self.conn.poll_mail(&mut Context::from_waker(Waker::noop()))
        {
            match mail {
                Mail::Changed => self.tell(Event::Changed),
                Mail::Message(delivery) => self.tell(Event::Room(delivery)),
                Mail::Order(Order::Send(message)) => self.effects.push(Effect::Send(message)),
                Mail::Order(Order::Close(frame)) => self.effects.push(Effect::Close(frame)),
                Mail::Order(Order::Visit(visit)) => visit(&mut self.conn),
            }
            self.drain();
        }
        self
    }

    /// Lets `ms` milliseconds pass, ticking at each deadline on the way.
    ///
    /// # Panics
    /// Where a session asks for ten thousand ticks without time passing: it would spin for ever.
    pub fn advance(&mut self, ms: u64) -> &mut Self {
        self.collect();
        let end = self.elapsed + Duration::from_millis(ms);
        let mut at_once = 0;
        while !self.over
            && let Some(deadline) = self.session.deadline().filter(|deadline| *deadline <= end)
        {
            at_once = if deadline > self.elapsed { 0 } else { at_once + 1 };
            assert!(at_once < 10_000, "the session ticks without end at {:?}", self.elapsed);
            self.elapsed = self.elapsed.max(deadline);
            self.tell(Event::Tick);
            self.collect();
        }
        self.elapsed = end;
        self.collect()
    }

    /// Makes the client stop reading (`true`): what the session sends stays in its buffer. `false` lets it flow.
    pub fn block(&mut self, blocked: bool) -> &mut Self {
        self.blocked = blocked;
        self.drain();
        self
    }

    /// The server shuts down.
    pub fn shutdown(&mut self) -> &mut Self {
        self.tell(Event::Shutdown);
        self
    }

    /// The client closes normally.
    pub fn leave(&mut self) -> &mut Self {
        if !self.over {
            self.end(Ended { status: Status::ClientClose, frame: None, by: Party::Client, reason: None });
        }
        self
    }

    /// What has happened so far, except facts.
    pub fn transcript(&self) -> String {
        transcript::print(&self.entries, false)
    }

    /// What has happened so far, with facts.
    pub fn transcript_with_facts(&self) -> String {
        transcript::print(&self.entries, true)
    }

    /// What has happened so far.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The messages that were sent, in order.
    pub fn sent(&self) -> Vec<Message> {
        let sent = |entry: &Entry| match entry {
            Entry::Sent(_, message) => Some(message.clone()),
            _ => None,
        };
        self.entries.iter().filter_map(sent).collect()
    }

    /// The texts that were sent, in order.
    pub fn texts(&self) -> Vec<String> {
        self.sent().iter().filter_map(|message| Some(message.to_text().ok()?.to_string())).collect()
    }

    /// The facts that were reported, in order.
    pub fn facts(&self) -> Vec<&Fact> {
        let fact = |entry: &'_ Entry| matches!(entry, Entry::Noted(..));
        self.entries
            .iter()
            .filter(|entry| fact(entry))
            .map(|entry| match entry {
                Entry::Noted(_, fact) => fact,
                _ => unreachable!("filtered above"),
            })
            .collect()
    }

    /// Whether the session closed or aborted, or the client left.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The present time.
    pub fn elapsed(&self) -> Elapsed {
        self.elapsed
    }

    fn tell(&mut self, event: Event) {
        self.session.on(event, &mut Cx::new(&mut self.conn, &mut self.effects, self.elapsed));
        self.drain();
    }

    fn drain(&mut self) {
        while !self.blocked {
            while let Some(effect) = self.effects.pop() {
                self.perform(effect);
            }
            if self.over || !self.effects.take_writable() {
                return;
            }
            self.session.on(Event::Writable, &mut Cx::new(&mut self.conn, &mut self.effects, self.elapsed));
        }
    }

    fn perform(&mut self, effect: Effect) {
        let at = self.elapsed;
        if matches!(effect, Effect::Close(_) | Effect::Abort) {
            // The connection to the other server is closed after what was sent there.
            while let Some(effect) = self.effects.pop_outward().filter(|_| !self.over) {
                self.log(Entry::ToUpstream(at, effect));
            }
        }
        match effect {
            Effect::Note(fact) => self.log(Entry::Noted(at, fact)),
            _ if self.over => {}
            Effect::Send(message) => self.log(Entry::Sent(at, message)),
            Effect::Upstream(effect) => self.log(Entry::ToUpstream(at, effect)),
            Effect::Close(frame) => {
                self.log(Entry::Closed(at, frame.clone()));
                self.end(Ended { status: Status::Normal, frame, by: Party::Server, reason: None });
            }
            Effect::Abort => {
                self.log(Entry::Aborted(at));
                self.end(Ended { status: Status::Normal, frame: None, by: Party::Server, reason: None });
            }
        }
    }

    fn end(&mut self, ended: Ended) {
        self.over = true;
        self.tell(Event::Closed(ended));
        self.conn.leave_rooms();
    }

    fn log(&mut self, entry: Entry) {
        self.entries.push(entry);
    }
}
