//! `{{now}}` with its offsets and forms: read once, written without allocating.

use std::ops::Range;

use time::{Date, Duration, OffsetDateTime, UtcOffset};

use crate::strftime::Part;

/// `{{now}}`: a distance from the present, and a form.
#[derive(Debug)]
pub(crate) struct Now {
    /// In milliseconds.
    pub(crate) offset: i64,
    pub(crate) form: Form,
}

/// How a time is written.
#[derive(Debug)]
pub(crate) enum Form {
    /// UTC in whole seconds with `Z`.
    Rfc3339,
    /// Seconds since 1970, a number.
    Unix,
    /// Milliseconds since 1970, a number.
    UnixMs,
    Format(Box<[Part]>),
}

/// A mistake, the bytes it stands at, and what to do about it.
pub(crate) struct Mistake {
    pub(crate) at: Range<usize>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// Whether an expression that begins with `name` is about the present.
pub(crate) fn is_now(name: &str) -> bool {
    name.strip_prefix("now").is_some_and(|rest| rest.is_empty() || rest.starts_with(['+', '-', '.']))
}

/// Offsets beyond this are no test data, and would leave the years that RFC 3339 can write.
const MAX_OFFSET: i128 = 1000 * 366 * 86_400_000;

impl Now {
    /// Reads `now`, `now+1h`, `now-1d+2h`, `now.unix`, `now.unix+1h`, `now+1h.unix`. The text is known to
    /// begin with `now`.
    pub(crate) fn parse(text: &str) -> Result<Self, Mistake> {
        let mut now = Self { offset: 0, form: Form::Rfc3339 };
        let mut total = 0_i128;
        let mut at = 3;
        while at < text.len() {
            let end = text[at + 1..].find(['+', '-', '.']).map_or(text.len(), |next| at + 1 + next);
            let (step, here) = (&text[at + 1..end], at..end);
            match text.as_bytes()[at] {
                b'.' => now.form = form(step, here, &now.form)?,
                sign => {
                    let distance = distance(step, here.clone())?;
                    total += if sign == b'-' { -distance } else { distance };
                    if total.abs() > MAX_OFFSET {
                        return Err(Mistake {
                            at: here,
                            message: "the offset is more than 1000 years".to_string(),
                            hint: None,
                        });
                    }
                }
            }
            at = end;
        }
        now.offset = i64::try_from(total).expect("a thousand years of milliseconds fit");
        Ok(now)
    }

    /// The time meant, where the present is `wall`.
    pub(crate) fn time(&self, wall: OffsetDateTime) -> OffsetDateTime {
        if self.offset == 0 {
            wall
        } else {
            wall.checked_add(Duration::milliseconds(self.offset)).unwrap_or(wall)
        }
    }
}

/// The milliseconds of a period: `500ms`, `60s`, `1m`.
pub(crate) fn period(text: &str) -> Option<u64> {
    let period = distance(text, 0..text.len()).ok().filter(|period| (1..=MAX_OFFSET).contains(period))?;
    u64::try_from(period).ok()
}

fn form(name: &str, at: Range<usize>, before: &Form) -> Result<Form, Mistake> {
    let wrong = |message: String, hint: Option<String>| Err(Mistake { at: at.clone(), message, hint });
    match name {
        _ if !matches!(before, Form::Rfc3339) => wrong("a second form of `now`".to_string(), None),
        "unix" => Ok(Form::Unix),
        "unixMs" => Ok(Form::UnixMs),
        "iso" => wrong(
            "no such form `now.iso`".to_string(),
            Some("`{{now}}` is ISO 8601 (RFC 3339) already".to_string()),
        ),
        _ => wrong(
            format!("no such form `now.{name}`"),
            Some("`now.unix`, `now.unixMs`, or a format: `{{now \"%H:%M:%S\"}}`".to_string()),
        ),
    }
}

/// In milliseconds.
fn distance(step: &str, at: Range<usize>) -> Result<i128, Mistake> {
    const HINT: &str = "an offset is a whole number and a unit of ms, s, m, h, d, w: `now+90m`";
    let wrong = |message: String| Err(Mistake { at: at.clone(), message, hint: Some(HINT.to_string()) });
    let digits = step.len() - step.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = step.split_at(digits);
    if number.is_empty() {
        return wrong("an offset wants a number after its sign".to_string());
    }
    let unit = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 7 * 86_400_000,
        "" => return wrong(format!("the offset `{number}` wants a unit")),
        other => return wrong(format!("no such unit of time `{other}`")),
    };
    // A number that does not fit is far beyond the bound that the caller checks.
    Ok(number.parse::<u64>().map_or(i128::from(u64::MAX), i128::from) * unit)
}

/// Milliseconds since 1970.
pub(crate) fn unix_ms(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).expect("the years up to 9999 fit")
}

/// RFC 3339 (section 5.6) in UTC and whole seconds.
pub(crate) fn rfc3339(time: OffsetDateTime, buffer: &mut [u8; 20]) -> &str {
    let time = if time.offset().is_utc() { time } else { time.to_offset(UtcOffset::UTC) };
    // RFC 3339 knows the years 0000 to 9999; what is earlier has no form and shows the first.
    let date = time.date().max(Date::from_ordinal_date(0, 1).expect("the year 0 exists"));
    let (year, month, day) = date.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    let year = u16::try_from(year).expect("years are at most 9999");
    *buffer = *b"0000-00-00T00:00:00Z";
    let mut two = |at: usize, n: u8| {
        buffer[at] = b'0' + n / 10;
        buffer[at + 1] = b'0' + n % 10;
    };
    two(0, u8::try_from(year / 100).expect("at most 99"));
    two(2, u8::try_from(year % 100).expect("at most 99"));
    two(5, month.into());
    two(8, day);
    two(11, hour);
    two(14, minute);
    two(17, second);
    std::str::from_utf8(buffer).expect("digits are ASCII")
}
