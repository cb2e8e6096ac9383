//! How much and how fast: counts, durations, rates, crowds and sums of money.

use std::ops::Range;
use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;

use super::numeral::{NUMERAL, value};

/// So many things or people of one kind: `12 sensors`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    /// How many.
    pub count: u64,
    /// What they are, in the singular and in lower case.
    pub noun: String,
}

/// A sum of money.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// How much, in units of the currency.
    pub value: f64,
    /// The currency's code by ISO 4217.
    pub currency: &'static str,
}

#[derive(Debug, Default)]
pub(super) struct Quantities {
    pub(super) count: Option<u64>,
    pub(super) duration: Option<Duration>,
    pub(super) per_second: Option<f64>,
    pub(super) crowds: Vec<Crowd>,
    pub(super) amounts: Vec<Amount>,
}

/// How many crowds and amounts are kept.
const MOST_KEPT: usize = 16;
/// No duration is longer: 10 years, in seconds.
const LONGEST: f64 = 315_360_000.0;

/// The nouns of what a stream consists of, so that their number is the number of events.
const EVENTS: &str = "events?|messages?|msgs?|updates?|readings?|ticks?|quotes?|trades?|samples?|notifications?|\
    posts?|tweets?|bids?|data points?|datapoints?|records?|entries|frames?|signals?|pings?|lines?";

/// The nouns of what a simulation has several of.
const MEMBERS: &str = "sensors?|devices?|thermostats?|chargers?|meters?|cameras?|turbines?|machines?|robots?|\
    servers?|hosts?|services?|vehicles?|cars?|taxis?|cabs?|trucks?|vans?|bus(?:es)?|couriers?|drivers?|riders?|\
    drones?|ships?|bikes?|scooters?|rides?|deliveries|delivery|parcels?|packages?|players?|teams?|users?|\
    customers?|participants?|people|persons?|friends?|members?|agents?|colleagues|developers?|bidders?|lots?|\
    orders?|items?|rooms?|panels?|pumps?|stations?|alerts?|incidents?|stocks?|symbols?|invoices?|documents?|\
    accounts?|sessions?|tasks?|jobs?";

const UNIT: &str = "(?:ms|msecs?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|days?)";

fn compiled(pattern: &str) -> Regex {
    Regex::new(&format!("(?i){pattern}")).expect("the pattern is well-formed")
}

/// "2 per second", "10 messages a minute", "3 events every 2 seconds", "5/s"
static RATE: LazyLock<Regex> = LazyLock::new(|| {
    let noun = r"(?:(?<noun>[a-z]+)(?:\s+|\b)){0,2}?";
    let via = r"(?<via>per\b|an?\b|each\b|every\b|/)";
    compiled(&format!(
        r"\b(?<n>{NUMERAL}|once|twice)\b\s*{noun}{via}\s*(?:(?<m>{NUMERAL}|other)\s*)??(?<unit>{UNIT})\b"
    ))
});
/// "every 200 ms", "every second", "every other minute"
static EVERY: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(r"\b(?:every|each)\s+(?:(?<m>{NUMERAL}|other)\s*)??(?<unit>{UNIT})\b"))
});
/// "5 Hz", "20 tps"
static HERTZ: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"\b(?<n>\d+(?:\.\d+)?)\s?(?:hz|hertz|tps|eps|rps|mps)\b"));
/// "5 minutes", "1h30m", "half an hour", "5-minute"
static SPAN: LazyLock<Regex> = LazyLock::new(|| {
    let half = r"(?:\s+and\s+a\s+(?<half>half))?";
    compiled(&format!(r"\b(?<n>{NUMERAL}){half}[\s-]*(?<unit>{UNIT})(?:\b|(?<next>\d))"))
});
static COUNT: LazyLock<Regex> =
    LazyLock::new(|| compiled(&format!(r"\b(?<n>{NUMERAL})\s+(?:[a-z-]+\s+){{0,3}}?(?:{EVENTS})\b")));
