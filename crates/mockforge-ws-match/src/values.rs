//! Patterns that want a scalar at the same JSONPath, by that scalar.
//!
//! Rules of a protocol mostly ask one member, `$.type` or `$.op`, for a different text each. Its path is
//! queried once for all of them.

use std::collections::HashMap;
use std::sync::Arc;

use mockforge_ws_core::Inbound;
use mockforge_ws_jsonpath::Path;
use serde_json::Value;

use crate::json::integer;
use crate::node::Node;
use crate::pattern::Pattern;

/// From how many patterns on the same path is worth a table.
const FEW: usize = 2;

#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    groups: Arc<[Group]>,
}

#[derive(Debug)]
struct Group {
    path: Path,
    /// The patterns that want a value, in order.
    wanted: HashMap<Scalar, Vec<usize>>,
    first: usize,
}

/// A scalar by which equal values are found, with 1 and 1.0 the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Scalar {
    Null,
    Bool(bool),
    Integer(i128),
    Text(String),
}

impl Scalar {
    /// The key of a value; lists, objects and numbers with a fraction have none.
    fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Integer(integer(number)?),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(_) | Value::Object(_) => return None,
        })
    }
}

impl Values {
    pub(crate) fn new(patterns: &[Pattern]) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            let Node::Path(selection) = pattern.node() else { continue };
            let Some(scalar) = selection.only_equals().and_then(Scalar::of) else { continue };
            let path = &selection.path;
            let same = |group: &&mut Group| {
                group.path.as_str() == path.as_str() && group.path.dialect() == path.dialect()
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.wanted.entry(scalar).or_default().push(index),
                None => groups.push(Group {
                    path: path.clone(),
                    wanted: HashMap::from([(scalar, vec![index])]),
                    first: index,
                }),
            }
        }
        groups.retain(|group| group.wanted.values().map(Vec::len).sum::<usize>() > FEW);
        Self { groups: groups.into() }
    }

    /// The patterns that this answers for.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = usize> {
        self.groups.iter().flat_map(|group| group.wanted.values().flatten().copied())
    }

    /// The first pattern that matches, if it comes before the one that is known to.
    pub(crate) fn first(&self, message: &Inbound, before: Option<usize>) -> Option<usize> {
        let groups = self.groups.iter().filter(|group| before.is_none_or(|before| group.first < before));
        groups.filter_map(|group| group.found(message).min()).min()
    }

    pub(crate) fn all(&self, message: &Inbound) -> Vec<usize> {
        let mut found: Vec<usize> = self.groups.iter().flat_map(|group| group.found(message)).collect();
        // A path that selects several equal values finds a pattern as often.
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Group {
    fn found(&self, message: &Inbound) -> impl Iterator<Item = usize> {
        let nodes = message.json().map(|json| self.path.query(json)).unwrap_or_default();
        let patterns = nodes.into_iter().filter_map(|node| self.wanted.get(&Scalar::of(node)?));
        patterns.flatten().copied()
    }
}
