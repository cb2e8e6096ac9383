//! Words, numbers and times.

use std::time::Duration;

use mockforge_ws_core::close::objection;
use mockforge_ws_diagnostic::{At, Problem, did_you_mean, duration};
use mockforge_ws_template::Template;
use serde_json::Value;

use super::super::{Close, Delay};
use super::Compiler;
use crate::Side;

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

    /// A whole number from 1.
    pub(super) fn count(&mut self, at: &At<'_>, key: &str) -> Option<u64> {
        self.take(at.count(key).map_err(|problem| vec![problem]), at)
    }

    pub(super) fn probability(&mut self, at: &At<'_>, key: &str) -> Option<f64> {
        self.take(at.probability(key).map_err(|problem| vec![problem]), at)
    }

    pub(super) fn boolean(&mut self, at: &At<'_>, key: &str) -> Option<bool> {
        self.take(at.boolean(key).map_err(|problem| vec![problem]), at)
    }

    /// A time with its unit.
    pub(super) fn duration(&mut self, at: &At<'_>, key: &str) -> Option<Duration> {
        self.take(at.duration(key).map_err(|problem| vec![problem]), at)
    }

    /// A time, or two of them with `..` between.
    pub(super) fn delay(&mut self, at: &At<'_>) -> Option<Delay> {
        let text = at.value.as_str().unwrap_or_default();
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        let (Some(least), Some(most)) = (duration(least), duration(most)) else {
            let example = "for example `50ms`, or `20ms..80ms` for a time between these";
            self.problem(at, at.no_time("delay", example));
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
