//! How often a script has gone round at one instant.
//!
//! The compiler refuses the cycles that it can tell to have neither a wait nor time. Whether time passes can
//! also depend on the way through jumps that are bounded; a script that turns out to go round without end is
//! stopped here, before it floods its client.

use std::time::Duration;

use mockforge_ws_core::{Cx, Status, close};

use super::Player;

/// So many unbounded jumps at one instant are no intention any more.
const MOST: u32 = 1_000;

#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// Where the clock stood at the last jump.
    place: (u64, Duration),
    count: u32,
}

impl Rounds {
    /// A wait was met: the script does not go round by itself.
    pub(super) fn begin_anew(&mut self) {
        self.count = 0;
    }
}

impl Player {
    /// Counts a jump without bound. Where there have been too many since time passed or a wait was met, the
    /// connection is failed and `false` comes back.
    pub(super) fn may_go_round(&mut self, cx: &mut Cx<'_>) -> bool {
        let place = self.clock.place();
        if place != self.rounds.place {
            self.rounds = Rounds { place, count: 0 };
        }
        self.rounds.count += 1;
        if self.rounds.count <= MOST {
            return true;
        }
        let step = self.script.step(self.at.min(self.script.last()));
        let reason = format!("{step}: the script goes round with neither a wait nor time");
        cx.fail(Status::HandlerError, reason, close::frame(1011, "the script goes round without end"));
        self.over();
        false
    }
}
