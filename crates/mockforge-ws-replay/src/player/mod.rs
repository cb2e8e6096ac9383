//! The player: one connection's way through a script, as a state machine.
//!
//! It has a place (`at`, the line that comes next), the state of that line, a [clock](clock), the messages
//! that nothing has taken yet, and the lines that repeat meanwhile. Whatever happens first, the next line,
//! the next copy of a repeated line or the end of the line's patience, is [`upcoming`](Player::upcoming);
//! playing is doing what is upcoming until it lies in the future.

mod clock;
mod compare;
mod copies;
mod kept;
mod leave;
mod near;
mod play;
mod rounds;
mod send;
mod wait;

use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Captures, Cx, DropReason, Elapsed, Event, Fact, Inbound, Session};

use self::clock::Clock;
use self::copies::Copying;
use self::kept::Kept;
use self::near::Nearest;
use self::rounds::Rounds;
use crate::Script;
use crate::script::Line;

/// A connection's way through a [`Script`]. It holds a place and what the client has said, never the script.
#[derive(Debug)]
pub struct Player {
    script: Script,
    /// The index of the line that comes next.
    at: u32,
    state: State,
    clock: Clock,
    kept: Kept,
    copying: Copying,
    /// The bounded jumps under way: the line, and how often it has jumped.
    jumped: Vec<(u32, u64)>,
    /// The unbounded ones at this instant.
    rounds: Rounds,
    /// The last message that a wait took.
    last: Option<Arc<Taken>>,
    /// Which waits have been met, by their place among the script's stops; only where they can come again.
    met: Vec<u64>,
    /// How many lines, copies included, have sent or met something.
    steps: u64,
    /// The server is going away, so that whatever is unmet is not the client's doing.
    leaving: bool,
    /// Where messages are rendered.
    scratch: String,
}

/// How far the line that comes next has come.
#[derive(Debug)]
enum State {
    /// It waits for nothing, or no more; it is played once it is due.
    Ready {
        /// The line to go to, where a `branch` has chosen.
        to: Option<u32>,
        /// Whether a wait came before.
        met: bool,
    },
    /// It waits for a message.
    Waiting {
        /// Since when, in player's time.
        since: Duration,
        /// The closest of the messages that are not kept.
        near: Nearest,
    },
    /// The script has been played; the connection stays open.
    Finished,
    /// The connection is ending.
    Over,
}

impl State {
    const READY: Self = Self::Ready { to: None, met: false };
}

/// A message that a wait took, for templates.
#[derive(Debug)]
struct Taken {
    message: Inbound,
    captures: Captures,
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Next {
    /// A copy of a repeated line is sent.
    Copy,
    /// The line that comes next is played.
    Line,
    /// The line that comes next stops waiting.
    GiveUp,
}

impl Player {
    /// A player at the beginning of the script.
    pub(crate) fn new(script: Script) -> Self {
        Self {
            script,
            at: 0,
            state: State::READY,
            clock: Clock::default(),
            kept: Kept::default(),
            copying: Copying::default(),
            jumped: Vec::new(),
            rounds: Rounds::default(),
            last: None,
            met: Vec::new(),
            steps: 0,
            leaving: false,
            scratch: String::new(),
        }
    }

    /// What happens next and when, in player's time. What is due together goes in the order of the file.
    #[inline]
    fn upcoming(&self) -> Option<(Duration, Next)> {
        let line = self.line_upcoming();
        let Some((copy, copied)) = self.copying.upcoming() else { return line };
        match line {
            Some((due, _)) if (due, self.at) <= (copy, copied) => line,
            _ => Some((copy, Next::Copy)),
        }
    }

    /// What the line that comes next does, and when.
    #[inline]
    fn line_upcoming(&self) -> Option<(Duration, Next)> {
        let line = self.script.line(self.at)?;
        match &self.state {
            State::Ready { .. } => Some((self.clock.due(line.ts), Next::Line)),
            State::Waiting { since, .. } => Some((self.patience(line, *since)?, Next::GiveUp)),
            State::Finished | State::Over => None,
        }
    }

    /// When a line that has been reached and is due stops waiting.
    fn patience(&self, line: &Line, since: Duration) -> Option<Duration> {
        Some(self.clock.due(line.ts).max(since).saturating_add(line.timeout()?.after))
    }

    fn received(&mut self, message: Inbound, cx: &mut Cx<'_>) {
        if !message.is_data() {
            return;
        }
        let hit = match self.state {
            State::Waiting { .. } => self.script.line(self.at).and_then(|line| wait::hit(line, &message)),
            _ => None,
        };
        match hit {
            Some(hit) => {
                self.meet(message, hit, false, cx);
                self.play(cx);
            }
            None => self.keep(message, cx),
        }
    }

    /// Keeps a message for the waits to come, if there can be any.
    fn keep(&mut self, message: Inbound, cx: &mut Cx<'_>) {
        if !self.may_wait() {
            return self.kept.clear();
        }
        let dropped = if self.script.keeps() {
            self.kept.push(message).map(|oldest| (oldest, DropReason::KeptOverflow))
        } else {
            Some((message, DropReason::Early))
        };
        if let Some((message, reason)) = dropped {
            self.regret(&message);
            cx.note(Fact::Dropped(reason));
        }
    }
}

impl Session for Player {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        match event {
            Event::Opened => {
                self.go(0, cx);
                self.play(cx);
            }
            Event::Tick => self.play(cx),
            Event::Writable => {
                self.clock.resume(cx.elapsed());
                self.play(cx);
            }
            Event::Received(message) => {
                self.play(cx);
                self.received(message, cx);
            }
            // A script joins no rooms; what is pushed to its connection from outside goes out beside it.
            Event::Room(delivery) => cx.deliver(&delivery),
            // A script has no other server and no async work.
            Event::Changed | Event::Upstream(_) | Event::Returned(..) => {}
            Event::Shutdown => self.leaving = true,
            Event::Closed(_) => self.closed(cx),
        }
        // A large message must not leave its buffer behind on an idle connection.
        if self.scratch.capacity() > 512 {
            self.scratch = String::new();
        }
    }

    fn deadline(&self) -> Option<Elapsed> {
        // While the clock stands, only patience ends.
        let (time, _) = match self.clock.stands() {
            true => self.line_upcoming().filter(|(_, next)| *next == Next::GiveUp),
            false => self.upcoming(),
        }?;
        Some(self.clock.elapsed(time))
    }

    fn held_bytes(&self) -> usize {
        self.kept.bytes() + self.last.as_ref().map_or(0, |taken| taken.message.bytes().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With what its collections allocate for a usual script, a connection stays far below 4 KB.
    #[test]
    fn a_player_is_small() {
        assert!(size_of::<Player>() <= 384, "{}", size_of::<Player>());
    }
}
