//! Numbers and times.

use std::time::Duration;

use mockforge_ws_diagnostic::Problem;
use serde_json::Value;

use super::{At, Compiler};

/// The longest time that can be written: a year.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

impl Compiler<'_> {
    /// A time with its unit.
    pub(super) fn duration(&mut self, at: &At<'_>, key: &str) -> Option<Duration> {
        let duration = at.value.as_str().and_then(duration);
        if duration.is_none() {
            let hint = match at.value {
                Value::Number(number) => format!("write the unit: `{number}ms` or `{number}s`"),
                _ => "for example `50ms`, `2s` or `1m`".into(),
            };
            self.problem(at, Problem::new(format!("`{key}` is a time with its unit")).hint(hint));
        }
        duration
    }

    /// A time that is not zero.
    pub(super) fn period(&mut self, at: &At<'_>, key: &str) -> Option<Duration> {
        let period = self.duration(at, key)?;
        if period.is_zero() {
            let problem = Problem::new(format!("`{key}` is longer than nothing"));
            self.problem(at, problem.hint("with no time between them they would never end"));
            return None;
        }
        Some(period)
    }

    /// A whole number from 1.
    pub(super) fn count(&mut self, at: &At<'_>, key: &str) -> Option<u64> {
        let count = at.value.as_u64().filter(|count| *count > 0);
        if count.is_none() {
            self.problem(at, Problem::new(format!("`{key}` is a whole number from 1")));
        }
        count
    }

    pub(super) fn probability(&mut self, at: &At<'_>, key: &str) -> Option<f64> {
        let number = at.value.as_f64().filter(|number| (0.0..=1.0).contains(number));
        if number.is_none() {
            let problem = Problem::new(format!("`{key}` is a probability from 0 to 1"));
            self.problem(at, problem.hint("5 percent is 0.05"));
        }
        number
    }

    pub(super) fn boolean(&mut self, at: &At<'_>, key: &str) -> Option<bool> {
        let value = at.value.as_bool();
        if value.is_none() {
            let problem = Problem::new(format!("`{key}` is `true` or `false`, found {}", at.kind()));
            self.problem(at, problem);
        }
        value
    }
}

/// A time as users write it: a number with `ms`, `s`, `m` or `h`; the number may have a fraction.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let unit = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let number: f64 = text[..unit].parse().ok()?;
    let seconds = match &text[unit..] {
        "ms" => number / 1000.0,
        "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return None,
    };
    // Through microseconds, so that `0.1s` is a hundred milliseconds and nothing less.
    let micros = (seconds * 1e6).round();
    (0.0..=LONGEST.as_micros() as f64).contains(&micros).then(|| Duration::from_micros(micros as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        let check = |text: &str, millis: Option<f64>| {
            assert_eq!(duration(text).map(|time| time.as_micros() as f64 / 1000.0), millis, "{text}");
        };
        check("50ms", Some(50.0));
        check("0.1s", Some(100.0));
        check("1.5m", Some(90_000.0));
        check("2h", Some(7_200_000.0));
        check("0.0005ms", Some(0.001));
        for wrong in ["", "5", "s", "-1s", "1d", "1 s x", "1e3s", "..s", "9999999h"] {
            check(wrong, None);
        }
    }
}
