//! What a line waits for, how long, and where to go from there.

use std::time::Duration;

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_match::{Pattern, PatternSet};

use super::fields::kind;
use super::report::Row;
use super::slots::LineSlots;
use super::{Compiler, Jump};
use crate::keys::LineKey;
use crate::script::{Timeout, Wait};

impl<'s> Compiler<'s> {
    /// A pattern, compiled once however often the script uses it.
    pub(super) fn pattern(&mut self, row: Row<'s>, name: &'static str, raw: &'s str) -> Option<Pattern> {
        if let Some(pattern) = self.patterns.get(raw) {
            return Some(pattern.clone());
        }
        if !raw.starts_with(['"', '{']) {
            let problem = Problem::new(format!("`{name}` is a pattern, found {}", kind(raw)));
            let hint = "a regex or a JSONPath in a string, or an object like {\"jsonpath\":\"$.type\",\"equals\":\"login\"}";
            self.report.error(row, raw, problem.hint(hint));
            return None;
        }
        let value = self.json_value(row, raw)?;
        match Pattern::parse(&value, self.templates.dialect) {
            Ok(pattern) => {
                self.patterns.insert(raw, pattern.clone());
                Some(pattern)
            }
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.report.inside(row, raw, problem));
                None
            }
        }
    }

    pub(super) fn branch(&mut self, row: Row<'s>, raw: &'s str) -> Wait {
        let hint = "write [{\"on\":\"^yes$\",\"goto\":\"label\"}, …]";
        let mut field = self.field(row, "branch", raw);
        let ways = field.array(hint).unwrap_or_default();
        if ways.is_empty() && raw.starts_with('[') {
            field.wrong(Problem::new("`branch` has no way out").hint(hint));
        }
        let from = self.index();
        let mut patterns = Vec::new();
        for raw in ways {
            let mut field = self.field(row, "branch", raw);
            if !raw.starts_with('{') {
                let problem = Problem::new(format!("a way of `branch` is an object, found {}", kind(raw)));
                field.wrong(problem.hint(hint));
                continue;
            }
            let Some([on, goto]) = field.object(["on", "goto"], hint) else { continue };
            for (name, value) in [("on", on), ("goto", goto)] {
                if value.is_none() {
                    let problem = Problem::new(format!("a way of `branch` needs `{name}`"));
                    field.wrong(problem.hint("write {\"on\":\"^yes$\",\"goto\":\"label\"}"));
                }
            }
            let to = goto
                .and_then(|raw| Some((field.part("goto", raw).string("it is the label of a line")?, raw)));
            let pattern = on.and_then(|raw| self.pattern(row, "on", raw));
            if let Some((to, raw)) = to {
                self.jumps.push(Jump {
                    from,
                    way: pattern.is_some().then_some(patterns.len()),
                    to,
                    row,
                    raw,
                });
            }
            patterns.extend(pattern);
        }
        let targets = vec![u32::MAX; patterns.len()];
        Wait::Branch(PatternSet::new(patterns).into(), targets.into())
    }

    pub(super) fn timeout(&mut self, row: Row<'s>, slots: &LineSlots<'s>) -> Option<Timeout> {
        let then = match slots.value(LineKey::OnTimeout) {
            Some(raw) => self.field(row, "onTimeout", raw).word().unwrap_or_default(),
            None => crate::OnTimeout::default(),
        };
        let after = self.field(row, "timeout", slots.value(LineKey::Timeout)?).milliseconds()?;
        Some(Timeout { after: Duration::from_millis(after), then })
    }
}
