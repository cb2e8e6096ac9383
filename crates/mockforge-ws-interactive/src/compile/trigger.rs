//! `on:`: what a rule answers.

use mockforge_ws_diagnostic::{Problem, did_you_mean};
use mockforge_ws_jsonpath::Path;
use mockforge_ws_match::Pattern;
use serde_json::{Value, json};

use super::analyse::Drafts;
use super::{At, Compiler};
use crate::correlate::{Tracked, Tracker};
use crate::rules::{Compiled, Glob, RuleId, Trigger};
use mockforge_ws_diagnostic::duration;

/// The keys that say that an object is no pattern, and the others that may stand beside each.
const FORMS: &[(&str, &[&str])] = &[
    ("idle", &[]),
    ("every", &[]),
    ("sequence", &["within", "by"]),
    ("count", &["of", "within", "in", "by"]),
    ("absent", &["for", "after", "by"]),
    ("becomes", &[]),
    ("room", &["match"]),
    // Last, for it may stand beside `absent`.
    ("after", &[]),
];

/// A key that is none of a pattern's and nearly one of the forms'.
fn meant_form(on: &Value) -> Option<Problem> {
    let forms = || FORMS.iter().map(|(form, _)| *form);
    on.as_object()?.keys().find_map(|key| {
        let hint = did_you_mean(key, forms())?;
        Some(Problem::new(format!("unknown key `{key}`")).hint(hint).under(key.as_str()))
    })
}

