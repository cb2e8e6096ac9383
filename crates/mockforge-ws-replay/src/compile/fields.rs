//! Values of keys as the types they should have, with a mistake where they have another.

use std::borrow::Cow;

use mockforge_ws_diagnostic::{Problem, did_you_mean};

use super::json::{self, Member};
use super::report::{Report, Row};
use crate::words::Word;

/// The longest time that a script can say, in milliseconds: a hundred years of 365 days.
pub(crate) const LONGEST: u64 = 100 * 365 * 24 * 60 * 60 * 1000;

/// One value of a line, with what is needed to complain about it.
pub(crate) struct Field<'r, 's> {
    pub(crate) report: &'r mut Report,
    pub(crate) row: Row<'s>,
    /// The key, as people know it.
    pub(crate) name: &'static str,
    /// The value as it stands in the line.
    pub(crate) raw: &'s str,
}

impl<'s> Field<'_, 's> {
    /// An error about the value.
    pub(crate) fn wrong(&mut self, problem: Problem) {
        self.report.error(self.row, self.raw, problem);
    }

    fn expected<T>(&mut self, what: &str, hint: Option<&str>) -> Option<T> {
        let problem = Problem::new(format!("`{}` is {what}, found {}", self.name, kind(self.raw)));
        self.wrong(problem.maybe_hint(hint));
        None
    }

    /// A string, decoded.
    pub(crate) fn string(&mut self, hint: &str) -> Option<Cow<'s, str>> {
        if !self.raw.starts_with('"') {
            return self.expected("a string", Some(hint).filter(|hint| !hint.is_empty()));
        }
        match json::unquote(self.raw) {
            Ok(text) => Some(text),
            Err(_) => {
                self.wrong(lone_surrogate());
                None
            }
        }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Option<bool> {
        match self.raw {
            "true" => Some(true),
            "false" => Some(false),
            raw => self.expected("`true` or `false`", raw.starts_with('"').then_some("take the quotes away")),
        }
    }

    /// A whole number from 0.
    pub(crate) fn whole(&mut self, unit: &str) -> Option<u64> {
        if let Ok(number) = self.raw.parse() {
            return Some(number);
        }
        let raw = self.raw.as_bytes();
        let what = format!("a whole number{unit}");
        match raw[0] {
            b'-' if raw.len() > 1 && !raw.contains(&b'.') => {
                self.wrong(Problem::new(format!("`{}` is {what} from 0, found {}", self.name, self.raw)));
                None
            }
            b'0'..=b'9' | b'-' => {
                self.wrong(Problem::new(format!("`{}` is {what}, found {}", self.name, self.raw)));
                None
            }
            b'"' => self.expected(&what, Some("take the quotes away")),
            _ => self.expected(&what, None),
        }
    }

    /// A time in milliseconds.
    pub(crate) fn milliseconds(&mut self) -> Option<u64> {
        let number = self.whole(" of milliseconds")?;
        if number > LONGEST {
            self.wrong(Problem::new(format!("`{}` is longer than a hundred years", self.name)));
            return None;
        }
        Some(number)
    }

    /// One of a few words.
    pub(crate) fn word<W: Word>(&mut self) -> Option<W> {
        let words = || W::ALL.iter().map(|(word, _)| *word);
        let listed = || listed(words());
        if !self.raw.starts_with('"') {
            return self.expected(&listed(), None);
        }
        let text = self.string("")?;
        let found = W::ALL.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let problem = Problem::new(format!("`{}` is {}, found {text:?}", self.name, listed()));
            let meant = MEANT.iter().find(|(said, _)| text.eq_ignore_ascii_case(said)).map(|(_, word)| *word);
            let meant = meant.filter(|word| words().any(|other| other == *word));
            let hint = meant.map(|word| format!("did you mean `{word}`?"));
            self.wrong(problem.maybe_hint(hint.or_else(|| did_you_mean(&text, words()))));
        }
        found
    }

    /// The members of an object with these keys, `null` as if it were not there; others and repeated ones
    /// are reported.
    pub(crate) fn object<const N: usize>(
        &mut self,
        keys: [&str; N],
        hint: &str,
    ) -> Option<[Option<&'s str>; N]> {
        if !self.raw.starts_with('{') {
            return self.expected("an object", Some(hint));
        }
        let mut members = Vec::new();
        json::members(self.raw, &mut members).ok()?;
        let mut values = [None; N];
        let mut seen = [false; N];
        for Member { key, value } in members {
            let name = json::unquote(key).unwrap_or_default();
            match keys.iter().position(|known| *known == name) {
                Some(index) if std::mem::replace(&mut seen[index], true) => {
                    let problem = Problem::new(format!("`{name}` is given twice")).hint("keep one of them");
                    self.report.error(self.row, key, problem);
                }
                Some(index) => values[index] = Some(value).filter(|value| *value != "null"),
                None => {
                    let hint = did_you_mean(&name, keys)
                        .unwrap_or_else(|| format!("`{}` takes {}", self.name, keys.join(", ")));
                    let problem = Problem::new(format!("unknown key `{name}` in `{}`", self.name)).hint(hint);
                    self.report.error(self.row, key, problem);
                }
            }
        }
        Some(values)
    }

    /// The elements of an array.
    pub(crate) fn array(&mut self, hint: &str) -> Option<Vec<&'s str>> {
        if !self.raw.starts_with('[') {
            return self.expected("an array", Some(hint));
        }
        json::elements(self.raw)
    }

    /// A part of the value as a field of its own.
    pub(crate) fn part(&mut self, name: &'static str, raw: &'s str) -> Field<'_, 's> {
        Field { report: self.report, row: self.row, name, raw }
    }
}

/// The words to choose from: `"a"`, `"b"` or `"c"`.
pub(crate) fn listed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut quoted: Vec<_> = words.map(|word| format!("{word:?}")).collect();
    let last = quoted.pop().unwrap_or_default();
    if quoted.is_empty() { last } else { format!("{} or {last}", quoted.join(", ")) }
}

/// What other tools say for a word of ours.
const MEANT: &[(&str, &str)] = &[
    ("send", "out"),
    ("sent", "out"),
    ("server", "out"),
    ("s2c", "out"),
    ("receive", "in"),
    ("recv", "in"),
    ("received", "in"),
    ("client", "in"),
    ("c2s", "in"),
    ("stay", "keep"),
    ("open", "keep"),
    ("repeat", "loop"),
    ("restart", "loop"),
    ("end", "close"),
    ("error", "fail"),
    ("abort", "fail"),
    ("continue", "skip"),
    ("ignore", "skip"),
    ("none", "off"),
    ("exact", "strict"),
];

/// The one mistake in a string that JSON's grammar lets pass.
pub(crate) fn lone_surrogate() -> Problem {
    Problem::new("half a surrogate pair is no character")
        .hint("write both halves, `\\ud83d\\ude00`, or the character itself")
}

/// What kind of JSON value stands there, in words.
pub(crate) fn kind(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}
