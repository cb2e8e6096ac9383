//! A pace as users write it.

use std::time::Duration;

use mockforge_ws_diagnostic::{At, Problem, meant_key};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::{Value, json};

use super::Pace;
use crate::times::written;

const KINDS: &[&str] = &["poisson", "burst", "on_off"];

const EXAMPLE: &str = "for example `2.0`, `{poisson: 2.0}` or `{burst: {size: 5, every: 10s}}`";

impl Pace {
    /// Reads a number of events a second, or `{poisson: …}`, `{burst: {…}}` or `{on_off: {…}}`.
    ///
    /// # Errors
    /// Everything that is wrong with it, each placed within `value`.
    pub fn read(value: &Value) -> Result<Self, Vec<Problem>> {
        let (at, mut problems) = (At::root(value), Vec::new());
        let pace = pace(&at, &mut problems);
        if let Some(pace) = pace.filter(|_| problems.is_empty()) {
            problems = pace.problems();
            if problems.is_empty() {
                return Ok(pace);
            }
        }
        Err(problems)
    }
}

impl<'de> Deserialize<'de> for Pace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Value::deserialize(deserializer)?).map_err(|problems| {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            D::Error::custom(told.join("; "))
        })
    }
}

/// As it is read.
impl Serialize for Pace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = match *self {
            Self::Fixed { rate } => json!(rate),
            Self::Poisson { rate } => json!({ "poisson": rate }),
            Self::Burst { size, every, rate, jitter } => {
                let mut burst = json!({ "size": size, "every": written(every), "jitter": written(jitter) });
                if let Some(rate) = rate {
                    burst["rate"] = json!(rate);
                }
                json!({ "burst": burst })
            }
            Self::OnOff { rate, on, off } => {
                json!({ "on_off": { "rate": rate, "on": written(on), "off": written(off) } })
            }
        };
        value.serialize(serializer)
    }
}

fn pace(at: &At<'_>, problems: &mut Vec<Problem>) -> Option<Pace> {
    if at.value.is_number() {
        return Some(Pace::Fixed { rate: number(at, "events_per_second", problems)? });
    }
    let fields = fields(at, KINDS, problems)?;
    let [(kind, at)] = &fields[..] else {
        if !problems.is_empty() {
            return None;
        }
        let problem =
            Problem::new("a pace is a number of events a second, or one of `poisson`, `burst` and `on_off`");
        problems.push(at.placed(problem.hint(EXAMPLE)));
        return None;
    };
    match *kind {
        "poisson" => Some(Pace::Poisson { rate: number(at, kind, problems)? }),
        "burst" => burst(at, problems),
        _ => on_off(at, problems),
    }
}

fn burst(at: &At<'_>, problems: &mut Vec<Problem>) -> Option<Pace> {
    self::fields(at, &["size", "every", "rate", "jitter"], problems)?;
    let size = required(at, "size", "`size: 5`", problems)
        .and_then(|size| keep(&size, size.count("size"), problems))
        .map(|size| u32::try_from(size).unwrap_or(u32::MAX));
    let every =
        required(at, "every", "`every: 10s`", problems).and_then(|every| time(&every, "every", problems));
    let rate = match at.get("rate") {
        Some(rate) => number(&rate, "rate", problems).map(Some),
        None => Some(None),
    };
    let jitter = at.get("jitter").map_or(Some(Duration::ZERO), |jitter| time(&jitter, "jitter", problems));
    Some(Pace::Burst { size: size?, every: every?, rate: rate?, jitter: jitter? })
}

fn on_off(at: &At<'_>, problems: &mut Vec<Problem>) -> Option<Pace> {
    self::fields(at, &["rate", "on", "off"], problems)?;
    let rate = required(at, "rate", "`rate: 20`", problems).and_then(|rate| number(&rate, "rate", problems));
    let on = required(at, "on", "`on: 5s`", problems).and_then(|on| time(&on, "on", problems));
    let off = required(at, "off", "`off: 30s`", problems).and_then(|off| time(&off, "off", problems));
    Some(Pace::OnOff { rate: rate?, on: on?, off: off? })
}