impl Compiler<'_> {
    pub(super) fn trigger(
        &mut self,
        at: &At<'_>,
        rule: RuleId,
        compiled: &mut Compiled,
        drafts: &mut Drafts,
    ) -> Option<Trigger> {
        match at.value.as_str() {
            Some("connect") => return Some(Trigger::Connect),
            Some("disconnect") => return Some(Trigger::Disconnect),
            Some("ping") => return Some(Trigger::Ping),
            Some("pong") => return Some(Trigger::Pong),
            Some("binary") => {
                let spec = json!({ "type": "binary" });
                let pattern = Pattern::parse(&spec, self.template.dialect);
                return self.message(at, pattern, rule, drafts);
            }
            _ => {}
        }
        let form = FORMS.iter().find(|(form, _)| at.value.get(form).is_some());
        let Some((form, others)) = form else {
            let pattern = Pattern::parse(at.value, self.template.dialect);
            let pattern = pattern.map_err(|problems| meant_form(at.value).map_or(problems, |one| vec![one]));
            return self.message(at, pattern, rule, drafts);
        };
        let keys: Vec<&str> = [*form].into_iter().chain(others.iter().copied()).collect();
        self.object(at, &keys, "an object")?;
        let main = at.get(form)?;
        match *form {
            "idle" => self.period(&main, form).map(Trigger::Idle),
            "every" => self.period(&main, form).map(Trigger::Every),
            "after" => self.duration(&main, form).map(Trigger::After),
            "becomes" => self.guard(&main).map(Trigger::Becomes),
            "room" => self.room_trigger(at, &main),
            _ => {
                let what = match *form {
                    "sequence" => self.sequence(at, &main),
                    "count" => self.count_of(at, &main),
                    _ => self.absent(at, &main),
                };
                let by = match at.get("by") {
                    Some(by) => Some(self.path(&by)?),
                    None => None,
                };
                compiled.trackers.push(Tracker { rule, what: what?, by });
                Some(Trigger::Tracker)
            }
        }
    }

    fn message(
        &mut self,
        at: &At<'_>,
        pattern: Result<Pattern, Vec<Problem>>,
        rule: RuleId,
        drafts: &mut Drafts,
    ) -> Option<Trigger> {
        let pattern = self.take(pattern, at)?;
        drafts.patterns.push((rule, pattern));
        Some(Trigger::Message(drafts.patterns.len() - 1))
    }

    fn room_trigger(&mut self, at: &At<'_>, name: &At<'_>) -> Option<Trigger> {
        let pattern = match at.get("match") {
            Some(pattern) => Some(self.pattern(&pattern)?),
            None => None,
        };
        let text = self.text(name, "`room`")?;
        let bare = text.strip_prefix("room:").unwrap_or(text);
        let (name, is_prefix) = match bare.strip_suffix('*') {
            Some(start) => (start, true),
            None => (bare, false),
        };
        Some(Trigger::Room { name: Glob { name: format!("room:{name}").into(), is_prefix }, pattern })
    }

    fn sequence(&mut self, at: &At<'_>, main: &At<'_>) -> Option<Tracked> {
        let patterns: Vec<_> = main.elements().iter().map(|pattern| self.pattern(pattern)).collect();
        if patterns.len() < 2 {
            let problem = Problem::new("`sequence` is a list of two patterns or more");
            self.problem(main, problem);
            return None;
        }
        let within = self.within(at, "within");
        Some(Tracked::Sequence { patterns: patterns.into_iter().collect::<Option<_>>()?, within })
    }

    fn within(&mut self, at: &At<'_>, key: &str) -> Option<std::time::Duration> {
        at.get(key).and_then(|within| self.period(&within, key))
    }

    /// `count: 3, within: 10s`, or in one text: `3 in 10s`.
    fn count_of(&mut self, at: &At<'_>, main: &At<'_>) -> Option<Tracked> {
        let in_one = main.value.as_str().and_then(|text| {
            let (count, time) = text.split_once(" in ")?;
            Some((count.trim().parse::<u64>().ok().filter(|count| *count > 0)?, duration(time)?))
        });
        let (count, within) = match in_one {
            Some((count, within)) => (Some(count), Some(within)),
            None if main.value.is_string() => {
                let problem = Problem::new("`count` is a whole number from 1, or a text such as `3 in 10s`");
                self.problem(main, problem);
                (None, None)
            }
            None => {
                let within = self.within(at, "within").or_else(|| self.within(at, "in"));
                (self.count(main, "count"), within)
            }
        };
        let pattern = match at.get("of") {
            Some(of) => self.pattern(&of),
            None => {
                let problem = Problem::new("`count` needs `of`, the pattern of what is counted");
                self.problem(at, problem.hint("for example `{ count: 3, of: ^ping$, within: 10s }`"));
                None
            }
        };
        let count = usize::try_from(count?).unwrap_or(usize::MAX);
        if count > crate::correlate::MOST_CASES {
            let problem = Problem::new(format!("`count` is at most {}", crate::correlate::MOST_CASES));
            self.problem(main, problem);
        }
        Some(Tracked::Count { pattern: pattern?, count, within })
    }

    /// `absent: P, for: 2s`, or in one text: `P for 2s`.
    fn absent(&mut self, at: &At<'_>, main: &At<'_>) -> Option<Tracked> {
        let in_one = main.value.as_str().filter(|_| at.value.get("for").is_none()).and_then(|text| {
            let (pattern, time) = text.rsplit_once(" for ")?;
            Some((Value::String(pattern.to_string()), duration(time)?))
        });
        let (pattern, wait) = match in_one {
            Some((spec, wait)) => {
                let pattern = Pattern::parse(&spec, self.template.dialect);
                (self.take(pattern, main), Some(wait))
            }
            None => {
                let wait = match at.get("for") {
                    Some(wait) => self.period(&wait, "for"),
                    None => {
                        let problem = Problem::new("`absent` needs `for`, how long nothing comes");
                        self.problem(
                            at,
                            problem.hint("for example `{ absent: ack, for: 2s, after: ^order }`"),
                        );
                        None
                    }
                };
                (self.pattern(main), wait)
            }
        };
        let after = match at.get("after") {
            Some(after) => Some(self.pattern(&after)?),
            None => None,
        };
        Some(Tracked::Absent { pattern: pattern?, wait: wait?, after })
    }

    fn path(&mut self, at: &At<'_>) -> Option<Path> {
        let text = self.text(at, "`by`")?;
        let path = Path::parse(text, self.template.dialect).map_err(|error| {
            let problem = Problem::new(format!("`by` is a JSONPath: {error}"));
            vec![match error.offset {
                Some(at) if at < text.len() => problem.at(at..text.len()),
                _ => problem,
            }]
        });
        self.take(path, at)
    }
}
