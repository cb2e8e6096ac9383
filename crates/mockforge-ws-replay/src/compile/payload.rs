//! What a line sends: built here once where it is the same for every connection, compiled to a template
//! where it is not.

use mockforge_ws_core::diagnostic::Problem;
use mockforge_ws_template::{JsonTemplate, Template};

use super::line::PAYLOADS;
use super::report::Row;
use super::slots::LineSlots;
use super::{Compiler, json};
use crate::binary;
use crate::keys::LineKey;
use crate::script::{Payload, Ready, Written};

type Decode = fn(&str) -> Result<Vec<u8>, Problem>;

impl<'s> Compiler<'s> {
    /// The line's message. Where several are given all are checked, and the last is taken.
    pub(super) fn payload(&mut self, row: Row<'s>, slots: &LineSlots<'s>) -> Payload {
        let mut payload = Payload::None;
        for key in PAYLOADS {
            let Some(raw) = slots.value(*key) else { continue };
            let compiled = match key {
                LineKey::Json => self.json(row, raw),
                LineKey::Base64 => self.binary(row, *key, raw, binary::base64),
                LineKey::Hex => self.binary(row, *key, raw, binary::hex),
                _ => self.text(row, raw),
            };
            payload = compiled.unwrap_or(payload);
        }
        self.renders |= !matches!(payload, Payload::None | Payload::Ready(_));
        payload
    }

    fn text(&mut self, row: Row<'s>, raw: &'s str) -> Option<Payload> {
        let hint = "a JSON value goes into `json`, which sends it as text";
        let text = self.field(row, "text", raw).string(hint)?;
        if !self.expands(&text) {
            return Some(Payload::Ready(Ready::Text(self.arena.text(&text))));
        }
        let template = self.template(row, raw, &text)?;
        Some(match template.literal() {
            Some(literal) => Payload::Ready(Ready::Text(self.arena.text(literal))),
            None => Payload::Text(Written { template, source: self.arena.text(&text) }),
        })
    }

    /// A value without templates leaves as it is written, less the white space: numbers keep their digits.
    fn json(&mut self, row: Row<'s>, raw: &'s str) -> Option<Payload> {
        let mut source = String::with_capacity(raw.len());
        json::compact(raw, &mut source);
        // An escape may hide a brace, so whatever could be a template is looked at.
        let braces = raw.contains("{{") || raw.contains("\\u007");
        if !(braces && self.templates.expand) {
            return Some(Payload::Ready(Ready::Text(self.arena.text(&source))));
        }
        let value = self.json_value(row, raw)?;
        match JsonTemplate::parse(&value, &self.templates) {
            Ok(template) => Some(match template.literal() {
                Some(literal) => Payload::Ready(Ready::Text(self.arena.text(literal))),
                None => Payload::Json(Written { template, source: self.arena.text(&source) }),
            }),
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.report.inside(row, raw, problem));
                None
            }
        }
    }

    fn binary(&mut self, row: Row<'s>, key: LineKey, raw: &'s str, decode: Decode) -> Option<Payload> {
        let text = self.field(row, key.name(), raw).string("bytes written as text")?;
        let literal = if self.expands(&text) {
            let template = self.template(row, raw, &text)?;
            match template.literal() {
                Some(literal) => literal.to_string(),
                None => {
                    let written = Written { template, source: self.arena.text(&text) };
                    return Some(if key == LineKey::Hex {
                        Payload::Hex(written)
                    } else {
                        Payload::Base64(written)
                    });
                }
            }
        } else {
            text.into_owned()
        };
        match decode(&literal) {
            Ok(bytes) => Some(Payload::Ready(Ready::Binary(self.arena.bytes(&bytes)))),
            Err(problem) => {
                self.report.inside(row, raw, problem);
                None
            }
        }
    }

    fn expands(&self, text: &str) -> bool {
        self.templates.expand && text.contains("{{")
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
