//! A session's own time beside that of the clock.

use std::time::Duration;

use mockforge_ws_core::Elapsed;

/// Translates between the two times. Own time never goes back.
#[derive(Debug)]
pub(super) struct Clock {
    /// How fast own time passes; 0 where it stands still.
    speed: f64,
    /// When the speed was set, in both times.
    outer: Elapsed,
    own: Elapsed,
    /// The latest own time that was told.
    told: Elapsed,
}

impl Default for Clock {
    fn default() -> Self {
        Self { speed: 1.0, outer: Elapsed::ZERO, own: Elapsed::ZERO, told: Elapsed::ZERO }
    }
}

impl Clock {
    /// Own time at `now`. Where something is due by then the rounding of numbers does not make it too early.
    pub(super) fn own(&mut self, now: Elapsed, due: Option<Elapsed>) -> Elapsed {
        let reached = due.filter(|due| self.outer(*due).is_some_and(|outer| outer <= now));
        self.told = self.told.max(self.at(now)).max(reached.unwrap_or_default());
        self.told
    }

    /// Time passes at that speed from `now` on.
    pub(super) fn set(&mut self, speed: f64, now: Elapsed) {
        self.own = self.own(now, None);
        self.outer = now;
        self.speed = speed;
    }

    /// When own time is `due`; never, where it stands still before that.
    pub(super) fn outer(&self, due: Elapsed) -> Option<Elapsed> {
        let gap = due.saturating_sub(self.own);
        if gap.is_zero() {
            return Some(self.outer);
        }
        (self.speed > 0.0).then(|| self.outer.saturating_add(scaled(gap, 1.0 / self.speed)))
    }

    fn at(&self, now: Elapsed) -> Elapsed {
        self.own.saturating_add(scaled(now.saturating_sub(self.outer), self.speed))
    }
}

fn scaled(time: Duration, factor: f64) -> Duration {
    // Exactly the clock's, where that is meant.
    if factor == 1.0 {
        return time;
    }
    Duration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn at_the_clocks_speed_nothing_is_changed() {
        let mut clock = Clock::default();
        let odd = Duration::new(86_400 * 365, 123_456_789);
        assert_eq!((clock.own(odd, None), clock.outer(odd)), (odd, Some(odd)));
    }

    #[test]
    fn times_beyond_all_bounds_are_survived() {
        let mut clock = Clock::default();
        clock.set(1_000.0, Duration::from_secs(1));
        assert_eq!(clock.own(Duration::MAX, None), Duration::MAX);
        clock.set(0.001, Duration::MAX);
        assert_eq!(clock.outer(Duration::MAX), Some(Duration::MAX));
    }

    proptest! {
        /// Whatever the speeds are and when they are set: own time does not go back, what is due is reached when it
        /// was said to be, and not noticeably before.
        #[test]
        fn what_is_due_is_reached(
            steps in prop::collection::vec((0u64..10_000_000, prop_oneof![Just(0.0), 0.001..1000.0f64], 0u64..10_000_000), 1..20)
        ) {
            let (mut clock, mut now, mut last) = (Clock::default(), Duration::ZERO, Duration::ZERO);
            for (wait, speed, ahead) in steps {
                now += Duration::from_micros(wait);
                clock.set(speed, now);
                let due = clock.own(now, None) + Duration::from_micros(ahead);
                let Some(outer) = clock.outer(due) else {
                    prop_assert_eq!(speed, 0.0);
                    continue;
                };
                prop_assert!(outer >= now);
                now = outer;
                let own = clock.own(now, Some(due));
                prop_assert!(own >= due && own - due <= Duration::from_micros(2), "{own:?} for {due:?}");
                prop_assert!(own >= last);
                last = own;
            }
        }
    }
}
