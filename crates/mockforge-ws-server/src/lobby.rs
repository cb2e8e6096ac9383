//! Clients that have connected and not shaken hands yet: so many at most, and the oldest makes room for a new one.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::sync::{Mutex, MutexGuard};

/// How many may wait here, and how long each at least before it makes room for another.
#[derive(Debug)]
pub(crate) struct Lobby {
    max: usize,
    grace: Duration,
    waiting: Mutex<Waiting>,
    /// Somebody has left.
    left: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    /// From the oldest to the newest: since when, and how it is told to go.
    seats: BTreeMap<u64, (Instant, Arc<Notify>)>,
}

/// Where a client is.
#[derive(Debug)]
struct Where {
    /// `None` while it is being attended to.
    number: Option<u64>,
    /// In how many ways it is: a connection of HTTP/2 carries many requests.
    attended: usize,
}

/// One client's place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    lobby: Arc<Lobby>,
    place: Mutex<Where>,
    told: Arc<Notify>,
}

impl Lobby {
    pub(crate) fn new(max: usize, grace: Duration) -> Arc<Self> {
        Arc::new(Self { max, grace, waiting: Mutex::default(), left: Notify::new() })
    }

    /// A seat; where all are taken, that of the oldest as soon as it has had its time.
    pub(crate) async fn enter(self: &Arc<Self>) -> Seat {
        loop {
            let left = self.left.notified();
            let due = {
                let mut waiting = self.waiting();
                if waiting.seats.len() >= self.max {
                    waiting.send_away(Instant::now(), self.grace, 1);
                }
                match waiting.seats.first_key_value() {
                    Some((_, (since, _))) if waiting.seats.len() >= self.max => *since + self.grace,
                    _ => {
                        let told = Arc::new(Notify::new());
                        let place = Where { number: Some(waiting.seat(&told)), attended: 0 };
                        return Seat { lobby: Arc::clone(self), place: Mutex::new(place), told };
                    }
                }
            };
            tokio::select! {
                () = left => {}
                () = sleep_until(due) => {}
            }
        }
    }

    /// Sends away so many of the oldest that have had their time; says how many.
    pub(crate) fn make_room(&self, count: usize) -> usize {
        self.waiting().send_away(Instant::now(), self.grace, count)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn seat(&mut self, told: &Arc<Notify>) -> u64 {
        let number = self.next;
        self.next += 1;
        self.seats.insert(number, (Instant::now(), Arc::clone(told)));
        number
    }

    fn send_away(&mut self, now: Instant, grace: Duration, count: usize) -> usize {
        let mut gone = 0;
        while gone < count
            && let Some(oldest) = self.seats.first_entry()
            && oldest.get().0 + grace <= now
        {
            oldest.remove().1.notify_one();
            gone += 1;
        }
        gone
    }
}

impl Seat {
    /// Waits until the client has to make room for another.
    pub(crate) async fn sent_away(&self) {
        self.told.notified().await;
    }

    /// Takes the client out of the lobby while its request is answered: from then on it counts as a connection.
    pub(crate) fn attend(self: &Arc<Self>) -> Attended {
        let mut place = self.place();
        place.attended += 1;
        self.leave(&mut place);
        drop(place);
        Attended(Arc::clone(self))
    }

    /// Whether nobody attends to the client.
    pub(crate) fn is_taken(&self) -> bool {
        self.place().number.is_some()
    }

    fn place(&self) -> MutexGuard<'_, Where> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self, place: &mut Where) {
        if let Some(number) = place.number.take()
            && self.lobby.waiting().seats.remove(&number).is_some()
        {
            self.lobby.left.notify_one();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave(&mut self.place());
    }
}

/// A client whose request is being answered, or that has a WebSocket; when all of them are over it waits again, as
/// the newest.
#[derive(Debug)]
pub(crate) struct Attended(Arc<Seat>);

impl Drop for Attended {
    fn drop(&mut self) {
        let Self(seat) = self;
        let mut place = seat.place();
        place.attended -= 1;
        if place.attended == 0 {
            place.number = Some(seat.lobby.waiting().seat(&seat.told));
        }
    }
}
