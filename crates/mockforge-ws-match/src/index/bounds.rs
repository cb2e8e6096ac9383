//! Patterns that want a number above or below a bound, so that those which a number fulfils stand together.

use super::marks::Marks;

/// A lower bound. An upper one is the lower bound of the negated number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bound {
    pub(crate) at: f64,
    /// Whether the bound itself is outside.
    pub(crate) strict: bool,
}

impl Bound {
    fn holds(self, number: f64) -> bool {
        number > self.at || (!self.strict && number == self.at)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Bounds {
    /// By bound; at the same bound those that are fulfilled by it come first.
    sorted: Vec<(Bound, usize)>,
    number: usize,
}

impl Bounds {
    pub(crate) fn add(&mut self, bound: Bound, pattern: usize) {
        self.sorted.push((bound, pattern));
    }

    pub(crate) fn finish(&mut self, bounds: &mut usize) {
        self.sorted.sort_by(|(a, _), (b, _)| a.at.total_cmp(&b.at).then_with(|| a.strict.cmp(&b.strict)));
        if !self.sorted.is_empty() {
            self.number = *bounds;
            *bounds += 1;
        }
    }

    pub(crate) fn mark(&self, number: f64, marks: &mut Marks) {
        if self.sorted.is_empty() {
            return;
        }
        let fulfilled = self.sorted.partition_point(|(bound, _)| bound.holds(number));
        let done = &mut marks.bounds[self.number];
        for (_, pattern) in self.sorted.get(*done..fulfilled).unwrap_or_default() {
            marks.patterns.set(*pattern);
        }
        *done = fulfilled.max(*done);
    }
}
