//! What may be used of a model: tokens, and money.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::Usage;

/// The most that is used of a model. Tokens are counted by the provider; where it does not tell, and while an answer is
/// under way, they are estimated.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Budget {
    /// The most tokens of one feed, read and written, for all its requests together.
    pub tokens: Option<u64>,
    /// What tokens cost.
    pub price: Option<Price>,
    /// The most that a feed and all its clones cost together, in the currency of the price; without a price it
    /// bounds nothing.
    pub cost: Option<f64>,
}

/// What a million tokens cost, in any currency.
///
/// ```
/// use mockforge_ws_ai::{Price, Usage};
///
/// let price = Price { input: 0.25, output: 0.50 };
/// assert_eq!(price.of(Usage { input_tokens: 1_000_000, output_tokens: 500_000 }), 0.50);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Of those that are read.
    pub input: f64,
    /// Of those that are written.
    pub output: f64,
}

impl Price {
    /// What so many tokens cost.
    pub fn of(&self, usage: Usage) -> f64 {
        let million = |tokens: u64, price: f64| tokens as f64 * price / 1e6;
        million(usage.input_tokens, self.input) + million(usage.output_tokens, self.output)
    }
}

impl Budget {
    /// How many tokens a model may still write when it is asked something of so many tokens: by what this feed has
    /// used, and what all have. None where nothing says so.
    pub(crate) fn left(&self, used: Usage, by_all: Usage, asked: u64) -> Option<u64> {
        let tokens = self.tokens.map(|most| most.saturating_sub(used.total().saturating_add(asked)));
        let money = self.bound().map(|(price, most)| {
            let left = most - price.of(by_all) - price.of(Usage { input_tokens: asked, output_tokens: 0 });
            // What costs nothing is there without end, as long as the rest can be paid.
            if left < 0.0 { 0 } else { (left * 1e6 / price.output) as u64 }
        });
        tokens.into_iter().chain(money).min()
    }

    /// Whether more was used than may be.
    pub(super) fn is_exceeded(&self, used: Usage, by_all: Usage) -> bool {
        self.tokens.is_some_and(|most| used.total() > most)
            || self.bound().is_some_and(|(price, most)| price.of(by_all) > most)
    }

    fn bound(&self) -> Option<(Price, f64)> {
        self.price.zip(self.cost)
    }
}

/// What all clones of a feed have used, with the answers that are under way.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    input_tokens: AtomicU64,
    output_tokens: AtomicU64,
}

impl Ledger {
    /// Puts `now` in place of what an answer was thought to use.
    pub(super) fn book(&self, before: Usage, now: Usage) {
        // Where it is less than was thought, the sum wraps to what it should be.
        let add = |sum: &AtomicU64, before: u64, now: u64| {
            sum.fetch_add(now.wrapping_sub(before), Ordering::Relaxed)
        };
        add(&self.input_tokens, before.input_tokens, now.input_tokens);
        add(&self.output_tokens, before.output_tokens, now.output_tokens);
    }

    pub(super) fn used(&self) -> Usage {
        Usage {
            input_tokens: self.input_tokens.load(Ordering::Relaxed),
            output_tokens: self.output_tokens.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input_tokens: u64, output_tokens: u64) -> Usage {
        Usage { input_tokens, output_tokens }
    }

    #[test]
    fn the_tighter_bound_holds() {
        let price = Price { input: 1e6, output: 2e6 };
        let budget = Budget { tokens: Some(1_000), price: Some(price), cost: Some(1_000.0) };
        assert_eq!(budget.left(usage(100, 100), usage(0, 0), 200), Some(400));
        assert_eq!(budget.left(usage(0, 0), usage(100, 100), 500), Some(100));
        assert_eq!(budget.left(usage(0, 0), usage(900, 100), 0), Some(0));
        assert_eq!(budget.left(usage(900, 200), usage(0, 0), 0), Some(0));
        assert!(!budget.is_exceeded(usage(500, 500), usage(998, 1)));
        assert!(budget.is_exceeded(usage(501, 500), usage(0, 0)));
        assert!(budget.is_exceeded(usage(0, 0), usage(999, 1)));
    }

    #[test]
    fn what_is_not_bounded_is_without_end() {
        assert_eq!(Budget::default().left(usage(1, 1), usage(1, 1), 1), None);
        let unpriced = Budget { cost: Some(1.0), ..Budget::default() };
        assert_eq!(unpriced.left(usage(1, 1), usage(1, 1), 1), None);
        let read_only = Price { input: 1.0, output: 0.0 };
        let budget = Budget { price: Some(read_only), cost: Some(1.0), ..Budget::default() };
        assert_eq!(budget.left(usage(0, 0), usage(0, 9_999_999), 999_999), Some(u64::MAX));
        assert_eq!(budget.left(usage(0, 0), usage(0, 0), 1_000_001), Some(0));
    }

    #[test]
    fn a_ledger_can_be_corrected_downwards() {
        let ledger = Ledger::default();
        ledger.book(Usage::default(), usage(100, 10));
        ledger.book(usage(100, 10), usage(90, 12));
        assert_eq!(ledger.used(), usage(90, 12));
        ledger.book(usage(90, 12), Usage::default());
        assert_eq!(ledger.used(), usage(0, 0));
    }
}
