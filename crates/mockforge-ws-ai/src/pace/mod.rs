//! When events leave: at a fixed rate, at random, or in bursts.

mod pacer;
mod read;
mod schedule;

use std::time::Duration;

use mockforge_ws_diagnostic::Problem;

pub use pacer::Pacer;

/// The most events a second, in the mean.
pub const MAX_RATE: f64 = 10_000.0;

/// How events are spread over time.
///
/// In a config file, and wherever it is deserialised, it is a number of events a second or says more:
///
/// ```
/// use std::time::Duration;
/// use mockforge_ws_ai::pace::Pace;
/// use serde_json::json;
///
/// let pace = |written| Pace::read(&written).unwrap();
/// assert_eq!(pace(json!(2.0)), Pace::Fixed { rate: 2.0 });
/// assert_eq!(pace(json!({ "poisson": 0.5 })), Pace::Poisson { rate: 0.5 });
/// assert_eq!(
///     pace(json!({ "burst": { "size": 5, "every": "10s", "rate": 20, "jitter": "2s" } })),
///     Pace::Burst { size: 5, every: Duration::from_secs(10), rate: Some(20.0), jitter: Duration::from_secs(2) },
/// );
/// assert_eq!(
///     pace(json!({ "on_off": { "rate": 20, "on": "5s", "off": "1m" } })),
///     Pace::OnOff { rate: 20.0, on: Duration::from_secs(5), off: Duration::from_secs(60) },
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// One event each `1 / rate` seconds; the first at once.
    Fixed {
        /// Events a second.
        rate: f64,
    },
    /// Events that do not know of each other: the gaps are exponentially distributed.
    Poisson {
        /// Events a second, in the mean.
        rate: f64,
    },
    /// So many events one after the other, again and again; the first at once.
    Burst {
        /// Events of a burst.
        size: u32,
        /// From the beginning of one burst to that of the next.
        every: Duration,
        /// Events a second within a burst; all at once where nothing is said.
        rate: Option<f64>,
        /// The most that a burst is late, at random.
        jitter: Duration,
    },
    /// Busy and quiet times of random length; in the busy ones events come as of [`Pace::Poisson`].
    OnOff {
        /// Events a second of busy time, in the mean.
        rate: f64,
        /// How long a busy time is, in the mean. It begins with one.
        on: Duration,
        /// How long a quiet time is, in the mean.
        off: Duration,
    },
}

impl Default for Pace {
    /// One event a second.
    fn default() -> Self {
        Self::Fixed { rate: 1.0 }
    }
}

impl Pace {
    /// How many events a second there are in the mean.
    pub fn mean_rate(&self) -> f64 {
        match *self {
            Self::Fixed { rate } | Self::Poisson { rate } => rate,
            Self::Burst { size, every, .. } => f64::from(size) / every.as_secs_f64(),
            Self::OnOff { rate, on, off } => {
                let (on, off) = (on.as_secs_f64(), off.as_secs_f64());
                rate * on / (on + off)
            }
        }
    }

    /// Everything that is wrong with it.
    fn problems(&self) -> Vec<Problem> {
        let rate = match *self {
            Self::Fixed { rate } | Self::Poisson { rate } | Self::OnOff { rate, .. } => Some(rate),
            Self::Burst { rate, .. } => rate,
        };
        let mut problems: Vec<Problem> = rate.and_then(wrong_rate).into_iter().collect();
        match *self {
            Self::Fixed { .. } | Self::Poisson { .. } => {}
            Self::Burst { size: 0, .. } => problems.push(Problem::new("a burst has at least one event")),
            Self::Burst { every: Duration::ZERO, .. } => {
                problems.push(no_time("every", "how long from one burst to the next"));
            }
            Self::Burst { size, every, rate, jitter } => {
                problems.extend(wrong_rate(self.mean_rate()));
                let within = rate.map_or(0.0, |rate| f64::from(size - 1) / rate);
                let most = within + jitter.as_secs_f64();
                if problems.is_empty() && most > every.as_secs_f64() {
                    let problem =
                        format!("a burst lasts {most} s with its jitter, and the next begins earlier");
                    problems.push(Problem::new(problem).hint("make `every` longer, or `rate` higher"));
                }
            }
            Self::OnOff { on: Duration::ZERO, .. } => {
                problems.push(no_time("on", "how long a busy time is in the mean"));
            }
            Self::OnOff { off: Duration::ZERO, .. } => {
                problems.push(no_time("off", "without quiet times it is `poisson`"));
            }
            Self::OnOff { rate, on, .. } => {
                if problems.is_empty() && rate * on.as_secs_f64() < 1.0 {
                    let problem = Problem::new("most busy times are too short for one event");
                    problems.push(problem.hint("make `on` longer, or `rate` higher"));
                }
            }
        }
        problems
    }
}

fn no_time(key: &str, hint: &str) -> Problem {
    Problem::new(format!("`{key}` is longer than nothing")).hint(hint)
}

fn wrong_rate(rate: f64) -> Option<Problem> {
    let problem = || {
        Problem::new(format!("a rate is more than 0 and at most {MAX_RATE} events a second, found {rate}"))
    };
    if rate > 0.0 && rate <= MAX_RATE {
        return None;
    }
    Some(if rate == 0.0 { problem().hint("one event each ten seconds is 0.1") } else { problem() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_kept_is_a_problem() {
        let secs = Duration::from_secs;
        let burst =
            |size, every, rate, jitter| Pace::Burst { size, every: secs(every), rate, jitter: secs(jitter) };
        let on_off = |rate, on, off| Pace::OnOff { rate, on: secs(on), off: secs(off) };
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 10_000.1] {
            for pace in
                [Pace::Fixed { rate }, Pace::Poisson { rate }, burst(2, 9, Some(rate), 0), on_off(rate, 1, 1)]
            {
                let problems = pace.problems();
                assert!(
                    matches!(&problems[..], [one] if one.message.contains("events a second, found")),
                    "{pace:?}"
                );
            }
        }
        for (pace, message) in [
            (burst(0, 9, None, 0), "at least one event"),
            (burst(5, 0, None, 0), "`every` is longer"),
            (burst(u32::MAX, 1, None, 0), "found 4294967295"),
            (burst(5, 2, Some(2.0), 1), "lasts 3 s"),
            (on_off(9.0, 0, 1), "`on` is longer"),
            (on_off(9.0, 1, 0), "`off` is longer"),
            (on_off(0.5, 1, 1), "too short"),
        ] {
            let problems = pace.problems();
            assert!(
                matches!(&problems[..], [one] if one.message.contains(message)),
                "{pace:?}: {problems:?}"
            );
        }
        for pace in [burst(5, 2, Some(2.0), 0), burst(5, 1, None, 1), on_off(0.5, 2, 9), Pace::default()] {
            assert_eq!(pace.problems(), [], "{pace:?}");
        }
    }
}
