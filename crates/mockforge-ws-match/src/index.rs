//! Which of many patterns a message may match, found without asking each.
//!
//! A pattern is entered under conditions, one of which holds for every message that it matches: a regex that
//! is found in the text, or a value at a place of the JSON. All regexes are asked in a few passes over the
//! text, and all places in one walk over the JSON. A pattern that is nothing but its condition is decided by
//! that; the others have to be asked, and so have those that have no condition.

mod bits;
mod bounds;
mod fast_hash;
mod key;
mod literals;
mod marks;
mod needles;
mod path_key;
mod probes;
mod regexes;
mod tree;

use std::collections::HashMap;

use mockforge_ws_core::Inbound;

use crate::node::{Node, json_of};
use bits::Bits;
use key::{Key, Place, condition};
use marks::Marks;
use regexes::{Group, SIZE_LIMIT};
use tree::Tree;

/// Up to how many patterns are asked one by one rather than together.
pub(crate) const FEW: usize = 2;

#[derive(Debug)]
pub(crate) struct Index {
    /// What there is to find out, by the first pattern that it could be about.
    sources: Vec<(usize, Source)>,
    /// The patterns without a condition.
    always: Bits,
    /// The patterns that match whenever their condition holds.
    exact: Bits,
    lists: usize,
    bounds: usize,
}

#[derive(Debug)]
enum Source {
    Text(Group),
    Json(Tree),
}

impl Index {
    pub(crate) fn new<'p>(patterns: impl ExactSizeIterator<Item = &'p Node>) -> Self {
        let mut builder = Builder {
            always: Bits::new(patterns.len()),
            exact: Bits::new(patterns.len()),
            texts: Vec::new(),
            places: Vec::new(),
        };
        for (pattern, node) in patterns.enumerate() {
            builder.add(pattern, node);
        }
        builder.build()
    }

    /// What matches `message`, in order and only as far as it is asked for. `is_match` asks a pattern itself.
    pub(crate) fn search<'s>(
        &'s self,
        message: &'s Inbound,
        is_match: impl Fn(usize) -> bool + 's,
    ) -> impl Iterator<Item = usize> + 's {
        let mut marks = Marks::new(&self.always, self.lists, self.bounds);
        let mut sources = self.sources.iter().peekable();
        let mut from = 0;
        std::iter::from_fn(move || {
            loop {
                let candidate = marks.patterns.next(from);
                // A source that is only about later patterns has to wait until one of them is wanted.
                let due = |first: usize| candidate.is_none_or(|candidate| first <= candidate);
                if let Some((_, source)) = sources.next_if(|(first, _)| due(*first)) {
                    source.mark(message, &mut marks);
                    continue;
                }
                let candidate = candidate?;
                from = candidate + 1;
                if self.exact.has(candidate) || is_match(candidate) {
                    return Some(candidate);
                }
            }
        })
    }
}

impl Source {
    fn mark(&self, message: &Inbound, marks: &mut Marks) {
        match self {
            Self::Text(group) => {
                if let Some(text) = message.text() {
                    group.mark(text, marks);
                }
            }
            Self::Json(tree) => {
                if let Some(json) = json_of(message) {
                    tree.mark(json, marks);
                }
            }
        }
    }
}

struct Builder {
    always: Bits,
    exact: Bits,
    texts: Vec<(String, usize)>,
    places: Vec<(Place, usize)>,
}

impl Builder {
    fn add(&mut self, pattern: usize, node: &Node) {
        let Some(condition) = condition(node) else { return self.always.set(pattern) };
        if condition.exact {
            self.exact.set(pattern);
        }
        for key in condition.keys {
            match key {
                Key::Text(regex) => self.texts.push((regex, pattern)),
                Key::Json(place) => self.places.push((place, pattern)),
            }
        }
    }

    fn build(mut self) -> Index {
        let mut sources = Vec::new();
        for group in literals::grouped(std::mem::take(&mut self.texts)) {
            match Group::new(&group, SIZE_LIMIT) {
                Some(made) => {
                    let first = group.regexes.iter().map(|(_, pattern)| *pattern).min().unwrap_or(0);
                    sources.push((first, Source::Text(made)));
                }
                None => group.regexes.iter().for_each(|(_, pattern)| {
                    self.always.set(*pattern);
                    self.exact.clear(*pattern);
                }),
            }
        }
        let (mut lists, mut bounds) = (0, 0);
        if let Some(first) = self.places.iter().map(|(_, pattern)| *pattern).min() {
            let tree = self.tree();
            (lists, bounds) = tree.counts();
            sources.push((first, Source::Json(tree)));
        }
        sources.sort_by_key(|(first, _)| *first);
        Index { sources, always: self.always, exact: self.exact, lists, bounds }
    }

    fn tree(&mut self) -> Tree {
        let mut asked: HashMap<String, usize> = HashMap::new();
        for query in self.places.iter().filter_map(|(place, _)| place.query.as_ref()) {
            *asked.entry(query.to_string()).or_default() += 1;
        }
        let mut tree = Tree::default();
        for (mut place, pattern) in std::mem::take(&mut self.places) {
            // A query that few want is made when one of them is asked.
            if place.query.as_ref().is_some_and(|query| asked[query.as_str()] <= FEW) {
                place = Place::of(place.edges);
                self.exact.clear(pattern);
            }
            tree.add(place, pattern);
        }
        tree.finish(&mut self.exact);
        tree
    }
}
