//! What the loop does because time has passed.

use std::task::Context as Task;

use mockforge_ws_core::{Ended, Event, Message, Party, Status, close};
use tokio::time::Instant;

use super::Connection;
use crate::ending::{Ending, Rest};
use crate::heartbeat::Beat;
use crate::{MissedPong, Peer};

impl<P: Peer> Connection<'_, P> {
    /// Tells the session that its deadline has passed, whether or not the client reads; then looks at what a
    /// client may not take too long for.
    pub(super) fn tick(&mut self, task: &mut Task<'_>) {
        if self.ending.is_some() {
            return;
        }
        if self.session.deadline().is_some_and(|due| self.opened + due <= self.now) {
            self.tell(Event::Tick);
        }
        match self.heartbeat.beat(self.now) {
            Beat::Wait => {}
            // A ping that finds no room is as good as sent: a client that takes nothing and sends nothing
            // for an interval is told dead by the next beat.
            Beat::Ping => self.hand_over(task, Message::Ping(bytes::Bytes::new())),
            Beat::Dead => {
                let reason = "the client answered no ping";
                match self.context.timing.missed_pong {
                    MissedPong::Close => self.time_out(task, "no sign of life", reason),
                    MissedPong::Abort => self.give_up_on(reason.into()),
                }
            }
        }
        let is_over = |due: Option<Instant>, now| due.is_some_and(|due| due <= now);
        if is_over(self.idle_deadline(), self.now) {
            self.time_out(task, "idle for too long", "no message went either way for too long");
        }
        if is_over(self.lifetime_deadline(), self.now) {
            self.time_out(task, "open for too long", "the connection was open for as long as it may be");
        }
        if self.ending.is_none() && is_over(self.stall.deadline(), self.now) {
            self.give_up_on(self.stall.reason());
        }
    }

    fn idle_deadline(&self) -> Option<Instant> {
        self.context.timing.idle.filter(|_| self.ending.is_none()).map(|idle| self.active + idle)
    }

    fn lifetime_deadline(&self) -> Option<Instant> {
        self.context.timing.lifetime.filter(|_| self.ending.is_none()).map(|time| self.opened + time)
    }

    fn time_out(&mut self, task: &mut Task<'_>, told: &str, reason: &str) {
        let frame = close::frame(1001, told);
        self.hand_over(task, Message::Close(Some(frame.clone())));
        let reason = Some(reason.to_string());
        let ended = Ended { status: Status::Timeout, frame: Some(frame), by: Party::Server, reason };
        self.end(Ending::new(ended, Rest::Handshake));
    }

    /// Drops the connection with all that waits: there is nobody to be told anything.
    fn give_up_on(&mut self, reason: String) {
        self.peer.abort();
        let ended = Ended { status: Status::Timeout, frame: None, by: Party::Server, reason: Some(reason) };
        self.end(Ending::new(ended, Rest::GivenUp));
    }

    /// When to look again, where nothing happens before.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let session = self.session.deadline().filter(|_| self.ending.is_none()).map(|due| self.opened + due);
        let stall = self.stall.deadline().filter(|_| self.ending.is_none());
        let limits = [self.idle_deadline(), self.lifetime_deadline(), stall];
        let others = [session, self.heartbeat.deadline(), self.upstream_deadline(), self.give_up];
        limits.into_iter().chain(others).flatten().min()
    }
}