static CROWD: LazyLock<Regex> =
    LazyLock::new(|| compiled(&format!(r"\b(?<n>{NUMERAL})\s+(?:[a-z-]+\s+){{0,2}}?(?<noun>{MEMBERS})\b")));
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"\d+(?:,\d{3})*(?:\.\d+)?";
    let scale = r"(?:\s?(?<scale>k|m|million|bn|billion|thousand)\b)?";
    let name =
        r"(?:\s?(?<name>usd|eur|gbp|jpy|chf|inr|dollars?|euros?|pounds?|yen|francs?|rupees?|bucks)\b)?";
    compiled(&format!(r"(?:(?<sign>[$€£¥₹])\s?(?<n>{number})|\b(?<m>{number})){scale}{name}"))
});

pub(super) fn read(text: &str) -> Quantities {
    let mut taken: Vec<Range<usize>> = Vec::new();
    let per_second = rate(text, &mut taken);
    let amounts = amounts(text, &mut taken);
    let duration = duration(text, &mut taken);
    let free =
        |range: &Range<usize>| taken.iter().all(|other| other.end <= range.start || range.end <= other.start);
    let count = COUNT.captures_iter(text).find_map(|found| {
        let n = &found["n"];
        let whole = found.get(0)?.range();
        // "a message" is no count.
        let is_count = free(&whole) && !["a", "an", "one"].contains(&n.to_lowercase().as_str());
        value(n).filter(|count| is_count && *count >= 1.0).map(|count| count as u64)
    });
    let crowds = CROWD.captures_iter(text).filter_map(|found| {
        let count = value(&found["n"]).filter(|count| *count >= 1.0)? as u64;
        free(&found.get(0)?.range()).then(|| Crowd { count, noun: singular(&found["noun"]) })
    });
    let crowds = crowds.take(MOST_KEPT).collect();
    Quantities { count, duration, per_second, crowds, amounts }
}

/// The first rate that is said.
fn rate(text: &str, taken: &mut Vec<Range<usize>>) -> Option<f64> {
    let mut first: Option<(usize, f64)> = None;
    let mut keep = |at: usize, rate: f64| {
        if rate.is_finite() && rate > 0.0 && first.is_none_or(|(before, _)| at < before) {
            first = Some((at, rate));
        }
    };
    for found in RATE.captures_iter(text) {
        let range = found.get(0).map_or(0..0, |whole| whole.range());
        // "5 minutes a day" is no rate of events, nor is "two and a half minutes".
        let noun = found.name("noun").map_or("", |noun| noun.as_str());
        if seconds(noun).is_some() || ["and", "of", "for", "in"].contains(&noun.to_lowercase().as_str()) {
            continue;
        }
        let n = found["n"].to_lowercase();
        // "half a minute" is a duration.
        if value(&n).is_some_and(|n| n < 1.0) && found["via"].to_lowercase().starts_with('a') {
            continue;
        }
        let n = match n.as_str() {
            "once" => Some(1.0),
            "twice" => Some(2.0),
            n => value(n),
        };
        if let (Some(n), Some(period)) = (n, period(&found)) {
            keep(range.start, n / period);
            taken.push(range);
        }
    }
    for found in EVERY.captures_iter(text) {
        let range = found.get(0).map_or(0..0, |whole| whole.range());
        if taken.iter().any(|other| other.start <= range.start && range.end <= other.end) {
            continue;
        }
        if let Some(period) = period(&found) {
            keep(range.start, 1.0 / period);
            taken.push(range);
        }
    }
    for found in HERTZ.captures_iter(text) {
        let range = found.get(0).map_or(0..0, |whole| whole.range());
        if let Some(n) = value(&found["n"]) {
            keep(range.start, n);
            taken.push(range);
        }
    }
    first.map(|(_, rate)| rate)
}

