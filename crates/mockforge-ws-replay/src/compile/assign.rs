//! `set`: the variables that a line sets, and which names there are.

use std::collections::BTreeSet;
use std::sync::Arc;

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_template::JsonTemplate;

use super::fields::kind;
use super::json::{self, Member};
use super::report::Row;
use super::slots::LineSlots;
use super::{Compiler, source};
use crate::keys::LineKey;
use crate::script::Assignment;

impl<'s> Compiler<'s> {
    /// Learns the names that the script sets anywhere, for a template may read one that a later line sets.
    pub(super) fn names(&mut self, text: &'s str) {
        let mut names = BTreeSet::new();
        let (mut members, mut inner) = (Vec::new(), Vec::new());
        for row in source::rows(text).filter(|row| row.text.contains("\"set\"")) {
            if json::members(row.text, &mut members).is_err() {
                continue;
            }
            for set in members.iter().filter(|member| member.key == "\"set\"") {
                if json::members(set.value, &mut inner).is_ok() {
                    names.extend(
                        inner.iter().filter_map(|member| Some(json::unquote(member.key).ok()?.into_owned())),
                    );
                }
            }
        }
        self.templates.state.get_or_insert_with(|| Arc::new(names));
    }

    /// The variables that the line sets.
    pub(super) fn assignments(&mut self, row: Row<'s>, slots: &LineSlots<'s>) -> Box<[Assignment]> {
        let Some(raw) = slots.value(LineKey::Set) else { return [].into() };
        let hint = "names and values, templates as a rule: {\"id\":\"{{$.id}}\"}";
        if !raw.starts_with('{') {
            let problem = Problem::new(format!("`set` is an object, found {}", kind(raw)));
            self.report.error(row, raw, problem.hint(hint));
            return [].into();
        }
        let mut members = Vec::new();
        if json::members(raw, &mut members).is_err() {
            return [].into();
        }
        let assignments: Vec<_> = members.iter().filter_map(|member| self.assignment(row, *member)).collect();
        for (index, assignment) in assignments.iter().enumerate() {
            if assignments[..index].iter().any(|other| other.name == assignment.name) {
                let problem = Problem::new(format!("`{}` is set twice on the line", assignment.name));
                self.report.error(row, raw, problem.hint("keep one of them"));
            }
        }
        self.renders |= assignments.iter().any(|assignment| assignment.value.literal().is_none());
        assignments.into()
    }

    fn assignment(&mut self, row: Row<'s>, member: Member<'s>) -> Option<Assignment> {
        let name = self.field(row, "set", member.key).string("")?;
        let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || !name.chars().all(plain) {
            let problem = Problem::new(format!("`{}` is no name of a variable", name.escape_debug()));
            self.report.error(
                row,
                member.key,
                problem.hint("letters, digits, `_` and `-`: `{{state.name}}`"),
            );
            return None;
        }
        let value = self.json_value(row, member.value)?;
        match JsonTemplate::parse(&value, &self.templates) {
            Ok(value) => Some(Assignment { name: name.into(), value }),
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.report.inside(row, member.value, problem));
                None
            }
        }
    }
}
