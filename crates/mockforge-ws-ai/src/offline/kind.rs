//! Which of a world's types of events a type's name means.

use super::world::Kind;

/// The type that a name such as `order.created`, `priceUpdate` or `NEW_TRADE` means; `None` where it is none of
/// these. Words of the type's own name count more than those that are like it.
pub(crate) fn meant(name: &str, kinds: &[Kind]) -> Option<&'static str> {
    let stems = |name: &str| words(name).iter().map(|word| stem(word).to_string()).collect::<Vec<_>>();
    let wanted = stems(name);
    let mut best = (0, None);
    for kind in kinds {
        let own = stems(kind.name);
        let like: Vec<String> = kind.like.split(',').flat_map(stems).collect();
        let same = own == wanted;
        let score = wanted
            .iter()
            .map(|word| if own.contains(word) { 3 } else { usize::from(like.contains(word)) * 2 })
            .sum::<usize>()
            + usize::from(same) * 100;
        if score > best.0 {
            best = (score, Some(kind.name));
        }
    }
    best.1
}

/// The words of a name such as `orderCreated` or `order.created`, in small letters.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut small = false;
    for c in name.chars().take(100) {
        let begins = !c.is_alphanumeric() || c.is_uppercase() && small;
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn stem(word: &str) -> &str {
    let cut = ["ed", "ing", "es", "s", "e"].iter().find_map(|end| word.strip_suffix(end));
    cut.filter(|cut| cut.len() > 2).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::{alerts, chat, market, orders};

    #[test]
    fn names_mean_what_is_most_like_them() {
        for (name, kinds, expect) in [
            ("trade", market::KINDS, Some("trade")),
            ("priceUpdate", market::KINDS, Some("ticker")),
            ("BID_ASK", market::KINDS, Some("quote")),
            ("order.created", orders::KINDS, Some("order_created")),
            ("orderShipped", orders::KINDS, Some("order_shipped")),
            ("payment-captured", orders::KINDS, Some("order_paid")),
            ("new_message", chat::KINDS, Some("message")),
            ("userJoined", chat::KINDS, Some("user_joined")),
            ("alert", alerts::KINDS, Some("alert_fired")),
            ("resolved", alerts::KINDS, Some("alert_resolved")),
            ("heartbeat", market::KINDS, None),
            ("", market::KINDS, None),
        ] {
            assert_eq!(meant(name, kinds), expect, "{name}");
        }
    }
}
