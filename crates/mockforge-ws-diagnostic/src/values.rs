//! Numbers, switches, times and names of keys as users write them, each with what is wrong with it.

use std::time::Duration;

use serde_json::Value;

use crate::{At, Problem, did_you_mean};

/// The longest time that can be written: a year.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

impl At<'_> {
    /// A whole number from 1.
    ///
    /// # Errors
    /// Where it is none; `key` is what it is called.
    pub fn count(&self, key: &str) -> Result<u64, Problem> {
        let count = self.value.as_u64().filter(|count| *count > 0);
        count.ok_or_else(|| Problem::new(format!("`{key}` is a whole number from 1")))
    }

    /// A probability.
    ///
    /// # Errors
    /// Where it is no number from 0 to 1.
    pub fn probability(&self, key: &str) -> Result<f64, Problem> {
        let number = self.value.as_f64().filter(|number| (0.0..=1.0).contains(number));
        let problem = || Problem::new(format!("`{key}` is a probability from 0 to 1"));
        number.ok_or_else(|| problem().hint("5 percent is 0.05"))
    }

    /// A switch.
    ///
    /// # Errors
    /// Where it is neither `true` nor `false`.
    pub fn boolean(&self, key: &str) -> Result<bool, Problem> {
        let problem = || Problem::new(format!("`{key}` is `true` or `false`, found {}", self.kind()));
        self.value.as_bool().ok_or_else(problem)
    }

    /// A time with its unit: [`duration`].
    ///
    /// # Errors
    /// As [`no_time`](Self::no_time), where it is none.
    pub fn duration(&self, key: &str) -> Result<Duration, Problem> {
        let time = self.value.as_str().and_then(duration);
        time.ok_or_else(|| self.no_time(key, "for example `50ms`, `2s` or `1m`"))
    }

    /// What is said where a time was expected; a number is told its unit, anything else gets the example.
    pub fn no_time(&self, key: &str, example: &str) -> Problem {
        let hint = match self.value {
            Value::Number(number) => format!("write the unit: `{number}ms` or `{number}s`"),
            _ => example.into(),
        };
        Problem::new(format!("`{key}` is a time with its unit")).hint(hint)
    }
}

/// A time as users write it: a number with `ms`, `s`, `m` or `h`; the number may have a fraction. At most a year.
///
/// ```
/// use std::time::Duration;
/// use mockforge_ws_diagnostic::duration;
///
/// assert_eq!(duration("0.1s"), Some(Duration::from_millis(100)));
/// assert_eq!(duration("5"), None);
/// ```
pub fn duration(text: &str) -> Option<Duration> {
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

/// What a key that is none of `keys` was probably meant to be. `aliases` are words that other tools, or a guess,
/// use, each with the key that it stands for.
///
/// ```
/// use mockforge_ws_diagnostic::meant_key;
///
/// let aliases = [("send", "reply")];
/// assert_eq!(meant_key("send", &["reply", "on"], &aliases), "did you mean `reply`?");
/// assert_eq!(meant_key("xyz", &["reply", "on"], &aliases), "known here: `reply`, `on`");
/// ```
pub fn meant_key(key: &str, keys: &[&str], aliases: &[(&str, &str)]) -> String {
    let alias = aliases.iter().find(|(alias, ours)| *alias == key && keys.contains(ours));
    match alias {
        Some((_, ours)) => format!("did you mean `{ours}`?"),
        None => did_you_mean(key, keys.iter().copied()).unwrap_or_else(|| {
            let known: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
            format!("known here: {}", known.join(", "))
        }),
    }
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
