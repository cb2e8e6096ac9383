//! Nouns in the singular, as far as endings tell it.

/// Plurals of nouns that end in a mute `e`, which their endings do not tell.
const REGULAR: &[&str] = &[
    "aches",
    "brioches",
    "brownies",
    "caches",
    "cookies",
    "hoodies",
    "movies",
    "pies",
    "quiches",
    "shoes",
    "smoothies",
    "toes",
    "veggies",
];
/// Nouns that have no singular, or the same one.
const SAME: &[&str] =
    &["fries", "glasses", "headphones", "hummus", "jeans", "scissors", "series", "trousers"];

/// A noun, or a phrase that ends in one, in the singular.
pub(super) fn singular(phrase: &str) -> String {
    // Of "cups of tea" and "flat whites with milk" the noun stands before the preposition.
    let head = [" of ", " with ", " without "].iter().filter_map(|word| phrase.find(word)).min();
    let (head, rest) = phrase.split_at(head.unwrap_or(phrase.len()));
    let start = head.rfind(' ').map_or(0, |space| space + 1);
    let (before, noun) = head.split_at(start);
    format!("{before}{}{rest}", of_word(noun))
}

fn of_word(noun: &str) -> String {
    let lower = noun.to_lowercase();
    if lower.len() != noun.len() || noun.len() < 4 || SAME.contains(&lower.as_str()) {
        return noun.to_string();
    }
    let (cut, ending) = match lower.as_str() {
        word if REGULAR.contains(&word) => (1, ""),
        "loaves" | "halves" => (3, "f"),
        word if ["ss", "us", "is"].iter().any(|end| word.ends_with(end)) => (0, ""),
        word if word.ends_with("ies") => (3, "y"),
        word if ["ches", "shes", "xes", "sses", "oes"].iter().any(|end| word.ends_with(end)) => (2, ""),
        word if word.ends_with('s') => (1, ""),
        _ => (0, ""),
    };
    format!("{}{ending}", &noun[..noun.len() - cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_tell_the_singular() {
        for (plural, expect) in [
            ("espressos", "espresso"),
            ("flat whites", "flat white"),
            ("Lattes", "Latte"),
            ("sandwiches", "sandwich"),
            ("boxes", "box"),
            ("cookies", "cookie"),
            ("pastries", "pastry"),
            ("loaves", "loaf"),
            ("potatoes", "potato"),
            ("cups of tea", "cup of tea"),
            ("lattes with oat milk", "latte with oat milk"),
            ("fries", "fries"),
            ("glass", "glass"),
            ("tea", "tea"),
            ("gas", "gas"),
            ("Crêpes", "Crêpe"),
            ("", ""),
        ] {
            assert_eq!(singular(plural), expect, "{plural}");
        }
    }
}
