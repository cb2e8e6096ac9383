//! A schedule on a connection's clock: it can be paused and sped up, and does not run after lost time.

use std::time::Duration;

use mockforge_ws_diagnostic::Problem;
use rand::Rng;

use super::schedule::Schedule;
use super::{MAX_RATE, Pace};

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
/// pacer.set_speed(millis(400), 10.0).unwrap();
/// assert_eq!(pacer.due(), Some(millis(410)));
/// ```
#[derive(Debug)]
pub struct Pacer {
    schedule: Schedule,
    mean_rate: f64,
    speed: f64,
    paused: bool,
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
        Ok(Self {
            schedule: Schedule::new(pace),
            mean_rate: pace.mean_rate(),
            speed: 1.0,
            paused: false,
            since: None,
            position: 0.0,
            due: None,
        })
    }

    /// Asks for the next event: how long after `now` it is due. While the pacer is paused, that is how long it
    /// will be from the resuming.
    pub fn next(&mut self, now: Duration, rng: &mut (impl Rng + ?Sized)) -> Duration {
        self.go(now);
        let due = self.schedule.next(rng);
        self.due = Some(due);
        let most = (CATCH_UP_EVENTS / self.mean_rate).min(CATCH_UP_SECONDS * self.speed);
        self.position = self.position.min(due + most);
        self.left(due)
    }

    /// When the event that was asked for last is due; none while the pacer is paused.
    pub fn due(&self) -> Option<Duration> {
        let due = self.due.filter(|_| !self.paused)?;
        // An event that is late was due when it was asked for at the earliest.
        Some(self.since?.saturating_add(self.left(due)))
    }

    /// When the event that was asked for last is due on the schedule itself: as time since its beginning in which
    /// nothing was late, paused or sped up. The same seed gives the same times.
    pub fn scheduled(&self) -> Option<Duration> {
        self.due.map(|due| Duration::try_from_secs_f64(due).unwrap_or(LONGEST))
    }

    /// Stops the schedule.
    pub fn pause(&mut self, now: Duration) {
        self.go(now);
        self.paused = true;
    }

    /// Lets it go on from where it was stopped.
    pub fn resume(&mut self, now: Duration) {
        self.go(now);
        self.paused = false;
    }

    /// Whether it is paused.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Makes the schedule run so many times as fast from now on; 1 is as written.
    ///
    /// # Errors
    /// Where that is not from 0.001 to 1000, or makes more than [`MAX_RATE`] of the pace's rate.
    pub fn set_speed(&mut self, now: Duration, speed: f64) -> Result<(), Problem> {
        if !(0.001..=1000.0).contains(&speed) {
            let problem = Problem::new(format!("a speed is from 0.001 to 1000, found {speed}"));
            return Err(problem.hint("1 is as written, 2 twice as fast, 0.5 half as fast"));
        }
        let rate = self.mean_rate * speed;
        if rate > MAX_RATE {
            return Err(Problem::new(format!(
                "that speed makes {rate} events a second of {}",
                self.mean_rate
            ))
            .hint(format!("the most is {MAX_RATE}")));
        }
        self.go(now);
        self.speed = speed;
        Ok(())
    }

    /// Moves the schedule to that time. Time that goes back is no time.
    fn go(&mut self, now: Duration) {
        let since = *self.since.get_or_insert(now);
        if self.due.is_some() && !self.paused {
            self.position += now.saturating_sub(since).as_secs_f64() * self.speed;
        }
        self.since = Some(now.max(since));
    }

    /// How long it is from `since` to a time of the schedule.
    fn left(&self, due: f64) -> Duration {
        let seconds = ((due - self.position) / self.speed).max(0.0);
        Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST).min(LONGEST)
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
    fn a_pause_takes_no_time_of_the_schedule() {
        let (mut pacer, mut rng) = (fixed(1.0), rng());
        pacer.next(millis(0), &mut rng);
        pacer.next(millis(0), &mut rng);
        pacer.pause(millis(400));
        pacer.pause(millis(2_000));
        assert_eq!((pacer.due(), pacer.is_paused()), (None, true));
        pacer.resume(millis(9_000));
        pacer.resume(millis(9_100));
        assert_eq!((pacer.due(), pacer.is_paused()), (Some(millis(9_600)), false));
        assert_eq!(pacer.next(millis(9_600), &mut rng), millis(1_000));
        pacer.pause(millis(9_600));
        assert_eq!(pacer.next(millis(60_000), &mut rng), millis(2_000));
    }

    #[test]
    fn the_speed_counts_from_when_it_was_set() {
        let (mut pacer, mut rng) = (fixed(1.0), rng());
        pacer.set_speed(millis(0), 2.0).expect("a speed");
        pacer.next(millis(1_000), &mut rng);
        assert_eq!(pacer.next(millis(1_000), &mut rng), millis(500));
        pacer.set_speed(millis(1_250), 0.5).expect("a speed");
        assert_eq!(pacer.due(), Some(millis(2_250)));
        pacer.pause(millis(1_250));
        pacer.set_speed(millis(5_000), 5.0).expect("a speed");
        pacer.resume(millis(6_000));
        assert_eq!(pacer.due(), Some(millis(6_100)));
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY, 1001.0] {
            assert!(pacer.set_speed(millis(0), speed).is_err(), "{speed}");
        }
        assert!(fixed(500.0).set_speed(millis(0), 21.0).is_err());
    }

    #[test]
    fn odd_times_are_survived() {
        let (mut pacer, mut rng) = (fixed(1e-300), rng());
        pacer.next(millis(10), &mut rng);
        assert_eq!(pacer.next(millis(5), &mut rng), LONGEST);
        pacer.next(Duration::MAX, &mut rng);
        assert_eq!(pacer.due(), Some(Duration::MAX));
        pacer.set_speed(millis(0), 1000.0).expect("a speed");
        pacer.next(Duration::MAX, &mut rng);
        assert!(Pacer::new(Pace::Fixed { rate: 0.0 }).is_err());
    }
}
