//! Who is told about one connection alone, and so can keep what it knows of it without a look-up.

use http::{HeaderMap, Uri};

use crate::{Dial, Dialled, FactSink, Hello, Record, Refused};

/// Somebody who follows one connection, from its handshake to its end; see [`FactSink::follow`]. Called on the
/// connection's own task, so it must be quick. It is dropped when the connection is over, or came to nothing.
///
/// ```
/// use mockforge_ws_core::{Fact, FactSink, Follower, Hello, Interest, Record};
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
/// struct Count(u64);
///
/// impl Follower for Count {
///     fn note(&mut self, record: Record<'_>) {
///         match record.fact {
///             Fact::Received(_) => self.0 += 1,
///             Fact::Closed(_) => println!("{}: {}", record.conn, self.0),
///             _ => {}
///         }
///     }
/// }
/// ```
pub trait Follower: Send {
    /// Takes a fact of the connection.
    fn note(&mut self, record: Record<'_>);

    /// Takes the news that the handshake is refused; the sink itself is told too.
    fn refused(&mut self, _: Refused<'_>) {}

    /// A server is about to be connected to for this connection. The headers of that handshake may be changed, to
    /// carry a trace context (W3C) along.
    fn carry(&mut self, _: &Uri, _: &mut HeaderMap) {}

    /// Takes what came of it.
    fn dialled(&mut self, _: &Dialled) {}
}

impl Follower for Vec<Box<dyn Follower>> {
    fn note(&mut self, record: Record<'_>) {
        self.iter_mut().for_each(|follower| follower.note(record));
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
}

impl Following {
    /// Asks the sink for a follower of the connection that begins with this handshake, unless one was asked.
    pub fn begin(&mut self, sink: &dyn FactSink, hello: &Hello) {
        if !self.asked {
            *self = Self { asked: true, follower: sink.follow(hello) };
        }
    }

    /// As [`Follower::note`].
    #[inline]
    pub fn note(&mut self, record: Record<'_>) {
        if let Some(follower) = &mut self.follower {
            follower.note(record);
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
