//! What a rule sends of its own: answers, and what it injects.

use std::time::Duration;

use mockforge_ws_diagnostic::{At, Problem};
use serde_json::Value;

use super::super::{Answer, Inject, MessageTemplate};
use super::values::SIDES;
use super::{Compiler, list};

/// The keys of an answer that is an object.
pub(in crate::rules) const ANSWER_KEYS: &[&str] = &["text", "json", "base64", "hex", "after"];

/// The keys of what is injected.
pub(in crate::rules) const INJECT_KEYS: &[&str] = &["to", "when", "text", "json", "base64", "hex"];

impl Compiler<'_> {
    pub(super) fn answers(&mut self, at: &At<'_>) -> Option<Vec<Answer>> {
        let answers = list(at);
        if answers.is_empty() {
            let problem = Problem::new("`answer` is a message, or a list of some");
            self.problem(at, problem.hint("to pass nothing on and say nothing, write `drop: true`"));
        }
        // Every one is compiled before the first that failed ends the list.
        let answers: Vec<_> = answers.iter().map(|at| self.answer(at)).collect();
        answers.into_iter().collect()
    }

    fn answer(&mut self, at: &At<'_>) -> Option<Answer> {
        match at.value {
            Value::String(text) if text == "echo" => {
                return Some(Answer { after: Duration::ZERO, payload: MessageTemplate::echo() });
            }
            Value::String(_) => {
                return Some(Answer { after: Duration::ZERO, payload: self.text_payload(at)? });
            }
            _ => {}
        }
        if !self.object(at, ANSWER_KEYS, "a text, or an object with `text`, `json`, `base64` or `hex`") {
            return None;
        }
        let after = at.get("after").map_or(Some(Duration::ZERO), |after| self.duration(&after, "after"));
        let payload = self.payload(at, "an answer");
        Some(Answer { after: after?, payload: payload? })
    }

    pub(super) fn injections(&mut self, at: &At<'_>) -> Option<Vec<Inject>> {
        let injections = list(at);
        if injections.is_empty() {
            self.problem(at, Problem::new("`inject` is a message with `to`, or a list of some"));
        }
        let injections: Vec<_> = injections.iter().map(|at| self.injection(at)).collect();
        injections.into_iter().collect()
    }

    fn injection(&mut self, at: &At<'_>) -> Option<Inject> {
        if !self.object(at, INJECT_KEYS, "an object with `to` and a message") {
            return None;
        }
        let to = match at.get("to") {
            Some(to) => self.word(&to, "to", SIDES),
            None => {
                let problem = Problem::new("`inject` says to whom: `to`");
                self.problem(at, problem.hint("`to: client` or `to: upstream`"));
                None
            }
        };
        let is_before = match at.get("when") {
            Some(when) => self.word(&when, "when", &[("before", true), ("after", false)]),
            None => Some(true),
        };
        let payload = self.payload(at, "what is injected");
        Some(Inject { to: to?, is_before: is_before?, payload: payload? })
    }

    /// The one message among the members of what holds it.
    pub(super) fn payload(&mut self, at: &At<'_>, holder: &str) -> Option<MessageTemplate> {
        self.take(MessageTemplate::read(at.value, holder, self.options), at)
    }

    /// A text that stands for itself.
    pub(super) fn text_payload(&mut self, at: &At<'_>) -> Option<MessageTemplate> {
        let payload = MessageTemplate::text(at.value.as_str()?, self.options);
        self.take(payload, at)
    }
}
