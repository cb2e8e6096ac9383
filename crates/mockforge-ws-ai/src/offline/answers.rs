//! What was heard and waits for an answer.

use std::collections::VecDeque;

/// More is passed over until some of it has been answered.
const MOST: usize = 16;

/// A bounded queue.
#[derive(Debug, Clone)]
pub(super) struct Answers<T>(VecDeque<T>);

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Answers<T> {
    /// Keeps what is to be answered, if there is room.
    pub(super) fn push(&mut self, answer: T) {
        if self.0.len() < MOST {
            self.0.push_back(answer);
        }
    }

    /// What is answered next.
    pub(super) fn front(&self) -> Option<&T> {
        self.0.front()
    }

    /// Takes the first of those that may be answered.
    pub(super) fn take(&mut self, may: impl FnMut(&T) -> bool) -> Option<T> {
        let index = self.0.iter().position(may)?;
        self.0.remove(index)
    }

    /// Takes what is answered next.
    pub(super) fn pop(&mut self) -> Option<T> {
        self.0.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_first_is_answered_first_and_too_much_is_passed_over() {
        let mut answers = Answers::default();
        (0..100).for_each(|number| answers.push(number));
        assert_eq!(answers.front(), Some(&0));
        assert_eq!((answers.take(|number| *number > 2), answers.front()), (Some(3), Some(&0)));
        assert_eq!(std::iter::from_fn(|| answers.pop()).count(), MOST - 1);
    }
}
