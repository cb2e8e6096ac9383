//! What a simulated world is, and the scene in which it plays its next event.

use std::time::Duration;

use rand::{Rng, RngExt as _};
use serde_json::Value;
use time::OffsetDateTime;

use super::heard::Heard;
use crate::narrative::words::Words;
use crate::{Narrative, bank};

/// A small simulation with a state, so that its events hang together.
pub(crate) trait World: Send + Sync {
    /// The next event: an object with a `type`. Where the scene wants a type, the world does what it can to
    /// come to it; the caller asks again where it could not.
    fn event(&mut self, scene: &mut Scene<'_>) -> Value;

    /// Takes what the client said.
    fn hear(&mut self, heard: &Heard);

    /// The type of the event that answers what was heard, if there is one to come.
    fn pending(&self) -> Option<&'static str>;

    /// What else is known about what the last event is about: other members that an API might show.
    fn background(&self) -> Value {
        Value::Null
    }

    /// A copy with the same state.
    fn boxed(&self) -> Box<dyn World>;
}

/// A type of event, and what others call it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Words that are in the names of such types elsewhere, parted by commas.
    pub(crate) like: &'static str,
}

/// What a world is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'s> {
    pub(crate) narrative: &'s Narrative,
    /// The words of the narrative.
    pub(crate) words: &'s Words,
}

impl Setting<'_> {
    /// Whether the narrative has this word or phrase.
    pub(crate) fn says(&self, word: &str) -> bool {
        self.words.has(word)
    }

    /// So many people: those that are named first, others after them, each once.
    pub(crate) fn people(&self, count: usize, scene: &mut Scene<'_>) -> Vec<String> {
        let mut people: Vec<String> = self.narrative.people.iter().take(count).cloned().collect();
        let names: Vec<&str> = bank::parts(bank::FIRST_NAMES).collect();
        while people.len() < count.min(names.len() / 2) {
            let name = *scene.pick(&names);
            if !people.iter().any(|other| other == name) {
                people.push(name.to_string());
            }
        }
        people
    }
}

/// Time, randomness, and what is wanted.
pub(crate) struct Scene<'s> {
    pub(crate) rng: &'s mut dyn Rng,
    pub(crate) elapsed: Duration,
    pub(crate) now: OffsetDateTime,
    pub(crate) wanted: Option<&'static str>,
}

impl Scene<'_> {
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability.clamp(0.0, 1.0))
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.rng.random_range(0..list.len())]
    }

    /// One part of a bank.
    pub(crate) fn word(&mut self, bank: &'static str) -> &'static str {
        let count = bank::parts(bank).count();
        bank::parts(bank).nth(self.rng.random_range(0..count)).unwrap_or(bank)
    }

    /// A number with both ends included.
    pub(crate) fn int(&mut self, low: i64, high: i64) -> i64 {
        self.rng.random_range(low..=high)
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        self.rng.random_range(0..length.max(1))
    }

    pub(crate) fn float(&mut self, low: f64, high: f64) -> f64 {
        self.rng.random_range(low..=high)
    }

    /// A draw from the standard normal distribution, by Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        let u: f64 = 1.0 - self.rng.random::<f64>();
        let v: f64 = self.rng.random();
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    /// An id such as `ord_5f3a91c2`.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}_{:08x}", self.rng.random::<u32>())
    }

    pub(crate) fn full_name(&mut self) -> String {
        format!("{} {}", self.word(bank::FIRST_NAMES), self.word(bank::FAMILY_NAMES))
    }

    /// The time, as [`stamp`].
    pub(crate) fn stamp(&self) -> String {
        stamp(self.now)
    }

    /// Whether an event of this type may come: it is wanted, or nothing is.
    pub(crate) fn allows(&self, kind: &str) -> bool {
        self.wanted.is_none_or(|wanted| wanted == kind)
    }

    pub(crate) fn wants(&self, kind: &str) -> bool {
        self.wanted == Some(kind)
    }
}

/// A time by RFC 3339 in UTC, with milliseconds.
pub(crate) fn stamp(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second, milli) = at.to_hms_milli();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z", u8::from(month))
}

/// A number rounded to so many digits after the point.
pub(crate) fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    // Adding 0 makes a negative 0 a positive one.
    (value * scale).round() / scale + 0.0
}

/// A sum in cents as a number.
pub(crate) fn money(cents: i64) -> Value {
    (cents as f64 / 100.0).into()
}

/// Keeps a list to its newest entries.
pub(crate) fn keep_newest<T>(list: &mut Vec<T>, most: usize) {
    if list.len() > most {
        list.drain(..list.len() - most);
    }
}
