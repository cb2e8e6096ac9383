//! Date formats with the directives of `strftime` (POSIX, with chrono's fractions of a second), in UTC.
//!
//! They are compiled here, rather than by the `time` crate, because that knows neither `%.3f` nor where in
//! a format a mistake stands.

use std::fmt::{self, Write};

use time::{OffsetDateTime, UtcOffset};

use crate::date::Mistake;

/// A piece of a format.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Text(Box<str>),
    Number { field: Field, width: usize, pad: Pad },
    Name(Name),
    Fraction { dot: bool, digits: u8 },
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Field {
    Year,
    Century,
    YearOfCentury,
    IsoYear,
    IsoYearOfCentury,
    Month,
    Day,
    DayOfYear,
    Hour,
    Hour12,
    Minute,
    Second,
    /// Monday is 1.
    IsoWeekday,
    /// Sunday is 0.
    Weekday,
    SundayWeek,
    MondayWeek,
    IsoWeek,
    Unix,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Pad {
    Zero,
    Space,
    None,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Name {
    Weekday { long: bool },
    Month { long: bool },
    Half { upper: bool },
}

/// Compiles a `strftime` format.
pub(crate) fn compile(format: &str) -> Result<Box<[Part]>, Mistake> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(percent) = format[at..].find('%').map(|found| at + found) {
        text(&format[at..percent], &mut parts);
        at = directive(format, percent, &mut parts)?;
    }
    text(&format[at..], &mut parts);
    if parts.iter().all(|part| matches!(part, Part::Text(_))) {
        return Err(Mistake {
            at: 0..format.len(),
            message: "the format has no directive and would always be the same text".to_string(),
            hint: Some(match format {
                "unix" | "epoch" | "x" | "X" => "write `{{now.unix}}` or `{{now.unixMs}}`".to_string(),
                _ => "directives begin with `%`: `%Y-%m-%dT%H:%M:%S%.3fZ`".to_string(),
            }),
        });
    }
    Ok(parts.into())
}

fn text(text: &str, parts: &mut Vec<Part>) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Text(before)) => *before = format!("{before}{text}").into(),
        _ => parts.push(Part::Text(text.into())),
    }
}

/// Compiles the directive at `percent`; returns where it ends.
fn directive(format: &str, percent: usize, parts: &mut Vec<Part>) -> Result<usize, Mistake> {
    let rest = &format[percent + 1..];
    for (written, dot, digits) in FRACTIONS {
        if rest.starts_with(written) {
            parts.push(Part::Fraction { dot: *dot, digits: *digits });
            return Ok(percent + 1 + written.len());
        }
    }
    let mut chars = rest.chars();
    let mut letter = chars.next();
    let flag = match letter {
        Some('-') => Some(Pad::None),
        Some('_') => Some(Pad::Space),
        Some('0') => Some(Pad::Zero),
        _ => None,
    };
    if flag.is_some() {
        letter = chars.next();
    }
    if rest.starts_with(":z") {
        text("+00:00", parts);
        return Ok(percent + 3);
    }
    let end = format.len() - chars.as_str().len();
    let unknown = |hint: &str| {
        Err(Mistake {
            at: percent..end,
            message: format!("no such directive `{}` in a date format", &format[percent..end]),
            hint: Some(hint.to_string()),
        })
    };
    let whole = match letter {
        Some('D' | 'x') => "%m/%d/%y",
        Some('F') => "%Y-%m-%d",
        Some('v') => "%e-%b-%Y",
        Some('R') => "%H:%M",
        Some('T' | 'X') => "%H:%M:%S",
        Some('r') => "%I:%M:%S %p",
        Some('c') => "%a %b %e %H:%M:%S %Y",
        Some('+') => "%Y-%m-%dT%H:%M:%S%.f+00:00",
        _ => "",
    };
    if !whole.is_empty() && flag.is_none() {
        parts.extend(compile(whole).unwrap_or_default());
        return Ok(end);
    }
    if let Some((field, width, pad)) = letter.and_then(number) {
        parts.push(Part::Number { field, width, pad: flag.unwrap_or(pad) });
        return Ok(end);
    }
    match letter {
        None => return unknown("write `%%` for a percent sign"),
        Some(_) if flag.is_some() => return unknown("`-`, `_` and `0` go with numbers only"),
        Some('a') => parts.push(Part::Name(Name::Weekday { long: false })),
        Some('A') => parts.push(Part::Name(Name::Weekday { long: true })),
        Some('b' | 'h') => parts.push(Part::Name(Name::Month { long: false })),
        Some('B') => parts.push(Part::Name(Name::Month { long: true })),
        Some('p') => parts.push(Part::Name(Name::Half { upper: true })),
        Some('P') => parts.push(Part::Name(Name::Half { upper: false })),
        Some('Z') => text("UTC", parts),
        Some('z') => text("+0000", parts),
        Some('t') => text("\t", parts),
        Some('n') => text("\n", parts),
        Some('%') => text("%", parts),
        Some('N' | 'L') => return unknown("fractions of a second are `%f`, `%3f`, `%.3f`"),
        Some(_) => return unknown("write `%%` for a percent sign"),
    }
    Ok(end)
}