/// What stands after `every` or `per`, in seconds.
fn period(found: &regex::Captures<'_>) -> Option<f64> {
    let m = match found.name("m").map(|m| m.as_str()) {
        None => 1.0,
        Some(m) if m.eq_ignore_ascii_case("other") => 2.0,
        Some(m) => value(m)?,
    };
    seconds(&found["unit"]).map(|unit| m * unit).filter(|period| *period > 0.0)
}

/// The first duration; parts that follow each other add up.
fn duration(text: &str, taken: &mut Vec<Range<usize>>) -> Option<Duration> {
    let mut at = 0;
    let mut total: Option<f64> = None;
    let mut end = 0;
    while let Some(found) = SPAN.captures(&text[at..]) {
        let whole = found.get(0).map_or(0..0, |whole| whole.range());
        // The digit after `1h` in `1h30m` is the next part's.
        let range = at + whole.start..at + found.name("next").map_or(whole.end, |next| next.start());
        at = range.end;
        if taken.iter().any(|other| range.start < other.end && other.start < range.end)
            || is_period(text, &range)
        {
            continue;
        }
        let article = ["a", "an"].contains(&found["n"].to_lowercase().as_str());
        let Some(n) = value(&found["n"]).filter(|_| !(article && found["unit"].len() == 1)) else { continue };
        let half = if found.name("half").is_some() { 0.5 } else { 0.0 };
        let Some(part) = seconds(&found["unit"]).map(|unit| (n + half) * unit) else { continue };
        let joined = text.get(end..range.start).is_some_and(|gap| ["", " ", ", ", " and "].contains(&gap));
        match total {
            Some(sum) if joined => total = Some(sum + part),
            Some(_) => break,
            None => total = Some(part),
        }
        end = range.end;
        taken.push(range);
    }
    total.filter(|seconds| *seconds > 0.0).map(|seconds| Duration::from_secs_f64(seconds.min(LONGEST)))
}

/// Whether the words before say that something happens after that time, rather than goes on for it.
fn is_period(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].trim_end();
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default().to_lowercase();
    ["every", "each", "per", "after", "within", "by", "under", "below"].contains(&word.as_str())
}

fn amounts(text: &str, taken: &mut Vec<Range<usize>>) -> Vec<Amount> {
    let mut amounts = Vec::new();
    for found in AMOUNT.captures_iter(text) {
        let sign = found.name("sign").and_then(|sign| currency(sign.as_str()));
        let Some(currency) = found.name("name").and_then(|name| currency(name.as_str())).or(sign) else {
            continue;
        };
        let Some(number) = found.name("n").or(found.name("m")).and_then(|n| value(n.as_str())) else {
            continue;
        };
        let scale = match found.name("scale").map(|scale| scale.as_str().to_lowercase()).as_deref() {
            Some("k" | "thousand") => 1e3,
            Some("m" | "million") => 1e6,
            Some("bn" | "billion") => 1e9,
            _ => 1.0,
        };
        taken.extend(found.get(0).map(|whole| whole.range()));
        if amounts.len() < MOST_KEPT {
            amounts.push(Amount { value: number * scale, currency });
        }
    }
    amounts
}

fn currency(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().trim_end_matches('s') {
        "$" | "usd" | "dollar" | "buck" => "USD",
        "€" | "eur" | "euro" => "EUR",
        "£" | "gbp" | "pound" => "GBP",
        "¥" | "jpy" | "yen" => "JPY",
        "chf" | "franc" => "CHF",
        "₹" | "inr" | "rupee" => "INR",
        _ => return None,
    })
}

/// The length of a unit of time in seconds.
fn seconds(unit: &str) -> Option<f64> {
    Some(match unit.to_lowercase().as_str() {
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "day" | "days" => 86_400.0,
        _ => return None,
    })
}

fn singular(noun: &str) -> String {
    let noun = noun.to_lowercase();
    match noun.as_str() {
        "people" => return "person".to_string(),
        "deliveries" => return "delivery".to_string(),
        "bus" | "buses" => return "bus".to_string(),
        _ => {}
    }
    noun.strip_suffix('s').unwrap_or(&noun).to_string()
}
