//! Mappings by their keys, and values as the types that they should have.

use mockforge_ws_diagnostic::Problem;
use mockforge_ws_layers::faults::FaultConfig;
use mockforge_ws_layers::latency::LatencyProfile;
use std::time::Duration;

use super::Lower;
use crate::keys::{self, Keys};
use crate::section::Located;
use crate::tree::{Data, Node};
use crate::values;

impl Lower<'_> {
    /// The members of a mapping, in the order of the file. Unknown keys are reported; nothing at all is an
    /// empty mapping.
    pub(super) fn fields<'n, K: Keys>(&mut self, node: &'n Node) -> Vec<(K, &'n Node)> {
        let members = match &node.data {
            Data::Mapping(members) => members.as_slice(),
            Data::Null => &[],
            _ => {
                let names: Vec<_> = K::ALL.iter().map(|key| key.name()).collect();
                let hint = format!("{} takes {}", K::HOLDER, names.join(", "));
                self.expected::<()>(node, "a mapping", Some(&hint));
                &[]
            }
        };
        let mut fields = Vec::new();
        for member in members {
            match K::named(&member.key) {
                Some(key) => fields.push((key, &member.value)),
                None => self.report.invalid(self.source, member.key_span, keys::unknown::<K>(&member.key)),
            }
        }
        fields
    }

    pub(super) fn expected<T>(&mut self, node: &Node, what: &str, hint: Option<&str>) -> Option<T> {
        let hint =
            hint.or(matches!(node.data, Data::Null).then_some("give the key a value, or take it away"));
        self.invalid(node, Problem::new(format!("expected {what}, found {}", node.kind())).maybe_hint(hint));
        None
    }

    fn checked<T>(&mut self, node: &Node, value: Result<T, Problem>) -> Option<Located<T>> {
        match value {
            Ok(value) => Some(Located { value, span: node.span }),
            Err(problem) => {
                self.invalid(node, problem);
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, node: &Node) -> Option<Located<bool>> {
        match &node.data {
            Data::Bool(value) => Some(Located { value: *value, span: node.span }),
            Data::String(text) => {
                let hint = match text.to_ascii_lowercase().as_str() {
                    "true" | "false" => Some("take the quotes away"),
                    "yes" | "on" => Some("write `true`"),
                    "no" | "off" => Some("write `false`"),
                    _ => None,
                };
                self.expected(node, "`true` or `false`", hint)
            }
            _ => self.expected(node, "`true` or `false`", None),
        }
    }

    /// A whole number from 0 that passes a check.
    pub(super) fn whole<T>(
        &mut self,
        node: &Node,
        what: &str,
        check: impl FnOnce(u64) -> Result<T, Problem>,
    ) -> Option<Located<T>> {
        let whole = "a whole number from 0";
        match &node.data {
            Data::Number(number) => match number.as_u64() {
                Some(number) => self.checked(node, check(number)),
                None => self.expected(node, &format!("{what}, {whole}"), None),
            },
            Data::String(text) if text.parse::<u64>().is_ok() => {
                self.expected(node, &format!("{what}, {whole}"), Some("take the quotes away"))
            }
            _ => self.expected(node, &format!("{what}, {whole}"), None),
        }
    }

    /// A text that passes a check.
    pub(super) fn text<T>(
        &mut self,
        node: &Node,
        what: &str,
        check: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Option<Located<T>> {
        match &node.data {
            Data::String(text) => self.checked(node, check(text)),
            Data::Number(_) | Data::Bool(_) => self.expected(node, what, Some("put it in quotes")),
            _ => self.expected(node, what, None),
        }
    }

    /// The name of a file.
    pub(super) fn file(&mut self, node: &Node) -> Option<Located<String>> {
        self.text(node, "the name of a file", |name| match name {
            "" => Err(Problem::new("expected the name of a file, found an empty text")),
            name => Ok(name.to_string()),
        })
    }

    /// A list of texts that pass a check.
    pub(super) fn texts<T>(
        &mut self,
        node: &Node,
        what: &str,
        check: impl Fn(&str) -> Result<T, Problem>,
    ) -> Option<Vec<Located<T>>> {
        let what = format!("a list of {what}");
        match &node.data {
            Data::List(elements) => {
                Some(elements.iter().filter_map(|element| self.text(element, "a text", &check)).collect())
            }
            Data::String(text) => self.expected(node, &what, Some(&format!("write `[{text}]`"))),
            _ => self.expected(node, &what, None),
        }
    }

    pub(super) fn latency(&mut self, node: &Node) -> Option<Located<LatencyProfile>> {
        if !matches!(node.data, Data::Mapping(_)) {
            return self.text(
                node,
                "a latency profile such as `normal`, `50ms` or `20ms..80ms`",
                values::latency,
            );
        }
        let mut profile = LatencyProfile::none();
        for (key, node) in self.fields(node) {
            let slot = match key {
                keys::Latency::Base => &mut profile.base,
                keys::Latency::Jitter => &mut profile.jitter,
            };
            *slot = self.duration(node).unwrap_or_default();
        }
        Some(Located { value: profile, span: node.span })
    }

    pub(super) fn duration(&mut self, node: &Node) -> Option<Duration> {
        let found = match &node.data {
            Data::String(text) => values::duration(text),
            _ => None,
        };
        let hint = matches!(node.data, Data::Number(_)).then_some("write the unit: `20ms`, `1s`");
        found.or_else(|| self.expected(node, "a time such as `20ms` or `1s`", hint))
    }

    pub(super) fn faults(&mut self, node: &Node) -> Option<Located<FaultConfig>> {
        let mut faults = FaultConfig::default();
        for (key, node) in self.fields(node) {
            let slot = match key {
                keys::Faults::Drop => &mut faults.drop,
                keys::Faults::Duplicate => &mut faults.duplicate,
                keys::Faults::Abort => &mut faults.abort,
            };
            *slot = self.probability(node).map(|located| located.value).unwrap_or_default();
        }
        self.checked(node, values::faults(faults))
    }

    pub(super) fn speed(&mut self, node: &Node) -> Option<Located<f64>> {
        match &node.data {
            Data::Number(number) => self.checked(node, values::speed(number.as_f64().unwrap_or(f64::NAN))),
            _ => self.expected(node, "a speed from 0.001 to 1000", Some("1 is the clock's, 2 twice as fast")),
        }
    }

    pub(super) fn probability(&mut self, node: &Node) -> Option<Located<f64>> {
        match &node.data {
            Data::Number(number) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                self.checked(node, values::probability(number))
            }
            Data::String(text) if text.ends_with('%') => {
                self.expected(node, "a probability from 0 to 1", Some("5% is written 0.05"))
            }
            _ => self.expected(node, "a probability from 0 to 1", None),
        }
    }
}
