//! Which messages become events: the first, and from there on one after every so many.

use mockforge_ws_core::{Elapsed, Passed, Way};

/// More are not kept of a connection; as a rule a span keeps fewer.
const MOST: usize = 1024;

/// Takes a part of what comes, evenly.
pub(super) struct Sample {
    ratio: f64,
    /// How many are passed over before the next that is taken.
    skip: usize,
    /// What is owed beyond that, less than one.
    credit: f64,
    taken: Vec<(Elapsed, Passed)>,
}

impl Sample {
    /// The part `ratio`, of all where it is 1 and of none where it is 0.
    pub(super) fn of(ratio: f64) -> Self {
        let skip = if ratio > 0.0 { 0 } else { usize::MAX };
        Self { ratio, skip, credit: 0.0, taken: Vec::new() }
    }

    /// Messages between a client and the server, of which some are taken.
    pub(super) fn look_at(&mut self, messages: &[Passed], at: Elapsed) {
        // As a rule none of them is due.
        if self.skip >= messages.len() {
            let others = messages.iter().filter(|message| !is_of_client(message)).count();
            self.skip -= messages.len() - others;
            return;
        }
        for message in messages.iter().filter(|message| is_of_client(message)) {
            if self.takes_next() && self.taken.len() < MOST {
                self.taken.push((at, *message));
            }
        }
    }

    /// What was taken, with the time of each.
    pub(super) fn take(&mut self) -> Vec<(Elapsed, Passed)> {
        std::mem::take(&mut self.taken)
    }

    fn takes_next(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        // As many as it takes for the parts to add up to one.
        let messages = ((1.0 - self.credit) / self.ratio).ceil().max(1.0);
        self.credit += messages * self.ratio - 1.0;
        self.skip = messages as usize - 1;
        true
    }
}

fn is_of_client(message: &Passed) -> bool {
    matches!(message.way, Way::FromClient | Way::ToClient)
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

    /// However many are told at once, and whatever is among them.
    #[test]
    fn batches_change_nothing() {
        let message = |len| Passed {
            way: if len % 2 == 0 { Way::FromClient } else { Way::ToClient },
            is_text: true,
            len,
        };
        let other = |len| Passed { way: Way::ToUpstream, ..message(len) };
        for batch in [1, 2, 7, 16] {
            let mut sample = Sample::of(0.125);
            let messages: Vec<_> = (0..100).flat_map(|len| [message(len), other(len)]).collect();
            messages.chunks(batch).for_each(|some| sample.look_at(some, Elapsed::from_millis(7)));
            let taken: Vec<_> = sample.take().iter().map(|(_, message)| message.len).collect();
            assert_eq!(taken, (0..100).step_by(8).collect::<Vec<_>>(), "{batch} at once");
        }
        let mut sample = Sample::of(1.0);
        (0..5000).for_each(|len| sample.look_at(&[message(len)], Elapsed::ZERO));
        assert_eq!(sample.take().len(), MOST);
    }
}
