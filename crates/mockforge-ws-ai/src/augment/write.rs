//! Generated messages as lines of a script.

use mockforge_ws_template::{is_plain, literal, literal_value};
use serde_json::{Map, Value, json};

use super::script::{Entry, Kind, Said, Script};
use super::site::{Form, Site};

/// The gap after the last line, where nothing tells another.
const USUAL_GAP: u64 = 1_000;
/// The latest time that a script may have: a hundred years.
const LATEST: u64 = 100 * 365 * 24 * 60 * 60 * 1_000;
/// The most characters of a model's name in a mark.
const NAME: usize = 100;

/// The script with what was generated for its sites, which are in its order.
pub(super) fn augmented(script: &Script, sites: &[Site], seed: u64) -> String {
    let newline = script.newline();
    let mut out = String::with_capacity(script.text().len());
    let mut sites = sites.iter().filter(|site| !site.messages.is_empty()).peekable();
    for index in 0..script.line_count() {
        let line = script.line(index);
        let Some(site) = sites.next_if(|site| script.entries[site.entry].line == index) else {
            out.push_str(line);
            continue;
        };
        let entry = &script.entries[site.entry];
        match (&site.rewrites, site.messages.first()) {
            (Some(said), Some(message)) => {
                out.push_str(&mark(site, seed, &format!("in place of line {}", index + 1)));
                out.push_str(newline);
                out.push_str(&rewritten(script, entry, said, message, site.form));
            }
            _ => {
                // The last line of the file may have no end.
                let ends = line.ends_with('\n');
                out.push_str(line);
                let times = times(script, site.entry, site.messages.len());
                for (message, ts) in site.messages.iter().zip(times) {
                    let mark = mark(site, seed, &format!("after line {}", index + 1));
                    let line = inserted(message, site.form, ts).to_string();
                    let parts = if ends {
                        [&mark, newline, &line, newline]
                    } else {
                        [newline, &mark, newline, &line]
                    };
                    out.extend(parts);
                }
            }
        }
    }
    out
}

fn mark(site: &Site, seed: u64, place: &str) -> String {
    let by: String = site.by.chars().map(|c| if c.is_control() { ' ' } else { c }).take(NAME).collect();
    format!("// generated: {by}, seed {seed}, {place}")
}

/// When messages after a line are sent: at equal steps between it and the next line, so that no line is moved.
pub(super) fn times(script: &Script, entry: usize, count: usize) -> Vec<u64> {
    let ts = |index: usize| script.entries.get(index).map(|entry| entry.ts);
    let here = ts(entry).unwrap_or_default();
    let count = u128::try_from(count).unwrap_or(u128::MAX);
    // In steps of which there are so many, what lies between the two lines.
    let (gap, steps) = match ts(entry + 1) {
        Some(next) => (next.saturating_sub(here), count + 1),
        None => {
            let before = entry.checked_sub(1).and_then(ts).map_or(0, |before| here.saturating_sub(before));
            (if before == 0 { USUAL_GAP } else { before }, 1)
        }
    };
    let at = |step: u128| {
        let passed = u128::from(gap) * step / steps;
        u64::try_from(u128::from(here) + passed).unwrap_or(u64::MAX).min(here.max(LATEST))
    };
    (1..=count).map(at).collect()
}

fn inserted(message: &Value, form: Form, ts: u64) -> Value {
    match form {
        Form::Object => json!({ "ts": ts, "json": literal_value(message) }),
        Form::Text => json!({ "ts": ts, "text": literal(text_of(message)) }),
    }
}

/// The line with another message, and all else as it was. What the message has of templates stays in `json`.
fn rewritten(script: &Script, entry: &Entry, said: &Said, message: &Value, form: Form) -> String {
    let (before, after) = script.around(entry, said);
    let value = match (said.kind, form) {
        (Kind::Json, _) => {
            let original = script.value(entry).unwrap_or_default();
            merged(&original, Some(message)).to_string()
        }
        (_, Form::Object) => Value::from(literal(&message.to_string())).to_string(),
        (_, Form::Text) => Value::from(literal(text_of(message))).to_string(),
    };
    format!("{before}{value}{after}")
}

/// What an event of the form of texts says.
fn text_of(message: &Value) -> &str {
    message["text"].as_str().unwrap_or_default()
}

/// A generated message in which what was rendered before is rendered as before.
fn merged(original: &Value, generated: Option<&Value>) -> Value {
    match (original, generated) {
        (Value::Object(old), Some(Value::Object(new))) => {
            let mut members = Map::new();
            for (name, value) in old {
                let new = new.get(name);
                if !is_plain(name) || has_template(value) {
                    members.insert(name.clone(), merged(value, new));
                } else if let Some(new) = new {
                    members.insert(name.clone(), literal_value(new));
                }
            }
            for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
                members.insert(literal(name).into_owned(), literal_value(value));
            }
            Value::Object(members)
        }
        (original, Some(generated)) if !has_template(original) => literal_value(generated),
        (original, _) => original.clone(),
    }
}

/// Whether a part of a value is a template.
pub(super) fn has_template(value: &Value) -> bool {
    match value {
        Value::String(text) => !is_plain(text),
        Value::Array(items) => items.iter().any(has_template),
        Value::Object(members) => members.iter().any(|(name, value)| !is_plain(name) || has_template(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_lie_between_the_neighbours() {
        let script = |lines: &[&str]| Script::read(&lines.join("\n")).unwrap();
        let two = |from: u64, to: &str| script(&[&format!("{{\"ts\":{from}}}"), to]);
        for (script, entry, count, expect) in [
            (two(100, r#"{"ts":400}"#), 0, 2, vec![200, 300]),
            (two(100, r#"{"ts":101}"#), 0, 3, vec![100, 100, 100]),
            (two(100, "{}"), 0, 2, vec![100, 100]),
            (two(100, r#"{"ts":50}"#), 0, 1, vec![100]),
            (two(100, r#"{"ts":350}"#), 1, 2, vec![600, 850]),
            (two(100, "{}"), 1, 1, vec![1_100]),
            (two(100, &format!("{{\"ts\":{LATEST}}}")), 1, 1, vec![LATEST]),
        ] {
            assert_eq!(times(&script, entry, count), expect);
        }
    }

    #[test]
    fn templates_stay_and_generated_braces_are_literal() {
        let original = json!({
            "id": "{{$.id}}", "who": "Ann", "gone": 1,
            "deep": { "at": "{{now}}", "n": 1 }, "list": ["{{uuid}}"], "{{key}}": 1,
        });
        let generated = json!({
            "id": 7, "who": "{{x}}", "deep": { "n": 2, "at": "x" }, "list": [1], "{{new}}": ["{{y}}"],
        });
        assert_eq!(
            merged(&original, Some(&generated)),
            json!({
                "id": "{{$.id}}", "who": r"\{{x}}",
                "deep": { "at": "{{now}}", "n": 2 }, "list": ["{{uuid}}"], "{{key}}": 1, r"\{{new}}": [r"\{{y}}"],
            })
        );
        assert_eq!(merged(&json!("{{message}}"), Some(&json!({}))), json!("{{message}}"));
    }
}
