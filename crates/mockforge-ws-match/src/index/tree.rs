//! The places of a JSON message that patterns look at, as a tree that is walked along with the message.
//!
//! What is not in the message is never walked to, so that its patterns cost nothing.

use mockforge_ws_jsonpath::{Path, Step};
use serde_json::{Map, Value};

use super::bits::Bits;
use super::fast_hash::FastMap;
use super::key::{Edge, Place};
use super::marks::Marks;
use super::probes::Probes;

/// Up to how many names are looked for one by one in an object.
const FEW_NAMES: usize = 2;
/// How many members of an object are compared with the names in the time that one name takes to be looked
/// for in the object.
const MEMBERS_FOR_A_NAME: usize = 4;

#[derive(Debug)]
pub(crate) struct Tree {
    /// The root first.
    nodes: Vec<Node>,
    lists: usize,
    bounds: usize,
}

#[derive(Debug, Default)]
struct Node {
    probes: Probes,
    names: FastMap<Box<str>, usize>,
    indices: Vec<(Step, usize)>,
    each: Option<usize>,
    /// Queries that can only find something where there is a value at this place, and what is wanted of
    /// what they select.
    queries: Vec<(Path, Probes)>,
}

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: vec![Node::default()], lists: 0, bounds: 0 }
    }
}

impl Tree {
    pub(crate) fn add(&mut self, place: Place, pattern: usize) {
        let mut at = 0;
        for edge in place.edges {
            let new = self.nodes.len();
            let node = &mut self.nodes[at];
            at = match edge {
                Edge::Step(Step::Name(name)) => *node.names.entry(name.into()).or_insert(new),
                Edge::Step(step) => match node.indices.iter().find(|(known, _)| *known == step) {
                    Some((_, child)) => *child,
                    None => {
                        node.indices.push((step, new));
                        new
                    }
                },
                Edge::Each => *node.each.get_or_insert(new),
            };
            if at == new {
                self.nodes.push(Node::default());
            }
        }
        let node = &mut self.nodes[at];
        let probes = match place.query {
            None => &mut node.probes,
            Some(path) => {
                let known = node.queries.iter().position(|(known, _)| *known == path);
                let at = known.unwrap_or_else(|| {
                    node.queries.push((path, Probes::default()));
                    node.queries.len() - 1
                });
                &mut node.queries[at].1
            }
        };
        probes.add(place.probe, pattern);
    }

    /// Makes ready for messages. Patterns that are not decided here after all leave `exact`.
    pub(crate) fn finish(&mut self, exact: &mut Bits) {
        for node in &mut self.nodes {
            let probes = node.queries.iter_mut().map(|(_, probes)| probes).chain([&mut node.probes]);
            probes.for_each(|probes| probes.finish(exact, &mut self.lists, &mut self.bounds));
        }
    }

    /// How many lists and how many lists of bounds there are.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.lists, self.bounds)
    }

    /// Marks the patterns whose condition a message fulfils.
    pub(crate) fn mark(&self, message: &Value, marks: &mut Marks) {
        self.walk(0, message, message, marks);
    }

    /// Calls itself as deep as the message nests.
    fn walk(&self, node: usize, value: &Value, message: &Value, marks: &mut Marks) {
        let node = &self.nodes[node];
        node.probes.mark(value, marks);
        for (path, probes) in &node.queries {
            path.find(message, |selected| {
                probes.mark(selected, marks);
                false
            });
        }
        match value {
            Value::Object(members) => {
                self.walk_names(node, members, message, marks);
                if let Some(each) = node.each {
                    members.values().for_each(|child| self.walk(each, child, message, marks));
                }
            }
            Value::Array(items) => {
                for (index, child) in &node.indices {
                    if let Some(item) = index.follow(value) {
                        self.walk(*child, item, message, marks);
                    }
                }
                if let Some(each) = node.each {
                    items.iter().for_each(|item| self.walk(each, item, message, marks));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Goes over the names or over the members, whichever is quicker.
    fn walk_names(&self, node: &Node, members: &Map<String, Value>, message: &Value, marks: &mut Marks) {
        let few = node.names.len() <= FEW_NAMES || node.names.len() * MEMBERS_FOR_A_NAME < members.len();
        if few {
            for (name, child) in &node.names {
                if let Some(member) = members.get(&**name) {
                    self.walk(*child, member, message, marks);
                }
            }
        } else {
            for (name, member) in members {
                if let Some(child) = node.names.get(name.as_str()) {
                    self.walk(*child, member, message, marks);
                }
            }
        }
    }
}