/// The members of a mapping that may have these.
fn fields<'v>(
    at: &At<'v>,
    keys: &[&'static str],
    problems: &mut Vec<Problem>,
) -> Option<Vec<(&'static str, At<'v>)>> {
    let Value::Object(members) = at.value else {
        let problem = if at.way().is_empty() {
            Problem::new(format!("a pace is a number of events a second or a mapping, found {}", at.kind()))
        } else {
            Problem::new(format!("expected a mapping, found {}", at.kind()))
        };
        problems.push(at.placed(problem.hint(EXAMPLE)));
        return None;
    };
    let mut fields = Vec::new();
    for (name, value) in members {
        match keys.iter().find(|key| *key == name) {
            Some(key) => fields.push((*key, at.under(*key, value))),
            None => {
                let problem = Problem::new(format!("unknown key `{name}`"));
                let aliases = [("pause", "every"), ("count", "size"), ("interval", "every")];
                problems.push(
                    at.under(name.as_str(), value).placed(problem.hint(meant_key(name, keys, &aliases))),
                );
            }
        }
    }
    Some(fields)
}

fn required<'v>(at: &At<'v>, key: &str, example: &str, problems: &mut Vec<Problem>) -> Option<At<'v>> {
    let found = at.get(key);
    if found.is_none() {
        problems.push(
            at.placed(Problem::new(format!("`{key}` is missing")).hint(format!("for example {example}"))),
        );
    }
    found
}

fn number(at: &At<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<f64> {
    let problem = || Problem::new(format!("`{key}` is a number of events a second, found {}", at.kind()));
    keep(at, at.value.as_f64().ok_or_else(problem), problems)
}

fn time(at: &At<'_>, key: &str, problems: &mut Vec<Problem>) -> Option<Duration> {
    keep(at, at.duration(key), problems)
}

fn keep<T>(at: &At<'_>, read: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    read.map_err(|problem| problems.push(at.placed(problem))).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_mistakes_are_told_where_they_are() {
        let told = |value: Value| -> Vec<String> {
            let problems = Pace::read(&value).expect_err("a mistake");
            problems
                .iter()
                .map(|problem| {
                    let way: Vec<String> = problem.path.iter().map(|key| format!("{key:?}")).collect();
                    format!("{} {problem}", way.join(" "))
                })
                .collect()
        };
        for (value, expected) in [
            (
                json!(0),
                vec![
                    " a rate is more than 0 and at most 10000 events a second, found 0 (one event each ten seconds is 0.1)",
                ],
            ),
            (
                json!("2"),
                vec![
                    " a pace is a number of events a second or a mapping, found a text (for example `2.0`, `{poisson: 2.0}` or `{burst: {size: 5, every: 10s}}`)",
                ],
            ),
            (
                json!({}),
                vec![
                    " a pace is a number of events a second, or one of `poisson`, `burst` and `on_off` (for example `2.0`, `{poisson: 2.0}` or `{burst: {size: 5, every: 10s}}`)",
                ],
            ),
            (
                json!({"poisson": "x"}),
                vec![r#"Name("poisson") `poisson` is a number of events a second, found a text"#],
            ),
            (json!({"poison": 1}), vec![r#"Name("poison") unknown key `poison` (did you mean `poisson`?)"#]),
            (
                json!({"burst": {"size": 0, "pause": "1s", "jitter": 3}}),
                vec![
                    r#"Name("burst") Name("pause") unknown key `pause` (did you mean `every`?)"#,
                    r#"Name("burst") Name("size") `size` is a whole number from 1"#,
                    r#"Name("burst") `every` is missing (for example `every: 10s`)"#,
                    r#"Name("burst") Name("jitter") `jitter` is a time with its unit (write the unit: `3ms` or `3s`)"#,
                ],
            ),
            (
                json!({"on_off": {"rate": 1, "on": "5s"}}),
                vec![r#"Name("on_off") `off` is missing (for example `off: 30s`)"#],
            ),
        ] {
            assert_eq!(told(value.clone()), expected, "{value}");
        }
    }

    #[test]
    fn it_is_deserialised_as_it_is_read() {
        let read = |text: &str| serde_json::from_str::<Pace>(text).map_err(|error| error.to_string());
        assert_eq!(read("2"), Ok(Pace::Fixed { rate: 2.0 }));
        for written in [
            r#"2.5"#,
            r#"{"poisson":0.5}"#,
            r#"{"burst":{"size":5,"every":"10s","jitter":"1500ms","rate":20.0}}"#,
            r#"{"burst":{"size":5,"every":"10s","jitter":"0s"}}"#,
            r#"{"on_off":{"rate":20.0,"on":"5s","off":"0.5ms"}}"#,
        ] {
            assert_eq!(
                read(written).map(|pace| serde_json::to_string(&pace).expect("JSON")),
                Ok(written.into())
            );
        }
        let error = read(r#"{"burst":{"size":5}}"#).expect_err("no `every`");
        assert!(error.contains("`every` is missing"), "{error}");
    }
}
