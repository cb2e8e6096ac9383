//! `reply:`: one or many parts, all of them or one that is chosen.

use std::time::Duration;

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_template::MessageTemplate;
use serde_json::Value;

use super::{At, Compiler};
use crate::actions::{Part, Parts, Repeat, Replies, What};

/// The keys of a part that is an object.
pub(crate) const PART_KEYS: &[&str] =
    &["text", "json", "base64", "hex", "ping", "close", "abort", "after", "repeat"];

const CHOICES: &[&str] = &["sequence", "random", "weighted"];

impl Compiler<'_> {
    pub(super) fn replies(&mut self, at: &At<'_>) -> Option<Replies> {
        let Some(choice) = CHOICES.iter().find(|choice| at.value.get(choice).is_some()) else {
            return self.parts(at).map(Replies::All);
        };
        self.object(at, &[choice], "an object")?;
        let options = at.get(choice)?;
        let elements = options.elements();
        if elements.is_empty() {
            self.problem(&options, Problem::new(format!("`{choice}` is a list of replies")));
            return None;
        }
        if *choice == "weighted" {
            return self.weighted(&elements);
        }
        let parts: Vec<_> = elements.iter().map(|at| self.parts(at)).collect();
        let parts: Vec<Parts> = parts.into_iter().collect::<Option<_>>()?;
        Some(match *choice {
            "sequence" => Replies::Sequence(parts, self.counter()),
            _ => Replies::Random(parts),
        })
    }

    fn weighted(&mut self, elements: &[At<'_>]) -> Option<Replies> {
        let mut options = Vec::new();
        let mut sum = 0.0;
        for at in elements {
            let weight = at.get("weight");
            let number = weight.as_ref().and_then(|weight| weight.value.as_f64());
            let Some(number) = number.filter(|number| number.is_finite() && *number > 0.0) else {
                let problem = Problem::new("each of `weighted` has a `weight`, a number above 0");
                self.problem(weight.as_ref().unwrap_or(at), problem.hint("`{ weight: 3, text: … }`"));
                continue;
            };
            sum += number;
            // `reply` takes what has several parts.
            let parts = match at.get("reply") {
                Some(reply) => {
                    self.object(at, &["weight", "reply"], "an object with `weight` and `reply`")?;
                    self.parts(&reply)
                }
                None => self.part(at, &["weight"]).map(|part| [part].into()),
            };
            options.push((sum, parts));
        }
        let options = options.into_iter().map(|(sum, parts)| Some((sum, parts?)));
        options.collect::<Option<Vec<_>>>().map(Replies::Weighted)
    }

    /// The parts of a reply; no parts take a message and say nothing.
    pub(super) fn parts(&mut self, at: &At<'_>) -> Option<Parts> {
        let parts = Self::list(at);
        // Every part is compiled before the first that failed ends the list.
        let parts: Vec<_> = parts.iter().map(|at| self.part(at, &[])).collect();
        parts.into_iter().collect::<Option<Vec<_>>>().map(Into::into)
    }

    fn part(&mut self, at: &At<'_>, more_keys: &[&str]) -> Option<Part> {
        if let Value::String(text) = at.value {
            let payload = if text == "echo" {
                Ok(MessageTemplate::echo())
            } else {
                MessageTemplate::text(text, &self.template)
            };
            let what = What::Message(self.take(payload, at)?);
            return Some(Part { after: Duration::ZERO, repeat: None, what });
        }
        let keys: Vec<&str> = PART_KEYS.iter().chain(more_keys).copied().collect();
        self.object(at, &keys, "a text, or an object with `text`, `json`, `base64` or `hex`")?;
        let after = match at.get("after") {
            Some(after) => self.duration(&after, "after").unwrap_or_default(),
            None => Duration::ZERO,
        };
        let repeat = match at.get("repeat") {
            Some(repeat) => Some(self.repeat(&repeat)?),
            None => None,
        };
        let others: Vec<_> = ["ping", "close", "abort"].iter().filter_map(|key| at.get(key)).collect();
        let what = match &others[..] {
            [] => What::Message(self.payload(at, "a reply")?),
            [other] if MessageTemplate::MEMBERS.iter().all(|key| at.value.get(key).is_none()) => {
                if repeat.is_some() && at.value.get("ping").is_none() {
                    self.problem(
                        at,
                        Problem::new("a connection can be ended once, so `repeat` has no effect"),
                    );
                }
                if at.value.get("ping").is_some() {
                    What::Ping(self.ping(other)?)
                } else if at.value.get("close").is_some() {
                    What::End(self.close(other)?)
                } else {
                    What::End(self.abort(other)?)
                }
            }
            _ => {
                let problem =
                    Problem::new("a part of a reply is one message, or one of `ping`, `close`, `abort`");
                self.problem(at, problem.hint("make two parts of it"));
                return None;
            }
        };
        Some(Part { after, repeat, what })
    }

    fn ping(&mut self, at: &At<'_>) -> Option<mockforge_ws_template::Template> {
        let template = self.template(at, "`ping`, the payload,")?;
        if template.literal().is_some_and(|literal| literal.len() > 125) {
            self.problem(at, Problem::new("a ping carries at most 125 bytes"));
        }
        Some(template)
    }

    fn repeat(&mut self, at: &At<'_>) -> Option<Repeat> {
        self.object(at, &["count", "every"], "an object with `every` and perhaps `count`")?;
        let count = match at.get("count") {
            Some(count) => Some(self.count(&count, "count")?),
            None => None,
        };
        let Some(every) = at.get("every") else {
            self.problem(at, Problem::new("`repeat` says how often: `every`").hint("`every: 100ms`"));
            return None;
        };
        Some(Repeat { count, every: self.period(&every, "every")? })
    }

    /// The one message among the members of what holds it.
    pub(super) fn payload(&mut self, at: &At<'_>, holder: &str) -> Option<MessageTemplate> {
        self.take(MessageTemplate::read(at.value, holder, &self.template), at)
    }
}
