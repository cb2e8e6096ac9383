//! Who is told about one connection alone, and so can keep what it knows of it without a look-up.

use http::{HeaderMap, Uri};

use crate::{Dial, Dialled, Elapsed, FactSink, Hello, Message, Record, Refused, Remote, Traffic};

/// Somebody who follows one connection, from its handshake to its end; see [`FactSink::follow`]. Called on the
/// connection's own task, so it must be quick. It is dropped when the connection is over, or came to nothing.
///
/// ```
/// use mockforge_ws_core::{Elapsed, Fact, FactSink, Follower, Hello, Interest, Passed, Record, Way};
///
/// /// Counts what each connection receives, and prints it at the end.
/// struct Tally;
///
/// impl FactSink for Tally {
///     fn note(&self, _: Record<'_>) {}
///
///     fn follow(&self, _: &Hello) -> Option<Box<dyn Follower>> {
///         Some(Box::new(Count(0)))
///     }
///
///     fn interest(&self) -> Interest {
///         Interest::Counts
///     }
/// }
///
/// struct Count(usize);
///
/// impl Follower for Count {
///     fn note(&mut self, record: Record<'_>) {
///         if let Fact::Closed(_) = record.fact {
///             println!("{}: {}", record.conn, self.0);
///         }
///     }
///
///     fn passed(&mut self, messages: &[Passed], _: Elapsed) {
///         self.0 += messages.iter().filter(|message| message.way == Way::FromClient).count();
///     }
/// }
/// ```
pub trait Follower: Send {
    /// The connection is about to be opened. Whoever wants to reach it from outside takes the way there.
    fn reach(&mut self, _: &mut dyn FnMut() -> Remote) {}

    /// Takes a fact of the connection. Messages are among them where somebody [wants](FactSink::interest) all.
    fn note(&mut self, record: Record<'_>);

    /// Takes the sizes of data messages that went by one after the other, in a round of the loop that began at this
    /// time: all that are read, and in their order with the facts, but some at once, which costs a part of telling
    /// each. Asked for with [`Interest::Counts`](crate::Interest::Counts).
    fn passed(&mut self, _: &[Passed], _: Elapsed) {}

    /// Takes what went by since the last time where bytes are copied and nobody reads messages: from the client to
    /// another server, and from there to the client. [`UpstreamFact::Spliced`](crate::UpstreamFact::Spliced) tells
    /// the sum in the end.
    fn copied(&mut self, _client: Traffic, _server: Traffic) {}

    /// Nothing more is to be told for the time being, and nobody else can know yet what was: what has been added up
    /// is to be seen from here on. It is now that time.
    fn rest(&mut self, _: Elapsed) {}

    /// Takes the news that the handshake is refused; the sink itself is told too.
    fn refused(&mut self, _: Refused<'_>) {}

    /// A server is about to be connected to for this connection. The headers of that handshake may be changed, to
    /// carry a trace context (W3C) along.
    fn carry(&mut self, _: &Uri, _: &mut HeaderMap) {}

    /// Takes what came of it.
    fn dialled(&mut self, _: &Dialled) {}
}

/// A data message that went by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// Which way.
    pub way: Way,
    /// Whether it is text and not binary.
    pub is_text: bool,
    /// The bytes of its payload.
    pub len: usize,
}

/// A way that messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the client to us.
    FromClient,
    /// From us to the client.
    ToClient,
    /// From another server to us.
    FromUpstream,
    /// From us to another server.
    ToUpstream,
}

impl Follower for Vec<Box<dyn Follower>> {
    fn reach(&mut self, remote: &mut dyn FnMut() -> Remote) {
        self.iter_mut().for_each(|follower| follower.reach(remote));
    }

    fn note(&mut self, record: Record<'_>) {
        self.iter_mut().for_each(|follower| follower.note(record));
    }

    fn passed(&mut self, messages: &[Passed], at: Elapsed) {
        self.iter_mut().for_each(|follower| follower.passed(messages, at));
    }

    fn copied(&mut self, client: Traffic, server: Traffic) {
        self.iter_mut().for_each(|follower| follower.copied(client, server));
    }

