//! Times near the present, as what `{{now}}` would have written.

use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// What is further from the present is data of its own.
const NEAR: Duration = Duration::days(1);

/// The expression for a JSON leaf that is a time near `wall`: an RFC 3339 text, or seconds or milliseconds
/// since 1970 as a number or a text. It stands for what is between the quotes of a text.
///
/// Less than a second from the present is the present.
pub(super) fn expression(leaf: &str, wall: OffsetDateTime) -> Option<String> {
    let inside = leaf.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(leaf);
    if inside.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i64 = inside.parse().ok()?;
        let (time, form) = match inside.len() {
            10 => (i128::from(number) * 1_000_000_000, "now.unix"),
            13 => (i128::from(number) * 1_000_000, "now.unixMs"),
            _ => return None,
        };
        let time = OffsetDateTime::from_unix_timestamp_nanos(time).ok()?;
        return Some(format!("{form}{}", offset(time, wall)?));
    }
    if inside.len() == leaf.len() || !has_shape(inside.as_bytes()) {
        return None;
    }
    let time = OffsetDateTime::parse(&inside.replacen(' ', "T", 1), &Rfc3339).ok()?;
    let offset = offset(time, wall)?;
    let separator = &inside[10..11];
    let (fraction, zone) = match inside[19..].strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?),
        None => ("", &inside[19..]),
    };
    let zone = if zone == "Z" { "Z" } else { "+00:00" };
    let fraction = match fraction.len() {
        0 => "",
        3 => "%.3f",
        6 => "%.6f",
        9 => "%.9f",
        _ => return None,
    };
    Some(match (separator, fraction, zone) {
        ("T", "", "Z") => format!("now{offset}"),
        _ => format!("now{offset} \"%Y-%m-%d{separator}%H:%M:%S{fraction}{zone}\""),
    })
}

/// Makes the times in a message that are near `wall` templates, so that whenever it is sent they are those of the
/// present: RFC 3339 texts, and seconds or milliseconds since 1970.
///
/// ```
/// use mockforge_ws_replay::record::live_times;
/// use serde_json::json;
/// use time::macros::datetime;
///
/// let mut message = json!({ "at": "2024-01-15T10:30:00.250Z", "until": 1705318200, "born": "1970-01-01T00:00:00Z" });
/// live_times(&mut message, datetime!(2024-01-15 10:30:00.250 UTC));
/// assert_eq!(
///     message,
///     json!({
///         "at": "{{now \"%Y-%m-%dT%H:%M:%S%.3fZ\"}}",
///         "until": "{{now.unix+1h}}",
///         "born": "1970-01-01T00:00:00Z"
///     })
/// );
/// ```
pub fn live_times(message: &mut Value, wall: OffsetDateTime) {
    match message {
        Value::Array(elements) => elements.iter_mut().for_each(|element| live_times(element, wall)),
        Value::Object(members) => members.values_mut().for_each(|member| live_times(member, wall)),
        Value::Number(_) | Value::String(_) => {
            if let Some(expression) = expression(&message.to_string(), wall) {
                *message = format!("{{{{{expression}}}}}").into();
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// `2024-01-15T10:30:00` and something after it.
fn has_shape(text: &[u8]) -> bool {
    text.len() > 19
        && text.is_ascii()
        && [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')].iter().all(|(at, byte)| text[*at] == *byte)
        && matches!(text[10], b'T' | b' ')
}

/// How far a time is from the present, in whole seconds, as `{{now}}` takes it.
fn offset(time: OffsetDateTime, wall: OffsetDateTime) -> Option<String> {
    let distance = time - wall;
    if distance.abs() > NEAR {
        return None;
    }
    if distance.abs() < Duration::SECOND {
        return Some(String::new());
    }
    let sign = if distance.is_negative() { '-' } else { '+' };
    let millis = distance.whole_milliseconds().unsigned_abs();
    let seconds = (millis + 500) / 1000;
    let (number, unit) = match seconds {
        _ if seconds.is_multiple_of(3600) => (seconds / 3600, 'h'),
        _ if seconds.is_multiple_of(60) => (seconds / 60, 'm'),
        _ => (seconds, 's'),
    };
    Some(format!("{sign}{number}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn times_near_the_present_are_found() {
        let wall = datetime!(2024-01-15 10:30:00.250 UTC);
        let check = |leaf: &str, wanted: Option<&str>| {
            assert_eq!(expression(leaf, wall).as_deref(), wanted, "{leaf}");
        };
        check(r#""2024-01-15T10:30:00Z""#, Some("now"));
        check(r#""2024-01-15T11:30:00Z""#, Some("now+1h"));
        check(r#""2024-01-15T10:28:30Z""#, Some("now-90s"));
        check(r#""2024-01-15T10:30:00.123Z""#, Some(r#"now "%Y-%m-%dT%H:%M:%S%.3fZ""#));
        check(r#""2024-01-15 10:30:00.123456+00:00""#, Some(r#"now "%Y-%m-%d %H:%M:%S%.6f+00:00""#));
        check(r#""2024-01-15T12:30:00+02:00""#, Some(r#"now "%Y-%m-%dT%H:%M:%S+00:00""#));
        check(r#""2024-01-15T10:30:00.1234567Z""#, None);
        check(r#""2024-01-19T10:30:00Z""#, None);
        check(r#""2024-01-15T10:30:00""#, None);
        check("1705314600", Some("now.unix"));
        check("1705314660", Some("now.unix+1m"));
        check("1705314600250", Some("now.unixMs"));
        check(r#""1705314600250""#, Some("now.unixMs"));
        check("1605314600", None);
        check("170531460", None);
        check("", None);
        check(r#""2024-01-15T10:é0:00Z""#, None);
    }
}
