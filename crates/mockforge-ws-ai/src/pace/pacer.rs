//! A schedule on the clock of whoever asks: it does not run after lost time.

use std::time::Duration;

use mockforge_ws_diagnostic::Problem;
use rand::Rng;

use super::Pace;
use super::schedule::Schedule;

/// The longest gap that is told: a year.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// How many events, in the mean, may be made up for at once.
const CATCH_UP_EVENTS: f64 = 10.0;

/// For how many seconds of lost time events may be made up for at once.
const CATCH_UP_SECONDS: f64 = 1.0;

/// Says how long to wait for each event. It is told the time, as elapsed since some beginning, and reads no clock.
///
/// Times are those of the schedule, whenever the caller comes: who is a little late each time is not later and
/// later. Who is late by more than a second, or by more than ten events of the mean rate, finds the schedule moved:
/// no more than what was due in that time comes at once, and the rest keeps its gaps.
///
/// ```
/// use std::time::Duration;
/// use mockforge_ws_ai::pace::{Pace, Pacer};
/// use rand::SeedableRng as _;
///
/// let (millis, mut rng) = (Duration::from_millis, rand_pcg::Pcg64Mcg::seed_from_u64(1));
/// let mut pacer = Pacer::new(Pace::Fixed { rate: 2.0 }).unwrap();
/// assert_eq!(pacer.next(millis(0), &mut rng), millis(0));
/// assert_eq!(pacer.next(millis(10), &mut rng), millis(490));
/// ```
#[derive(Debug)]
pub struct Pacer {
    schedule: Schedule,
    mean_rate: f64,
    /// When the schedule was at `position`; none before the first event is asked for.
    since: Option<Duration>,
    position: f64,
    /// When the event that was asked for last is due, on the schedule.
    due: Option<f64>,
}

impl Pacer {
    /// A schedule that begins when the first event is asked for.
    ///
    /// # Errors
    /// All that is wrong with the pace.
    pub fn new(pace: Pace) -> Result<Self, Vec<Problem>> {
        let problems = pace.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let (schedule, mean_rate) = (Schedule::new(pace), pace.mean_rate());
        Ok(Self { schedule, mean_rate, since: None, position: 0.0, due: None })
    }

    /// Asks for the next event: how long after `now` it is due. Time that goes back is no time.
    pub fn next(&mut self, now: Duration, rng: &mut (impl Rng + ?Sized)) -> Duration {
        let since = *self.since.get_or_insert(now);
        self.position += now.saturating_sub(since).as_secs_f64();
        self.since = Some(now.max(since));
        let due = self.schedule.next(rng);
        self.due = Some(due);
        let most = (CATCH_UP_EVENTS / self.mean_rate).min(CATCH_UP_SECONDS);
        self.position = self.position.min(due + most);
        Duration::try_from_secs_f64((due - self.position).max(0.0)).unwrap_or(LONGEST).min(LONGEST)
    }

    /// When the event that was asked for last is due on the schedule itself: as time since its beginning in which
    /// nothing was late. The same seed gives the same times.
    pub fn scheduled(&self) -> Option<Duration> {
        self.due.map(|due| Duration::try_from_secs_f64(due).unwrap_or(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_pcg::Pcg64Mcg;

    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn rng() -> Pcg64Mcg {
        Pcg64Mcg::seed_from_u64(3)
    }

    fn fixed(rate: f64) -> Pacer {
        Pacer::new(Pace::Fixed { rate }).expect("a rate")
    }

    #[test]
    fn being_late_does_not_add_up() {
        let (mut pacer, mut rng, mut now) = (fixed(30.0), rng(), millis(500));
        for event in 0..30_000_u64 {
            let due = millis(500).as_secs_f64() + event as f64 / 30.0;
            now += pacer.next(now, &mut rng) + Duration::from_micros(rng.random_range(0..3_000));
            assert!((0.0..0.003_01).contains(&(now.as_secs_f64() - due + 1e-6)), "{event} at {now:?}");
        }
    }

    /// The gaps after a stall of five seconds.
    fn after_stall(rate: f64) -> Vec<Duration> {
        let (mut pacer, mut rng) = (fixed(rate), rng());
        pacer.next(millis(0), &mut rng);
        pacer.next(millis(0), &mut rng);
        let mut now = millis(5_000);
        (0..30)
            .map(|_| {
                let gap = pacer.next(now, &mut rng);
                now += gap;
                gap
            })
            .collect()
    }

    #[test]
    fn a_stall_is_made_up_for_within_bounds() {
        for (rate, at_once) in [(2.0, 3), (10.0, 11), (1000.0, 11), (0.1, 0)] {
            let gaps = after_stall(rate);
            let zero = gaps.iter().take_while(|gap| **gap < Duration::from_nanos(10)).count();
            assert_eq!(zero, at_once, "{rate}: {gaps:?}");
            let rest = 1.0 / rate;
            assert!(
                gaps[zero + 1..].iter().all(|gap| (gap.as_secs_f64() - rest).abs() < 1e-6),
                "{rate}: {gaps:?}"
            );
        }
    }

    #[test]
    fn odd_times_are_survived() {
        let (mut pacer, mut rng) = (fixed(1e-300), rng());
        pacer.next(millis(10), &mut rng);
        assert_eq!(pacer.next(millis(5), &mut rng), LONGEST);
        assert_eq!(pacer.next(Duration::MAX, &mut rng), LONGEST);
        assert!(Pacer::new(Pace::Fixed { rate: 0.0 }).is_err());
    }
}
