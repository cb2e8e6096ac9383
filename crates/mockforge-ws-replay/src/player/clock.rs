//! The two times of a player.
//!
//! *Script time* is what the file says: whole milliseconds, moved by jumps and nothing else, so it is the
//! same in every run. The *player's time* is when things really happen: elapsed time without the stretches
//! in which the connection could take nothing more. A line is due, in player's time, at its script time plus
//! what waits for the client have added so far. Nothing is ever counted from the moment at which a line was
//! really played, so nothing drifts.

use std::time::Duration;

use mockforge_ws_core::Elapsed;

#[derive(Debug, Default)]
pub(super) struct Clock {
    /// Script time of `ts` 0, in milliseconds; a jump moves it.
    base: i64,
    /// Script time of the line that was played last.
    script: u64,
    /// What waits have added.
    lag: Duration,
    /// How long the clock has stood still altogether.
    paused: Duration,
    /// Since when it has stood still this time.
    stalled: Option<Elapsed>,
}

impl Clock {
    /// The player's time at `elapsed`.
    pub(super) fn now(&self, elapsed: Elapsed) -> Duration {
        self.stalled.unwrap_or(elapsed).saturating_sub(self.paused)
    }

    /// When the player's time will be this, if the clock does not stop (again).
    pub(super) fn elapsed(&self, time: Duration) -> Elapsed {
        time.saturating_add(self.paused)
    }

    /// The script time of a line that comes next: never before that of the line before.
    #[inline]
    pub(super) fn script(&self, ts: u64) -> u64 {
        ts.saturating_add_signed(self.base).max(self.script)
    }

    /// When, in player's time, such a line is due.
    #[inline]
    pub(super) fn due(&self, ts: u64) -> Duration {
        Duration::from_millis(self.script(ts)).saturating_add(self.lag)
    }

    /// The last script time, in whole milliseconds, that is due at `elapsed`.
    pub(super) fn until(&self, elapsed: Elapsed) -> u64 {
        u64::try_from(self.now(elapsed).saturating_sub(self.lag).as_millis()).unwrap_or(u64::MAX)
    }

    /// Script time has come to this.
    #[inline]
    pub(super) fn reach(&mut self, script: u64) {
        self.script = script;
    }

    /// Where script time stands, and what waits have added: it moves when time passes.
    pub(super) fn place(&self) -> (u64, Duration) {
        (self.script, self.lag)
    }

    /// The rest of the timeline moves by this.
    pub(super) fn delay(&mut self, by: Duration) {
        self.lag = self.lag.saturating_add(by);
    }

    /// A line with this `ts` is due at the script time reached.
    pub(super) fn jump(&mut self, ts: u64) {
        let signed = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        self.base = signed(self.script).saturating_sub(signed(ts));
    }

    /// Script time has come to this at that player's time.
    pub(super) fn align(&mut self, script: u64, time: Duration) {
        self.script = self.script.max(script);
        self.lag = time.saturating_sub(Duration::from_millis(self.script));
    }

    /// The clock stops.
    pub(super) fn stall(&mut self, elapsed: Elapsed) {
        self.stalled.get_or_insert(elapsed);
    }

    /// The clock goes on.
    pub(super) fn resume(&mut self, elapsed: Elapsed) {
        if let Some(since) = self.stalled.take() {
            self.paused = self.paused.saturating_add(elapsed.saturating_sub(since));
        }
    }

    /// Whether the clock stands still.
    pub(super) fn stands(&self) -> bool {
        self.stalled.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn waits_and_stalls_move_what_is_due_and_not_the_script() {
        let mut clock = Clock::default();
        clock.reach(clock.script(100));
        clock.delay(ms(40));
        assert_eq!((clock.script(150), clock.due(150)), (150, ms(190)));
        assert_eq!((clock.until(ms(190)), clock.until(ms(189)), clock.until(ms(1))), (150, 149, 0));
        clock.stall(ms(160));
        clock.stall(ms(170));
        assert_eq!(clock.now(ms(500)), ms(160));
        clock.resume(ms(560));
        assert_eq!((clock.now(ms(560)), clock.elapsed(clock.due(150))), (ms(160), ms(590)));
    }

    #[test]
    fn a_line_of_the_past_is_due_at_once() {
        let mut clock = Clock::default();
        clock.reach(100);
        assert_eq!(clock.due(20), ms(100));
    }

    #[test]
    fn a_jump_keeps_the_gaps_after_its_target() {
        let mut clock = Clock::default();
        clock.reach(300);
        clock.jump(100);
        assert_eq!((clock.due(100), clock.due(150)), (ms(300), ms(350)));
        clock.reach(310);
        clock.jump(5_000);
        assert_eq!((clock.due(5_000), clock.due(5_001)), (ms(310), ms(311)));
    }
}
