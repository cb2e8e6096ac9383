//! The header: what holds for the whole script.

use std::borrow::Cow;
use std::sync::Arc;

use mockforge_ws_diagnostic::{Problem, did_you_mean};
use mockforge_ws_jsonpath::Dialect;
use serde_json::Value;

use super::fields::{kind, listed};
use super::json::Member;
use super::report::Row;
use super::slots::HeaderSlots;
use super::{Compiler, End};
use crate::Header;
use crate::keys::HeaderKey;

impl<'s> Compiler<'s> {
    /// Reads the header; `false` where it is of a version that says nothing about this one.
    pub(super) fn header(&mut self, row: Row<'s>, members: &[Member<'s>], first: bool) -> bool {
        let raw =
            members.iter().find(|member| member.key == "\"mockforge\"").map_or("", |member| member.value);
        if !self.version(row, raw) {
            return false;
        }
        let slots = HeaderSlots::of_header(row, members, &mut self.report);
        if !first {
            self.more_variables(row, members, &slots);
            return true;
        }
        let value = |key: HeaderKey| slots.value(key).map(|raw| (key.name(), raw));
        if let Some((name, raw)) = value(HeaderKey::Name) {
            let text = self.field(row, name, raw).string("it is a name for people");
            self.header.name = text.map(Cow::into_owned);
        }
        if let Some((name, raw)) = value(HeaderKey::Seed) {
            self.header.seed = self.field(row, name, raw).whole("");
        }
        if let Some((name, raw)) = value(HeaderKey::Sync) {
            self.header.sync = self.field(row, name, raw).word().unwrap_or_default();
        }
        if let Some((name, raw)) = value(HeaderKey::Early) {
            self.header.early = self.field(row, name, raw).word().unwrap_or_default();
        }
        if let Some((name, raw)) = value(HeaderKey::OnEnd)
            && let Some(what) = self.field(row, name, raw).word()
        {
            self.header.on_end = what;
            self.ends.push(End { index: None, what, row, raw });
        }
        if let Some((name, raw)) = value(HeaderKey::Subprotocol) {
            self.header.subprotocol = self.subprotocols(row, name, raw);
        }
        if let Some((name, raw)) = value(HeaderKey::JsonpathDialect) {
            self.header.jsonpath_dialect = self.dialect(row, name, raw);
            self.templates.dialect = self.header.jsonpath_dialect.unwrap_or(self.templates.dialect);
        }
        if let Some((name, raw)) = value(HeaderKey::Variables) {
            self.variables(row, name, raw);
        }
        if let Some((name, raw)) = value(HeaderKey::Recorded) {
            self.recorded(row, name, raw);
        }
        true
    }

    /// A header that is not the first line: it adds variables for the lines after it, and says nothing else.
    fn more_variables(&mut self, row: Row<'s>, members: &[Member<'s>], slots: &HeaderSlots<'s>) {
        let other = |member: &&Member<'_>| !["\"mockforge\"", "\"variables\""].contains(&member.key);
        match (members.iter().find(other), slots.value(HeaderKey::Variables)) {
            (None, Some(raw)) => self.variables(row, HeaderKey::Variables.name(), raw),
            (other, _) => {
                let version = members.iter().find(|member| member.key == "\"mockforge\"");
                let key = other.or(version).map_or("", |member| member.key);
                let problem = Problem::new("the header must be the first line of the script");
                let hint = "blank lines and comments may stand before it; a later one adds `variables` only";
                self.report.error(row, key, problem.hint(hint));
            }
        }
    }

    fn version(&mut self, row: Row<'s>, raw: &'s str) -> bool {
        let known = raw.parse() == Ok(Header::VERSION);
        if !known {
            let found = if matches!(kind(raw), "a number") { raw } else { kind(raw) };
            let problem = Problem::new(format!("`mockforge` is the version of the format, 1, found {found}"));
            let hint = match raw.parse::<u64>() {
                Ok(2..) => "this release reads version 1; a later one may read this file",
                _ => "write {\"mockforge\":1, …}",
            };
            self.report.error(row, raw, problem.hint(hint));
        }
        known
    }

    fn subprotocols(&mut self, row: Row<'s>, name: &'static str, raw: &'s str) -> Vec<String> {
        let mut field = self.field(row, name, raw);
        let hint = "a name, or a list of names with the preferred one first";
        let parts = if raw.starts_with('[') { field.array(hint).unwrap_or_default() } else { vec![raw] };
        let mut names = Vec::new();
        for part in parts {
            let mut part = field.part(name, part);
            let Some(text) = part.string(hint) else { continue };
            if let Some(problem) = no_token(&text) {
                part.wrong(problem);
            }
            names.push(text.into_owned());
        }
        names
    }

    fn dialect(&mut self, row: Row<'s>, name: &'static str, raw: &'s str) -> Option<Dialect> {
        let names = Dialect::ALL.map(Dialect::name);
        let listed = listed(names.into_iter());
        let mut field = self.field(row, name, raw);
        let text = field.string(&listed)?;
        let dialect = text.parse().ok();
        if dialect.is_none() {
            let problem = Problem::new(format!("`{name}` is {listed}, found {text:?}"));
            field.wrong(problem.maybe_hint(did_you_mean(&text, names)));
        }
        dialect
    }

    fn variables(&mut self, row: Row<'s>, name: &'static str, raw: &'s str) {
        if !raw.starts_with('{') {
            let problem = Problem::new(format!("`{name}` is an object, found {}", kind(raw)));
            self.report.error(row, raw, problem.hint("names and values: {\"tenant\":\"acme\"}"));
        } else if let Some(Value::Object(variables)) = self.json_value(row, raw) {
            for name in variables.keys().filter(|name| self.header.variables.contains_key(*name)) {
                let problem = Problem::new(format!("the variable `{name}` is given on a line before"));
                self.report.error(
                    row,
                    raw,
                    problem.hint("give it another name, for a constant has one value"),
                );
            }
            let all = Arc::make_mut(&mut self.templates.vars);
            all.extend(variables.iter().map(|(name, value)| (name.clone(), value.clone())));
            self.header.variables.extend(variables);
        }
    }

    fn recorded(&mut self, row: Row<'s>, name: &'static str, raw: &'s str) {
        if !raw.starts_with(['{', '"']) {
            let problem = Problem::new(format!("`{name}` is a string or an object, found {}", kind(raw)));
            let problem = problem.hint("it says where a recording comes from: {\"at\":\"…\",\"url\":\"…\"}");
            self.report.error(row, raw, problem);
        }
        self.header.recorded = self.json_value(row, raw);
    }
}

/// Why a text is no name of a subprotocol: a token of RFC 9110, section 5.6.2.
fn no_token(text: &str) -> Option<Problem> {
    let allowed = |c: char| c.is_ascii_graphic() && !"(),/:;<=>?@[\\]{}\"".contains(c);
    let bad = text.chars().find(|c| !allowed(*c));
    if text.is_empty() {
        return Some(Problem::new("a subprotocol has a name, found an empty string"));
    }
    let problem = Problem::new(format!("{:?} may not stand in the name of a subprotocol", bad?));
    let hint = text.contains(',').then_some("write several as a list: [\"chat.v2\",\"chat.v1\"]");
    Some(problem.maybe_hint(hint))
}