    fn rest(&mut self, at: Elapsed) {
        self.iter_mut().for_each(|follower| follower.rest(at));
    }

    fn refused(&mut self, refused: Refused<'_>) {
        self.iter_mut().for_each(|follower| follower.refused(refused));
    }

    fn carry(&mut self, url: &Uri, headers: &mut HeaderMap) {
        self.iter_mut().for_each(|follower| follower.carry(url, headers));
    }

    fn dialled(&mut self, dialled: &Dialled) {
        self.iter_mut().for_each(|follower| follower.dialled(dialled));
    }
}

/// Who follows a connection: nobody, as a rule, which costs nothing.
#[derive(Default)]
pub struct Following {
    asked: bool,
    follower: Option<Box<dyn Follower>>,
    /// What went by, and is to be told.
    passed: Vec<Passed>,
    /// Whether it has been told something since it could rest.
    is_busy: bool,
}

/// How many messages are told at once.
const BATCH: usize = 16;

impl Following {
    /// Asks the sink for a follower of the connection that begins with this handshake, unless one was asked.
    pub fn begin(&mut self, sink: &dyn FactSink, hello: &Hello) {
        if !self.asked {
            let follower = sink.follow(hello);
            let passed = Vec::with_capacity(if follower.is_some() { BATCH } else { 0 });
            *self = Self { asked: true, follower, passed, is_busy: false };
        }
    }

    /// As [`Follower::reach`].
    pub fn reach(&mut self, remote: &mut dyn FnMut() -> Remote) {
        if let Some(follower) = &mut self.follower {
            follower.reach(remote);
        }
    }

    /// As [`Follower::note`].
    #[inline]
    pub fn note(&mut self, record: Record<'_>) {
        self.tell_passed(record.at);
        if let Some(follower) = &mut self.follower {
            self.is_busy = true;
            follower.note(record);
        }
    }

    /// As [`Follower::passed`], sooner or later, for one message; those without data are passed over.
    #[inline]
    pub fn passed(&mut self, way: Way, message: &Message, at: Elapsed) {
        let is_text = message.is_text();
        if self.follower.is_some() && (is_text || message.is_binary()) {
            if self.passed.len() == BATCH {
                self.tell_passed(at);
            }
            self.is_busy = true;
            self.passed.push(Passed { way, is_text, len: message.len() });
        }
    }

    fn tell_passed(&mut self, at: Elapsed) {
        if let Some(follower) = &mut self.follower
            && !self.passed.is_empty()
        {
            follower.passed(&self.passed, at);
            self.passed.clear();
        }
    }

    /// As [`Follower::copied`].
    pub fn copied(&mut self, client: Traffic, server: Traffic) {
        if let Some(follower) = &mut self.follower {
            follower.copied(client, server);
        }
    }

    /// As [`Follower::rest`], where something has been told since; `at` is when the round began. Reads the clock
    /// where it has to.
    #[inline]
    pub fn rest(&mut self, at: Elapsed, now: impl FnOnce() -> Elapsed) {
        if std::mem::take(&mut self.is_busy) {
            self.tell_passed(at);
            if let Some(follower) = &mut self.follower {
                follower.rest(now());
            }
        }
    }

    /// As [`Follower::refused`].
    pub fn refused(&mut self, refused: Refused<'_>) {
        if let Some(follower) = &mut self.follower {
            follower.refused(refused);
        }
    }

    /// As [`Follower::carry`], for a dial that is about to be made. The connections of a pool are made for
    /// anybody, so that nothing of one client is sent with them.
    pub fn carry(&mut self, dial: &mut Dial) {
        match &mut self.follower {
            None => {}
            Some(follower) if dial.upstream.pool.is_some() => {
                follower.carry(&dial.url, &mut HeaderMap::new());
            }
            Some(follower) => follower.carry(&dial.url, &mut dial.headers),
        }
    }

    /// As [`Follower::dialled`].
    pub fn dialled(&mut self, dialled: &Dialled) {
        if let Some(follower) = &mut self.follower {
            follower.dialled(dialled);
        }
    }
}

impl std::fmt::Debug for Following {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Following({})", if self.follower.is_some() { "somebody" } else { "nobody" })
    }
}
