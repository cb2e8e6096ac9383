//! What a line sends: built here once where it is the same for every connection, compiled to a template
//! where it is not.

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_diagnostic::encoding;
use mockforge_ws_template::{JsonTemplate, Template, is_plain};

use super::line::PAYLOADS;
use super::report::Row;
use super::slots::LineSlots;
use super::{Compiler, json};
use crate::keys::LineKey;
use crate::script::{Payload, Ready};

type Decode = fn(&str) -> Result<Vec<u8>, Problem>;

/// So many templates are remembered, for scripts say the same thing again and again.
const REMEMBERED: usize = 4_096;

impl<'s> Compiler<'s> {
    /// The line's message. Where several are given all are checked, and the last is taken.
    pub(super) fn payload(&mut self, row: Row<'s>, slots: &LineSlots<'s>) -> Payload {
        let mut payload = Payload::None;
        for key in PAYLOADS {
            let Some(raw) = slots.value(*key) else { continue };
            let known = if is_plain(raw) { None } else { self.templated.get(&(*key, raw)) };
            if let Some(known) = known {
                payload = known.clone();
                continue;
            }
            let compiled = match key {
                LineKey::Json => self.json(row, raw),
                LineKey::Base64 => self.binary(row, *key, raw, encoding::base64),
                LineKey::Hex => self.binary(row, *key, raw, encoding::hex),
                _ => self.text(row, raw),
            };
            payload = compiled.unwrap_or(payload);
            if !matches!(payload, Payload::None | Payload::Ready(_)) {
                self.renders = true;
                if self.templated.len() < REMEMBERED {
                    self.templated.insert((*key, raw), payload.clone());
                }
            }
        }
        payload
    }

    fn text(&mut self, row: Row<'s>, raw: &'s str) -> Option<Payload> {
        let hint = "a JSON value goes into `json`, which sends it as text";
        let text = self.field(row, "text", raw).string(hint)?;
        if !self.expands(&text) {
            return Some(self.ready(&text));
        }
        let template = self.template(row, raw, &text)?;
        Some(match template.literal() {
            Some(literal) => self.ready(literal),
            None => Payload::Text(template),
        })
    }

    /// A value without templates leaves as it is written, less the white space: numbers keep their digits.
    fn json(&mut self, row: Row<'s>, raw: &'s str) -> Option<Payload> {
        // An escape may hide a brace, so whatever could be a template is looked at.
        if !self.expands(raw) && !self.expands_escaped(raw) {
            let mut compact = String::with_capacity(raw.len());
            json::compact(raw, &mut compact);
            return Some(self.ready(&compact));
        }
        let value = self.json_value(row, raw)?;
        match JsonTemplate::parse(&value, &self.templates) {
            Ok(template) => Some(match template.literal() {
                Some(literal) => self.ready(literal),
                None => Payload::Json(template),
            }),
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.report.inside(row, raw, problem));
                None
            }
        }
    }

    fn binary(&mut self, row: Row<'s>, key: LineKey, raw: &'s str, decode: Decode) -> Option<Payload> {
        let text = self.field(row, key.name(), raw).string("bytes written as text")?;
        let decoded = if self.expands(&text) {
            let template = self.template(row, raw, &text)?;
            match template.literal() {
                Some(literal) => decode(literal),
                None if key == LineKey::Hex => return Some(Payload::Hex(template)),
                None => return Some(Payload::Base64(template)),
            }
        } else {
            decode(&text)
        };
        match decoded {
            Ok(bytes) => Some(Payload::Ready(Ready::Binary(self.arena.bytes(&bytes)))),
            Err(problem) => {
                self.report.inside(row, raw, problem);
                None
            }
        }
    }

    fn ready(&mut self, text: &str) -> Payload {
        Payload::Ready(Ready::Text(self.arena.text(text)))
    }

    fn expands(&self, text: &str) -> bool {
        self.templates.expand && !is_plain(text)
    }

    fn expands_escaped(&self, raw: &str) -> bool {
        self.templates.expand && raw.contains("\\u007")
    }

    fn template(&mut self, row: Row<'s>, raw: &'s str, text: &str) -> Option<Template> {
        match Template::parse(text, &self.templates) {
            Ok(template) => Some(template),
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.report.inside(row, raw, problem));
                None
            }
        }
    }
}
