//! When events are due, in seconds of the schedule's own time.

use rand::{Rng, RngExt as _};

use super::Pace;

/// The due times of a pace, one after the other.
#[derive(Debug)]
pub(super) struct Schedule {
    pace: Pace,
    /// How many events were asked for.
    asked: u64,
    /// When the last event was due, or its burst began.
    last: f64,
    /// When the busy time ends.
    on_until: f64,
}

impl Schedule {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, asked: 0, last: 0.0, on_until: 0.0 }
    }

    /// When the next event is due; never earlier than the one before it.
    pub(super) fn next(&mut self, rng: &mut (impl Rng + ?Sized)) -> f64 {
        let number = self.asked;
        self.asked += 1;
        match self.pace {
            // A product and no sum, so that errors do not add up.
            Pace::Fixed { rate } => number as f64 / rate,
            Pace::Poisson { rate } => {
                self.last += exponential(1.0 / rate, rng);
                self.last
            }
            Pace::Burst { size, every, rate, jitter } => {
                let (burst, event) = (number / u64::from(size), number % u64::from(size));
                if event == 0 {
                    let jitter = jitter.as_secs_f64() * rng.random::<f64>();
                    self.last = burst as f64 * every.as_secs_f64() + jitter;
                }
                self.last + rate.map_or(0.0, |rate| event as f64 / rate)
            }
            Pace::OnOff { rate, on, off } => {
                if number == 0 {
                    self.on_until = exponential(on.as_secs_f64(), rng);
                }
                let mut busy = exponential(1.0 / rate, rng);
                while self.last + busy > self.on_until {
                    busy -= self.on_until - self.last;
                    self.last = self.on_until + exponential(off.as_secs_f64(), rng);
                    self.on_until = self.last + exponential(on.as_secs_f64(), rng);
                }
                self.last += busy;
                self.last
            }
        }
    }
}

/// A draw from the exponential distribution with that mean.
fn exponential(mean: f64, rng: &mut (impl Rng + ?Sized)) -> f64 {
    -(1.0 - rng.random::<f64>()).ln() * mean
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rand::SeedableRng as _;
    use rand_pcg::Pcg64Mcg;

    use super::*;

    fn due(pace: Pace, events: usize, seed: u64) -> Vec<f64> {
        let (mut schedule, mut rng) = (Schedule::new(pace), Pcg64Mcg::seed_from_u64(seed));
        (0..events).map(|_| schedule.next(&mut rng)).collect()
    }

    fn gaps(due: &[f64]) -> Vec<f64> {
        due.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// The mean, and the standard deviation over the mean.
    fn shape(values: &[f64]) -> (f64, f64) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, variance.sqrt() / mean)
    }

    #[test]
    fn a_fixed_rate_is_exact_after_a_million_events() {
        let due = due(Pace::Fixed { rate: 3.0 }, 1_000_001, 0);
        assert_eq!((due[0], due[3], due[1_000_000]), (0.0, 1.0, 1_000_000.0 / 3.0));
    }

    #[test]
    fn poisson_gaps_are_exponential_and_independent() {
        for seed in 0..3 {
            let gaps = gaps(&due(Pace::Poisson { rate: 4.0 }, 50_001, seed));
            let (mean, variation) = shape(&gaps);
            assert!((mean - 0.25).abs() < 0.005 && (variation - 1.0).abs() < 0.02, "{mean} {variation}");
            // The exponential distribution has 1/e of its gaps above the mean.
            let above = gaps.iter().filter(|gap| **gap > 0.25).count() as f64 / gaps.len() as f64;
            assert!((above - (-1.0f64).exp()).abs() < 0.01, "{above}");
            let pairs = gaps.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>();
            assert!((pairs / gaps.len() as f64 / (mean * mean)).abs() < 0.02, "{pairs}");
        }
    }

    #[test]
    fn bursts_keep_their_places() {
        let every = Duration::from_secs(10);
        let at_once = Pace::Burst { size: 3, every, rate: None, jitter: Duration::ZERO };
        assert_eq!(due(at_once, 7, 0), [0.0, 0.0, 0.0, 10.0, 10.0, 10.0, 20.0]);
        let spread = Pace::Burst { size: 3, every, rate: Some(2.0), jitter: Duration::ZERO };
        assert_eq!(due(spread, 4, 0), [0.0, 0.5, 1.0, 10.0]);
        let late = Pace::Burst { size: 2, every, rate: None, jitter: Duration::from_secs(4) };
        let due = due(late, 20_000, 1);
        let jitters: Vec<f64> = (0..10_000).map(|burst| due[2 * burst] - 10.0 * burst as f64).collect();
        assert!(jitters.iter().all(|jitter| (0.0..=4.0).contains(jitter)));
        let (mean, variation) = shape(&jitters);
        assert!(
            (mean - 2.0).abs() < 0.05 && (variation - 1.0 / 3.0f64.sqrt()).abs() < 0.02,
            "{mean} {variation}"
        );
        assert!((0..10_000).all(|burst| due[2 * burst] == due[2 * burst + 1]));
    }

    #[test]
    fn busy_and_quiet_times_have_their_means() {
        let secs = Duration::from_secs;
        let busy = Pace::OnOff { rate: 20.0, on: secs(5), off: secs(15) };
        let rare = Pace::OnOff { rate: 1.0, on: secs(1), off: secs(1) };
        for (pace, seed) in [(busy, 0), (busy, 1), (rare, 0), (rare, 1)] {
            let due = due(pace, 100_000, seed);
            let rate = due.len() as f64 / due[due.len() - 1];
            assert!((rate / pace.mean_rate() - 1.0).abs() < if pace == rare { 0.02 } else { 0.1 }, "{rate}");
            let (_, variation) = shape(&gaps(&due));
            assert!(variation > if pace == rare { 1.1 } else { 3.0 }, "Poisson has 1: {variation}");
            assert!(due.is_sorted());
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_times() {
        let pace = Pace::OnOff { rate: 2.0, on: Duration::from_secs(5), off: Duration::from_secs(5) };
        assert_eq!(due(pace, 50, 7), due(pace, 50, 7));
        assert_ne!(due(pace, 50, 7), due(pace, 50, 8));
    }
}
