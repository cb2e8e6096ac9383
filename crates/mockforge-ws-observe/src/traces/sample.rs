//! Which messages become events: the first, and from there on one after every so many.

/// Takes a part of what comes, evenly.
pub(super) struct Sample {
    ratio: f64,
    /// How many are passed over before the next that is taken.
    skip: u64,
    /// What is owed beyond that, less than one.
    credit: f64,
}

impl Sample {
    /// The part `ratio`, of all where it is 1 and of none where it is 0.
    pub(super) fn of(ratio: f64) -> Self {
        let skip = if ratio > 0.0 { 0 } else { u64::MAX };
        Self { ratio, skip, credit: 0.0 }
    }

    pub(super) fn takes_next(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        // As many as it takes for the parts to add up to one.
        let messages = ((1.0 - self.credit) / self.ratio).ceil().max(1.0);
        self.credit += messages * self.ratio - 1.0;
        self.skip = messages as u64 - 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_is_taken_evenly() {
        let taken = |ratio| {
            let mut sample = Sample::of(ratio);
            (0..10).map(|_| if sample.takes_next() { 'x' } else { '.' }).collect::<String>()
        };
        assert_eq!(taken(1.0), "xxxxxxxxxx");
        assert_eq!(taken(0.5), "x.x.x.x.x.");
        assert_eq!(taken(0.4), "x..x.x..x.");
        assert_eq!(taken(0.75), "x.xxx.xxx.");
        assert_eq!(taken(0.0), "..........");
        assert_eq!(taken(1e-300), "x.........");
        for ratio in [0.01, 0.3, 0.999] {
            let mut sample = Sample::of(ratio);
            let count = (0..100_000).filter(|_| sample.takes_next()).count() as f64;
            assert!((count - 100_000.0 * ratio).abs() <= 1.0, "{count} of {ratio}");
        }
    }
}
