//! The times of a HAR: RFC 3339 for entries, and numbers since 1970 in one of two units for messages.

use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{OffsetDateTime, UtcOffset};

use super::frame::Frame;

/// Without a start to compare with, what is beyond this is milliseconds: as seconds it is the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// The time of an entry.
pub(super) fn started(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    // Some leave the zone's colon away, which RFC 3339 does not allow and ISO 8601 does.
    let read = OffsetDateTime::parse(text, &Rfc3339);
    read.or_else(|_| OffsetDateTime::parse(text, &Iso8601::DEFAULT)).ok()
}

/// As scripts and HAR files write it: in UTC, with at least milliseconds.
pub(super) fn shown(at: OffsetDateTime) -> String {
    let utc = at.to_offset(UtcOffset::UTC);
    let fraction = format!("{:09}", utc.nanosecond());
    let digits = fraction.trim_end_matches('0').len().max(3);
    let (date, time) = (utc.date(), utc.time());
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    let (hour, minute, second) = time.as_hms();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{}Z", &fraction[..digits])
}

/// Nanoseconds since 1970 as seconds. A float holds microseconds of this and the next two centuries, so that
/// their thousandths stay as short as they were.
pub(super) fn seconds(nanos: i128) -> f64 {
    nanos.div_euclid(1_000) as f64 / 1e6
}

/// When the messages of an entry came.
pub(super) struct Clock {
    /// Seconds since 1970 at which the connection opened, where that is known.
    opened: Option<f64>,
    /// How many of the producer's units are a second.
    units: f64,
}

impl Clock {
    pub(super) fn of(frames: &[Frame], started: Option<OffsetDateTime>) -> Self {
        let started = started.map(|at| seconds(at.unix_timestamp_nanos()));
        let first = frames.iter().find_map(Frame::known_time);
        let units = match (first, started) {
            (Some(first), Some(started)) => {
                let far = |units: f64| (first / units - started).abs();
                if far(1000.0) < far(1.0) { 1000.0 } else { 1.0 }
            }
            (Some(first), None) if first > MILLISECONDS_FROM => 1000.0,
            _ => 1.0,
        };
        let earliest = frames.iter().filter_map(Frame::known_time).map(|time| time / units);
        let opened = earliest.chain(started).reduce(f64::min);
        Self { opened, units }
    }

    /// The opening.
    pub(super) fn opened(&self) -> Option<OffsetDateTime> {
        // A fraction that a float can't hold any more is no part of the time. `as` keeps to the bounds.
        let micros = (self.opened? * 1e6).round() as i64;
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok()
    }

    /// Milliseconds from the opening, rounded; `None` for a message without a time.
    pub(super) fn since(&self, frame: &Frame) -> Option<u64> {
        let at = frame.known_time()? / self.units;
        // `as` keeps to the bounds of the type.
        Some(((at - self.opened?) * 1000.0).round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_openings() {
        let check = |started: Option<&str>, times: &[f64], expect: &[Option<u64>]| {
            let frame = |time: &f64| Frame { time: Some(*time), ..Frame::default() };
            let frames: Vec<_> = times.iter().map(frame).collect();
            let clock = Clock::of(&frames, started.and_then(super::started));
            let since: Vec<_> = frames.iter().map(|frame| clock.since(frame)).collect();
            assert_eq!(since, expect, "{started:?} {times:?}");
        };
        let at = Some("2026-01-31T09:30:00.000Z");
        check(at, &[1_769_851_800.1, 1_769_851_800.25], &[Some(100), Some(250)]);
        check(at, &[1_769_851_800_100.0, 1_769_851_800_250.4], &[Some(100), Some(250)]);
        // A message before the start is the opening.
        check(at, &[1_769_851_799.0, 1_769_851_800.25], &[Some(0), Some(1250)]);
        check(None, &[1_769_851_799_000.0, 1_769_851_800_250.0], &[Some(0), Some(1250)]);
        check(None, &[1_769_851_799.0, 1_769_851_800.25], &[Some(0), Some(1250)]);
        check(at, &[-1.0, -1.0], &[None, None]);
        check(Some("1970-01-01T00:00:01Z"), &[1.0, 2.5], &[Some(0), Some(1500)]);
    }

    #[test]
    fn times_are_read_and_shown() {
        let check = |text: &str, expect: &str| assert_eq!(started(text).map(shown).as_deref(), Some(expect));
        check("2026-01-31T09:30:00.5Z", "2026-01-31T09:30:00.500Z");
        check("2026-11-24T19:02:59.446852+00:00", "2026-11-24T19:02:59.446852Z");
        check("2026-01-31T09:30:00+01:00", "2026-01-31T08:30:00.000Z");
        check("2026-01-31T09:30:00.000+0100", "2026-01-31T08:30:00.000Z");
        assert_eq!(started("yesterday"), None);
    }
}