/// Fractions of a second: `%f` is nanoseconds, `%3f` three digits, `%.3f` the same with a dot, and `%.f` a
/// dot with as many of 3, 6 or 9 digits as it takes.
const FRACTIONS: &[(&str, bool, u8)] = &[
    ("f", false, 9),
    ("3f", false, 3),
    ("6f", false, 6),
    ("9f", false, 9),
    (".f", true, 0),
    (".3f", true, 3),
    (".6f", true, 6),
    (".9f", true, 9),
];

fn number(letter: char) -> Option<(Field, usize, Pad)> {
    Some(match letter {
        'Y' => (Field::Year, 4, Pad::Zero),
        'C' => (Field::Century, 2, Pad::Zero),
        'y' => (Field::YearOfCentury, 2, Pad::Zero),
        'G' => (Field::IsoYear, 4, Pad::Zero),
        'g' => (Field::IsoYearOfCentury, 2, Pad::Zero),
        'm' => (Field::Month, 2, Pad::Zero),
        'd' => (Field::Day, 2, Pad::Zero),
        'e' => (Field::Day, 2, Pad::Space),
        'j' => (Field::DayOfYear, 3, Pad::Zero),
        'H' => (Field::Hour, 2, Pad::Zero),
        'k' => (Field::Hour, 2, Pad::Space),
        'I' => (Field::Hour12, 2, Pad::Zero),
        'l' => (Field::Hour12, 2, Pad::Space),
        'M' => (Field::Minute, 2, Pad::Zero),
        'S' => (Field::Second, 2, Pad::Zero),
        'u' => (Field::IsoWeekday, 1, Pad::Zero),
        'w' => (Field::Weekday, 1, Pad::Zero),
        'U' => (Field::SundayWeek, 2, Pad::Zero),
        'W' => (Field::MondayWeek, 2, Pad::Zero),
        'V' => (Field::IsoWeek, 2, Pad::Zero),
        's' => (Field::Unix, 1, Pad::Zero),
        _ => return None,
    })
}

/// Writes `time` in UTC.
pub(crate) fn write(parts: &[Part], time: OffsetDateTime, out: &mut impl Write) -> fmt::Result {
    let time = time.to_offset(UtcOffset::UTC);
    for part in parts {
        match part {
            Part::Text(text) => out.write_str(text)?,
            Part::Number { field, width, pad } => {
                let value = field.of(time);
                match pad {
                    Pad::Zero => write!(out, "{value:0width$}")?,
                    Pad::Space => write!(out, "{value:width$}")?,
                    Pad::None => write!(out, "{value}")?,
                }
            }
            Part::Name(name) => out.write_str(name.of(time))?,
            Part::Fraction { dot, digits } => fraction(*dot, *digits, time.nanosecond(), out)?,
        }
    }
    Ok(())
}

fn fraction(dot: bool, digits: u8, nanos: u32, out: &mut impl Write) -> fmt::Result {
    let digits = match digits {
        0 if nanos == 0 => return Ok(()),
        0 if nanos.is_multiple_of(1_000_000) => 3,
        0 if nanos.is_multiple_of(1000) => 6,
        0 => 9,
        digits => digits,
    };
    if dot {
        out.write_char('.')?;
    }
    let shown = nanos / 10_u32.pow(9 - u32::from(digits));
    write!(out, "{shown:0width$}", width = usize::from(digits))
}

impl Field {
    fn of(self, time: OffsetDateTime) -> i64 {
        let date = time.date();
        let hour12 = |hour: u8| if hour.is_multiple_of(12) { 12 } else { hour % 12 };
        match self {
            Self::Year => date.year().into(),
            Self::Century => date.year().div_euclid(100).into(),
            Self::YearOfCentury => date.year().rem_euclid(100).into(),
            Self::IsoYear => date.to_iso_week_date().0.into(),
            Self::IsoYearOfCentury => date.to_iso_week_date().0.rem_euclid(100).into(),
            Self::Month => u8::from(date.month()).into(),
            Self::Day => date.day().into(),
            Self::DayOfYear => date.ordinal().into(),
            Self::Hour => time.hour().into(),
            Self::Hour12 => hour12(time.hour()).into(),
            Self::Minute => time.minute().into(),
            Self::Second => time.second().into(),
            Self::IsoWeekday => date.weekday().number_from_monday().into(),
            Self::Weekday => date.weekday().number_days_from_sunday().into(),
            Self::SundayWeek => date.sunday_based_week().into(),
            Self::MondayWeek => date.monday_based_week().into(),
            Self::IsoWeek => date.iso_week().into(),
            Self::Unix => time.unix_timestamp(),
        }
    }
}

impl Name {
    fn of(self, time: OffsetDateTime) -> &'static str {
        const DAYS: [&str; 7] =
            ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let short = |name: &'static str, long: bool| if long { name } else { &name[..3] };
        match self {
            Self::Weekday { long } => {
                short(DAYS[usize::from(time.weekday().number_days_from_monday())], long)
            }
            Self::Month { long } => short(MONTHS[usize::from(u8::from(time.month()) - 1)], long),
            Self::Half { upper } => match (time.hour() < 12, upper) {
                (true, true) => "AM",
                (true, false) => "am",
                (false, true) => "PM",
                (false, false) => "pm",
            },
        }
    }
}
