//! Words, numbers and times.

use std::time::Duration;

use mockforge_ws_core::close::objection;
use mockforge_ws_diagnostic::{At, Problem, did_you_mean};
use mockforge_ws_template::Template;
use serde_json::Value;

use super::super::{Close, Delay};
use super::Compiler;
use crate::Side;

/// The longest time that can be written: a year.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// The two sides by their words.
pub(super) const SIDES: &[(&str, Side)] = &[("client", Side::Client), ("upstream", Side::Upstream)];

impl Compiler<'_> {
    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, at: &At<'_>, key: &str, words: &[(&str, T)]) -> Option<T> {
        let written = at.value.as_str();
        let found = words.iter().find(|(word, _)| Some(*word) == written);
        if found.is_none() {
            // What a server is called elsewhere.
            let alias = matches!(written, Some("server" | "backend" | "target")).then_some("upstream");
            let names = || words.iter().map(|(word, _)| *word);
            let alias = alias.filter(|alias| names().any(|word| word == *alias));
            let hint = match alias {
                Some(alias) => Some(format!("did you mean `{alias}`?")),
                None => written.and_then(|written| did_you_mean(written, names())),
            };
            let names: Vec<_> = names().map(|word| format!("`{word}`")).collect();
            let problem = Problem::new(format!("`{key}` is {}", names.join(" or "))).maybe_hint(hint);
            self.problem(at, problem);
        }
        found.map(|(_, word)| *word)
    }

    /// A key that can only be `true`.
    pub(super) fn yes(&mut self, at: &At<'_>, key: &str, otherwise: &str) -> bool {
        let is_true = at.value == &Value::Bool(true);
        if !is_true {
            self.problem(at, Problem::new(format!("`{key}` is `true`")).hint(otherwise));
        }
        is_true
    }

    pub(super) fn boolean(&mut self, at: &At<'_>, key: &str) -> Option<bool> {
        let value = at.value.as_bool();
        if value.is_none() {
            let problem = Problem::new(format!("`{key}` is `true` or `false`, found {}", at.kind()));
            self.problem(at, problem);
        }
        value
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

    /// A time with its unit.
    pub(super) fn duration(&mut self, at: &At<'_>, key: &str) -> Option<Duration> {
        let duration = at.value.as_str().and_then(duration);
        if duration.is_none() {
            self.no_time(at, key, "for example `50ms`, `2s` or `1m`");
        }
        duration
    }

    /// A time, or two of them with `..` between.
    pub(super) fn delay(&mut self, at: &At<'_>) -> Option<Delay> {
        let text = at.value.as_str().unwrap_or_default();
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        let (Some(least), Some(most)) = (duration(least), duration(most)) else {
            self.no_time(at, "delay", "for example `50ms`, or `20ms..80ms` for a time between these");
            return None;
        };
        if least > most {
            let problem = Problem::new("`delay` is the shorter time first, then the longer one");
            let (shorter, longer) = text.split_once("..").unwrap_or_default();
            self.problem(at, problem.hint(format!("write `{}..{}`", longer.trim(), shorter.trim())));
            return None;
        }
        if most.is_zero() {
            self.problem(at, Problem::new("`delay` is longer than nothing"));
            return None;
        }
        Some(Delay { least, most })
    }

    fn no_time(&mut self, at: &At<'_>, key: &str, example: &str) {
        let hint = match at.value {
            Value::Number(number) => format!("write the unit: `{number}ms` or `{number}s`"),
            _ => example.into(),
        };
        self.problem(at, Problem::new(format!("`{key}` is a time with its unit")).hint(hint));
    }

    /// `true`, a code, or an object with both.
    pub(super) fn close(&mut self, at: &At<'_>) -> Option<Close> {
        const WANTED: &str = "`true`, a code, or an object with `code` and `reason`";
        let (code, reason) = match at.value {
            Value::Bool(true) => (Some(1000), None),
            Value::Number(_) => (self.close_code(at), None),
            _ => {
                if !self.object(at, &["code", "reason"], WANTED) {
                    return None;
                }
                let code = at.get("code").map_or(Some(1000), |code| self.close_code(&code));
                (code, at.get("reason"))
            }
        };
        let reason = match reason {
            None => Template::parse("", self.options).ok(),
            Some(at) => {
                let template = Template::parse(self.text(&at, "`reason`")?, self.options);
                self.take(template, &at)
            }
        };
        Some(Close { code: code?, reason: reason? })
    }

    fn close_code(&mut self, at: &At<'_>) -> Option<u16> {
        let Some(code) = at.value.as_u64().and_then(|code| u16::try_from(code).ok()) else {
            self.problem(at, Problem::new("a close code is a number from 1000 to 4999"));
            return None;
        };
        if let Some(objection) = objection(code) {
            let problem = Problem::new(format!("the close code {code} {objection}"));
            self.problem(at, problem.hint("your own codes are 4000 to 4999"));
            return None;
        }
        Some(code)
    }
}

/// A time as users write it: a number with `ms`, `s`, `m` or `h`; the number may have a fraction.
fn duration(text: &str) -> Option<Duration> {
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
