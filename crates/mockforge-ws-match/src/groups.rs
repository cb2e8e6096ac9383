//! What regexes captured, while it is put together.

use std::sync::Arc;

use mockforge_ws_core::Captures;

/// The groups of the first regex that took part, by number, and behind them the named groups of the others.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    names: Arc<[Option<String>]>,
    groups: Vec<Option<String>>,
}

impl Groups {
    /// `names[i]` is the name of group `i`, if it has one. Group 0 is the match as a whole.
    pub(crate) fn new(names: Arc<[Option<String>]>, groups: Vec<Option<String>>) -> Self {
        Self { names, groups }
    }

    /// Adds what a further regex captured. A name that is there already stays what it is.
    pub(crate) fn merge(&mut self, other: Self) {
        if self.groups.is_empty() {
            *self = other;
            return;
        }
        let named = other.names.iter().zip(other.groups);
        let new: Vec<_> = named.filter(|(name, _)| name.is_some() && !self.names.contains(name)).collect();
        if new.is_empty() {
            return;
        }
        let mut names = self.names.to_vec();
        for (name, group) in new {
            names.push(name.clone());
            self.groups.push(group);
        }
        self.names = names.into();
    }
}

impl From<Groups> for Captures {
    fn from(groups: Groups) -> Self {
        Self::new(groups.names, groups.groups)
    }
}
