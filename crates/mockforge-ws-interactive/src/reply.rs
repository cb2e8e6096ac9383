//! One part of an answer.

use std::time::Duration;

use crate::payload::Payload;

/// A message and how long after the part before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) after: Duration,
    pub(crate) payload: Payload,
}

/// A time as users write it: a number with `ms`, `s`, `m` or `h`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok()?;
    let unit = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(unit).map(Duration::from_millis)
}
